"""What must still happen (jobs), and what already did (handled requests)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base


class Job(Base):
    """A promise made in the same unit of work as the event that caused it. The queue only carries its id.

    ``lease_until`` and ``lease_id`` fence a worker: only who still holds the lease may finish the job.
    """

    __tablename__ = "job"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    topic: Mapped[str]
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recovery_case.id"), index=True)
    data: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    rung_at: Mapped[datetime | None]
    lease_id: Mapped[uuid.UUID | None]
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('due', 'done', 'stuck')", name="state_is_known"),
        Index("ix_job_due", "due_at", "id", postgresql_where=text("state = 'due'")),
        Index("ix_job_stuck", "topic", postgresql_where=text("state = 'stuck'")),
    )


class HandledRequest(Base):
    """An idempotency key that was honoured, for ever: who, which key, what it asked (fingerprint), what it became."""

    __tablename__ = "handled_request"

    actor_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    result: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
