"""A command alone starts the embedded database, and the last one to end stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recovery.embedded import database, postgres
from recovery.embedded.process import ROOT

COMMAND = """
import sys
from dataclasses import dataclass
from pathlib import Path
from recovery.embedded import ensure_database

@dataclass
class Given:
    database_url: str
    home: Path

print(ensure_database(Given("", Path(sys.argv[1]))), flush=True)
sys.stdin.readline()
"""


def _command(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(home)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _address(command: subprocess.Popen[str]) -> str:
    assert command.stdout is not None
    return command.stdout.readline().strip()


def _gone(home: Path) -> bool:
    deadline = time.monotonic() + 20
    while postgres.running_pid(home):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_commands_share_it_and_the_last_one_stops_it(service_home: Path) -> None:
    home = service_home / "commands"
    first, second = _command(home), _command(home)
    assert _address(first) == _address(second) != ""
    first.communicate("\n")
    time.sleep(1)
    server = postgres.running(home)
    assert server is not None
    with server.connect("recovery") as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
    second.communicate("\n")
    assert _gone(home)
    third = _command(home)
    assert _address(third)
    third.communicate("\n")
    assert _gone(home)


def test_a_killed_command_leaves_no_server(service_home: Path) -> None:
    home = service_home / "killed"
    command = _command(home)
    assert _address(command)
    os.kill(command.pid, signal.SIGKILL)
    command.communicate()
    assert _gone(home)


def test_a_configured_database_is_taken_as_it_is(tmp_path: Path) -> None:
    class Given:
        database_url = "postgresql+psycopg://somewhere/else"
        home = tmp_path / "unused"

    assert database.ensure_database(Given()) == Given.database_url
    assert not Given.home.exists()


def test_settings_without_services_name_nothing_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from config.settings import Settings

    settings = Settings.from_env({"RECOVERY_HOME": str(tmp_path)}, services=False)
    assert settings.database_url == ""
