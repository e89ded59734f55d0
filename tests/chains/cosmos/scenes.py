"""What nodes of an invented Cosmos chain show of one transaction, in the form of the REST interface."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from chains import bech32
from chains.types import Network
from tests.chains.scene import Answers, Asked, Scene, Told

RAW = b"the bytes of a transaction"
HASH = hashlib.sha256(RAW).hexdigest().upper()
HEIGHT = 30_000_000
TIME = "2026-02-03T04:05:06Z"
IBC = "ibc/" + "AB" * 32
_BASE = "/cosmos/base/tendermint/v1beta1"


def account(network: Network, filler: int, length: int = 20) -> str:
    """An address of the network whose bytes are all ``filler``."""
    return bech32.encode(network.params["hrp"], bytes([filler]) * length)


def event(kind: str, message: int | None = None, **attributes: str) -> dict[str, Any]:
    """An event as SDK 0.50 and later writes it: those of a message carry its number."""
    pairs = attributes | ({} if message is None else {"msg_index": str(message)})
    return {"type": kind, "attributes": [{"key": k, "value": v, "index": True} for k, v in pairs.items()]}


def paid(sender: str, recipient: str, amount: str, message: int | None = 0) -> list[dict[str, Any]]:
    """The events of one payment of the bank module."""
    return [
        event("coin_spent", message, spender=sender, amount=amount),
        event("coin_received", message, receiver=recipient, amount=amount),
        event("transfer", message, recipient=recipient, sender=sender, amount=amount),
    ]


def send(sender: str, recipient: str, amount: int, denom: str) -> dict[str, Any]:
    """A message of the bank module."""
    coins = [{"denom": denom, "amount": str(amount)}]
    return {"@type": "/cosmos.bank.v1beta1.MsgSend", "from_address": sender, "to_address": recipient, "amount": coins}


def transaction(
    network: Network,
    messages: list[dict[str, Any]],
    events: list[dict[str, Any]],
    *,
    code: int = 0,
    height: int = HEIGHT,
    memo: str = "",
    fee: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The answer of ``/cosmos/tx/v1beta1/txs/…``; the fee is 500 of the native coin and its events stand in front."""
    coins = [{"denom": network.params["denom"], "amount": "500"}]
    tx = {
        "@type": "/cosmos.tx.v1beta1.Tx",
        "body": {"messages": messages, "memo": memo, "timeout_height": "0"},
        "auth_info": {
            "signer_infos": [],
            "fee": {"amount": coins, "gas_limit": "200000", "payer": "", "granter": ""} | (fee or {}),
        },
        "signatures": [],
    }
    collector, payer = account(network, 0xFE), account(network, 1)
    front = [
        *paid(payer, collector, f"500{network.params['denom']}", None),
        event("tx", None, fee=f"500{network.params['denom']}", fee_payer=payer),
    ]
    response = {
        "height": str(height), "txhash": HASH, "codespace": "sdk" if code else "", "code": code, "raw_log": "", "logs": [],
        "gas_wanted": "200000", "gas_used": "100000", "tx": tx, "timestamp": TIME if height else "",
        "events": front + events if height else [],
    } | more  # fmt: skip
    return {"tx": {key: value for key, value in tx.items() if key != "@type"}, "tx_response": response}


def block(chain_id: str, height: int, time: str, txs: list[bytes] | None = None) -> dict[str, Any]:
    """The answer of ``/blocks/…``."""
    digest = hashlib.sha256(f"{chain_id}{height}".encode()).digest()
    rows = [base64.b64encode(raw).decode() for raw in txs or []]
    return {
        "block_id": {"hash": base64.b64encode(digest).decode(), "part_set_header": {"total": 1, "hash": ""}},
        "block": {
            "header": {"chain_id": chain_id, "height": str(height), "time": time},
            "data": {"txs": rows},
        },
    }


def block_hash(network: Network) -> str:
    """The hash of the block of the scenes."""
    return hashlib.sha256(f"{network.params['chain_id']}{HEIGHT}".encode()).hexdigest().upper()


def node(
    network: Network,
    found: dict[str, Any] | None,
    *,
    chain_id: str | None = None,
    tip: int = HEIGHT + 9,
    age: int = 3,
    first: bool = True,
    refuse: tuple[str, ...] = (),
) -> Answers:
    """A node that knows ``found``; ``refuse`` are ends of paths it does not serve."""
    chain = chain_id or network.params["chain_id"]
    lowest = network.params["first_block"] if first else HEIGHT - 1000

    def answer(asked: Asked) -> Told:
        if any(asked.path.endswith(end) for end in refuse):
            return Told({"code": 12, "message": "Not Implemented", "details": []}, 404)
        if asked.path == f"/cosmos/tx/v1beta1/txs/{HASH}":
            missing = {"code": 5, "message": f"tx not found: {HASH}", "details": []}
            return Told(missing, 404) if found is None else Told(found)
        if asked.path == f"{_BASE}/node_info":
            return Told({"default_node_info": {"network": chain}})
        which = asked.path.removeprefix(f"{_BASE}/blocks/")
        if which == "latest":
            moment = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=age)
            return Told(block(chain, tip, moment.strftime("%Y-%m-%dT%H:%M:%S.123456789Z")))
        if which.isdigit() and lowest <= int(which) <= tip:
            return Told(block(chain, int(which), TIME, [b"another", RAW] if int(which) == HEIGHT else None))
        words = f"height {which} is not available, lowest height is {lowest}"
        return Told({"code": 3, "message": words, "details": []}, 400)

    return answer


def scenes(network: Network) -> list[Scene]:
    """The scenes of :data:`tests.chains.scene.REQUIRED` and those of this family."""
    denom = network.params["denom"]
    one, two = account(network, 1), account(network, 2)
    legs = [
        {
            "position": "msg:0/0", "kind": "native", "asset": network.native.asset, "contract": None,
            "symbol": network.native.symbol, "decimals": network.native.decimals, "token_id": None,
            "sender": one, "recipient": two, "amount": "1000000", "memo": "12345",
        }
    ]  # fmt: skip
    fee = {"asset": network.native.asset, "symbol": network.native.symbol, "amount": "500", "payer": one}
    shown = {
        "final": True, "confirmations": 10, "fee": fee, "failure": None, "warnings": [],
        "block": {"height": HEIGHT, "hash": block_hash(network), "time": TIME},
    }  # fmt: skip

    def one_send(amount: int, **how: Any) -> dict[str, Any]:
        return transaction(
            network, [send(one, two, amount, denom)], paid(one, two, f"{amount}{denom}"), memo="12345", **how
        )

    final = one_send(1_000_000)
    failed = one_send(
        1_000_000, code=11, raw_log="out of gas in location: WriteFlat; gasWanted: 9, gasUsed: 10: out of gas"
    )
    failed["tx_response"]["events"] = failed["tx_response"]["events"][:4]
    token = transaction(network, [send(one, two, 7, IBC)], paid(one, two, f"7{IBC}"))
    return [
        Scene("final", HASH, node(network, final), {"status": "succeeded", "transfers": legs} | shown),
        Scene("token", HASH, node(network, token), {"status": "succeeded", "final": True}),
        Scene("pending", HASH, node(network, one_send(1_000_000, height=0)), {"status": "pending", "final": False}),
        Scene(
            "failed", HASH, node(network, failed),
            shown | {
                "transfers": [],
                "failure": "code 11 (sdk): out of gas in location: WriteFlat; gasWanted: 9, gasUsed: 10: out of gas",
            },
        ),
        Scene("not_found", HASH, node(network, None), {"warnings": []}),
        Scene("without_history", HASH, node(network, None, first=False), {"warnings": ["history_not_visible"]}),
        Scene("behind", HASH, node(network, None, age=86_400), {"status": "unknown", "warnings": ["node_behind"]}),
        Scene("wrong_chain", HASH, node(network, final, chain_id="elsewhere-1"), {"warnings": ["wrong_chain"]}),
        Scene("lie", HASH, node(network, one_send(9_000_000))),
    ]  # fmt: skip
