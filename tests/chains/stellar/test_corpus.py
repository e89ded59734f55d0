"""Recorded answers of real nodes, read in place from ``RECOVERY_CORPUS``; skipped where there are none.

A recorded transaction is read as it is; a recorded operation inside a row made of what it says of its transaction.
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
from chains.stellar.horizon import read
from chains.types import Status, Transaction
from tests.chains.replay import Played
from tests.chains.scene import Answers, Asked, Told

CORPUS = os.environ.get("RECOVERY_CORPUS")
ROW = network("stellar")
pytestmark = pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")


def rows() -> Iterator[tuple[str, bool, Any]]:
    root = Path(str(CORPUS))
    for row in json.loads((root / "index.json").read_text(encoding="utf-8")):
        if row["network"] == "stellar":
            value = json.loads((root / row["file"]).read_text(encoding="utf-8"))
            if isinstance(value, dict) and "response" in value:
                value = value["response"]
            yield Path(row["file"]).stem, row["bad"], value


def told(value: Any) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]] | None]]:
    """Each transaction in ``value`` with its operations, as far as they were recorded."""
    if not isinstance(value, dict):
        return
    if "envelope_xdr" in value:
        yield value, None
    elif "transaction_hash" in value:
        inner = value.get("transaction") or {}
        row = {
            "hash": value["transaction_hash"], "successful": value["transaction_successful"],
            "created_at": value["created_at"], "ledger": max(int(value["id"]) >> 32, 1),
        } | ({"memo_type": "text", "memo": inner["memo"]} if "memo" in inner else {})  # fmt: skip
        # Its place among the transaction's operations is kept; the others were not recorded.
        record = {key: member for key, member in value.items() if member is not None}
        yield row, [record]
    for record in (value.get("_embedded") or {}).get("records", ()):
        yield from told(record)


def node(row: dict[str, Any], operations: list[dict[str, Any]] | None) -> Answers:
    """A Horizon of the public network that knows one transaction."""
    start = {"network_passphrase": ROW.params["passphrase"], "history_latest_ledger": 60_000_000}

    def answers(asked: Asked) -> Told:
        path = asked.path.split("?")[0]
        if path == "/":
            return Told(start)
        if path == f"/transactions/{row['hash']}":
            return Told(row)
        if path.endswith("/operations") and operations is not None:
            return Told({"_embedded": {"records": operations}})
        return Told({"status": 404}, status=404)

    return answers


def reading(row: dict[str, Any], operations: list[dict[str, Any]] | None) -> Transaction:
    return read(ROW, Played(node(row, operations)), row["hash"]).transaction


def test_every_recorded_transaction(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    for name, bad, value in rows():
        found = list(told(value))
        if not found:
            counts[f"skipped: no transaction in it ({name[:40]})"] += 1
        for row, operations in found:
            what = "transaction" if operations is None else str(operations[0]["type"])
            try:
                seen = reading(row, operations)
            except NodeMistaken as error:
                counts[f"refused: {error} ({name})"] += 1
                continue
            if bad:
                assert (seen.status, seen.transfers) == (Status.UNKNOWN, ())
            words = " ".join(word for word in seen.warnings if word != "block_hash_not_visible")
            counts[f"read: {what} {seen.status.value} {words}"] += 1
    with capsys.disabled():
        print("\n" + "\n".join(f"  {number:>4}  {what}" for what, number in sorted(counts.items())))
    refused = {what for what in counts if what.startswith("refused")}
    assert refused == {"refused: not a holder (gem_transaction_by_hash)"}  # its accounts are GFROM and GTO
    assert sum(number for what, number in counts.items() if what.startswith("read")) >= 25


HOST = "GDKIJJIKXLOM2NRMPNQZUUYK24ZPVFC6426GZAEP3KUK6KEJLACCWNMX"
SEEN: dict[str, list[tuple[str, str, str, int, str | None]]] = {
    # From signed envelopes, whose hashes hold: 3 976 053 lumens and a hundredth of one.
    "23fa4d3c": [("op:0", HOST, "GCGVWRW5MHZW5OB2IR6RRFYBG5NV4BXUT5GYBRH2E3FD3TVYVINA72KM", 39760530000000, None)],
    "dbc69dff": [("op:0", "GAN2JTIWVKGZIDN5R2AFYLUV4IUXLBG3MQA3R5ECIIM5RUYT74Y3LDOP",
                  "GDMP73OGYG7RFR4AHAIFF3B5X3HJ6HP7PJURS5SHMYOYPSLKD3VYVTPF", 100000, None)],
    # From records of operations: an account's first 47 326 939 370 lumens, payments.
    "8b96cf3a": [("op:0", "GBEZOC5U4TVH7ZY5N3FLYHTCZSI6VFGTULG7PBITLF5ZEBPJXFT46YZM", HOST, 473269393700000000, None)],
    "a596dc91": [("op:0", HOST, "GAX3BRBNB5WTJ2GNEFFH7A4CZKT2FORYABDDBZR5FIIT3P7FLS2EFOZZ", 1000000000000000, None)],
    "9fbf8626": [("op:0", "GCTUYXRTC2OPWWUCE6KBQEJTDFALN6BWHUXT3IHCXMTHW5K46NJCVHYN", HOST, 83548970000000, None)],
}  # fmt: skip


def test_what_really_happened_in_some_of_them() -> None:
    found = {}
    for _, bad, value in rows():
        for row, operations in told(value):
            if row["hash"][:8] in SEEN and not bad:
                legs = reading(row, operations).transfers
                found[row["hash"][:8]] = [
                    (leg.position, leg.sender, leg.recipient, leg.amount, leg.contract) for leg in legs
                ]
    assert found == SEEN
