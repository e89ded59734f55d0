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
        words = [w for w in seen.warnings if w != "block_hash_not_visible"]
        counts[f"read: {answer['TransactionType']} {seen.status.value} {' '.join(words)}"] += 1
    without = {name for name, _, _ in rows()} - files
    with capsys.disabled():
        print("\n" + "\n".join(f"  {number:>4}  {what}" for what, number in sorted(counts.items())))
        print(f"  files without a transaction: {sorted(without)}")
    refused = {what for what in counts if what.startswith("refused")}
    assert refused == {"refused: not an account (ba_payment_3 3D8512E0)"}  # an excerpt with nothing but a type
    assert sum(number for what, number in counts.items() if what.startswith("read")) >= 150


BANKS = "rMwjYedjc7qqtKYVLiAccJSmCwih4LnE2q"
HOST = "rnYDWQaRdMb5neCGgvFfhw3MBoxmv5LtfH"
MEMO = "4D454D4F00000000000000000000000000000000:rNZS1hXERvSfpbRpG5jNz3bMkHFhEV1H2y"
NFT = "000803E88ACAA32313BB87F729EF7DA56BD13C57BE46E3C828BF7BD904817131"
SEEN: dict[str, tuple[str, list[tuple[str, str | None, str | None, int, str | None]]]] = {
    # One hundred from each of three issuers: the amount named the destination itself.
    "029E6CF9": ("succeeded", [
        (f"delivered{place}", "r4nmQNH4Fhjfh6cHDbvVSsBv7KySbj4cBf", HOST, 100 * 10**15, f"USD:{issuer}")
        for place, issuer in (
            ("", "rGpeQzUWFu4fMhJHZ1Via5aqFC3A5twZUD"),
            ("/USD:rJsaPnGdeo7BhMnHjuc3n44Mf7Ra1qkSVJ", "rJsaPnGdeo7BhMnHjuc3n44Mf7Ra1qkSVJ"),
            ("/USD:rrnsYgWn13Z28GtRgznrSUsLfMkvsXCZSu", "rrnsYgWn13Z28GtRgznrSUsLfMkvsXCZSu"))]),
    "34671C17": ("succeeded", [("delivered", "rKmBGxocj9Abgy25J51Mk1iqFzW9aVF9Tc",
                                "rLDYrujdKUfVx28T9vRDAbyJ7G2WVXKo4K", 10**13, f"USD:{BANKS}")]),
    "44AA46A2": ("succeeded", [("delivered", "rPMh7Pi9ct699iZUTWaytJUoHcJ7cgyziK",
                                "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", 10**17,
                                "USD:rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh")]),
    # A payment to oneself through a pool: the pool's XRP is a leg, what it gave is the delivery.
    "647589CF": ("succeeded", [
        ("delivered", "rGNuURrs1vE4s5Saqwys5z4J1hQAwtTYuR", "rGNuURrs1vE4s5Saqwys5z4J1hQAwtTYuR", 986245270000000, MEMO),
        ("balance:raRVpBQJm3XqmDpUYJu59UWTr34pJdu1nL", "rGNuURrs1vE4s5Saqwys5z4J1hQAwtTYuR",
         "raRVpBQJm3XqmDpUYJu59UWTr34pJdu1nL", 579733, None)]),
    # Partial payments: the amounts named were a million XRP and 7217 drops.
    "4D84AF2E": ("succeeded", [
        ("delivered", "rLYtnspajSgZBhzoDoJMppwsYNMB8SuaUj", "rLYtnspajSgZBhzoDoJMppwsYNMB8SuaUj", 109210, None),
        ("balance:rnvud56swMVK7gFn5ZxHd3wvyGj63yPieA/KPH:rKP5uhdSN7NZMWeN6GJisejpTwX9q7yhBz",
         "rLYtnspajSgZBhzoDoJMppwsYNMB8SuaUj", "rnvud56swMVK7gFn5ZxHd3wvyGj63yPieA", 117208852267600000000,
         "KPH:rKP5uhdSN7NZMWeN6GJisejpTwX9q7yhBz")]),
    "9D4D9CB0": ("succeeded", [
        ("balance:rs9ineLqrCzeAGS1bxsrW8x2n3bRJYAh3Q", "rzvAXDKJnPi8m25HjXYiXAjJnzc7LGTfw",
         "rs9ineLqrCzeAGS1bxsrW8x2n3bRJYAh3Q", 4862466, None),
        ("balance:rzvAXDKJnPi8m25HjXYiXAjJnzc7LGTfw/USD:rhub8VRN55s94qWKDv6jmDy1pUykJzF3wq",
         "rs9ineLqrCzeAGS1bxsrW8x2n3bRJYAh3Q", "rzvAXDKJnPi8m25HjXYiXAjJnzc7LGTfw", 2624741712800000,
         "USD:rhub8VRN55s94qWKDv6jmDy1pUykJzF3wq")]),
    "02D62486": ("succeeded", [
        ("balance:rDeizxSRo6JHjKnih9ivpPkyD2EgXQvhSB", "rPevQCKoJKLmNiWrDLoMWg19aG3o4LEUib",
         "rDeizxSRo6JHjKnih9ivpPkyD2EgXQvhSB", 1, None),
        (f"nft:{NFT}", "rDeizxSRo6JHjKnih9ivpPkyD2EgXQvhSB", "rPevQCKoJKLmNiWrDLoMWg19aG3o4LEUib", 1,
         "rDeizxSRo6JHjKnih9ivpPkyD2EgXQvhSB")]),
    "CBAA5889": ("failed", []),
    "458101D5": ("failed", []),  # tecUNFUNDED_OFFER
    "998E76B9": ("unknown", []),  # of a side chain (2552)
    "B8CFA44C": ("pending", []),  # broadcast and refused
    "B9086F7E": ("unknown", []),  # tefBAD_LEDGER is of no validated ledger
    "F4AB442A": ("unknown", []),  # known to be edited
}  # fmt: skip


def test_what_really_happened_in_some_of_them() -> None:
    found: set[str] = set()
    for name, _, answer in every():
        start = str(answer["hash"])[:8]
        if start in SEEN and name != "ba_payment":
            seen = reading(answer)
            legs = [(leg.position, leg.sender, leg.recipient, leg.amount, leg.contract) for leg in seen.transfers]
            assert (seen.status.value, legs) == SEEN[start], start
            found.add(start)
    assert found == SEEN.keys()


def test_a_record_whose_tag_was_added_later_is_seen_through() -> None:
    """``ba_payment`` has a tag of 2500 that the same transaction has not elsewhere in the corpus; its hash tells."""
    told = {name: answer for name, _, answer in every() if str(answer["hash"]).startswith("40279A3D")}
    by_name = {name: reading(answer) for name, answer in told.items()}
    edited = by_name.pop("ba_payment")
    assert (edited.status, edited.warnings) == (Status.UNKNOWN, ("node_inconsistent",))
    assert [seen.transfers[0].memo for seen in by_name.values()] == [None]
