"""The same five causes by ``recovery diagnose``, against the world that runs; ``-s`` shows how long each took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from tests.journeys.product import Product

ACCOUNT = "acct-1001"
CAUSES = [
    ("internal_native", "F01", ["CR"]),
    ("memo_typo", "B04", ["CR"]),
    ("wrong_network", "C01", ["CR"]),
    ("returned_withdrawal", "B16", ["CR"]),
    ("look_alike", "D04", ["RJ"]),
]


@pytest.mark.parametrize(("kind", "cause", "outcome"), CAUSES)
def test_the_cause_is_told(product: Product, kind: str, cause: str, outcome: list[str]) -> None:
    deposit = product.deposits(kind, ACCOUNT)[0]
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("RECOVERY_")}
    nodes = {
        "RECOVERY_NODES_LOCAL": product.world["node"],
        "RECOVERY_NODES_LOCAL_SECOND": product.world["second_node"],
        "RECOVERY_NODES_LOCAL_STELLAR": product.world["ledger"],
    }
    command = [sys.executable, "-m", "recovery.cli", "diagnose", deposit["hash"], "--network", "local"]
    started = time.monotonic()
    done = subprocess.run(
        [*command, "--account", ACCOUNT, "--json"],
        env=inherited | nodes | {"RECOVERY_HOME": str(product.home)},
        capture_output=True,
        check=False,
        timeout=120,
    )
    seconds = time.monotonic() - started
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    print(f"{kind}: {cause} in {seconds:.1f} s, the start of the program included")
    assert (told["cause"], told["outcome"], told["unanswered"]) == (cause, outcome, [])
    assert told["transaction"]["network"] == deposit["network"]
