"""The scenes of the conformance suite on an invented piece of Aptos."""

from __future__ import annotations

from typing import Any

from chains.types import Network
from tests.chains.aptos.making import METADATA_APT, address, answers, moved, store, transaction
from tests.chains.scene import Scene

PAYER, SHOP = address("payer"), address("shop")
PAYER_STORE, SHOP_STORE = address("payer's store"), address("shop's store")
REFERENCE = address("hash")
LACKS: dict[str, str] = {}


def simple(amount: int = 250_000_000, metadata: str = METADATA_APT, **more: Any) -> dict[str, Any]:
    """A transfer from the payer to the shop."""
    events = [moved(False, PAYER_STORE, amount), moved(True, SHOP_STORE, amount)]
    changes = [*store(PAYER_STORE, PAYER, metadata), *store(SHOP_STORE, SHOP, metadata)]
    return transaction(events, changes, **more)


def scenes(network: Network) -> list[Scene]:
    """All scenes of one reference."""
    chain = network.params["chain_id"]
    pending = simple() | {"type": "pending_transaction"}
    for name in ("version", "success", "events", "changes", "vm_status", "gas_used", "timestamp"):
        del pending[name]
    failed = simple(success=False, vm_status="Move abort in 0x1::coin: EINSUFFICIENT_BALANCE(0x10006)")
    asset = address("asset")
    expect = {"transfers": [_leg(network)], "warnings": [], "confirmations": 100}
    told = {"status": "failed", "transfers": [], "failure": "Move abort in 0x1::coin: EINSUFFICIENT_BALANCE(0x10006)"}
    known = {"status": "succeeded", "transfers": [_leg(network) | {
        "kind": "token", "asset": f"{network.id}/fa:{asset}", "contract": asset, "symbol": None, "decimals": None}]}  # fmt: skip
    return [
        Scene("final", REFERENCE, answers(simple(), chain=chain), expect),
        Scene(
            "pending", REFERENCE, answers(pending, chain=chain), {"status": "pending", "transfers": [], "block": None}
        ),
        Scene("failed", REFERENCE, answers(failed, chain=chain), told),
        Scene("not_found", REFERENCE, answers(None, chain=chain)),
        Scene("without_history", REFERENCE, answers(None, chain=chain, oldest=1_000_000)),
        Scene("wrong_chain", REFERENCE, answers(simple(), chain=2)),
        Scene("lie", REFERENCE, answers(simple(900_000_000), chain=chain)),
        Scene("token", REFERENCE, answers(simple(metadata=asset), chain=chain), known),
    ]


def _leg(network: Network) -> dict[str, Any]:
    return {
        "position": "event:1",
        "kind": "native",
        "asset": network.native.asset,
        "contract": None,
        "symbol": network.native.symbol,
        "decimals": network.native.decimals,
        "token_id": None,
        "sender": PAYER,
        "recipient": SHOP,
        "amount": "250000000",
        "memo": None,
    }
