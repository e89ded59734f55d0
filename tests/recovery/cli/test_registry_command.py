"""``recovery import``, ``registry export``, ``person add`` and ``token create``, as the shell sees them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from recovery.cli import main

HEADER = "account,state,locale,security_changed_at\n"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> None:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)
    monkeypatch.setenv("RECOVERY_HOME", str(tmp_path))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_import_answers_one_object_and_its_exit_status_tells_refusal(run: Any, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(b"\xef\xbb\xbf" + HEADER.encode() + b"a,active,,\r\n")
    bad.write_text(HEADER + "b,active,,\nc,asleep,,\n")
    status, out, err = run("import", "accounts", str(good), "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "kind": "accounts",
        "rows": 1,
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": [],
    }
    status, out, err = run("import", "accounts", str(bad), "--json")
    assert status == 1 and err.count("\n") == 1
    assert json.loads(out)["refused"][0]["row"] == 2 and json.loads(out)["added"] == 0
    status, out, _ = run("import", "accounts", str(bad), "--json", "--partial")
    assert status == 0 and json.loads(out)["added"] == 1
    exported = tmp_path / "out.csv"
    assert run("registry", "export", "accounts", "-o", str(exported))[0] == 0
    assert exported.read_text() == HEADER + "a,active,,\nb,active,,\n"
    status, out, _ = run("import", "accounts", str(good), "--json", "--replace")
    assert status == 0 and json.loads(out)["unchanged"] == 1
    run("registry", "export", "accounts", "-o", str(exported))
    assert exported.read_text() == HEADER + "a,active,,\n"


def test_a_file_that_is_no_registry_is_one_line_and_one_object(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    for content in (b"", b"a,b\n", b"\xff\xff\xff", b"x" * 100_000):
        file.write_bytes(content)
        status, out, err = run("import", "accounts", str(file), "--json")
        assert status == 2 and err.count("\n") == 1 and json.loads(out)["error"] == "invalid_input"
    assert run("import", "secrets", str(file))[0] == 2
    assert run("import", "accounts", str(tmp_path / "none.csv"))[0] == 2


def test_people_and_tokens(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    add = ("person", "add", "--email", "Ada@example.com", "--role", "wallet", "--role", "lead", "--display-name", "Ada")
    monkeypatch.setattr("sys.stdin", io.StringIO("a long password\n"))
    status, out, _ = run(*add, "--password-stdin", "--json")
    assert status == 0 and json.loads(out)["roles"] == ["lead", "wallet"] and json.loads(out)["added"]
    assert run(*add)[0] == 1
    status, out, _ = run(*add, "--if-missing", "--json")
    assert status == 0 and not json.loads(out)["added"]
    status, out, _ = run("token", "create", "--person", "ada@example.com", "--scopes", "verify, cases:read", "--json")
    assert status == 0 and json.loads(out)["scopes"] == ["cases:read", "verify"]
    assert json.loads(out)["token"].startswith("rcv_")
    assert run("token", "create", "--person", "ada@example.com", "--scopes", "everything")[0] == 2
    assert run("token", "create", "--person", "bob@example.com", "--scopes", "verify")[0] == 1
