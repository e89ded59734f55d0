"""Sign-offs: the approval of the exact payload that was on the screen, or its rejection with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.errors import Conflict, MoveNotOpen
from recovery.models import Plan, RecoveryCase, SignOff
from recovery.queries.facts import KIND_OF_STATE, current_plan
from recovery.queries.plan_members import members
from recovery.services.messages import write_message
from recovery.services.plan_ends import close
from recovery.services.transitions import advance, lock_all
from workflows.states import State


def sign_off(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """One team's approval of the digest that was on the screen."""
    name = data["_name"]
    stage = "wallet" if name.endswith("_wallet") else "clearing"
    plan = _plan_due(session, case)
    if plan.digest != data["digest"]:
        raise Conflict("plan_changed")
    for one in _all_of(session, plan, case):
        seen = version if one.id == case.id else None
        advance(session, actor, one, name, data={"plan": str(plan.id), "digest": plan.digest}, version=seen)
    session.add(
        SignOff(
            plan_id=plan.id,
            stage=stage,
            digest=plan.digest,
            preparer_id=plan.prepared_by,
            approver_id=actor.id,
        )
    )


def reject(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """A team says no: the plan is void, and with it every approval of it."""
    plan = _plan_due(session, case)
    commitment = write_message(session, actor, case, "reason", data["reason"])
    for one in _all_of(session, plan, case):
        seen = version if one.id == case.id else None
        advance(session, actor, one, data["_name"], data={"plan": str(plan.id), "reason": commitment}, version=seen)
    close(session, plan, "void")


def _all_of(session: Session, plan: Plan, case: RecoveryCase) -> list[RecoveryCase]:
    """Every case of the plan, locked: what is decided about a plan is decided for all of them."""
    cases = [one.case for one in members(session, plan)]
    lock_all(session, cases)
    return cases


def _plan_due(session: Session, case: RecoveryCase) -> Plan:
    kind = KIND_OF_STATE.get(State(case.state))
    plan = current_plan(session, case.id, kind) if kind else None
    if plan is None or plan.state != "drafted":
        raise MoveNotOpen("plan_is_current")
    return plan


def fully_signed(session: Session, plan: Plan) -> bool:
    """Whether both teams approved this digest."""
    stages = session.scalars(select(SignOff.stage).where(SignOff.plan_id == plan.id, SignOff.digest == plan.digest))
    return set(stages) == {"wallet", "clearing"}
