"""What a case asks to be proven, what was proven, and by what its claimant can prove more."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from chains import ownership as signatures
from chains.address import check_address
from chains.catalogue import networks
from recovery.domain.books import Proof
from recovery.domain.cause_policy import BUILT_IN
from recovery.domain.ownership import ASK_NODES, DOCUMENTS, LEVELS, TRANSFER, Accepted, ProofOrder, enough, way
from recovery.models import (
    CaseEvent,
    Diagnosis,
    ListedAsset,
    OwnedAddress,
    OwnershipChallenge,
    OwnershipProof,
    PlatformLabel,
    RecoveryCase,
    TestTransfer,
)
from recovery.queries.policies import policy_of
from workflows.states import State

PROVING = (State.PROOF_ASKED, State.PROOF_IN_REVIEW)
"""States in which a proof can be accepted."""

LEAST_ASKED = "link"
"""What is asked for where a policy owes no proof, and somebody asked for one all the same."""


def proof_order(session: Session, case: RecoveryCase) -> ProofOrder | None:
    """What the last ``ask_proof`` of the case asked for, if any did: its event names the finding, the leg and the level."""
    body = session.scalars(
        select(CaseEvent.body)
        .where(CaseEvent.case_id == case.id, CaseEvent.name == "ask_proof")
        .order_by(CaseEvent.seq.desc())
        .limit(1)
    ).first()
    if body is None:
        return None
    data: Mapping[str, Any] = json.loads(body)["data"]
    found = session.execute(
        select(Diagnosis.transaction, Diagnosis.cause, Diagnosis.policy_version).where(
            Diagnosis.case_id == case.id, Diagnosis.number == data.get("diagnosis")
        )
    ).one_or_none()
    level = _level(session, data.get("level"), found.cause if found else None, found.policy_version if found else None)
    tx = found.transaction if found else None
    if tx is None:
        return ProofOrder(data.get("network") or case.network or "", case.hash, level)
    legs = tx["transfers"]
    leg = next((leg for leg in legs if leg["position"] == data.get("leg")), legs[0] if len(legs) == 1 else {})
    return ProofOrder(
        network=tx["network"],
        hash=tx["hash"],
        level=level,
        leg=leg.get("position") or "",
        source=leg.get("sender"),
        recipient=leg.get("recipient"),
        memo=leg.get("memo") or "",
        contract=leg.get("contract"),
    )


def _level(session: Session, named: object, cause: str | None, version: int | None) -> str:
    """The level the asking move named, else the one the policy owes to the cause under which the case was decided."""
    policy = policy_of(session, version or BUILT_IN.version)
    owed = named if named in LEVELS else policy.causes[cause if cause in policy.causes else None].proof
    return LEAST_ASKED if owed == "none" else str(owed)


def proofs_of(session: Session, case_id: uuid.UUID, network: str, hash: str) -> tuple[Proof, ...]:
    """The accepted proofs of a case about one transaction, as facts for the diagnosis."""
    rows = session.execute(
        select(
            *(OwnershipProof.subject, OwnershipProof.address, OwnershipProof.memo),
            *(OwnershipProof.method, OwnershipProof.strength),
        )
        .where(
            OwnershipProof.case_id == case_id,
            OwnershipProof.verdict.is_(True),
            OwnershipProof.network == network,
            OwnershipProof.hash == hash,
        )
        .order_by(OwnershipProof.at, OwnershipProof.id)
    )
    return tuple(Proof(*row) for row in rows)


def accepted(session: Session, case: RecoveryCase, order: ProofOrder) -> list[Accepted]:
    """The proofs of the case that were accepted for the transaction that is asked about."""
    found = proofs_of(session, case.id, order.network, order.hash)
    return [Accepted(one.kind, one.address, one.method, one.strength) for one in found]


def asked_before(session: Session, case: RecoveryCase) -> bool:
    """Whether a proof was asked for in this case, and what was shown since is as much as was asked."""
    order = proof_order(session, case)
    return order is not None and enough(order.level, accepted(session, case, order))


def suffices(session: Session, case: RecoveryCase) -> bool:
    """Whether what was proven is as much as the case asks for; only asked while it does."""
    if case.state not in PROVING:
        return False
    order = proof_order(session, case)
    return order is not None and enough(order.level, accepted(session, case, order))


def open_challenge(session: Session, case_id: uuid.UUID) -> OwnershipChallenge | None:
    """The challenge that can still be answered, by the database's clock."""
    return session.scalars(
        select(OwnershipChallenge).where(
            OwnershipChallenge.case_id == case_id,
            OwnershipChallenge.used_at.is_(None),
            OwnershipChallenge.voided_at.is_(None),
            OwnershipChallenge.expires_at > func.now(),
        )
    ).one_or_none()


def open_transfer(session: Session, case_id: uuid.UUID) -> TestTransfer | None:
    """The test transfer that is asked for. It stays open after its time while its hash is being looked at."""
    return session.scalars(
        select(TestTransfer).where(
            TestTransfer.case_id == case_id,
            TestTransfer.closed_at.is_(None),
            or_(TestTransfer.hash.is_not(None), TestTransfer.expires_at > func.now()),
        )
    ).one_or_none()


def undecided(session: Session, case_id: uuid.UUID) -> list[OwnershipProof]:
    """Signatures only the network can judge, not judged yet."""
    answered = select(OwnershipProof.challenge_id).where(
        OwnershipProof.case_id == case_id,
        OwnershipProof.challenge_id.is_not(None),
        OwnershipProof.why.not_in(ASK_NODES),
    )
    return list(
        session.scalars(
            select(OwnershipProof).where(
                OwnershipProof.case_id == case_id,
                OwnershipProof.why.in_(ASK_NODES),
                OwnershipProof.challenge_id.not_in(answered),
            )
        )
    )


def is_platform(session: Session, network: str, address: str) -> bool:
    """Whether an address is known as another platform's: many people send from it."""
    query = select(PlatformLabel.id).where(
        PlatformLabel.network == network, PlatformLabel.address == address, PlatformLabel.kind == "platform"
    )
    return session.scalar(query.limit(1)) is not None


@dataclass(frozen=True)
class TransferWay:
    """How a test transfer can be made: which listed asset, to which address (and memo) of the claimant's own."""

    asset: ListedAsset
    recipient: str
    memo: str


def transfer_way(session: Session, case: RecoveryCase, order: ProofOrder) -> TransferWay | None:
    """The test transfer the claimant can make: the asset itself if it is listed, else the coin of the network.

    ``None`` where the sender is not known, the claimant has no address of their own there, or neither asset is listed.
    """
    if order.source is None:
        return None
    assets = {
        row.contract: row
        for row in session.scalars(
            select(ListedAsset).where(
                ListedAsset.network == order.network,
                ListedAsset.contract.in_({order.contract or "", ""}),
                ListedAsset.state == "listed",
                or_(ListedAsset.deposits_from.is_(None), ListedAsset.deposits_from <= func.now()),
            )
        )
    }
    asset = assets.get(order.contract or "") or assets.get("")
    own = session.scalars(
        select(OwnedAddress)
        .where(
            OwnedAddress.network == order.network,
            OwnedAddress.account == case.account,
            OwnedAddress.kind.in_(("deposit", "shared")),
            OwnedAddress.valid_from <= func.now(),
            or_(OwnedAddress.valid_until.is_(None), OwnedAddress.valid_until > func.now()),
            OwnedAddress.address != order.source,
        )
        .order_by((OwnedAddress.address == order.recipient).desc(), OwnedAddress.valid_from.desc(), OwnedAddress.id)
        .limit(1)
    ).first()
    return TransferWay(asset, own.address, own.memo) if asset is not None and own is not None else None


def ways(session: Session, case: RecoveryCase, order: ProofOrder) -> tuple[str, ...]:
    """The ways in which the claimant can still prove what is asked, the least burdensome first.

    Nobody signs for a platform's shared wallet, so who sent from one is not offered a signature. A way that was accepted
    already adds nothing.
    """
    network = networks().get(order.network)
    signed: tuple[str, ...] = ()
    if network is not None and order.source is not None and not is_platform(session, order.network, order.source):
        if check_address(network, order.source).normalised == order.source:
            signed = signatures.methods(network)
    moved = (TRANSFER,) if transfer_way(session, case, order) is not None else ()
    done = {way(proof.method) for proof in accepted(session, case, order)}
    return tuple(method for method in (*signed, *moved, DOCUMENTS) if way(method) not in done)
