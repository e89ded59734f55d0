"""The proofs of one case as a page or the API shows them: what is asked, what was handed in, what came of it.

A depositor sees their own challenge and answers. What is told of them says nothing about anybody else's address.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.domain.actor import SYSTEM_ID, Actor
from recovery.domain.ownership import FIELDS, Field, ProofOrder
from recovery.errors import NotFound
from recovery.models import OwnershipChallenge, OwnershipProof, Person, ProofDocument, RecoveryCase, TestTransfer
from recovery.queries.ownership import (
    accepted,
    is_platform,
    open_challenge,
    open_transfer,
    proof_order,
    undecided,
    ways,
)
from workflows.states import State

Shown = dict[str, Any]

DOCUMENT_READERS = frozenset({"specialist", "lead", "auditor"})
"""Who may open what a depositor handed in: it is personal."""


def case_proofs(session: Session, actor: Actor, case: RecoveryCase) -> Shown | None:
    """:func:`proofs_view` with the names of those who judged."""
    judges = select(OwnershipProof.judged_by).where(OwnershipProof.case_id == case.id)
    rows = session.execute(select(Person.id, Person.display_name).where(Person.id.in_(judges)))
    return proofs_view(session, actor, case, {SYSTEM_ID: "System", **dict(rows.all())})


def proofs_view(session: Session, actor: Actor, case: RecoveryCase, names: Mapping[uuid.UUID, str]) -> Shown | None:
    """Everything about the proofs of a case, or nothing when none was ever asked for."""
    order = proof_order(session, case)
    if order is None:
        return None
    asked = case.state == State.PROOF_ASKED
    challenge = open_challenge(session, case.id) if asked else None
    transfer = open_transfer(session, case.id) if asked else None
    return {
        "asked": asked,
        "network": order.network,
        "level": order.level,
        "address": order.source,
        "platform": order.source is not None and is_platform(session, order.network, order.source),
        "ways": ways(session, case, order) if asked else (),
        "accepted": tuple(dict.fromkeys(one.method for one in accepted(session, case, order))),
        "waiting": bool(undecided(session, case.id)) or (transfer is not None and transfer.hash is not None),
        "challenge": _challenge(challenge) if challenge is not None else None,
        "transfer": _transfer(transfer) if transfer is not None else None,
        "given": _given(session, actor, case, order, names),
        "documents": _documents(session, actor, case),
    }


def _challenge(challenge: OwnershipChallenge) -> Shown:
    return {
        "id": challenge.id,
        "method": challenge.method,
        "address": challenge.address,
        "text": challenge.text,
        "payload": {name: value for name, value in challenge.payload.items() if name != "text"},
        "fields": [
            {"name": one.name, "needed": one.needed}
            for one in FIELDS.get(challenge.method, (Field("signature"), Field("public_key", needed=False)))
        ],
        "expires_at": challenge.expires_at,
    }


def _transfer(transfer: TestTransfer) -> Shown:
    names = (
        "id",
        "network",
        "contract",
        "symbol",
        "decimals",
        "sender",
        "recipient",
        "memo",
        "amount",
        "expires_at",
        "hash",
    )
    return {name: getattr(transfer, name) for name in names}


def _given(
    session: Session, actor: Actor, case: RecoveryCase, order: ProofOrder, names: Mapping[uuid.UUID, str]
) -> tuple[Shown, ...]:
    """Every proof in order; of one and the same challenge or transfer only the last word, for the depositor."""
    rows = session.scalars(
        select(OwnershipProof).where(OwnershipProof.case_id == case.id).order_by(OwnershipProof.at, OwnershipProof.id)
    ).all()
    shown = []
    for row in rows:
        one: Shown = {
            "method": row.method,
            "subject": row.subject,
            "verdict": row.verdict,
            "why": row.why,
            "strength": row.strength,
            "at": row.at,
        }
        if actor.is_staff:
            one |= {
                "address": row.address,
                "memo": row.memo,
                "about": row.hash,
                "current": row.hash == order.hash,
                "signature": row.signature,
                "public_key": row.public_key,
                "extra": row.extra,
                "checked_at": row.checked_at,
                "judged_by": names.get(row.judged_by, ""),
                "text": _text(session, row),
            }
        shown.append(one)
    return tuple(shown)


def _text(session: Session, row: OwnershipProof) -> str | None:
    challenge = session.get(OwnershipChallenge, row.challenge_id) if row.challenge_id is not None else None
    return challenge.text if challenge is not None else None


def _documents(session: Session, actor: Actor, case: RecoveryCase) -> tuple[Shown, ...]:
    columns = (ProofDocument.id, ProofDocument.name, ProofDocument.media_type, ProofDocument.size)
    rows = session.execute(
        select(*columns, ProofDocument.sha256, ProofDocument.quarantined, ProofDocument.at)
        .where(ProofDocument.case_id == case.id)
        .order_by(ProofDocument.at, ProofDocument.id)
    )
    readable = bool(actor.roles & DOCUMENT_READERS)
    return tuple(dict(row) | {"readable": readable} for row in rows.mappings())


def document_body(session: Session, actor: Actor, case: RecoveryCase, document_id: uuid.UUID) -> ProofDocument:
    """One document with its content. Raises NotFound for whoever may not open it, and for one of another case."""
    row = session.scalars(
        select(ProofDocument).where(ProofDocument.id == document_id, ProofDocument.case_id == case.id)
    ).one_or_none()
    if row is None or not actor.roles & DOCUMENT_READERS:
        raise NotFound("not_found")
    return row
