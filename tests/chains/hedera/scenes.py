"""What mirror nodes of an invented Hedera network say, for the conformance suite. Built from the row alone."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from chains.types import Network
from tests.chains.hedera.records import (
    BOB,
    CONSENSUS,
    FEE,
    ID,
    PAYER,
    TOKEN,
    block,
    entry,
    fees,
    memo,
    record,
    token_entry,
)
from tests.chains.scene import Asked, Scene, Told

HEIGHT = 81_000_000
NOTHING = Told({"_status": {"messages": [{"message": "Not found"}]}}, status=404)

LACKS = {"pending": "a record exists from consensus on, which is final; before there is nothing to show"}


@dataclass
class Mirror:
    """A mirror node with records of one transaction; ``said`` answers by path (without its query)."""

    network: Network
    records: list[dict[str, Any]] = field(default_factory=list)
    said: dict[str, Any] = field(default_factory=dict)
    genesis: str | None = None
    age: float = 2.0
    """Seconds since its newest block."""
    history: bool = True

    def __call__(self, asked: Asked) -> Told:
        path, _, query = asked.path.partition("?")
        if asked.method != "GET":
            return NOTHING
        if path in self.said:
            return Told(self.said[path])
        if path.startswith("/api/v1/transactions/"):
            return Told({"transactions": self.records}) if self.records else NOTHING
        if path == "/api/v1/transactions":
            return Told({"transactions": self.records[:1], "links": {"next": None}})
        if path == "/api/v1/blocks/0":
            first = block(
                0, "1568411631.396440000", "1568411631.396440000", self.genesis or self.network.params["genesis"]
            )
            return Told(first) if self.history else NOTHING
        if path == "/api/v1/blocks":
            now = f"{time.time() - self.age:.6f}000"
            newest = block(HEIGHT + 40, now, now)
            held = block(HEIGHT, "1750000008.000000000", "1750000009.999999999")
            return Told({"blocks": [held if "timestamp" in query else newest], "links": {"next": None}})
        return NOTHING


def scenes(network: Network) -> list[Scene]:
    """See :mod:`tests.chains.scene`."""
    sent = record(memo_base64=memo(b"order 17"))
    lie = record(
        memo_base64=memo(b"order 17"), transfers=[*fees(payer=None), entry(PAYER, -501 - FEE), entry(BOB, 501)]
    )
    failed = record(result="INSUFFICIENT_ACCOUNT_BALANCE", transfers=fees())
    coin = record(transfers=fees(), token_transfers=[token_entry(PAYER, -70), token_entry(BOB, 70)])
    says = {f"/api/v1/tokens/{TOKEN}": {"token_id": TOKEN, "symbol": "USDC", "decimals": "6"}}
    native = {
        "position": "transfer:4",
        "kind": "native",
        "asset": network.native.asset,
        "contract": None,
        "symbol": network.native.symbol,
        "decimals": network.native.decimals,
        "token_id": None,
        "sender": PAYER,
        "recipient": BOB,
        "amount": "500",
        "memo": "order 17",
    }
    token = native | {
        "position": "transfer:5",
        "kind": "token",
        "asset": f"{network.id}/token:{TOKEN}",
        "contract": TOKEN,
        "symbol": "USDC",
        "decimals": 6,
        "amount": "70",
        "memo": None,
    }
    fee = {"asset": network.native.asset, "symbol": network.native.symbol, "amount": str(FEE), "payer": PAYER}
    held = block(HEIGHT, "", "")
    final = {
        "hash": ID,
        "transfers": [native],
        "fee": fee,
        "block": {"height": HEIGHT, "hash": held["hash"], "time": "2025-06-15T15:06:48Z"},
        "confirmations": 41,
        "warnings": [],
    }
    assert CONSENSUS.startswith("1750000009")
    return [
        Scene("final", ID, Mirror(network, [sent]), final),
        Scene(
            "failed",
            ID,
            Mirror(network, [failed]),
            {"failure": "insufficient account balance", "fee": fee, "transfers": []},
        ),
        Scene("not_found", ID, Mirror(network), {"warnings": []}),
        Scene("behind", ID, Mirror(network, age=4000), {"status": "unknown", "warnings": ["node_behind"]}),
        Scene("without_history", ID, Mirror(network, history=False), {"warnings": ["chain_identity_not_visible"]}),
        Scene("wrong_chain", ID, Mirror(network, [sent], genesis="0x" + "ab" * 48), {"warnings": ["wrong_chain"]}),
        Scene("lie", ID, Mirror(network, [lie])),
        Scene(
            "token", ID, Mirror(network, [coin], says), {"transfers": [token], "status": "succeeded", "warnings": []}
        ),
    ]
