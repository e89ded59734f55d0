"""Which cases a plan serves, and with what part of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recovery.models import Plan, PlanCase, RecoveryCase, RefundReturn


@dataclass(frozen=True)
class Member:
    """A case of a plan, with its part."""

    case: RecoveryCase
    part: PlanCase


def members(session: Session, plan: Plan) -> list[Member]:
    """The cases of a plan whose part is open, in the order of the plan."""
    rows = session.execute(
        select(RecoveryCase, PlanCase)
        .join(PlanCase, PlanCase.case_id == RecoveryCase.id)
        .where(PlanCase.plan_id == plan.id, PlanCase.state == "open")
        .order_by(PlanCase.place)
        .execution_options(populate_existing=True)
    )
    return [Member(case, part) for case, part in rows]


def parts_of(session: Session, plan_id: uuid.UUID) -> list[PlanCase]:
    """Every part of a plan, whatever became of it, in the order of the plan."""
    query = select(PlanCase).where(PlanCase.plan_id == plan_id).order_by(PlanCase.place)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def part_of(session: Session, case_id: uuid.UUID, kind: str) -> PlanCase | None:
    """The one part of that kind a case has that is open or confirmed."""
    return session.scalars(
        select(PlanCase)
        .where(PlanCase.case_id == case_id, PlanCase.kind == kind, PlanCase.state.in_(("open", "confirmed")))
        .execution_options(populate_existing=True)
    ).first()


def leads(session: Session, plan: Plan, case: RecoveryCase) -> bool:
    """Whether the case is the first of the plan's open ones that stand where it stands: the one whose jobs work for all of
    them. A case that was stopped works for nobody."""
    first = session.scalars(
        select(PlanCase.case_id)
        .join(RecoveryCase, RecoveryCase.id == PlanCase.case_id)
        .where(PlanCase.plan_id == plan.id, PlanCase.state == "open", RecoveryCase.state == case.state)
        .order_by(PlanCase.place)
        .limit(1)
    ).first()
    return first == case.id


def companions(session: Session, case_id: uuid.UUID) -> list[RecoveryCase]:
    """The other cases of the open plan the case is part of."""
    own = select(PlanCase.plan_id).where(PlanCase.case_id == case_id, PlanCase.state == "open")
    return list(
        session.scalars(
            select(RecoveryCase)
            .join(PlanCase, PlanCase.case_id == RecoveryCase.id)
            .where(PlanCase.plan_id.in_(own), PlanCase.state == "open", PlanCase.case_id != case_id)
            .order_by(RecoveryCase.id)
        )
    )


def payment_leg(session: Session, plan: Plan, part: PlanCase) -> tuple[str, int]:
    """The name of the part's payment in the books, and how often the chain has taken it back: each time it is another."""
    query = select(func.count()).select_from(RefundReturn)
    times = (
        session.scalar(
            query.where(
                RefundReturn.plan_id == plan.id, RefundReturn.case_id == part.case_id, RefundReturn.why == "reorganised"
            )
        )
        or 0
    )
    return f"{part.round}.{times}" if times else str(part.round), times
