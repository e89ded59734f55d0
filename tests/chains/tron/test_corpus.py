"""Recorded answers of real nodes, read through the real client (``RECOVERY_CORPUS`` names the folder)."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chains.catalogue import network
from chains.tron import read
from chains.types import Status, Transaction
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told
from tests.chains.tron.scenes import INFO, SOLID, TRANSACTION

CORPUS = os.environ.get("RECOVERY_CORPUS", "")
ROW = network("tron")

pytestmark = pytest.mark.skipif(not CORPUS, reason="RECOVERY_CORPUS names no corpus")


def records() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every transaction of every file, with the file's name."""
    for path in sorted(Path(CORPUS, "tron").glob("*.json")):
        yield from ((path.name, found) for found in _transactions(json.loads(path.read_text())))


def _transactions(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and "txID" in value and "raw_data" in value:
        yield value
        return
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _transactions(member)


def outcome(shown: dict[str, Any]) -> dict[str, Any] | None:
    """A service's listing carries the outcome beside the transaction, in other words; here it is in the node's own."""
    if "blockNumber" not in shown:
        return None
    fees = {"energy_fee": shown["energy_fee"], "net_fee": shown["net_fee"]}
    return {
        "id": shown["txID"],
        "blockNumber": shown["blockNumber"],
        "blockTimeStamp": shown["block_timestamp"],
        "fee": shown["ret"][0].get("fee", 0),
        "receipt": fees | {"result": shown["ret"][0]["contractRet"]},
    }


def seen(shown: dict[str, Any], info: dict[str, Any] | None) -> Transaction:
    said = {TRANSACTION: shown, SOLID: info or {}, INFO: info or {}}

    def node(asked: Asked) -> Told:
        return Told(said[asked.path]) if asked.path in said else Told(status=404, text="")

    return read(ROW, Played(node), shown["txID"]).transaction


def alone(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(CORPUS, "tron", name).read_text())
    return found


def test_every_record_is_read_or_says_why_not() -> None:
    told: Counter[str] = Counter()
    for name, shown in records():
        if "raw_data_hex" not in shown and "owner_address" not in json.dumps(shown):
            told["no transaction in it"] += 1
            continue
        if name == "gem_balance_token.json":
            told["skipped: the answer to a read-only call, never sent"] += 1
            continue
        transaction = seen(shown, outcome(shown))
        told[f"read: {transaction.status}"] += 1
        assert transaction.status in (Status.SUCCEEDED, Status.PENDING), (name, shown["txID"])
        if "raw_data_hex" in shown:
            assert "raw_transaction_not_visible" not in transaction.warnings
    rest = [
        path.name
        for path in Path(CORPUS, "tron").glob("*.json")
        if not list(_transactions(json.loads(path.read_text())))
    ]
    print(
        f"\ntron records: {dict(told)}; files without a transaction in the node's own form: {len(rest)} {sorted(rest)}"
    )
    assert told["read: succeeded"] >= 25


def test_a_transfer_that_opened_an_account() -> None:
    """25 TRX; a tenth for bandwidth and one for the new account, no ``result`` in the receipt."""
    told = seen(alone("gem_transaction_coin_transfer.json"), alone("gem_transaction_coin_transfer_receipt.json"))
    (leg,) = told.transfers
    assert (told.status, told.final, told.fee and told.fee.amount) == (Status.SUCCEEDED, True, 1_100_000)
    assert told.block is not None
    assert (told.block.height, str(told.block.time)) == (75_772_270, "2025-09-15 22:52:03+00:00")
    assert (leg.position, leg.amount, leg.contract) == ("native", 25_000_000, None)
    assert (leg.sender, leg.recipient) == ("TEB39Rt69QkgD1BKhqaRNqGxfQzCarkRCb", "TFanVGmnjKqFRd8dVQAccZE2t42Vu4rv51")


def test_free_bandwidth_leaves_no_fee_and_no_result() -> None:
    """The outcome of another transfer: neither ``fee`` nor ``receipt.result`` is there."""
    shown, info = alone("gem_transaction_thorchain_swap.json"), alone("doc_info_23897196_trx.json")
    told = seen(shown, info | {"id": shown["txID"]})
    (leg,) = told.transfers
    assert (told.status, told.fee and told.fee.amount) == (Status.SUCCEEDED, 0)
    assert (leg.amount, leg.memo) == (200_000_000, "=:TRON.USDT:TNAwd1WFe7GHTxovGU9MeT6mi3J4KAZMvP:0/1/0:g1:50")


def test_a_token_call_with_padded_words_credits_nothing_by_itself() -> None:
    """25 USDT by its call data (with 41 in front of the recipient); the record has no logs, so there is no leg."""
    shown = alone("gem_transaction_token_transfer.json")
    info = {
        "id": shown["txID"],
        "blockNumber": 65_700_000,
        "blockTimeStamp": 1_727_747_913_000,
        "receipt": {"result": "SUCCESS"},
    }
    assert seen(shown, info).transfers == ()
    failed = seen(
        shown | {"ret": [{"contractRet": "OUT_OF_ENERGY"}]},
        info | {"receipt": {"result": "OUT_OF_ENERGY"}, "result": "FAILED", "fee": 14_000_000},
    )
    assert (failed.status, failed.failure, failed.transfers) == (Status.FAILED, "out of energy", ())


@pytest.mark.parametrize("name", ["freeze", "freeze_energy", "unfreeze", "stake"])
def test_staking_moves_nothing(name: str) -> None:
    shown = alone(f"gem_transaction_{name}.json")
    info = {"id": shown["txID"], "blockNumber": 1, "blockTimeStamp": 1_758_589_899_000, "receipt": {"net_usage": 250}}
    told = seen(shown, info)
    assert (told.status, told.transfers, told.warnings[0]) == (Status.SUCCEEDED, (), "chain_identity_not_visible")


def test_tokens_with_a_number() -> None:
    """Recorded TRC-10 movements, some of them spam: the identity is the number in the signed bytes."""
    legs = [
        leg
        for _, shown in records()
        if shown["raw_data"]["contract"][0]["type"] == "TransferAssetContract" and "blockNumber" in shown
        for leg in seen(shown, outcome(shown)).transfers
    ]
    assert len(legs) >= 3
    assert {leg.contract for leg in legs} <= {"trc10:1002000", "trc10:1002798", "trc10:1002814"} | {
        leg.contract for leg in legs if leg.contract and leg.contract[6:].isdigit()
    }
    assert all(leg.position == "token" and leg.amount > 0 for leg in legs)
