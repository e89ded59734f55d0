"""Watching a recorded plan: what the chain says of one case's coins never keeps those of another from being followed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from chains.attempts import Shown
from chains.sending import Attempt
from chains.types import Fee, Reading, Status, Transaction
from config.settings import Settings
from recovery.jobs import plans, returns
from recovery.jobs.runner import run_due
from recovery.models import Alarm, Job, Plan, RecoveryCase
from tests.recovery.desk import NETWORK, WALLET, Desk, seen, transfer
from tests.recovery.services.test_batches_of_cases import recorded, steps_apart

pytestmark = pytest.mark.promise

SETTINGS = Settings(database_url="", redis_url="", home=Path("/nonexistent"), secret_key="k" * 40)
DONE, DEAR, DIFFERS, WAITS, GONE = "done", "cost unknown", "differs", "waits", "gone"


class Chain:
    """What the nodes show of each step, by the hash of its bytes; what nobody names waits."""

    def __init__(self) -> None:
        self.shows: dict[str, str] = {}
        self.another: bool | None = True

    def look_at(self, network: object, nodes: object, attempts: Sequence[Attempt]) -> Shown:
        (attempt,) = attempts
        return Shown(attempt, Reading(self._transaction(attempt), ()), ())

    def is_overtaken(self, module: object, network: object, nodes: object, attempts: Sequence[Attempt]) -> bool:
        return self.shows.get(str(attempts[0].hash)) == GONE

    def is_another_movement(self, *_: object) -> bool | None:
        return self.another

    def _transaction(self, attempt: Attempt) -> Transaction:
        shown, hash = self.shows.get(str(attempt.hash), WAITS), str(attempt.hash)
        if shown in (WAITS, GONE):
            status = Status.PENDING if shown == WAITS else Status.NOT_FOUND
            return seen(hash, status=status, final=False, block=None, fee=None)
        (move,) = attempt.step.moves
        leg = transfer(move.contract, move.arrives - (shown == DIFFERS), sender=move.sender, recipient=move.recipient)
        return seen(hash, leg, fee=None if shown == DEAR else Fee(NETWORK.native.asset, "ETH", 1000, move.sender))


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> Chain:
    made = Chain()
    for module in (plans, returns):
        monkeypatch.setattr(module, "look_at", made.look_at)
        monkeypatch.setattr(module, "is_overtaken", made.is_overtaken)
        monkeypatch.setattr(module, "is_another_movement", made.is_another_movement)
    return made


def work(desk: Desk, topic: str, refs: Sequence[str], rounds: int = 4) -> None:
    """Whatever waits of the topic for these cases is done, as often as it comes back."""
    of_these = select(RecoveryCase.id).where(RecoveryCase.ref.in_(refs))
    for _ in range(rounds):
        with desk.database.unit_of_work() as session:
            session.execute(update(Job).values(due_at=func.now() + timedelta(hours=1)))
            wanted = update(Job).where(Job.topic == topic, Job.case_id.in_(of_these), Job.state == "due")
            session.execute(wanted.values(due_at=func.now()))
        run_due(desk.database, SETTINGS)


def hashes(desk: Desk, plan: Plan) -> list[str]:
    with desk.database.reading() as session:
        return [str(row.hash) for row in plans.plans.plan_steps(session, plan)]


@pytest.mark.parametrize("first", [0, 1])
def test_a_case_that_stops_does_not_stop_those_it_is_swept_with(desk: Desk, chain: Chain, first: int) -> None:
    """Whichever of them comes first in the plan, and whichever the chain tells of first."""
    plan, refs = recorded(desk, 2, steps_apart(2))
    steps = hashes(desk, plan)
    chain.shows[steps[first]] = DIFFERS
    work(desk, "plan.watch", refs)
    assert [desk.state(refs[place]) for place in (first, 1 - first)] == ["sweep_on_hold", "sweeping"]
    chain.shows[steps[1 - first]] = DONE
    work(desk, "plan.watch", refs)
    assert [desk.state(refs[place]) for place in (first, 1 - first)] == ["sweep_on_hold", "swept"]
    desk.move("lead", refs[first], "resume_sweep")
    chain.shows[steps[first]] = DONE
    work(desk, "plan.watch", refs)
    assert desk.state(refs[first]) == "swept"


def test_a_plan_of_many_cases_is_followed_in_looks_that_end(
    desk: Desk, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However slow the nodes are: each look goes on where the last one ended, and round again."""
    plan, refs = recorded(desk, 3, steps_apart(3))
    steps = hashes(desk, plan)
    asked: list[str] = []

    def look_at(network: object, nodes: object, attempts: Sequence[Attempt]) -> Shown:
        asked.append(str(attempts[0].hash))
        return chain.look_at(network, nodes, attempts)

    monkeypatch.setattr(plans, "look_at", look_at)
    monkeypatch.setattr(plans, "LOOK_SECONDS", -1.0)
    work(desk, "plan.watch", refs, rounds=5)
    assert asked == [*steps, *steps[:2]]
    chain.shows[steps[2]] = DONE
    work(desk, "plan.watch", refs, rounds=1)
    assert [desk.state(ref) for ref in refs] == ["sweeping", "sweeping", "swept"]
    asked.clear()
    chain.shows |= {steps[0]: DONE, steps[1]: DONE}
    work(desk, "plan.watch", refs, rounds=6)
    assert [desk.state(ref) for ref in refs] == ["swept"] * 3
    assert asked == steps[:2]  # and of what is over nobody is asked again


def stopped(desk: Desk, kind: str) -> tuple[str, Plan]:
    """A case whose recorded plan differs from the chain; a lead has asked for proof that it is dead."""
    ref, plan = desk.refund_released() if kind == "refund" else desk.released(desk.fresh_nonce())
    desk.record(plan)
    desk.freeze(ref, kind)
    desk.move("lead", ref, f"prove_{kind}_dead")
    return ref, plan


def end_of(desk: Desk, ref: str, plan: Plan) -> str:
    """What the plan is once the job of the proof is done."""
    work(desk, "plan.bury", [ref], rounds=1)
    with desk.database.reading() as session:
        return session.get_one(Plan, plan.id).state


@pytest.mark.parametrize(("another", "end"), [(True, "dead"), (None, "recorded"), (False, "recorded")])
def test_a_refund_whose_nonce_paid_it_under_another_hash_is_not_dead(
    desk: Desk, chain: Chain, another: bool | None, end: str
) -> None:
    ref, plan = stopped(desk, "refund")
    (hash,) = hashes(desk, plan)
    chain.shows[hash], chain.another = GONE, another
    assert end_of(desk, ref, plan) == end


@pytest.mark.parametrize(("another", "end"), [(None, "dead"), (False, "recorded")])
def test_what_nodes_showed_when_a_refund_was_stopped_stays_shown(
    desk: Desk, chain: Chain, another: bool | None, end: str
) -> None:
    ref, plan = desk.refund_released()
    desk.record(plan)
    (hash,) = hashes(desk, plan)
    chain.shows[hash], chain.another = GONE, True
    work(desk, "plan.watch", [ref])
    desk.move("lead", ref, "prove_refund_dead")
    chain.another = another
    assert end_of(desk, ref, plan) == end


@pytest.mark.parametrize("another", [False, None])
def test_a_refund_is_not_stopped_before_another_payment_is_shown(
    desk: Desk, chain: Chain, another: bool | None
) -> None:
    """A stopped one may be proven dead and be paid again. That the nonce is gone rings all the same."""
    ref, plan = desk.refund_released()
    (nonce,) = [step.nonce for step in desk.steps(plan)]
    desk.record(plan)
    (hash,) = hashes(desk, plan)
    chain.shows[hash], chain.another = GONE, another
    work(desk, "plan.watch", [ref])
    assert desk.state(ref) == "paying"
    with desk.database.reading() as session:
        rung = select(Alarm.kind).where(Alarm.subject == f"local:{WALLET}:{nonce}")
        assert list(session.scalars(rung)) == ["outflow_without_plan"]
    chain.another = True
    work(desk, "plan.watch", [ref])
    assert desk.state(ref) == "refund_on_hold"


def test_a_plan_is_not_buried_before_its_costs_are_known(desk: Desk, chain: Chain) -> None:
    """What stood in a block and was paid for would be called abandoned, and its cost booked nowhere."""
    ref, plan = stopped(desk, "sweep")
    top_up, sweep = hashes(desk, plan)
    chain.shows |= {top_up: DEAR, sweep: GONE}
    assert end_of(desk, ref, plan) == "recorded"
    desk.move("lead", ref, "prove_sweep_dead")
    chain.shows[top_up] = DONE
    assert end_of(desk, ref, plan) == "dead"


def test_a_refund_that_waits_again_is_followed_until_it_stands_or_is_gone(desk: Desk, chain: Chain) -> None:
    """It was final and is in no block any more: the last look would have been the last word."""
    ref, plan = desk.refund_released()
    desk.record(plan)
    desk.confirm(ref, "refund")
    desk.move("owner", ref, "look_at_refund")
    work(desk, "refund.look_now", [ref], rounds=1)
    assert desk.state(ref) == "completed"
    (hash,) = hashes(desk, plan)
    chain.shows[hash] = GONE
    work(desk, "refund.look_now", [ref], rounds=1)
    assert desk.state(ref) == "paying"
