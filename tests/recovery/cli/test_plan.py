"""``recovery plan`` as the shell sees it: exit status, one JSON object, and the files it writes, for each family that plans."""

from __future__ import annotations

import json
import os
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from chains.catalogue import network
from recovery.cli import main
from tests.chains.replay import replayed
from tests.chains.scene import Answers, RpcRefusal, json_rpc
from tests.chains.tron.records import ALICE_TEXT, BOB_TEXT, hash_of
from tests.chains.tron.test_sweep import Writer, honest
from tests.chains.utxo.test_sweep import world_of
from tests.chains.utxo.worlds import INTERFACES

SOURCE, DESTINATION = "0xDc56EAb54ed4cBb3Bb12Fc1a7FDd2C1AcE8E5e6f".lower(), "0x" + "aa" * 20


@pytest.fixture(autouse=True)
def _no_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("RECOVERY_NODES_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def plan(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Exit status, the JSON printed, and standard error of one call, against a node that answers as told."""

    def call(slug: str, answers: Answers | None, *arguments: str, interface: str = "") -> tuple[int, Any, str]:
        if answers is None:
            status = main(["plan", slug, *arguments, "--json"])
        else:
            with replayed(answers) as node:
                monkeypatch.setenv(f"RECOVERY_NODES_{slug.upper().replace('-', '_')}", f"{interface}{node.url}")
                status = main(["plan", slug, *arguments, "--json"])
        told = capsys.readouterr()
        return status, json.loads(told.out), told.err

    return call


def transfer(source: str, destination: str, amount: int, *more: str) -> tuple[str, ...]:
    return "--source", source, "--destination", destination, "--amount", str(amount), *more


def ethereum(method: str, params: Any) -> Any:
    """A node where everybody holds ten ether and nothing is going on."""
    known = {
        "eth_chainId": "0x1", "eth_getBalance": hex(10**19), "eth_estimateGas": "0x5208", "eth_getTransactionCount": "0x7",
        "eth_maxPriorityFeePerGas": hex(10**9), "eth_getBlockByNumber": {"number": "0x64", "baseFeePerGas": hex(10**10)},
    }  # fmt: skip
    if method not in known:
        raise RpcRefusal
    return known[method]


def written(folder: Path, made: dict[str, Any]) -> None:
    """The files are those the JSON carries, byte by byte."""
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        one["name"]: b64decode(one["base64"]) for one in made["files"]
    }


def test_evm(plan: Any, tmp_path: Path) -> None:
    order = transfer(SOURCE, DESTINATION, 10**18)
    status, made, error = plan("ethereum", json_rpc(ethereum), *order, "-o", str(tmp_path / "files"))
    assert (status, error) == (0, "")
    (row,) = made["fields"]["transactions"]
    assert (row["to"].lower(), row["value"], row["nonce"], row["gas"]) == (DESTINATION, str(10**18), "7", "21000")
    assert int(made["cost"]) == 21_000 * int(row["maxFeePerGas"])
    written(tmp_path / "files", made)


def test_evm_refused(plan: Any) -> None:
    status, told, error = plan("ethereum", json_rpc(ethereum), *transfer(SOURCE, DESTINATION, 10**20))
    assert (status, told["error"]) == (3, "coins_are_gone")
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("interface", ["", "blockbook+", "esplora+"])
def test_utxo(plan: Any, tmp_path: Path, interface: str) -> None:
    world, order = world_of(network("bitcoin"))
    points = [text for point in order.outpoints for text in ("--outpoint", point)]
    status, made, error = plan(
        "bitcoin",
        INTERFACES[interface.rstrip("+") or None](world),
        *transfer(order.source, order.destination, order.amount, *points, "-o", str(tmp_path)),
        interface=interface,
    )
    assert (status, error, made["form"]) == (0, "", "psbt")
    assert made["fields"]["outputs"][0]["amount"] == str(order.amount)
    written(tmp_path, made)


def test_tron(plan: Any, tmp_path: Path) -> None:
    order = transfer(ALICE_TEXT, BOB_TEXT, 5_000_000, "-o", str(tmp_path))
    status, made, error = plan("tron", Writer(honest), *order)
    assert (status, error, made["form"]) == (0, "", "tron_raw_data")
    assert made["fields"]["hash"] == hash_of(b64decode(made["files"][0]["base64"]))
    written(tmp_path, made)


def test_solana(plan: Any, tmp_path: Path) -> None:
    from solders.keypair import Keypair
    from solders.message import Message

    from tests.chains.solana.ledger import Chain

    chain, source, other = Chain(), Keypair(), Keypair().pubkey()
    chain.svm.airdrop(source.pubkey(), 10_000_000)
    order = transfer(str(source.pubkey()), str(other), 4_000_000, "--memo", "order 7", "-o", str(tmp_path))
    status, made, error = plan("solana", chain.node(), *order)
    assert (status, error, made["form"]) == (0, "", "solana_message")
    written(tmp_path, made)
    message = Message.from_bytes(b64decode(b64decode(made["files"][0]["base64"])))
    programs = [str(message.account_keys[one.program_id_index]) for one in message.instructions]
    assert programs[-2:] == ["MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr", "11111111111111111111111111111111"]


def test_without_a_node_and_with_a_wrong_address(plan: Any) -> None:
    status, told, error = plan("tron", None, *transfer(ALICE_TEXT, BOB_TEXT, 1))
    assert (status, told["error"]) == (6, "no_node")
    assert len(error.splitlines()) == 1
    status, told, _ = plan("tron", None, *transfer(ALICE_TEXT, "T" + "1" * 33, 1))
    assert (status, told["error"]) == (2, "not_an_address")
