"""``recovery prices``, as the shell sees it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recovery.cli import main
from recovery.db import Database
from recovery.services import people

TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
PRICE = ("local", "0.25", "--contract", TOKEN, "--decimals", "18", "--reason", "no source tells it")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)
    monkeypatch.setenv("RECOVERY_HOME", str(tmp_path))
    database = Database(database_url)
    with database.unit_of_work() as session:
        for role in ("lead", "clearing"):
            people.add_person(session, email=f"{role}@example.org", display_name=role, roles=[role])
    database.close()

    def call(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_a_price_is_entered_confirmed_and_shown(run: Any) -> None:
    assert "no open case needs a price" in run("prices", "show")[1]
    status, out, err = run("prices", "enter", *PRICE, "--by", "lead@example.org", "--json")
    assert (status, err) == (0, "")
    entry = json.loads(out)
    assert (entry["numerator"], entry["denominator"], entry["valid_until"]) == ("1", str(4 * 10**12), None)
    status, _, err = run("prices", "confirm", entry["id"], "--by", "lead@example.org")
    assert status != 0
    assert err
    assert run("prices", "confirm", entry["id"], "--by", "clearing@example.org")[0] == 0
    told = json.loads(run("prices", "show", "--json")[1])
    (dollars,) = [row for row in told["items"] if row["reference"] == "USD"]
    assert (dollars["kind"], dollars["contract"], dollars["why_not"]) == ("manual", TOKEN, None)
    assert "by hand, until" in run("prices", "show")[1]


def test_sources_are_asked_at_once(run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert json.loads(run("prices", "look", "--json")[1]) == {"assets": 0, "observed": 0, "troubles": []}
    sources = tmp_path / "prices.toml"
    sources.write_text('[[source]]\nname = "file"\nkind = "file"\npath = "missing.csv"\n')
    monkeypatch.setenv("RECOVERY_PRICES", str(sources))
    status, out, _ = run("prices", "look", "--json")
    assert status == 6
    assert json.loads(out)["troubles"] == [{"source": "file", "asset": "file", "why": "FileNotFoundError"}]
    sources.write_text("nonsense")
    status, _, err = run("prices", "look")
    assert status != 0
    assert "RECOVERY_PRICES" in err
