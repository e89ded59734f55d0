"""A live EVM node for the tests of this folder: one anvil a session, rolled back after every test."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from chains.types import Node
from recovery.embedded import EmbeddedError, anvil


class RpcError(Exception):
    """The node's own words for a refused call."""


@dataclass
class LiveNode:
    """A running anvil and, for the tests, its unlocked accounts."""

    url: str
    accounts: list[str] = field(default_factory=list)

    @property
    def node(self) -> Node:
        """It, as chains know nodes."""
        return Node("anvil", self.url, None)

    def rpc(self, method: str, *params: Any) -> Any:
        """One call. Raises :class:`RpcError`."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answer = httpx.post(self.url, json=body, timeout=30, trust_env=False).json()
        if "error" in answer:
            raise RpcError(str(answer["error"]))
        return answer["result"]

    def send(self, to: str | None, *, value: int = 0, data: str = "0x", sender: int = 0, gas: int = 3_000_000) -> str:
        """Put a transaction into the mempool; nothing is mined. Returns its hash."""
        fields = {"from": self.accounts[sender], "value": hex(value), "gas": hex(gas)}
        fields |= {"data": data} if data != "0x" else {}
        fields |= {"to": to} if to else {}
        return str(self.rpc("eth_sendTransaction", fields))

    def mine(self, blocks: int = 1) -> None:
        """Mine so many blocks now."""
        self.rpc("anvil_mine", hex(blocks))

    def deploy(self, bytecode: str, arguments: str = "", *, value: int = 0) -> str:
        """Deploy and mine; returns the contract's address."""
        reference = self.send(None, data=bytecode + arguments, value=value, gas=8_000_000)
        self.mine()
        receipt = self.rpc("eth_getTransactionReceipt", reference)
        assert receipt["status"] == "0x1"
        return str(receipt["contractAddress"])


@pytest.fixture(scope="session")
def anvil_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveNode]:
    """One anvil that mines only when told. In continuous integration its absence is a failure."""
    try:
        running = anvil.start(tmp_path_factory.mktemp("anvil"), options=("--no-mining",))
    except EmbeddedError as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))
    live = LiveNode(running.url)
    live.accounts = live.rpc("eth_accounts")
    yield live
    running.stop()


@pytest.fixture
def anvil_node(anvil_process: LiveNode) -> Iterator[LiveNode]:
    """The node as it was at its start; what a test does to the chain is undone."""
    snapshot = anvil_process.rpc("evm_snapshot")
    yield anvil_process
    anvil_process.rpc("anvil_dropAllTransactions")
    anvil_process.rpc("evm_revert", snapshot)


@pytest.fixture(scope="session")
def bytecode() -> dict[str, str]:
    """Creation bytecode by contract name, of ``contracts/*.sol``."""
    compiled = json.loads((Path(__file__).parent / "contracts" / "compiled.json").read_text(encoding="utf-8"))
    found: dict[str, str] = compiled["bytecode"]
    return found
