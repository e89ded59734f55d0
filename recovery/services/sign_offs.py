"""Sign-offs: the approval of the exact payload that was on the screen, or its rejection with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.sign_off_rules import Requirement
from recovery.errors import Conflict, MoveNotOpen, NotAllowed
from recovery.models import BreakGlassVote, Plan, RecoveryCase, SignOff
from recovery.queries.clock import database_now
from recovery.queries.facts import KIND_OF_STATE, current_plan, read_makers
from recovery.queries.limits import lock_limits
from recovery.queries.people import is_paid_by
from recovery.queries.sign_offs import cases_of, moved_by, people_of, shown_digest, standing_of
from recovery.services.delegations import principal
from recovery.services.limits import spend
from recovery.services.messages import write_message
from recovery.services.plan_ends import close
from recovery.services.sign_off_rules import write_requirement
from recovery.services.transitions import advance, lock_all
from workflows.states import State
from workflows.tables import WORKFLOWS
from workflows.unlisted_token import MAKERS


def sign_off(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """One person's approval, for a team, of the digest that was on the screen.

    Raises Conflict when the plan or what was shown is another by now, MoveNotOpen when it is not this team's turn or a
    limit is broken, NotAllowed when the person (or whom they stand for) had a part in the case.
    """
    stage = data["_name"].rpartition("_")[2]
    plan = plan_due(session, case)
    if plan.digest != data["digest"]:
        raise Conflict("plan_changed")
    needs, shown = required(session, plan), shown_digest(session, plan)
    if data.get("shown") not in (None, "", shown):
        raise Conflict("plan_changed")
    if database_now(session) < plan.at + timedelta(seconds=needs.minimum_look):
        raise MoveNotOpen("look_longer", seconds=needs.minimum_look)
    whom = principal(session, actor, stage, _named(data))
    recorded = {"plan": str(plan.id), "digest": plan.digest, "shown": shown, "policy": needs.policy_version}
    if whom is not None:
        recorded["on_behalf_of"] = str(whom)
    _keep_apart(session, plan, actor.id, whom)
    advance_all(session, actor, plan, case, data["_name"], recorded, version)
    spend(
        session,
        actor,
        whom or actor.id,
        moved_by(plan),
        needs.value,
        kind=plan.kind,
        needed=needs.limit_needed,
        plan_id=plan.id,
    )
    session.add(
        SignOff(
            plan_id=plan.id,
            stage=stage,
            digest=plan.digest,
            preparer_id=plan.prepared_by,
            approver_id=actor.id,
            on_behalf_of=whom,
            shown=shown,
        )
    )
    session.flush()


def reject(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """A team says no: the plan is void, and with it every approval of it."""
    plan = plan_due(session, case)
    commitment = write_message(session, actor, case, "reason", data["reason"])
    recorded = {"plan": str(plan.id), "reason": commitment}
    advance_all(session, actor, plan, case, data["_name"], recorded, version)
    close(session, plan)


def advance_all(
    session: Session,
    actor: Actor,
    plan: Plan,
    case: RecoveryCase,
    name: str,
    recorded: Mapping[str, Any],
    version: int | None,
) -> None:
    """Move every case the plan is about. ``version`` is of the case that was on the screen. Their rows are written before
    anything else, since the database asks the history whether a sign-off happened."""
    cases = cases_of(session, plan)
    lock_all(session, cases)
    for member in cases:
        advance(session, actor, member, name, data=recorded, version=version if member.id == case.id else None)
    session.flush()


def plan_due(session: Session, case: RecoveryCase) -> Plan:
    """The plan that waits to be approved. Raises MoveNotOpen."""
    kind = KIND_OF_STATE.get(State(case.state))
    plan = current_plan(session, case.id, kind) if kind else None
    if plan is None or plan.state != "drafted":
        raise MoveNotOpen("plan_is_current")
    return plan


def required(session: Session, plan: Plan) -> Requirement:
    """What the plan needs, kept with it from here on if it was not before."""
    return write_requirement(session, plan, cases_of(session, plan))


def fully_signed(session: Session, plan: Plan) -> bool:
    """Whether enough approvals of this digest count at this moment."""
    return standing_of(session, plan).complete


def releasable(session: Session, plan: Plan) -> bool:
    """The same in the unit of work that releases: limits are read again and cannot change until it ends, and whoever left
    their team or is over a limit by now does not count. The database counts people once more by itself."""
    required(session, plan)
    moved = moved_by(plan)
    lock_limits(session, people_of(standing_of(session, plan)), moved.network, moved.contract)
    return fully_signed(session, plan)


def _keep_apart(session: Session, plan: Plan, actor: uuid.UUID, whom: uuid.UUID | None) -> None:
    """Neither of the two signed this plan before, nor for anybody, nor broke its glass; the one stood for made nothing of it."""
    both = [one for one in (actor, whom) if one is not None]
    signed = select(SignOff.approver_id).where(
        SignOff.plan_id == plan.id, or_(SignOff.approver_id.in_(both), SignOff.on_behalf_of.in_(both))
    )
    voted = select(BreakGlassVote.voter_id).where(BreakGlassVote.plan_id == plan.id, BreakGlassVote.voter_id.in_(both))
    if session.scalar(signed) is not None or session.scalar(voted) is not None:
        raise NotAllowed("you_prepared_it")
    for member in cases_of(session, plan) if whom is not None else ():
        if whom == plan.prepared_by or had_a_part(session, member, whom, MAKERS):
            raise NotAllowed("you_prepared_it")


def had_a_part(session: Session, case: RecoveryCase, who: uuid.UUID | None, moves: Sequence[str]) -> bool:
    """Whether somebody is paid by a case, or made one of these moves of it."""
    makers = read_makers(session, case, WORKFLOWS[case.workflow])
    return is_paid_by(session, who, case) or any(who in makers.get(name, ()) for name in moves)


def _named(data: Mapping[str, Any]) -> uuid.UUID | None:
    named = data.get("on_behalf_of")
    return uuid.UUID(str(named)) if named else None
