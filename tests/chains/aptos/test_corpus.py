"""Recorded answers of real full nodes, read in place from ``RECOVERY_CORPUS``; skipped where there are none."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chains.aptos import fields, read
from chains.aptos.address import check_address, primary_store
from chains.catalogue import network
from chains.types import Status, Transaction
from tests.chains.aptos.making import HEIGHT, TIP, address
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told

CORPUS = os.environ.get("RECOVERY_CORPUS")
pytestmark = pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
APTOS = network("aptos")


def record(name: str) -> Any:
    value = json.loads((Path(str(CORPUS)) / "aptos" / f"{name}.json").read_text(encoding="utf-8"))
    return value.get("response", value)


def every() -> Iterator[tuple[str, Any]]:
    for path in sorted((Path(str(CORPUS)) / "aptos").glob("*.json")):
        yield path.stem, record(path.stem)


def served(found: dict[str, Any], *, chain: int = 1, block: dict[str, Any] | None = None) -> Transaction:
    """A recorded transaction as a node tells it that also shows its ledger and a block."""

    def answer(asked: Asked) -> Told:
        path = asked.path.removeprefix("/v1")
        if "by_hash" in path:
            return Told(found)
        if "by_version" in path:
            own = {"block_height": str(HEIGHT), "block_hash": address("block")}
            return Told(block or own | {"first_version": found["version"], "last_version": found["version"]})
        if path in ("", "/"):
            return Told(
                {"chain_id": chain, "block_height": str(TIP), "oldest_ledger_version": "0", "ledger_timestamp": "1"}
            )
        return Told({"error_code": "resource_not_found"}, status=404)

    return read(APTOS, Played(answer), found["hash"]).transaction


def test_every_transaction_on_record_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    for name, value in every():
        if name.startswith("proto_"):
            counts["skipped: an indexer's protocol buffers, another form of a transaction"] += 1
        elif "sequence_number" not in value:
            counts["skipped: a ledger, a block or an error, no transaction (used in tests of their own)"] += 1
        else:
            seen = served(value)
            counts[f"read: {seen.status.value} ({', '.join(seen.warnings) or 'no warning'})"] += 1
            assert seen.final or not value["changes"]
            for store, owner in fields.written(value["changes"]).owners.items():
                metadata = fields.written(value["changes"]).stores.get(store)
                assert metadata is None or primary_store(owner, metadata[0]) == store
    with capsys.disabled():
        print("\n" + "\n".join(f"  {number:>4}  {what}" for what, number in sorted(counts.items())))


def test_a_sponsored_transfer_of_the_coins_fungible_form() -> None:
    seen = served(record("gem_transaction_near_intent_transfer"))
    (leg,) = seen.transfers
    assert (leg.position, leg.kind.value, leg.contract, leg.amount) == ("event:1", "native", None, 2_431_838_058)
    assert leg.sender == "0xd1a1c1804e91ba85a569c7f018bb7502d2f13d4742d2611953c9c14681af6446"
    assert leg.recipient == "0x6467997d9c3a5bc9f714e17a168984595ce9bec7350645713a1fe7983a7f5fcc"
    assert seen.fee is not None
    assert (seen.fee.amount, seen.fee.payer) == (
        1_800, "0x107b277f8ac97230f1e53cf3661b3f05a40c5a02d1d2b74fe77826b62b4d1c43")  # fmt: skip


def test_gas_given_back_lowers_the_fee() -> None:
    undone = served(record("gem_transaction_stake_undelegate"))
    assert undone.transfers == ()
    assert undone.fee is not None
    assert undone.fee.amount == 884 * 100 - 43_200


@pytest.mark.parametrize(
    ("name", "amount"), [("xc_011_TestFetchTxInfo", 123_400_000), ("xc_021_TestFetchTxInfo", 140_099_000_000)]
)
def test_transfers_by_handles_of_old(name: str, amount: int) -> None:
    (leg,) = served(record(name)).transfers
    assert (leg.position, leg.kind.value, leg.amount) == ("event:1", "native", amount)
    assert leg.sender == record(name)["sender"]


def test_stores_of_a_record_without_its_write_set_are_derived() -> None:
    """A stake goes to the pool's account, and from there into the pool's own keeping."""
    found = record("gem_transaction_stake_delegate")
    assert found["changes"] == []
    pool = "0xe5452230b8d5f4a664e33b8ad95354e50da64caaf003f11c0158391e96a4db2c"
    moved = [(t.sender, t.recipient, t.amount) for t in served(found).transfers]
    assert moved == [(found["sender"], pool, 1_100_000_000), (pool, None, 1_100_000_000)]


def test_a_failed_transaction_lists_events_all_the_same() -> None:
    seen = served(record("xc_025_TestFetchTxInfo"))
    assert (seen.status, seen.transfers, seen.failure) == (Status.FAILED, (), "wrong object type")


def test_its_own_block_and_another_chain() -> None:
    seen = served(record("xc_011_TestFetchTxInfo"), block=record("xc_012_TestFetchTxInfo"))
    assert seen.block is not None
    assert seen.block.height == 1_309_838
    foreign = served(record("xc_011_TestFetchTxInfo"), chain=record("xc_010_TestFetchTxInfo")["chain_id"])
    assert (foreign.status, foreign.warnings) == (Status.UNKNOWN, ("wrong_chain",))


def test_address_vectors() -> None:
    folder = Path(str(CORPUS)) / "_address_vectors"
    listed = json.loads((folder / "bip_utils.json").read_text(encoding="utf-8"))["aptos_addr"]
    several = json.loads((folder / "multicoin.json").read_text(encoding="utf-8"))
    # AIP-40 wants all digits: with one missing, nothing tells a zero that was left out from a digit that was lost.
    short = {"0x71e1d7330597e99001aad667d6deea321e95771d6975dd66bfb185f5cfd7d58"}
    for text in listed["valid"]:
        assert check_address(APTOS, text).valid is (text not in short), text
    for text in listed["invalid"]:
        assert not check_address(APTOS, text).valid, text
    for row in several:
        if row["currency"].lower() in ("apt", "aptos"):
            assert check_address(APTOS, row["address"]).valid is row["valid"], row
