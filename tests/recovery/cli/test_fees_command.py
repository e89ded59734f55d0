"""``recovery fees``, as the shell sees it: check, draft, try, activate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config.starting_points import fee_policy
from recovery.cli import main
from recovery.db import Database
from recovery.services import people


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)
    monkeypatch.setenv("RECOVERY_HOME", str(tmp_path))
    database = Database(database_url)
    with database.unit_of_work() as session:
        for name in ("lead", "admin"):
            people.add_person(session, email=f"{name}@example.org", display_name=name, roles=[name])
    database.close()

    def call(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_a_file_is_checked_without_a_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    good, bad, none = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "none.json"
    good.write_text(fee_policy("kucoin"))
    bad.write_text(fee_policy("korbit").replace('"bps": 1000', '"bps": 10001'))
    none.write_bytes(b"\xff\xfe")
    assert main(["fees", "check", str(good)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "missing or wrong memo"
    assert main(["fees", "check", str(good), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["valid"] is True
    assert main(["fees", "check", str(bad)]) == 2
    said = capsys.readouterr().err
    assert "policy_number_out_of_range" in said
    assert "rules[wrong deposit].fee.bps" in said
    assert main(["fees", "check", str(none)]) == 2


def test_from_file_to_force(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(fee_policy("coinbase"))
    drafted = json.loads(run("policy", "draft", str(file), "--by", "lead@example.org", "--json")[1])
    version = str(drafted["version"])
    status, _, err = run("policy", "activate", version, "--by", "admin@example.org")
    assert (status, "policy_needs_trial" in err) == (1, True)
    status, out, err = run("fees", "try", version)
    assert (status, "0 quotes" in out, "not kept" in err) == (0, True, True)
    assert run("policy", "activate", version, "--by", "admin@example.org")[0] == 1
    status, out, _ = run("fees", "try", version, "--by", "lead@example.org", "--json")
    told = json.loads(out)
    assert (status, told["kept"], told["whole"], told["quotes"]) == (0, True, True, 0)
    assert run("policy", "activate", version, "--by", "lead@example.org")[0] == 1
    assert run("policy", "activate", version, "--by", "admin@example.org")[0] == 0
    assert run("fees", "try", "99")[0] == 1
    assert run("fees", "try", version, "--since", "yesterday")[0] == 2
