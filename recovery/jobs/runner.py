"""What the queue calls: run the job it rang for, then whatever else is due for a moment."""

from __future__ import annotations

import time
import uuid
from contextlib import nullcontext
from functools import cache

import structlog

from chains.errors import ChainError
from config.settings import Settings
from recovery.db import Database
from recovery.errors import RecoveryError, Unavailable
from recovery.jobs.holding import held
from recovery.jobs.topics import ASK_NO_NODE, TOPICS
from recovery.jobs.work import LEASE, LeaseLost, Work, give_back, lease

log = structlog.get_logger()

KEEP_GOING_SECONDS = 2.0
AT_ONCE = 20
"""How many jobs that ask no node are leased together."""
WAITING_SECONDS = LEASE.total_seconds() / 3
"""How long a leased job may wait for its turn: enough of its lease must be left to run in."""
PASSING = (ChainError, Unavailable)
"""Troubles that end by themselves, however long they last: a job that meets them is never given up."""


@cache
def _process() -> tuple[Database, Settings]:
    """One pool of connections for the life of the worker."""
    settings = Settings.from_env()
    return Database(settings.database_url, pool_size=2), settings


def ring(job_id: str) -> None:
    """Answer the doorbell: the named job first, then others that are due, for a short while."""
    database, settings = _process()
    run_due(database, settings, uuid.UUID(job_id))
    until = time.monotonic() + KEEP_GOING_SECONDS
    while time.monotonic() < until and run_due(database, settings, limit=AT_ONCE):
        pass


def run_due(database: Database, settings: Settings, job_id: uuid.UUID | None = None, *, limit: int = 1) -> int:
    """Lease and run jobs that are due; says how many. Of several, those are given back that had to wait too long."""
    latest = time.monotonic() + WAITING_SECONDS
    works = lease(database, settings, job_id, limit=limit, together=ASK_NO_NODE)
    for number, work in enumerate(works):
        if number and time.monotonic() > latest:
            give_back(works[number:])
            return number
        run(work)
    return len(works)


def run(work: Work) -> None:
    """Run one leased job. Whatever goes wrong is noted on the job and tried again; nothing is swallowed."""
    bound = log.bind(job=str(work.job_id), topic=work.topic, case=str(work.case_id), attempt=work.attempts)
    try:
        with nullcontext() if work.topic in ASK_NO_NODE else held(work):
            TOPICS[work.topic](work)
        bound.info("job.ran")
    except LeaseLost:
        bound.warning("job.lease_lost")
    except (RecoveryError, ChainError) as error:
        _note(work, f"{type(error).__name__}: {getattr(error, 'detail', error.code)}", isinstance(error, PASSING))
        bound.warning("job.refused", code=error.code)
    except Exception as error:  # noqa: BLE001 - the job row must learn of every failure, whatever it was
        _note(work, type(error).__name__)
        bound.exception("job.failed")


def _note(work: Work, error: str, passing: bool = False) -> None:
    try:
        work.failed(error, passing=passing)
    except LeaseLost:
        log.warning("job.lease_lost", job=str(work.job_id))
