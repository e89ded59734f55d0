"""What a NEAR node shows in every scene of the conformance suite."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chains.types import Network
from tests.chains.near.node import BURNT, Known, Ran, call, event, failure, hash_of, node, pay, record, refund
from tests.chains.scene import Scene

ALICE, BOB, TOKEN = "alice.near", "bob.near", "usdt.tether-token.near"

LACKS: dict[str, str] = {}

HASH = hash_of("one")


def scenes(network: Network) -> list[Scene]:
    """See :mod:`tests.chains.scene`."""
    chain_id, history = str(network.params["chain_id"]), int(network.params["history_block"])
    plain = Known({HASH: _paid(10**24)}, chain_id=chain_id, earliest=history)
    absent = replace(plain, answers={})
    shown: list[tuple[str, Known, dict[str, Any]]] = [
        ("final", plain, _expected(network, 10**24)),
        ("lie", replace(plain, answers={HASH: _paid(10**24 + 1)}), {}),
        ("pending", replace(plain, answers={HASH: _paid(10**24, "INCLUDED")}), {"status": "pending", "final": False}),
        (
            "optimistic",
            replace(plain, answers={HASH: _paid(10**24, "EXECUTED_OPTIMISTIC")}),
            {"status": "succeeded", "final": False},
        ),
        ("failed", replace(plain, answers={HASH: _failed()}), {"failure": "ExecutionError: not enough balance"}),
        ("token", replace(plain, answers={HASH: _tokens()}), {"status": "succeeded"}),
        ("not_found", absent, {}),
        ("without_history", replace(absent, earliest=history + 100_000_000), {"warnings": ["history_not_visible"]}),
        ("behind", replace(absent, age=3600), {"status": "unknown", "warnings": ["node_behind"]}),
        ("wrong_chain", replace(plain, chain_id="testnet"), {"warnings": ["wrong_chain"]}),
        (
            "only_the_transaction",
            replace(plain, silent=("block", "status")),
            {"status": "succeeded", "final": True, "confirmations": 1, "block": None},
        ),
    ]
    return [Scene(name, f"{HASH}@{ALICE}", node(known), expect) for name, known, expect in shown]


def _paid(yocto: int, level: str = "FINAL") -> dict[str, Any]:
    return record(Ran("r", ALICE, BOB, [pay(yocto)], children=["back"]), refund("back", ALICE), level=level)


def _failed() -> dict[str, Any]:
    status = failure("not enough balance")
    arguments = {"receiver_id": BOB, "amount": "400"}
    ran = Ran("r", ALICE, TOKEN, [call("ft_transfer", arguments)], status=status, children=["back"])
    return record(ran, refund("back", ALICE), status=status)


def _tokens() -> dict[str, Any]:
    data = {"old_owner_id": ALICE, "new_owner_id": BOB, "amount": "400", "memo": "order 7"}
    arguments = {"receiver_id": BOB, "amount": "400", "memo": "order 7"}
    logs = [event("nep141", "ft_transfer", data)]
    ran = Ran("r", ALICE, TOKEN, [call("ft_transfer", arguments)], logs, children=["back"])
    return record(ran, refund("back", ALICE))


def _expected(network: Network, yocto: int) -> dict[str, Any]:
    coin = network.native
    leg = {
        "position": f"receipt:{hash_of('r')}",
        "kind": "native",
        "asset": coin.asset,
        "contract": None,
        "symbol": coin.symbol,
        "decimals": coin.decimals,
        "token_id": None,
        "sender": ALICE,
        "recipient": BOB,
        "amount": str(yocto),
        "memo": None,
    }
    return {
        "transfers": [leg],
        "confirmations": 101,
        "block": {"height": 900, "hash": hash_of("block of one"), "time": "2023-11-14T22:13:20Z"},
        "fee": {"asset": coin.asset, "symbol": coin.symbol, "amount": str(2 * BURNT), "payer": ALICE},
        "warnings": [],
    }
