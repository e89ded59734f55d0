"""Makes real web processes fast, and kills them: everything is imported once, then each request is served by a fork of its own.

Reads one JSON object a line: where the database is, then requests (or a job to run) with ``after``, the number of
statements and commits after which the process kills itself, or ``crash_at``, a named crash point. Answers one JSON object a
line. It has no threads and no connections, so that forking is safe.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import uuid
import warnings
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

import recovery.jobs.runner
from config.logging import configure
from config.settings import Settings
from recovery.app import create_app
from recovery.db import Database


class NoLimits:
    """Everybody may try as often as they like."""

    def spend(self, limit: object, who: object) -> None:
        """Never refuse."""

    def ping(self) -> bool:
        """There is nothing to reach."""
        return True


def main() -> None:
    """One process a line, until there are no more lines."""
    first = json.loads(sys.stdin.readline())
    settings = Settings(
        database_url=first["database_url"], redis_url="", home=Path("/nonexistent"), secret_key="k" * 40, sandbox=True
    )
    configure("CRITICAL")
    warnings.simplefilter("ignore")
    app = create_app(settings, limits=NoLimits())
    for line in sys.stdin:
        asked = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            os.environ["RECOVERY_CRASH_AT"] = asked.get("crash_at", "")
            _die_after(app.extensions["database"].engine, asked["after"])
            answer = _job(app.extensions["database"], settings, asked) if "job" in asked else _request(app, asked)
            os.write(writing, json.dumps(answer).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps({"killed": status == -signal.SIGKILL} | (json.loads(told) if told else {})), flush=True)


def _die_after(engine: Engine, after: int) -> None:
    left = [after]

    def die(*_: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if after >= 0:
        event.listen(engine, "before_cursor_execute", die)
        event.listen(engine, "commit", die)
        event.listen(Session, "after_commit", die)


def _request(app: Any, asked: dict[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {asked['token']}", "Idempotency-Key": asked["key"]}
    answer = app.test_client().post(asked["path"], json=asked["body"], headers=headers)
    return {"status": answer.status_code, "text": answer.text[:2000]}


def _job(database: Database, settings: Settings, asked: dict[str, Any]) -> dict[str, Any]:
    return {"status": recovery.jobs.runner.run_due(database, settings, uuid.UUID(asked["job"]))}


if __name__ == "__main__":
    main()
