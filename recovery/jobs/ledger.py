"""Snapshots of the balances, so that a fold never begins at the first posting."""

from __future__ import annotations

import uuid

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from recovery.db import Database
from recovery.jobs.work import Work
from recovery.models import Job
from recovery.services.ledger import horizon, worth_a_snapshot, write_snapshot

EVERY_SECONDS = 600.0
JOB_ID = uuid.UUID("6c656467-6572-7000-8000-000000000001")
"""One row for ever, so that several schedulers plan one job."""


def plan_snapshot(database: Database) -> None:
    """See to it that the job exists and is due, whatever became of it before."""
    fresh = {"state": "due", "attempts": 0, "due_at": func.now(), "rung_at": None}
    row = insert(Job).values(id=JOB_ID, topic="ledger.snapshot", data={}, **fresh)
    with database.unit_of_work() as session:
        session.execute(row.on_conflict_do_update(index_elements=[Job.id], set_=fresh))


def snapshot(work: Work) -> None:
    """Hold the gate for a moment to learn the horizon; sum up without it."""
    with work.database.unit_of_work() as session:
        upto = horizon(session)
    with work.finishing() as session:
        if worth_a_snapshot(session, upto):
            write_snapshot(session, upto)
        work.again(session, EVERY_SECONDS)
