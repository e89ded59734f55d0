# ruff: noqa: N802 - handlers are named after the methods of the interface
"""An EVM chain that is only told: transactions, token contracts with balances in time, and nodes that show part of it.

Written against the public JSON-RPC documentation, not against the reader, so that it may disagree with it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chains.catalogue import network as row_of
from chains.encoding import checksummed, keccak

ZERO = "0x" + "00" * 20
TRANSFER = "0x" + keccak(b"Transfer(address,address,uint256)").hex()
SINGLE = "0x" + keccak(b"TransferSingle(address,address,address,uint256,uint256)").hex()
SECONDS = 12
GAS_PRICE, GAS = 7, 60_000


class Refusal(Exception):
    """A JSON-RPC error."""

    def __init__(self, code: int, message: str) -> None:
        self.error = {"code": code, "message": message}
        super().__init__(message)


REVERTED = (3, "execution reverted")
PRUNED = (-32000, "missing trie node 9d3bb5b1 (path ) state 0x9d3bb5b1 is not available")
NO_METHOD = (-32601, "the method does not exist/is not available")


def address(name: str) -> str:
    """The address of an invented person or contract."""
    return checksummed(hashlib.sha256(name.encode()).digest()[:20])


def digest(name: str) -> str:
    """An invented 32-byte hash."""
    return "0x" + hashlib.sha256(name.encode()).hexdigest()


def word(value: int | str | bytes) -> str:
    """32 bytes in hexadecimal without ``0x``: a number, an address or a short text to the left."""
    if isinstance(value, bytes):
        return value.hex().ljust(64, "0")
    return f"{value[2:].lower():0>64}" if isinstance(value, str) else f"{value:064x}"


def selector(signature: str) -> str:
    """The first four bytes of a function's hash."""
    return keccak(signature.encode())[:4].hex()


def text(value: str) -> str:
    """A dynamic string as a function returns it."""
    raw = value.encode()
    return word(32) + word(len(raw)) + raw.hex().ljust((len(raw) + 31) // 32 * 64, "0")


@dataclass
class Contract:
    """A contract: its getters by signature, how a transfer from it ends, and what holders got at which height."""

    functions: dict[str, str] = field(default_factory=dict)
    transfer: str | None = word(1)
    """What ``transfer`` returns, ``None`` when it reverts."""
    deltas: list[tuple[int, str, int]] = field(default_factory=list)
    holdings: dict[tuple[str, int], list[tuple[int, int]]] = field(default_factory=dict)
    """Of ERC-1155: by holder and id what came at which height."""

    @property
    def code(self) -> str:
        """Byte code that has these functions, ``balanceOf`` and the transfers, each behind a PUSH4."""
        known = ["balanceOf(address)", "transfer(address,uint256)", "transferFrom(address,address,uint256)"]
        return "0x6080604052" + "".join(f"8063{selector(name)}14" for name in [*known, *self.functions])


@dataclass
class Tx:
    """A transaction; ``height`` is ``None`` while it waits. ``inner`` are calls below it: (kind, from, to, value, error)."""

    hash: str
    sender: str
    to: str
    value: int
    data: str
    height: int | None
    status: int = 1
    nonce: int = 5
    kind: str = "0x2"
    logs: list[dict[str, Any]] = field(default_factory=list)
    inner: Sequence[tuple[str, str, str, int, str | None]] = ()


class Chain:
    """One network. ``tip`` is made of this second; blocks are twelve seconds apart."""

    def __init__(self, slug: str) -> None:
        self.row = row_of(slug)
        self.id = self.row.params["chain_id"]
        self.tip = int(self.row.params.get("history_block") or 0) + 20_000_000
        self.finalized = self.tip - 80
        self.txs: dict[str, Tx] = {}
        self.contracts: dict[str, Contract] = {}
        self.blocks: dict[int, str] = {}
        self.used: dict[str, list[tuple[int, int, str]]] = {}

    def height_at(self, moment: datetime) -> int:
        """The block of a moment of the past."""
        return self.tip - int((time.time() - moment.timestamp()) // SECONDS) - 1

    def block_hash(self, height: int) -> str:
        """The canonical block's."""
        return self.blocks.get(height) or digest(f"{self.id} block {height}")

    def token(self, name: str, symbol: str = "TOK", decimals: int = 6, **functions: str) -> str:
        """Deploy a token whose getters are ``functions`` besides the usual ones; its address. Keys are signatures."""
        usual = {"symbol()": text(symbol), "name()": text(symbol), "decimals()": word(decimals)}
        place = name if name.startswith("0x") else address(name)
        self.contracts[place.lower()] = Contract(usual | functions)
        return place

    def send(
        self,
        name: str,
        sender: str,
        to: str,
        value: int = 0,
        *,
        data: str = "0x",
        ago: int = 1000,
        height: int | None = None,
        pending: bool = False,
        **more: Any,
    ) -> Tx:
        """A transaction ``ago`` blocks below the tip."""
        where = None if pending else height or self.tip - ago
        tx = Tx(name if name.startswith("0x") else digest(name), sender, to, value, data, where, **more)
        self.txs[tx.hash] = tx
        return tx

    def log(self, tx: Tx, contract: str, topics: Sequence[str], data: str) -> int:
        """Append a log; its index."""
        index = len(tx.logs)
        tx.logs.append(
            {"address": contract.lower(), "topics": [f"0x{t.removeprefix('0x')}" for t in topics], "data": "0x" + data}
            | {"logIndex": hex(index), "transactionHash": tx.hash, "removed": False}
        )
        return index

    def move(
        self, tx: Tx, contract: str, sender: str, recipient: str, amount: int, *, arrives: int | None = None
    ) -> int:
        """A token transfer: its log, and what really ``arrives`` (all of it when not said); the log's index."""
        index = self.log(tx, contract, [TRANSFER, word(sender), word(recipient)], word(amount))
        came = amount if arrives is None else arrives
        if tx.height is not None and tx.status and came:
            self.contracts[contract.lower()].deltas += [
                (tx.height, recipient.lower(), came),
                (tx.height, sender.lower(), -came),
            ]
        return index

    def pay(self, name: str, contract: str, sender: str, recipient: str, amount: int, **how: Any) -> Tx:
        """A plain ``transfer`` of a token, called on the token itself."""
        arrives = how.pop("arrives", None)
        data = "0x" + selector("transfer(address,uint256)") + word(recipient) + word(amount)
        tx = self.send(name, sender, contract, data=data, **how)
        if tx.status:
            self.move(tx, contract, sender, recipient, amount, arrives=arrives)
        return tx

    def held(self, contract: str, holder: str, height: int) -> int:
        """A balance after ``height``."""
        return sum(d for at, who, d in self.contracts[contract].deltas if at <= height and who == holder) % 2**256


@dataclass
class Node:
    """What one node shows of a chain. ``refused`` are methods it does not offer; ``states`` is how many blocks of old state
    it keeps, ``None`` for all; without ``archive`` it has forgotten old transactions."""

    chain: Chain
    traces: bool = True
    states: int | None = None
    archive: bool = True
    refused: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    limited: frozenset[str] = frozenset()
    """Functions whose calls the node refuses for now."""
    down: bool = False
    syncing: bool = False
    behind: int = 0
    altered: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    def answer(self, body: Any) -> Any:
        """The answer to one HTTP body, single or batch."""
        if isinstance(body, list):
            return [self._one(call) for call in body]
        return self._one(body)

    def _one(self, call: dict[str, Any]) -> dict[str, Any]:
        method = call["method"]
        frame = {"jsonrpc": "2.0", "id": call["id"]}
        handler = getattr(self, f"_{method}", None)
        try:
            if method in self.refused or handler is None:
                raise Refusal(*NO_METHOD)
            result = handler(*call.get("params", []))
        except Refusal as refusal:
            return frame | {"error": refusal.error}
        return frame | {"result": self.altered[method](result) if method in self.altered else result}

    def _eth_chainId(self) -> str:
        return hex(self.chain.id)

    def _eth_syncing(self) -> Any:
        return {"currentBlock": "0x1", "highestBlock": hex(self.chain.tip)} if self.syncing else False

    @property
    def _tip(self) -> int:
        return self.chain.tip - self.behind

    def _eth_blockNumber(self) -> str:
        return hex(self._tip)

    def _eth_getBlockByNumber(self, tag: str, full: bool = False) -> Any:
        heights = {"latest": self._tip, "finalized": min(self.chain.finalized, self._tip), "safe": self._tip}
        height = heights[tag] if tag in heights else int(tag, 16)
        if height > self._tip:
            return None
        inside = [tx for tx in self.chain.txs.values() if tx.height == height]
        return {
            "number": hex(height),
            "hash": self.chain.block_hash(height),
            "parentHash": self.chain.block_hash(height - 1),
            "timestamp": hex(int(time.time()) - (self.chain.tip - height) * SECONDS),
            "transactions": [self._sent(tx) if full else tx.hash for tx in inside],
            "baseFeePerGas": "0x7",
        }

    def _eth_getBlockByHash(self, block: str, full: bool = False) -> Any:
        for height in {*self.chain.blocks, *(tx.height for tx in self.chain.txs.values() if tx.height)}:
            if self.chain.block_hash(height) == block.lower():
                return self._eth_getBlockByNumber(hex(height), full)
        return None

    def _eth_getTransactionByBlockNumberAndIndex(self, height: str, index: str) -> Any:
        return {"hash": digest("early"), "blockHash": self.chain.block_hash(int(height, 16))}

    def _eth_getTransactionByHash(self, reference: str) -> Any:
        if reference == digest("early"):
            return self._eth_getTransactionByBlockNumberAndIndex(
                hex(self.chain.row.params["history_block"]), "0x0"
            ) if self.archive else None  # fmt: skip
        tx = self._seen(reference)
        return None if tx is None else self._sent(tx)

    def _seen(self, reference: str) -> Tx | None:
        tx = self.chain.txs.get(reference.lower())
        if tx is None or tx.hash in self.hidden or (tx.height is not None and tx.height > self._tip):
            return None
        return tx

    def _sent(self, tx: Tx) -> dict[str, Any]:
        mined = tx.height is not None
        return {
            "hash": tx.hash, "type": tx.kind, "from": tx.sender.lower(), "to": tx.to.lower(), "value": hex(tx.value),
            "gas": hex(GAS), "gasPrice": hex(GAS_PRICE), "input": tx.data, "nonce": hex(tx.nonce),
            "chainId": hex(self.chain.id), "blockNumber": hex(tx.height) if tx.height is not None else None,
            "blockHash": self.chain.block_hash(tx.height) if tx.height is not None else None,
            "transactionIndex": "0x0" if mined else None,
        }  # fmt: skip

    def _eth_getTransactionReceipt(self, reference: str) -> Any:
        if reference == digest("early"):
            return self._eth_getTransactionByHash(reference)
        tx = self._seen(reference)
        if tx is None or tx.height is None:
            return None
        place = {"blockHash": self.chain.block_hash(tx.height), "blockNumber": hex(tx.height)}
        return place | {
            "transactionHash": tx.hash, "from": tx.sender.lower(), "to": tx.to.lower(), "contractAddress": None,
            "gasUsed": hex(GAS), "effectiveGasPrice": hex(GAS_PRICE), "status": hex(tx.status), "l1Fee": "0x3",
            "logs": [log | place for log in tx.logs] if tx.status else [],
        }  # fmt: skip

    def _eth_getTransactionCount(self, sender: str, tag: str) -> str:
        height = self._height(tag)
        own = [tx.nonce for tx in self.chain.txs.values() if tx.sender.lower() == sender.lower() and tx.height]
        mined = [
            tx.nonce
            for tx in self.chain.txs.values()
            if tx.sender.lower() == sender.lower() and tx.height is not None and tx.height <= height
        ]
        return hex(max(mined) + 1 if mined else min(own, default=0))

    def _height(self, tag: str) -> int:
        """The height of a block tag whose state is asked for."""
        if tag in ("latest", "pending"):
            return self._tip
        height = int(tag, 16)
        if self.states is not None and height < self._tip - self.states:
            raise Refusal(*PRUNED)
        return height

    def _eth_getCode(self, place: str, tag: str) -> str:
        self._height(tag)
        contract = self.chain.contracts.get(place.lower())
        return contract.code if contract else "0x"

    def _eth_getStorageAt(self, place: str, slot: str, tag: str) -> str:
        self._height(tag)
        return "0x" + word(0)

    def _eth_getLogs(self, wanted: dict[str, Any]) -> Any:
        places = {one.lower() for one in wanted["address"]}
        return [
            log | {"blockHash": self.chain.block_hash(tx.height), "blockNumber": hex(tx.height)}
            for tx in self.chain.txs.values()
            if tx.height is not None and self.chain.block_hash(tx.height) == wanted.get("blockHash") and tx.status
            for log in tx.logs
            if log["address"] in places and log["topics"][0] in wanted["topics"][0]
        ]

    def _eth_call(self, call: dict[str, Any], tag: str) -> str:
        height = self._height(tag)
        place, data = call["to"].lower(), call["data"]
        contract = self.chain.contracts.get(place)
        if contract is None:
            return "0x"
        asked = data[2:10]
        if any(asked == selector(name) for name in self.limited):
            raise Refusal(-32005, "rate limit exceeded")
        if asked == selector("balanceOf(address)"):
            return "0x" + word(self.chain.held(place, "0x" + data[34:74].lower(), height))
        if asked == selector("balanceOf(address,uint256)") and contract.holdings:
            came = contract.holdings.get(("0x" + data[34:74].lower(), int(data[74:138], 16)), [])
            return "0x" + word(sum(amount for at, amount in came if at <= height))
        if asked in (selector("transfer(address,uint256)"), selector("transferFrom(address,address,uint256)")):
            if contract.transfer is None:
                raise Refusal(*REVERTED)
            return "0x" + contract.transfer
        for name, value in contract.functions.items():
            if selector(name) == asked:
                return "0x" + value
        raise Refusal(*REVERTED)

    def _debug_traceTransaction(self, reference: str, options: Any = None) -> Any:
        if not self.traces:
            raise Refusal(*NO_METHOD)
        tx = self._seen(reference)
        if tx is None:
            return None
        calls = [
            {
                "type": kind,
                "from": sender.lower(),
                "to": to.lower(),
                "value": hex(value),
                "gas": "0x1",
                "gasUsed": "0x1",
            }
            | ({"error": error} if error else {})
            for kind, sender, to, value, error in tx.inner
        ]
        return {
            "type": "CALL", "from": tx.sender.lower(), "to": tx.to.lower(), "value": hex(tx.value), "gas": hex(GAS),
            "gasUsed": hex(GAS), "input": tx.data, "calls": calls,
        } | ({} if tx.status else {"error": "execution reverted"})  # fmt: skip
