"""A local chain of the Bitcoin family for tests: litecoind in regtest mode, connected to nobody."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from recovery.embedded import binaries, places
from recovery.embedded.anvil import RpcError
from recovery.embedded.process import Child, EmbeddedError, start as start_child, wait_until

WARMING_UP = -28


@dataclass
class Litecoind:
    """A running node; ``url`` holds its user and password, ``wallet`` is the name of the wallet made for the test."""

    url: str
    child: Child
    wallet: str = "test"
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60, trust_env=False))

    def rpc(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call. Raises RpcError with the node's own words."""
        body = {"jsonrpc": "1.0", "id": 1, "method": method, "params": params}
        answer = self._client.post(self.url, json=body).json()
        if answer["error"]:
            raise RpcError(method, answer["error"]["code"], answer["error"]["message"])
        return answer["result"]

    def mine(self, blocks: int = 1, address: str | None = None) -> list[str]:
        """Mine so many blocks to ``address`` (one of the wallet's, unless given); gives their hashes."""
        hashes: list[str] = self.rpc("generatetoaddress", blocks, address or self.rpc("getnewaddress"))
        return hashes

    def stop(self) -> None:
        """Write everything and end."""
        self._client.close()
        self.child.stop(30)


def start(home: Path, *, port: int | None = None) -> Litecoind:
    """Start a node with an empty chain, a transaction index and an empty wallet. Raises EmbeddedError."""
    program = binaries.find_litecoind()
    if program is None:
        raise EmbeddedError("litecoind is not installed")
    data = home / "litecoind"
    data.mkdir(parents=True, exist_ok=True)
    port = port or places.free_port()
    password = secrets.token_hex(16)
    options = ["-regtest", f"-datadir={data}", "-server", "-txindex", "-listen=0", "-connect=0", "-dnsseed=0"]
    options += ["-fallbackfee=0.0001", "-upnp=0", "-printtoconsole=1", "-rpcuser=test", f"-rpcpassword={password}"]
    options += ["-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1", f"-rpcport={port}"]
    child = start_child("litecoind", [program, *options], log=home / "logs" / "litecoind.log")
    node = Litecoind(f"http://test:{password}@127.0.0.1:{port}", child)

    def ready() -> bool:
        try:
            node.rpc("getblockcount")
        except (httpx.HTTPError, ValueError):
            return False
        except RpcError as problem:
            if problem.code == WARMING_UP:
                return False
            raise
        return True

    wait_until(ready, child, 60)
    if node.wallet not in node.rpc("listwallets"):
        node.rpc("createwallet", node.wallet)
    return node
