"""One leased job in a worker's hands: read, ask, write, and finish in the same unit of work as the effect."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Integer, Interval, Text, Update, and_, any_, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from chains.nodes import node_table
from chains.types import Node
from config.settings import Settings
from recovery.db import Database, table_of
from recovery.domain.ids import new_id
from recovery.jobs.crash import crash_point
from recovery.models import Job, RecoveryCase

LEASE = timedelta(seconds=30)
LONGEST = timedelta(minutes=10)
"""How long a job may take: a plan of many cases asks slow nodes a great deal."""
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
        return self.all_nodes().get(network, ())

    def all_nodes(self) -> dict[str, tuple[Node, ...]]:
        """The nodes of all networks that have any, by slug."""
        return node_table(self.settings.nodes, public=self.settings.public_nodes)

    def case(self, session: Session) -> RecoveryCase:
        """The case the job is about, as it now is."""
        return session.execute(select(RecoveryCase).where(RecoveryCase.id == self.case_id)).scalar_one()

    @contextmanager
    def finishing(self) -> Iterator[Session]:
        """The unit of work of the effect; the job is done in it, or due again when :meth:`again` was called."""
        with self.database.unit_of_work() as session:
            self._finish(session, _DONE)
            yield session

    def again(self, session: Session, seconds: float, *, data: dict[str, Any] | None = None) -> None:
        """Inside :meth:`finishing`: not done after all, due again after a while; waiting is no failed attempt.

        ``data`` is what the job shall know then besides what it knows.
        """
        session.execute(
            update(Job)
            .where(Job.id == self.job_id)
            .values(
                state="due",
                done_at=None,
                rung_at=None,
                attempts=0,
                due_at=func.now() + timedelta(seconds=seconds),
                data=self.data | (data or {}),
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
                _FAILED,
                new_state="stuck" if stuck else "due",
                error=error[:500],
                pause=timedelta(seconds=pause),
            )

    def give_back(self, session: Session) -> None:
        """Not begun after all: due as before, and no attempt."""
        self._finish(session, _GIVEN_BACK)

    def _finish(self, session: Session, statement: Update, **values: Any) -> None:
        """Let this lease go with the statement, which passes only while the lease is this one's."""
        fence = {"of_job": self.job_id, "of_lease": self.lease_id}
        if session.connection().execute(statement, fence | values).rowcount != 1:
            raise LeaseLost(str(self.job_id))


_JOB = table_of(Job)
_HELD = (
    update(_JOB)
    .where(_JOB.c.id == bindparam("of_job"), _JOB.c.lease_id == bindparam("of_lease"), _JOB.c.state == "due")
    .values(lease_id=None, lease_until=None)
)
_DONE = _HELD.values(state="done", done_at=func.now())
_FAILED = _HELD.values(
    state=bindparam("new_state"),
    last_error=bindparam("error"),
    rung_at=None,
    due_at=func.now() + bindparam("pause", type_=Interval),
)
_GIVEN_BACK = _HELD.values(attempts=_JOB.c.attempts - 1, rung_at=None)


def _lease_of(named: bool) -> ReturningUpdate[Any]:
    """The statement that takes jobs: the named one, or the oldest one and, when that asks no node, more such jobs.

    A lease need not survive a crash of the database: then the job is only taken again, and the fence of its holder does
    not pass. So the commit does not wait for the disk; saying so within the statement saves a round trip.
    """
    free = or_(_JOB.c.lease_until.is_(None), _JOB.c.lease_until < func.now())
    wanted = select(_JOB.c.id, _JOB.c.topic, _JOB.c.due_at).where(
        _JOB.c.state == "due", _JOB.c.due_at <= func.now(), free
    )
    if named:
        wanted = wanted.where(_JOB.c.id == bindparam("named"))
    wanted = wanted.order_by(_JOB.c.due_at, _JOB.c.id).limit(bindparam("most", type_=Integer))
    due = wanted.with_for_update(skip_locked=True).cte("due")
    first = select(due.c.id, due.c.topic).order_by(due.c.due_at, due.c.id).limit(1).cte("first")
    together = bindparam("together", type_=ARRAY(Text))
    taken = select(due.c.id).where(
        or_(due.c.id == first.c.id, and_(first.c.topic == any_(together), due.c.topic == any_(together)))
    )
    return (
        update(_JOB)
        .where(_JOB.c.id.in_(taken.scalar_subquery()))
        .values(
            lease_id=bindparam("new_lease"),
            lease_until=func.now() + bindparam("lease", type_=Interval),
            attempts=_JOB.c.attempts + 1,
        )
        .returning(
            *(_JOB.c.id, _JOB.c.topic, _JOB.c.case_id, _JOB.c.data, _JOB.c.attempts, _JOB.c.due_at),
            func.set_config("synchronous_commit", "off", True),
        )
    )


_LEASE_NAMED, _LEASE_OLDEST = _lease_of(named=True), _lease_of(named=False)


def lease(
    database: Database,
    settings: Settings,
    job_id: uuid.UUID | None = None,
    *,
    limit: int = 1,
    together: Collection[str] = (),
) -> list[Work]:
    """Take jobs that are due: the named one, or the oldest. A job somebody holds is skipped, not waited for.

    More than one are taken only of the topics that may be held ``together``; the oldest comes first.
    """
    lease_id = new_id()
    values: dict[str, Any] = {"new_lease": lease_id, "lease": LEASE, "most": limit, "together": sorted(together)}
    with database.unit_of_work() as session:
        if job_id is None:
            rows = session.connection().execute(_LEASE_OLDEST, values).all()
        else:
            rows = session.connection().execute(_LEASE_NAMED, values | {"named": job_id}).all()
    crash_point("job:after_lease")
    rows = sorted(rows, key=lambda row: (row.due_at, row.id))
    return [Work(database, settings, row.id, lease_id, row.topic, row.case_id, row.data, row.attempts) for row in rows]


def give_back(works: Sequence[Work]) -> None:
    """Let go of jobs that were leased and not begun; somebody may take them at once. A lease already lost stays lost."""
    for work in works:
        with suppress(LeaseLost), work.database.unit_of_work() as session:
            work.give_back(session)
