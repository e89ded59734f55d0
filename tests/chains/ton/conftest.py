"""TON's own virtual machine, run once a session: what became of transfers there, in the form of an indexer's answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from recovery.embedded import binaries

SCRIPT = Path(__file__).resolve().parents[2] / "ton-sandbox" / "scenarios.js"


class Sandbox:
    """The script of ``tests/ton-sandbox``, with the folder of its packages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(self, *words: str, given: Any = None) -> Any:
        """What the script writes. Raises ``CalledProcessError``."""
        command = [str(shutil.which("node")), str(SCRIPT), str(self._folder), *words]
        told = None if given is None else json.dumps(given)
        done = subprocess.run(command, input=told, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    """In continuous integration its absence is a failure."""
    folder = binaries.find_ton_sandbox()
    if folder is None:
        if os.environ.get("CI") == "true":
            pytest.fail("the packages of ton-sandbox are missing: python -m recovery.embedded.binaries ton-sandbox")
        pytest.skip("the packages of ton-sandbox are missing")
    return Sandbox(folder)


@pytest.fixture(scope="session")
def played(sandbox: Sandbox) -> dict[str, Any]:
    """All scenes, and the wallets before them."""
    return dict(sandbox.run())
