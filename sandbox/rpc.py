"""A small JSON-RPC client for one EVM node: the sandbox's own, so that it shares no code with what it is used to test.

Quantities come and go as ``int``, amounts are wei, hashes and addresses are ``0x`` text.

    RpcError                 what the sandbox saw of a node
    ├── NodeSilent           no answer, or none that is JSON-RPC
    └── NodeRefused          the node answered with an error object
"""

from __future__ import annotations

import time
from itertools import count
from typing import Any

import httpx


class RpcError(Exception):
    """The root of everything a node can do wrong."""


class NodeSilent(RpcError):
    """The node did not answer, or not in JSON-RPC."""


class NodeRefused(RpcError):
    """The node answered with an error; the message is the node's own."""


class Rpc:
    """One node, asked one question at a time over a kept connection."""

    def __init__(self, url: str, *, timeout: float = 10.0) -> None:
        self.url = url
        self._http = httpx.Client(timeout=timeout, trust_env=False)
        self._ids = count(1)

    def close(self) -> None:
        self._http.close()

    def call(self, method: str, *params: Any) -> Any:
        """The ``result`` of one call. Raises :class:`NodeSilent` or :class:`NodeRefused`."""
        question = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}
        try:
            answer = self._http.post(self.url, json=question).json()
        except (httpx.HTTPError, ValueError) as error:
            raise NodeSilent(f"{method}: {type(error).__name__}") from error
        if not isinstance(answer, dict):
            raise NodeSilent(f"{method}: the answer is no object")
        if answer.get("error"):
            error_object = answer["error"]
            message = error_object.get("message") if isinstance(error_object, dict) else error_object
            raise NodeRefused(f"{method}: {message}")
        return answer.get("result")

    def quantity(self, method: str, *params: Any) -> int:
        """Like :meth:`call`, for methods whose result is a hexadecimal number."""
        result = self.call(method, *params)
        if not isinstance(result, str):
            raise NodeSilent(f"{method}: the answer is no quantity")
        return int(result, 16)

    def chain_id(self) -> int:
        return self.quantity("eth_chainId")

    def nonce(self, address: str, block: str = "pending") -> int:
        return self.quantity("eth_getTransactionCount", address, block)

    def balance(self, address: str) -> int:
        return self.quantity("eth_getBalance", address, "latest")

    def code(self, address: str) -> str:
        return str(self.call("eth_getCode", address, "latest"))

    def receipt(self, tx_hash: str) -> dict[str, Any] | None:
        """The receipt, or ``None`` while the transaction is in no block the node knows."""
        found = self.call("eth_getTransactionReceipt", tx_hash)
        return found if isinstance(found, dict) else None

    def knows(self, tx_hash: str) -> bool:
        """Whether the node has the transaction, in a block or waiting."""
        return self.call("eth_getTransactionByHash", tx_hash) is not None

    def send_raw(self, raw: str) -> str:
        return str(self.call("eth_sendRawTransaction", raw))

    def wait_until_answering(self, seconds: float) -> int:
        """The chain id, as soon as the node answers. Raises :class:`NodeSilent` after ``seconds``."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.chain_id()
            except NodeSilent:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
