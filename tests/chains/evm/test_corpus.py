"""Recorded answers of real nodes, read in place from ``RECOVERY_CORPUS`` by the client itself; skipped where there are none.

A transaction and its receipt are answered as the node would have; what was not recorded beside them (chain id, heads, the
block's list) is answered to fit. Every record that can be read is read; what is left out is counted with its reason.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chains.catalogue import network, networks
from chains.encoding import checksummed
from chains.errors import NodeMistaken
from chains.evm import fields, read, traces
from chains.types import Network, Node, Status, Transaction, TransferKind
from tests.chains.replay import Played
from tests.chains.scene import RpcRefusal, json_rpc

CORPUS = os.environ.get("RECOVERY_CORPUS")
ROWS = {row.params["chain_id"]: row for row in networks().values() if row.family == "evm"}
FOLDERS = {
    "ethereum", "bsc", "polygon", "arbitrum", "optimism", "base", "avalanche", "ethereum_classic", "zksync_era", "evm_misc",
    "evm_calltracer",
}  # fmt: skip
NO_ROW = {"hyperliquid", "harmony", "sei", "injective", "kava", "ethereum_ropsten_rosetta"}
NAMED = {"bsc": "bsc", "base": "base", "pol": "polygon", "zksync": "zksync"}
LATER = 10_000_000
pytestmark = pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")


@dataclass
class Found:
    """All that the corpus holds of the EVM family, by transaction hash."""

    transactions: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    receipts: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    flat: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    trees: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def answer_of(file: str) -> Any:
    value = json.loads((Path(str(CORPUS)) / file).read_text(encoding="utf-8"))
    if isinstance(value, dict) and "response" in value:
        value = value["response"]
    return value.get("result") if isinstance(value, dict) and "jsonrpc" in value else value


@cache
def found() -> Found:
    all_of_it = Found()
    for row in json.loads((Path(str(CORPUS)) / "index.json").read_text(encoding="utf-8")):
        if row["network"] in NO_ROW:
            all_of_it.counts[f"skipped: no row for {row['network']}"] += 1
        elif row["network"] in FOLDERS and row["bad"]:
            all_of_it.counts["skipped: known to be edited or relabelled"] += 1
        elif row["network"] in FOLDERS:
            _sort(all_of_it, row["file"], answer_of(row["file"]))
    return all_of_it


def _sort(into: Found, file: str, value: Any) -> None:
    if is_transaction(value):
        into.transactions[value["hash"].lower()] = (file, value)
    elif is_receipt(value):
        into.receipts[value["transactionHash"].lower()] = (file, value)
    elif isinstance(value, dict) and isinstance(value.get("transactions"), list):
        into.counts["read: blocks"] += 1
        for inner in filter(is_transaction, value["transactions"]):
            into.transactions[inner["hash"].lower()] = (file, inner)
    elif isinstance(value, dict) and "type" in value and "from" in value and "gasUsed" in value:
        into.trees.append(value)
    elif isinstance(value, dict) and isinstance(value.get("result"), dict) and "type" in value["result"]:
        into.trees.append(value["result"])
    elif (entries := flat_entries(value)) is not None:
        for entry in entries:
            if entry.get("type") != "reward" and "transactionHash" in entry:
                into.flat[entry["transactionHash"].lower()].append(entry)
    elif isinstance(value, dict) and "txDetails" in value:
        into.counts["skipped: a transaction in another tool's form"] += 1
    else:
        into.counts["skipped: neither transaction, receipt nor trace"] += 1


def is_transaction(value: Any) -> bool:
    return (
        isinstance(value, dict) and {"hash", "from", "value"} <= value.keys() and ("input" in value or "data" in value)
    )


def is_receipt(value: Any) -> bool:
    return isinstance(value, dict) and {"gasUsed", "logs", "transactionHash"} <= value.keys()


def flat_entries(value: Any) -> list[dict[str, Any]] | None:
    if isinstance(value, dict) and isinstance(value.get("trace"), list):
        return [entry | {"transactionHash": str(value.get("transactionHash"))} for entry in value["trace"]]
    if isinstance(value, list) and value and isinstance(value[0], dict) and "action" in value[0]:
        return value
    return None


def row_of(file: str, transaction: Mapping[str, Any]) -> Network | None:
    """The row the record is of: by the chain id it was signed for, else by its folder or name."""
    if isinstance(transaction.get("chainId"), str):
        return ROWS.get(int(transaction["chainId"], 16))
    folder, _, name = file.partition("/")
    words = name.split("_")
    slug = next((slug for word, slug in NAMED.items() if word in words or folder.startswith(word)), "ethereum")
    return network(slug)


def told(
    row: Network,
    transaction: Mapping[str, Any],
    receipt: Mapping[str, Any] | None,
    *,
    chain_id: int | None = None,
    results: Mapping[str, Any] | None = None,
) -> Transaction:
    """What the client reads when a node answers with these records."""
    reference = transaction["hash"].lower()
    height = int((receipt or transaction)["blockNumber"], 16)
    canonical = {
        "number": hex(height), "hash": (receipt or transaction).get("blockHash"), "timestamp": "0x6a000000",
        "transactions": [reference],
    }  # fmt: skip
    later = {"number": hex(height + LATER), "hash": "0x" + "ee" * 32, "timestamp": "0x6a000000", "transactions": []}

    def result(method: str, params: Any) -> Any:
        if method in (results or {}):
            return (results or {})[method]
        match method, list(params):
            case "eth_chainId", _:
                return hex(row.params["chain_id"] if chain_id is None else chain_id)
            case "eth_getTransactionByHash", _:
                return transaction
            case "eth_getTransactionReceipt", _:
                return receipt
            case "eth_getBlockByNumber", [number, _]:
                return canonical if number == hex(height) else later
        raise RpcRefusal

    talk = Played(json_rpc(result))
    talk.node = Node("corpus", "")
    return read(row, talk, reference).transaction


def pairs() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """File, transaction and receipt of every record that has both."""
    for reference, (file, transaction) in found().transactions.items():
        if reference in found().receipts:
            yield file, transaction, found().receipts[reference][1]


def test_every_pair_is_read_by_the_client(capsys: pytest.CaptureFixture[str]) -> None:
    counts = Counter(found().counts)
    legs = 0
    for file, transaction, receipt in pairs():
        row = row_of(file, transaction)
        if row is None:
            # A test network or one without a row: its own id is not ours, whatever the hash says.
            seen = told(network("ethereum"), transaction, receipt, chain_id=int(transaction["chainId"], 16))
            assert (seen.status, seen.warnings) == (Status.UNKNOWN, ("wrong_chain",))
            counts["read: as of no network of ours"] += 1
            continue
        try:
            seen = told(row, transaction, receipt, results=traced(transaction["hash"]))
        except NodeMistaken as wrong:
            counts[f"skipped: incomplete record ({wrong})"] += 1
            continue
        assert seen.status in (Status.SUCCEEDED, Status.FAILED) or "status_not_recorded" in seen.warnings, file
        assert seen.final is (seen.status is not Status.UNKNOWN)
        counts[f"read: {row.slug} {seen.status.value}"] += 1
        legs += len(seen.transfers)
    whole = {transaction["hash"].lower() for _, transaction, _ in pairs()}
    for reference, (file, transaction) in found().transactions.items():
        if reference not in whole:
            counts[without_receipt(file, transaction)] += 1
    for reference in found().receipts.keys() - whole:
        counts[without_transaction(reference)] += 1
    for tree in found().trees:
        assert all(leg.amount > 0 for leg in traces.transfers(ROWS[1], traces.from_call_tracer(tree)))
    for reference, calls in found().flat.items():
        if reference != "none":
            assert all(leg.amount > 0 for leg in traces.transfers(ROWS[1], traces.from_flat(calls, reference)))
    counts["read: call trees"] = len(found().trees)
    counts["read: flat traces"] = len(found().flat)
    with capsys.disabled():
        print(f"\n  evm corpus: {legs} legs of pairs")
        print("\n".join(f"  {number:>4}  {what}" for what, number in sorted(counts.items())))
    assert legs > 30


def traced(reference: str) -> dict[str, Any]:
    calls = found().flat.get(reference.lower())
    return {"trace_transaction": calls} if calls else {}


def without_receipt(file: str, transaction: dict[str, Any]) -> str:
    """Read as far as it goes: in a block or not, and then nothing is claimed."""
    if transaction.get("blockNumber") is None or row_of(file, transaction) is None:
        return "skipped: transaction without receipt, of no network of ours"
    try:
        seen = told(row_of(file, transaction) or ROWS[1], transaction, None)
    except NodeMistaken as wrong:
        return f"skipped: transaction alone, incomplete ({wrong})"
    assert seen.status in (Status.PENDING, Status.UNKNOWN)
    assert not seen.transfers
    return "read: transaction alone, nothing claimed"


def without_transaction(reference: str) -> str:
    try:
        fields.receipt(found().receipts[reference][1], reference)
    except NodeMistaken as wrong:
        return f"skipped: receipt alone, incomplete ({wrong})"
    return "read: receipt alone"


def told_pair(reference: str, slug: str, results: Mapping[str, Any] | None = None) -> Transaction:
    transaction, receipt = found().transactions[reference][1], found().receipts[reference][1]
    return told(network(slug), transaction, receipt, results=results)


def test_a_collectible_and_an_edition() -> None:
    """One ERC-721 whose approval stands before it, and one of an ERC-1155: as the raw logs say."""
    edition = told_pair("0x7fc1f2b8a60a153a91f4d51edb6e4d85a7fa1f56b8404fab275f625498b68fe4", "ethereum")
    (leg,) = edition.transfers
    owner = checksummed(bytes.fromhex("ba4d1d35bce0e8f28e5a3403e7a0b996c5d50ac4"))
    assert (leg.position, leg.sender, leg.amount, leg.kind) == ("log:199", owner, 1, TransferKind.NFT)
    assert leg.token_id == str(0xAD2312645535838DEEE888A3D0FDB2F0D25750713906B641D1ACC248FE49DC99)
    assert edition.fee is not None
    assert edition.fee.amount == 0x9188 * 0x3CFB934A9
    single = told_pair("0x98dd4d9a586620f84e8066f1b015d663f9c0c94c4e0e02377840c3e6d43e2ad3", "ethereum")
    (leg,) = single.transfers
    assert (leg.position, leg.sender, leg.token_id) == ("log:607", owner, str(0x23B7))
    assert leg.recipient == checksummed(bytes.fromhex("f1158986419f6058231b0dbd7a78ff0674ebbc50"))
    assert leg.contract == checksummed(bytes.fromhex("47a00fc8590c11be4c419d9ae50dec267b6e24ee"))


def test_old_receipts_say_nothing_until_a_trace_does() -> None:
    """Plain payments of 2015: their receipts have a root and no status, and the block lists them."""
    reference = "0x05287a561f218418892ab053adfb3d919860988b19458c570c5c30f51c146f02"
    silent = told_pair(reference, "ethereum")
    assert (silent.status, silent.transfers) == (Status.UNKNOWN, ())
    assert "status_not_recorded" in silent.warnings
    sent = found().transactions[reference][1]
    root = {"type": "CALL", "from": sent["from"], "to": sent["to"], "value": sent["value"]}
    seen = told_pair(reference, "ethereum", {"debug_traceTransaction": root})
    assert [(leg.position, leg.amount) for leg in seen.transfers] == [("native", int(sent["value"], 16))]
    assert seen.fee is not None
    assert seen.fee.amount == 0x5208 * 0xBA43B7400


def test_the_ledgers_fee_is_no_deposit() -> None:
    """A call on ZKsync: 0x…800A logs what was set aside for the fee and two refunds, which come to gas times price."""
    reference = "0x32e69225d68e2d3969776b33011c984b0ab030a71907008ff88d4757922883e2"
    receipt = found().receipts[reference][1]
    sent = {
        "hash": reference, "type": "0x0", "from": receipt["from"], "to": receipt["to"], "value": "0x0", "input": "0x01",
        "gasPrice": receipt["effectiveGasPrice"], "blockHash": receipt["blockHash"], "blockNumber": receipt["blockNumber"],
    }  # fmt: skip
    seen = told(network("zksync"), sent, receipt)
    assert (seen.status, seen.transfers, seen.warnings) == (Status.SUCCEEDED, (), ())
    assert seen.fee is not None
    set_aside, *refunds = (int(entry["data"], 16) for entry in receipt["logs"])
    assert seen.fee.amount == set_aside - sum(refunds) == 0x115532 * 0xEE6B280


def test_a_second_opinion_on_a_thousand_inner_movements(capsys: pytest.CaptureFixture[str]) -> None:
    """Blocks of a test network, of which another program's reading is recorded: every address receives the same.

    Nodes of that network are refused; here a row of its id stands in.
    """
    row = replace(network("local"), params={**network("local").params, "chain_id": 3})
    folder = Path(str(CORPUS)) / "ethereum_ropsten_rosetta"
    read_, legs = 0, 0
    for path in sorted(folder.glob("rosetta_block_response_*.json")):
        said = json.loads(path.read_text(encoding="utf-8"))["block"]
        block = json.loads((folder / path.name.replace("_response", "")).read_text(encoding="utf-8"))
        block = block.get("result", block)
        expected = {entry["transaction_identifier"]["hash"]: entry["operations"] for entry in said["transactions"]}
        for place, sent in enumerate(block["transactions"]):
            trace = json.loads((folder / f"rosetta_block_trace_{block['hash']}.json").read_text(encoding="utf-8"))
            receipt = json.loads((folder / f"rosetta_tx_receipt_{sent['hash']}.json").read_text(encoding="utf-8"))
            sent = {**sent, "blockHash": block["hash"], "blockNumber": block["number"]}
            receipt = {**receipt, "blockHash": block["hash"], "blockNumber": block["number"]}
            seen = told(row, sent, receipt, results={"debug_traceTransaction": trace[place]["result"]})
            assert told(network("ethereum"), sent, receipt, chain_id=3).warnings == ("wrong_chain",)
            assert credits(seen) == operations(expected[sent["hash"]]), sent["hash"]
            read_, legs = read_ + 1, legs + len(seen.transfers)
    with capsys.disabled():
        print(f"\n  evm second opinion: {read_} transactions, {legs} legs")
    assert legs > 300


def credits(seen: Transaction) -> Counter[str]:
    """Native coin received by address."""
    received: Counter[str] = Counter()
    for leg in seen.transfers:
        if leg.contract is None:
            received[str(leg.recipient)] += leg.amount
    return received


def operations(listed: list[dict[str, Any]]) -> Counter[str]:
    received: Counter[str] = Counter()
    for one in listed:
        amount = int(one.get("amount", {}).get("value", 0))
        if one["status"] == "SUCCESS" and one["type"] in ("CALL", "CREATE", "SELFDESTRUCT") and amount > 0:
            received[one["account"]["address"]] += amount
    return received
