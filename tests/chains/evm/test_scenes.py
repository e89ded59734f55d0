"""Every scene of every row reads as it should, in at most two round trips where the transaction exists."""

from __future__ import annotations

import pytest

from chains.catalogue import networks
from chains.evm import read
from chains.transaction_json import to_json
from chains.types import Network
from chains.verify import probe, verify
from tests.chains.evm.scenes import HASH, LACKS, chain, scenes
from tests.chains.replay import Played, replayed
from tests.chains.scene import REQUIRED, STATUS, Answers, Asked, Scene, Told

ROWS = [row for row in networks().values() if row.family == "evm"]
ALL = [(row, scene) for row in ROWS for scene in scenes(row)]
ONE_ROUND = {"pending", "wrong_chain", "identity_refused_not_found"}
NOWHERE = {"not_found", "without_history"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_no_scene_is_missing(row: Network) -> None:
    missing = REQUIRED - {scene.name for scene in scenes(row)}
    assert missing <= LACKS.keys()
    assert not missing or row.sandbox


@pytest.mark.parametrize(("row", "scene"), ALL, ids=lambda one: getattr(one, "slug", None) or one.name)
def test_a_scene(row: Network, scene: Scene) -> None:
    talk = Played(scene.answers)
    shown = to_json(read(row, talk, scene.reference).transaction)
    assert {key: shown[key] for key in scene.expect} == dict(scene.expect)
    assert shown["status"] == STATUS.get(scene.name, shown["status"])
    if scene.name not in NOWHERE:
        assert len(talk.answers) == (1 if scene.name in ONE_ROUND else 2)


def counted(answers: Answers, rounds: list[int]) -> Answers:
    def count(asked: Asked) -> Told:
        rounds.append(len(asked.body) if isinstance(asked.body, list) else 1)
        return answers(asked)

    return count


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_two_http_round_trips(row: Network) -> None:
    """Of a node met for the first time and without traces, which is the worst case, and of one already known."""
    token = next(scene for scene in scenes(row) if scene.name == "token")
    for _ in range(2):
        rounds: list[int] = []
        with replayed(counted(token.answers, rounds)) as node:
            assert verify(row, HASH, [node]).transaction.final
        assert len(rounds) == 2


def test_a_hash_of_two_networks_is_found_on_both() -> None:
    """Blocks before the fork belong to Ethereum and to Ethereum Classic; each is read from its own node."""
    ethereum, classic = (next(row for row in ROWS if row.slug == slug) for slug in ("ethereum", "ethereum-classic"))
    with replayed(chain(ethereum).answers()) as one, replayed(chain(classic).answers()) as other:
        findings = [reading.transaction for reading in probe(HASH, {ethereum: [one], classic: [other]})]
        crossed = [reading.transaction for reading in probe(HASH, {ethereum: [other], classic: [one]})]
    assert [(found.network_id, found.status.value, found.final) for found in findings] == [
        ("eip155:1", "succeeded", True),
        ("eip155:61", "succeeded", True),
    ]
    assert [found.transfers[0].asset for found in findings] == ["eip155:1/slip44:60", "eip155:61/slip44:61"]
    assert all("wrong_chain" in found.warnings for found in crossed)
