"""The sandbox signer: plays the wallet team's custody, a program of its own with its own throw-away keys.

    python -m sandbox.signer --home DIR --product URL --node URL [--once] [--hold]

It takes released plans from the product, checks them (:mod:`sandbox.custody`), signs, keeps the bytes on disk, hands
them in, and only then broadcasts them, one step after the other. It can be killed at any moment: started again it goes
on with the same bytes. Logs are one JSON object a line on standard output, without keys.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from sandbox.custody import Approved, Limits, PlanRefused, examine, examine_dearer, plan_id_of
from sandbox.files import read_json
from sandbox.product import Product, ProductError, ProductRefused
from sandbox.rpc import NodeRefused, Rpc, RpcError
from sandbox.signed import SignedDearer, SignedPlan, SignedPlans, SignedStep

LOCAL_CHAIN = 31337
ONCE_SECONDS = 60.0
_OVER = ("confirmed", "void")


class CannotStart(Exception):
    """The signer lacks what it needs: keys, the local chain, or the folder to itself."""


class Log:
    """One JSON object a line. The same complaint about the same plan is written once until it changes."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._said: dict[str, str] = {}

    def write(self, event: str, **facts: Any) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        print(json.dumps({"at": at, "program": "sandbox-signer", "event": event, **facts}), file=self._out, flush=True)

    def complain(self, about: str, event: str, **facts: Any) -> None:
        complaint = json.dumps([event, facts])
        if self._said.get(about) != complaint:
            self._said[about] = complaint
            self.write(event, **facts)

    def settled(self, about: str) -> None:
        self._said.pop(about, None)


class Signer:
    """Signs and broadcasts; all it must remember is in ``signed``."""

    def __init__(
        self,
        keys: Mapping[str, LocalAccount],
        signed: SignedPlans,
        product: Product,
        rpc: Rpc,
        log: Log,
        *,
        chain_id: int = LOCAL_CHAIN,
        limits: Limits | None = None,
        hold: bool = False,
    ) -> None:
        self._keys = keys
        self._signed = signed
        self._product = product
        self._rpc = rpc
        self._log = log
        self._chain_id = chain_id
        self._limits = limits or Limits()
        self._hold = hold

    def work(self) -> bool:
        """One round over everything there is to do; whether something is still under way and worth another round."""
        try:
            for plan in self._product.released():
                self._guarded(plan, self._sign_released)
            # No generator here: a failure of one plan must not keep the others from their turn.
            under_way = [self._guarded({"id": plan.plan_id}, self._carry_on) for plan in self._signed.unfinished()]
        except ProductError as error:
            self._log.complain("product", "product_unavailable", reason=str(error))
            return True
        self._log.settled("product")
        return any(under_way)

    def _guarded(self, plan: Mapping[str, Any], act: Callable[[Mapping[str, Any]], bool]) -> bool:
        """Runs ``act`` on one plan; what goes wrong is logged under that plan and tried again in a later round."""
        about = str(plan.get("id"))[:64]
        try:
            return act(plan)
        except PlanRefused as refusal:
            self._log.complain(about, "plan_refused", plan=about, code=refusal.code, detail=refusal.detail)
            return False
        except ProductRefused as refusal:
            self._log.complain(about, "product_refused", plan=about, reason=str(refusal))
            return refusal.status >= 500
        except (KeyError, TypeError, ValueError) as error:
            self._log.complain(about, "product_malformed", plan=about, reason=f"{type(error).__name__}: {error}"[:200])
            return False
        except RpcError as error:
            self._log.complain(about, "node_unavailable", plan=about, reason=str(error))
            return True

    def _sign_released(self, listed: Mapping[str, Any]) -> bool:
        """Signs a released plan once, and sees to it that its bytes are in the file before anything else happens."""
        plan_id = plan_id_of(listed)
        if self._signed.get(plan_id) is not None:
            return True
        plan = self._product.plan(plan_id)
        if plan_id_of(plan) != plan_id:
            raise PlanRefused("malformed", "the product answered with another plan")
        if self._rpc.chain_id() != self._chain_id:
            raise PlanRefused("wrong_chain", "the node serves another chain than the signer's")
        approved = examine(plan, self._chain_id, self._keys, self._limits)
        self._refuse_used_nonces(approved)
        steps = [self._sign(sender, body) for sender, body in approved.transactions]
        self._signed.keep(plan_id, approved.digest, steps)
        self._log.write("plan_signed", plan=plan_id, digest=approved.digest, hashes=[step.hash for step in steps])
        return True

    def _sign(self, sender: str, body: dict[str, Any]) -> SignedStep:
        signed = self._keys[sender].sign_transaction(body)
        return SignedStep("0x" + signed.hash.hex(), "0x" + signed.raw_transaction.hex())

    def _refuse_used_nonces(self, approved: Approved) -> None:
        """A step whose nonce is spent can never be mined: its plan must be drafted again, not signed."""
        for index, (sender, body) in enumerate(approved.transactions):
            if self._rpc.nonce(sender, "latest") > body["nonce"]:
                raise PlanRefused("nonce_spent", f"step {index}: nonce {body['nonce']} of {sender}")

    def _carry_on(self, known: Mapping[str, Any]) -> bool:
        """Takes a signed plan one stretch further: hand in what the product lacks, then broadcast what it has."""
        signed = self._signed.get(str(known["id"]))
        assert signed is not None, "only plans on file are carried on"
        plan = self._product.plan(signed.plan_id)
        if plan["state"] in _OVER:
            self._signed.finish(signed)
            self._log.write("plan_finished", plan=signed.plan_id, state=plan["state"])
            return False
        if plan["digest"] != signed.digest:
            raise PlanRefused("digest_differs", "the plan was signed under another digest")
        recorded = [step["hash"] for step in plan["steps"]]
        if not any(recorded):
            plan = self._product.record(signed.plan_id, signed.digest, [step.raw for step in signed.steps])
            recorded = [step["hash"] for step in plan["steps"]]
            self._log.write("plan_recorded", plan=signed.plan_id)
        if recorded != [step.hash for step in signed.steps]:
            raise PlanRefused("recorded_differs", "the product recorded other transactions than were signed here")
        signed = self._sign_dearer(signed, plan)
        if self._hold:
            return False
        return self._broadcast(signed)

    def _sign_dearer(self, signed: SignedPlan, plan: Mapping[str, Any]) -> SignedPlan:
        """Signs the replacements the product asks for, keeps them, and hands them in; only then may they be sent."""
        wanted = [
            (index, one)
            for index, step in enumerate(plan["steps"])
            for one in step.get("replacements", ())
            if one["hash"] is None
        ]
        for index, one in wanted:
            number = int(one["number"])
            known = next((made for made in signed.dearer if made.number == number), None)
            if known is None:
                nonce = TypedTransaction.from_bytes(HexBytes(signed.steps[index].raw)).as_dict()["nonce"]
                sender, body = examine_dearer(plan, index, one, nonce, self._chain_id, self._keys, self._limits)
                made = self._sign(sender, body)
                known = SignedDearer(made.hash, made.raw, number, index)
                signed = self._signed.add(signed, known)
                self._log.write("dearer_signed", plan=signed.plan_id, step=index, hash=known.hash)
            self._product.record_dearer(signed.plan_id, number, known.raw)
            self._log.write("dearer_recorded", plan=signed.plan_id, step=index, hash=known.hash)
        return signed

    def _broadcast(self, signed: SignedPlan) -> bool:
        """Sends the first step that is in no block yet, if the ones before it succeeded; whether to look again soon."""
        for index, step in enumerate(signed.steps):
            tries = signed.tries(index)
            receipt = next((found for one in tries if (found := self._rpc.receipt(one.hash)) is not None), None)
            if receipt is None:
                self._send(signed.plan_id, index, tries[0])
                return True
            if int(receipt["status"], 16) != 1:
                facts = {"plan": signed.plan_id, "step": index, "hash": step.hash}
                self._log.complain(signed.plan_id, "step_reverted", **facts)
                return False
        self._log.complain(signed.plan_id, "plan_mined", plan=signed.plan_id)
        return False

    def _send(self, plan_id: str, index: int, step: SignedStep) -> None:
        """Sends the same bytes any number of times; a node that has them already is as good as one that takes them."""
        if self._rpc.knows(step.hash):
            return
        facts = {"plan": plan_id, "step": index, "hash": step.hash}
        try:
            self._rpc.send_raw(step.raw)
        except NodeRefused as refusal:
            if not self._rpc.knows(step.hash):
                self._log.complain(plan_id, "broadcast_refused", **facts, reason=str(refusal))
                return
        self._log.write("step_broadcast", **facts)


def held_keys(home: Path) -> dict[str, LocalAccount]:
    """The signer's keys by lower-case address. Raises :class:`CannotStart`."""
    stored = read_json(home / "keys.json")
    if not stored or not stored.get("keys"):
        raise CannotStart(f"no keys in {home / 'keys.json'}; the sample world makes them")
    accounts = [Account.from_key(entry["key"]) for entry in stored["keys"]]
    return {account.address.lower(): account for account in accounts}


def take_folder(home: Path) -> IO[str]:
    """A lock on the signer's folder, held as long as the file is open. Raises :class:`CannotStart` when it is taken."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (home / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise CannotStart(f"another signer works in {home}") from error
    return lock


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.signer", description="Plays the wallet team's custody.")
    parser.add_argument(
        "--home", required=True, type=Path, help="folder with keys.json and token; signed plans go there"
    )
    parser.add_argument("--product", required=True, help="the product's address, such as http://127.0.0.1:8000")
    parser.add_argument("--node", required=True, help="URL of the local chain")
    parser.add_argument("--once", action="store_true", help="do what there is to do, then end")
    parser.add_argument("--hold", action="store_true", help="sign and hand in, but leave broadcasting to the product")
    parser.add_argument("--poll", type=float, default=1.0, metavar="SECONDS", help="pause between rounds (default 1)")
    parser.add_argument("--fee-cap", type=int, default=Limits.fee, metavar="WEI", help="highest fee of one step")
    return parser.parse_args(argv)


def run(given: argparse.Namespace, log: Log, stop: threading.Event) -> None:
    """Rounds until ``stop`` is set; with ``--once`` until nothing is under way, for a minute at most."""
    lock = take_folder(given.home)
    product, rpc = Product(given.product, given.home / "token"), Rpc(given.node)
    try:
        keys, signed = held_keys(given.home), SignedPlans(given.home / "signed")
        signer = Signer(keys, signed, product, rpc, log, limits=Limits(fee=given.fee_cap), hold=given.hold)
        log.write("started", keys=len(keys), chain_id=LOCAL_CHAIN, hold=given.hold)
        deadline = time.monotonic() + ONCE_SECONDS
        while not stop.is_set():
            under_way = signer.work()
            if given.once and (not under_way or time.monotonic() > deadline):
                break
            stop.wait(min(given.poll, 0.1) if given.once else given.poll)
        log.write("stopped")
    finally:
        product.close()
        rpc.close()
        lock.close()


def main(argv: list[str] | None = None) -> int:
    """The command; exit status 2 when it cannot start."""
    given, log, stop = _arguments(argv), Log(sys.stdout), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        run(given, log, stop)
    except CannotStart as error:
        log.write("cannot_start", reason=str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
