"""Who claims the same transfer leg as a case, where an appeal went on, and what of its leg was settled before."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from chains.transaction_json import from_json
from chains.types import Transfer
from recovery.domain.actor import Actor
from recovery.models import Claim, Credit, Diagnosis, Dispute, DisputeParty, MergedCase, RecoveryCase
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


Key = tuple[str, str, str]
"""Network, hash and position: the name a leg has in claims."""


def settled_pointer(session: Session, case: RecoveryCase) -> Shown | None:
    """Where the claimant sees what became of a leg that was credited or refunded before (H01, H02).

    Only what is the claimant's own: a credit to this account, or another case of this depositor for it that holds the leg.
    """
    if case.cause not in ("H01", "H02"):
        return None
    legs = _settled_legs(session, case)
    return (_own_credit(session, case, legs) or _own_case(session, case, legs)) if legs else None


def _settled_legs(session: Session, case: RecoveryCase) -> dict[Key, Transfer]:
    """The legs the last diagnosis found credited or refunded."""
    last = session.scalars(
        select(Diagnosis).where(Diagnosis.case_id == case.id).order_by(Diagnosis.number.desc()).limit(1)
    ).first()
    if last is None or last.transaction is None:
        return {}
    positions = {leg["position"] for leg in last.legs if leg["cause"] == case.cause}
    tx = from_json(last.transaction)
    return {(tx.network, tx.claim_hash(leg), leg.position): leg for leg in tx.transfers if leg.position in positions}


def _own_credit(session: Session, case: RecoveryCase, legs: Mapping[Key, Transfer]) -> Shown | None:
    """The credit of one of the legs, or of the whole transaction, to the claimant's account."""
    rows = session.scalars(
        select(Credit)
        .where(
            tuple_(Credit.network, Credit.hash).in_([(network, hash) for network, hash, _ in legs]),
            Credit.account == case.account,
        )
        .order_by(Credit.credited_at)
    )
    for row in rows:
        leg = legs.get((row.network, row.hash, row.position)) or next(
            (leg for leg in legs.values() if not row.position and (leg.contract or "") == row.contract), None
        )
        if leg is not None:
            return {"kind": "credited", "at": row.credited_at, "amount": row.amount, **_asset(leg)}
    return None


def _own_case(session: Session, case: RecoveryCase, legs: Mapping[Key, Transfer]) -> Shown | None:
    """The depositor's other case that holds one of the legs."""
    rows = session.execute(
        select(Claim, RecoveryCase.ref, RecoveryCase.closed_at)
        .join(RecoveryCase, RecoveryCase.id == Claim.case_id)
        .where(
            tuple_(Claim.network, Claim.hash, Claim.position).in_(list(legs)),
            Claim.released_at.is_(None),
            RecoveryCase.depositor_id == case.depositor_id,
            RecoveryCase.account == case.account,
            RecoveryCase.id != case.id,
        )
        .order_by(RecoveryCase.opened_at)
    )
    for claim, ref, closed_at in rows:
        leg = legs[claim.network, claim.hash, claim.position]
        return {"kind": "case", "case": ref, "at": closed_at, "amount": claim.amount, **_asset(leg)}
    return None


def _asset(leg: Transfer) -> Shown:
    return {"contract": leg.contract, "symbol": leg.symbol, "decimals": leg.decimals}
