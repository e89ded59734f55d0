"""A worker killed at each external call, and a queue that forgets everything: nothing is lost, nothing happens twice.

The workers are real processes on a real queue, ended by SIGKILL. Only waiting is cut short: what would be due, rung or
free again after some seconds is made so at once.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, select, text, update

from recovery.domain import verifier
from recovery.domain.accounting import unsettled
from recovery.domain.actor import Actor
from recovery.jobs import outflows, reconciliation
from recovery.jobs.scheduler import ring_due
from recovery.jobs.worker import QUEUE
from recovery.models import Alarm, CaseEvent, Claim, Job, PlanStep, Posting
from recovery.queries.case_view import CaseView, case_view
from recovery.queries.cases import find_case
from recovery.queries.outflows import watched_wallets
from recovery.queries.plans import find_plan, list_plans
from recovery.queries.reconciliation import latest_run
from recovery.services import export
from recovery.services.replacements import record_replacement
from sandbox.custody import Limits, examine_dearer
from sandbox.signer import held_keys
from tests.recovery.sample_world import SampleWorld, make_world

ROOT = Path(__file__).resolve().parents[3]
KILLS = 60 if os.environ.get("RECOVERY_PROVE") else 8
JOURNEY = (
    *("open", "start_check", "find_unlisted", "take", "conclude", "quote", "accept", "prepare_sweep", "propose_sweep"),
    *("approve_sweep_wallet", "approve_sweep_clearing", "release_sweep", "record_sweep", "confirm_sweep"),
    *("propose_refund", "approve_refund_wallet", "approve_refund_clearing", "release_refund", "record_refund"),
    "confirm_refund",
)
"""Each move of the whole journey, once."""

pytestmark = pytest.mark.promise


@dataclass
class Desk:
    """A world whose jobs are done by worker processes that can be killed."""

    world: SampleWorld
    redis: Redis
    nursery: subprocess.Popen[str]
    killed: int = 0

    def worker(self, *, crash_at: str = "", seconds: float = 60) -> int:
        """Ring for all that is due, run one worker process until the queue is empty, give its exit status."""
        self.pass_time()
        ring_due(self.world.database, Queue(QUEUE, connection=self.redis, serializer=JSONSerializer))
        environment = {
            "RECOVERY_CRASH_AT": crash_at,
            "RECOVERY_DATABASE_URL": self.world.settings.database_url,
            "RECOVERY_REDIS_URL": self.world.settings.redis_url,
            "RECOVERY_SECRET_KEY_FILE": str(self.world.folder / "secret_key"),
            "RECOVERY_HOME": str(self.world.folder),
            "RECOVERY_SANDBOX": "1",
            "RECOVERY_NODES_LOCAL": self.world.anvil.url,
        }
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(json.dumps({"environment": environment, "seconds": seconds}) + "\n")
        self.nursery.stdin.flush()
        status = int(self.nursery.stdout.readline())
        assert status in (0, -9), f"the worker ended with {status}"
        self.killed += status == -9
        return status

    def crash(self, *points: str, mine: bool = False) -> None:
        """Kill a worker at each of these points, one after the other, and let the queue forget everything each time."""
        for point in points:
            for _ in range(10 if mine else 1):
                if mine:
                    self.world.anvil.mine(8)
                if died := self.worker(crash_at=point) == -9:
                    break
            assert died, f"no worker came to {point}"
            self.redis.flushall()

    def pass_time(self) -> None:
        """As if minutes had passed: leases of the dead are over, waiting jobs are due, unheard rings are rung again."""
        with self.world.database.unit_of_work() as session:
            session.execute(
                update(Job).where(Job.state == "due").values(lease_until=None, rung_at=None, due_at=Job.created_at)
            )

    def until(self, ref: str, state: str, *, mine: bool = True) -> None:
        """Mine and work until the case is in a state."""
        for _ in range(20):
            if self.world.case(ref).state == state:
                return
            if mine:
                self.world.anvil.mine(8)
            self.worker()
        raise AssertionError(f"{ref} is {self.world.case(ref).state}, not {state}")

    def view(self, role: str, ref: str) -> CaseView:
        """The case as a role sees it."""
        actor = self.world.actor(role)
        with self.world.database.reading() as session:
            return case_view(session, actor, find_case(session, actor, ref))

    def sign_off(self, ref: str, kind: str) -> None:
        """Both teams approve."""
        digest = self.view("wallet", ref).plans[-1]["digest"]
        for team in ("wallet", "clearing"):
            self.world.move(self.world.actor(team), ref, f"approve_{kind}_{team}", digest=digest)

    def settle(self) -> None:
        """The signer signs what is released, and hands it in twice, as a signer that was killed would."""
        with self.world.database.reading() as session:
            plans = list_plans(session, self.world.actor("signer"), state="released")
        assert plans
        for plan in plans:
            self.world.record(plan, self.world.sign(plan))

    def held(self, contract: str, holder: str) -> int:
        """What the chain says somebody holds of a token."""
        data = "0x70a08231" + holder.removeprefix("0x").lower().rjust(64, "0")
        return int(self.world.anvil.rpc("eth_call", {"to": contract, "data": data}, "latest"), 16)

    def sent_by(self, address: str) -> int:
        """How many transactions of a sender are on the chain."""
        return int(self.world.anvil.rpc("eth_getTransactionCount", address, "latest"), 16)


@pytest.fixture(scope="module")
def nursery() -> Iterator[subprocess.Popen[str]]:
    """Where workers come from."""
    script = Path(__file__).with_name("worker_nursery.py")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, script], cwd=ROOT, env=environment, text=True, **pipes) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


@pytest.fixture
def desk(
    database_url: str,
    redis_url: str,
    start_anvil: Any,
    tmp_path: Path,
    nursery: subprocess.Popen[str],
    request: pytest.FixtureRequest,
) -> Iterator[Desk]:
    """A chain, a database and a queue of their own."""
    (tmp_path / "secret_key").write_text("s" * 48)
    world = make_world(database_url, start_anvil(), tmp_path, redis_url)
    with Redis.from_url(redis_url) as redis:
        made = Desk(world, redis, nursery)
        yield made
        request.node.user_properties.append(("prove.kills of workers", made.killed))
    world.database.close()


def events_of(desk: Desk, ref: str) -> tuple[str, ...]:
    with desk.world.database.reading() as session:
        case = find_case(session, desk.world.actor("auditor"), ref)
        names = session.scalars(select(CaseEvent.name).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq))
        return tuple(names)


def assert_all_is_well(desk: Desk, tmp_path: Path) -> None:
    """The books are at nothing, no job is left or stuck, one claim a leg, and the auditor's verifier finds nothing."""
    world = desk.world
    desk.worker()
    with world.database.reading() as session:
        rows = session.execute(select(Posting.debit, Posting.credit, Posting.asset, Posting.amount)).all()
        assert not unsettled(rows)
        assert session.scalars(select(Job.topic).where(Job.state != "done", Job.topic != "refund.look")).all() == []
        claims = session.execute(
            select(func.count()).select_from(Claim).where(Claim.released_at.is_(None))
        ).scalar_one()
        assert claims == session.execute(select(func.count(func.distinct(Claim.position + Claim.hash)))).scalar_one()
        now = session.execute(text("SELECT now() + interval '1 second'")).scalar_one()
    auditor = Actor(id=world.actor("auditor").id, roles=frozenset({"auditor"}))
    start = now.replace(year=now.year - 1)
    with world.database.reading() as session:
        export.export_file(session, auditor, start=start, end=now, form="bundle", path=tmp_path / "all.zip")
    assert [str(problem) for problem in verifier.verify(tmp_path / "all.zip").problems] == []


def to_sweep(desk: Desk, ref: str) -> dict[str, Any]:
    """The people's part between investigation and planning."""
    world, specialist = desk.world, desk.world.actor("specialist")
    for name in ("take", "conclude", "quote"):
        world.move(specialist, ref, name)
    quote = desk.view("depositor", ref).quote
    assert quote is not None
    destination = world.world["outside_wallets"]["acct-1001"]
    world.move(world.actor("depositor"), ref, "accept", destination=destination, quote_digest=quote["digest"])
    world.move(specialist, ref, "prepare_sweep")
    return dict(quote)


def test_a_kill_at_every_external_call_of_a_journey(desk: Desk, tmp_path: Path) -> None:
    world, deposit = desk.world, desk.world.deposit("unlisted_token")
    destination, wallet = world.world["outside_wallets"]["acct-1001"], world.world["wallets"]["recovery_wallet"]
    before, sent = desk.held(deposit["contract"], destination), desk.sent_by(wallet)
    ref = world.open(deposit["hash"])
    desk.crash("job:after_lease", "evidence:before_ask", "evidence:after_ask", "evidence:after_commit")
    desk.crash("probe:before_ask", "probe:after_ask")
    desk.until(ref, "under_review", mine=False)
    desk.worker()
    quote = to_sweep(desk, ref)
    for kind, after in (("sweep", "refund_sign_off"), ("refund", "completed")):
        if kind == "sweep":
            desk.crash("plan:before_ask", "plan:after_ask")
        desk.until(ref, f"{kind}_sign_off")
        desk.sign_off(ref, kind)
        desk.crash("release:before_ask", "release:after_ask")
        desk.until(ref, "sweeping" if kind == "sweep" else "paying", mine=False)
        desk.settle()
        desk.crash("watch:before_ask", "watch:before_broadcast", "watch:after_broadcast", "watch:after_ask")
        if kind == "sweep":
            desk.crash("plan:before_ask", "plan:after_ask", mine=True)
        desk.until(ref, after)
    assert events_of(desk, ref) == JOURNEY
    assert desk.held(deposit["contract"], destination) - before == quote["net"]
    assert desk.sent_by(wallet) - sent == 1
    assert_all_is_well(desk, tmp_path)


def test_a_kill_around_the_delivery_of_a_credit(desk: Desk, tmp_path: Path) -> None:
    world = desk.world
    ref = world.open(world.deposit("internal_native")["hash"])
    desk.until(ref, "credit_sign_off", mine=False)
    world.move(world.actor("clearing"), ref, "approve_credit")
    desk.crash("credit:before_deliver", "credit:after_deliver")
    desk.until(ref, "completed", mine=False)
    assert events_of(desk, ref) == ("open", "start_check", "propose_credit", "approve_credit", "confirm_credit")
    assert_all_is_well(desk, tmp_path)


def test_a_kill_around_a_higher_fee(desk: Desk) -> None:
    world, deposit = desk.world, desk.world.deposit("unlisted_token")
    tank = world.world["wallets"]["gas_tank"]
    ref = world.open(deposit["hash"])
    desk.until(ref, "under_review", mine=False)
    desk.worker()
    to_sweep(desk, ref)
    desk.until(ref, "sweep_sign_off")
    desk.sign_off(ref, "sweep")
    desk.until(ref, "sweeping", mine=False)
    with world.database.reading() as session:
        (plan,) = list_plans(session, world.actor("signer"), state="released")
    bid, sent = int(plan["steps"][0]["body"]["max_fee_per_gas"]), desk.sent_by(tank)
    world.anvil.rpc("anvil_setNextBlockBaseFeePerGas", hex(3 * bid))
    world.anvil.mine()
    desk.settle()
    world.move(world.actor("wallet"), ref, "raise_fee_sweep")
    desk.crash("replace:before_ask", "replace:after_ask")
    desk.worker()
    assert events_of(desk, ref).count("offer_fee_sweep") == 1
    with world.database.reading() as session:
        dearer = find_plan(session, world.actor("signer"), uuid.UUID(plan["id"]))
    (one,) = dearer["steps"][0]["replacements"]
    keys = held_keys(world.folder / "signer")
    sender, body = examine_dearer(dearer, 0, one, int(one["nonce"]), world.world["chain_id"], keys, Limits())
    raw = "0x" + keys[sender].sign_transaction(body).raw_transaction.hex().removeprefix("0x")
    for _ in range(2):  # as a signer that was killed would
        with world.database.unit_of_work() as session:
            record_replacement(
                session, world.actor("signer"), uuid.UUID(plan["id"]), 1, raw, request_id=str(uuid.uuid4())
            )
    desk.crash("watch:before_ask", "watch:before_broadcast", "watch:after_broadcast", "watch:after_ask")
    desk.worker()
    world.anvil.mine(4)
    world.anvil.rpc("anvil_setNextBlockBaseFeePerGas", hex(1))
    desk.until(ref, "refund_sign_off")
    assert events_of(desk, ref).count("record_fee_sweep") == 1
    assert desk.sent_by(tank) - sent == 1
    desk.sign_off(ref, "refund")
    desk.until(ref, "paying", mine=False)
    desk.settle()
    desk.until(ref, "completed")
    with world.database.reading() as session:
        rows = session.execute(select(Posting.debit, Posting.credit, Posting.asset, Posting.amount)).all()
    assert not unsettled(rows)


def test_a_kill_while_wallets_and_books_are_compared(desk: Desk) -> None:
    """Nothing is rung twice for it, and nothing goes unseen: the next round ends what the dead one began."""
    database = desk.world.database
    outflows.plan_look(database)
    reconciliation.plan_run(database)
    desk.crash("outflow:before_ask", "outflow:after_ask", "reconcile:before_ask", "reconcile:after_ask")
    desk.worker()
    with database.reading() as session:
        assert {row.looked_at is not None for row in watched_wallets(session)} == {True}
        run = latest_run(session)
        assert run is not None
        assert run.unexplained == 0
        assert session.scalar(select(func.count()).select_from(Alarm)) == 0


def test_kills_at_any_moment(desk: Desk, tmp_path: Path) -> None:
    """Workers live for a moment chosen by chance, while the queue forgets; the journey ends all the same."""
    rng = random.Random(int(os.environ.get("RECOVERY_SEED", "1")))
    world, deposit = desk.world, desk.world.deposit("unlisted_token")
    destination = world.world["outside_wallets"]["acct-1001"]
    before = desk.held(deposit["contract"], destination)

    def storm() -> None:
        for _ in range(KILLS):
            desk.worker(seconds=rng.uniform(0.01, 0.4))
            if rng.random() < 0.5:
                desk.redis.flushall()
            if rng.random() < 0.3:
                world.anvil.mine(1)

    ref = world.open(deposit["hash"])
    storm()
    desk.until(ref, "under_review", mine=False)
    desk.worker()
    quote = to_sweep(desk, ref)
    storm()
    for kind, after in (("sweep", "refund_sign_off"), ("refund", "completed")):
        desk.until(ref, f"{kind}_sign_off")
        desk.sign_off(ref, kind)
        storm()
        desk.until(ref, "sweeping" if kind == "sweep" else "paying", mine=False)
        desk.settle()
        storm()
        desk.until(ref, after)
    assert desk.killed > KILLS
    assert events_of(desk, ref) == JOURNEY
    assert desk.held(deposit["contract"], destination) - before == quote["net"]
    with world.database.reading() as session:
        steps = session.execute(select(PlanStep.sender, PlanStep.nonce).where(PlanStep.state == "final")).all()
    assert len(steps) == len(set(steps))
    assert_all_is_well(desk, tmp_path)
