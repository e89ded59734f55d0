"""Breaking the glass: three people, a lead among them, let a plan go although an approver is missing or a limit, an order or an
expiry blocks it. It rings until somebody else has reviewed it.

What they never get around: the digest, the destination and addresses, screening, disputes, and the separation of duties.
Those are guards of the move itself, of the release, and of the database.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.authorization import role_for
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed, NotFound
from recovery.models import BreakGlassVote, BrokenGlass, Plan, RecoveryCase, SignOff
from recovery.queries.clock import database_now
from recovery.queries.sign_offs import cases_of, standing_of
from recovery.services.messages import write_message
from recovery.services.sign_offs import advance_all, had_a_part, plan_due, required
from workflows.states import State
from workflows.tables import WORKFLOWS
from workflows.unlisted_token import MAKERS

log = structlog.get_logger(__name__)

REVIEWERS = frozenset({"auditor", "lead", "admin"})
LONGEST_NOTE = 4_000


def vote(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """One of the three, with a reason, about exactly this digest. The third rings.

    Raises Conflict, MoveNotOpen, NotAllowed for anybody who made, approved or prepared.
    """
    plan = plan_due(session, case)
    if plan.digest != data["digest"]:
        raise Conflict("plan_changed")
    needs = required(session, plan)
    signed = select(SignOff.approver_id).where(
        SignOff.plan_id == plan.id, or_(SignOff.approver_id == actor.id, SignOff.on_behalf_of == actor.id)
    )
    if session.scalar(signed) is not None:
        raise NotAllowed("you_prepared_it")
    row = WORKFLOWS[case.workflow].row(State(case.state), data["_name"])
    stage = role_for(actor, row) if row is not None else None
    if stage is None:
        raise NotAllowed("not_your_role")
    commitment = write_message(session, actor, case, "reason", data["reason"])
    recorded = {"plan": str(plan.id), "digest": plan.digest, "reason": commitment}
    advance_all(session, actor, plan, case, data["_name"], recorded, version)
    session.add(
        BreakGlassVote(
            plan_id=plan.id,
            voter_id=actor.id,
            stage=stage,
            digest=plan.digest,
            preparer_id=plan.prepared_by,
            reason=data["reason"],
        )
    )
    session.flush()
    if standing_of(session, plan).broken and session.get(BrokenGlass, plan.id) is None:
        due = database_now(session) + timedelta(seconds=needs.review_within)
        session.add(BrokenGlass(plan_id=plan.id, review_due=due))
        session.flush()
        log.error("glass_broken", case=case.ref, plan=str(plan.id))


def review(session: Session, actor: Actor, plan_id: uuid.UUID, note: str) -> BrokenGlass:
    """Somebody who had no part in it writes down what they found; the alarm falls silent.

    Raises NotFound, NotAllowed, InvalidInput, MoveNotOpen.
    """
    if not actor.roles & REVIEWERS:
        raise NotAllowed("not_your_role")
    alarm = session.get(BrokenGlass, plan_id, with_for_update=True, populate_existing=True)
    if alarm is None:
        raise NotFound("not_found")
    if alarm.reviewed_at is not None:
        raise MoveNotOpen("glass_is_reviewed")
    if _had_a_part(session, session.get_one(Plan, plan_id), actor.id):
        raise NotAllowed("you_prepared_it")
    text = note.strip()[:LONGEST_NOTE]
    if not text:
        raise InvalidInput("field_is_missing", fields={"note": ["field_is_missing"]})
    alarm.reviewed_by, alarm.reviewed_at, alarm.note = actor.id, database_now(session), text
    session.flush()
    return alarm


def _had_a_part(session: Session, plan: Plan, who: uuid.UUID) -> bool:
    signed = select(SignOff.plan_id).where(
        SignOff.plan_id == plan.id, or_(SignOff.approver_id == who, SignOff.on_behalf_of == who)
    )
    voted = select(BreakGlassVote.plan_id).where(BreakGlassVote.plan_id == plan.id, BreakGlassVote.voter_id == who)
    if who == plan.prepared_by or session.scalar(signed) is not None or session.scalar(voted) is not None:
        return True
    return any(had_a_part(session, case, who, MAKERS) for case in cases_of(session, plan))
