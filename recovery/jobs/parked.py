"""The jobs that follow no move of one case: watching what parked cases wait for, and ending disputes that are over."""

from __future__ import annotations

import uuid

import structlog
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from recovery.db import Database
from recovery.jobs.work import Work
from recovery.models import Job
from recovery.services import disputes, parking

EVERY_SECONDS = 60.0
AT_ONCE_SECONDS = 1.0
JOB_ID = uuid.UUID("7061726b-6564-7000-8000-000000000001")
"""One row for ever, so that several schedulers plan one job."""

log = structlog.get_logger()


def plan_look(database: Database) -> None:
    """See to it that the job exists and is due, whatever became of it before."""
    fresh = {"state": "due", "attempts": 0, "due_at": func.now(), "rung_at": None}
    row = insert(Job).values(id=JOB_ID, topic="parked.look", data={}, **fresh)
    with database.unit_of_work() as session:
        session.execute(row.on_conflict_do_update(index_elements=[Job.id], set_=fresh))


def look(work: Work) -> None:
    """Re-open parked cases for which something has changed, a batch at a time, and come back."""
    with work.finishing() as session:
        moved = parking.look(session, work.all_nodes().keys())
        work.again(session, AT_ONCE_SECONDS if moved >= parking.AT_ONCE else EVERY_SECONDS)
    if moved:
        log.info("parked.moved", cases=moved)


def end_dispute(work: Work) -> None:
    """The leg of a dispute was paid out: whoever else claimed it is looked at anew."""
    with work.finishing() as session:
        disputes.end_paid(session, work.case(session))
