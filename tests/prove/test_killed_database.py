"""T3, of the database: SIGKILL of the server in the middle of work, again and again; what was answered is there, once.

The server is a real one with its own data, and durable: nothing is lost that somebody was told.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from config.settings import Settings
from recovery.embedded import EmbeddedError, postgres, schema
from recovery.errors import RecoveryError
from recovery.jobs.runner import run_due
from recovery.models import Credit, Job, RecoveryCase
from tests.prove.facts import read_cases
from tests.prove.truths import wrong
from tests.recovery.desk import LISTED, Desk, find, make_desk, new_hash, seen, transfer

pytestmark = pytest.mark.promise

PROVE = os.environ.get("RECOVERY_PROVE") == "1"
KILLS = 12 if PROVE else 2
CREDITS = 60 if PROVE else 12
SEED = int(os.environ.get("RECOVERY_SEED", "1"))
GONE = (DBAPIError, InvalidRequestError, RecoveryError)
"""What somebody meets whose server is killed."""


@dataclass
class Traffic:
    """People who report deposits, workers who deliver credits, all the time, whatever happens to the server."""

    desk: Desk
    settings: Settings
    stopping: threading.Event = field(default_factory=threading.Event)
    asked: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    strange: list[BaseException] = field(default_factory=list)

    def report(self) -> None:
        """A depositor who reports one deposit after the other, each with a key."""
        while not self.stopping.is_set():
            hash, key = new_hash(), str(uuid.uuid4())
            self.asked[hash] = key
            try:
                self.told[hash] = self.desk.open(hash, key=key)
            except GONE:
                time.sleep(0.05)
            except BaseException as error:  # noqa: BLE001 - the test looks at whatever it was
                self.strange.append(error)

    def deliver(self) -> None:
        """A worker."""
        while not self.stopping.is_set():
            try:
                if not run_due(self.desk.database, self.settings, self.due()):
                    time.sleep(0.02)
            except GONE:
                time.sleep(0.05)
            except BaseException as error:  # noqa: BLE001 - the test looks at whatever it was
                self.strange.append(error)

    def due(self) -> uuid.UUID | None:
        """A credit to deliver: other jobs would ask nodes, of which there are none."""
        with self.desk.database.unit_of_work() as session:
            return (
                session.scalar(
                    select(Job.id)
                    .where(Job.topic == "credit.deliver", Job.state == "due")
                    .order_by(func.random())
                    .limit(1)
                )
                or uuid.uuid4()
            )


@dataclass
class Killable:
    """A server that is killed, and started again on what it left."""

    home: Path
    server: postgres.Postgres

    def kill(self) -> None:
        """At once, in the middle of whatever it does."""
        pid = postgres.running_pid(self.home)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        self.server.child.process.wait()
        for _ in range(100):
            try:
                self.server = postgres.start_server(self.home)
                return
            except EmbeddedError:  # its last processes still hold its memory
                time.sleep(0.1)
        raise AssertionError("the database does not come back")


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[Killable]:
    home = tmp_path / "state"
    made = Killable(home, postgres.start_server(home))
    yield made
    made.server.stop()


def test_the_database_is_killed_in_the_middle_of_work(
    killable: Killable, record_property: Callable[[str, Any], None]
) -> None:
    rng, url = random.Random(SEED), killable.server.url()
    schema.upgrade(url)
    desk = make_desk(url, pool_size=8)
    settings = Settings(database_url=url, redis_url="", home=killable.home, secret_key="k" * 40, sandbox=True)
    refs = [_to_be_credited(desk) for _ in range(CREDITS)]
    traffic = Traffic(desk, settings)
    threads = [threading.Thread(target=act, daemon=True) for act in (*[traffic.report] * 3, *[traffic.deliver] * 2)]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        time.sleep(rng.uniform(0.1, 0.6))
        killable.kill()
        _forget_leases(desk)
    _until(lambda: all(desk.state(ref) == "completed" for ref in refs))
    traffic.stopping.set()
    for thread in threads:
        thread.join(30)
    assert traffic.strange == []
    for hash, key in traffic.asked.items():  # everybody sends again, whether they heard an answer or not
        ref = desk.open(hash, key=key)
        assert traffic.told.get(hash, ref) == ref
    _check(desk, traffic, refs)
    desk.database.close()
    record_property("prove.kills of the database", KILLS)
    record_property("prove.reports answered between kills of the database", len(traffic.told))
    record_property("prove.losses", 0)
    record_property("prove.seeds", f"kills of the database: {SEED}")


def _to_be_credited(desk: Desk) -> str:
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED, symbol="USDX")))
    desk.move("clearing", ref, "approve_credit")
    return ref


def _forget_leases(desk: Desk) -> None:
    """As if the leases of the workers that were cut off were over."""
    for _ in range(100):
        try:
            with desk.database.unit_of_work() as session:
                session.execute(update(Job).where(Job.state == "due").values(lease_until=None, due_at=Job.created_at))
            return
        except GONE:
            time.sleep(0.05)


def _check(desk: Desk, traffic: Traffic, refs: list[str]) -> None:
    with desk.database.reading() as session:
        opened = session.scalars(select(RecoveryCase.ref).where(RecoveryCase.hash.in_(traffic.asked))).all()
        assert len(opened) == len(traffic.asked)
        assert wrong(read_cases(session, [*opened, *refs])) == []
        hashes = [find(session, ref).hash for ref in refs]
        assert session.scalar(select(func.count()).select_from(Credit).where(Credit.hash.in_(hashes))) == len(refs)


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not come to an end"
        time.sleep(0.1)
