"""What the retired chain's family makes of small records; each test fails without its handling."""

from __future__ import annotations

import json
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chains.address import check_address
from chains.beacon.decode import units
from chains.beacon.dex import read
from chains.catalogue import network
from chains.errors import NodeMistaken, NodeUnavailable
from chains.types import Status, Transaction, TransferKind
from chains.verify import verify
from tests.chains.beacon.scenes import HASH, HEIGHT, account, coins, listed, node, signed
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told

ROW = network("bnb-beacon")
ONE, TWO, THREE = (account(ROW, filler) for filler in (1, 2, 3))
CORPUS = os.environ.get("RECOVERY_CORPUS")


def told(found: dict[str, Any] | None, **how: Any) -> Transaction:
    return read(ROW, Played(node(ROW, found, **how)), HASH).transaction


def legs(seen: Transaction) -> list[tuple[str, str | None, str | None, int, str | None]]:
    return [(leg.position, leg.sender, leg.recipient, leg.amount, leg.contract) for leg in seen.transfers]


def test_without_an_archive_nothing_is_known() -> None:
    seen = verify(ROW, HASH, []).transaction
    assert (seen.status, seen.warnings) == (Status.UNKNOWN, ("network_retired", "no_node"))
    assert (ROW.recoverability, ROW.memo) == ("conditional", "required")
    assert "retired_chain_claim" in ROW.conditions


def test_both_forms_tell_the_same() -> None:
    first = told(signed(ROW, [(1, coins(5))], [(2, coins(5))]))
    second = told(listed(ROW))
    third = told({"blockHeight": HEIGHT, "tx": [listed(ROW, txHash="EF" * 32), listed(ROW)]})
    assert first == second == third
    assert legs(first) == [("msg:0/0", ONE, TWO, 5, None)]
    assert first.transfers[0].memo == "12345"


def test_what_failed_moved_nothing() -> None:
    seen = told(listed(ROW, code=65546, log="insufficient fund\u202e"))
    assert (seen.status, seen.final, seen.transfers) == (Status.FAILED, True, ())
    assert seen.failure == "code 65546: insufficient fund"
    assert seen.fee is not None


def test_tokens_are_known_by_their_whole_name() -> None:
    seen = told(listed(ROW, "1.5", "BUSD-BD1"))
    assert legs(seen) == [("msg:0/0", ONE, TWO, 150_000_000, "BUSD-BD1")]
    leg = seen.transfers[0]
    assert (leg.kind, leg.symbol, leg.decimals) == (TransferKind.TOKEN, "BUSD", 8)
    assert leg.asset == f"{ROW.id}/bep2:BUSD-BD1"


def test_one_payment_to_many_and_many_to_many() -> None:
    spread = signed(ROW, [(1, coins(9))], [(2, coins(4) + coins(1, "BUSD-BD1")), (3, coins(5))])
    assert legs(told(spread)) == [
        ("msg:0/0", ONE, TWO, 4, None), ("msg:0/1", ONE, TWO, 1, "BUSD-BD1"), ("msg:0/2", ONE, THREE, 5, None),
    ]  # fmt: skip
    paired = signed(ROW, [(1, coins(1)), (3, coins(7))], [(1, coins(1)), (2, coins(7))])
    expected = [("msg:0/0", ONE, ONE, 1, None), ("msg:0/1", THREE, TWO, 7, None)]
    assert legs(told(paired)) == expected
    bare = {"txHash": HASH, "txType": "TRANSFER", "txAsset": "BNB"}
    parts = [
        bare | {"fromAddr": ONE, "toAddr": ONE, "txFee": "0.0006", "value": "0.00000001"},
        bare | {"fromAddr": THREE, "toAddr": TWO, "txFee": None, "value": "0.00000007"},
    ]
    several = told(listed(ROW, fromAddr=None, toAddr=None, value=None, txAsset=None, txFee=None, subTransactions=parts))
    assert legs(several) == expected
    assert several.fee is not None
    assert (several.fee.amount, several.fee.payer) == (60_000, ONE)
    mixed = told(signed(ROW, [(1, coins(5)), (3, coins(3))], [(2, coins(8))]))
    assert legs(mixed) == [("msg:0/0", None, TWO, 8, None)]
    assert "sender_not_visible" in mixed.warnings


def test_orders_move_nothing_and_other_kinds_are_named() -> None:
    assert told(listed(ROW, txType="NEW_ORDER", value="47.98467000", toAddr=None)).transfers == ()
    bridge = told(listed(ROW, txType="CROSS_TRANSFER_OUT"))
    assert bridge.transfers == ()
    assert "unknown_operation" in bridge.warnings
    order = signed(ROW, [], [])
    order["tx"]["value"]["msg"] = [
        {"type": "dex/NewOrder", "value": {}},
        {"type": "bridge/TransferOutMsg", "value": {}},
    ]
    assert "unknown_operation" in told(order).warnings
    order["tx"]["value"]["msg"].pop()
    assert "unknown_operation" not in told(order).warnings


def test_the_fee_stands_only_in_listings() -> None:
    pay = signed(ROW, [(1, coins(5))], [(2, coins(5))])
    seen = told(pay, refuse=("/api/v1/transactions-in-block",))
    assert seen.fee is None
    assert seen.warnings == ("network_retired", "fee_not_visible")
    with pytest.raises(NodeMistaken):
        told(pay, listing=listed(ROW, code=5))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0.00000001", 1),
        ("1", 10**8),
        ("119.64120000", 11964120000),
        ("12.5", 1250000000),
        (Decimal("0.1"), 10**7),
        (3, 3 * 10**8),
    ],
)
def test_amounts_are_exact(text: Any, amount: int) -> None:
    assert units(text) == amount


@pytest.mark.parametrize("text", ["", "-1", "1e8", "0.123456789", "1,5", None, True, "١"])
def test_what_is_no_amount(text: Any) -> None:
    with pytest.raises(NodeMistaken):
        units(text)


def test_an_archive_that_serves_only_the_transaction() -> None:
    seen = told(listed(ROW), refuse=("/api/v1/node-info",))
    assert (seen.status, seen.final, seen.confirmations) == (Status.SUCCEEDED, True, 1)
    assert seen.warnings == ("network_retired", "chain_identity_not_visible", "tip_not_visible")
    assert told(None, refuse=("/api/v1/node-info",)).status is Status.UNKNOWN


@pytest.mark.parametrize(
    "found",
    [
        listed(ROW, txHash="CD" * 32),
        listed(ROW, toAddr="bnb1nobody"),
        listed(ROW, toAddr="tbnb136ns6lfw4zs5hg4n85vdthaad7hq5m4gtkgf23"),
        listed(ROW, value="five"),
        listed(ROW, txAsset="B N B"),
        {"tx": []},
        {},
    ],
)
def test_answers_of_something_else_are_refused(found: dict[str, Any]) -> None:
    with pytest.raises(NodeMistaken):
        told(found)


def test_what_is_no_answer_at_all() -> None:
    with pytest.raises(NodeUnavailable):
        read(ROW, Played(lambda asked: Told({}, 401)), HASH)
    with pytest.raises(NodeMistaken):
        read(ROW, Played(lambda asked: Told({}), interface="lcd"), HASH)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("bnb136ns6lfw4zs5hg4n85vdthaad7hq5m4gtkgf23", None),
        ("BNB136NS6LFW4ZS5HG4N85VDTHAAD7HQ5M4GTKGF23", None),
        ("", "empty"),
        ("bnb136ns6lfw4zs5hg4n85vdthaad7hq5m4gtkgf24", "bad_checksum"),
        ("tbnb136ns6lfw4zs5hg4n85vdthaad7hq5m4gtkgf23", "bad_checksum"),
        (account(ROW, 5).replace("bnb1", "bnb1x"), "bad_checksum"),
        ("cosmos1jv65s3grqf6v6jl3dp4t6c9t9rk99cd88lyufl", "wrong_network"),
        ("0xE37c0D48d68da5c5b14E5c1a9f1CFE802776D9FF", "wrong_network"),
    ],
)
def test_addresses(text: str, reason: str | None) -> None:
    seen = check_address(ROW, text)
    assert (seen.valid, seen.reason) == (reason is None, reason)


def test_test_networks_and_validators_are_refused_by_name() -> None:
    from chains import bech32

    assert check_address(ROW, bech32.encode("tbnb", bytes(20))).reason == "test_network"
    assert check_address(ROW, bech32.encode("bva", bytes(20))).reason == "not_an_account"
    assert check_address(ROW, bech32.encode("bnb", bytes(32))).reason == "wrong_length"


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_recorded_listings(capsys: pytest.CaptureFixture[str]) -> None:
    """Every transaction of the recorded listings, held against what another tool made of the same listings."""
    folder = Path(str(CORPUS)) / "bnb_beacon"
    counts: Counter[str] = Counter()
    read_as: dict[str, Transaction] = {}
    for path in sorted(folder.glob("*_response.json")):
        value = json.loads(path.read_text())
        for row in value["tx"]:

            def archive(asked: Asked, value: Any = value) -> Told:
                return Told(value) if asked.path.startswith("/api/v1/tx/") else Told({}, 404)

            seen = read(ROW, Played(archive), row["txHash"]).transaction
            assert (seen.status, seen.final) == (Status.SUCCEEDED, True)
            read_as[seen.hash] = seen
            counts[f"read: {row['txType']}"] += 1
            counts["legs"] += len(seen.transfers)
    for path in sorted(path for path in folder.glob("*.json") if "response" not in path.stem):
        value = json.loads(path.read_text())
        parts: dict[str, list[Any]] = {}
        for row in value if isinstance(value, list) else value["txs"]:
            parts.setdefault(row["id"], []).append(row)
        for name, rows in parts.items():
            if name not in read_as:
                counts["skipped: another tool's row without its listing"] += len(rows)
                continue
            counts["checked against another tool's reading"] += len(rows)
            expected = [
                (row["from"], row["to"], int(row["metadata"]["value"]), row["metadata"]["symbol"]) for row in rows
            ]
            seen = read_as[name]
            found = [(leg.sender, leg.recipient, leg.amount, leg.symbol) for leg in seen.transfers]
            assert found == expected
            assert seen.fee is not None
            assert seen.fee.amount == sum(int(row["fee"]) for row in rows)
            assert {leg.memo or "" for leg in seen.transfers} == {row["memo"] for row in rows}
    with capsys.disabled():
        print("\n" + "\n".join(f"  {number:>4}  {what}" for what, number in sorted(counts.items())))
    assert counts["checked against another tool's reading"] >= 20
