"""Unsigned sweeps: what they say is what was ordered, whatever the node or anybody after it did to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import rlp
from eth_abi.abi import encode
from eth_account import Account

from chains.catalogue import network
from chains.errors import NodeMistaken, Refused
from chains.evm import check_plan, moves, plan_sweep, trial
from chains.evm.signed import decode_signed
from chains.evm.unsigned import NotUnsigned, payload, signing_hash, take_apart
from chains.sweep import SweepFile, SweepOrder, SweepPlan
from chains.transport import Session
from chains.types import Network, Status, UnsignedStep
from chains.verify import verify
from tests.chains.conftest import LiveNode

LOCAL = network("local")
OLD = replace(LOCAL, params={**LOCAL.params, "legacy_fees": True})
KEY, TANK_KEY = "0x" + "5e" * 32, "0x" + "7a" * 32
SOURCE: str = Account.from_key(KEY).address
TANK: str = Account.from_key(TANK_KEY).address
DESTINATION = "0x00000000000000000000000000000000000000AA"
ETHER = 10**18

STEP = UnsignedStep(
    purpose="sweep", chain_id=61, sender=SOURCE, to=DESTINATION, value=5, data="0xa9", gas=21_000, max_fee_per_gas=9,
    max_priority_fee_per_gas=1, nonce=0, moves_contract=None, moves_recipient=DESTINATION, moves_amount=5,
)  # fmt: skip


@pytest.fixture
def token(anvil_node: LiveNode, bytecode: dict[str, str]) -> str:
    """A token of which SOURCE holds 1000."""
    made = anvil_node.deploy(bytecode["Token"], encode(["string", "uint8", "uint256"], ["USDT", 6, 10**12]).hex())
    anvil_node.send(made, data=trial.transfer(SOURCE, 1000))
    anvil_node.mine()
    return made


def fund(node: LiveNode, address: str, amount: int = ETHER) -> None:
    node.rpc("anvil_setBalance", address, hex(amount))


def carry_out(node: LiveNode, row: dict[str, str], key: str) -> str:
    """Sign the file's bytes as a stranger's signer would, and send them."""
    said = take_apart(row["unsigned"])
    fields: dict[str, Any] = {"chainId": said.chain_id, "nonce": said.nonce, "gas": said.gas, "to": said.to}
    fields |= {"value": said.value, "data": said.data}
    if said.kind:
        fields |= {
            "type": 2,
            "maxFeePerGas": said.max_fee_per_gas,
            "maxPriorityFeePerGas": said.max_priority_fee_per_gas,
        }
    else:
        fields |= {"gasPrice": said.max_fee_per_gas}
    signed = Account.sign_transaction(fields, key)
    assert (
        Account._recover_hash(bytes.fromhex(row["signingHash"][2:]), vrs=(signed.v, signed.r, signed.s)) == row["from"]
    )
    reference = moves.broadcast(LOCAL, [node.node], "0x" + bytes(signed.raw_transaction).hex())
    node.mine(3)
    return reference


def rows(plan: SweepPlan) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(plan.files[0].body)["transactions"]
    return found


@pytest.mark.parametrize("row", [LOCAL, OLD], ids=["dynamic", "legacy"])
def test_a_planned_sweep_does_what_was_ordered(row: Network, anvil_node: LiveNode, token: str) -> None:
    fund(anvil_node, TANK)
    order = SweepOrder(contract=token, amount=1000, source=SOURCE, destination=DESTINATION, payer=TANK)
    plan = plan_sweep(row, Session(anvil_node.node), order)
    assert check_plan(row, order, plan) == []
    assert [one["purpose"] for one in rows(plan)] == ["gas_top_up", "sweep"]
    carry_out(anvil_node, rows(plan)[0], TANK_KEY)
    seen = verify(LOCAL, carry_out(anvil_node, rows(plan)[1], KEY), [anvil_node.node]).transaction
    assert seen.status is Status.SUCCEEDED
    assert [(leg.recipient, leg.amount) for leg in seen.transfers] == [(DESTINATION, 1000)]
    assert plan.cost is not None
    assert seen.fee is not None
    assert seen.fee.amount <= plan.cost
    safe = json.loads(plan.files[1].body)
    assert (safe["chainId"], safe["meta"]["createdFromSafeAddress"]) == ("31337", SOURCE)
    assert [one["data"] for one in safe["transactions"]] == [trial.transfer(DESTINATION, 1000)]


def native(node: LiveNode) -> tuple[SweepOrder, SweepPlan]:
    fund(node, SOURCE)
    order = SweepOrder(contract=None, amount=ETHER // 2, source=SOURCE, destination=DESTINATION)
    return order, plan_sweep(LOCAL, Session(node.node), order)


def test_a_native_sweep_from_who_has_gas(anvil_node: LiveNode) -> None:
    order, plan = native(anvil_node)
    (row,) = rows(plan)
    assert (row["value"], row["gas"], row["data"]) == (str(ETHER // 2), "21000", "0x")
    carry_out(anvil_node, row, KEY)
    assert moves.balances(LOCAL, [anvil_node.node], DESTINATION, None) == order.amount


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 2 * ETHER},
        {"amount": ETHER},
        {"destination": SOURCE},
        {"destination": "0x12"},
        {"memo": "7"},
        {"outpoints": ("aa:0",)},
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, Any], anvil_node: LiveNode) -> None:
    order, _ = native(anvil_node)
    with pytest.raises(Refused):
        plan_sweep(LOCAL, Session(anvil_node.node), replace(order, **change))


def test_two_transactions_of_one_sender_follow_one_another(anvil_node: LiveNode) -> None:
    """A payer that is the source needs no top-up, however it is spelt."""
    fund(anvil_node, SOURCE)
    order = SweepOrder(contract=None, amount=5, source=SOURCE, destination=DESTINATION, payer=SOURCE.lower())
    plan = plan_sweep(LOCAL, Session(anvil_node.node), order)
    assert len(rows(plan)) == 1
    assert check_plan(LOCAL, order, plan) == []


def rewritten(plan: SweepPlan, place: int, change: Callable[[Any], None], *, fields: bool = True) -> SweepPlan:
    """``plan`` with the JSON of one file changed, and its fields to match."""
    value = json.loads(plan.files[place].body)
    change(value)
    files = list(plan.files)
    files[place] = SweepFile(files[place].name, files[place].format, json.dumps(value).encode())
    return replace(plan, files=tuple(files), fields=value if fields and place == 0 else plan.fields)


def other_bytes(**changes: Any) -> Callable[[Any], None]:
    """The bytes of another transaction, with words that describe them truly."""

    def change(value: Any) -> None:
        row = value["transactions"][0]
        said = take_apart(row["unsigned"])
        step = replace(
            STEP,
            chain_id=said.chain_id,
            nonce=said.nonce,
            to=said.to,
            value=said.value,
            data=said.data,
            gas=said.gas,
            max_fee_per_gas=said.max_fee_per_gas,
            max_priority_fee_per_gas=said.max_priority_fee_per_gas,
        )
        raw = payload(replace(step, **changes), legacy=False)
        again = take_apart("0x" + raw.hex())
        row |= {"unsigned": "0x" + raw.hex(), "signingHash": signing_hash(raw), "to": again.to, "data": again.data}
        row |= {"value": str(again.value), "chainId": str(again.chain_id), "gas": str(again.gas)}

    return change


def word(key: str, value: Any) -> Callable[[Any], None]:
    return lambda file: file["transactions"][0].__setitem__(key, value)


@pytest.mark.parametrize(
    ("place", "change", "names"),
    [
        (0, other_bytes(value=6), ["value"]),
        (0, other_bytes(to=TANK), ["to"]),
        (0, other_bytes(data="0x00"), ["data"]),
        (0, other_bytes(chain_id=1), ["chain_id"]),
        (0, other_bytes(gas=10**9), ["cost"]),
        (0, word("to", TANK), ["to"]),
        (0, word("from", TANK), ["from"]),
        (0, word("value", "1"), ["value"]),
        (0, word("signingHash", "0x" + "00" * 32), ["signingHash"]),
        (0, word("unsigned", "0x02c0"), ["files"]),
        (0, word("more", "1"), ["more"]),
        (
            0,
            lambda file: file["transactions"].append(file["transactions"][0]),
            ["purpose", "from", "to", "payer", "cost"],
        ),
        (0, lambda file: file.clear(), ["files"]),
        (1, word("to", TANK), ["safe"]),
        (1, word("value", "0"), ["safe"]),
        (1, word("data", "0x00"), ["safe"]),
        (1, word("contractMethod", {"name": "approve"}), ["safe"]),
        (1, lambda file: file.__setitem__("chainId", "1"), ["safe"]),
        (1, lambda file: file["transactions"].append(file["transactions"][0]), ["safe"]),
        (1, lambda file: file["meta"].__setitem__("createdFromSafeAddress", TANK), ["safe"]),
    ],
)
def test_every_change_is_named(
    place: int, change: Callable[[Any], None], names: list[str], anvil_node: LiveNode
) -> None:
    order, plan = native(anvil_node)
    assert sorted(check_plan(LOCAL, order, rewritten(plan, place, change))) == sorted(names)


def test_another_order_network_or_form_is_named(anvil_node: LiveNode) -> None:
    order, plan = native(anvil_node)
    assert check_plan(LOCAL, replace(order, amount=1), plan) == ["value", "safe"]
    assert check_plan(LOCAL, replace(order, source=TANK), plan) == ["from", "safe"]
    assert "type" in check_plan(OLD, order, plan)
    assert check_plan(network("ethereum"), order, plan) == ["files"]
    assert check_plan(LOCAL, order, replace(plan, form="psbt")) == ["files"]
    assert check_plan(LOCAL, order, replace(plan, files=plan.files[:1])) == ["files"]
    assert check_plan(LOCAL, order, replace(plan, cost=1)) == ["cost"]
    assert check_plan(LOCAL, order, replace(plan, fields={})) == ["fields"]


def test_a_plan_that_came_out_wrong_is_never_handed_over(anvil_node: LiveNode, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = moves.transfer

    def elsewhere(*args: Any, **more: Any) -> tuple[UnsignedStep, int]:
        step, short = honest(*args, **more)
        return replace(step, to=TANK), short

    monkeypatch.setattr(moves, "transfer", elsewhere)
    with pytest.raises(NodeMistaken, match="to"):
        native(anvil_node)


@pytest.mark.parametrize("legacy", [True, False])
def test_bytes_are_those_a_signer_signs(legacy: bool) -> None:
    """Against another library: the signature it makes of the same fields is of our hash."""
    raw = payload(STEP, legacy=legacy)
    said = take_apart("0x" + raw.hex())
    assert (said.kind, said.chain_id, said.nonce, said.to, said.value, said.gas) == (
        0 if legacy else 2, 61, 0, DESTINATION, 5, 21_000,
    )  # fmt: skip
    fields: dict[str, Any] = {"chainId": 61, "nonce": 0, "gas": 21_000, "to": DESTINATION, "value": 5, "data": "0xa9"}
    fields |= {"gasPrice": 9} if legacy else {"type": 2, "maxFeePerGas": 9, "maxPriorityFeePerGas": 1}
    signed = Account.sign_transaction(fields, KEY)
    recovered = Account._recover_hash(bytes.fromhex(signing_hash(raw)[2:]), vrs=(signed.v, signed.r, signed.s))
    assert recovered == SOURCE
    if not legacy:
        assert decode_signed("0x" + bytes(signed.raw_transaction).hex()).nonce == 0


@pytest.mark.parametrize(
    "text",
    [
        "", "0x", "0x02", "0xzz", "02c0", "0x02c0", "0xc0", "0x" + "00" * 200_000, "0x01" + payload(STEP, legacy=False).hex()[2:],
        "0x" + payload(STEP, legacy=False).hex() + "00", "0x" + payload(STEP, legacy=True).hex() + "00",
        "0x" + payload(STEP, legacy=False).hex().upper(),
        "0x02" + rlp.encode([b"\x3d", b"", b"\1", b"\t", b"\x52\x08", b"\x11" * 19, b"\5", b"", []]).hex(),
        "0x02" + rlp.encode([b"\x3d", b"\0", b"\1", b"\t", b"\x52\x08", b"\x11" * 20, b"\5", b"", []]).hex(),
        "0x02" + rlp.encode([b"\x3d", b"", b"\1", b"\t", b"\x52\x08", b"\x11" * 20, b"\5", b"", [[b"\x11" * 20, []]]]).hex(),
        "0x" + rlp.encode([b"", b"\t", b"\x52\x08", b"\x11" * 20, b"\5", b"", b"\x3d", b"\1", b""]).hex(),
    ],
)  # fmt: skip
def test_other_bytes_are_refused(text: str) -> None:
    with pytest.raises(NotUnsigned):
        take_apart(text)


def test_a_step_without_a_nonce_has_no_bytes() -> None:
    with pytest.raises(ValueError, match="nonce"):
        payload(replace(STEP, nonce=None), legacy=False)
