"""``recovery run``: brings every part up, watches over them, and takes them down again.

Parts that die are started again, after a pause that grows while they keep dying. Nothing outlives this process: asked
to stop, it stops every part; killed, its parts get a signal from the kernel and what they started from the guard
(:mod:`recovery.embedded.guard`).
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Any, NoReturn

import httpx

from config.settings import SettingsError, home_folder
from recovery.embedded import parts, places, postgres
from recovery.embedded.anvil import Clock
from recovery.embedded.process import Child, EmbeddedError

LONGEST_PAUSE = 30.0  # seconds between two attempts to start a part that keeps dying
STEADY_AFTER = 60.0  # seconds alive after which earlier deaths are forgotten
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked us to stop."""


class AlreadyRunning(Exception):
    """Another process runs on this state folder; the message says where."""


@dataclass
class Watched:
    """A part, its process, and how often it died lately."""

    part: parts.Part
    child: Child
    since: float
    deaths: int = 0
    next_try: float | None = None


class Supervisor:
    """One run of everything in one state folder."""

    def __init__(self, home: Path, say: Callable[[str], None]) -> None:
        self.home = places.make_home(home)
        self._say = say
        self._watched: list[Watched] = []
        self._guard: subprocess.Popen[bytes] | None = None
        self._clock: Clock | None = None

    def bring_up(self, environ: Mapping[str, str]) -> parts.Plan:
        """Start everything in order; gives the plan it followed. Raises EmbeddedError and SettingsError."""
        self._start_guard()
        self._await_other_commands()
        plan = parts.Plan.make(self.home, environ)
        for service in plan.services(self._say):
            self._start(service)
        plan.check_settings()
        if not plan.schema_is_current():
            self._say("Bringing the schema up to date")
            plan.run_once("migrate")
        programs = list(plan.programs())
        self._say("Starting the web server")
        self._start(programs[0])
        if plan.has_chain:
            self._say("Making the sample world" if plan.first_world else "Looking after the sample world")
            with _reported(self._say, "The sample world could not be made"):
                plan.run_once("world")
            if plan.own_chain:
                self._clock = Clock(plan.chain_url)
                self._clock.start()
        self._await_web(plan)
        self._say("Starting workers and scheduler")
        for program in programs[1:]:  # after the page is there: they would only slow it down
            self._start(program)
        return plan

    def watch(self) -> NoReturn:
        """Start again what dies, until somebody says stop (raises Stopped)."""
        while True:
            time.sleep(0.3)
            for watched in self._watched:
                self._look_after(watched)

    def take_down(self) -> None:
        """Stop everything, the last started first; services after the programs that use them."""
        if self._clock:
            self._clock.stop()
        programs = [watched for watched in self._watched if not watched.part.service]
        for watched in programs:
            watched.child.ask_to_stop()
        for watched in [*programs, *reversed([each for each in self._watched if each.part.service])]:
            watched.child.stop(watched.part.grace)
            self._tell_guard("-", watched.child)
        if self._guard and self._guard.stdin:
            self._guard.stdin.close()
            self._guard.wait(15)

    def _start(self, part: parts.Part) -> None:
        child = part.launch()
        self._tell_guard("+", child)
        self._watched.append(Watched(part, child, time.monotonic()))

    def _look_after(self, watched: Watched) -> None:
        now = time.monotonic()
        if watched.child.alive:
            if watched.deaths and now - watched.since > STEADY_AFTER:
                watched.deaths = 0
            return
        if watched.next_try is None:
            watched.child.kill()  # and what it may have left behind
            self._tell_guard("-", watched.child)
            watched.deaths += 1
            pause = min(LONGEST_PAUSE, 0.25 * 2**watched.deaths)
            watched.next_try = now + pause
            status = watched.child.process.returncode
            self._say(f"{watched.part.name} ended (status {status}); starting it again in {pause:.1f} s")
        elif now >= watched.next_try:
            watched.next_try = None
            try:
                watched.child = watched.part.launch()
            except (EmbeddedError, OSError) as problem:
                watched.deaths += 1
                watched.next_try = now + min(LONGEST_PAUSE, 0.25 * 2**watched.deaths)
                self._say(f"{watched.part.name} does not start: {str(problem).splitlines()[0]}")
                return
            watched.since = now
            self._tell_guard("+", watched.child)

    def _await_web(self, plan: parts.Plan) -> None:
        """Wait for the page; raises EmbeddedError with the end of the log when it does not come."""
        web = next(watched.child for watched in self._watched if watched.part.name == "web")
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{plan.local_url}/healthz", timeout=5, trust_env=False).status_code == 200:
                    return
            if not web.alive or time.monotonic() > deadline:
                raise EmbeddedError(f"the web server does not answer:\n{web.last_lines()}")
            time.sleep(0.1)

    def _await_other_commands(self) -> None:
        """A command that started the database by itself, or a run that was killed, may still be ending."""
        deadline = time.monotonic() + 60
        told = False
        while pid := postgres.running_pid(self.home):
            if time.monotonic() > deadline:
                raise EmbeddedError(f"a PostgreSQL server (process {pid}) keeps using {self.home}")
            if not told:
                self._say("Waiting for another command to finish with the database")
                told = True
            time.sleep(0.1)

    def _start_guard(self) -> None:
        """The guard holds a lock until it is done, so that a next run waits for the clearing up after this one."""
        with (self.home / "guard.lock").open("a+") as lock:
            _lock_within(lock, 20, self._say)
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))],
                stdin=subprocess.PIPE,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
            )

    def _tell_guard(self, sign: str, child: Child) -> None:
        if self._guard and self._guard.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._guard.stdin.write(f"{sign}{child.process.pid}\n".encode())
                self._guard.stdin.flush()


def main(environ: Mapping[str, str], *, stop_with_parent: bool = False) -> int:
    """The whole of ``recovery run``; exit status 0 when it was asked to stop."""
    started = time.monotonic()

    def say(text: str) -> None:
        with contextlib.suppress(BrokenPipeError, OSError):  # nobody reads any more: no reason to stop
            print(f"[{time.monotonic() - started:5.1f} s] {text}", flush=True)

    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    if stop_with_parent and sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, int(signal.SIGTERM), 0, 0, 0)  # PR_SET_PDEATHSIG
    home = home_folder(environ)
    try:
        with _only_one(places.make_home(home)) as lock:
            return _run(Supervisor(home, say), environ, lock, say)
    except AlreadyRunning as other:
        print(other, flush=True)
        return 0
    except Stopped:
        return 0


def _run(supervisor: Supervisor, environ: Mapping[str, str], lock: IO[str], say: Callable[[str], None]) -> int:
    status = 0
    try:
        plan = supervisor.bring_up(environ)
        lock.write(json.dumps({"pid": os.getpid(), "url": plan.url}))
        lock.flush()
        say("Ready")
        with contextlib.suppress(BrokenPipeError):
            print(plan.welcome(), flush=True)
        supervisor.watch()
    except Stopped:
        say("Stopping")
    except (EmbeddedError, SettingsError) as problem:
        print(f"Could not start: {problem}", file=sys.stderr, flush=True)
        status = 1
    finally:
        for number in STOP_SIGNALS:  # a second Ctrl-C must not leave half of it running
            signal.signal(number, signal.SIG_IGN)
        supervisor.take_down()
    say(f"Stopped. The data stay in {supervisor.home}")
    return status


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


@contextlib.contextmanager
def _only_one(home: Path) -> Any:
    """The lock of this state folder, open for writing what others should know. Raises AlreadyRunning."""
    with (home / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            about = lock.read()
            known = json.loads(about) if about else None
            where = f"at {known['url']} (process {known['pid']})" if known else "and still starting"
            message = f"It is already running {where}. Stop it there with Ctrl-C, or choose another RECOVERY_HOME."
            raise AlreadyRunning(message) from None
        lock.truncate(0)
        yield lock
        lock.truncate(0)


def _lock_within(lock: IO[str], seconds: float, say: Callable[[str], None]) -> None:
    deadline = time.monotonic() + seconds
    told = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                raise EmbeddedError("the run before this one does not end") from None
            if not told:
                say("Waiting for the run before this one to end")
                told = True
            time.sleep(0.1)
        else:
            return


@contextlib.contextmanager
def _reported(say: Callable[[str], None], what: str) -> Any:
    """What fails here is told and not fatal."""
    try:
        yield
    except EmbeddedError as problem:
        say(f"{what}: {problem}")
