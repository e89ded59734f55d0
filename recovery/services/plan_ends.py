"""How a plan ends before it is sent: taken back, or rejected; whatever it would have spent is free again."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from recovery.domain.actor import SYSTEM
from recovery.models import Plan, PlanInput, RecoveryCase
from recovery.queries.clock import database_now
from recovery.queries.plan_members import members, parts_of
from recovery.services.transitions import advance, lock_all


def void(session: Session, plan: Plan, leaving: RecoveryCase) -> None:
    """Take back a drafted plan that a locked case leaves, and every approval of it; its other cases are planned anew."""
    others = [one.case for one in members(session, plan) if one.case.id != leaving.id]
    lock_all(session, others)
    close(session, plan)
    for case in others:
        advance(session, SYSTEM, case, f"redraft_{plan.kind}", data={"plan": str(plan.id)})


def close(session: Session, plan: Plan) -> None:
    """End a plan that will not be sent."""
    for part in parts_of(session, plan.id):
        if part.state == "open":
            part.state = "void"
    plan.state, plan.changed_at = "void", database_now(session)
    free_inputs(session, plan)
    session.flush()


def free_inputs(session: Session, plan: Plan) -> None:
    """The outputs the plan would have spent may be spent by another."""
    session.execute(update(PlanInput).where(PlanInput.plan_id == plan.id, PlanInput.held).values(held=False))
