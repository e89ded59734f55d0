"""A real daemon on its own test chain, started for the tests that need one and stopped by its process id."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chains.catalogue import network
from chains.types import Network, Node

USER, PASSWORD = "tests", "only-on-this-machine"


@dataclass
class Daemon:
    """The daemon, its RPC, and the addresses the tests share."""

    port: int

    @property
    def node(self) -> Node:
        """The daemon as a configured node."""
        return Node(f"127.0.0.1:{self.port}", f"http://{USER}:{PASSWORD}@127.0.0.1:{self.port}/")

    def __call__(self, method: str, *params: Any, wallet: str = "") -> Any:
        """One call to the daemon; raises ``RuntimeError`` with its own words."""
        body = json.dumps({"id": 1, "method": method, "params": params}, default=str).encode()
        path = f"/wallet/{wallet}" if wallet else "/"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body)
        request.add_header("Authorization", "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode())
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.loads(response.read(), parse_float=Decimal)["result"]
        except urllib.error.HTTPError as refused:
            with refused:
                raise RuntimeError(refused.read().decode()) from None

    def mine(self, blocks: int, address: str | None = None) -> list[str]:
        """Blocks found at once."""
        hashes: list[str] = self("generatetoaddress", blocks, address or self("getnewaddress"))
        return hashes


def _binary() -> str | None:
    return os.environ.get("RECOVERY_LITECOIND") or shutil.which("litecoind")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(folder: Path, *, mine: int, options: tuple[str, ...] = ()) -> tuple[subprocess.Popen[bytes], Daemon]:
    """A daemon with an empty chain and ``mine`` blocks on top; ``options`` of its own."""
    binary = _binary()
    if binary is None:
        pytest.skip("no litecoind: neither RECOVERY_LITECOIND nor PATH names one")
    daemon = Daemon(_free_port())
    process = subprocess.Popen(
        [
            binary, "-regtest", "-txindex", "-connect=0", "-listen=0", f"-datadir={folder}", "-server",
            "-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1", f"-rpcport={daemon.port}", f"-rpcuser={USER}",
            f"-rpcpassword={PASSWORD}", "-fallbackfee=0.0001", "-dbcache=4", "-par=1", "-rpcthreads=2",
            "-acceptnonstdtxn=1", "-persistmempool=0", *options,
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 60
    while True:
        try:
            daemon("getblockchaininfo")
            break
        except (OSError, RuntimeError):
            if process.poll() is not None or time.monotonic() > until:
                stop(process)
                pytest.fail("litecoind did not start")
            time.sleep(0.1)
    daemon("createwallet", "tests")
    if mine:
        daemon.mine(mine)
    return process, daemon


def stop(process: subprocess.Popen[bytes]) -> None:
    """End exactly this process, at once: its data is thrown away, and an orderly end waits for idle connections."""
    process.kill()
    process.wait(20)


@pytest.fixture(scope="session")
def litecoind_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """The daemon with 110 blocks, ten of them spendable."""
    process, daemon = start(tmp_path_factory.mktemp("litecoind"), mine=110)
    yield daemon
    stop(process)


@pytest.fixture(scope="session")
def other_litecoind_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A second daemon on a chain of its own, which knows nothing of the first."""
    process, daemon = start(tmp_path_factory.mktemp("other"), mine=0)
    yield daemon
    stop(process)


@pytest.fixture
def bitcoin() -> Network:
    return network("bitcoin")


@pytest.fixture
def litecoin() -> Network:
    return network("litecoin")
