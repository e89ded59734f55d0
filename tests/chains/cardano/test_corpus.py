"""Recorded answers of Blockfrost servers, read in place through the client; skipped where ``RECOVERY_CORPUS`` names none."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from chains.cardano import read
from chains.cardano.blockfrost import _labels
from chains.catalogue import network
from chains.types import Network, Status, Transaction
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told

CORPUS = os.environ.get("RECOVERY_CORPUS")
ROW = network("cardano")
PREPROD = replace(
    ROW,
    slug="cardano-preprod",
    params=MappingProxyType(
        {**ROW.params, "network_magic": 1, "network_id": 0, "hrp": "addr_test", "test_hrps": ("preview_only",)}
    ),
)
"""The recorded transaction's own network, as a row: the same code reads it."""


def _answers() -> dict[str, Any]:
    """What the recorded servers said, by documented path."""
    said: dict[str, Any] = {}
    for file in sorted((Path(str(CORPUS)) / "cardano").iterdir()):
        record = json.loads(file.read_text(encoding="utf-8"))
        if file.name.startswith("bf_"):
            said |= {f"/{path}": each["response"] for each in record for path in each["endpoints"]}
            continue
        value = record["response"]
        if "inputs" in value:
            said[f"/txs/{value['hash']}/utxos"] = value
        elif "block_height" in value:
            said[f"/txs/{value['hash']}"] = value
        else:
            said[f"/blocks/{value['hash']}"] = value
            said.setdefault("/blocks/latest", value)
    return said


def _read(row: Network, said: dict[str, Any], reference: str) -> Transaction:
    def answer(asked: Asked) -> Told:
        if asked.path in said:
            return Told(said[asked.path])
        return Told({"status_code": 404, "error": "Not Found", "message": "not recorded"}, 404)

    return read(row, Played(answer), reference).transaction


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_recorded_answers(capsys: pytest.CaptureFixture[str]) -> None:
    said = _answers()
    counts: Counter[str] = Counter()
    for path, value in said.items():
        kind = path.rpartition("/")[2]
        if kind == "utxos" and path.removesuffix("/utxos") in said:
            counts["read: transaction with its outputs"] += 1
        elif path.startswith("/txs/") and f"{path}/utxos" in said:
            continue
        elif kind == "metadata":
            assert _labels(value)
            counts["read: metadata without its transaction"] += 1
        elif path.startswith("/blocks/"):
            counts["read: block"] += 1
        else:
            counts[f"skipped: {kind}, which no question of ours asks for"] += 1
    with capsys.disabled():
        print("\n" + "\n".join(f"  {number:>4}  {what}" for what, number in sorted(counts.items())))
    assert counts["read: transaction with its outputs"] == 1


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_a_recorded_script_transaction() -> None:
    """Two owners spend, a third pledges collateral; two outputs, the first to a script with an inline datum."""
    reference = "3b28dc6d6cc32280a2738799a6b5defc96b66999a17481a7cdaa27e8c00bd610"
    seen = _read(PREPROD, _answers(), reference)
    get = (
        "2682a9b99553406c39f693bb450d6001954e3504c96238c6b96ad79a."
        "476c6f62616c20456e7465727461696e6d656e7420546f6b656e202847455429"
    )
    thread = "553cbd1862bfb5ff69b6ebdcbb6165beb47171a04b841c79c72e75a9.4745542d415554482d544b4e"
    assert [(leg.position, leg.contract, leg.amount, leg.sender) for leg in seen.transfers] == [
        ("out:0", None, 1_796_623, None),
        ("out:0/0", get, 210_000, None),
        ("out:0/1", thread, 1, None),
        ("out:1", None, 19_756_996_210, None),
        ("out:1/0", get, 194_249_999, None),
    ]
    assert (seen.status, seen.final, seen.confirmations) == (Status.SUCCEEDED, True, 3_446_919 - 3_436_192 + 1)
    assert seen.fee is not None
    assert (seen.fee.amount, seen.fee.payer) == (1_402_193, None)
    assert seen.block is not None
    assert seen.block.time is not None
    assert (seen.block.height, seen.block.time.isoformat()) == (3_436_192, "2025-05-02T06:43:31+00:00")
    assert {"output_with_datum", "ada_rides_with_tokens"} <= set(seen.warnings)
    assert _read(ROW, _answers(), reference).warnings == ("wrong_chain",)
