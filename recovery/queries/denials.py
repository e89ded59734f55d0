"""Changes of a refund's address that their owner said were not theirs, over all cases that were about the same payment."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session, aliased

from recovery.models import CaseEvent, Claim, Notice, RecoveryCase, RefundDestination


def _same_payment(case: RecoveryCase) -> Select[uuid.UUID]:
    """The cases in which the account reported the payment of this one, itself among them."""
    leg = aliased(Claim)
    same = and_(leg.network == Claim.network, leg.hash == Claim.hash, leg.position == Claim.position)
    cases = select(Claim.case_id).join(RecoveryCase, RecoveryCase.id == Claim.case_id).join(leg, same)
    return cases.where(leg.case_id == case.id, RecoveryCase.account == case.account)


def _denied(case: RecoveryCase) -> ColumnElement[bool]:
    """Of a notice: its change was denied, and nobody has looked at that yet."""
    looked = exists().where(
        CaseEvent.case_id.in_(_same_payment(case)),
        CaseEvent.name == "clear_denial",
        CaseEvent.at >= Notice.denied_at,
    )
    return and_(Notice.denied_at.is_not(None), ~looked)


def _bound_so_far(case: RecoveryCase) -> Select[*tuple[Any, ...]]:
    """Every address that bound the payment, the first one first, whether it was denied, and whether that is still open."""
    told = and_(Notice.case_id == RefundDestination.case_id, Notice.seq == RefundDestination.seq)
    return (
        select(RefundDestination, Notice.denied_at, _denied(case).label("open"))
        .join(RecoveryCase, RecoveryCase.id == RefundDestination.case_id)
        .outerjoin(Notice, told)
        .where(RefundDestination.case_id.in_(_same_payment(case)))
        .order_by(RecoveryCase.opened_at, RefundDestination.case_id, RefundDestination.seq)
    )


def before_denied(session: Session, case: RecoveryCase) -> RefundDestination | None:
    """What bound before the first of the changes that were denied since somebody looked at a denial, and was not denied
    itself; ``None`` when nothing was."""
    good = None
    for row in session.execute(_bound_so_far(case)):
        if row.open:
            return good
        good = row.RefundDestination if row.denied_at is None else good
    return None


def bound_earlier(session: Session, case: RecoveryCase) -> RefundDestination | None:
    """What bound the same payment last in an earlier case of the account, unless it was denied."""
    earlier = _bound_so_far(case).where(RefundDestination.case_id != case.id, Notice.denied_at.is_(None))
    return next((row.RefundDestination for row in reversed(session.execute(earlier).all())), None)


def is_denied(session: Session, case: RecoveryCase) -> bool:
    """Whether the owner denied a change and nobody has looked; also one that no event could undo any more, or of an earlier
    case."""
    query = select(Notice.id).where(Notice.case_id.in_(_same_payment(case)), _denied(case))
    return session.scalar(query.limit(1)) is not None
