"""Jobs that failed too often and wait for a person: listed, and made due again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from recovery.models import Job, RecoveryCase


def stuck_jobs(session: Session) -> list[dict[str, Any]]:
    """Every job that waits for a person, oldest first: what it is, whose case, how it failed last."""
    rows = session.execute(
        select(Job.id, Job.topic, RecoveryCase.ref, Job.attempts, Job.last_error, Job.created_at)
        .outerjoin(RecoveryCase, RecoveryCase.id == Job.case_id)
        .where(Job.state == "stuck")
        .order_by(Job.created_at, Job.id)
    )
    return [
        {
            "id": str(row.id),
            "topic": row.topic,
            "case": row.ref,
            "attempts": row.attempts,
            "last_error": row.last_error,
            "created_at": row.created_at.isoformat(),
        }
        for row in rows
    ]


def retry_jobs(session: Session, ids: Sequence[uuid.UUID] | None) -> int:
    """Make stuck jobs due again, the named ones or all; says how many. Harmless: a job is safe to run twice."""
    again = (
        update(Job)
        .where(Job.state == "stuck")
        .values(state="due", attempts=0, due_at=func.now(), rung_at=None, lease_id=None, lease_until=None)
        .returning(Job.id)
    )
    if ids is not None:
        again = again.where(Job.id.in_(ids))
    return len(session.scalars(again).all())
