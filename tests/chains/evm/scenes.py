"""Scenes of the EVM family, built from a row alone: its chain id, its way to finality, its parts of a fee, its ledger."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chains.encoding import checksummed
from chains.types import Network
from tests.chains.scene import Answers, RpcRefusal, Scene, json_rpc

HASH = "0x" + "ab" * 32
EARLY_HASH = "0x" + "e1" * 32
BLOCK_HASH = "0x" + "b1" * 32
OTHER_HASH = "0x" + "b2" * 32
SENDER, RECIPIENT, TOKEN = (checksummed(bytes([n]) * 20) for n in (0x11, 0x22, 0x33))
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
MINED_AT = 1_780_272_000
"""2026-06-01, after every change of fee rules the rows know of."""

AMOUNT = 5
GAS, PRICE, L1 = 21_000, 7, 3
DEEP = 64


def quantity_word(amount: int) -> str:
    """32 bytes of a log."""
    return f"0x{amount:064x}"


def address_word(address: str) -> str:
    """An address as a topic."""
    return f"0x{address[2:].lower():0>64}"


@dataclass(frozen=True)
class Chain:
    """What one node shows of the invented chain. ``refused`` are methods it does not offer,
    ``results`` those it answers with something of their own."""

    network: Network
    chain_id: int
    height: int
    tip: int
    finalized: int | None
    transaction: Mapping[str, Any] | None
    receipt: Mapping[str, Any] | None
    canonical: str = BLOCK_HASH
    early: bool = True
    results: Mapping[str, Any] = field(default_factory=dict)
    refused: frozenset[str] = field(default_factory=frozenset)

    def answers(self) -> Answers:
        """It, as a node that answers."""
        return json_rpc(self.result)

    def result(self, method: str, params: Any) -> Any:
        """The result of one call."""
        if method in self.refused or f"{method}/{params[0] if params else ''}" in self.refused:
            raise RpcRefusal
        if method in self.results:
            return self.results[method]
        match method, list(params):
            case "eth_chainId", _:
                return hex(self.chain_id)
            case "eth_getTransactionByHash", [reference]:
                return self._by_hash(reference, self.transaction)
            case "eth_getTransactionReceipt", [reference]:
                return self._by_hash(reference, self.receipt)
            case "eth_getBlockByNumber", ["latest", _]:
                return self._block(self.tip, OTHER_HASH, [], int(time.time()))
            case "eth_getBlockByNumber", ["finalized", _]:
                return None if self.finalized is None else self._block(self.finalized, OTHER_HASH, [], MINED_AT)
            case "eth_getBlockByNumber", [number, _]:
                listed = [HASH] if self.canonical == BLOCK_HASH else []
                return (
                    self._block(self.height, self.canonical, listed, MINED_AT) if number == hex(self.height) else None
                )
            case "eth_getTransactionByBlockNumberAndIndex", _:
                return {"hash": EARLY_HASH, "blockHash": OTHER_HASH}
            case "eth_syncing", _:
                return False
            case "eth_call", [call, _]:
                return quantity_word(6) if call["data"] == "0x313ce567" else "0x" + b"TOK".ljust(32, b"\0").hex()
        raise RpcRefusal

    def _by_hash(self, reference: str, own: Mapping[str, Any] | None) -> Any:
        if reference == EARLY_HASH:
            return {"hash": EARLY_HASH, "blockHash": OTHER_HASH} if self.early else None
        return own if reference == HASH else None

    def _block(self, height: int, block_hash: str, listed: list[str], moment: int) -> dict[str, Any]:
        return {"number": hex(height), "hash": block_hash, "timestamp": hex(moment), "transactions": listed}


def log(index: int, contract: str, sender: str, recipient: str, amount: int) -> dict[str, Any]:
    """A ``Transfer`` as receipts show it."""
    return {
        "address": contract.lower(), "topics": [TRANSFER, address_word(sender), address_word(recipient)],
        "data": quantity_word(amount), "logIndex": hex(index), "transactionHash": HASH, "blockHash": BLOCK_HASH,
        "removed": False,
    }  # fmt: skip


def chain(network: Network) -> Chain:
    """The chain in its ordinary state: a native transfer, final."""
    height = int(network.params.get("history_block", 0)) + 1000
    transaction = {
        "hash": HASH, "type": "0x2", "from": SENDER.lower(), "to": RECIPIENT.lower(), "value": hex(AMOUNT), "gas": hex(GAS),
        "gasPrice": hex(PRICE), "input": "0x", "blockHash": BLOCK_HASH, "blockNumber": hex(height),
        "chainId": hex(network.params["chain_id"]),
    }  # fmt: skip
    receipt = {
        "transactionHash": HASH, "blockHash": BLOCK_HASH, "blockNumber": hex(height), "from": SENDER.lower(),
        "to": RECIPIENT.lower(), "contractAddress": None, "gasUsed": hex(GAS), "effectiveGasPrice": hex(PRICE),
        "status": "0x1", "logs": ledger_logs(network, AMOUNT), "l1Fee": hex(L1),
    }  # fmt: skip
    tip = height + max(DEEP, network.confirmations)
    return Chain(
        network=network,
        chain_id=network.params["chain_id"],
        height=height,
        tip=tip,
        finalized=tip - 1 if network.finality == "tag" else None,
        transaction=transaction,
        receipt=receipt,
    )


def ledger_logs(network: Network, value: int) -> list[dict[str, Any]]:
    """Fee, value and refund as a ledger of the native coin logs them; nothing where there is none."""
    if "native_ledger" not in network.params:
        return []
    book, collector = network.params["native_ledger"], network.params["fee_collector"]
    cost = GAS * PRICE
    moves = [(SENDER, collector, 2 * cost), (SENDER, RECIPIENT, value), (collector, SENDER, cost)]
    return [log(n, book, *move) for n, move in enumerate(move for move in moves if move[2])]


def leg(network: Network, amount: int) -> dict[str, Any]:
    """The native transfer in JSON."""
    return {
        "position": "native", "kind": "native", "asset": network.native.asset, "contract": None,
        "symbol": network.native.symbol, "decimals": network.native.decimals, "token_id": None,
        "sender": SENDER, "recipient": RECIPIENT, "amount": str(amount), "memo": None,
    }  # fmt: skip


def fee(network: Network) -> dict[str, Any]:
    """The fee in JSON, with the part of the layer below where the row has one."""
    amount = GAS * PRICE + (L1 if network.params.get("l1_fee") else 0)
    return {"asset": network.native.asset, "symbol": network.native.symbol, "amount": str(amount), "payer": SENDER}


def scenes(network: Network) -> list[Scene]:
    """All scenes of one row."""
    sound = chain(network)
    assert sound.transaction is not None
    assert sound.receipt is not None
    waiting = {**sound.transaction, "blockHash": None, "blockNumber": None}
    failed = {**sound.receipt, "status": "0x0", "logs": ledger_logs(network, 0)}
    lie = {**sound.transaction, "value": hex(AMOUNT + 1)}
    lied = {**sound.receipt, "logs": ledger_logs(network, AMOUNT + 1)}
    nowhere = replace(sound, transaction=None, receipt=None)
    depth = sound.tip - sound.height + 1
    block = {"height": sound.height, "hash": BLOCK_HASH, "time": "2026-06-01T00:00:00Z"}
    final = {
        "status": "succeeded", "final": True, "confirmations": depth, "confirmations_required": network.confirmations,
        "block": block, "fee": fee(network), "transfers": [leg(network, AMOUNT)], "failure": None, "warnings": [],
    }  # fmt: skip
    none: dict[str, Any] = {"final": False, "confirmations": 0, "block": None, "fee": None, "transfers": []}
    found = [
        _scene("final", sound, final),
        _scene("pending", replace(sound, transaction=waiting, receipt=None), none | {"status": "pending"}),
        _scene(
            "failed", replace(sound, receipt=failed), final | {"status": "failed", "transfers": [], "failure": "failed"}
        ),
        _scene("not_found", nowhere, none | {"status": "not_found", "warnings": []}),
        _scene("wrong_chain", replace(sound, chain_id=network.params["chain_id"] + 1), none | {"status": "unknown"}),
        _scene(
            "lie", replace(sound, transaction=lie, receipt=lied), final | {"transfers": [leg(network, AMOUNT + 1)]}
        ),
        _scene("reorganised", replace(sound, canonical=OTHER_HASH), none | {"status": "pending", "warnings": ["reorganised"]}),
        *_partly_shown(sound, final, none),
        _token(sound, final),
    ]  # fmt: skip
    if network.params.get("history_block"):
        found.append(_scene("without_history", replace(nowhere, early=False), none | {"status": "unknown"}))
    return found + _shallow(sound, final)


LACKS = {"without_history": "a row whose nodes keep everything (history_block 0) has nothing to try their memory with"}


def _partly_shown(sound: Chain, final: dict[str, Any], none: dict[str, Any]) -> list[Scene]:
    """Auxiliary answers are missing: the reading stands, and says what was not shown."""
    tipless = replace(sound, refused=frozenset({"eth_getBlockByNumber/latest"}))
    nameless = replace(sound, refused=frozenset({"eth_chainId"}))
    blockless = replace(sound, refused=frozenset({f"eth_getBlockByNumber/{hex(sound.height)}"}))
    known = sound.finalized is not None
    settled = known or sound.network.confirmations == 1
    return [
        _scene(
            "tip_refused",
            tipless,
            final
            | {
                "final": settled,
                "confirmations": final["confirmations"] - 1 if known else 1,
                "warnings": [] if settled else ["tip_not_visible"],
            },
        ),
        _scene("identity_refused", nameless, final | {"warnings": ["chain_identity_not_visible"]}),
        _scene(
            "identity_refused_not_found",
            replace(nameless, transaction=None, receipt=None),
            none | {"status": "unknown", "warnings": ["chain_identity_not_visible"]},
        ),
        _scene(
            "block_refused",
            blockless,
            {
                "status": "succeeded",
                "final": False,
                "transfers": final["transfers"],
                "block": final["block"] | {"time": None},
            },
        ),
    ]


def _token(sound: Chain, final: dict[str, Any]) -> Scene:
    """A token transfer beside nothing native, on a node without traces."""
    assert sound.transaction is not None
    assert sound.receipt is not None
    logs = [*ledger_logs(sound.network, 0), log(7, TOKEN, SENDER, RECIPIENT, 9)]
    shown = replace(
        sound,
        transaction={**sound.transaction, "to": TOKEN.lower(), "value": "0x0", "input": "0xa9059cbb"},
        receipt={**sound.receipt, "to": TOKEN.lower(), "logs": logs},
    )
    moved = leg(sound.network, 9) | {
        "position": "log:7", "kind": "token", "asset": f"{sound.network.id}/erc20:{TOKEN}", "contract": TOKEN,
        "symbol": "TOK", "decimals": 6,
    }  # fmt: skip
    told = [] if "native_ledger" in sound.network.params else ["internal_transfers_not_visible"]
    return _scene("token", shown, final | {"transfers": [moved], "warnings": told})


def _shallow(sound: Chain, final: dict[str, Any]) -> list[Scene]:
    """In a block and not final; where every block is final there is no such state."""
    if sound.network.confirmations == 1:
        return []
    finalized = None if sound.finalized is None else sound.height - 1
    shallow = replace(sound, tip=sound.height, finalized=finalized)
    return [_scene("shallow", shallow, final | {"final": False, "confirmations": 1})]


def _scene(name: str, shown: Chain, expect: Mapping[str, Any]) -> Scene:
    return Scene(name, HASH, shown.answers(), expect)
