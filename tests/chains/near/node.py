"""A NEAR node of the tests, and small records in the form of ``EXPERIMENTAL_tx_status``."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chains.encoding import base58_encode
from tests.chains.scene import Answers, RpcRefusal, json_rpc

BURNT = 417_494_768_750_000_000_000


def hash_of(name: str) -> str:
    """A hash of this name."""
    return base58_encode(hashlib.sha256(name.encode()).digest())


class Refusal(RpcRefusal):
    """An error as NEAR's nodes write it."""

    def __init__(self, cause: str, data: str) -> None:
        super().__init__(-32000, "Server error")
        self.error = {
            "name": "HANDLER_ERROR",
            "cause": {"name": cause, "info": {}},
            "code": -32000,
            "message": "Server error",
            "data": data,
        }


def missing(hash_: str) -> Refusal:
    """There is no such transaction."""
    return Refusal("UNKNOWN_TRANSACTION", f"Transaction {hash_} doesn't exist")


@dataclass
class Known:
    """What the node knows. ``answers`` are results by hash, ``silent`` methods it refuses."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    chain_id: str = "mainnet"
    tip: int = 1000
    earliest: int = 9_820_210
    syncing: bool = False
    age: int = 2
    silent: tuple[str, ...] = ()
    heights: Mapping[str, int] = field(default_factory=dict)
    wait: bool = False
    asked: list[Any] = field(default_factory=list)


def node(known: Known) -> Answers:
    """Answers of a node that knows ``known``."""

    def result(method: str, params: Any) -> Any:
        known.asked.append((method, params))
        if method in known.silent:
            raise RpcRefusal
        return _METHODS[method](known, params)

    return json_rpc(result)


def _full(known: Known, params: Any) -> Any:
    if known.wait:
        raise Refusal("TIMEOUT_ERROR", "Timeout")
    if params[0] not in known.answers:
        raise missing(params[0])
    return known.answers[params[0]]


def _bare(known: Known, params: Any) -> Any:
    if params["tx_hash"] not in known.answers:
        raise missing(params["tx_hash"])
    return {name: value for name, value in known.answers[params["tx_hash"]].items() if name != "receipts"}


def _block(known: Known, params: Any) -> Any:
    if params == {"finality": "final"}:
        return _header(known.tip, hash_of("head"))
    return _header(known.heights.get(params["block_id"], 900), params["block_id"])


def _header(height: int, hash_: str) -> Any:
    stamp = 1_700_000_000_000_000_000
    return {"header": {"height": height, "hash": hash_, "timestamp": stamp, "timestamp_nanosec": str(stamp)}}


def _status(known: Known, params: Any) -> Any:
    newest = datetime.now(UTC) - timedelta(seconds=known.age)
    sync = {
        "syncing": known.syncing,
        "latest_block_height": known.tip,
        "latest_block_time": newest.isoformat().replace("+00:00", "Z"),
        "earliest_block_height": known.earliest,
    }
    return {"chain_id": known.chain_id, "sync_info": sync}


_METHODS = {"EXPERIMENTAL_tx_status": _full, "tx": _bare, "block": _block, "status": _status}

SUCCESS: Mapping[str, Any] = {"SuccessValue": ""}


def pay(yocto: int) -> dict[str, Any]:
    """A transfer."""
    return {"Transfer": {"deposit": str(yocto)}}


def call(method: str, arguments: Mapping[str, Any], deposit: int = 1) -> dict[str, Any]:
    """A function call."""
    args = b64encode(json.dumps(arguments).encode()).decode()
    return {"FunctionCall": {"method_name": method, "args": args, "gas": 30_000_000_000_000, "deposit": str(deposit)}}


def event(standard: str, name: str, *data: Mapping[str, Any]) -> str:
    """A log after NEP-297."""
    return "EVENT_JSON:" + json.dumps({"standard": standard, "version": "1.0.0", "event": name, "data": list(data)})


@dataclass
class Ran:
    """A receipt that ran: who acts upon whom, with what outcome."""

    name: str
    sender: str
    receiver: str
    actions: Sequence[Any]
    logs: Sequence[str] = ()
    status: Any = field(default_factory=lambda: dict(SUCCESS))
    children: Sequence[str] = ()
    burnt: int = BURNT


def failure(words: str) -> dict[str, Any]:
    """A contract that panicked."""
    kind = {"FunctionCallError": {"ExecutionError": words}}
    return {"Failure": {"ActionError": {"index": 0, "kind": kind}}}


def refund(name: str, receiver: str) -> Ran:
    """Unused gas comes back."""
    return Ran(name, "system", receiver, [pay(12_345)], burnt=0)


def record(*ran: Ran, level: str | None = "FINAL", status: Any = None, name: str = "one") -> dict[str, Any]:
    """A transaction whose own receipt is the first of ``ran``."""
    first = ran[0]
    answer: dict[str, Any] = {
        "status": dict(SUCCESS) if status is None else status,
        "transaction": {
            "signer_id": first.sender,
            "receiver_id": first.receiver,
            "actions": list(first.actions),
            "hash": hash_of(name),
            "nonce": 7,
            "public_key": f"ed25519:{hash_of('key')}",
        },
        "transaction_outcome": _outcome(name, first.sender, {"SuccessReceiptId": hash_of(first.name)}, [first.name]),
        "receipts_outcome": [
            _outcome(one.name, one.receiver, one.status, one.children, one.logs, one.burnt) for one in ran
        ],
        "receipts": [_receipt(one) for one in ran],
    }
    return answer if level is None else answer | {"final_execution_status": level}


def _outcome(
    name: str, executor: str, status: Any, children: Sequence[str], logs: Sequence[str] = (), burnt: int = BURNT
) -> dict[str, Any]:
    inside = {
        "executor_id": executor,
        "gas_burnt": 4_174_947_687_500,
        "tokens_burnt": str(burnt),
        "logs": list(logs),
        "receipt_ids": [hash_of(child) for child in children],
        "status": status,
    }
    return {"id": hash_of(name), "block_hash": hash_of(f"block of {name}"), "outcome": inside, "proof": []}


def _receipt(one: Ran) -> dict[str, Any]:
    action = {"signer_id": "alice.near", "gas_price": "100000000", "actions": list(one.actions), "input_data_ids": []}
    return {
        "predecessor_id": one.sender,
        "receiver_id": one.receiver,
        "receipt_id": hash_of(one.name),
        "receipt": {"Action": action},
    }
