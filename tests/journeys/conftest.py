"""The whole product, started the way a person starts it, with its sample world."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from recovery.embedded import binaries

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 120


@dataclass
class Product:
    """A running product: where it listens, where it keeps its state, what its world holds."""

    url: str
    home: Path
    world: dict[str, Any]

    def sign_in(self, role: str, number: int = 0) -> dict[str, Any]:
        """The ``number``-th sample sign-in of a role."""
        return dict([one for one in self.world["sign_ins"] if one["role"] == role][number])

    def deposits(self, kind: str, account: str) -> list[dict[str, Any]]:
        """The sample deposits of a kind made for an account."""
        return [one for one in self.world["deposits"] if one["kind"] == kind and one["account"] == account]

    def rpc(self, method: str, *params: Any) -> Any:
        """Ask the chain itself, past the product."""
        question = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return httpx.post(self.world["node"], json=question, timeout=10).json()["result"]

    def token_balance(self, contract: str, holder: str) -> int:
        """What the chain says somebody holds."""
        data = "0x70a08231" + holder.removeprefix("0x").lower().rjust(64, "0")
        return int(self.rpc("eth_call", {"to": contract, "data": data}, "latest"), 16)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """``recovery run`` in an empty folder; stopped as Ctrl-C would."""
    if binaries.find_anvil() is None:
        pytest.skip("anvil is not installed")
    home = tmp_path_factory.mktemp("product") / "home"
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("RECOVERY_")}
    environment = inherited | {"RECOVERY_HOME": str(home), "RECOVERY_TOOLS": str(binaries.tools_folder())}
    output = home.with_name("output")
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "recovery.cli", "run"], cwd=ROOT, env=environment, stdout=sink, stderr=sink
        )
    try:
        url = _address(process, output)
        yield Product(url, home, json.loads((home / "world" / "world.json").read_text()))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _address(process: subprocess.Popen[bytes], output: Path) -> str:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        said = output.read_text()
        if "Logs are in" in said:
            return next(word for word in said.split() if word.startswith("http://"))
        assert process.poll() is None, said
        time.sleep(0.2)
    raise AssertionError(output.read_text())
