"""The signer as a program: what it does to the chain, what it refuses, and what a kill at the worst moment leaves."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from sandbox.deposits import mine
from sandbox.rpc import Rpc
from tests.sandbox.plans import refund_plan, sweep_plan
from tests.sandbox.product_double import TOKEN, ProductDouble

Plan = dict[str, Any]


class Bench:
    """Runs the signer against the double on the sample world; hands out one unused deposit after the other."""

    def __init__(self, home: Path, node: str, rpc: Rpc, world: dict[str, Any]) -> None:
        self.home, self.node, self.rpc, self.world = home / "signer", node, rpc, world
        self.double: ProductDouble
        self._unused = [deposit for deposit in world["deposits"] if deposit["kind"] == "unlisted_token"]
        (self.home / "token").write_text(TOKEN)

    def sweep(self) -> Plan:
        plan = sweep_plan(self.rpc, self.world, self._unused.pop())
        self.double.add(plan)
        return plan

    def start(self, *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "sandbox.signer", "--home", str(self.home), "--product", self.double.url]
        command += ["--node", self.node, "--once", *options]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, *options: str) -> list[dict[str, Any]]:
        """The signer's log, line by line, once it has done all there is to do."""
        with self.start(*options) as process:
            output, _ = process.communicate(timeout=60)
        return [json.loads(line) for line in output.splitlines()]

    def run_until_killed(self, hook: str, *, recorded: bool) -> None:
        """Starts the signer and kills it without warning inside its own request to record."""
        started = threading.Event()

        def kill() -> bool:
            started.wait(30)
            os.kill(process.pid, signal.SIGKILL)
            return False

        setattr(self.double, hook, kill)
        with self.start() as process:
            started.set()
            process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        setattr(self.double, hook, lambda: True)
        assert bool(self.double.released()) is not recorded

    def hashes(self, plan: Plan) -> list[str]:
        return [step["hash"] for step in self.double.plans[plan["id"]]["steps"]]

    def stored(self, plan: Plan) -> Path:
        return self.home / "signed" / f"{plan['id']}.json"


@pytest.fixture(scope="module")
def workplace(home: Path, node: str, rpc: Rpc, world: dict[str, Any]) -> Bench:
    return Bench(home, node, rpc, world)


@pytest.fixture
def bench(workplace: Bench, double: ProductDouble) -> Bench:
    workplace.double = double
    for leftover in (workplace.home / "signed").glob("*.json"):
        leftover.unlink()
    return workplace


def _token_balance(rpc: Rpc, contract: str, holder: str) -> int:
    data = "0x70a08231" + holder.removeprefix("0x").rjust(64, "0")
    return rpc.quantity("eth_call", {"to": contract, "data": data}, "latest")


def _events(log: list[dict[str, Any]]) -> list[str]:
    return [line["event"] for line in log]


def _assert_done_once(bench: Bench, plan: Plan, balance_before: int) -> None:
    """Both steps succeeded on the chain, with one nonce each, and the money moved once."""
    for step, tx_hash in zip(plan["steps"], bench.hashes(plan), strict=True):
        receipt = bench.rpc.receipt(tx_hash)
        assert receipt is not None
        assert int(receipt["status"], 16) == 1
        assert bench.rpc.nonce(step["sender"]) == int(step["nonce"]) + 1
    assert _recovered(bench, plan) - balance_before == int(plan["payload"]["amount"])


def _recovered(bench: Bench, plan: Plan) -> int:
    payload = plan["payload"]
    return _token_balance(bench.rpc, payload["asset"]["contract"], payload["destination"])


def test_a_sweep_and_a_refund_are_signed_recorded_and_then_mined(bench: Bench, rpc: Rpc) -> None:
    plan = bench.sweep()
    before = _recovered(bench, plan)
    log = bench.run()
    assert _events(log) == [
        *("started", "plan_signed", "plan_recorded", "step_broadcast", "step_broadcast", "plan_mined", "stopped"),
    ]
    _assert_done_once(bench, plan, before)
    assert stat.S_IMODE(bench.stored(plan).stat().st_mode) == 0o600
    keys = json.loads((bench.home / "keys.json").read_text())["keys"]
    assert not any(entry["key"][2:] in json.dumps(log) for entry in keys)

    destination = bench.world["outside_wallets"]["acct-1001"]
    had = rpc.balance(destination)
    bench.double.add(refund_plan(rpc, bench.world, bench.world["deposits"][0], 10**17))
    bench.run()
    assert rpc.balance(destination) - had == 10**17


def test_a_refused_plan_is_logged_and_nothing_is_signed(bench: Bench) -> None:
    plan = bench.sweep()
    bench.double.plans[plan["id"]]["payload"]["destination"] = bench.world["wallets"]["hot"]
    log = bench.run()
    assert _events(log) == ["started", "plan_refused", "stopped"]
    assert log[1]["code"] == "digest_differs"
    assert bench.double.handed_in == []
    assert not bench.stored(plan).exists()


def test_a_bad_plan_does_not_keep_a_good_one_waiting(bench: Bench) -> None:
    bad, good = bench.sweep(), bench.sweep()
    bench.double.plans[bad["id"]]["approvals"].pop()
    before = _recovered(bench, good)
    assert {"plan_refused", "plan_mined"} <= set(_events(bench.run()))
    _assert_done_once(bench, good, before)


def test_killed_after_storing_it_hands_in_the_same_bytes(bench: Bench) -> None:
    plan = bench.sweep()
    before = _recovered(bench, plan)
    bench.run_until_killed("before_recording", recorded=False)
    stored = bench.stored(plan).read_bytes()
    bench.run()
    first, second = bench.double.handed_in
    assert first == second
    assert bench.stored(plan).read_bytes() == stored
    _assert_done_once(bench, plan, before)


def test_killed_after_recording_it_broadcasts_the_same_bytes(bench: Bench) -> None:
    plan = bench.sweep()
    before = _recovered(bench, plan)
    bench.run_until_killed("after_recording", recorded=True)
    assert not any(bench.rpc.knows(tx_hash) for tx_hash in bench.hashes(plan))
    assert "plan_signed" not in _events(bench.run())
    assert len(bench.double.handed_in) == 1
    _assert_done_once(bench, plan, before)


def test_what_the_product_broadcast_first_is_not_sent_again(bench: Bench) -> None:
    plan = bench.sweep()
    before = _recovered(bench, plan)
    assert "step_broadcast" not in _events(bench.run("--hold"))
    raws = [step["raw"] for step in json.loads(bench.stored(plan).read_text())["steps"]]
    bench.rpc.send_raw(raws[0])
    mine(bench.rpc, 1)
    assert _events(bench.run()).count("step_broadcast") == 1
    _assert_done_once(bench, plan, before)
    assert _events(bench.run()) == ["started", "plan_mined", "stopped"]
    _assert_done_once(bench, plan, before)


def test_it_does_not_broadcast_what_the_product_did_not_record(bench: Bench) -> None:
    plan = bench.sweep()
    bench.run("--hold")
    bench.double.plans[plan["id"]]["steps"][1]["hash"] = "0x" + "00" * 32
    log = bench.run()
    assert [line.get("code") for line in log if line["event"] == "plan_refused"] == ["recorded_differs"]
    assert not any(bench.rpc.knows(tx_hash) for tx_hash in bench.hashes(plan))


def test_a_voided_plan_is_left_alone_for_good(bench: Bench) -> None:
    plan = bench.sweep()
    bench.run("--hold")
    bench.double.plans[plan["id"]]["state"] = "void"
    assert "plan_finished" in _events(bench.run())
    assert _events(bench.run()) == ["started", "stopped"]
    assert not any(bench.rpc.knows(tx_hash) for tx_hash in bench.hashes(plan))


def test_a_spent_nonce_is_refused(bench: Bench) -> None:
    plan = bench.sweep()
    spent = int(plan["steps"][0]["nonce"]) - 1
    bench.double.plans[plan["id"]]["steps"][0]["nonce"] = str(spent)
    assert [line.get("code") for line in bench.run() if line["event"] == "plan_refused"] == ["nonce_spent"]


def test_without_keys_it_says_so_and_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox.signer", "--home", str(tmp_path), "--product", "http://127.0.0.1:9"]
    command += ["--node", "http://127.0.0.1:9", "--once"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert json.loads(done.stdout)["event"] == "cannot_start"
