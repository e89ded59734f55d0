"""The embedded database for a single command: started when it is not running, stopped when the last user ends.

Every command holds a shared lock on ``database.users`` while it lives. A keeper process of its own starts the server
and stops it as soon as it can have that lock for itself, so a command that is killed leaves nothing behind.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Protocol

from recovery.embedded import places, postgres, schema
from recovery.embedded.process import ROOT, EmbeddedError, tail

PATIENCE = 60  # seconds; a first start makes the database
_held: list[IO[str]] = []  # the locks of this process, until it ends


class DatabaseSettings(Protocol):
    """What of the settings matters here."""

    @property
    def database_url(self) -> str: ...

    @property
    def home(self) -> Path: ...


def ensure_database(settings: DatabaseSettings) -> str:
    """The address of a database that answers and has the current schema.

    A configured one is taken as it is. Else the embedded one of this state folder, which lives at least as long as
    this process. Raises EmbeddedError.
    """
    if settings.database_url:
        return settings.database_url
    home = places.make_home(settings.home)
    users = (home / "database.users").open("a+")
    fcntl.flock(users, fcntl.LOCK_SH)
    _held.append(users)
    with (home / "database.start").open("a+") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        server = postgres.running(home)
        if server is None:
            server = _start_keeper(home)
            schema.upgrade(server.url())
    return server.url()


def _start_keeper(home: Path) -> postgres.Server:
    log = home / "logs" / "keeper.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("ab") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "recovery.embedded.database", str(home)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + PATIENCE
    while (server := postgres.running(home)) is None:
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise EmbeddedError(f"the embedded database did not start:\n{tail(log, 10)}")
        time.sleep(0.05)
    keeper.returncode = 0  # it outlives us on purpose: no complaint about a child left running
    return server


def keep(home: Path) -> None:
    """Run the server until nobody holds the users' lock any more."""
    server = postgres.start_server(home)
    try:
        with (home / "database.users").open("a+") as users:
            while server.child.alive:
                time.sleep(0.25)
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    continue
                server.stop()  # with the lock held: who comes now waits, and then starts anew
    finally:
        server.stop()


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
