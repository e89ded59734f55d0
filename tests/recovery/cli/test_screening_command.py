"""``recovery screening``, as the shell sees it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recovery.cli import main

EVM = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)
    monkeypatch.setenv("RECOVERY_HOME", str(tmp_path))

    def call(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_a_list_is_loaded_shown_and_refused(run: Any, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.json"
    good.write_text(f"{EVM}\n")
    bad.write_text(json.dumps([EVM, "nonsense"]))
    assert "no list is in force" in run("screening", "lists")[1]
    status, out, err = run("screening", "import", "sdn", str(good), "--version", "2025-06-01", "--json")
    assert (status, err) == (0, "")
    told = json.loads(out)
    assert (told["entries"], told["taken"], told["version"]) == (1, True, "2025-06-01")
    status, out, err = run("screening", "import", "sdn", str(bad))
    assert status == 1
    assert "nothing was changed" in err
    assert "'nonsense'" in out
    assert run("screening", "import", "sdn", str(bad), "--partial")[0] == 0
    assert run("screening", "import", "S D N", str(good))[0] == 2
    assert [one["name"] for one in json.loads(run("screening", "lists", "--json")[1])["lists"]] == ["sdn"]
