"""Parking a case until a node, an asset's row, a price or a network's conditions change, and re-opening it then."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.transaction_json import from_json
from chains.types import Transfer
from recovery.domain.actor import SYSTEM
from recovery.domain.ids import new_id
from recovery.domain.parking import LOOK_AGAIN, WHY_OF_CAUSE
from recovery.models import Diagnosis, Parked, RecoveryCase, RegistryLoad
from recovery.queries.clock import database_now
from recovery.queries.parked import asset_now, changed, conditions_now, held_for_nothing_else, parked_of, price_now
from recovery.services.transitions import advance

AT_ONCE = 50
"""Cases one look moves at most; the rest come with the next one."""


def park(
    session: Session,
    case: RecoveryCase,
    why: str,
    network: str,
    leg: Transfer | None = None,
    *,
    cost: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Put a locked case aside until something changes, and remember how that stands now.

    ``why`` is a code of ``dispute_texts.PARKED``; ``leg`` the transfer it is about; ``cost`` what its recovery takes, in base
    units of the native coin, for a value below it.
    """
    _park(session, case, why, network, leg, cost=cost, data=data or {}, seen_since=True)


def _park(
    session: Session,
    case: RecoveryCase,
    why: str,
    network: str,
    leg: Transfer | None,
    *,
    cost: int | None,
    data: Mapping[str, Any],
    seen_since: bool,
) -> None:
    """``seen_since``: the case was looked at under the registries of now; else whatever stands there counts as a change."""
    earlier, now = parked_of(session, case.id), database_now(session)
    if earlier is not None:  # it left by another way than being re-opened
        earlier.ended_at = now
        session.flush()
    contract = None if leg is None else leg.contract
    watch = {
        "asset": asset_now(session, network, contract) if leg is not None and seen_since else "",
        "conditions": conditions_now(network),
        "price": price_now(session, network, contract) if leg is not None else "",
    }
    advance(session, SYSTEM, case, "park", data={**data, "why": why})
    case.next_look_at = None
    session.add(
        Parked(
            id=new_id(),
            case_id=case.id,
            why=why,
            network=network,
            contract=None if leg is None else contract or "",
            amount=None if leg is None else leg.amount,
            cost=cost,
            watch=watch,
            look_at=now + LOOK_AGAIN[why] if why in LOOK_AGAIN else None,
        )
    )
    session.flush()


def look(session: Session, configured: Collection[str]) -> int:
    """Re-open what has something new to hope for, and park what was only held for such a reason. Says how many moved."""
    reopened = changed(session, configured, AT_ONCE)
    for case in reopened:
        reopen(session, case)
    held = held_for_nothing_else(session, AT_ONCE)
    for case in held:
        _park_held(session, case)
    return len(reopened) + len(held)


def reopen(session: Session, case: RecoveryCase) -> None:
    """Look at a parked case anew, from the first look on. It is locked."""
    parked = parked_of(session, case.id)
    if parked is not None:
        parked.ended_at = database_now(session)
    advance(session, SYSTEM, case, "reopen_parked", data={"why": parked.why} if parked is not None else {})
    case.looks = 0


def _park_held(session: Session, case: RecoveryCase) -> None:
    """Of a case that was held before: what it is about stands in its last diagnosis."""
    last = session.scalars(
        select(Diagnosis).where(Diagnosis.case_id == case.id).order_by(Diagnosis.number.desc()).limit(1)
    ).first()
    why = WHY_OF_CAUSE[case.cause or ""]
    network, leg = case.network or case.named_network or "", None
    if last is not None and last.transaction is not None:
        tx = from_json(last.transaction)
        about = {one["position"] for one in last.legs if one["cause"] == case.cause}
        network, leg = tx.network, next((one for one in tx.transfers if one.position in about), None)
    loaded_since = select(RegistryLoad.id).where(RegistryLoad.kind == "assets", RegistryLoad.at > case.changed_at)
    fresh = session.scalar(loaded_since.limit(1)) is None
    _park(session, case, why, network, leg, cost=None, data={"held": True}, seen_since=fresh)
