"""The daily reconciliation of everything, by itself."""

from __future__ import annotations

import uuid

import structlog
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from recovery.db import Database
from recovery.domain.actor import SYSTEM
from recovery.jobs.crash import crash_point
from recovery.jobs.work import Work
from recovery.models import Job
from recovery.queries.reconciliation import at_one_moment, read_books
from recovery.services.reconciliation import NOTHING, Compared, ask_chain, keep

EVERY_SECONDS = 86_400.0
JOB_ID = uuid.UUID("7265636f-6e63-7000-8000-000000000001")
"""One row for ever, so that several schedulers plan one job."""

log = structlog.get_logger()


def plan_run(database: Database) -> None:
    """See to it that the job exists; when it is planned already it stays due when it was."""
    row = insert(Job).values(id=JOB_ID, topic="reconcile.run", data={}, state="due", attempts=0, due_at=func.now())
    with database.unit_of_work() as session:
        session.execute(
            row.on_conflict_do_update(
                index_elements=[Job.id], set_={"state": "due", "attempts": 0}, where=Job.state != "due"
            )
        )


def run(work: Work) -> None:
    """Read the books at one moment and ask the nodes, again and again until every place was compared; then write down what
    was found, and come back tomorrow."""
    begun = work.data.get("begun")
    with work.database.reading() as session:
        at_one_moment(session)
        books = read_books(session)
    crash_point("reconcile:before_ask")
    compared = ask_chain(books, work.all_nodes(), Compared.from_json(begun) if begun else NOTHING)
    crash_point("reconcile:after_ask")
    with work.finishing() as session:
        if compared.after is not None:
            work.again(session, 0.0, data={"begun": compared.as_json()})
            return
        found = keep(session, SYSTEM, compared)
        log.info("reconciled", lines=found.lines, unexplained=found.unexplained, unknown=found.unknown)
        work.again(session, EVERY_SECONDS, data={"begun": None})
