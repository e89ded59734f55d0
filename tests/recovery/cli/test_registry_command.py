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


def test_a_token_list_comes_in_as_it_is_and_goes_out_again(run: Any, tmp_path: Path) -> None:
    tokens = [
        {"chainId": 1, "address": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "decimals": 6, "symbol": "USDC"},
        {"chainId": 999_999_999, "address": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "decimals": 6, "symbol": "U"},
    ]
    file, bad = tmp_path / "list.json", tmp_path / "bad.json"
    whole = {"name": "L", "timestamp": "2024-01-01T00:00:00Z", "version": {"major": 1, "minor": 0, "patch": 0}}
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(whole | {"tokens": tokens}).encode())
    status, out, _ = run("import", "assets", str(file), "--json")
    assert status == 1 and json.loads(out)["refused"] == [{"row": 2, "why": "chainId: unknown_network"}]
    status, out, _ = run("import", "assets", str(file), "--json", "--partial", "--state", "delisted")
    assert status == 0 and json.loads(out)["added"] == 1
    exported = tmp_path / "out"
    assert run("registry", "export", "assets", "-o", str(exported))[0] == 0
    assert exported.read_text().endswith(",USDC,6,delisted,,,\n")
    assert run("import", "assets", str(file), "--partial")[0] == 0
    assert run("registry", "export", "assets", "-o", str(exported), "--format", "token-list")[0] == 0
    assert json.loads(exported.read_text())["tokens"] == [tokens[0] | {"name": "USDC"}]
    assert run("import", "assets", str(exported))[0] == 0
    for content in ("{", '{"tokens": {}}', "{}", '{"tokens": [NaN]}'):
        bad.write_text(content)
        status, out, err = run("import", "assets", str(bad), "--json")
        assert status == 2 and err.count("\n") == 1 and json.loads(out)["error"] == "invalid_input"
    csv_file = tmp_path / "assets.csv"
    run("registry", "export", "assets", "-o", str(csv_file))
    assert run("import", "assets", str(csv_file), "--state", "listed")[0] == 2
    assert run("import", "accounts", str(file))[0] == 2
    assert run("registry", "export", "accounts", "-o", str(exported), "--format", "token-list")[0] == 2


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
