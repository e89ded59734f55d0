"""Several jobs in one worker's hands: only those that ask no node, each behind its own fence, none kept too long."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select, update

from config.settings import Settings
from recovery.domain.ids import new_id
from recovery.jobs import runner
from recovery.jobs.topics import ASK_NO_NODE, TOPICS
from recovery.jobs.work import LeaseLost, Work, give_back, lease
from recovery.models import Job
from tests.recovery.desk import Desk

SETTINGS = Settings(database_url="", redis_url="", home=None, secret_key="test", sandbox=True, nodes={})  # type: ignore[arg-type]
QUICK, SLOW = "test.quick", "test.slow"


@pytest.fixture(autouse=True)
def ran(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[uuid.UUID]]:
    """No job but the test's own, and two topics; gives the jobs that ran, in order."""
    done: list[uuid.UUID] = []

    def work(work: Work) -> None:
        with work.finishing():
            done.append(work.job_id)

    monkeypatch.setitem(TOPICS, QUICK, work)
    monkeypatch.setitem(TOPICS, SLOW, work)
    ASK_NO_NODE.add(QUICK)
    with desk.database.unit_of_work() as session:
        session.execute(delete(Job))
    yield done
    ASK_NO_NODE.remove(QUICK)


def fill(desk: Desk, *topics: str) -> list[uuid.UUID]:
    """Jobs that are due, the first the longest."""
    ids = [new_id() for _ in topics]
    for job_id, topic in zip(ids, topics, strict=True):
        with desk.database.unit_of_work() as session:
            session.add(Job(id=job_id, topic=topic, data={}, state="due", attempts=0))
    return ids


def stored(desk: Desk, job_id: uuid.UUID) -> Job:
    """The job as it is now."""
    with desk.database.reading() as session:
        return session.scalars(select(Job).where(Job.id == job_id)).one()


def taken(desk: Desk, limit: int = 20) -> list[Work]:
    """What a worker takes at once."""
    return lease(desk.database, SETTINGS, limit=limit, together=ASK_NO_NODE)


def test_quick_jobs_are_taken_together_and_the_slow_ones_between_left(desk: Desk) -> None:
    ids = fill(desk, QUICK, SLOW, QUICK, SLOW, QUICK)
    assert [work.job_id for work in taken(desk)] == [ids[0], ids[2], ids[4]]
    assert [work.job_id for work in taken(desk)] == [ids[1]]
    assert [work.job_id for work in taken(desk)] == [ids[3]]
    assert taken(desk) == []


def test_a_job_that_asks_a_node_is_taken_alone(desk: Desk) -> None:
    ids = fill(desk, SLOW, QUICK, QUICK)
    assert [work.job_id for work in taken(desk)] == ids[:1]
    assert stored(desk, ids[1]).lease_id is None
    assert stored(desk, ids[1]).attempts == 0


def test_never_more_than_asked_for(desk: Desk) -> None:
    fill(desk, *[QUICK] * 5)
    assert [len(taken(desk, limit=2)) for _ in range(4)] == [2, 2, 1, 0]


def test_each_of_a_batch_has_its_own_fence(desk: Desk) -> None:
    ids = fill(desk, QUICK, QUICK)
    lost, held = taken(desk)
    with desk.database.unit_of_work() as session:
        session.execute(update(Job).where(Job.id == ids[0]).values(lease_id=new_id()))
    with pytest.raises(LeaseLost), lost.finishing():
        raise AssertionError("the fence let a stranger through")
    with held.finishing():
        pass
    assert [stored(desk, job_id).state for job_id in ids] == ["due", "done"]


def test_a_failure_leaves_the_rest_of_the_batch_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = fill(desk, QUICK, QUICK, QUICK)
    finish = TOPICS[QUICK]

    def second_fails(work: Work) -> None:
        if work.job_id == ids[1]:
            raise ValueError
        finish(work)

    monkeypatch.setitem(TOPICS, QUICK, second_fails)
    assert runner.run_due(desk.database, SETTINGS, limit=20) == 3
    assert [stored(desk, job_id).state for job_id in ids] == ["done", "due", "done"]
    assert stored(desk, ids[1]).last_error == "ValueError"


def test_jobs_that_waited_too_long_for_their_turn_are_given_back(
    desk: Desk, ran: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = fill(desk, QUICK, QUICK, QUICK)
    monkeypatch.setattr(runner, "WAITING_SECONDS", -1.0)
    assert runner.run_due(desk.database, SETTINGS, limit=20) == 1
    assert ran == ids[:1]
    for job_id in ids[1:]:
        job = stored(desk, job_id)
        assert (job.state, job.attempts, job.lease_id, job.lease_until) == ("due", 0, None, None)
    assert len(taken(desk)) == 2


def test_what_somebody_else_holds_by_now_is_not_given_back(desk: Desk) -> None:
    (job_id,) = fill(desk, QUICK)
    (late,) = taken(desk)
    stranger = new_id()
    with desk.database.unit_of_work() as session:
        session.execute(update(Job).where(Job.id == job_id).values(lease_id=stranger))
    give_back([late])
    assert stored(desk, job_id).lease_id == stranger
