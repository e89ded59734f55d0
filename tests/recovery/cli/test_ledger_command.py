"""``recovery ledger``: the trial balance, a case's postings, and a month closed by two people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from recovery.cli import main
from tests.recovery.desk import Desk, make_desk

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    made = make_desk(database_url)
    made.person("bookkeeper", "clearing")
    yield made
    made.database.close()


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)

    def call(*arguments: str) -> tuple[int, str]:
        status = main(["ledger", *arguments])
        return status, capsys.readouterr().out

    return call


def test_what_the_books_hold_and_what_a_case_posted(desk: Desk, run: Run) -> None:
    ref = desk.swept()
    status, out = run("trial-balance", "--json")
    told = json.loads(out)
    assert status == 0
    assert told["balanced"] is True
    assert {row["account"] for row in told["accounts"]} >= {"1120", "2110", "4100", "5100"}
    status, out = run("statement", ref, "--json")
    assert [row["kind"] for row in json.loads(out)["postings"]][:3] == ["found", "identified", "sweep_sent"]
    assert run("statement", ref, "--csv")[1].startswith("number,at,event,kind")
    assert run("trial-balance", "--csv")[1].startswith("network,asset,account")
    assert "income:recovery_fee" in run("trial-balance")[1]
    assert json.loads(run("trial-balance", "--at", "2020-01-01", "--json")[1])["accounts"] == []
    assert run("statement", "RC-NONE")[0] != 0


def test_a_month_takes_two_people(desk: Desk, run: Run) -> None:
    status, out = run("close", "2024-05", "--by", "clearing@example.org", "--json")
    told = json.loads(out)
    assert (status, told["closed"]) == (0, False)
    again = ("close", "2024-05", "--digest", told["digest"], "--by")
    assert run(*again, "clearing@example.org")[0] != 0
    assert run(*again, "bookkeeper@example.org") == (0, "2024-05 is closed\n")
    assert run("close", "2024-05", "--by", "clearing@example.org")[0] != 0
    assert run("close", "May", "--by", "clearing@example.org")[0] == 2


def test_a_limit_for_advances_takes_two_people(desk: Desk, run: Run) -> None:
    desk.person("lead", "lead")
    where = ("advance-limit", "local", "eip155:31337/slip44:60", "--by")
    status, out = run(*where, "clearing@example.org", "--per-case", "5", "--in-total", "7", "--json")
    assert (status, json.loads(out)["in_force"]) == (0, False)
    assert run(*where, "clearing@example.org", "--approve", "1")[0] != 0
    assert run(*where, "lead@example.org", "--approve", "1") == (0, "version 1 is in force\n")
    assert run(*where, "lead@example.org")[0] == 2
