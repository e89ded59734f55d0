"""Two at once, on real connections: one wins, the other is refused in our own words, and nothing is half done.

``at_once`` lets them run free from a common start. ``in_line`` holds the case until both wait for it, the first first;
so each order of arrival is tried on purpose.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text

from config.settings import Settings
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed, RecoveryError
from recovery.jobs.work import LeaseLost, lease
from recovery.models import Claim, Credit, Job, Plan, PlanCase, PlanStep, RecoveryCase, SignOff
from recovery.queries.facts import latest_quote
from recovery.services.transitions import lock
from tests.recovery.desk import DEPOSIT, LISTED, OUTSIDE, TANK, Desk, find, new_hash, seen, sign, transfer

pytestmark = pytest.mark.promise

Attempt = Callable[[], object]
Outcome = BaseException | None


class Runner(threading.Thread):
    """One attempt on a thread of its own, and how it ended."""

    def __init__(self, attempt: Attempt, start: threading.Barrier | None = None) -> None:
        super().__init__(daemon=True)
        self.attempt, self.start_together, self.outcome = attempt, start, None  # type: ignore[var-annotated]

    def run(self) -> None:
        """Wait for the others, then try."""
        try:
            if self.start_together is not None:
                self.start_together.wait(10)
            self.attempt()
        except BaseException as error:  # noqa: BLE001 - the test looks at whatever it was
            self.outcome = error


def at_once(*attempts: Attempt) -> list[Outcome]:
    """Start them together; how each ended."""
    barrier = threading.Barrier(len(attempts))
    return _ended([Runner(attempt, barrier) for attempt in attempts])


def in_line(desk: Desk, ref: str, *attempts: Attempt) -> list[Outcome]:
    """Hold the case, let the attempts queue up behind it in this order, then let go; how each ended."""
    runners = [Runner(attempt) for attempt in attempts]
    with desk.database.unit_of_work() as session:
        lock(session, find(session, ref))
        for waiting, runner in enumerate(runners, 1):
            runner.start()
            _until_waiting(desk, waiting)
    return _ended(runners)


def _until_waiting(desk: Desk, number: int) -> None:
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(400):
        with desk.database.reading() as session:
            if session.scalar(query) >= number:
                return
        time.sleep(0.005)
    raise AssertionError("the attempt does not wait for the case")


def _ended(runners: list[Runner]) -> list[Outcome]:
    for runner in runners:
        if runner.ident is None:
            runner.start()
    for runner in runners:
        runner.join(20)
        assert not runner.is_alive()
    outcomes = [runner.outcome for runner in runners]
    for outcome in outcomes:
        assert outcome is None or isinstance(outcome, RecoveryError), repr(outcome)
    return outcomes


def check(desk: Desk, *refs: str) -> None:
    """What must be true of each case afterwards."""
    for ref in refs:
        desk.check_history(ref)
        if desk.case(ref).closed_at is not None:
            assert desk.unsettled(ref) == {}
        with desk.database.reading() as session:
            case_id = find(session, ref).id
            live = select(PlanCase.kind, func.count()).where(
                PlanCase.case_id == case_id, PlanCase.state.not_in(("dead", "void"))
            )
            assert all(count == 1 for _, count in session.execute(live.group_by(PlanCase.kind)))


def names(desk: Desk, ref: str) -> Counter[str]:
    """How often each move was made."""
    return Counter(event.name for event in desk.events(ref))


ROUNDS = pytest.mark.parametrize("round_", range(3))


@ROUNDS
def test_two_approvers_of_a_team(desk: Desk, round_: int) -> None:
    desk.person("wallet2", "wallet")
    ref = desk.drafted()
    plan = desk.plan(ref, "sweep")
    assert plan is not None

    def approve(who: str) -> Attempt:
        return lambda: desk.move(who, ref, "approve_sweep_wallet", digest=plan.digest)

    attempts = (approve("wallet"), approve("wallet2"))
    outcomes = at_once(*attempts) if round_ else in_line(desk, ref, *attempts)
    assert sorted(type(one).__name__ for one in outcomes) == ["MoveNotOpen", "NoneType"]
    assert names(desk, ref)["approve_sweep_wallet"] == _sign_offs(desk, plan) == 1
    check(desk, ref)


def _sign_offs(desk: Desk, plan: Plan) -> int:
    with desk.database.reading() as session:
        return session.scalar(select(func.count()).select_from(SignOff).where(SignOff.plan_id == plan.id)) or 0


@ROUNDS
def test_one_person_for_both_teams(desk: Desk, round_: int) -> None:
    ref = desk.drafted()
    plan = desk.plan(ref, "sweep")
    assert plan is not None

    def approve(team: str) -> Attempt:
        return lambda: desk.move("both", ref, f"approve_sweep_{team}", digest=plan.digest)

    attempts = (approve("wallet"), approve("clearing"))
    outcomes = at_once(*attempts) if round_ else in_line(desk, ref, *attempts)
    assert [type(one) for one in outcomes if one] == [NotAllowed]
    assert _sign_offs(desk, plan) == 1
    check(desk, ref)


@ROUNDS
def test_a_double_click_on_approve(desk: Desk, round_: int) -> None:
    ref = desk.drafted()
    plan = desk.plan(ref, "sweep")
    assert plan is not None

    def approve() -> None:
        desk.move("wallet", ref, "approve_sweep_wallet", key=f"{ref} click", digest=plan.digest)

    assert at_once(approve, approve, approve) == [None, None, None]
    assert names(desk, ref)["approve_sweep_wallet"] == _sign_offs(desk, plan) == 1
    check(desk, ref)


@pytest.mark.parametrize("order", ["approve first", "reject first", "free"])
def test_the_last_approval_against_a_rejection(desk: Desk, order: str) -> None:
    ref = desk.drafted()
    desk.sign_off(ref, "sweep", "wallet")
    plan = desk.plan(ref, "sweep")
    assert plan is not None

    def approve() -> None:
        desk.move("clearing", ref, "approve_sweep_clearing", digest=plan.digest)

    def reject() -> None:
        desk.move("wallet", ref, "reject_sweep", reason="no")

    if order == "free":
        approved, rejected = at_once(approve, reject)
    elif order == "approve first":
        approved, rejected = in_line(desk, ref, approve, reject)
        assert approved is None
    else:
        rejected, approved = in_line(desk, ref, reject, approve)
        assert isinstance(approved, MoveNotOpen)
    assert rejected is None
    assert (desk.state(ref), desk.plan(ref, "sweep")) == ("accepted", None)
    check(desk, ref)


@pytest.mark.parametrize("order", ["reject first", "release first"])
def test_a_rejection_against_the_release(desk: Desk, order: str) -> None:
    """Once the plan is at the signer nobody can take it back; before that, it never gets there."""
    ref, nonce = desk.drafted(), desk.fresh_nonce()
    desk.sign_off(ref, "sweep")

    def reject() -> None:
        desk.move("wallet", ref, "reject_sweep", reason="no")

    def release() -> None:
        desk.release(ref, "sweep", {TANK: nonce, DEPOSIT: nonce})

    first, second = (reject, release) if order == "reject first" else (release, reject)
    outcomes = in_line(desk, ref, first, second)
    assert outcomes[0] is None
    if order == "reject first":
        assert (desk.state(ref), desk.plan(ref, "sweep")) == ("accepted", None)
        with desk.database.reading() as session:
            promised = select(PlanStep).join(PlanCase, PlanCase.plan_id == PlanStep.plan_id)
            assert not session.scalars(promised.where(PlanCase.case_id == find(session, ref).id)).all()
    else:
        assert isinstance(outcomes[1], MoveNotOpen)
        assert desk.state(ref) == "sweeping"
    check(desk, ref)


@pytest.mark.parametrize("order", ["accept in time", "expire first", "free"])
def test_acceptance_against_expiry(desk: Desk, order: str) -> None:
    ref = desk.quoted()
    desk.check_destination(ref)
    desk.shorten(ref, 0.15 if order == "accept in time" else 0.02)
    digest = desk.quote_digest(ref)

    def accept() -> None:
        desk.move("owner", ref, "accept", destination=OUTSIDE, quote_digest=digest)

    def expire() -> None:
        if order == "accept in time":
            time.sleep(0.2)
        desk.expire(ref)

    if order == "free":
        time.sleep(0.015)
        accepted, _ = at_once(accept, expire)
    elif order == "accept in time":
        accepted, _ = in_line(desk, ref, accept, expire)
        assert accepted is None
    else:
        time.sleep(0.03)
        _, accepted = in_line(desk, ref, expire, accept)
        assert isinstance(accepted, MoveNotOpen)
    with desk.database.reading() as session:
        quote = latest_quote(session, find(session, ref).id)
    assert quote is not None
    ended = {"accepted": "accepted", "investigated": "expired", "quoted": "offered"}
    assert quote.state == ended[desk.state(ref)]
    assert (desk.state(ref) == "accepted") == (accepted is None)
    check(desk, ref)


@ROUNDS
def test_two_cases_want_the_same_leg(desk: Desk, round_: int) -> None:
    desk.person("brother", "depositor", account="acct-1")
    hash = new_hash()
    refs = [desk.open(hash), desk.open(hash, by="brother")]
    tx = seen(hash, transfer())
    at_once(*(lambda ref=ref: desk.look(ref, tx) for ref in refs))
    for ref in refs:
        desk.look(ref, tx)  # the job of whoever lost comes again
    assert sorted(desk.state(ref) for ref in refs) == ["merged", "under_review"]
    with desk.database.reading() as session:
        live = session.scalars(select(Claim.case_id).where(Claim.hash == hash, Claim.released_at.is_(None))).all()
    assert len(live) == 1
    check(desk, *refs)


@ROUNDS
def test_two_plans_want_the_same_nonce(desk: Desk, round_: int) -> None:
    nonce = desk.fresh_nonce()
    refs = [desk.drafted(), desk.drafted()]
    for ref in refs:
        desk.sign_off(ref, "sweep")

    def release(ref: str) -> Attempt:
        return lambda: desk.release(ref, "sweep", {TANK: nonce, DEPOSIT: nonce})

    for outcome, ref in zip(at_once(*map(release, refs)), refs, strict=True):
        if outcome is not None:
            assert isinstance(outcome, Conflict)
            release(ref)()  # the job comes again
    plans = [desk.plan(ref, "sweep") for ref in refs]
    promised = sorted((step.sender, step.nonce) for plan in plans if plan for step in desk.steps(plan))
    assert promised == sorted((sender, nonce + more) for sender in (TANK, DEPOSIT) for more in (0, 1))
    check(desk, *refs)


SETTINGS = Settings(database_url="", redis_url="", home=None, secret_key="test", sandbox=True, nodes={})  # type: ignore[arg-type]


@ROUNDS
def test_two_workers_and_one_job(desk: Desk, round_: int) -> None:
    ref = desk.open(new_hash())
    with desk.database.reading() as session:
        job = session.scalars(select(Job.id).where(Job.case_id == find(session, ref).id)).one()
    held: list[object] = []
    at_once(*(lambda: held.extend(lease(desk.database, SETTINGS, job)) for _ in range(4)))
    assert len(held) == 1


def test_a_worker_whose_lease_ran_out_undoes_what_it_did(desk: Desk) -> None:
    ref = desk.open(new_hash())
    with desk.database.reading() as session:
        job = session.scalars(select(Job.id).where(Job.case_id == find(session, ref).id)).one()
    (slow,) = lease(desk.database, SETTINGS, job)
    with desk.database.unit_of_work() as session:
        session.execute(text("UPDATE job SET lease_until = now() - interval '1 second' WHERE id = :id"), {"id": job})
    (quick,) = lease(desk.database, SETTINGS, job)
    with quick.finishing():
        pass
    with pytest.raises(LeaseLost), slow.finishing():
        raise AssertionError("the fence let a second worker through")


@ROUNDS
def test_signatures_handed_in_twice(desk: Desk, round_: int) -> None:
    ref, plan = desk.released(desk.fresh_nonce())
    signed = [sign(step) for step in desk.steps(plan)]
    keys = ["same", "same"] if round_ == 0 else ["one", "two"]
    outcomes = at_once(*(lambda key=key: desk.record(plan, signed, key=f"{ref} {key}") for key in keys))
    assert outcomes == [None, None]
    assert names(desk, ref)["record_sweep"] == 1
    assert [amount for debit, _, _, amount in desk.entries(ref) if debit == "1110"] == [plan_amount(plan)]
    check(desk, ref)


def plan_amount(plan: Plan) -> int:
    """What the plan moves."""
    return int(json.loads(plan.payload)["amount"])


@ROUNDS
def test_the_same_hash_reported_twice(desk: Desk, round_: int) -> None:
    hash, refs = new_hash(), []
    assert at_once(*(lambda key=key: refs.append(desk.open(hash, key=f"{hash} {key}")) for key in "abcd")) == [None] * 4
    assert len(refs) == 4
    assert len(set(refs)) == 1
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RecoveryCase).where(RecoveryCase.hash == hash)) == 1
        jobs = select(func.count()).select_from(Job).where(Job.case_id == find(session, refs[0]).id)
        assert session.scalar(jobs) == 1
    check(desk, refs[0])


@ROUNDS
def test_a_double_click_on_report(desk: Desk, round_: int) -> None:
    hash, refs = new_hash(), []
    assert at_once(*(lambda: refs.append(desk.open(hash, key=f"{hash} click")) for _ in range(4))) == [None] * 4
    assert len(set(refs)) == 1


@pytest.mark.parametrize("order", ["give up first", "prepare first", "free"])
def test_giving_up_against_preparing(desk: Desk, order: str) -> None:
    ref = desk.accepted()

    def give_up() -> None:
        desk.move("owner", ref, "give_up")

    def prepare() -> None:
        desk.move("maker", ref, "prepare_sweep")

    if order == "free":
        outcomes = at_once(give_up, prepare)
    elif order == "give up first":
        outcomes = in_line(desk, ref, give_up, prepare)
    else:
        outcomes = in_line(desk, ref, prepare, give_up)
    assert [isinstance(one, MoveNotOpen) for one in outcomes].count(True) == 1
    assert desk.state(ref) in ("withdrawn", "planning_sweep")
    check(desk, ref)


@ROUNDS
def test_a_credit_delivered_by_two_workers(desk: Desk, round_: int) -> None:
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED, symbol="USDX")))
    desk.move("clearing", ref, "approve_credit")
    assert at_once(*(lambda: desk.credit(ref) for _ in range(3))) == [None] * 3
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Credit).where(Credit.hash == hash)) == 1
    assert desk.state(ref) == "completed"
    check(desk, ref)


@ROUNDS
def test_a_case_looked_at_by_two_workers(desk: Desk, round_: int) -> None:
    hash = new_hash()
    ref = desk.open(hash)
    assert at_once(*(lambda: desk.look(ref, seen(hash, transfer())) for _ in range(3))) == [None] * 3
    assert (desk.state(ref), names(desk, ref)["find_unlisted"]) == ("under_review", 1)
    check(desk, ref)


@ROUNDS
def test_a_plan_drafted_or_confirmed_by_two_workers(desk: Desk, round_: int) -> None:
    ref = desk.accepted()
    desk.move("maker", ref, "prepare_sweep")
    outcomes = at_once(*(lambda: desk.draft(ref, "sweep") for _ in range(2)))
    assert [type(one) for one in outcomes if one] in ([MoveNotOpen], [Conflict])
    desk.sign_off(ref, "sweep")
    nonce = desk.fresh_nonce()
    desk.record(desk.release(ref, "sweep", {TANK: nonce, DEPOSIT: nonce}))
    outcomes = at_once(*(lambda: desk.confirm(ref, "sweep") for _ in range(2)))
    assert [type(one) for one in outcomes if one] in ([], [MoveNotOpen], [Conflict])
    assert names(desk, ref)["confirm_sweep"] == 1
    check(desk, ref)


@ROUNDS
def test_two_moves_from_the_same_page(desk: Desk, round_: int) -> None:
    ref = desk.reviewed()
    version = desk.case(ref).version
    outcomes = at_once(
        lambda: desk.move("maker", ref, "conclude", version=version),
        lambda: desk.move("maker_and_wallet", ref, "turn_down", version=version, reason="no"),
    )
    assert [one.code for one in outcomes if isinstance(one, RecoveryError)] == ["stale_version"]
    check(desk, ref)


@ROUNDS
def test_two_cases_given_the_same_new_reference(desk: Desk, round_: int) -> None:
    refs = []
    for _ in range(2):
        hash = new_hash()
        refs.append(desk.open(hash))
        desk.look(refs[-1], seen(hash))
    right = new_hash()
    outcomes = at_once(*(lambda ref=ref: desk.move("owner", ref, "give_reference", reference=right) for ref in refs))
    assert [type(one) for one in outcomes if one] in ([Conflict], [InvalidInput])
    check(desk, *refs)
