"""One child process: started so that it cannot outlive us, stopped politely and then for certain."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[2]
Identity = Literal["same", "namespace", "nobody"]
MAX_LOG_BYTES = 10_000_000


class EmbeddedError(Exception):
    """An embedded service cannot be had or does not start; the message says which and why."""


@dataclass
class Child:
    """A running program and how it likes to be asked to stop."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the polite signal, at most."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.stop_signal)

    def stop(self, seconds: float = 10) -> None:
        """Ask, wait, and then end it and whatever it started."""
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """End its whole group at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_lines(self, count: int = 15) -> str:
        """The end of its log, for an error message."""
        return tail(self.log, count)


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    identity: Identity = "same",
    stop_signal: signal.Signals = signal.SIGTERM,
    folder: Path | None = None,
    attached: bool = True,
    pass_fds: Sequence[int] = (),
) -> Child:
    """Start ``command`` in a session of its own, its output in ``log``, its end tied to ours while ``attached``."""
    turn_over(log)
    with log.open("ab") as output:
        process = subprocess.Popen(
            launched(command, identity=identity, stop_signal=stop_signal, attached=attached),
            cwd=folder or ROOT,
            env=dict(environment) if environment is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=tuple(pass_fds),
        )
    return Child(name, process, log, stop_signal)


def launched(
    command: Sequence[str | Path],
    *,
    identity: Identity = "same",
    stop_signal: signal.Signals = signal.SIGTERM,
    attached: bool = True,
) -> list[str]:
    """The command line that starts ``command`` through :mod:`recovery.embedded.launch`."""
    options = ["--parent", str(os.getpid() if attached else 0), "--signal", str(int(stop_signal))]
    if identity != "same":
        options.append(f"--{identity}")
    launcher = Path(__file__).with_name("launch.py")
    return [sys.executable, "-I", "-S", str(launcher), *options, "--", *(str(part) for part in command)]


def wait_until(ready: Callable[[], bool], child: Child, seconds: float = 30) -> None:
    """Wait for ``ready``; raises EmbeddedError when the child ends first or the time is over."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not child.alive:
            raise EmbeddedError(f"{child.name} did not start:\n{child.last_lines()}")
        if time.monotonic() > deadline:
            child.stop(2)
            raise EmbeddedError(f"{child.name} was not ready within {seconds:.0f} seconds:\n{child.last_lines()}")
        time.sleep(0.02)


def tail(path: Path, count: int) -> str:
    """The last lines of a file, indented."""
    try:
        lines = path.read_bytes()[-20_000:].decode(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in lines[-count:])


def turn_over(log: Path) -> None:
    """Keep one older log when this one has grown large."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(log.with_suffix(log.suffix + ".1"))
