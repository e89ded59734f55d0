"""Recorded answers of real nodes, read in place from ``RECOVERY_CORPUS``; skipped where there are none.

Every transaction in them, whatever method told it, is put into the form of ``tx`` and read through the client.
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
from chains.errors import NodeMistaken
from chains.types import Status, Transaction
from chains.xrpl.rippled import read
from tests.chains.replay import Played
from tests.chains.scene import Answers, Asked, Told

CORPUS = os.environ.get("RECOVERY_CORPUS")
ROW = network("xrpl")
pytestmark = pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")


def rows() -> Iterator[tuple[str, dict[str, Any], Any]]:
    root = Path(str(CORPUS))
    for row in json.loads((root / "index.json").read_text(encoding="utf-8")):
        if row["network"] == "xrpl":
            yield Path(row["file"]).stem, row, json.loads((root / row["file"]).read_text(encoding="utf-8"))


def told(value: Any, around: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each transaction in ``value`` in the flat form of ``tx``; ``around`` are members of what encloses it."""
    if isinstance(value, list):
        for member in value:
            yield from told(member, around)
        return
    if not isinstance(value, dict):
        return
    here = around | {key: member for key, member in value.items() if not isinstance(member, dict | list)}
    body = next((value[key] for key in ("tx_json", "tx", "transaction", "transaction_json")
                 if isinstance(value.get(key), dict) and "TransactionType" in value[key]), None)  # fmt: skip
    meta = next((value[key] for key in ("meta", "metaData") if isinstance(value.get(key), dict)), None)
    if body is None and "TransactionType" in value and "Account" in value:
        body = value
    if body is None:
        for member in value.values():
            yield from told(member, here)
        return
    flat = {key: member for key, member in body.items() if key not in ("metaData", "ledger_index")}
    flat |= {"hash": flat.get("hash", here.get("hash")), "meta": meta}
    number = here.get("ledger_index", body.get("ledger_index", here.get("seqNum")))
    flat["validated"] = here.get("validated", number is not None)
    yield flat | {"ledger_index": number and int(number), "ledger_hash": None}


def node(answer: dict[str, Any]) -> Answers:
    """A node of the main network that knows one transaction."""

    def answers(asked: Asked) -> Told:
        if asked.body["method"] == "tx":
            return Told({"result": {key: value for key, value in answer.items() if value is not None}})
        if asked.body["method"] == "server_info":
            return Told({"result": {"info": {"network_id": 0, "validated_ledger": {"seq": 99_000_000, "age": 3}}}})
        return Told({"result": {"error": "lgrNotFound", "status": "error"}})

    return answers


def every() -> Iterator[tuple[str, bool, dict[str, Any]]]:
    for name, row, value in rows():
        for answer in told(value, {}):
            yield name, row["bad"], answer


def reading(answer: dict[str, Any]) -> Transaction:
    return read(ROW, Played(node(answer)), str(answer["hash"]).upper()).transaction


def test_every_recorded_transaction(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    files: set[str] = set()
    for name, bad, answer in every():
        files.add(name)
        if bad:
            counts["skipped: known to be edited"] += 1
            continue
        if not answer["hash"]:
            counts["skipped: without a hash"] += 1
            continue
        try:
            seen = reading(answer)
        except NodeMistaken as error:
            counts[f"refused: {error} ({name} {answer['hash'][:8]})"] += 1
            continue
        words = [w for w in seen.warnings if w not in ("block_hash_not_visible",)]
        counts[f"read: {answer['TransactionType']} {seen.status.value} {' '.join(words)}"] += 1
    without = {name for name, _, _ in rows()} - files
    with capsys.disabled():
        print("\n" + "\n".join(f"  {number:>4}  {what}" for what, number in sorted(counts.items())))
        print(f"  files without a transaction: {sorted(without)}")
    assert not any(what.startswith("refused") for what in counts)
    assert Status
