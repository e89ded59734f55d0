"""Recorded blocks of real nodes, read in place from ``RECOVERY_CORPUS``.

No answers of the index itself are on record, only blocks as a node gives them. Their operations are brought into the index's form
here, read by the family's own client, and held against what the block says happened to each balance.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chains.catalogue import network
from chains.tezos.tzkt import read
from chains.types import Status, Transaction
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told

CORPUS = os.environ.get("RECOVERY_CORPUS")
pytestmark = pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
TEZ = network("tezos")
CHEAPER_SINCE = 1_212_417
"""From this level a byte of storage costs 250 units instead of 1000."""


def blocks() -> Iterator[tuple[str, Any]]:
    for path in sorted((Path(str(CORPUS)) / "tezos").glob("*.json")):
        text = path.read_text(encoding="utf-8")
        yield path.stem, None if text.count("\n{") else json.loads(text)


def in_index_form(block: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for content in operation["contents"]:
        rows.append(
            _row(block, operation, content, content["metadata"].get("operation_result", {}), content, len(rows) + 1)
        )
        for inner in content["metadata"].get("internal_operation_results", []):
            row = _row(block, operation, inner, inner["result"], content, len(rows) + 1)
            rows.append(row | {"nonce": inner["nonce"], "initiator": {"address": content["source"]}})
    return rows


def _row(
    block: dict[str, Any],
    operation: dict[str, Any],
    did: dict[str, Any],
    result: dict[str, Any],
    outer: dict[str, Any],
    identity: int,
) -> dict[str, Any]:
    level = block["header"]["level"]
    byte = 250 if level >= CHEAPER_SINCE else 1000
    made = result.get("originated_contracts", [])
    new_accounts = int(result.get("allocated_destination_contract", False)) + len(made)
    row: dict[str, Any] = {
        "type": did["kind"], "id": identity, "level": level, "timestamp": block["header"]["timestamp"],
        "block": block["hash"], "hash": operation["hash"], "counter": int(outer.get("counter", 0)),
        "status": result.get("status", "applied"), "bakerFee": int(did.get("fee", 0)),
        "storageFee": int(result.get("paid_storage_size_diff", 0)) * byte, "allocationFee": new_accounts * 257 * byte,
        "sender": {"address": did["source"]} if "source" in did else None,
        "errors": [{"type": error["id"]} for error in result.get("errors", [])],
    }  # fmt: skip
    if did["kind"] == "transaction":
        row |= {"target": {"address": did["destination"]}, "amount": int(did["amount"])}
    if did["kind"] == "origination" and made:
        row |= {"originatedContract": {"address": made[0]}, "contractBalance": int(did["balance"])}
    return {name: value for name, value in row.items() if value is not None}


def read_row(rows: list[dict[str, Any]]) -> Transaction:
    reference = rows[0]["hash"]

    def index(asked: Asked) -> Told:
        if asked.path == f"/v1/operations/{reference}":
            return Told(rows)
        if asked.path == "/v1/head":
            return Told({"chain": "mainnet", "chainId": TEZ.params["chain_id"], "level": rows[0]["level"] + 1})
        return Told([])

    return read(TEZ, Played(index), reference).transaction


def recorded_changes(operation: dict[str, Any]) -> Counter[str]:
    """What the node itself says became of each account's balance."""
    changes: Counter[str] = Counter()
    for content in operation["contents"]:
        meta = content["metadata"]
        results = [
            meta.get("operation_result", {}),
            *(one["result"] for one in meta.get("internal_operation_results", [])),
        ]
        updates = list(meta.get("balance_updates", []))
        for result in results:
            updates += result.get("balance_updates", []) if result.get("status") == "applied" else []
        for update in updates:
            if update["kind"] == "contract":
                changes[update["contract"]] += int(update["change"])
    return Counter({account: change for account, change in changes.items() if change})


def read_changes(seen: Transaction) -> Counter[str]:
    changes: Counter[str] = Counter()
    for leg in seen.transfers:
        if leg.sender:
            changes[leg.sender] -= leg.amount
        if leg.recipient:
            changes[leg.recipient] += leg.amount
    if seen.fee is not None and seen.fee.payer is not None:
        changes[seen.fee.payer] -= seen.fee.amount
    return Counter({account: change for account, change in changes.items() if change})


def test_every_operation_of_every_recorded_block(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    for _name, block in blocks():
        if not isinstance(block, dict) or not isinstance(block.get("operations"), list) or "header" not in block:
            counts["skipped records: not a block, and not of the index's form"] += 1
            continue
        counts["read: blocks"] += 1
        for operation in (one for passed in block["operations"] for one in passed):
            kinds = {content["kind"] for content in operation["contents"]}
            if not kinds <= {"transaction", "origination", "delegation", "reveal"}:
                counts["skipped operations: of bakers"] += 1
                continue
            seen = read_row(in_index_form(block, operation))
            counts[f"read: {seen.status.value}"] += 1
            counts["legs"] += len(seen.transfers)
            counts.update(f"warning: {warning}" for warning in seen.warnings)
            assert seen.final
            assert seen.status in (Status.SUCCEEDED, Status.FAILED)
            assert read_changes(seen) == recorded_changes(operation), operation["hash"]
    with capsys.disabled():
        print("\n" + "\n".join(f"  {number:>4}  {what}" for what, number in sorted(counts.items())))
    assert counts["legs"] >= 12
