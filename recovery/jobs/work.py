"""One leased job in a worker's hands: read, ask, write, and finish in the same unit of work as the effect."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.orm import Session

from chains.transport import nodes_from_urls
from chains.types import Node
from config.settings import Settings
from recovery.db import Database
from recovery.domain.ids import new_id
from recovery.jobs.crash import crash_point
from recovery.models import Job, RecoveryCase

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 25
LONGEST_BACKOFF = 300.0


class LeaseLost(Exception):
    """Somebody else holds the job now; whatever this worker wrote in the same unit of work is undone."""


@dataclass(frozen=True)
class Work:
    """A job as leased: what it is about and the fence that only its holder can pass."""

    database: Database
    settings: Settings
    job_id: uuid.UUID
    lease_id: uuid.UUID
    topic: str
    case_id: uuid.UUID | None
    data: dict[str, Any]
    attempts: int

    def nodes(self, network: str) -> tuple[Node, ...]:
        """The nodes configured for a network, possibly none."""
        return nodes_from_urls(self.settings.nodes.get(network, ()))

    def case(self, session: Session) -> RecoveryCase:
        """The case the job is about, as it now is."""
        return session.execute(select(RecoveryCase).where(RecoveryCase.id == self.case_id)).scalar_one()

    @contextmanager
    def finishing(self) -> Iterator[Session]:
        """The unit of work of the effect; the job is done in it, or due again when :meth:`again` was called."""
        with self.database.unit_of_work() as session:
            self._finish(session, state="done", done_at=func.now())
            yield session

    def again(self, session: Session, seconds: float) -> None:
        """Inside :meth:`finishing`: not done after all, due again after a while; waiting is no failed attempt."""
        session.execute(
            update(Job)
            .where(Job.id == self.job_id)
            .values(
                state="due",
                done_at=None,
                rung_at=None,
                attempts=0,
                due_at=func.now() + timedelta(seconds=seconds),
            )
        )

    def failed(self, error: str, *, passing: bool = False) -> None:
        """Note a failure (a class and a code, nothing foreign) and come back later, or wait for a person.

        A ``passing`` trouble (nodes that do not answer) may last for days; it never leaves a case without its job.
        """
        stuck = self.attempts >= MOST_ATTEMPTS and not passing
        pause = min(LONGEST_BACKOFF, 0.5 * 2 ** min(self.attempts, 12))
        with self.database.unit_of_work() as session:
            self._finish(
                session,
                state="stuck" if stuck else "due",
                last_error=error[:500],
                rung_at=None,
                due_at=func.now() + timedelta(seconds=pause),
            )

    def _finish(self, session: Session, **values: Any) -> None:
        fenced = session.execute(
            update(Job)
            .where(Job.id == self.job_id, Job.lease_id == self.lease_id, Job.state == "due")
            .values(lease_id=None, lease_until=None, **values)
            .returning(Job.id)
        ).scalar_one_or_none()
        if fenced is None:
            raise LeaseLost(str(self.job_id))


def lease(database: Database, settings: Settings, job_id: uuid.UUID | None = None, *, limit: int = 1) -> list[Work]:
    """Take jobs that are due: the named one, or the oldest. A job somebody holds is skipped, not waited for."""
    lease_id = new_id()
    due = (
        select(Job.id)
        .where(
            Job.state == "due",
            Job.due_at <= func.now(),
            or_(Job.lease_until.is_(None), Job.lease_until < func.now()),
        )
        .order_by(Job.due_at, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if job_id is not None:
        due = due.where(Job.id == job_id)
    with database.unit_of_work() as session:
        # a lease that a crash of the database forgets is only taken again, and its holder's fence does not pass
        session.execute(text("SET LOCAL synchronous_commit = off"))
        rows = session.execute(
            update(Job)
            .where(Job.id.in_(due.scalar_subquery()))
            .values(lease_id=lease_id, lease_until=func.now() + LEASE, attempts=Job.attempts + 1)
            .returning(Job.id, Job.topic, Job.case_id, Job.data, Job.attempts)
        ).all()
    crash_point("job:after_lease")
    return [Work(database, settings, row.id, lease_id, row.topic, row.case_id, row.data, row.attempts) for row in rows]
