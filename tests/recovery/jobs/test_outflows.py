"""What leaves a wallet: a transaction that no step of a plan knows rings once, within one cycle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from chains.errors import NodesDisagree, NoNode
from config.settings import Settings
from recovery.jobs import outflows as job
from recovery.jobs.runner import run_due
from recovery.models import Alarm, Job, Plan
from recovery.queries.outflows import wallets_to_watch, watched_wallets
from recovery.services.waiting import ring_for_what_waits, transit_seconds
from tests.recovery.desk import DEPOSIT, TANK, WALLET, Desk, make_desk
from tests.recovery.services.test_credit_intents import approved


class Counts:
    """How much each address sent, as the nodes agree."""

    def __init__(self) -> None:
        self.sent: dict[str, int] = {}
        self.trouble: Exception | None = None

    def mined_count(self, network: Any, nodes: Any, address: str) -> int:
        if self.trouble is not None:
            raise self.trouble
        return self.sent.get(address, 0)


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    made = Counts()
    monkeypatch.setattr(job, "mined_count", made.mined_count)
    return made


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    made = make_desk(database_url)
    job.plan_look(made.database)
    yield made
    made.database.close()


SETTINGS = Settings(database_url="", redis_url="", home=Path("/nonexistent"), secret_key="k" * 40)


def cycle(desk: Desk) -> list[tuple[str, str]]:
    """One round; the alarms that ring after it."""
    with desk.database.unit_of_work() as session:
        session.execute(update(Job).where(Job.topic != "outflow.look").values(state="done", done_at=func.now()))
        session.execute(update(Job).where(Job.topic == "outflow.look").values(due_at=func.now()))
    assert run_due(desk.database, SETTINGS) == 1
    return rung(desk)


def rung(desk: Desk) -> list[tuple[str, str]]:
    with desk.database.reading() as session:
        query = select(Alarm.kind, Alarm.subject).order_by(Alarm.kind, Alarm.subject)
        return [(kind, subject) for kind, subject in session.execute(query)]


def test_what_was_sent_before_the_first_look_is_nobodys_business(desk: Desk, counts: Counts) -> None:
    counts.sent = {WALLET: 70, TANK: 3}
    assert cycle(desk) == []
    with desk.database.reading() as session:
        assert {row.address: row.counted for row in watched_wallets(session)} == {WALLET: 70, TANK: 3}


def test_a_transaction_of_nobody_rings_once(desk: Desk, counts: Counts) -> None:
    cycle(desk)
    counts.sent = {WALLET: 2}
    wanted = [("outflow_without_plan", f"local:{WALLET}:{nonce}") for nonce in (0, 1)]
    assert cycle(desk) == wanted
    assert cycle(desk) == wanted
    counts.sent = {WALLET: 0}  # the chain was rewound
    assert cycle(desk) == wanted
    counts.sent = {WALLET: 3}
    assert cycle(desk) == [*wanted, ("outflow_without_plan", f"local:{WALLET}:2")]


def test_our_own_steps_do_not_ring(desk: Desk, counts: Counts) -> None:
    cycle(desk)
    ref, plan = desk.released()
    desk.record(plan)
    with desk.database.reading() as session:
        assert {wallet.address for wallet in wallets_to_watch(session)} == {WALLET, TANK, DEPOSIT}
    assert cycle(desk) == []
    counts.sent = {TANK: 1, DEPOSIT: 1}
    assert cycle(desk) == []
    desk.confirm(ref, "sweep")
    counts.sent = {TANK: 1, DEPOSIT: 2}
    assert cycle(desk) == [("outflow_without_plan", f"local:{DEPOSIT}:1")]


def test_what_leaves_a_deposit_address_after_its_case_is_the_exchanges_business(desk: Desk, counts: Counts) -> None:
    """Else every later deposit there that the exchange collects would ring, and every address ever swept be asked about."""
    cycle(desk)
    ref, plan = desk.released()
    desk.record(plan)
    cycle(desk)
    counts.sent = {TANK: 1, DEPOSIT: 1}
    desk.confirm(ref, "sweep")
    cycle(desk)
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    desk.record(desk.release(ref, "refund", {WALLET: 0}))
    counts.sent |= {WALLET: 1}
    desk.confirm(ref, "refund")
    assert desk.state(ref) == "completed"
    with desk.database.reading() as session:
        assert {wallet.address for wallet in wallets_to_watch(session)} == {WALLET, TANK}
    cycle(desk)
    counts.sent |= {DEPOSIT: 4}
    assert cycle(desk) == []
    _, plan = desk.released(4)
    desk.record(plan)
    assert cycle(desk) == []
    counts.sent |= {TANK: 5, DEPOSIT: 6}
    assert ("outflow_without_plan", f"local:{DEPOSIT}:5") in cycle(desk)
    assert not {f"local:{DEPOSIT}:{nonce}" for nonce in range(1, 5)} & {subject for _, subject in rung(desk)}


def test_a_step_that_was_sent_before_its_bytes_came_rings(desk: Desk, counts: Counts) -> None:
    cycle(desk)
    desk.released()
    cycle(desk)
    counts.sent = {TANK: 1}
    assert cycle(desk) == [("outflow_not_recorded", f"local:{TANK}:0")]


def test_the_nonce_of_a_dead_plan_rings_when_somebody_sends_it(desk: Desk, counts: Counts) -> None:
    cycle(desk)
    ref, plan = desk.released()
    desk.record(plan)
    desk.bury(ref, "sweep", 0)
    cycle(desk)
    counts.sent = {TANK: 1, DEPOSIT: 1}  # the second step was abandoned, yet somebody sent it
    assert cycle(desk) == [("outflow_without_plan", f"local:{DEPOSIT}:0")]


@pytest.mark.parametrize(("trouble", "code"), [(NoNode("local"), "no_node"), (NodesDisagree("x"), "nodes_disagree")])
def test_who_cannot_be_asked_is_said(desk: Desk, counts: Counts, trouble: Exception, code: str) -> None:
    cycle(desk)
    counts.trouble, counts.sent = trouble, {WALLET: 1}
    assert cycle(desk) == []
    with desk.database.reading() as session:
        assert {row.trouble for row in watched_wallets(session)} == {code}
    counts.trouble = None
    assert cycle(desk) == [("outflow_without_plan", f"local:{WALLET}:0")]


def test_what_takes_too_long_rings_by_the_clock_of_the_database(desk: Desk, counts: Counts) -> None:
    _, plan = desk.released()
    desk.record(plan)
    ref, intent = approved(desk)
    assert cycle(desk) == []
    longest = transit_seconds("local")
    with desk.database.unit_of_work() as session:
        session.execute(
            update(Plan).where(Plan.id == plan.id).values(changed_at=func.now() - timedelta(seconds=longest + 5))
        )
        for table in ("posting", "credit_intent"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        session.execute(text("UPDATE posting SET at = now() - interval '15 days' WHERE credit = '2100'"))
        session.execute(text("UPDATE credit_intent SET created_at = now() - interval '2 hours'"))
        session.execute(text("ALTER TABLE posting ENABLE TRIGGER USER"))
        ring_for_what_waits(session)
    assert [kind for kind, _ in rung(desk)] == ["in_transit_too_long"] * 2
    other = desk.reviewed()
    with desk.database.unit_of_work() as session:
        session.execute(text("ALTER TABLE posting DISABLE TRIGGER USER"))
        session.execute(text("UPDATE posting SET at = now() - interval '15 days' WHERE credit = '2100'"))
        ring_for_what_waits(session)
    found = [subject for kind, subject in rung(desk) if kind == "suspense_too_old"]
    assert len(found) == 1 and found[0].startswith(other)
    assert transit_seconds("bitcoin") > transit_seconds("ethereum") >= longest
    assert ref and intent
