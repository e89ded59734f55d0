"""What nodes of an invented TRON network say, for the conformance suite. Built from the row alone."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from chains.types import Network
from tests.chains.scene import Asked, Scene, Told
from tests.chains.tron.records import (
    ALICE,
    ALICE_TEXT,
    BOB,
    BOB_TEXT,
    HEIGHT,
    TIME_MS,
    TOKEN,
    TOKEN_TEXT,
    block_of,
    hash_of,
    info_of,
    json_of,
    log_of,
    token_call,
    transfer,
    trigger,
    word,
)

TRANSACTION = "/wallet/gettransactionbyid"
SOLID = "/walletsolidity/gettransactioninfobyid"
INFO = "/wallet/gettransactioninfobyid"


@dataclass
class FullNode:
    """A full node: what it says of one transaction, besides a chain of headers. ``said`` is by path; ``{}`` is nothing there."""

    network: Network
    said: dict[str, Any] = field(default_factory=dict)
    genesis: str | None = None
    age: float = 3.0
    """Seconds since its newest block."""
    history: bool = True
    refused: tuple[str, ...] = ()

    def __call__(self, asked: Asked) -> Told:
        if asked.method != "POST" or asked.path in self.refused:
            return Told({"Error": "not offered"}, status=404)
        known = self.network.params["history_tx"]
        if asked.body.get("value") == known and asked.path in (TRANSACTION, INFO):
            return Told({"txID": known, "id": known} if self.history else {})
        if asked.path in self.said:
            return Told(self.said[asked.path])
        return Told(self._of_the_chain(asked))

    def _of_the_chain(self, asked: Asked) -> Any:
        if asked.path == "/wallet/getnowblock":
            return block_of(HEIGHT + 30, int((time.time() - self.age) * 1000))
        if asked.path == "/wallet/getblockbynum" and asked.body == {"num": 0}:
            return {"blockID": self.genesis or self.network.params["genesis"]}
        if asked.path in ("/wallet/getblock", "/wallet/getblockbynum"):
            return block_of(int(asked.body.get("id_or_num", asked.body.get("num"))))
        if asked.path == "/wallet/triggerconstantcontract":
            return {"result": {"result": True}, "constant_result": [self._constant(asked.body["function_selector"])]}
        return {}

    def _constant(self, function: str) -> str:
        if function == "decimals()":
            return word(6).hex()
        return (word(32) + word(4) + b"COIN".ljust(32, b"\0")).hex()


def holding(network: Network, data: bytes, *, solid: bool = True, **changed: Any) -> FullNode:
    """A node with the transaction ``data``; ``changed`` are members of its outcome."""
    info = info_of(data, **changed)
    return FullNode(network, {TRANSACTION: json_of(data), SOLID: info if solid else {}, INFO: info})


def scenes(network: Network) -> list[Scene]:
    """See :mod:`tests.chains.scene`."""
    sent = transfer(25_000_000, memo=b"order 17")
    reference = hash_of(sent)
    call = trigger(token_call(BOB, 1_500_000))
    words_only = json_of(sent)
    words_only["raw_data"]["contract"][0]["parameter"]["value"]["amount"] = 26_000_000
    words_only.pop("raw_data_hex")
    lie = FullNode(network, {TRANSACTION: words_only, SOLID: info_of(sent), INFO: info_of(sent)})
    failed = holding(network, sent, result="FAILED", receipt={"result": "OUT_OF_ENERGY", "net_fee": 100_000})
    failed.said[TRANSACTION] = json_of(sent, ret=[{"contractRet": "OUT_OF_ENERGY"}])
    in_the_pool = FullNode(network, {"/wallet/gettransactionfrompending": json_of(sent, ret=None)})
    native = {
        "position": "native",
        "kind": "native",
        "asset": network.native.asset,
        "contract": None,
        "symbol": network.native.symbol,
        "decimals": network.native.decimals,
        "token_id": None,
        "sender": ALICE_TEXT,
        "recipient": BOB_TEXT,
        "amount": "25000000",
        "memo": "order 17",
    }
    fee = {"asset": network.native.asset, "symbol": network.native.symbol, "amount": "1100000", "payer": ALICE_TEXT}
    token = native | {
        "position": "log:0",
        "kind": "token",
        "asset": f"{network.id}/trc20:{TOKEN_TEXT}",
        "contract": TOKEN_TEXT,
        "symbol": "COIN",
        "amount": "1500000",
        "memo": None,
    }
    block = {"height": HEIGHT, "hash": block_of(HEIGHT)["blockID"], "time": "2025-06-15T15:06:40Z"}
    assert TIME_MS == 1_750_000_000_000
    final = {"transfers": [native], "fee": fee, "block": block, "confirmations": 31, "warnings": [], "failure": None}
    return [
        Scene("final", reference, holding(network, sent), final),
        Scene(
            "pending", reference, holding(network, sent, solid=False), {"status": "succeeded", "transfers": [native]}
        ),
        Scene("in_the_pool", reference, in_the_pool, {"status": "pending", "transfers": []}),
        Scene("failed", reference, failed, {"failure": "out of energy", "fee": fee, "transfers": []}),
        Scene("not_found", reference, FullNode(network), {"warnings": []}),
        Scene("without_history", reference, FullNode(network, history=False), {"warnings": ["history_not_visible"]}),
        Scene("behind", reference, FullNode(network, age=4000), {"status": "unknown", "warnings": ["node_behind"]}),
        Scene("wrong_chain", reference, _elsewhere(network, sent), {"warnings": ["wrong_chain"]}),
        Scene("lie", reference, lie, {"warnings": ["raw_transaction_not_visible"]}),
        Scene(
            "token",
            hash_of(call),
            holding(network, call, log=[log_of(ALICE, BOB, 1_500_000, TOKEN)], receipt={"result": "SUCCESS"}),
            {"transfers": [token], "status": "succeeded", "warnings": []},
        ),
    ]


def _elsewhere(network: Network, sent: bytes) -> FullNode:
    node = holding(network, sent)
    node.genesis = "00" * 8 + "ab" * 24
    return node
