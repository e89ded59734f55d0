"""``recovery import`` and ``recovery diagnose`` as an outsider calls them, against nodes on loopback, cause by cause."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from chains.catalogue import networks
from chains.families import FAMILIES
from tests.recovery.cli.evm_assets import scenario as assets
from tests.recovery.cli.evm_scenarios import scenario as evm
from tests.recovery.cli.evm_whose import scenario as whose
from tests.recovery.cli.family_scenarios import scenario as families
from tests.recovery.cli.scenario import Scenario
from tests.recovery.cli.stage import House, Stage, Verdict, house as open_house, in_process

ALL = [*evm.all, *whose.all, *assets.all, *families.all]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with open_house() as made:
        yield made


@pytest.mark.parametrize("one", ALL, ids=[one.name for one in ALL])
def test_scenario(
    one: Scenario, house: House, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)
    monkeypatch.setenv("RECOVERY_HOME", str(tmp_path))
    stage = Stage(house, tmp_path)
    between = one.build(stage)
    stage.import_all(in_process)
    for name, value in stage.environment().items():
        monkeypatch.setenv(name, value)
    if between is not None:
        assert _asked(stage).answer["cause"] == one.expected.first
        between()
    one.expected.check(_asked(stage))


def _asked(stage: Stage) -> Verdict:
    status, text = in_process(*stage.asked())
    return Verdict(status, json.loads(text), text)


def test_names_are_not_repeated() -> None:
    names = [one.name for one in ALL]
    assert len(set(names)) == len(names)


STATES = {
    "not_found": ("A03",),
    "without_history": (None,),
    "wrong_chain": (None,),
    "failed": ("A09", "A10"),
    "pending": ("A04", "A05"),
}
"""What the same state of a transaction is called on every network; a node that cannot know never leads to a refusal."""


@pytest.mark.parametrize(
    ("slug", "state"), [(slug, state) for slug, row in networks().items() if not row.sandbox for state in STATES]
)
def test_every_network(
    slug: str, state: str, house: House, tmp_path: Path, module_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", module_database_url)
    row = networks()[slug]
    scenes = import_module(f"tests.chains.{FAMILIES[row.family].removeprefix('chains.')}.scenes").scenes(row)
    scene = next((one for one in scenes if one.name == state), None)
    if scene is None:
        return  # the family has no such state
    stage = Stage(house, tmp_path, network=slug, reference=scene.reference, account=None)
    interface = f"{scene.interface}+" if scene.interface else ""
    monkeypatch.setenv(f"RECOVERY_NODES_{slug.upper().replace('-', '_')}", interface + house.open(scene.answers))
    verdict = _asked(stage)
    assert verdict.answer["cause"] in STATES[state], verdict.answer["checks"]
    if verdict.answer["cause"] is None:
        assert (verdict.status, verdict.answer["outcome"]) == (6, ["WT"])
    else:
        assert verdict.status == 0


BY_PROCESS = ("G02-token", "A01-order-id", "A10-unknown-listed-pruned", "H01-node-down", "B08-another-account")


@pytest.mark.parametrize("name", BY_PROCESS)
def test_the_command_itself(name: str, house: House, tmp_path: Path, database_url: str) -> None:
    """The same in processes of their own, as another program calls them."""
    one = next(one for one in ALL if one.name == name)
    stage = Stage(house, tmp_path)
    one.build(stage)
    named = {key: value for key, value in os.environ.items() if not key.startswith("RECOVERY_")}
    environment = named | {"RECOVERY_DATABASE_URL": database_url, "RECOVERY_HOME": str(tmp_path)} | stage.environment()

    def call(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "recovery.cli", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout

    stage.import_all(call)
    status, text = call(*stage.asked())
    one.expected.check(Verdict(status, json.loads(text), text))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("A10-unknown-listed-pruned", ("unknown: WT", "not answered: ")),
        ("B08-another-account", ("B08: RJ", "decided by: ")),
        ("A01-order-id", ("A01: AM", "Reference incomplete: ask for more")),
    ],
)
def test_somebody_at_a_terminal_reads_words(
    name: str, said: tuple[str, ...], house: House, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)
    monkeypatch.setenv("RECOVERY_HOME", str(tmp_path))
    stage = Stage(house, tmp_path)
    next(one for one in ALL if one.name == name).build(stage)
    stage.import_all(in_process)
    for key, value in stage.environment().items():
        monkeypatch.setenv(key, value)
    _, text = in_process(*(word for word in stage.asked() if word != "--json"))
    assert all(one in text for one in said), text
