"""Who claims the same transfer leg as a case, where an appeal went on, and what of its leg was settled before."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from chains.transaction_json import from_json
from recovery.domain.actor import Actor
from recovery.models import Claim, Credit, Diagnosis, Dispute, DisputeParty, MergedCase, Posting, RecoveryCase
from recovery.queries.cases import visible
from recovery.queries.facts import open_dispute_of

Shown = dict[str, Any]


def rivals(session: Session, dispute_id: uuid.UUID) -> list[RecoveryCase]:
    """The cases that are still in the dispute, in the order in which they are locked."""
    query = (
        select(RecoveryCase)
        .join(DisputeParty, DisputeParty.case_id == RecoveryCase.id)
        .where(DisputeParty.dispute_id == dispute_id, DisputeParty.left_at.is_(None))
        .order_by(RecoveryCase.id)
    )
    return list(session.scalars(query))


def rival_ids(session: Session, case_id: uuid.UUID) -> set[uuid.UUID]:
    """The case and every other one in an open dispute with it."""
    dispute = open_dispute_of(session, case_id)
    if dispute is None:
        return {case_id}
    still_in = select(DisputeParty.case_id).where(DisputeParty.dispute_id == dispute.id, DisputeParty.left_at.is_(None))
    return {case_id, *session.scalars(still_in)}


def dispute_shown(session: Session, case: RecoveryCase) -> Shown | None:
    """The last dispute of the case for the desk: the leg, its claimants, how it ended. Never for a depositor."""
    found = session.scalars(
        select(Dispute)
        .join(DisputeParty, DisputeParty.dispute_id == Dispute.id)
        .where(DisputeParty.case_id == case.id)
        .order_by(Dispute.opened_at.desc(), Dispute.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    rows = session.execute(
        select(RecoveryCase, DisputeParty.at, DisputeParty.left_at)
        .join(DisputeParty, DisputeParty.case_id == RecoveryCase.id)
        .where(DisputeParty.dispute_id == found.id)
        .order_by(DisputeParty.at, RecoveryCase.ref)
    )
    parties = [
        {
            "ref": party.ref,
            "account": party.account,
            "state": party.state,
            "since": since,
            "left_at": left_at,
            "won": party.id == found.winner_case,
        }
        for party, since, left_at in rows
    ]
    return {
        "network": found.network,
        "hash": found.hash,
        "position": found.position,
        "opened_at": found.opened_at,
        "settled_at": found.settled_at,
        "parties": parties,
    }


def merged_into(session: Session, actor: Actor, case: RecoveryCase) -> str | None:
    """The number of the case that goes on for this one, when the actor may see that one."""
    query = (
        select(RecoveryCase.ref)
        .join(MergedCase, MergedCase.into_id == RecoveryCase.id)
        .where(MergedCase.case_id == case.id, visible(actor))
    )
    return session.scalar(query)


def merged_from(session: Session, actor: Actor, case: RecoveryCase) -> list[str]:
    """The numbers of the cases this one goes on for, as far as the actor may see them."""
    query = (
        select(RecoveryCase.ref)
        .join(MergedCase, MergedCase.case_id == RecoveryCase.id)
        .where(MergedCase.into_id == case.id, visible(actor))
        .order_by(MergedCase.at, RecoveryCase.ref)
    )
    return list(session.scalars(query))


def settled_pointer(session: Session, case: RecoveryCase) -> Shown | None:
    """Where the claimant sees what became of a leg that was credited or refunded before (H01, H02).

    Only what is the claimant's own: a credit to this account, or another case of the same depositor that paid.
    """
    if case.cause not in ("H01", "H02"):
        return None
    legs = _settled_legs(session, case)
    if not legs:
        return None
    network = next(iter(legs))[0]
    hashes = {hash for _, hash, _ in legs}
    return _own_credit(session, case, network, hashes, legs) or _own_case(session, case, network, hashes, legs)


def _settled_legs(session: Session, case: RecoveryCase) -> set[tuple[str, str, str]]:
    """The legs the last diagnosis found credited or refunded, by the name a claim has."""
    last = session.scalars(
        select(Diagnosis).where(Diagnosis.case_id == case.id).order_by(Diagnosis.number.desc()).limit(1)
    ).first()
    if last is None or last.transaction is None:
        return set()
    positions = {leg["position"] for leg in last.legs if leg["cause"] == case.cause}
    tx = from_json(last.transaction)
    return {(tx.network, tx.claim_hash(leg), leg.position) for leg in tx.transfers if leg.position in positions}


def _own_credit(
    session: Session, case: RecoveryCase, network: str, hashes: set[str], legs: set[tuple[str, str, str]]
) -> Shown | None:
    rows = session.scalars(
        select(Credit)
        .where(Credit.network == network, Credit.hash.in_(hashes), Credit.account == case.account)
        .order_by(Credit.credited_at)
    )
    for row in rows:
        if not row.position or (network, row.hash, row.position) in legs:
            return {"kind": "credited", "at": row.credited_at, "amount": row.amount, "contract": row.contract or None}
    return None


def _own_case(
    session: Session, case: RecoveryCase, network: str, hashes: set[str], legs: set[tuple[str, str, str]]
) -> Shown | None:
    rows = session.execute(
        select(Claim, RecoveryCase.ref, RecoveryCase.closed_at)
        .join(RecoveryCase, RecoveryCase.id == Claim.case_id)
        .where(
            Claim.network == network,
            Claim.hash.in_(hashes),
            RecoveryCase.depositor_id == case.depositor_id,
            RecoveryCase.account == case.account,
            RecoveryCase.id != case.id,
            or_(
                Claim.released_at.is_(None),
                Claim.case_id.in_(select(Posting.case_id).where(Posting.kind.in_(("refunded", "credited")))),
            ),
        )
        .order_by(RecoveryCase.opened_at)
    )
    for claim, ref, closed_at in rows:
        if (network, claim.hash, claim.position) in legs:
            return {"kind": "case", "case": ref, "at": closed_at, "amount": claim.amount, "contract": claim.contract}
    return None
