"""What an invented indexer shows of one payment that closes its account, in the form of the REST interface."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any

from chains.algorand.address import encode
from chains.algorand.fields import computed_id
from chains.types import Network
from tests.chains.scene import Answers, Asked, Scene, Told

ROUND = 34_000_000
TIME = 1_701_899_942
LACKS = {"failed": "a transaction that fails is never stored, in a round or in an index"}


def account(filler: int) -> str:
    """An address whose bytes are all ``filler``."""
    return encode(bytes([filler]) * 32)


ONE, TWO, THREE = account(1), account(2), account(3)


def row(network: Network, kind: str = "pay", **more: Any) -> dict[str, Any]:
    """A transaction in the indexer's form, of 5 units to TWO and, on closing, the rest to THREE."""
    names = {name.replace("_", "-"): value for name, value in more.items()}
    value: dict[str, Any] = {
        "close-rewards": 0, "closing-amount": 0, "confirmed-round": ROUND, "fee": 1000, "first-valid": ROUND - 5,
        "genesis-hash": network.params["genesis_hash"], "genesis-id": network.params["genesis_id"],
        "intra-round-offset": 1, "last-valid": ROUND + 995, "receiver-rewards": 0, "round-time": TIME, "sender": ONE,
        "sender-rewards": 0, "tx-type": kind,
    } | names  # fmt: skip
    if "id" not in value:
        value["id"] = computed_id(value) or "A" * 52
    return value


def pay(amount: int, close_amount: int = 0) -> dict[str, Any]:
    """The part of a payment."""
    part: dict[str, Any] = {"amount": amount, "close-amount": close_amount, "receiver": TWO}
    return part | ({"close-remainder-to": THREE} if close_amount else {})


def move(amount: int, **more: Any) -> dict[str, Any]:
    """The part of a transfer of asset 31566704."""
    part = {"amount": amount, "asset-id": 31566704, "close-amount": 0, "receiver": TWO}
    return part | {name.replace("_", "-"): value for name, value in more.items()}


def block_hash(height: int) -> bytes:
    """The hash of an invented round."""
    return hashlib.sha256(str(height).encode()).digest()


def node(
    network: Network,
    found: dict[str, Any] | None,
    *,
    pool: dict[str, Any] | None = None,
    genesis: str | None = None,
    tip: int = ROUND + 9,
    age: int = 3,
    first: bool = True,
    refuse: tuple[str, ...] = (),
) -> Answers:
    """An indexer that knows ``found``, beside a node with ``pool``; ``refuse`` are starts of paths it does not serve."""

    def answer(asked: Asked) -> Told:
        path = asked.path.partition("?")[0]
        if any(path.startswith(start) for start in refuse):
            return Told({"message": "Not Found"}, 404)
        if path.startswith("/v2/transactions/pending/"):
            return Told({"message": "couldn't find the required transaction"}, 404) if pool is None else Told(pool)
        if path.startswith("/v2/transactions/"):
            reference = path.rpartition("/")[2]
            if found is None or reference != found["id"]:
                return Told({"message": f"no transaction found for transaction id: {reference}"}, 404)
            return Told({"current-round": tip, "transaction": found})
        if path == "/health":
            return Told({"round": tip, "message": str(tip), "db-available": True, "is-migrating": False})
        which = path.removeprefix("/v2/blocks/")
        if which.isdigit() and (int(which) > 1 or first) and int(which) <= tip:
            head = {
                "round": int(which), "genesis-hash": genesis or network.params["genesis_hash"],
                "genesis-id": network.params["genesis_id"], "timestamp": int(time.time()) - age,
                "previous-block-hash": base64.b64encode(block_hash(int(which) - 1)).decode(),
            }  # fmt: skip
            return Told(head)
        return Told({"message": "not found"}, 404)

    return answer


def in_pool(shown: dict[str, Any], *, error: str = "") -> dict[str, Any]:
    """A payment as a node's pool shows it before it is in a round."""
    part = shown["payment-transaction"]
    signed = {
        "amt": part["amount"], "fee": shown["fee"], "fv": shown["first-valid"], "gen": shown["genesis-id"],
        "gh": shown["genesis-hash"], "lv": shown["last-valid"], "rcv": part["receiver"], "snd": shown["sender"],
        "type": "pay",
    }  # fmt: skip
    signed |= {"close": part["close-remainder-to"]} if part.get("close-remainder-to") else {}
    signed |= {"note": shown["note"]} if shown.get("note") else {}
    return {"pool-error": error, "txn": {"sig": "", "txn": signed}}


def scenes(network: Network) -> list[Scene]:
    """The scenes of :data:`tests.chains.scene.REQUIRED` and those of this family."""
    note = base64.b64encode(b"12345").decode()
    final = row(network, payment_transaction=pay(5, 95), note=note)
    reference = final["id"]
    leg = {
        "position": "txn", "kind": "native", "asset": network.native.asset, "contract": None, "symbol": network.native.symbol,
        "decimals": network.native.decimals, "token_id": None, "sender": ONE, "recipient": TWO, "amount": "5",
        "memo": "12345",
    }  # fmt: skip
    closing = leg | {"position": "close", "recipient": THREE, "amount": "95"}
    expect = {
        "status": "succeeded", "final": True, "confirmations": 10, "transfers": [leg, closing], "failure": None,
        "warnings": [],
        "block": {
            "height": ROUND, "hash": base64.b32encode(block_hash(ROUND)).decode().rstrip("="), "time": "2023-12-06T21:59:02Z",
        },
        "fee": {"asset": network.native.asset, "symbol": network.native.symbol, "amount": "1000", "payer": ONE},
    }  # fmt: skip
    lie = row(network, payment_transaction=pay(5, 9500), note=note)
    token = row(network, "axfer", asset_transfer_transaction=move(7))
    pending = {"status": "pending", "final": False, "transfers": []}
    return [
        Scene("final", reference, node(network, final), expect),
        Scene("token", token["id"], node(network, token), {"status": "succeeded"}),
        Scene("pending", reference, node(network, None, pool=in_pool(final)), pending),
        Scene(
            "dropped", reference, node(network, None, pool=in_pool(final, error="overspend")),
            {"status": "unknown", "warnings": ["pool_error"]},
        ),
        Scene("not_found", reference, node(network, None), {"warnings": []}),
        Scene("without_history", reference, node(network, None, first=False), {"warnings": ["history_not_visible"]}),
        Scene("behind", reference, node(network, None, age=86_400), {"status": "unknown", "warnings": ["node_behind"]}),
        Scene("wrong_chain", reference, node(network, final, genesis="AAAA"), {"warnings": ["wrong_chain"]}),
        Scene("lie", reference, node(network, lie)),
    ]  # fmt: skip
