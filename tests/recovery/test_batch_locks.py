"""Cases of one plan are always locked in one order, whoever stops one of them: else two who work on them block each other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import text

from recovery.domain.ids import new_id
from recovery.domain.screening import Verdict
from recovery.jobs import screening as job
from recovery.models import Job
from recovery.services.transitions import lock
from tests.recovery.desk import Desk, find, seen, transfer
from tests.recovery.jobs.test_watching import work
from tests.recovery.rivals import claim_or_dispute
from tests.recovery.services.test_batches_of_cases import accepted, drafted, states, steps_apart

WAITS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def both_at_once(desk: Desk, refs: list[str], stop: Callable[[], None]) -> None:
    """Somebody holds the first case of the plan and takes the second, while ``stop`` stops the second."""
    thread = threading.Thread(target=stop)
    with desk.database.unit_of_work() as session:
        lock(session, find(session, refs[0]))
        thread.start()
        until = time.monotonic() + 5
        with desk.database.reading() as other:
            while not other.scalar(WAITS) and time.monotonic() < until:
                time.sleep(0.02)
        lock(session, find(session, refs[1]))
    thread.join(10)


@pytest.fixture
def plan_of_two(desk: Desk) -> list[str]:
    batch, refs = accepted(desk, 2)
    drafted(desk, refs, batch, steps_apart(2))
    return refs


def test_a_case_stopped_by_screening(desk: Desk, plan_of_two: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job.screening, "keep", lambda *_: Verdict.HOLD)
    first, second = plan_of_two
    with desk.database.reading() as session:
        case_id = find(session, second).id
    desk.add(Job(id=new_id(), topic="screening.ask", case_id=case_id, data={}, state="due", attempts=0))
    both_at_once(desk, plan_of_two, lambda: work(desk, "screening.ask", [second], rounds=1))
    assert (desk.state(first), desk.state(second)) == ("planning_sweep", "sweep_on_hold")


def test_a_case_that_somebody_else_claims(desk: Desk, plan_of_two: list[str]) -> None:
    first, second = plan_of_two
    tx = seen(desk.case(second).hash, transfer())
    rival = desk.open(tx.hash, by="stranger")
    both_at_once(desk, plan_of_two, lambda: claim_or_dispute(desk, rival, tx) and None)
    assert (desk.state(first), states(desk, [second, rival])) == ("planning_sweep", {"disputed"})
