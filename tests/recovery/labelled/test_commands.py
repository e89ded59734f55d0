"""The same through the shell: ``recovery import`` and ``recovery diagnose`` as processes, nodes on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chains.catalogue import networks
from recovery.domain.causes.finding import Says
from tests.chains.replay import replayed
from tests.recovery.labelled.labels import Expected, label
from tests.recovery.labelled.ledger import KINDS, Registries, as_csv
from tests.recovery.labelled.payments import Payment, payments
from tests.recovery.labelled.playing import Plays
from tests.recovery.labelled.states import states
from tests.recovery.labelled.templates import MINE, OTHER, address, asset, chosen, credit, exchange

KEYS = {
    "cause", "outcome", "findings", "conditions", "legs", "checks", "confidence", "unanswered", "transaction",
}  # fmt: skip


def _command(home: Path, environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("RECOVERY_NODES_")}
    return subprocess.run(
        [sys.executable, "-m", "recovery.cli", *arguments], capture_output=True, text=True, timeout=120, check=False,
        env=own | {"RECOVERY_HOME": str(home)} | environment,
    )  # fmt: skip


def _load(home: Path, environment: Mapping[str, str], registries: Registries) -> None:
    for kind in KINDS:
        file = home / f"{kind}.csv"
        file.write_text(as_csv(kind, registries.get(kind, ())), encoding="utf-8")
        done = _command(home, environment, "import", kind, str(file), "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads(done.stdout)
        assert (told["kind"], told["rows"], told["refused"]) == (kind, len(registries.get(kind, ())), [])


def _diagnosed(
    home: Path, url: str, nodes: Mapping[str, Sequence[Plays]], reference: str, slug: str, *more: str
) -> tuple[int, Any]:
    environment = {"RECOVERY_DATABASE_URL": url}
    with ExitStack() as stack:
        for network, plays in nodes.items():
            urls = [stack.enter_context(replayed(one.answers, interface=one.interface)) for one in plays]
            named = [f"{one.interface}+{one.url}" if one.interface else one.url for one in urls]
            environment[f"RECOVERY_NODES_{network.upper().replace('-', '_')}"] = ",".join(named)
        done = _command(home, environment, "diagnose", reference, "--network", slug, "--json", *more)
    assert done.stdout.count("\n") == 1, done.stderr
    return done.returncode, json.loads(done.stdout)


def _shape(told: Any, expected: Expected) -> None:
    """The answer has the form of the contract."""
    assert set(told) >= KEYS - {"unanswered"}
    assert (told["cause"], tuple(told["outcome"])) == (expected.cause, expected.outcome), told["checks"]
    assert set(expected.findings) <= set(told["findings"])
    assert told["confidence"] in ("certain", "likely", "unknown")
    for check in told["checks"]:
        assert set(check) == {"name", "answer", "why", "evidence"}
        assert check["answer"] in set(Says)
    for leg in told["legs"]:
        assert set(leg) - {"amount"} == {"position", "cause", "outcome"}


def _first(slug: str, scene: str) -> Payment:
    return next(p for p in payments() if p.network.slug == slug and p.scene == scene)


def _cases() -> dict[str, tuple[Payment, Registries, Sequence[Plays], Expected, str | None]]:
    """Payment, registries, nodes, label, claimant: one of each kind of answer, over several families."""
    wanted = {
        "ethereum-inner": ("ethereum", "inner", "F01"), "tron": ("tron", "final", "G02"), "solana": ("solana", "token", "G02"),
        "bitcoin": ("bitcoin", "final", "G02"), "xrpl": ("xrpl", "final", "E04"), "near": ("near", "token", "G02"),
    }  # fmt: skip
    found: dict[str, tuple[Payment, Registries, Sequence[Plays], Expected, str | None]] = {}
    for name, (slug, scene, cause) in wanted.items():
        p = _first(slug, scene)
        found[f"{name}, a good deposit"] = (p, exchange(p).rows(), [p.truth], label(cause), MINE)
    p = _first("stellar", "token")
    shared = [
        address(p, p.leg.recipient, MINE, "shared", memo="7"),
        address(p, p.leg.recipient, OTHER, "shared", memo="8"),
    ]
    found["stellar, an unknown memo"] = (p, exchange(p, addresses=shared).rows(), [p.truth], label("B02"), MINE)
    p = _first("ton", "final")
    found["ton, another customer's"] = (
        p, exchange(p, addresses=[address(p, p.leg.recipient, OTHER)]).rows(), [p.truth], label("B08"), MINE,
    )  # fmt: skip
    found["ton, credited, and no node answers"] = (p, exchange(p, credits=[credit(p)]).rows(), [], label("H01"), MINE)
    p = _first("polygon", "final")
    found["polygon, one of two lies"] = (p, exchange(p).rows(), [p.truth, p.liar], label(None), MINE)
    found["polygon, two agree"] = (p, exchange(p).rows(), [p.truth, p.truth], label("G02"), None)
    found["polygon, suspended"] = (p, exchange(p, assets=[asset(p, "suspended")]).rows(), [p.truth], label("G01"), MINE)
    p = _first("hedera", "final")
    found["hedera, not ours"] = (p, exchange(p, addresses=[]).rows(), [p.truth], label("B12"), MINE)
    return found


CASES = _cases()


@pytest.mark.parametrize("name", CASES)
def test_a_labelled_case_from_the_shell(name: str, database_url: str, tmp_path: Path) -> None:
    p, registries, nodes, expected, claimant = CASES[name]
    _load(tmp_path, {"RECOVERY_DATABASE_URL": database_url}, registries)
    asked = ("--account", claimant) if claimant else ()
    status, told = _diagnosed(tmp_path, database_url, {p.network.slug: nodes}, p.reference, p.network.slug, *asked)
    _shape(told, expected)
    assert status == (0 if expected.cause else 6)
    assert told["transaction"]["network"] == p.network.slug
    if claimant:
        assert OTHER not in json.dumps(told)


def test_another_network_than_named(database_url: str, tmp_path: Path) -> None:
    """A02: the hash stands on another network of its form; the cause is decided there."""
    p, named = _first("bsc", "final"), _first("ethereum", "final")
    absent = next(one.nodes for one in states() if one.name == "ethereum: not_found")
    _load(tmp_path, {"RECOVERY_DATABASE_URL": database_url}, exchange(p).rows())
    nodes = {"bsc": [p.truth], "ethereum": absent}
    status, told = _diagnosed(tmp_path, database_url, nodes, p.reference, named.network.slug, "--account", MINE)
    _shape(told, replace(label("G02"), findings=("A02",)))
    assert (status, told["transaction"]["network"]) == (0, "bsc")


@pytest.mark.parametrize(
    ("text", "slug", "status", "cause"),
    [
        ("not a hash", "ethereum", 2, "A01"),
        (str(networks()["bitcoin"].params["sample_address"]), "bitcoin", 2, "A01"),
        ("https://sepolia.etherscan.io/tx/0x" + "ab" * 32, "ethereum", 0, "C10"),
    ],
)
def test_what_is_no_hash(text: str, slug: str, status: int, cause: str, database_url: str, tmp_path: Path) -> None:
    done, told = _diagnosed(tmp_path, database_url, {}, text, slug)
    assert (done, told["cause"], told["outcome"]) == (status, cause, list(label(cause).outcome))
    assert told["transaction"] is None


def test_there_is_more_to_choose_from() -> None:
    assert len(chosen(everything=True)) > len(chosen(everything=False)) > len(CASES)
