"""The daily reconciliation: however many places there are and however slow their nodes, it is kept in the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from chains.errors import NodeUnavailable
from chains.holdings import FinalBlock
from chains.types import Reading
from config.settings import Settings
from recovery.domain.ids import new_id
from recovery.jobs import reconciliation as job
from recovery.jobs.work import lease
from recovery.models import Alarm, Job, OwnedAddress, Reconciliation
from recovery.queries.reconciliation import lines_of
from recovery.services import reconciliation as service
from tests.recovery.desk import (
    DEPOSIT,
    GROSS,
    LONG_AGO,
    NETWORK,
    TANK,
    TOKEN,
    WALLET,
    Desk,
    make_desk,
    new_hash,
    seen,
    transfer,
)
from tests.recovery.services.test_reconciliation import FakeChain

SETTINGS = Settings(database_url="", redis_url="", home=Path(), secret_key="test", sandbox=True)
RING_TIMEOUT = 120.0
"""What the queue gives a job."""
SLOW = 9.0


class SlowChain(FakeChain):
    """Every question takes its time, by a clock of its own."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def final_block(self, network: Any, nodes: Any) -> FinalBlock:
        self.now += 2 * SLOW
        return super().final_block(network, nodes)

    def held_at(self, network: Any, nodes: Any, address: str, contract: str | None, height: int) -> int:
        self.now += SLOW
        return super().held_at(network, nodes, address, contract, height)

    def verify(self, network: Any, hash: str, nodes: Any) -> Reading:
        self.now += SLOW
        return super().verify(network, hash, nodes)


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> SlowChain:
    made = SlowChain()
    monkeypatch.setattr(service, "counting", lambda network: made)
    monkeypatch.setattr("chains.attempts.verify", made.verify)
    monkeypatch.setattr(service, "time", made, raising=False)
    return made


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    made = make_desk(database_url)
    yield made
    made.database.close()


def deposits(desk: Desk, chain: FakeChain, count: int) -> set[str]:
    """Open cases with coins at so many addresses."""
    made = {f"0x{number:040x}" for number in range(10**9, 10**9 + count)}
    for address in sorted(made):
        row = {"kind": "deposit", "custody": "key", "valid_from": LONG_AGO, "valid_until": None}
        desk.add(OwnedAddress(id=new_id(), network=NETWORK.slug, address=address, account="acct-1", **row))
        hash = new_hash()
        ref = desk.open(hash)
        desk.look(ref, seen(hash, transfer(recipient=address)))
        chain.balances[address, TOKEN] = GROSS
    return made


def look(desk: Desk, chain: SlowChain) -> float:
    """Run the job once, as a worker would; how long it took by the chain's clock."""
    began = chain.now
    (work,) = lease(desk.database, SETTINGS, job.JOB_ID)
    job.run(work)
    return chain.now - began


def runs(desk: Desk) -> list[Reconciliation]:
    with desk.database.reading() as session:
        return list(session.scalars(select(Reconciliation)))


@pytest.mark.promise
def test_many_places_on_slow_nodes_are_compared_in_several_looks(desk: Desk, chain: SlowChain) -> None:
    made = deposits(desk, chain, 30)
    chain.balances[max(made), TOKEN] -= 1
    job.plan_run(desk.database)
    took = []
    while not runs(desk):
        took.append(look(desk, chain))
        assert took[-1] < RING_TIMEOUT - 20.0, "the queue would have ended it"
        assert len(took) < 40
    (run,) = runs(desk)
    with desk.database.reading() as session:
        lines = lines_of(session, run)
        assert list(session.scalars(select(Alarm.kind))) == ["not_reconciled"]
        again = session.get_one(Job, job.JOB_ID)
        assert (again.state, again.attempts) == ("due", 0)
    places = [(line["place"], line["subject"], line["asset"]) for line in lines]
    assert len(places) == len(set(places)) == run.lines
    assert {line["subject"] for line in lines if line["place"] == "deposit"} == made
    assert [line["reason"] for line in lines if line["status"] == "unexplained"] == ["chain_holds_less"]
    assert {line["evidence"]["block"]["hash"] for line in lines if line["status"] == "equal"} == {"0xb"}
    job.plan_run(desk.database)
    assert len(runs(desk)) == 1


def test_what_takes_longer_than_a_look_is_unknown_and_does_not_hold_up_the_rest(
    desk: Desk, chain: SlowChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps under way of a whole batch, each of which moves the wallet."""
    _, plan = desk.released()
    desk.record(plan)
    chain.balances[DEPOSIT, TOKEN] = GROSS
    monkeypatch.setattr(service, "ASK_SECONDS", SLOW)
    job.plan_run(desk.database)
    looks = 0
    while not runs(desk):
        assert look(desk, chain) < RING_TIMEOUT
        looks += 1
        assert looks < 20
    (run,) = runs(desk)
    with desk.database.reading() as session:
        lines = lines_of(session, run)
        assert session.scalar(select(Alarm.id)) is None
    assert "no_time_left" in {line["reason"] for line in lines if line["status"] == "unknown"}
    assert {line["subject"] for line in lines} >= {DEPOSIT, "wallet", "tank"}
    assert {TANK, WALLET} <= {address for line in lines for address in line["evidence"]["addresses"]}


def test_a_silent_network_is_asked_once(desk: Desk, chain: SlowChain, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it is silent: what is unknown of one of its places is unknown of all."""
    deposits(desk, chain, 3)
    chain.trouble = NodeUnavailable("x")
    monkeypatch.setattr(service, "ASK_SECONDS", -1.0)
    job.plan_run(desk.database)
    assert look(desk, chain) == 2 * SLOW
    (run,) = runs(desk)
    assert run.unknown == run.lines > 3
