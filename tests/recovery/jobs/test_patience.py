"""Jobs that wait for others: held while nodes are slow, never given up while nodes are silent."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from chains.errors import NodesDisagree, NodeUnavailable
from config.settings import Settings
from recovery.errors import Conflict, Unavailable
from recovery.jobs import holding, runner
from recovery.jobs.topics import TOPICS
from recovery.jobs.work import MOST_ATTEMPTS, Work, lease
from recovery.models import Job
from tests.recovery.desk import Desk, new_hash

pytestmark = pytest.mark.promise


@pytest.fixture
def job(desk: Desk, tmp_path: Path) -> Callable[[], Work | None]:
    """A job of a new case, and how a worker would take it."""
    ref = desk.open(new_hash())
    settings = Settings(
        database_url="unused", redis_url="unused", home=tmp_path, secret_key="a secret of the tests only", nodes={}
    )

    def take() -> Work | None:
        with desk.database.reading() as session:
            job_id: uuid.UUID = session.scalars(select(Job.id).where(Job.case_id == desk.case(ref).id)).one()
        return next(iter(lease(desk.database, settings, job_id)), None)

    return take


def change(desk: Desk, work: Work, **values: Any) -> None:
    with desk.database.unit_of_work() as session:
        session.execute(update(Job).where(Job.id == work.job_id).values(**values))


def state(desk: Desk, work: Work) -> str:
    with desk.database.reading() as session:
        return session.get_one(Job, work.job_id).state


def test_a_job_is_held_longer_than_its_lease(
    desk: Desk, job: Callable[[], Work | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "RENEW_SECONDS", 0.05)
    work = job()
    assert work is not None
    change(desk, work, lease_until=func.now() + timedelta(milliseconds=300))

    def slow(held: Work) -> None:
        time.sleep(0.5)
        assert job() is None, "somebody else took the job from a worker that works on it"
        with held.finishing():
            pass

    monkeypatch.setitem(TOPICS, work.topic, slow)
    runner.run(work)
    assert state(desk, work) == "done"


def test_a_lease_that_ended_is_not_renewed_for_another(
    desk: Desk, job: Callable[[], Work | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "RENEW_SECONDS", 0.05)
    work = job()
    assert work is not None
    change(desk, work, lease_id=uuid.uuid4(), lease_until=func.now() - timedelta(seconds=1))
    with holding.held(work):
        time.sleep(0.2)
    assert job() is not None


@pytest.mark.parametrize(
    ("trouble", "becomes"),
    [
        (NodeUnavailable("silent"), "due"),
        (NodesDisagree("two stories"), "due"),
        (Unavailable("busy"), "due"),
        (Conflict("plan_changed"), "stuck"),
        (ZeroDivisionError(), "stuck"),
    ],
)
def test_a_job_outlives_every_outage_of_nodes(
    desk: Desk,
    job: Callable[[], Work | None],
    monkeypatch: pytest.MonkeyPatch,
    trouble: Exception,
    becomes: str,
) -> None:
    work = job()
    assert work is not None

    def troubled(_: Work) -> None:
        raise trouble

    monkeypatch.setitem(TOPICS, work.topic, troubled)
    change(desk, work, attempts=MOST_ATTEMPTS)
    runner.run(Work(**{**vars(work), "attempts": MOST_ATTEMPTS + 1}))
    assert state(desk, work) == becomes
