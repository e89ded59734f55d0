"""Delegation: somebody lends their limits to a deputy for a time, with a reason, and the deputy confirms.

Rights are never lent: the deputy must be of the same team already. What is lent are the limits of the one who is away, and
a sign-off made with them names both, so that neither signs the same plan again and neither may have made the case.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.ids import new_id
from recovery.domain.sign_off_rules import STAGES
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed, NotFound, StepUpNeeded
from recovery.models import Delegation, Person
from recovery.queries.clock import database_now
from recovery.queries.delegations import delegation_in_force
from recovery.queries.people import roles_of

LONGEST = timedelta(days=60)
LONGEST_REASON = 1_000


def delegate(
    session: Session, actor: Actor, to_id: uuid.UUID, stage: str, starts_at: datetime, ends_at: datetime, reason: str
) -> Delegation:
    """Ask somebody of the same team to stand in. Raises NotAllowed, NotFound, InvalidInput, StepUpNeeded."""
    if stage not in STAGES or stage not in actor.roles:
        raise NotAllowed("not_your_role")
    deputy = session.get(Person, to_id)
    if deputy is None:
        raise NotFound("not_found")
    if not deputy.active or stage not in roles_of(session, to_id) or to_id == actor.id:
        raise InvalidInput("deputy_is_of_another_team", fields={"to": ["deputy_is_of_another_team"]})
    now = database_now(session)
    if not (starts_at < ends_at and now < ends_at and ends_at - starts_at <= LONGEST):
        raise InvalidInput("delegation_period_is_wrong", fields={"ends_at": ["delegation_period_is_wrong"]})
    text = reason.strip()[:LONGEST_REASON]
    if not text:
        raise InvalidInput("field_is_missing", fields={"reason": ["field_is_missing"]})
    if not actor.stepped_up:
        raise StepUpNeeded("needs_step_up")
    made = Delegation(
        id=new_id(), from_id=actor.id, to_id=to_id, stage=stage, starts_at=starts_at, ends_at=ends_at, reason=text
    )
    session.add(made)
    session.flush()
    return made


def confirm_delegation(session: Session, actor: Actor, delegation_id: uuid.UUID) -> Delegation:
    """The deputy agrees. Raises NotFound (also for somebody else's), StepUpNeeded, Conflict."""
    found = _open(session, delegation_id)
    if found.to_id != actor.id:
        raise NotFound("not_found")
    if not actor.stepped_up:
        raise StepUpNeeded("needs_step_up")
    if found.confirmed_at is not None:
        raise Conflict("delegation_is_confirmed")
    found.confirmed_at = database_now(session)
    session.flush()
    return found


def end_delegation(session: Session, actor: Actor, delegation_id: uuid.UUID) -> Delegation:
    """Either of the two, a lead or an administrator ends it at once. Raises NotFound, Conflict."""
    found = _open(session, delegation_id)
    if actor.id not in (found.from_id, found.to_id) and not actor.roles & {"lead", "admin"}:
        raise NotFound("not_found")
    found.ended_at, found.ended_by = database_now(session), actor.id
    session.flush()
    return found


def principal(session: Session, actor: Actor, stage: str, named: uuid.UUID | None) -> uuid.UUID | None:
    """In whose place the actor signs, when they say so; the delegation stays as it is until the unit of work ends.

    Raises MoveNotOpen when there is no confirmed delegation now.
    """
    if named is None:
        return None
    found = delegation_in_force(session, named, actor.id, stage, database_now(session), lock=True)
    if found is None or stage not in roles_of(session, named):
        raise MoveNotOpen("no_delegation")
    return named


def _open(session: Session, delegation_id: uuid.UUID) -> Delegation:
    found = session.scalars(
        select(Delegation)
        .where(Delegation.id == delegation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound("not_found")
    if found.ended_at is not None:
        raise Conflict("delegation_is_over")
    return found
