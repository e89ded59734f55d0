"""Alarms that wait for somebody, and those somebody looked at."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.models import Alarm, AlarmAnswer, Person

READERS = frozenset({"lead", "clearing", "wallet", "auditor", "admin"})
ANSWERERS = frozenset({"lead", "clearing", "wallet"})
MOST_SHOWN = 200


@dataclass(frozen=True)
class AlarmRow:
    """One alarm as it is shown. ``answered_by`` is a name, empty while nobody acknowledged it."""

    id: uuid.UUID
    kind: str
    subject: str
    facts: dict[str, Any]
    caused_by: tuple[str, ...]
    raised_at: datetime
    answered_at: datetime | None
    answered_by: str
    reason: str


def may_read(actor: Actor | None) -> bool:
    """Whether the actor is told of alarms: those who move, count or watch over value."""
    return actor is not None and bool(actor.roles & READERS)


def count_open(session: Session) -> int:
    """How many alarms nobody has acknowledged."""
    return session.scalar(select(func.count()).select_from(Alarm).where(Alarm.answered_at.is_(None))) or 0


def open_by_kind(session: Session) -> dict[str, int]:
    """The same by kind."""
    query = select(Alarm.kind, func.count()).where(Alarm.answered_at.is_(None)).group_by(Alarm.kind)
    return {str(kind): int(count) for kind, count in session.execute(query)}


def list_alarms(session: Session, *, still_open: bool, limit: int = MOST_SHOWN) -> list[AlarmRow]:
    """Open alarms, the oldest first; or acknowledged ones, the latest first."""
    query = (
        select(Alarm, AlarmAnswer.reason, Person.display_name)
        .outerjoin(AlarmAnswer, AlarmAnswer.alarm_id == Alarm.id)
        .outerjoin(Person, Person.id == AlarmAnswer.person_id)
        .limit(limit)
    )
    if still_open:
        query = query.where(Alarm.answered_at.is_(None)).order_by(Alarm.raised_at, Alarm.id)
    else:
        query = query.where(Alarm.answered_at.is_not(None)).order_by(Alarm.answered_at.desc(), Alarm.id.desc())
    return [_row(alarm, reason, name) for alarm, reason, name in session.execute(query)]


def _row(alarm: Alarm, reason: str | None, name: str | None) -> AlarmRow:
    return AlarmRow(
        id=alarm.id,
        kind=alarm.kind,
        subject=alarm.subject,
        facts=alarm.facts,
        caused_by=tuple(alarm.caused_by),
        raised_at=alarm.raised_at,
        answered_at=alarm.answered_at,
        answered_by=name or "",
        reason=reason or "",
    )
