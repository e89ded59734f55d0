"""Recorded answers of real indexers and nodes, read in place from ``RECOVERY_CORPUS`` through the family's own client."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chains.algorand.fields import computed_id, from_pool
from chains.algorand.indexer import read
from chains.catalogue import network
from chains.types import Network, Status, Transaction
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told

CORPUS = os.environ.get("RECOVERY_CORPUS")
pytestmark = pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")


def records() -> Iterator[tuple[str, Any]]:
    root = Path(str(CORPUS))
    for entry in json.loads((root / "index.json").read_text(encoding="utf-8")):
        if entry["network"] == "algorand" and not entry["bad"]:
            yield Path(entry["file"]).stem, json.loads((root / entry["file"]).read_text(encoding="utf-8"))


def row_of(value: dict[str, Any]) -> Network:
    """The row, or for records of other networks of this family the row with their genesis."""
    row = network("algorand")
    shown = {
        key: value[name]
        for key, name in (("genesis_hash", "genesis-hash"), ("genesis_id", "genesis-id"))
        if name in value
    }
    return replace(row, params={**row.params, **shown})


def seen_of(value: Any) -> Transaction | str:
    """The reading, or why the record cannot be read."""
    if isinstance(value, dict) and "txn" in value:
        reference = computed_id(from_pool(value))
        row, path = network("algorand"), f"/v2/transactions/pending/{reference}"
    elif isinstance(value, dict) and "tx-type" in value:
        reference, row, path = value["id"], row_of(value), f"/v2/transactions/{value['id']}"
    elif isinstance(value, dict) and ("txns" in value or "transactions" in value):
        return "the node interface before version 2"
    else:
        return "no transaction"
    assert reference is not None

    def node(asked: Asked) -> Told:
        return (
            Told(value if "txn" in value else {"current-round": 90_000_000, "transaction": value})
            if asked.path == path
            else Told({}, 404)
        )

    return read(row, Played(node), reference).transaction


def test_every_record(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    for name, value in records():
        seen = seen_of(value)
        if isinstance(seen, str):
            counts[f"skipped: {seen}"] += 1
            continue
        counts[f"read: {seen.status.value}"] += 1
        counts.update(f"warning: {warning}" for warning in seen.warnings)
        assert seen.status is (Status.PENDING if "pending" in name else Status.SUCCEEDED), name
    with capsys.disabled():
        print("\n" + "\n".join(f"  {number:>4}  {what}" for what, number in sorted(counts.items())))
    assert counts["read: succeeded"] >= 35


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # a payment whose sender was paid rewards beside it
        ("idx_payment", [("txn", "VVXR7CJ3", "IEJMVDE6", 2919000000, None)]),
        # the receiver was paid rewards, many times what they are in the first
        ("idx_multisig", [("txn", "D6NE6QZ2", "AEN4RT3Z", 3752083333, None)]),
        ("idx_asset_transfer", [("txn", "QA75IQ76", "VIFSMPHK", 10, "25077")]),
        ("idx_rekey", [("txn", "D2RWJU4C", "MTMTWEPM", 10000000, None)]),
        # an application pays out of its account and takes an asset back from its holder
        (
            "idx_app_call_inner",
            [("inner:1", "PT4K5LK4", "PIJRXIH5", 1234567890, None), ("inner:2", "PT4K5LK4", "PIJRXIH5", 222, "11")],
        ),
        # an asset without any units
        ("idx_app_call_inner_acfg", []),
        ("idx_asset_freeze", []),
        ("idx_heartbeat", []),
        (
            "stax_get_transaction--X2LZ3HZD2SXVGP6WATFEDVALZ3DQL7JQK5ZM75NUX22RSRTVVZOA",
            [("txn", "HVRMBK4G", "5GW5VO4J", 257733000, None)],
        ),
    ],
)
def test_what_really_happened(name: str, expected: list[Any]) -> None:
    seen = seen_of(dict(records())[name])
    assert isinstance(seen, Transaction)
    short = [
        (leg.position, (leg.sender or "")[:8], (leg.recipient or "")[:8], leg.amount, leg.contract)
        for leg in seen.transfers
    ]
    assert short == expected
