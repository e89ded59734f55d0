"""Jobs that are there for ever: one row each, under a fixed id, so that several schedulers plan one job."""

from __future__ import annotations

import uuid

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from recovery.db import Database
from recovery.models import Job


def plan_standing(database: Database, job_id: uuid.UUID, topic: str) -> None:
    """See to it that the job exists and is due, whatever became of it before."""
    fresh = {"state": "due", "attempts": 0, "due_at": func.now(), "rung_at": None}
    row = insert(Job).values(id=job_id, topic=topic, data={}, **fresh)
    with database.unit_of_work() as session:
        session.execute(row.on_conflict_do_update(index_elements=[Job.id], set_=fresh))
