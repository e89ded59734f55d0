"""The commands of reconciliation and of held payouts, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recovery.cli import main
from recovery.cli.chains import UNKNOWN
from recovery.queries.holds import payouts_are_held
from recovery.services import reconciliation as service
from tests.recovery.desk import DEPOSIT, GROSS, TOKEN, make_desk
from tests.recovery.services.test_reconciliation import FakeChain


@pytest.fixture
def environment(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)
    monkeypatch.setenv("RECOVERY_HOME", str(tmp_path))
    return database_url


def test_how_a_reconciliation_ends(
    environment: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = make_desk(environment)
    desk.accepted()
    assert main(["reconcile", "--json"]) == UNKNOWN  # there is no node
    told = json.loads(capsys.readouterr().out)
    assert {line["status"] for line in told["lines"]} == {"unknown"}
    chain = FakeChain()
    monkeypatch.setattr(service, "counting", lambda network: chain)
    chain.balances[DEPOSIT, TOKEN] = GROSS
    assert main(["reconcile", "--network", "local"]) == 0
    chain.balances[DEPOSIT, TOKEN] = GROSS - 1
    assert main(["reconcile", "--json"]) == 3
    capsys.readouterr()
    assert main(["reconcile", "--network", "nowhere"]) == 2
    desk.database.close()


def test_a_quarantine(environment: str, capsys: pytest.CaptureFixture[str]) -> None:
    desk = make_desk(environment)
    assert main(["payouts", "status"]) == 0
    assert main(["payouts", "quarantine", "--reason", "restored last night"]) == 0
    capsys.readouterr()
    assert main(["payouts", "status", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["held"], told["holds"][0]["note"]) == (True, "restored last night")
    with desk.database.reading() as session:
        assert payouts_are_held(session)
    desk.database.close()
