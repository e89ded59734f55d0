"""A local EVM chain: anvil, with its state in a file so that the chain survives a restart."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from recovery.embedded import binaries, places
from recovery.embedded.process import Child, EmbeddedError, start as start_child, wait_until

CHAIN_ID = 31337
IDLE_BLOCKS = 40  # mined after the last block that holds a transaction; more than any sample needs to be final


class RpcError(Exception):
    """The node answered with an error; ``code`` is its number."""

    def __init__(self, method: str, code: int, message: str) -> None:
        self.code = code
        super().__init__(f"{method}: {message} ({code})")


@dataclass
class Anvil:
    """A running chain."""

    url: str
    child: Child
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, trust_env=False))

    def rpc(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call. Raises RpcError with the node's own words."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = self._client.post(self.url, json=body).json()
        if "error" in answer:
            raise RpcError(method, answer["error"].get("code", 0), answer["error"].get("message", ""))
        return answer["result"]

    def mine(self, blocks: int = 1) -> None:
        """Mine so many blocks now."""
        self.rpc("anvil_mine", hex(blocks))

    def stop(self) -> None:
        """Write the state and end."""
        self._client.close()
        self.child.stop(20)


def start(
    home: Path,
    *,
    port: int | None = None,
    state: Path | None = None,
    options: Sequence[str] = (),
    chain_id: int = CHAIN_ID,
    name: str = "anvil",
) -> Anvil:
    """Start a chain on loopback; ``home`` gets its log and temporary files, under ``name``.

    Without ``state`` it forgets everything at its end. Without ``options`` it mines each transaction at once; with
    ``("--no-mining",)`` only when told. Raises EmbeddedError.
    """
    program = binaries.find_anvil()
    if program is None:
        raise EmbeddedError("anvil is not installed")
    port = port or places.free_port()
    command: list[str | Path] = [program, "--host", "127.0.0.1", "--port", str(port), "--chain-id", str(chain_id)]
    command += ["--cache-path", home / f"{name}-cache", "--silent"]
    if state is not None:
        _choose_readable(state)
        # without the history a transaction from before the restart could not be traced any more
        command += ["--state", state, "--state-interval", "30", "--preserve-historical-states"]
    child = start_child(name, [*command, *options], log=home / "logs" / f"{name}.log")
    node = Anvil(f"http://127.0.0.1:{port}", child)
    wait_until(lambda: answers(node.url, chain_id), child, 60)
    return node


def answers(url: str, chain_id: int = CHAIN_ID) -> bool:
    """Whether a node of this chain answers at ``url``."""
    try:
        body = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
        return bool(httpx.post(url, json=body, timeout=5, trust_env=False).json().get("result") == hex(chain_id))
    except (httpx.HTTPError, ValueError, AttributeError):
        return False


def _choose_readable(state: Path) -> None:
    """Keep a good copy of the state; take the copy when the file was cut off by a power cut or a kill."""
    copy = state.with_suffix(".previous")
    for candidate in (state, copy):
        try:
            json.loads(candidate.read_bytes())
        except (OSError, ValueError):
            continue
        other = copy if candidate == state else state
        shutil.copyfile(candidate, other)
        return
    state.unlink(missing_ok=True)


class Clock:
    """Mines a block every few seconds while something happens, and then rests, so an idle chain does not grow."""

    def __init__(self, url: str, seconds: float = 2) -> None:
        self._url = url
        self._seconds = seconds
        self._ended = threading.Event()
        self._idle = 0
        self._manual = False
        self._thread = threading.Thread(target=self._run, name="chain clock", daemon=True)

    def start(self) -> None:
        """Begin to tick."""
        self._thread.start()

    def stop(self) -> None:
        """Tick no more."""
        self._ended.set()
        self._thread.join(5)

    def _run(self) -> None:
        with httpx.Client(timeout=5, trust_env=False) as client:
            while not self._ended.wait(self._seconds):
                try:
                    self._tick(client)
                except (httpx.HTTPError, ValueError, KeyError, TypeError):
                    self._manual = False  # the node is starting or gone; its supervisor sees to that

    def _tick(self, client: httpx.Client) -> None:
        if not self._manual:  # from now on transactions wait for the next block, as on a real chain
            self._call(client, "evm_setAutomine", False)
            self._manual = True
        waiting = int(self._call(client, "txpool_status")["pending"], 16)
        latest = self._call(client, "eth_getBlockByNumber", "latest", False)
        self._idle = 0 if waiting or latest["transactions"] else self._idle + 1
        if self._idle <= IDLE_BLOCKS:
            self._call(client, "evm_mine")

    def _call(self, client: httpx.Client, method: str, *params: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return client.post(self._url, json=body).json()["result"]
