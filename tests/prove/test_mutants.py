"""T10: each guard taken away once, in a copy of the sources; the named tests must notice, or they could not fail at all.

``make prove MUTANT="nothing is locked"`` plants that one fault alone and shows how it was found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.promise

ROOT = Path(__file__).resolve().parents[2]
PROVE = os.environ.get("RECOVERY_PROVE") == "1"
ONE = os.environ.get("RECOVERY_MUTANT", "")
COPIED = ("chains", "config", "migrations", "recovery", "sandbox", "templates", "tests", "workflows", "bin", "docs")
LONGEST = 300.0
"""Seconds the named tests may take."""


@dataclass(frozen=True)
class Edit:
    """One place of the sources, before and after."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """A planted fault, and the tests of which one must fail of it."""

    name: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]
    quick: bool = False


def table() -> list[Mutant]:
    """The faults of the table."""
    rows = tomllib.loads(Path(__file__).with_name("mutants.toml").read_text())["mutant"]
    return [
        Mutant(
            row["name"],
            tuple(Edit(**one) for one in (_edit(row), *row.get("also", ()))),
            tuple(row["tests"]),
            row.get("quick", False),
        )
        for row in rows
    ]


def _edit(row: dict[str, Any]) -> dict[str, str]:
    return {part: row[part] for part in ("file", "old", "new")}


MUTANTS = table()
CHOSEN = [one for one in MUTANTS if (one.name == ONE if ONE else PROVE or one.quick)]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the sources, to be spoilt."""
    folder = tmp_path_factory.mktemp("spoilt")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    yield folder
    shutil.rmtree(folder)


def run(folder: Path, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """The named tests in their short form, until one fails."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "RECOVERY_PROVE"))
    }
    inherited.pop("RECOVERY_MUTANT", None)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *tests]
    return subprocess.run(
        command,
        cwd=folder,
        env=inherited | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "RECOVERY_ALL_PAIRS": "1"},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )


def test_the_table_is_in_step_with_the_sources() -> None:
    """What a fault replaces stands in the sources exactly once, and every named test is there."""
    wrong = []
    for mutant in MUTANTS:
        for edit in mutant.edits:
            count = (ROOT / edit.file).read_text().count(edit.old) if (ROOT / edit.file).exists() else -1
            if count != 1:
                wrong.append(f"{mutant.name}: {edit.file} has the replaced text {count} times")
        for test in mutant.tests:
            path, _, name = test.partition("::")
            source = ROOT / path
            if not source.exists() or (name and f"def {name.partition('[')[0]}(" not in source.read_text()):
                wrong.append(f"{mutant.name}: there is no {test}")
    assert wrong == []
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert not ONE or CHOSEN, f"no planted fault is called {ONE!r}"


@pytest.mark.parametrize("mutant", CHOSEN, ids=lambda mutant: mutant.name)
def test_a_planted_fault_is_found(mutant: Mutant, copy: Path, record_property: Callable[[str, Any], None]) -> None:
    record_property("prove.planted faults", 1)
    originals = {edit.file: (copy / edit.file).read_text() for edit in mutant.edits}
    try:
        for edit in mutant.edits:
            path = copy / edit.file
            path.write_text(path.read_text().replace(edit.old, edit.new))
        done = run(copy, mutant.tests)
    finally:
        for file, text in originals.items():
            (copy / file).write_text(text)
    if ONE:
        print(done.stdout[-8000:])
    assert done.returncode in (0, 1), f"the named tests did not run:\n{done.stdout[-3000:]}{done.stderr[-1000:]}"
    record_property("prove.survivors", int(done.returncode == 0))
    assert done.returncode == 1, f"nobody noticed: {mutant.name}"
