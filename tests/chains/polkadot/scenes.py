"""Nodes of an invented Substrate chain behind sidecar, in its documented forms, built from the row alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from chains.polkadot.address import encode
from chains.types import Network
from tests.chains.scene import Answers, Asked, Scene, Told

HEIGHT = 10_353_452
HASH = "0x" + "b1" * 32
REFERENCE = f"{HEIGHT}-2"
FEE = 154_000_000
AMOUNT = 872_321_233_400


def account(network: Network, number: int) -> str:
    """An account of the network."""
    return encode(int(network.params["ss58"]), bytes([number]) * 32)


def event(name: str, *data: Any) -> dict[str, Any]:
    """``pallet.Name`` with its data, as sidecar writes it."""
    pallet, _, method = name.partition(".")
    return {"method": {"pallet": pallet, "method": method}, "data": list(data)}


SUCCESS = event(
    "system.ExtrinsicSuccess", {"weight": {"refTime": "1", "proofSize": "0"}, "class": "Normal", "paysFee": "Yes"}
)
FAILURE = event("system.ExtrinsicFailed", {"token": "FundsUnavailable"}, {"class": "Normal", "paysFee": "Yes"})


@dataclass(frozen=True)
class State:
    """A block whose extrinsic 2 is asked for, and the node that tells of it."""

    events: tuple[dict[str, Any], ...]
    signed: bool = True
    finalized: bool | None = True
    head: int = HEIGHT + 3
    genesis: str = ""
    found: bool = True
    events_kept: bool = True
    initialize: tuple[dict[str, Any], ...] = ()
    info: tuple[tuple[str, Any], ...] = ()
    head_age: int = 30


def fee(network: Network, payer: int = 1) -> tuple[dict[str, Any], ...]:
    """How a runtime of today tells of the fee, behind everything else."""
    return (
        event("balances.Deposit", account(network, 9), str(FEE)),
        event("transactionPayment.TransactionFeePaid", account(network, payer), str(FEE), "0"),
    )


def state(network: Network) -> State:
    """A plain payment."""
    return moved(network, event("balances.Transfer", account(network, 1), account(network, 2), str(AMOUNT)))


def moved(network: Network, *told: dict[str, Any]) -> State:
    """A signed extrinsic that succeeded, with these events between those of its fee."""
    first = event("balances.Withdraw", account(network, 1), str(FEE))
    return State((first, *told, *fee(network), SUCCESS), genesis=network.params["genesis"])


def sidecar(network: Network, told: State) -> Answers:
    """A node behind sidecar."""

    def answer(asked: Asked) -> Told:
        match asked.path:
            case "/blocks/0/header":
                return Told({"number": "0", "hash": told.genesis, "parentHash": "0x" + "00" * 32})
            case "/runtime/spec":
                return Told({"specName": network.params["spec_names"][0], "specVersion": "2000001"})
            case "/blocks/head/header":
                return Told({"number": str(told.head), "hash": "0x" + "b2" * 32})
            case "/blocks/head":
                return Told(_block(network, replace(told, finalized=True)) | {"number": str(told.head)})
            case path if path in (f"/blocks/{HEIGHT}", f"/blocks/{HASH}") and told.found:
                return Told(_block(network, told))
        if asked.path.startswith("/pallets/assets/"):
            return Told({"assetMetadata": {"symbol": "0x55534474", "decimals": "6", "isFrozen": False}})
        return Told({"code": 400, "message": "Specified block number is larger than the current largest block."}, 400)

    return answer


def _block(network: Network, told: State) -> dict[str, Any]:
    now = str((int(time.time()) - told.head_age) * 1000)
    block = {
        "number": str(HEIGHT),
        "hash": HASH,
        "parentHash": "0x" + "b0" * 32,
        "authorId": account(network, 8),
        "logs": [],
        "onInitialize": {"events": list(told.initialize)},
        "extrinsics": [
            _extrinsic(network, "parachainSystem.setValidationData", {}, [SUCCESS]),
            _extrinsic(network, "timestamp.set", {"now": now}, [SUCCESS]),
            _asked_for(network, told),
        ],
        "onFinalize": {"events": []},
    }
    return block if told.finalized is None else block | {"finalized": told.finalized}


def _asked_for(network: Network, told: State) -> dict[str, Any]:
    kept = list(told.events) if told.events_kept else []
    args = {"dest": {"id": account(network, 2)}, "value": str(AMOUNT)}
    shown = _extrinsic(network, "balances.transferKeepAlive", args, kept, signed=told.signed)
    shown["info"] = dict(told.info)
    if not told.events_kept:
        shown["success"] = (
            "Unable to fetch Events, cannot confirm extrinsic status. Check pruning settings on the node."
        )
    return shown


def _extrinsic(
    network: Network, call: str, args: dict[str, Any], events: Sequence[dict[str, Any]], *, signed: bool = False
) -> dict[str, Any]:
    pallet, _, method = call.partition(".")
    signature = {"signature": "0x" + "51" * 64, "signer": {"id": account(network, 1)}} if signed else None
    return {
        "method": {"pallet": pallet, "method": method},
        "signature": signature,
        "nonce": "4" if signed else None,
        "args": args,
        "tip": "0" if signed else None,
        "hash": "0x" + "e1" * 32,
        "info": {},
        "events": list(events),
        "success": any(told["method"]["method"] == "ExtrinsicSuccess" for told in events),
        "paysFee": signed,
    }


def scenes(network: Network) -> list[Scene]:
    """Every scene, through sidecar."""
    return [Scene(name, REFERENCE, sidecar(network, told), expect) for name, told, expect in _states(network)]


def _states(network: Network) -> list[tuple[str, State, dict[str, Any]]]:
    plain = state(network)
    coin = network.native
    leg = {
        "position": "event:1",
        "kind": "native",
        "asset": coin.asset,
        "contract": None,
        "symbol": coin.symbol,
        "decimals": coin.decimals,
        "token_id": None,
        "sender": account(network, 1),
        "recipient": account(network, 2),
        "amount": str(AMOUNT),
        "memo": None,
    }
    paid = {"asset": coin.asset, "symbol": coin.symbol, "amount": str(FEE), "payer": account(network, 1)}
    failed = replace(plain, events=(plain.events[0], *fee(network), FAILURE))
    lie = moved(network, event("balances.Transfer", account(network, 1), account(network, 2), str(AMOUNT * 10)))
    token = moved(network, event("assets.Transferred", "1984", account(network, 1), account(network, 2), "25000000"))
    token_leg = leg | {
        "kind": "token",
        "asset": f"{network.id}/assets:1984",
        "contract": "1984",
        "symbol": "USDt",
        "decimals": 6,
        "amount": "25000000",
    }
    whole = {"status": "succeeded", "final": True, "confirmations": 4, "transfers": [leg], "fee": paid, "warnings": []}
    return [
        ("final", plain, whole | {"hash": REFERENCE, "failure": None}),
        ("pending", replace(plain, finalized=False, head=HEIGHT - 1), {"status": "succeeded", "confirmations": 1}),
        ("failed", failed, {"final": True, "transfers": [], "fee": paid, "failure": "token FundsUnavailable"}),
        ("not_found", replace(plain, found=False, head=HEIGHT - 5), {}),
        ("without_history", replace(plain, events_kept=False), {"warnings": ["events_not_visible"]}),
        ("wrong_chain", replace(plain, genesis="0x" + "91" * 32), {"warnings": ["wrong_chain"]}),
        ("lie", lie, {}),
        ("token", token, {"status": "succeeded", "transfers": [token_leg], "fee": paid}),
        ("behind", replace(plain, found=False, head=HEIGHT - 5, head_age=9000), {"warnings": ["node_behind"]}),
        ("pruned", replace(plain, found=False), {"status": "unknown", "warnings": ["history_not_visible"]}),
    ]
