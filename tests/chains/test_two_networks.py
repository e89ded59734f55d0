"""One hash on two networks is real: Ethereum and Classic, Bitcoin and Bitcoin Cash each were one chain once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from chains.catalogue import network
from chains.types import Network
from recovery.cli import main
from tests.chains.replay import replayed
from tests.chains.scene import Scene

OWNER = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
PAIRS = [("ethereum", "ethereum-classic"), ("bitcoin", "bitcoin-cash")]


@pytest.fixture(autouse=True)
def no_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("RECOVERY_NODES_")]:
        monkeypatch.delenv(name)


def scene(slug: str, name: str) -> Scene:
    """What the network shows of a transaction from before the split: nothing in it is of one side only."""
    row = network(slug)
    owner = {"sample_address": OWNER} if row.family == "utxo" else {}
    before = replace(row, params={key: value for key, value in row.params.items() if key != "tokens"} | owner)
    shown: Sequence[Scene] = import_module(f"tests.chains.{row.family}.scenes").scenes(before)
    return next(one for one in shown if one.name == name)


def asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, pair: tuple[str, str], names: tuple[str, str]
) -> tuple[int, dict[str, Any]]:
    """Exit status and answer of ``verify`` without a network, when the pair's nodes play these scenes."""
    one, other = (scene(slug, name) for slug, name in zip(pair, names, strict=True))
    assert one.reference == other.reference
    with (
        replayed(one.answers, interface=one.interface) as first,
        replayed(other.answers, interface=other.interface) as second,
    ):
        for slug, node in zip(pair, (first, second), strict=True):
            monkeypatch.setenv(f"RECOVERY_NODES_{slug.upper().replace('-', '_')}", node.url)
        status = main(["verify", one.reference, "--json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_both_findings_are_given(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, pair: tuple[str, str]
) -> None:
    status, answer = asked(capsys, monkeypatch, pair, ("final", "final"))
    assert [one["network"] for one in answer["found"]] == answer["asked"] == sorted(answer["asked"], key=_order)
    assert set(answer["asked"]) == set(pair)
    assert answer["silent"] == []
    first, second = answer["found"]
    assert first["hash"] == second["hash"]
    assert first["network_id"] != second["network_id"]
    for one in (first, second):
        row: Network = network(one["network"])
        assert one["confirmations_required"] == row.confirmations
        assert one["transfers"][0]["asset"] == row.native.asset
    finals = {one["final"] for one in answer["found"]}
    assert status == (0 if finals == {True} else 4 if finals == {False} else 6)


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
@pytest.mark.parametrize("names", [("final", "not_found"), ("not_found", "final")])
def test_where_only_one_has_it_only_one_is_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, pair: tuple[str, str], names: tuple[str, str]
) -> None:
    status, answer = asked(capsys, monkeypatch, pair, names)
    assert [one["network"] for one in answer["found"]] == [pair[names.index("final")]]
    assert set(answer["asked"]) == set(pair)
    assert status == (0 if answer["found"][0]["final"] else 4)


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair[0] == "ethereum"], ids="-".join)
def test_where_it_failed_on_one_of_two_no_single_status_is_given(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, pair: tuple[str, str]
) -> None:
    status, answer = asked(capsys, monkeypatch, pair, ("final", "failed"))
    assert [one["status"] for one in answer["found"]] == ["succeeded", "failed"]
    assert status == 6


def _order(slug: str) -> int:
    from chains.catalogue import networks

    return list(networks()).index(slug)
