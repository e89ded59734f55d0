"""Keeping a job in the hands of the worker that works on it, however slow the nodes are it waits for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import func, update
from sqlalchemy.exc import SQLAlchemyError

from recovery.errors import RecoveryError
from recovery.jobs.work import LEASE, LONGEST, Work
from recovery.models import Job

log = structlog.get_logger()

RENEW_SECONDS = LEASE.total_seconds() / 3
RENEWALS = round(LONGEST.total_seconds() / RENEW_SECONDS)
"""A worker that hangs for longer than these loses its job after all."""


@contextmanager
def held(work: Work) -> Iterator[None]:
    """Renew the lease while the block runs. Without this two workers that wait for the same slow node longer than a
    lease take the job from each other for ever, and neither may finish it."""
    over = threading.Event()
    keeper = threading.Thread(target=_renew, args=(work, over), name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _renew(work: Work, over: threading.Event) -> None:
    for _ in range(RENEWALS):
        if over.wait(RENEW_SECONDS):
            return
        try:
            with work.database.unit_of_work() as session:
                session.execute(
                    update(Job)
                    .where(Job.id == work.job_id, Job.lease_id == work.lease_id, Job.state == "due")
                    .values(lease_until=func.now() + LEASE)
                )
        except (SQLAlchemyError, RecoveryError) as error:
            log.warning("job.lease_not_renewed", job=str(work.job_id), error=type(error).__name__)
