"""How to start the browser for tests and screenshots: headless, and asking nobody on the network anything."""

from __future__ import annotations

from typing import Any

from recovery.embedded import binaries
from recovery.embedded.process import EmbeddedError

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
)


def launch_options() -> dict[str, Any]:
    """Arguments for playwright's ``chromium.launch``. Raises EmbeddedError when there is no browser."""
    program = binaries.find_chromium()
    if program is None:
        raise EmbeddedError("no Chromium here")
    # its sandbox needs what root and unpacked packages do not have; it sees only our own pages
    return {
        "executable_path": str(program),
        "headless": True,
        "args": [*FLAGS, "--no-sandbox"],
    }
