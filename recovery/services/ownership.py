"""Proof of ownership by signature: a challenge that is good once, what came back, and when enough is proven.

What a wrong answer was is told to whoever gave it and kept; it does not use the challenge up. What only the network can say
waits for a job.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from chains import ownership as signatures
from chains.catalogue import network as find_network
from chains.ownership import SignedStatement, Statement, Verdict
from chains.types import Transaction
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.ids import new_id
from recovery.domain.ownership import (
    ASK_NODES,
    CHALLENGE_FOR,
    DOCUMENTS,
    TRANSFER,
    Judged,
    ProofOrder,
    way,
)
from recovery.errors import InvalidInput, MoveNotOpen, NotAllowed, NotFound
from recovery.models import OwnershipChallenge, OwnershipProof, RecoveryCase, TestTransfer
from recovery.queries.clock import database_now
from recovery.queries.ownership import PROVING, accepted, open_challenge, proof_order, suffices, undecided, ways
from recovery.services import trial_transfers
from recovery.services.requests import handled_before
from recovery.services.transitions import advance, lock
from workflows.states import State

USED_EXTRAS = frozenset(
    {"timestamp", "state_init", "domain", "full_message", "callback_url", "authenticator_data", "form"}
)
"""What an answer may carry besides signature and public key."""


@dataclass(frozen=True)
class Pending:
    """A signature that only the network can judge."""

    proof_id: uuid.UUID
    challenge_id: uuid.UUID
    network: str
    method: str
    statement: Statement
    signed: SignedStatement


def order_of(session: Session, actor: Actor, case: RecoveryCase) -> ProofOrder:
    """What the depositor is asked to prove now. Raises NotAllowed for anybody else, MoveNotOpen when nothing is asked."""
    if actor.id != case.depositor_id:
        raise NotAllowed("not_your_role")
    order = proof_order(session, case)
    if case.state != State.PROOF_ASKED or order is None:
        raise MoveNotOpen("no_proof_is_asked")
    return order


def ask(session: Session, actor: Actor, case: RecoveryCase, method: str, *, domain: str, request_id: str) -> None:
    """Make a challenge to sign or ask for a test transfer, whichever ``method`` is; an older one of its kind is void.

    ``domain`` is the host of this desk, which the text to sign names. Raises InvalidInput for a way that is not offered.
    """
    asked = {"prove": method, "case": case.ref}
    if handled_before(session, actor, request_id, asked, {"case": case.ref}) is not None:
        return
    lock(session, case)
    order = order_of(session, actor, case)
    if method not in ways(session, case, order) or method == DOCUMENTS:
        raise InvalidInput("proof_way_not_offered", fields={"method": ["proof_way_not_offered"]})
    if method == TRANSFER:
        trial_transfers.ask(session, case, order)
    else:
        _challenge(session, case, order, method, domain)


def _challenge(session: Session, case: RecoveryCase, order: ProofOrder, method: str, domain: str) -> None:
    assert order.source is not None  # no way by signature is offered otherwise
    network = find_network(order.network)
    void(session, case)
    now = database_now(session).astimezone(UTC)
    nonce = secrets.token_hex(32)
    expires = now + CHALLENGE_FOR
    statement = Statement(order.source, case.ref, network.id, nonce, now, expires, domain)
    session.add(
        OwnershipChallenge(
            id=new_id(),
            case_id=case.id,
            network=network.slug,
            address=order.source,
            subject="source",
            method=method,
            nonce=nonce,
            domain=domain,
            text=signatures.challenge_text(statement),
            payload=dict(signatures.payload(network, method, statement)),
            issued_at=now,
            expires_at=expires,
        )
    )
    session.flush()


def void(session: Session, case: RecoveryCase) -> None:
    """Make every challenge of the case worthless that was not used."""
    session.execute(
        update(OwnershipChallenge)
        .where(
            OwnershipChallenge.case_id == case.id,
            OwnershipChallenge.used_at.is_(None),
            OwnershipChallenge.voided_at.is_(None),
        )
        .values(voided_at=func.now())
    )


def statement_of(challenge: OwnershipChallenge, ref: str) -> Statement:
    """What was asked to be signed, as it was asked."""
    issued, expires = challenge.issued_at.astimezone(UTC), challenge.expires_at.astimezone(UTC)
    network = find_network(challenge.network)
    return Statement(challenge.address, ref, network.id, challenge.nonce, issued, expires, challenge.domain)


def answer(
    session: Session,
    actor: Actor,
    case: RecoveryCase,
    asked_id: uuid.UUID,
    given: Mapping[str, str],
    *,
    request_id: str,
) -> Judged:
    """Take a signature for a challenge, or the ``hash`` of a test transfer, and say what it shows.

    Raises NotFound for what this case did not ask, MoveNotOpen when it was answered before or its time is over.
    """
    asked = {"answer": str(asked_id), "case": case.ref, "given": dict(given)}
    if handled_before(session, actor, request_id, asked, {"case": case.ref}) is not None:
        return _said_before(session, case, asked_id)
    lock(session, case)
    order = order_of(session, actor, case)
    challenge = session.get(OwnershipChallenge, asked_id)
    if challenge is not None and challenge.case_id == case.id:
        return _signed(session, actor, case, order, challenge, given)
    transfer = session.get(TestTransfer, asked_id)
    if transfer is None or transfer.case_id != case.id:
        raise NotFound("not_found")
    return trial_transfers.tell(session, actor, case, transfer, given.get("hash", ""))


def _said_before(session: Session, case: RecoveryCase, asked_id: uuid.UUID) -> Judged:
    last = session.scalars(
        select(OwnershipProof)
        .where(OwnershipProof.case_id == case.id, OwnershipProof.challenge_id == asked_id)
        .order_by(OwnershipProof.at.desc(), OwnershipProof.id.desc())
        .limit(1)
    ).first()
    return Judged(last.verdict, last.why) if last is not None else Judged(None, "network_is_asked")


def _signed(
    session: Session,
    actor: Actor,
    case: RecoveryCase,
    order: ProofOrder,
    challenge: OwnershipChallenge,
    given: Mapping[str, str],
) -> Judged:
    signature = given.get("signature", "").strip()
    if not signature and challenge.method != "eip1271":  # a contract may have approved the text without any
        raise InvalidInput("field_is_missing", fields={"signature": ["field_is_missing"]})
    extra = {name: value for name, value in given.items() if name in USED_EXTRAS and value}
    signed = SignedStatement(challenge.method, signature, given.get("public_key", "").strip() or None, extra)
    told = signatures.check(
        find_network(challenge.network), challenge.method, statement_of(challenge, case.ref), signed
    )
    if told.ok or told.why in ASK_NODES:
        _use(session, challenge)
    elif open_challenge(session, case.id) is not challenge:
        raise MoveNotOpen("challenge_is_spent")
    _keep(session, case, order.hash, challenge, signed, told)
    if told.ok:
        settle(session, case)
    elif told.why in ASK_NODES:
        advance(session, actor, case, "hand_in_proof", data={"method": challenge.method})
        return Judged(None, "network_is_asked")
    return Judged(told.ok, told.why)


def _use(session: Session, challenge: OwnershipChallenge) -> None:
    """Use the challenge up. Whoever comes second, comes late, or answers a void one is refused by the database."""
    used = session.execute(
        update(OwnershipChallenge)
        .where(
            OwnershipChallenge.id == challenge.id,
            OwnershipChallenge.used_at.is_(None),
            OwnershipChallenge.voided_at.is_(None),
            OwnershipChallenge.expires_at > func.now(),
        )
        .values(used_at=func.now())
        .returning(OwnershipChallenge.id)
    ).scalar_one_or_none()
    if used is None:
        raise MoveNotOpen("challenge_is_spent")


def _keep(
    session: Session,
    case: RecoveryCase,
    hash: str,
    challenge: OwnershipChallenge,
    signed: SignedStatement,
    told: Verdict,
) -> None:
    session.add(
        OwnershipProof(
            id=new_id(),
            case_id=case.id,
            challenge_id=challenge.id,
            subject=challenge.subject,
            network=challenge.network,
            hash=hash,
            address=challenge.address,
            method=challenge.method,
            strength="strong",
            signature=_storable(signed.signature),
            public_key=_storable(signed.public_key) if signed.public_key is not None else None,
            extra={name: _storable(value) for name, value in signed.extra.items()},
            verdict=told.ok,
            why=told.why,
            checked_at=told.block,
            judged_by=SYSTEM.id,
        )
    )


def _storable(text: str) -> str:
    """Verbatim but for what the database cannot hold, and not without end."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:20_000]


def settle(session: Session, case: RecoveryCase) -> None:
    """Accept what was proven when it is enough: the case is looked at anew, and nothing that was asked stays open."""
    session.flush()
    if case.state not in PROVING or not suffices(session, case):
        return
    order = proof_order(session, case)
    proofs = accepted(session, case, order) if order is not None else []
    shown = [{"subject": one.subject, "method": one.method, "strength": one.strength} for one in proofs]
    advance(
        session, SYSTEM, case, "accept_proof", data={"proofs": shown, "ways": sorted({way(p.method) for p in proofs})}
    )
    void(session, case)
    trial_transfers.close(session, case)


def pending(session: Session, case: RecoveryCase) -> list[Pending]:
    """The signatures of the case that wait for the network."""
    found = []
    for proof in undecided(session, case.id):
        challenge = session.get_one(OwnershipChallenge, proof.challenge_id)
        signed = SignedStatement(proof.method, proof.signature or "", proof.public_key, dict(proof.extra))
        statement = statement_of(challenge, case.ref)
        found.append(Pending(proof.id, challenge.id, challenge.network, proof.method, statement, signed))
    return found


def conclude_signature(session: Session, case: RecoveryCase, waiting: Pending, told: Verdict) -> bool:
    """Take what the network said of a signature; says whether it still has to be asked. Safe to run twice."""
    lock(session, case)
    if told.why in ASK_NODES:
        return case.state in PROVING
    before = {proof.id: proof for proof in undecided(session, case.id)}.get(waiting.proof_id)
    if before is None:
        return False
    challenge = session.get_one(OwnershipChallenge, waiting.challenge_id)
    _keep(session, case, before.hash, challenge, waiting.signed, told)
    settle(session, case)
    return False


def conclude_transfer(session: Session, case: RecoveryCase, transfer_id: uuid.UUID, hash: str, tx: Transaction) -> bool:
    """Take what the nodes said of a test transfer; says whether they still have to be asked. Safe to run twice."""
    judged = trial_transfers.conclude(session, case, transfer_id, hash, tx)
    if judged is None:
        return False
    settle(session, case)
    return judged.ok is None
