"""A node of a small invented chain that can be told to be wrong in every way nodes are.

It answers JSON-RPC batches over HTTP on loopback. ``results`` says what it knows; ``fault`` takes the whole exchange over:
it is called with the handler, the batch and the honest reply, and writes whatever it likes.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from chains.types import Node
from tests.chains.replay import write

HASH = "0x" + "ab" * 32
BLOCK = "0x" + "b1" * 32
SENDER = "0x" + "11" * 20
RECIPIENT = "0x" + "22" * 20
CHAIN_ID = 31337

Batch = Any  # a list of calls, or one call as an object
Fault = Callable[[BaseHTTPRequestHandler, Batch, list[dict[str, Any]]], None]


class NoResult(Exception):
    """The method is refused with this code and message."""

    def __init__(self, code: int = -32601, message: str = "the method does not exist") -> None:
        self.error = {"code": code, "message": message}
        super().__init__(message)


def block(height: int, block_hash: str, hashes: list[str], moment: float | None = None) -> dict[str, Any]:
    """A block as ``eth_getBlockByNumber`` shows it."""
    stamp = hex(int(time.time() if moment is None else moment))
    return {"number": hex(height), "hash": block_hash, "timestamp": stamp, "transactions": hashes}


@dataclass
class World:
    """What an honest node of the chain knows: one plain transfer of 5 units at height 100, tip 110."""

    transaction: dict[str, Any] | None = field(
        default_factory=lambda: {
            "hash": HASH, "type": "0x2", "from": SENDER, "to": RECIPIENT, "value": "0x5", "gas": "0x5208",
            "gasPrice": "0x7", "input": "0x", "blockHash": BLOCK, "blockNumber": "0x64",
        }
    )  # fmt: skip
    receipt: dict[str, Any] | None = field(
        default_factory=lambda: {
            "transactionHash": HASH, "blockHash": BLOCK, "blockNumber": "0x64", "from": SENDER, "to": RECIPIENT,
            "contractAddress": None, "gasUsed": "0x5208", "effectiveGasPrice": "0x7", "status": "0x1", "logs": [],
        }
    )  # fmt: skip
    chain_id: int = CHAIN_ID
    tip: int = 110
    finalized: int = 105
    syncing: Any = False
    tip_time: float | None = None
    blocks: dict[int, dict[str, Any] | None] = field(default_factory=lambda: {100: block(100, BLOCK, [HASH])})
    trace: Any = None
    early: dict[str, Any] | None = None

    def result(self, method: str, params: list[Any]) -> Any:
        """The result of one call. Raises :class:`NoResult`."""
        match method, params:
            case "eth_chainId", _:
                return hex(self.chain_id)
            case "eth_getTransactionByHash", [reference]:
                if self.early and reference == self.early["hash"]:
                    return self.early
                return self.transaction if reference == HASH else None
            case "eth_getTransactionReceipt", [reference]:
                if self.early and reference == self.early["hash"]:
                    return self.early
                return self.receipt if reference == HASH else None
            case "eth_getBlockByNumber", ["latest", _]:
                return block(self.tip, "0x" + "ee" * 32, [], self.tip_time)
            case "eth_getBlockByNumber", ["finalized", _]:
                return block(self.finalized, "0x" + "ff" * 32, [])
            case "eth_getBlockByNumber", [height, _]:
                return self.blocks.get(int(height, 16))
            case "eth_getTransactionByBlockNumberAndIndex", _:
                return self.early
            case "eth_syncing", _:
                return self.syncing
            case "debug_traceTransaction", _ if self.trace is not None:
                return self.trace
        raise NoResult


class FaultyNode:
    """The running server; ``rounds`` counts HTTP exchanges."""

    def __init__(self, world: World, fault: Fault | None = None) -> None:
        self.world = world
        self.fault = fault
        self.rounds = 0
        self.connections: set[Any] = set()
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                batch = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                node.rounds += 1
                node.connections.add(self.client_address)
                reply = [node.answer(call) for call in (batch if isinstance(batch, list) else [batch])]
                try:
                    if node.fault is not None:
                        node.fault(self, batch, reply)
                    else:
                        honest(self, batch, reply)
                except OSError:
                    self.close_connection = True  # the client had enough

            def log_message(self, format: str, *args: Any) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def node(self) -> Node:
        """It, as chains know nodes."""
        return Node(f"127.0.0.1:{self._server.server_address[1]}", self.url, None)

    def answer(self, call: dict[str, Any]) -> dict[str, Any]:
        """The honest member of a batch."""
        frame = {"jsonrpc": "2.0", "id": call["id"]}
        try:
            return frame | {"result": self.world.result(call["method"], call["params"])}
        except NoResult as refusal:
            return frame | {"error": refusal.error}

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def faulty_node(world: World | None = None, fault: Fault | None = None) -> Iterator[FaultyNode]:
    """A running node for the time of a ``with``."""
    node = FaultyNode(world or World(), fault)
    try:
        yield node
    finally:
        node.stop()


def honest(handler: BaseHTTPRequestHandler, batch: Batch, reply: list[dict[str, Any]]) -> None:
    """The reply in the form of the question: a list to a batch, one object to a single call."""
    write(handler, json.dumps(reply if isinstance(batch, list) else reply[0]).encode())
