"""Every recorded answer of real nodes, read through the real client."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import NodeUnavailable
from chains.near import read
from chains.types import Status, Transaction
from tests.chains.near.node import Known, Ran, node, record
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told

NEAR = network("near")
CORPUS = os.environ.get("RECOVERY_CORPUS")

pytestmark = pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")


def folder() -> Path:
    return Path(str(CORPUS)) / "near"


def seen(answer: dict[str, Any]) -> Transaction:
    hash_ = answer["transaction"]["hash"]
    return read(NEAR, Played(node(Known({hash_: answer}))), hash_).transaction


def test_every_record_is_read() -> None:
    read_, skipped = 0, Counter[str]()
    for path in sorted(folder().glob("*.json")):
        value = json.loads(path.read_text())
        if "transaction" in value.get("result", {}):
            assert seen(value["result"]).status is Status.SUCCEEDED
            read_ += 1
        elif "chunk" in value:
            for entry in value["chunk"]["transactions"]:
                told = seen(from_shard(entry, value))
                assert told.status is Status.FAILED
                assert told.failure == "DelegateActionExpired"
                assert not told.transfers
                read_ += 1
        elif "error" in value:
            with pytest.raises(NodeUnavailable):
                read(NEAR, Played(refusing(value["error"])), "5qSP5dRVr5KQ37Dd9CV2gi7KDuvtU4eFaRK7cDKREVL2@a.near")
            read_ += 1
        else:
            skipped["no transaction"] += 1
    print(f"near: {read_} read; skipped: {dict(skipped)}")
    assert read_ == 3


def from_shard(entry: dict[str, Any], shard: dict[str, Any]) -> dict[str, Any]:
    """A transaction as an indexer streams it, in the form a node answers with."""
    done = shard["receipt_execution_outcomes"][0]["execution_outcome"]
    return {
        "final_execution_status": "FINAL",
        "status": done["outcome"]["status"],
        "transaction": entry["transaction"],
        "transaction_outcome": entry["outcome"]["execution_outcome"],
        "receipts_outcome": [one["execution_outcome"] for one in shard["receipt_execution_outcomes"]],
        "receipts": [one["receipt"] for one in shard["receipt_execution_outcomes"]],
    }


def refusing(error: dict[str, Any]) -> Any:
    """A node that answers the question for the transaction with this error."""
    honest = node(Known({"x": record(Ran("r", "a.near", "b.near", []))}))

    def answer(asked: Asked) -> Told:
        told = honest(asked)
        calls = asked.body if isinstance(asked.body, list) else [asked.body]
        rows = [
            {"jsonrpc": "2.0", "id": call["id"], "error": error} if "tx" in call["method"] else row
            for call, row in zip(calls, told.value, strict=True)
        ]
        return Told(rows)

    return answer


def test_a_transfer() -> None:
    """One NEAR between two implicit accounts; the second receipt is the refund of unused gas."""
    told = seen(json.loads((folder() / "gem_successful_transaction.json").read_text())["result"])
    payer = "051d30e6c78c4cf858389d62af5f703275450d318b85ff52a4ac963948cfdf95"
    assert told.final
    assert [(leg.position, leg.sender, leg.recipient, leg.amount) for leg in told.transfers] == [
        (
            "receipt:GL8AT7dmdpMJs1QmQNrPvghWaZgxMUuapWPshAVgQsPu",
            payer,
            "75b4f90dc729b28ce1a3d44b2c96b3943136f1d7ced0b5df1fc23662439e3e3c",
            10**24,
        )
    ]
    assert told.fee is not None
    assert (told.fee.amount, told.fee.payer) == (2 * 417_494_768_750_000_000_000, payer)
    assert told.warnings == ()
