"""Alarms: rung by whoever notices, in the unit of work in which it is noticed, and acknowledged by a person with a reason.

An alarm moves no case and no money. Whoever needs it to stop something stops it besides.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.alarm_texts import ALARMS
from recovery.domain.ids import new_id
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, StepUpNeeded
from recovery.models import Alarm, AlarmAnswer
from recovery.queries.alarms import ANSWERERS, may_read
from recovery.queries.clock import database_now
from recovery.queries.custody import WALLET_CHANGED

LONGEST_SUBJECT = 300
LONGEST_REASON = 2_000

log = structlog.get_logger()


def ring(
    session: Session,
    kind: str,
    subject: str,
    facts: Mapping[str, Any],
    *,
    caused_by: Collection[uuid.UUID] = (),
    once: bool = False,
) -> Alarm:
    """Ring an alarm, or give the one that rings already for this kind and subject.

    ``once``: an acknowledged one is given too, for what stays visible after somebody looked (a transaction on the chain);
    otherwise it rings anew. ``facts`` are plain JSON. Raises ValueError for a kind without a text.
    """
    if kind not in ALARMS:
        raise ValueError(f"no such alarm: {kind}")
    subject = subject[:LONGEST_SUBJECT]
    if once and (known := _latest(session, kind, subject)) is not None:
        return known
    alarm_id = session.scalar(
        insert(Alarm)
        .values(
            id=new_id(),
            kind=kind,
            subject=subject,
            facts=dict(facts),
            caused_by=sorted({str(person) for person in caused_by}),
        )
        .on_conflict_do_nothing(index_elements=["kind", "subject"], index_where=Alarm.answered_at.is_(None))
        .returning(Alarm.id)
    )
    if alarm_id is None:
        rung = _latest(session, kind, subject)
        assert rung is not None
        return rung
    log.error("alarm", kind=kind, subject=subject)
    return session.get_one(Alarm, alarm_id)


def _latest(session: Session, kind: str, subject: str) -> Alarm | None:
    """The open one, else the last one."""
    query = (
        select(Alarm)
        .where(Alarm.kind == kind, Alarm.subject == subject)
        .order_by(Alarm.answered_at.is_(None).desc(), Alarm.raised_at.desc(), Alarm.id.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def acknowledge(session: Session, actor: Actor, alarm_id: uuid.UUID, reason: str) -> Alarm:
    """Somebody looked, and says why it may rest. Raises NotFound, NotAllowed, InvalidInput, Conflict, and StepUpNeeded where
    that lets something go."""
    if not may_read(actor):
        raise NotFound("not_found")
    if not actor.roles & ANSWERERS:
        raise NotAllowed("not_your_role")
    why = reason.strip()[:LONGEST_REASON]
    if not why:
        raise InvalidInput("alarm_needs_reason", fields={"reason": ["alarm_needs_reason"]})
    alarm = session.get(Alarm, alarm_id, with_for_update=True, populate_existing=True)
    if alarm is None:
        raise NotFound("not_found")
    if str(actor.id) in alarm.caused_by:
        raise NotAllowed("you_caused_it")
    if alarm.answered_at is not None:
        raise Conflict("alarm_is_answered")
    if alarm.kind == WALLET_CHANGED and not actor.stepped_up:
        raise StepUpNeeded("needs_step_up")
    session.add(AlarmAnswer(alarm_id=alarm.id, person_id=actor.id, reason=why))
    alarm.answered_at = database_now(session)
    return alarm
