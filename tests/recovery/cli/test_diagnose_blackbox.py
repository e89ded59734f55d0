"""``recovery import`` and ``recovery diagnose`` as an outsider calls them, against nodes on loopback, cause by cause."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

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
