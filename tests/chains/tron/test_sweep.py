"""Unsigned sweeps: what a node writes is believed only byte by byte."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import ArrivesShort, NodeMistaken, NodeUnavailable, Refused
from chains.sweep import SweepFile, SweepOrder
from chains.tron import check_plan, plan_sweep, raw
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told
from tests.chains.tron.records import (
    ALICE_TEXT,
    BOB,
    BOB_TEXT,
    OTHER,
    OTHER_TEXT,
    TOKEN,
    TOKEN_TEXT,
    field as written,
    hash_of,
    log_of,
    message,
    signed,
    token_call,
    transfer,
    transfer_asset,
    trigger,
    word,
)

ROW = network("tron")
PRICES = {
    "getTransactionFee": 1000,
    "getEnergyFee": 210,
    "getCreateAccountFee": 100_000,
    "getCreateNewAccountFeeInSystemContract": 1_000_000,
    "getMemoFee": 1_000_000,
    "getMaxFeeLimit": 15_000_000_000,
}
SOON = int(time.time() * 1000) + 3_600_000
"""Expiration of everything the node writes here."""

NATIVE = SweepOrder(None, 5_000_000, ALICE_TEXT, BOB_TEXT)
COIN = SweepOrder(TOKEN_TEXT, 1_500_000, ALICE_TEXT, BOB_TEXT)
LIMIT = 64_000 * 210 * 3 // 2


@dataclass
class Writer:
    """A node that writes transactions. ``write`` makes the bytes from the question; the rest is what it knows."""

    write: Callable[[str, dict[str, Any]], bytes]
    balance: int = 100_000_000
    opened: bool = True
    held: int = 1_500_000
    trial: dict[str, Any] = field(default_factory=lambda: {"result": {"result": True}, "energy_used": 64_000})
    said: dict[str, Any] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Told:
        path, body = asked.path, asked.body
        if path in self.said:
            return Told(self.said[path])
        if path == "/wallet/getblockbynum":
            return Told({"blockID": ROW.params["genesis"]})
        if path == "/wallet/getchainparameters":
            return Told({"chainParameter": [{"key": key, "value": value} for key, value in PRICES.items()]})
        if path == "/wallet/getaccount":
            destination = body["address"] == BOB.hex()
            return Told({"balance": self.balance} if not destination or self.opened else {})
        if path == "/wallet/triggerconstantcontract":
            if body["function_selector"] == "balanceOf(address)":
                return Told({"result": {"result": True}, "constant_result": [word(self.held).hex()]})
            return Told(self.trial)
        data = self.write(path, body)
        built = {"txID": hash_of(data), "raw_data_hex": data.hex(), "visible": False}
        return Told({"result": {"result": True}, "transaction": built} if path.endswith("smartcontract") else built)


def honest(path: str, asked: dict[str, Any]) -> bytes:
    memo = bytes.fromhex(asked.get("extra_data", ""))
    if path == "/wallet/createtransaction":
        return transfer(asked["amount"], bytes.fromhex(asked["to_address"]), memo=memo, expiration=SOON)
    if path == "/wallet/transferasset":
        return transfer_asset(asked["amount"], bytes.fromhex(asked["asset_name"]), expiration=SOON)
    data = bytes.fromhex("a9059cbb" + asked["parameter"])
    return trigger(
        data, bytes.fromhex(asked["contract_address"]), fee_limit=asked["fee_limit"], memo=memo, expiration=SOON
    )


def test_the_native_coin() -> None:
    plan = plan_sweep(ROW, Played(Writer(honest)), NATIVE)
    assert check_plan(ROW, NATIVE, plan) == []
    assert plan.form == "tron_raw_data"
    assert plan.files[0].body == transfer(5_000_000, expiration=SOON)
    assert plan.fields["hash"] == hash_of(plan.files[0].body)
    assert plan.cost == (len(plan.files[0].body) + 134) * 1000
    assert plan.expires is not None


def test_an_account_that_is_opened_and_a_memo_cost_more() -> None:
    order = replace(NATIVE, memo="17")
    plan = plan_sweep(ROW, Played(Writer(honest, opened=False)), order)
    assert plan.cost == (len(plan.files[0].body) + 134) * 1000 + 1_000_000 + 1_100_000
    assert check_plan(ROW, NATIVE, plan) == ["memo"]


def test_a_token() -> None:
    trial = {
        "result": {"result": True},
        "energy_used": 64_000,
        "logs": [log_of(b"\x41" + b"\xa1" * 20, BOB, 1_500_000)],
    }
    plan = plan_sweep(ROW, Played(Writer(honest, trial=trial)), COIN)
    assert check_plan(ROW, COIN, plan) == []
    read = raw.read(plan.files[0].body)
    assert (read.deed.to, read.deed.data, read.fee_limit) == (TOKEN, token_call(BOB, 1_500_000), LIMIT)
    assert plan.cost == LIMIT + (len(plan.files[0].body) + 134) * 1000


def test_a_trc10_token() -> None:
    order = SweepOrder("trc10:1002000", 7, ALICE_TEXT, BOB_TEXT)
    plan = plan_sweep(ROW, Played(Writer(honest)), order)
    assert check_plan(ROW, order, plan) == []


CROOKED: dict[str, tuple[bytes, str]] = {
    "another recipient": (transfer(5_000_000, OTHER, expiration=SOON), "to"),
    "another amount": (transfer(5_000_001, expiration=SOON), "value"),
    "another sender": (signed(raw.TRANSFER, message({1: OTHER, 2: BOB, 3: 5_000_000}), expiration=SOON), "owner"),
    "a permission": (transfer(5_000_000, permission=2, expiration=SOON), "permission"),
    "a memo": (transfer(5_000_000, memo=b"hi", expiration=SOON), "memo"),
    "a fee limit": (transfer(5_000_000, fee_limit=1, expiration=SOON), "fee_limit"),
    "another field": (transfer(5_000_000, expiration=SOON, extra=written(12, b"script")), "extra_fields"),
    "a field twice": (transfer(5_000_000, expiration=SOON, extra=written(14, SOON - 60_000)), "extra_fields"),
    "a field more in the contract": (
        signed(raw.TRANSFER, message({1: b"\x41" + b"\xa1" * 20, 2: BOB, 3: 5_000_000, 9: 1}), expiration=SOON),
        "extra_fields",
    ),
    "another kind": (transfer_asset(5_000_000, expiration=SOON), "type"),
    "expired": (transfer(5_000_000), "expiration"),
    "valid for ever": (transfer(5_000_000, expiration=SOON + 90_000_000), "expiration"),
}


@pytest.mark.parametrize("name", CROOKED)
def test_a_node_that_writes_something_else_is_refused(name: str) -> None:
    data, difference = CROOKED[name]
    with pytest.raises(NodeMistaken, match=difference):
        plan_sweep(ROW, Played(Writer(lambda path, asked: data)), NATIVE)


CROOKED_CALLS: dict[str, tuple[bytes, str]] = {
    "another recipient": (trigger(token_call(OTHER, 1_500_000), fee_limit=LIMIT, expiration=SOON), "data"),
    "another amount": (trigger(token_call(BOB, 1_500_001), fee_limit=LIMIT, expiration=SOON), "data"),
    "an approval": (
        trigger(bytes.fromhex("095ea7b3") + token_call(BOB, 1_500_000)[4:], fee_limit=LIMIT, expiration=SOON),
        "data",
    ),
    "another contract": (trigger(token_call(BOB, 1_500_000), OTHER, fee_limit=LIMIT, expiration=SOON), "to"),
    "value besides": (trigger(token_call(BOB, 1_500_000), value=1, fee_limit=LIMIT, expiration=SOON), "value"),
    "tokens besides": (
        trigger(token_call(BOB, 1_500_000), token=(1, 1_002_000), fee_limit=LIMIT, expiration=SOON),
        "token_value",
    ),
    "a higher limit": (trigger(token_call(BOB, 1_500_000), fee_limit=LIMIT + 1, expiration=SOON), "fee_limit"),
    "more words": (trigger(token_call(BOB, 1_500_000) + b"\0", fee_limit=LIMIT, expiration=SOON), "data"),
}


@pytest.mark.parametrize("name", CROOKED_CALLS)
def test_a_node_that_writes_another_call_is_refused(name: str) -> None:
    data, difference = CROOKED_CALLS[name]
    with pytest.raises(NodeMistaken, match=difference):
        plan_sweep(ROW, Played(Writer(lambda path, asked: data)), COIN)


def test_every_bit_of_a_file_matters() -> None:
    """No single changed bit passes as the same plan, whatever the rest of the plan says of itself."""
    for order in (NATIVE, COIN):
        plan = plan_sweep(ROW, Played(Writer(honest)), order)
        body = plan.files[0].body
        for place in range(len(body) * 8):
            bent = bytearray(body)
            bent[place // 8] ^= 1 << place % 8
            other = replace(plan, files=(SweepFile("x", plan.form, bytes(bent)),))
            assert check_plan(ROW, order, other) != []


@pytest.mark.parametrize(
    "order",
    [
        replace(NATIVE, destination=OTHER_TEXT),
        replace(NATIVE, amount=5_000_001),
        replace(NATIVE, source=OTHER_TEXT),
        replace(NATIVE, contract=TOKEN_TEXT),
        replace(NATIVE, contract="trc10:1002000"),
        replace(NATIVE, memo="x"),
        replace(NATIVE, destination="nobody"),
    ],
)
def test_a_plan_for_another_order_is_told(order: SweepOrder) -> None:
    plan = plan_sweep(ROW, Played(Writer(honest)), NATIVE)
    assert check_plan(ROW, order, plan) != []


def test_what_a_plan_says_besides_its_bytes_must_be_what_they_say() -> None:
    plan = plan_sweep(ROW, Played(Writer(honest)), COIN)
    assert check_plan(ROW, COIN, replace(plan, fields=dict(plan.fields) | {"to": OTHER_TEXT})) == ["fields"]
    assert check_plan(ROW, COIN, replace(plan, cost=5)) == ["cost"]
    assert check_plan(ROW, COIN, replace(plan, expires=None)) == ["expires"]
    assert check_plan(ROW, COIN, replace(plan, files=())) == ["file"]
    assert check_plan(ROW, COIN, dataclasses.replace(plan, network="other")) == ["file"]


@pytest.mark.parametrize(
    "order",
    [
        replace(NATIVE, destination=ALICE_TEXT),
        replace(NATIVE, destination=BOB_TEXT.lower()),
        replace(NATIVE, destination=BOB.hex()),
        replace(NATIVE, amount=0),
        replace(NATIVE, amount=1 << 63),
        replace(NATIVE, outpoints=("x:0",)),
        replace(NATIVE, payer=BOB_TEXT),
        replace(NATIVE, contract="trc10:TRX"),
    ],
)
def test_an_order_that_makes_no_sense_here_is_refused(order: SweepOrder) -> None:
    with pytest.raises(Refused):
        plan_sweep(ROW, Played(Writer(honest)), order)


def test_what_cannot_be_paid_or_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match="pay the network"):
        plan_sweep(ROW, Played(Writer(honest, balance=5_000_000)), NATIVE)
    with pytest.raises(Refused, match="hold that much"):
        plan_sweep(ROW, Played(Writer(honest, held=1)), COIN)
    with pytest.raises(Refused, match="trial"):
        plan_sweep(
            ROW, Played(Writer(honest, trial={"result": {"result": True, "message": "aa"}, "energy_used": 1})), COIN
        )
    short = {"result": {"result": True}, "energy_used": 1, "logs": [log_of(b"\x41" + b"\xa1" * 20, BOB, 1_499_999)]}
    with pytest.raises(ArrivesShort):
        plan_sweep(ROW, Played(Writer(honest, trial=short)), COIN)
    no = {
        "Error": "class org.tron.core.exception.ContractValidateException : Validate TransferContract error, no OwnerAccount."
    }
    with pytest.raises(Refused, match="no OwnerAccount"):
        plan_sweep(ROW, Played(Writer(honest, said={"/wallet/createtransaction": no})), NATIVE)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/wallet/getblockbynum", {"blockID": "00" * 32}),
        ("/wallet/getchainparameters", {}),
        ("/wallet/getchainparameters", {"chainParameter": [{"key": "getEnergyFee", "value": 210}]}),
        ("/wallet/createtransaction", {}),
        ("/wallet/createtransaction", {"raw_data_hex": "zz", "txID": "00" * 32}),
        ("/wallet/createtransaction", {"raw_data_hex": transfer(5_000_000, expiration=SOON).hex(), "txID": "00" * 32}),
        ("/wallet/getaccount", {"balance": "much"}),
    ],
)
def test_a_node_that_talks_nonsense_makes_no_plan(path: str, answer: Any) -> None:
    with pytest.raises((NodeMistaken, NodeUnavailable)):
        plan_sweep(ROW, Played(Writer(honest, said={path: answer})), NATIVE)
