"""A real local chain, the sample world on it, and a product double, for the tests of the sandbox."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.rpc import Rpc
from sandbox.world import prepare
from tests.sandbox.product_double import ProductDouble


def _anvil() -> str:
    found = os.environ.get("RECOVERY_ANVIL") or shutil.which("anvil")
    if not found:
        pytest.skip("anvil: neither RECOVERY_ANVIL nor PATH has it")
    return found


@contextmanager
def _chain(*options: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [_anvil(), "--port", str(port), "--silent", *options]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        rpc = Rpc(url)
        try:
            rpc.wait_until_answering(20)
            yield url
        finally:
            rpc.close()
            process.terminate()


@pytest.fixture(scope="module")
def node() -> Iterator[str]:
    """The URL of a chain of the module's own."""
    with _chain() as url:
        yield url


@pytest.fixture
def new_chain() -> Iterator[Callable[..., str]]:
    """Starts further chains, with options of anvil; each ends with the test."""
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(_chain(*options))


@pytest.fixture(scope="module")
def rpc(node: str) -> Iterator[Rpc]:
    client = Rpc(node)
    yield client
    client.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds ``world`` and ``signer``."""
    return tmp_path_factory.mktemp("sandbox")


@pytest.fixture(scope="module")
def world(rpc: Rpc, home: Path) -> dict[str, Any]:
    return prepare(rpc, home / "world", home / "signer")[0]


@pytest.fixture
def double() -> Iterator[ProductDouble]:
    product = ProductDouble()
    yield product
    product.close()
