"""T4: a queue that dies, forgets, hangs, is full and tells old tales, while many cases go on: nothing lost, nothing twice.

A real server is mistreated; the sweeper and the workers are the real ones. Each case has a credit to be delivered, which may
happen once. Only the time until a lost ring is rung again is cut short.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, select, update

from recovery.embedded import valkey
from recovery.jobs.scheduler import ring_due
from recovery.jobs.worker import QUEUE
from recovery.models import Credit, Job
from tests.prove.facts import read_cases
from tests.prove.truths import wrong
from tests.recovery.desk import LISTED, Desk, find, new_hash, seen, transfer

pytestmark = pytest.mark.promise

ROOT = Path(__file__).resolve().parents[2]
NURSERY = ROOT / "tests" / "recovery" / "jobs" / "worker_nursery.py"
PROVE = os.environ.get("RECOVERY_PROVE") == "1"
CASES = 500 if PROVE else 30
BREATH = 1.0 if PROVE else 0.4
"""Seconds between two faults."""


@dataclass
class Hostile:
    """The queue's server, and what can be done to it."""

    home: Path
    server: valkey.Valkey
    faults: int = 0
    old: Path = field(init=False)

    def __post_init__(self) -> None:
        self.old = self.home / "old"

    def ask(self, *words: str) -> None:
        """A command, whatever comes of it."""
        with suppress(RedisError), Redis(unix_socket_path=str(self.server.socket), socket_timeout=2) as client:
            client.execute_command(*words)

    def flush(self) -> None:
        """It forgets everything."""
        self.ask("FLUSHALL")

    def pause(self) -> None:
        """It answers nobody for a while."""
        self.ask("CLIENT", "PAUSE", "700", "ALL")

    def hang(self) -> None:
        """Its process stands still."""
        self.server.child.process.send_signal(signal.SIGSTOP)
        time.sleep(0.7)
        self.server.child.process.send_signal(signal.SIGCONT)

    def fill(self) -> None:
        """It takes nothing more, and then does again."""
        self.ask("CONFIG", "SET", "maxmemory", "1")
        time.sleep(0.5)
        self.ask("CONFIG", "SET", "maxmemory", "0")

    def kill(self) -> None:
        """It is killed, and comes back with what it had on disk."""
        self._restart(lambda: None)

    def remember(self) -> None:
        """Keep what it knows now, for later."""
        shutil.copytree(self.home / "valkey", self.old, dirs_exist_ok=True)

    def tell_old_tales(self) -> None:
        """It is killed, and comes back with what it knew long ago: rings for jobs that are done."""

        def put_back() -> None:
            shutil.rmtree(self.home / "valkey")
            shutil.copytree(self.old, self.home / "valkey")

        self._restart(put_back)

    def lose_everything(self) -> None:
        """It is killed, and its disk is empty."""
        self._restart(lambda: shutil.rmtree(self.home / "valkey"))

    def _restart(self, meanwhile: Callable[[], None]) -> None:
        self.server.child.kill()
        meanwhile()
        self.server = valkey.start_server(self.home)

    def throw_out(self) -> None:
        """Every connection is cut."""
        self.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Hostile]:
    made = Hostile(tmp_path, valkey.start_server(tmp_path))
    yield made
    made.server.stop()


def sweeper(desk: Desk, url: str, stopping: threading.Event) -> None:
    """What the scheduler does, with rings that are rung again at once."""
    queue = Queue(QUEUE, connection=Redis.from_url(url, socket_timeout=3), serializer=JSONSerializer)
    while not stopping.wait(0.1):
        with suppress(RedisError):
            ring_due(desk.database, queue)


def workers(url: str, database_url: str, folder: Path, stopping: threading.Event, ended: list[int]) -> None:
    """A worker process, and another when it ends: without its queue it does not live on."""
    environment = {
        "RECOVERY_DATABASE_URL": database_url,
        "RECOVERY_REDIS_URL": url,
        "RECOVERY_SECRET_KEY_FILE": str(folder / "secret_key"),
        "RECOVERY_HOME": str(folder),
        "RECOVERY_SANDBOX": "1",
    }
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, NURSERY], cwd=ROOT, env=path, text=True, **pipes) as nursery:
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        while not stopping.is_set():
            nursery.stdin.write(json.dumps({"environment": environment, "seconds": 10}) + "\n")
            nursery.stdin.flush()
            ended.append(int(nursery.stdout.readline()))
            time.sleep(0.05)
        nursery.stdin.close()
        nursery.wait(30)


def to_be_credited(desk: Desk) -> str:
    """A case whose credit has to be delivered, and nothing else of it due."""
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED, symbol="USDX")))
    desk.move("clearing", ref, "approve_credit")
    with desk.database.unit_of_work() as session:
        other = (Job.case_id == find(session, ref).id) & (Job.topic != "credit.deliver")
        session.execute(update(Job).where(other).values(state="done", done_at=func.now()))
    return ref


def test_a_hostile_queue(
    desk: Desk, hostile: Hostile, module_database_url: str, tmp_path: Path, record_property: Callable[[str, Any], None]
) -> None:
    (tmp_path / "secret_key").write_text("s" * 48)
    refs = [to_be_credited(desk) for _ in range(CASES)]
    stopping, ended, url = threading.Event(), list[int](), hostile.server.url
    threads = [
        threading.Thread(target=sweeper, args=(desk, url, stopping), daemon=True),
        *(
            threading.Thread(target=workers, args=(url, module_database_url, tmp_path, stopping, ended), daemon=True)
            for _ in range(2)
        ),
    ]
    for thread in threads:
        thread.start()
    try:
        hostile.remember()
        faults = (
            *(hostile.flush, hostile.pause, hostile.kill, hostile.fill, hostile.throw_out),
            *(hostile.hang, hostile.tell_old_tales, hostile.lose_everything),
        )
        for fault in faults:
            time.sleep(BREATH)
            fault()
            hostile.faults += 1
            _time_passes(desk)
        until = time.monotonic() + 90
        while left := [ref for ref in refs if desk.state(ref) != "completed"]:
            assert time.monotonic() < until, (
                f"{len(left)} of {len(refs)} are lost: {left[:3]}, workers ended {ended[-5:]}"
            )
            time.sleep(0.3)
            _time_passes(desk)
    finally:
        stopping.set()
        for thread in threads:
            thread.join(40)
    with desk.database.reading() as session:
        cases = read_cases(session, refs)
        assert wrong(cases) == []
        written = session.scalar(
            select(func.count()).select_from(Credit).where(Credit.hash.in_(c.row.hash for c in cases))
        )
    assert written == len(refs)
    assert all([event.name for event in case.events].count("confirm_credit") == 1 for case in cases)
    record_property("prove.faults of the queue", hostile.faults)
    record_property("prove.cases under a hostile queue", len(refs))
    record_property("prove.losses", 0)


def _time_passes(desk: Desk) -> None:
    """Rings nobody heard are rung again, leases of the dead are over."""
    with desk.database.unit_of_work() as session:
        session.execute(
            update(Job)
            .where(Job.state == "due", Job.topic == "credit.deliver")
            .values(rung_at=None, lease_until=None, due_at=Job.created_at)
        )
