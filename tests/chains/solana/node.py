"""A Solana node of the tests: answers JSON-RPC from what it is told to know."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chains.encoding import base58_encode
from tests.chains.scene import Answers, RpcRefusal, json_rpc

GENESIS = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"


def key(name: str) -> str:
    """An address of this name."""
    return base58_encode(hashlib.sha256(name.encode()).digest())


def signature(name: str) -> str:
    """A signature of this name."""
    return base58_encode(hashlib.sha512(name.encode()).digest())


@dataclass
class Known:
    """What the node knows. ``answers`` are results of ``getTransaction`` by signature, ``silent`` methods it refuses."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    level: str = "finalized"
    slot: int = 1000
    genesis: str = GENESIS
    oldest: int = 0
    health: bool = True
    age: int = 5
    silent: tuple[str, ...] = ()
    statuses: bool = True


def node(known: Known) -> Answers:
    """Answers of a node that knows ``known``."""

    def result(method: str, params: Any) -> Any:
        if method in known.silent:
            raise RpcRefusal
        return _METHODS[method](known, params)

    return json_rpc(result)


def _transaction(known: Known, params: Any) -> Any:
    reference, options = params
    assert options["maxSupportedTransactionVersion"] == 0
    ranks = ["processed", "confirmed", "finalized"]
    if ranks.index(known.level) < ranks.index(options["commitment"]):
        return None
    return known.answers.get(reference)


def _statuses(known: Known, params: Any) -> Any:
    (reference,), options = params
    assert options == {"searchTransactionHistory": True}
    answer = known.answers.get(reference)
    row = answer and {
        "slot": answer["slot"],
        "confirmations": None if known.level == "finalized" else 3,
        "err": answer["meta"]["err"],
        "status": answer["meta"].get("status"),
        "confirmationStatus": known.level,
    }
    return {"context": {"apiVersion": "2.1.16", "slot": known.slot + 40}, "value": [row if known.statuses else None]}


def _health(known: Known, params: Any) -> Any:
    if not known.health:
        raise RpcRefusal(-32005, "Node is unhealthy")
    return "ok"


_METHODS = {
    "getTransaction": _transaction,
    "getSignatureStatuses": _statuses,
    "getSlot": lambda known, params: known.slot,
    "getGenesisHash": lambda known, params: known.genesis,
    "getFirstAvailableBlock": lambda known, params: known.oldest,
    "getHealth": _health,
    "getBlockTime": lambda known, params: int(time.time()) - known.age,
}
