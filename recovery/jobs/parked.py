"""The jobs that follow no move of one case: watching what parked cases wait for, and ending disputes that are over."""

from __future__ import annotations

import uuid

import structlog

from recovery.db import Database
from recovery.jobs.standing import plan_standing
from recovery.jobs.work import Work
from recovery.services import disputes, parking

EVERY_SECONDS = 60.0
AT_ONCE_SECONDS = 1.0
JOB_ID = uuid.UUID("7061726b-6564-7000-8000-000000000001")

log = structlog.get_logger()


def plan_look(database: Database) -> None:
    """See to it that the job exists and is due."""
    plan_standing(database, JOB_ID, "parked.look")


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
