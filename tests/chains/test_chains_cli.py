"""The commands that read chains: exact exit statuses, one JSON document, errors in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.nodes import nodes_from_env
from recovery.cli import main
from tests.chains.faulty_node import HASH, World, block, faulty_node

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "0xdAC17F958D2ee523a2206206994597C13D831ec7"


@pytest.fixture(autouse=True)
def no_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("RECOVERY_NODES_")]:
        monkeypatch.delenv(name)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any, str]:
    """Exit status, JSON on standard output, and standard error."""
    status = main([*arguments, "--json"])
    printed = capsys.readouterr()
    return status, json.loads(printed.out), printed.err


def verified(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, world: World, *arguments: str
) -> tuple[int, Any, str]:
    with faulty_node(world) as node:
        monkeypatch.setenv("RECOVERY_NODES_LOCAL", node.url)
        return run(capsys, "verify", HASH, *arguments)


def test_networks(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    status, rows, _ = run(capsys, "networks")
    assert status == 0
    by_slug = {row["slug"]: row for row in rows}
    assert by_slug["ethereum"]["id"] == "eip155:1"
    needed = {"slug", "id", "name", "family", "recoverability", "conditions", "confirmations", "memo"}
    assert all(needed <= row.keys() for row in rows)
    assert "local" not in by_slug
    monkeypatch.setenv("RECOVERY_NODES_LOCAL", "http://127.0.0.1:1")
    assert "local" in {row["slug"] for row in run(capsys, "networks")[1]}


def test_identify(capsys: pytest.CaptureFixture[str]) -> None:
    status, seen, _ = run(capsys, "identify", f"https://basescan.org/tx/{HASH}")
    assert (status, seen) == (0, {"hash": HASH, "candidates": ["base"], "reason": "explorer_link"})
    status, seen, _ = run(capsys, "identify", ADDRESS)
    assert (status, seen) == (0, {"hash": None, "candidates": [], "reason": "is_address"})
    assert "local" not in run(capsys, "identify", HASH)[1]["candidates"]


def test_address(capsys: pytest.CaptureFixture[str]) -> None:
    status, seen, _ = run(capsys, "address", "base", ADDRESS.lower())
    assert (status, seen["valid"], seen["normalised"], seen["memo"]) == (0, True, ADDRESS, None)
    assert run(capsys, "address", "base", ADDRESS[:-1])[1]["reason"] == "wrong_length"
    assert {"network": "bsc", "address": ADDRESS} in seen["twins"]
    assert "base" not in {twin["network"] for twin in seen["twins"]}
    assert seen["valid_on"] == []
    status, seen, _ = run(capsys, "address", "tron", ADDRESS)
    assert (seen["valid"], seen["reason"], seen["twins"]) == (False, "evm_form", [])
    assert {"ethereum", "base"} <= set(seen["valid_on"])
    assert "tron" not in seen["valid_on"]
    status, seen, error = run(capsys, "address", "nowhere", ADDRESS)
    assert (status, seen["error"]) == (2, "unknown_network")
    assert error.count("\n") == 1


FAILED = World()
assert FAILED.receipt is not None
FAILED.receipt["status"] = "0x0"
PENDING = World(receipt=None)
assert PENDING.transaction is not None
PENDING.transaction |= {"blockHash": None, "blockNumber": None}


@pytest.mark.parametrize(
    ("world", "status", "shown"),
    [
        (World(), 0, "succeeded"),
        (FAILED, 3, "failed"),
        (PENDING, 4, "pending"),
        (World(tip=101), 4, "succeeded"),
        (replace(FAILED, tip=101), 4, "failed"),
        (World(blocks={100: block(100, "0x" + "cd" * 32, [])}), 4, "pending"),
        (World(transaction=None, receipt=None), 5, "not_found"),
        (World(chain_id=1), 6, "unknown"),
    ],
)
def test_exit_statuses(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, world: World, status: int, shown: str
) -> None:
    code, transaction, error = verified(capsys, monkeypatch, world, "--network", "local")
    assert (code, transaction["status"], transaction["hash"]) == (status, shown, HASH)
    assert error.count("\n") == (1 if status == 6 else 0)
    code, answer, _ = verified(capsys, monkeypatch, world)
    assert code == status
    assert answer["asked"] == ["local"]
    assert [t["status"] for t in answer["found"]] == ([shown] if status in (0, 3, 4) else [])
    assert answer["silent"] == (["local"] if status == 6 else [])
    assert "ethereum" in answer["without_node"]


def test_without_a_node(capsys: pytest.CaptureFixture[str]) -> None:
    code, transaction, error = run(capsys, "verify", HASH, "--network", "ethereum")
    assert (code, transaction["status"], transaction["warnings"]) == (6, "unknown", ["no_node"])
    assert error.count("\n") == 1
    code, answer, _ = run(capsys, "verify", HASH)
    assert (code, answer["found"], answer["asked"]) == (6, [], [])


def test_a_retired_network_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    digits = "AB" * 32
    code, transaction, error = run(capsys, "verify", digits, "--network", "bnb-beacon")
    assert (code, transaction["status"], transaction["warnings"]) == (6, "unknown", ["network_retired", "no_node"])
    assert "shut down on 2024-12-03" in error and "https://docs.bnbchain.org/" in error
    assert error.count("\n") == 1
    code, answer, error = run(capsys, "verify", f"https://explorer.bnbchain.org/tx/{digits}")
    assert (code, answer["found"], answer["without_node"]) == (6, [], ["bnb-beacon"])
    assert "shut down on 2024-12-03" in error and error.count("\n") == 1
    _, rows, _ = run(capsys, "networks")
    gone = {row["slug"]: row for row in rows}
    assert gone["bnb-beacon"]["retired"] == "2024-12-03" and gone["bnb-beacon"]["claim_page"].startswith("https://")
    assert gone["ethereum"]["retired"] is None


def test_two_nodes_that_differ_are_both_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with faulty_node() as one, faulty_node(FAILED) as other:
        monkeypatch.setenv("RECOVERY_NODES_LOCAL", f"{one.url},{other.url}")
        code, transaction, _ = run(capsys, "verify", HASH, "--network", "local")
    assert (code, transaction["status"], transaction["warnings"][0]) == (6, "unknown", "nodes_disagree")
    assert {source["node"] for source in transaction["sources"]} == {one.node.label, other.node.label}


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "nonsense"),
        ("verify", ADDRESS),
        ("verify", "x" * 20_000),
        ("verify", HASH, "--network", "nowhere"),
        ("verify",),
        ("nonsense",),
        ("verify", HASH, "--nonsense"),
        ("verify", HASH, "--timeout", "soon"),
    ],
)
def test_wrong_input(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    code, answer, error = run(capsys, *arguments)
    assert code == 2
    assert answer["error"]
    assert error.count("\n") == 1
    assert len(error) < 400


def test_a_wrong_node_url_is_not_repeated(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOVERY_NODES_ETHEREUM", "ftp://user:s3cret@example.org")
    code, answer, error = run(capsys, "verify", HASH, "--network", "ethereum")
    assert code == 2
    assert "s3cret" not in error + json.dumps(answer)
    assert "RECOVERY_NODES_ETHEREUM" in error


def test_readable_forms(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty_node() as node:
        monkeypatch.setenv("RECOVERY_NODES_LOCAL", node.url)
        assert main(["verify", HASH]) == 0
        assert main(["verify", HASH, "--network", "local"]) == 0
    assert main(["networks"]) == main(["identify", HASH]) == main(["address", "base", ADDRESS]) == main(["--help"]) == 0
    assert "5 base units of ETH" in capsys.readouterr().out


def test_light_commands_import_nothing_heavy() -> None:
    heavy = ["web3", "bip_utils", "flask", "sqlalchemy", "httpx", "eth_abi", "eth_utils", "coincurve"]
    heavy += ["solders", "xrpl", "stellar_sdk", "pytoniq_core", "eth_hash"]
    program = (
        "import sys; from recovery.cli import main; "
        f"main(['networks', '--json']); main(['identify', '{HASH}']); "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_nodes_from_the_environment() -> None:
    environ = {
        "RECOVERY_NODES_BITCOIN_CASH": " blockbook+https://a , https://b,,https://b ",
        "RECOVERY_NODES_TRON": " ",
        "RECOVERY_NODES_": "http://x",
        "OTHER": "http://x",
    }
    assert nodes_from_env(environ) == {"bitcoin-cash": ("blockbook+https://a", "https://b")}


def test_how_the_nodes_are_doing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(capsys, "nodes")[0] == 2
    monkeypatch.setenv("RECOVERY_NODES_TORN", "http://127.0.0.1:9/secret")
    with faulty_node() as node:
        monkeypatch.setenv("RECOVERY_NODES_LOCAL", node.url)
        status, told, complaint = run(capsys, "nodes")
        assert (status, [one["state"] for one in told["nodes"]]) == (0, ["alone"])
        assert complaint == "recovery: RECOVERY_NODES_TORN names no network\n"
        monkeypatch.setenv("RECOVERY_NODES_LOCAL", f"{node.url},http://127.0.0.1:9")
        assert main(["nodes"]) == 6
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[2] for line in lines[1:]] == ["alone", "silent"]
    assert "connect error" in lines[2]
