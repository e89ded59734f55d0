"""``recovery run`` comes up, heals itself, and never leaves a process behind, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from recovery.embedded import places, postgres
from recovery.embedded.process import ROOT, Identity, launched

PATIENCE = 40  # seconds, on a busy machine


class Run:
    """One supervisor in a process of its own, and the processes of its state folder."""

    def __init__(self, home: Path, identity: Identity = "same", **environment: str) -> None:
        self.home = home
        self.output = home.with_suffix(".txt")
        env = {name: value for name, value in os.environ.items() if not name.startswith("RECOVERY_")}
        env |= {"RECOVERY_HOME": str(home), "RECOVERY_SANDBOX": "0", "PYTHONPATH": str(ROOT), **environment}
        command = launched([sys.executable, str(Path(__file__).with_name("stand_in.py"))], identity=identity)
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(command, env=env, stdout=output, stderr=output, stdin=subprocess.DEVNULL)

    def said(self) -> str:
        """Everything printed so far."""
        return self.output.read_text()

    def ready(self) -> str:
        """Wait until it is ready; gives its address."""
        until(lambda: "Ready" in self.said() or self.process.poll() is not None, self.said)
        assert self.process.poll() is None, self.said()
        until(lambda: bool((self.home / "run.lock").read_text()), self.said)
        return str(json.loads((self.home / "run.lock").read_text())["url"])

    def end(self, number: signal.Signals) -> int:
        """Send the signal and wait for the end."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def others(self) -> dict[int, str]:
        """Live processes that belong to this state folder."""
        return {pid: words for pid, words in of_folder(self.home).items() if pid != self.process.pid}


def of_folder(home: Path) -> dict[int, str]:
    """Live processes with this folder in their environment or command line (zombies have neither)."""
    mark, found = os.fsencode(home), {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            if mark in command or mark in (entry / "environ").read_bytes():
                found[int(entry.name)] = command.replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def until(condition: Callable[[], bool], explain: Callable[[], object]) -> None:
    """Wait for the condition, for a bounded time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.05)


@pytest.fixture
def start_run(service_home: Path, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Starts supervisors; whatever is left of them ends with the test."""
    started: list[Run] = []

    def start(identity: Identity = "same", *, again: bool = False, **environment: str) -> Run:
        home = service_home / f"run-{tmp_path.name}"
        assert again or not home.exists()
        started.append(Run(home, identity, **environment))
        return started[-1]

    yield start
    for run in started:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait()
        for pid in of_folder(run.home):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_comes_up_and_stops_without_leaving_anything(start_run: Callable[..., Run], number: signal.Signals) -> None:
    run = start_run()
    assert httpx.get(f"{run.ready()}/healthz", trust_env=False).text == "ok"
    assert any("postgres" in words for words in run.others().values())
    assert run.end(number) == 0
    assert run.others() == {}
    assert "The data stay" in run.said()


def test_a_second_start_keeps_data_and_the_secret_key(start_run: Callable[..., Run]) -> None:
    first = start_run()
    first.ready()
    key = (first.home / "secret_key").read_text()
    server = postgres.running(first.home)
    assert server is not None
    with server.connect("recovery") as connection:
        connection.execute("CREATE TABLE kept (number int)")
    first.end(signal.SIGTERM)
    assert (first.home / "secret_key").stat().st_mode & 0o777 == 0o600

    second = start_run(again=True)
    second.ready()
    assert (second.home / "secret_key").read_text() == key
    with server.connect("recovery") as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_killed_it_leaves_nothing_and_starts_again(start_run: Callable[..., Run]) -> None:
    run = start_run()
    run.ready()
    assert len(run.others()) > 4
    run.end(signal.SIGKILL)
    until(lambda: not run.others(), run.others)
    again = start_run(again=True)
    again.ready()


def test_a_second_one_at_the_same_time_says_where_the_first_is(start_run: Callable[..., Run]) -> None:
    first = start_run()
    url = first.ready()
    second = start_run(again=True)
    assert second.process.wait(PATIENCE) == 0
    assert f"already running at {url}" in second.said()
    assert first.process.poll() is None


def test_cleaning_is_refused_while_it_runs(start_run: Callable[..., Run]) -> None:
    run = start_run()
    run.ready()
    command = [sys.executable, str(ROOT / "bin" / "bootstrap.py"), "clean"]
    environment = os.environ | {"RECOVERY_HOME": str(run.home)}
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "in use" in refused.stderr
    assert (run.home / "postgres").exists()
    run.end(signal.SIGTERM)
    assert subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0
    assert not run.home.exists()


def test_it_starts_again_what_dies(start_run: Callable[..., Run]) -> None:
    run = start_run()
    url = run.ready()
    until(lambda: run.said().count("fragile ended (status 3)") >= 2, run.said)
    victims = [pid for pid, words in run.others().items() if " -D " in words or "http.server" in words]
    assert len(victims) == 2
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    until(lambda: "PostgreSQL ended" in run.said() and "web ended" in run.said(), run.said)

    def healed() -> bool:
        try:
            page = httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False
        return page and postgres.running(run.home) is not None

    until(healed, run.said)


@pytest.mark.skipif(
    os.geteuid() != 0 or postgres.own_identity() != "namespace", reason="needs root and user namespaces"
)
def test_an_ordinary_user_needs_nothing_special(start_run: Callable[..., Run]) -> None:
    run = start_run("namespace")  # there it is user 1000 and may do nothing else
    run.ready()
    assert run.end(signal.SIGTERM) == 0
    assert run.others() == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_root_without_user_namespaces_runs_postgres_as_nobody(service_home: Path) -> None:
    home = service_home / "nobody"
    server = postgres.start_server(home, throw_away=True, identity="nobody")
    try:
        status = Path(f"/proc/{server.child.process.pid}/status").read_text()
        assert "Uid:\t65534\t" in status
        with server.connect("recovery") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.stop()
        command = [sys.executable, str(ROOT / "bin" / "bootstrap.py"), "clean"]
        (home / "run.lock").touch()
        subprocess.run(command, env=os.environ | {"RECOVERY_HOME": str(home)}, capture_output=True, check=True)
    assert not server.sockets.parent.exists()


def test_a_taken_port_is_named(start_run: Callable[..., Run]) -> None:
    first = start_run()
    port = first.ready().rsplit(":", 1)[1]
    assert not places.is_free(int(port))
    other = Run(first.home.with_name("other"), RECOVERY_PORT=port)
    assert other.process.wait(PATIENCE) == 1
    assert f"port {port}" in other.said()
