"""``recovery plan`` where this program writes no transactions: an instruction a wallet team can follow to the letter."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from chains.algorand.address import encode as algorand
from chains.catalogue import network
from recovery.cli import main
from tests.chains.beacon.scenes import account as beacon
from tests.chains.cardano.scenes import address as cardano
from tests.chains.polkadot.scenes import account as polkadot
from tests.chains.tezos.scenes import account as tezos, contract

CASES: dict[str, tuple[str, str, str]] = {
    "algorand": (algorand(b"\1" * 32), algorand(b"\2" * 32), "31566704"),
    "cardano": (cardano(network("cardano"), 1), cardano(network("cardano"), 2), "ab" * 28 + ".55534443"),
    "polkadot": (polkadot(network("polkadot"), 1), polkadot(network("polkadot"), 2), "1984"),
    "aptos": ("0x" + "11" * 32, "0x" + "22" * 32, "0x" + "33" * 32),
    "tezos": (tezos(1), tezos(2), f"{contract(3)}:0"),
    "hedera": ("0.0.5001", "0.0.5002", "0.0.456858"),
}


@pytest.fixture(autouse=True)
def _no_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("RECOVERY_NODES_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def plan(capsys: pytest.CaptureFixture[str]) -> Any:
    """Exit status and the JSON printed."""

    def call(slug: str, source: str, destination: str, *more: str) -> tuple[int, Any]:
        status = main(
            ["plan", slug, "--source", source, "--destination", destination, "--amount", "1500", *more, "--json"]
        )
        return status, json.loads(capsys.readouterr().out)

    return call


@pytest.mark.parametrize("slug", CASES)
def test_an_instruction_needs_no_node_and_leaves_no_file(plan: Any, tmp_path: Path, slug: str) -> None:
    source, destination, token = CASES[slug]
    status, made = plan(slug, source, destination, "-o", str(tmp_path / "plan"))
    assert (status, made["form"], made["files"], list((tmp_path / "plan").iterdir())) == (0, "instruction", [], [])
    told = made["fields"]
    assert (told["asset"], told["amount"]) == (network(slug).native.asset, "1500")
    assert (told["source"], told["destination"], told["memo"]) == (source, destination, None)
    assert "send_exactly" in made["steps"] and "name_the_memo" not in made["steps"]
    assert plan(slug, source, destination, "--contract", token)[1]["fields"]["asset"] == token


@pytest.mark.parametrize("slug", CASES)
def test_a_memo_is_named_where_there_are_memos_and_refused_where_there_are_none(plan: Any, slug: str) -> None:
    source, destination, _ = CASES[slug]
    status, made = plan(slug, source, destination, "--memo", "77")
    if network(slug).memo == "none":
        assert (status, made["error"]) == (3, "refused_by_node")
    else:
        assert (status, made["fields"]["memo"], "name_the_memo" in made["steps"]) == (0, "77", True)


@pytest.mark.parametrize("slug", CASES)
def test_what_is_no_address_is_refused(plan: Any, slug: str) -> None:
    source, _, _ = CASES[slug]
    assert plan(slug, source, "nowhere")[0] == 2
    assert plan(slug, source, source)[0] == 3


def test_nothing_moves_on_a_network_that_is_no_more(plan: Any) -> None:
    row = network("bnb-beacon")
    status, told = plan(row.slug, beacon(row, 1), beacon(row, 2), "--memo", "7")
    assert status == 3 and "2024-12-03" in told["message"]
