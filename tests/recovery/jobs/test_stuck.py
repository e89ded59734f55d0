"""A job that failed too often waits for a person, is listed with its reason, and can be tried again."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, update

from recovery.cli import main
from recovery.db import Database
from recovery.domain.ids import new_id
from recovery.models import Job


def test_a_stuck_job_is_listed_and_tried_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)
    database = Database(database_url, pool_size=1)
    stuck, done = new_id(), new_id()
    with database.unit_of_work() as session:
        session.add_all(Job(id=one, topic="quote.expire", data={}, state="due", attempts=25) for one in (stuck, done))
    with database.unit_of_work() as session:
        session.execute(update(Job).where(Job.id == stuck).values(state="stuck", last_error="KeyError"))
        session.execute(update(Job).where(Job.id == done).values(state="done"))
    assert main(["jobs", "stuck", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["stuck"]
    assert [(job["id"], job["last_error"]) for job in listed] == [(str(stuck), "KeyError")]
    assert main(["jobs", "retry"]) == 2
    capsys.readouterr()
    assert main(["jobs", "retry", str(stuck), str(done), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"due_again": 1}
    with database.reading() as session:
        states = dict(session.execute(select(Job.id, Job.state)).all())
    assert states == {stuck: "due", done: "done"}
    database.close()
