"""Recorded answers of real nodes, read in place from ``RECOVERY_CORPUS``; skipped where there are none.

Every record that can be decoded is decoded; what is left out is counted with its reason.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chains.catalogue import networks
from chains.errors import NodeMistaken
from chains.evm import traces
from chains.evm.decode import Shown, decode
from chains.evm.fields import Head, receipt, sent
from chains.types import Network, Status

CORPUS = os.environ.get("RECOVERY_CORPUS")
FOLDERS = {"ethereum", "bsc", "polygon", "arbitrum", "optimism", "base", "evm_misc", "evm_calltracer"}
ROWS = {row.params["chain_id"]: row for row in networks().values() if row.family == "evm"}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def records() -> Iterator[tuple[dict[str, Any], Any]]:
    """Index rows of this family with the answer inside the record."""
    root = Path(str(CORPUS))
    for row in json.loads((root / "index.json").read_text(encoding="utf-8")):
        if row["network"] in FOLDERS:
            value = json.loads((root / row["file"]).read_text(encoding="utf-8"))
            if isinstance(value, dict) and "response" in value:
                value = value["response"]
            if isinstance(value, dict) and "jsonrpc" in value:
                value = value.get("result")
            yield row, value


def row_of(folder: str, transaction: dict[str, Any]) -> Network | None:
    chain_id = transaction.get("chainId")
    if isinstance(chain_id, str):
        return ROWS.get(int(chain_id, 16))
    return next((row for row in ROWS.values() if row.slug == (folder if folder != "evm_misc" else "ethereum")), None)


def is_transaction(value: Any) -> bool:
    return (
        isinstance(value, dict) and {"hash", "from", "value"} <= value.keys() and ("input" in value or "data" in value)
    )


def is_receipt(value: Any) -> bool:
    return isinstance(value, dict) and {"transactionHash", "gasUsed", "logs"} <= value.keys()


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_recorded_answers(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    transactions: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    receipts: dict[str, dict[str, Any]] = {}
    for row, value in records():
        if row["bad"]:
            counts["skipped: known to be edited or relabelled"] += 1
        elif is_transaction(value):
            transactions[value["hash"].lower()] = (row, value)
        elif is_receipt(value):
            receipts[value["transactionHash"].lower()] = value
        elif isinstance(value, dict) and isinstance(value.get("transactions"), list):
            for inner in filter(is_transaction, value["transactions"]):
                transactions[inner["hash"].lower()] = (row, inner)
            counts["read: blocks"] += 1
        elif isinstance(value, dict) and "type" in value and "from" in value and "gasUsed" in value:
            counts["read: call tracers"] += _tree(value)
        elif isinstance(value, dict) and isinstance(value.get("result"), dict) and "type" in value["result"]:
            counts["read: call tracers"] += _tree(value["result"])
        elif isinstance(value, list) and value and isinstance(value[0], dict) and "action" in value[0]:
            counts["read: flat traces"] += _flat(value)
        elif isinstance(value, dict) and isinstance(value.get("trace"), list):
            counts["read: flat traces"] += _flat(value["trace"])
        elif isinstance(value, dict) and "txDetails" in value:
            counts["skipped: another tool's form of a transaction"] += 1
        else:
            counts["skipped: neither transaction, receipt nor trace"] += 1
    for reference, (row, transaction) in transactions.items():
        counts[_decoded(reference, row, transaction, receipts.get(reference))] += 1
    counts["skipped: receipt without its transaction"] += len(receipts.keys() - transactions.keys())
    for reference in receipts.keys() - transactions.keys():
        receipt(receipts[reference], reference)
    with capsys.disabled():
        print("\n" + "\n".join(f"  {number:>4}  {what}" for what, number in sorted(counts.items())))
    assert not any(what.startswith("refused") for what in counts)
    assert counts["read: succeeded"] > 10


def _tree(value: dict[str, Any]) -> int:
    root = traces.from_call_tracer(value)
    for leg in traces.transfers(ROWS[1], root):
        assert leg.amount > 0
    return 1


def _flat(entries: list[dict[str, Any]]) -> int:
    by_hash: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        if entry.get("type") != "reward":
            by_hash.setdefault(str(entry.get("transactionHash", "")).lower(), []).append(entry)
    for reference, calls in by_hash.items():
        for leg in traces.transfers(ROWS[1], traces.from_flat(calls, reference)):
            assert leg.amount > 0
    return len(by_hash)


def _decoded(reference: str, row: dict[str, Any], transaction: dict[str, Any], left: dict[str, Any] | None) -> str:
    network = row_of(row["network"], transaction)
    if network is None:
        return "skipped: network not in the catalogue"
    try:
        seen = sent(transaction, reference)
        if left is None:
            return "skipped: transaction without its receipt (its fields are read)"
        told = receipt(left, reference)
    except NodeMistaken as error:
        return f"skipped: incomplete record ({error})"
    tip = Head(told.block_height + 1000, "0x" + "00" * 32, NOW, None)
    canonical = Head(told.block_height, told.block_hash, NOW, None)
    shown = Shown(seen, told, tip, canonical, finalized=tip.height)
    result = decode(network, reference, shown)
    if result.status is Status.UNKNOWN:
        return f"read: unknown ({', '.join(result.warnings)})"
    assert result.final
    assert (result.status is Status.SUCCEEDED) or not result.transfers
    return f"read: {result.status.value}"
