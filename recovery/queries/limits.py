"""Limits of approvers as they are in force, and what a day has used of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Date, Select, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from recovery.domain.approver_limits import Limit, Use, over
from recovery.models import ApproverLimit, LimitUse
from recovery.queries.prices import price_for


def worth(session: Session, network: str, contract: str | None, amount: int) -> int | None:
    """What an amount of an asset is worth in base units of the network's own coin; ``None`` where no price is known."""
    if not contract:
        return amount
    price = price_for(session, network, contract)
    return None if price is None else amount * price.ratio.numerator // price.ratio.denominator


def rows_in_force(
    session: Session, person_id: uuid.UUID, network: str, contract: str | None
) -> Sequence[ApproverLimit]:
    """The confirmed limits of a person that are about an asset: its own, and that of its whole network."""
    return session.scalars(_in_force(network, contract).where(ApproverLimit.person_id == person_id)).all()


def lock_limits(session: Session, people: Iterable[uuid.UUID], network: str, contract: str | None) -> None:
    """Hold the limits of these people that are about an asset until the unit of work ends, always in the same order: whoever
    else approves with them, or changes them, waits."""
    query = _in_force(network, contract).where(ApproverLimit.person_id.in_(set(people)))
    held: set[uuid.UUID] = set()
    while waiting := [row.id for row in session.scalars(query) if row.id not in held]:
        held |= set(session.scalars(query.with_for_update().with_only_columns(ApproverLimit.id)))
        held |= set(waiting)  # one that was replaced while we waited is gone; its successor is held in the next turn


def _in_force(network: str, contract: str | None) -> Select[ApproverLimit]:
    of_the_asset = and_(ApproverLimit.scope == "asset", ApproverLimit.contract == (contract or ""))
    return (
        select(ApproverLimit)
        .where(
            ApproverLimit.network == network,
            or_(of_the_asset, ApproverLimit.scope == "network"),
            ApproverLimit.confirmed_at.is_not(None),
            ApproverLimit.ended_at.is_(None),
        )
        .order_by(ApproverLimit.person_id, ApproverLimit.scope, ApproverLimit.id)
        .execution_options(populate_existing=True)
    )


def used(session: Session, person_id: uuid.UUID, network: str, contract: str | None, at: datetime) -> Use:
    """What approvals used of a person's limits on the day (UTC) of a moment: of the asset, and by worth on its network."""
    day = cast(func.timezone("UTC", LimitUse.at), Date) == at.date()
    mine = (LimitUse.person_id == person_id, LimitUse.network == network, day)
    amount = session.scalar(select(func.sum(LimitUse.amount)).where(*mine, LimitUse.contract == (contract or "")))
    value = session.scalar(select(func.sum(LimitUse.value)).where(*mine))
    return Use(int(amount or 0), int(value or 0))


def why_over(
    session: Session,
    person_id: uuid.UUID,
    network: str,
    contract: str | None,
    use: Use,
    at: datetime,
    *,
    needed: bool,
    counted: bool,
) -> str | None:
    """Why an approval is not within a person's limits, as a message code.

    ``needed``: somebody without any limit may not approve. ``counted``: the use is among those of its day already.
    """
    rows = rows_in_force(session, person_id, network, contract)
    if not rows:
        return "limit_missing" if needed else None
    limits = [Limit(row.scope == "network", row.per_case, row.per_day) for row in rows]
    earlier = used(session, person_id, network, contract, at)
    if counted:
        earlier = Use(max(0, earlier.amount - use.amount), max(0, (earlier.value or 0) - (use.value or 0)))
    return over(limits, use, earlier)


def limits_shown(session: Session) -> Sequence[ApproverLimit]:
    """Every limit that is in force or waits to be confirmed, by person."""
    return session.scalars(
        select(ApproverLimit)
        .where(ApproverLimit.ended_at.is_(None))
        .order_by(ApproverLimit.person_id, ApproverLimit.network, ApproverLimit.contract, ApproverLimit.set_at)
    ).all()
