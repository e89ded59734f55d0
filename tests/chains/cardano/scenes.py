"""Nodes of an invented Cardano chain, in Blockfrost's and in Koios' documented forms, built from one small description."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from chains import bech32
from chains.types import Network
from tests.chains.scene import Answers, Asked, Scene, Told

REFERENCE = "5b" * 32
BLOCK = "c0" * 32
HEIGHT = 11_000_000
SPENT = "aa" * 32
POLICY = "ab" * 28
NAME = "746f6b656e"
TOKEN = f"{POLICY}.{NAME}"


def address(network: Network, number: int, form: int = 6) -> str:
    """An address of the network: enterprise by default, a script's with ``form`` 7, a base address with 0."""
    body = bytes([number]) * (56 if form < 4 else 28)
    return bech32.encode(network.params["hrp"], bytes([form << 4 | int(network.params["network_id"])]) + body)


@dataclass(frozen=True)
class Coin:
    """An input or output: ``assets`` by ``policy.name``; ``role`` of an input ``collateral`` or ``reference``."""

    address: str
    lovelace: int
    assets: tuple[tuple[str, int], ...] = ()
    role: str = ""
    datum: str | None = None


@dataclass(frozen=True)
class State:
    """A transaction on the invented chain and the node that tells of it."""

    inputs: tuple[Coin, ...]
    outputs: tuple[Coin, ...]
    fee: int = 170_000
    valid: bool = True
    returned: Coin | None = None
    withdrawals: int = 0
    labels: tuple[tuple[str, Any], ...] = ()
    depth: int = 2000
    magic: int = 0
    found: bool = True
    waits: bool = False
    history: bool = True
    tip_age: int = 20


def state(network: Network) -> State:
    """One input, a payment and the change."""
    payer = address(network, 1)
    return State(
        inputs=(Coin(payer, 10_000_000),),
        outputs=(Coin(network.params["sample_address"], 6_000_000), Coin(payer, 3_830_000)),
        magic=network.params["network_magic"],
    )


def blockfrost(network: Network, told: State, root: str = "") -> Answers:
    """A node of Blockfrost's interface."""

    def answer(asked: Asked) -> Told:
        path = asked.path
        if not path.startswith(f"{root}/"):
            return _error(400, "Bad Request")
        match path.removeprefix(root).strip("/").split("/"):
            case ["genesis"]:
                return Told({"network_magic": told.magic, "epoch_length": 432_000, "security_param": 2160})
            case ["blocks", "latest"]:
                tip = _tip(told)
                return Told({"height": tip, "hash": "d1" * 32, "time": int(time.time()) - told.tip_age, "slot": 1})
            case ["mempool", hash_] if told.waits and hash_ == REFERENCE:
                return Told({"tx": {"hash": hash_, "fees": str(told.fee)}, "inputs": [], "outputs": []})
            case ["txs", hash_] if hash_ == network.params["history_tx"] and told.history:
                return Told({"hash": hash_})
            case ["txs", hash_, *rest] if hash_ == REFERENCE and told.found:
                return Told(_blockfrost_transaction(told, rest))
        return _error(404, "Not Found")

    return answer


def _error(code: int, name: str) -> Told:
    return Told({"status_code": code, "error": name, "message": "The requested component has not been found."}, code)


def _tip(told: State) -> int:
    return HEIGHT + told.depth - 1


def _blockfrost_transaction(told: State, rest: Sequence[str]) -> Any:
    if rest == ["metadata"]:
        return [{"label": label, "json_metadata": value} for label, value in told.labels]
    if rest == ["utxos"]:
        outputs = [_blockfrost_coin(coin, place) for place, coin in enumerate(told.outputs)] if told.valid else []
        if told.returned:
            outputs.append(_blockfrost_coin(told.returned, len(told.outputs)) | {"collateral": True})
        inputs = [
            _blockfrost_coin(coin, place)
            | {"tx_hash": SPENT, "collateral": coin.role == "collateral", "reference": coin.role == "reference"}
            for place, coin in enumerate(told.inputs)
        ]
        return {"hash": REFERENCE, "inputs": inputs, "outputs": outputs}
    return {
        "hash": REFERENCE,
        "block": BLOCK,
        "block_height": HEIGHT,
        "block_time": 1_735_689_600,
        "slot": 144_000_000,
        "index": 3,
        "output_amount": [{"unit": "lovelace", "quantity": str(sum(coin.lovelace for coin in told.outputs))}],
        "fees": str(told.fee),
        "deposit": "0",
        "withdrawal_count": told.withdrawals,
        "valid_contract": told.valid,
    }


def _blockfrost_coin(coin: Coin, place: int) -> dict[str, Any]:
    amounts = [{"unit": "lovelace", "quantity": str(coin.lovelace)}]
    amounts += [{"unit": name.replace(".", ""), "quantity": str(quantity)} for name, quantity in coin.assets]
    return {
        "address": coin.address,
        "amount": amounts,
        "output_index": place,
        "data_hash": coin.datum,
        "inline_datum": None,
        "reference_script_hash": None,
        "collateral": False,
    }


def koios(network: Network, told: State, root: str = "") -> Answers:
    """A node of Koios' interface."""

    def answer(asked: Asked) -> Told:
        match asked.path.removeprefix(root):
            case "/genesis":
                return Told([{"networkmagic": str(told.magic), "networkid": "Mainnet"}])
            case "/tip":
                row = {"hash": "d1" * 32, "block_height": _tip(told), "block_no": _tip(told)}
                return Told([row | {"block_time": int(time.time()) - told.tip_age}])
            case "/tx_info" if asked.method == "POST" and asked.body:
                wanted = asked.body["_tx_hashes"]
                if wanted == [network.params["history_tx"]]:
                    return Told([{"tx_hash": wanted[0]}] if told.history else [])
                found = told.found and wanted == [REFERENCE]
                return Told([_as_asked(_koios_transaction(told), asked.body)] if found else [])
        return Told({"message": "Not found"}, 404)

    return answer


def _as_asked(told: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Koios leaves empty what a question does not ask for."""
    parts = {"_inputs": ("inputs", "collateral_inputs", "reference_inputs"), "_withdrawals": ("withdrawals",)}
    for flag, names in parts.items():
        told |= {} if body.get(flag) is True else {name: [] for name in names}
    return told | ({} if body.get("_metadata") is True else {"metadata": None})


def _koios_transaction(told: State) -> dict[str, Any]:
    def coins(role: str) -> list[dict[str, Any]]:
        return [
            _koios_coin(coin, place) | {"tx_hash": SPENT} for place, coin in enumerate(told.inputs) if coin.role == role
        ]

    return {
        "tx_hash": REFERENCE,
        "block_hash": BLOCK,
        "block_height": HEIGHT,
        "absolute_slot": 144_000_000,
        "tx_timestamp": 1_735_689_600,
        "tx_block_index": 3,
        "total_output": str(sum(coin.lovelace for coin in told.outputs)),
        "fee": str(told.fee),
        "deposit": "0",
        "valid_contract": told.valid,
        "collateral_inputs": coins("collateral"),
        "collateral_output": _koios_return(told),
        "reference_inputs": coins("reference"),
        "inputs": coins("") if told.valid else coins("collateral"),
        "outputs": [_koios_coin(coin, place) for place, coin in enumerate(told.outputs)] if told.valid else [],
        "withdrawals": [{"amount": "1", "stake_addr": "stake1"}] * told.withdrawals,
        "assets_minted": [],
        "metadata": dict(told.labels) or None,
    }


def _koios_return(told: State) -> dict[str, Any] | None:
    if told.returned is None:
        return None
    return _koios_coin(told.returned, len(told.outputs)) | {"asset_list": "[]"}


def _koios_coin(coin: Coin, place: int) -> dict[str, Any]:
    return {
        "payment_addr": {"bech32": coin.address, "cred": "00" * 28},
        "stake_addr": None,
        "tx_index": place,
        "value": str(coin.lovelace),
        "datum_hash": coin.datum,
        "inline_datum": None,
        "asset_list": [
            {
                "policy_id": name.partition(".")[0],
                "asset_name": name.partition(".")[2],
                "quantity": str(quantity),
                "decimals": 0,
            }
            for name, quantity in coin.assets
        ],
    }


def scenes(network: Network) -> list[Scene]:
    """Every scene through either interface."""
    return [
        Scene(name, REFERENCE, play(network, told), expect, interface)
        for interface, play in (("blockfrost", blockfrost), ("koios", koios))
        for name, told, expect in _states(network)
        if interface == "blockfrost" or not told.waits
    ]


def _states(network: Network) -> list[tuple[str, State, dict[str, Any]]]:
    plain = state(network)
    failed = replace(
        plain,
        inputs=(*plain.inputs, replace(plain.inputs[0], lovelace=5_000_000, role="collateral")),
        valid=False,
        fee=400_000,
        returned=Coin(plain.inputs[0].address, 4_600_000),
    )
    sender = plain.inputs[0].address
    legs = [_leg(network, place, coin, sender) for place, coin in enumerate(plain.outputs)]
    required = network.confirmations
    found = {"block": {"height": HEIGHT, "hash": BLOCK, "time": "2025-01-01T00:00:00Z"}, "failure": None}
    lie = replace(plain, outputs=(replace(plain.outputs[0], lovelace=60_000_000), plain.outputs[1]))
    token = replace(
        plain,
        inputs=(replace(plain.inputs[0], assets=((TOKEN, 9),)),),
        outputs=(replace(plain.outputs[0], assets=((TOKEN, 9),)), plain.outputs[1]),
    )
    token_leg = legs[0] | {
        "position": "out:0/0",
        "kind": "token",
        "asset": f"{network.id}/token:{TOKEN}",
        "contract": TOKEN,
        "symbol": None,
        "decimals": None,
        "amount": "9",
    }
    native = network.native
    fee = {"asset": native.asset, "symbol": native.symbol, "amount": "170000", "payer": sender}
    return [
        (
            "final",
            plain,
            found
            | {
                "status": "succeeded",
                "final": True,
                "confirmations": 2000,
                "transfers": legs,
                "fee": fee,
                "warnings": [],
            },
        ),
        (
            "pending",
            replace(plain, depth=required - 1),
            {"status": "succeeded", "final": False, "confirmations": required - 1},
        ),
        (
            "failed",
            failed,
            {"status": "failed", "final": True, "transfers": [], "fee": fee | {"amount": "400000"}},
        ),
        ("not_found", replace(plain, found=False), {}),
        ("without_history", replace(plain, found=False, history=False), {"warnings": ["history_not_visible"]}),
        ("wrong_chain", replace(plain, magic=1), {"warnings": ["wrong_chain"]}),
        ("lie", lie, {}),
        ("token", token, {"status": "succeeded", "transfers": [legs[0], token_leg, legs[1]]}),
        ("mempool", replace(plain, found=False, waits=True), {"status": "pending", "final": False}),
        ("behind", replace(plain, found=False, tip_age=86_400), {"status": "unknown", "warnings": ["node_behind"]}),
    ]


def _leg(network: Network, place: int, coin: Coin, sender: str) -> dict[str, Any]:
    native = network.native
    return {
        "position": f"out:{place}",
        "kind": "native",
        "asset": native.asset,
        "contract": None,
        "symbol": native.symbol,
        "decimals": native.decimals,
        "token_id": None,
        "sender": sender,
        "recipient": coin.address,
        "amount": str(coin.lovelace),
        "memo": None,
    }
