"""What an invented index shows of one operation, in the form of TzKT."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from chains.tezos.address import encode
from chains.types import Network
from tests.chains.scene import Answers, Asked, Scene, Told

LEVEL = 5_000_000
TIME = "2024-02-03T04:05:06Z"
HASH = encode(bytes.fromhex("0574") + bytes(range(32)))
BLOCK = encode(bytes.fromhex("0134") + bytes(range(32)))
LACKS = {
    "without_history": "the index begins with the first block or cannot be built at all",
}


def account(filler: int) -> str:
    """A tz1 address whose bytes are all ``filler``."""
    return encode(bytes.fromhex("06a19f") + bytes([filler]) * 20)


def contract(filler: int) -> str:
    """A KT1 address whose bytes are all ``filler``."""
    return encode(bytes.fromhex("025a79") + bytes([filler]) * 20)


ONE, TWO, THREE = account(1), account(2), account(3)
TOKEN, DEX = contract(7), contract(8)


def op(identity: int, **more: Any) -> dict[str, Any]:
    """A transaction of 5 units from ONE to TWO; what is ``None`` in ``more`` is left out, as the index does."""
    row = {
        "type": "transaction", "id": identity, "level": LEVEL, "timestamp": TIME, "block": BLOCK, "hash": HASH,
        "counter": 100, "sender": {"address": ONE}, "gasLimit": 2000, "gasUsed": 1500, "storageLimit": 300,
        "bakerFee": 400, "storageFee": 0, "allocationFee": 0, "target": {"alias": "Somebody", "address": TWO}, "amount": 5,
        "status": "applied", "hasInternals": False,
    } | more  # fmt: skip
    return {name: value for name, value in row.items() if value is not None}


def call(identity: int, **more: Any) -> dict[str, Any]:
    """A call of the token's contract."""
    parameter = {"entrypoint": "transfer", "value": []}
    return op(
        identity, **{"target": {"address": TOKEN}, "amount": 0, "parameter": parameter, "tokenTransfersCount": 1} | more
    )


def moved(identity: int, amount: int, **more: Any) -> dict[str, Any]:
    """A token transfer as the index shows it."""
    row = {
        "id": identity * 10, "level": LEVEL, "timestamp": TIME, "transactionId": identity, "amount": str(amount),
        "token": {
            "id": 1, "contract": {"address": TOKEN}, "tokenId": "0", "standard": "fa2",
            "metadata": {"symbol": "USDt", "decimals": "6"},
        },
        "from": {"address": ONE}, "to": {"address": TWO},
    } | more  # fmt: skip
    return {name: value for name, value in row.items() if value is not None}


def node(
    network: Network,
    found: list[dict[str, Any]],
    *,
    tokens: dict[int, list[dict[str, Any]]] | None = None,
    chain_id: str | None = None,
    tip: int = LEVEL + 9,
    age: int = 3,
    synced: bool = True,
    refuse: tuple[str, ...] = (),
) -> Answers:
    """An index that knows ``found``; ``refuse`` are starts of paths it does not serve."""

    def answer(asked: Asked) -> Told:
        if any(asked.path.startswith(start) for start in refuse):
            return Told({"code": 404, "error": "not found"}, 404)
        if asked.path == f"/v1/operations/{HASH}":
            return Told(found)
        if asked.path == "/v1/head":
            moment = datetime.now(UTC) - timedelta(seconds=age)
            head = {
                "chain": "mainnet", "chainId": chain_id or network.params["chain_id"], "level": tip, "synced": synced,
                "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }  # fmt: skip
            return Told(head)
        path, _, query = asked.path.partition("?")
        if path == "/v1/tokens/transfers":
            wanted = dict(part.split("=") for part in query.split("&"))
            rows = (tokens or {}).get(int(wanted.get("transactionId", wanted.get("originationId", "0"))), [])
            offset = int(wanted.get("offset", "0"))
            return Told(rows[offset : offset + 100])
        return Told({"code": 404}, 404)

    return answer


def scenes(network: Network) -> list[Scene]:
    """The scenes of :data:`tests.chains.scene.REQUIRED` and those of this family."""
    leg = {
        "position": "op:0/0", "kind": "native", "asset": network.native.asset, "contract": None,
        "symbol": network.native.symbol, "decimals": network.native.decimals, "token_id": None, "sender": ONE,
        "recipient": TWO, "amount": "5", "memo": None,
    }  # fmt: skip
    shown = {
        "final": True, "confirmations": 10, "warnings": [],
        "block": {"height": LEVEL, "hash": BLOCK, "time": TIME},
        "fee": {"asset": network.native.asset, "symbol": network.native.symbol, "amount": "400", "payer": ONE},
    }  # fmt: skip
    errors = [{"type": "contract.balance_too_low", "balance": "1", "amount": "5"}]
    failed = op(1, status="failed", errors=errors)
    return [
        Scene("final", HASH, node(network, [op(1)]), shown | {"status": "succeeded", "transfers": [leg], "failure": None}),
        Scene("token", HASH, node(network, [call(1)], tokens={1: [moved(1, 7)]}), {"status": "succeeded"}),
        Scene("pending", HASH, node(network, [op(1)], tip=LEVEL), {"status": "succeeded", "final": False, "confirmations": 1}),
        Scene(
            "failed", HASH, node(network, [failed]),
            shown | {"transfers": [], "failure": "contract.balance_too_low"},
        ),
        Scene("not_found", HASH, node(network, []), {"warnings": []}),
        Scene("syncing", HASH, node(network, [], synced=False), {"status": "unknown", "warnings": ["node_syncing"]}),
        Scene("behind", HASH, node(network, [], age=86_400), {"status": "unknown", "warnings": ["node_behind"]}),
        Scene("wrong_chain", HASH, node(network, [op(1)], chain_id="NetXother"), {"warnings": ["wrong_chain"]}),
        Scene("lie", HASH, node(network, [op(1, amount=900)])),
    ]  # fmt: skip
