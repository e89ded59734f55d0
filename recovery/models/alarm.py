"""Alarms: what somebody must look at now, and who looked. Neither is ever changed afterwards."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base


class Alarm(Base):
    """Something that must not happen, or not for so long. At most one of a kind and subject is open.

    ``subject`` names what it is about, in words of the kind (a network and a hash, a plan, a case number). ``caused_by`` are ids
    of people whose own deed rang it: they may not acknowledge it. ``answered_at`` is all that ever changes.
    """

    __tablename__ = "alarm"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    facts: Mapped[dict[str, Any]]
    caused_by: Mapped[list[Any]]
    raised_at: Mapped[datetime] = mapped_column(server_default=func.now())
    answered_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_alarm_open", "kind", "subject", unique=True, postgresql_where=text("answered_at IS NULL")),
        Index("ix_alarm_raised", "raised_at", "id"),
        Index("ix_alarm_subject", "kind", "subject"),
    )


class AlarmAnswer(Base):
    """Who acknowledged an alarm, and why it may rest. The database refuses those who caused it."""

    __tablename__ = "alarm_answer"

    alarm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("alarm.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (CheckConstraint("length(reason) > 0", name="says_why"),)
