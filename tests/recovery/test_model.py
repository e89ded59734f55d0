"""A machine that does anything in any order: depositors, staff, workers, the signer and a chain that fails now and then.

After every step everything that must always be true is checked. Some thousand steps by default and the same ones every
time; with ``RECOVERY_PROVE=1`` very many, and others each time.
"""

from __future__ import annotations

import os
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chains.sending import Step
from chains.types import Status
from recovery.domain.accounting import unsettled
from recovery.domain.actor import SYSTEM
from recovery.errors import RecoveryError
from recovery.models import (
    CaseEvent,
    Claim,
    Dispute,
    DisputeParty,
    Plan,
    PlanCase,
    PlanStep,
    Posting,
    Quote,
    RecoveryCase,
    SignOff,
)
from recovery.queries.cases import QUEUES
from recovery.services import disputes, parking
from recovery.services.credits import CreditDiffers
from recovery.services.transitions import advance, lock
from tests.recovery.desk import DEPOSIT, LISTED, OUTSIDE, STAFF, TANK, WALLET, Desk, find, new_hash, seen, transfer
from tests.recovery.rivals import claim_or_dispute
from workflows.disputes import SETTLES
from workflows.states import State
from workflows.tables import WORKFLOWS
from workflows.unlisted_token import MAKERS

PROVE = os.environ.get("RECOVERY_PROVE") == "1"
DEPOSITORS = ("owner", "brother", "stranger")
PEOPLE = (*DEPOSITORS, *STAFF)
MOVES = sorted({row.name for table in WORKFLOWS.values() for row in table.transitions})
USUALLY: dict[str, tuple[str, tuple[str, ...]]] = {
    "under_review": ("maker", ("conclude",)),
    "question_asked": ("owner", ("answer",)),
    "investigated": ("maker", ("quote",)),
    "quoted": ("owner", ("accept",)),
    "accepted": ("maker", ("prepare_sweep",)),
    "credit_sign_off": ("clearing", ("approve_credit",)),
    "on_hold": ("lead", ("check_again",)),
    "sweep_on_hold": ("lead", ("plan_sweep_again", "resume_sweep")),
    "refund_on_hold": ("lead", ("plan_refund_again", "resume_refund")),
    "disputed": ("lead", SETTLES),
    "parked": ("lead", ("check_again",)),
}
"""Who usually does what next in a state."""

ANY = st.integers(min_value=0, max_value=2**16)


@dataclass
class Chain:
    """What was mined of each plan, and the next nonce of each address. It takes nonces in order and nothing else."""

    next_nonce: dict[str, int] = field(default_factory=dict)
    mined: dict[uuid.UUID, list[bool]] = field(default_factory=lambda: defaultdict(list))
    refunded: Counter[tuple[str, str]] = field(default_factory=Counter)


class AnyOrder(RuleBasedStateMachine):
    """The rules; every one may be refused, and then nothing happened."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk, self.chain, self.refs, self.checked = desk, Chain(), [], {}  # type: ignore[var-annotated]
        self.hashes = [new_hash() for _ in range(3)]
        start = desk.fresh_nonce() * 1000
        self.chain.next_nonce = dict.fromkeys((TANK, DEPOSIT, WALLET), start)

    def attempt(self, act: Callable[[], object]) -> bool:
        """Do it, or be refused in our own words; anything else is a fault."""
        try:
            act()
        except (RecoveryError, CreditDiffers):
            return False
        return True

    def pick(self, number: int) -> str:
        """One of the cases, an open one if there is any."""
        still_open = [ref for ref in self.refs if self.desk.case(ref).closed_at is None]
        return str((still_open or self.refs)[number % len(still_open or self.refs)])

    @initialize(far=st.integers(0, 9), others=st.integers(0, 6))
    def begin(self, far: int, others: int) -> None:
        """Two cases somewhere on their way, since from the very beginning few random steps lead far."""
        for which, steps in enumerate((far, others)):
            self.open(0, which)
            self.onward(which, steps, 1)

    @rule(which=ANY, steps=st.integers(1, 2), luck=ANY)
    def onward(self, which: int, steps: int, luck: int) -> None:
        """Some steps as they are meant to be."""
        for _ in range(steps):
            self.step(which, luck)

    def step(self, which: int, luck: int) -> None:
        """The next thing that usually happens to a case."""
        ref = self.pick(which)
        state = self.desk.state(ref)
        if state in ("submitted", "checking", "waiting_for_chain"):
            self.look(which, "unlisted")
        elif state in ("planning_sweep", "swept"):
            self.plan(which, luck)
        elif state in ("sweep_sign_off", "refund_sign_off"):
            self.sign_off_and_release(which)
        elif state in ("sweeping", "paying"):
            self.record(which)
            for number in range(4):
                self.mine(number, luck)
            self.watch(which, luck)
        elif state == "crediting":
            self.credit(which)
        elif state in USUALLY:
            if state == "under_review":
                self.desk.probe(ref)
            who, names = USUALLY[state]
            for name in names:
                self.attempt(lambda name=name: self.move(who, ref, name))

    @rule(who=ANY, which=ANY)
    def open(self, who: int, which: int) -> None:
        by, hash = DEPOSITORS[who % 3], self.hashes[which % 3]

        def act() -> None:
            ref = self.desk.open(hash, by=by)
            if ref not in self.refs:
                self.refs.append(ref)

        self.attempt(act)

    @rule(
        which=ANY, kind=st.sampled_from(["unlisted", "unlisted", "unlisted", "listed", "nothing", "missing", "failed"])
    )
    def look(self, which: int, kind: str) -> None:
        ref = self.pick(which)
        hash = self.desk.case(ref).hash
        shown = {
            "unlisted": lambda: seen(hash, transfer()),
            "listed": lambda: seen(hash, transfer(LISTED, symbol="USDX")),
            "nothing": lambda: seen(hash),
            "missing": lambda: seen(hash, status=Status.NOT_FOUND, final=False, block=None),
            "failed": lambda: seen(hash, status=Status.FAILED),
        }
        self.attempt(lambda: self.desk.look(ref, shown[kind]()))

    @rule(which=ANY, problem=st.sampled_from([None, None, "coins_are_gone"]))
    def probe(self, which: int, problem: str | None) -> None:
        self.desk.probe(self.pick(which), problem)

    @rule(which=ANY, one=ANY, who=ANY)
    def a_move_of_the_table(self, which: int, one: int, who: int) -> None:
        """Somebody of a fitting role makes a move that leaves the state."""
        ref = self.pick(which)
        case = self.desk.case(ref)
        rows = [row for row in WORKFLOWS[case.workflow].leaving(State(case.state)) if row.by != ("system",)]
        rows = [row for row in rows if row.target != State.WITHDRAWN or one % 5 == 0]
        if rows:
            row = rows[one % len(rows)]
            able = [name for name in PEOPLE if self.desk[name].roles & set(row.by)]
            self.attempt(lambda: self.move(able[who % len(able)], ref, row.name))

    @rule(which=ANY, who=st.sampled_from(PEOPLE), name=st.sampled_from(MOVES))
    def any_move_by_anybody(self, which: int, who: str, name: str) -> None:
        self.attempt(lambda: self.move(who, self.pick(which), name))

    def move(self, who: str, ref: str, name: str) -> None:
        """A move with what its form would hold."""
        kind = "refund" if "refund" in name else "sweep"
        plan = self.desk.plan(ref, kind)
        data: dict[str, Any] = {
            "digest": plan.digest if plan else "0" * 64,
            "quote_digest": self.desk.quote_digest(ref),
            "destination": OUTSIDE,
            "reason": "because",
            "question": "Which?",
            "answer": "That.",
            "reference": self.hashes[0],
        }
        self.desk.move(who, ref, name, **data)

    @rule(which=ANY, fails=st.integers(0, 5))
    def plan(self, which: int, fails: int) -> None:
        """The planning job."""
        ref = self.pick(which)
        state = self.desk.state(ref)
        kind = {"planning_sweep": "sweep", "swept": "refund"}.get(state)
        if kind is None:
            return
        if fails == 0:
            self.attempt(lambda: self.system(ref, "plan_failed" if kind == "sweep" else "freeze_refund"))
            return
        maker = next(event.actor_id for event in reversed(self.desk.events(ref)) if event.name == "prepare_sweep")
        name = next(name for name in PEOPLE if self.desk[name].id == maker)
        assert self.attempt(lambda: self.desk.draft(ref, kind, by=name))

    def system(self, ref: str, name: str) -> None:
        """A move of the machine."""
        with self.desk.database.unit_of_work() as session:
            advance(session, SYSTEM, find(session, ref), name)

    @rule(which=ANY)
    def sign_off_and_release(self, which: int) -> None:
        """Both teams, then the release job; whoever may not is refused."""
        ref = self.pick(which)
        kind = {"sweep_sign_off": "sweep", "refund_sign_off": "refund"}.get(self.desk.state(ref))
        if kind is not None:
            for team in ("wallet", "clearing"):
                self.attempt(lambda team=team: self.desk.sign_off(ref, kind, team))
            self.attempt(lambda: self.desk.release(ref, kind, self.chain.next_nonce))

    @rule(which=ANY)
    def release(self, which: int) -> None:
        ref = self.pick(which)
        kind = {"sweep_sign_off": "sweep", "refund_sign_off": "refund"}.get(self.desk.state(ref))
        if kind is not None:
            self.attempt(lambda: self.desk.release(ref, kind, self.chain.next_nonce))

    @rule(which=ANY)
    def record(self, which: int) -> None:
        ref = self.pick(which)
        kind = {"sweeping": "sweep", "paying": "refund"}.get(self.desk.state(ref))
        plan = self.desk.plan(ref, kind) if kind else None
        if plan is not None and plan.state in ("released", "recorded"):
            assert self.attempt(lambda: self.desk.record(plan))

    @rule(which=ANY, luck=st.integers(0, 4))
    def mine(self, which: int, luck: int) -> None:
        """The chain takes one step whose turn it is; one in five fails there."""
        ready = self.minable()
        if ready:
            plan_id, leg, step = ready[which % len(ready)]
            self.chain.next_nonce[step.sender] += 1
            self.chain.mined[plan_id].append(luck > 0)
            if luck and step.purpose == "refund":
                self.chain.refunded[leg] += step.moves[0].amount

    def recorded(self, session: Session) -> list[tuple[Plan, Claim]]:
        """Plans whose signed bytes exist and that are not settled, with their legs."""
        query = select(Plan, Claim).join(PlanCase, PlanCase.plan_id == Plan.id)
        query = query.join(Claim, (Claim.case_id == PlanCase.case_id) & Claim.released_at.is_(None))
        refs = select(RecoveryCase.id).where(RecoveryCase.ref.in_(self.refs))
        rows = session.execute(query.where(Plan.state == "recorded", PlanCase.case_id.in_(refs)).order_by(Plan.at))
        return [(plan, claim) for plan, claim in rows]

    def minable(self) -> list[tuple[uuid.UUID, tuple[str, str], Step]]:
        """Steps whose turn it is: those before them went well, and their nonce is the next of their sender."""
        with self.desk.database.reading() as session:
            plans = self.recorded(session)
        ready = []
        for plan, claim in plans:
            done, steps = self.chain.mined[plan.id], self.desk.steps(plan)
            if all(done) and len(done) < len(steps):
                step = steps[len(done)]
                if step.nonce == self.chain.next_nonce[step.sender]:
                    ready.append((plan.id, (claim.hash, claim.position), step))
        return ready

    @rule(which=ANY, strange=st.integers(0, 5))
    def watch(self, which: int, strange: int) -> None:
        """The watching job: confirmed, buried, or (one in six) frozen for a difference."""
        ref = self.pick(which)
        kind = {"sweeping": "sweep", "paying": "refund"}.get(self.desk.state(ref))
        plan = self.desk.plan(ref, kind) if kind else None
        if kind is None or plan is None or plan.state != "recorded":
            return
        done = self.chain.mined[plan.id]
        if strange == 0:
            assert self.attempt(lambda: self.desk.freeze(ref, kind))
        elif False in done:
            assert self.attempt(lambda: self.desk.bury(ref, kind, failed=done.index(False)))
        elif len(done) == len(self.desk.steps(plan)):
            assert self.attempt(lambda: self.desk.confirm(ref, kind))

    @rule(which=ANY, who=ANY)
    def rival(self, which: int, who: int) -> None:
        """Somebody reports what may be another's deposit, as if both were linked to the address."""
        hash = self.desk.case(self.pick(which)).hash
        ref = self.desk.open(hash, by=DEPOSITORS[who % 3])
        if ref not in self.refs:
            self.refs.append(ref)
        self.attempt(lambda: claim_or_dispute(self.desk, ref, seen(hash, transfer())))

    @rule(which=ANY, way=st.sampled_from([*SETTLES, "lose_dispute", "withdraw"]))
    def out_of_a_dispute(self, which: int, way: str) -> None:
        """A person ends one of the disputes, as far as that is open to them."""
        frozen = [ref for ref in self.refs if self.desk.state(ref) == "disputed"]
        if frozen:
            ref = frozen[which % len(frozen)]
            who = next(name for name in DEPOSITORS if self.desk[name].id == self.desk.case(ref).depositor_id)
            self.attempt(lambda: self.move(who if way == "withdraw" else "lead", ref, way))

    @rule(which=ANY)
    def end_dispute(self, which: int) -> None:
        """The job that follows a payout in the middle of a dispute."""
        for ref in self.refs:
            with self.desk.database.unit_of_work() as session:
                disputes.end_paid(session, find(session, ref))

    @rule(which=ANY, why=st.sampled_from(["asset_not_recoverable", "network_not_supported", "value_below_cost"]))
    def park(self, which: int, why: str) -> None:
        """A case that is being looked at is put aside until something changes."""
        ref = self.pick(which)
        with self.desk.database.unit_of_work() as session:
            case = find(session, ref)
            lock(session, case)
            if case.state in ("checking", "waiting_for_chain", "on_hold"):
                parking.park(session, case, why, case.named_network or "local", transfer())

    @rule(which=ANY)
    def a_node_appears(self, which: int) -> None:
        """What re-opens some of the parked cases."""
        with self.desk.database.unit_of_work() as session:
            parking.look(session, ["local"])

    @rule(which=ANY)
    def expire(self, which: int) -> None:
        ref = self.pick(which)
        if self.desk.state(ref) == "quoted":
            self.desk.shorten(ref, -1)
            assert not self.attempt(lambda: self.desk.accept(ref))
        self.desk.expire(ref)

    @rule(which=ANY)
    def credit(self, which: int) -> None:
        self.attempt(lambda: self.desk.credit(self.pick(which)))

    @invariant()
    def everything_that_must_be_true(self) -> None:
        with self.desk.database.reading() as session:
            cases = list(session.scalars(select(RecoveryCase).where(RecoveryCase.ref.in_(self.refs))))
            self.one_holder_of_each_leg(session)
            self.disputes_are_whole(session, cases)
            self.no_more_paid_than_recovered(session)
            for case in cases:
                if self.checked.get(case.ref) != case.version:
                    self.one_live_plan_of_a_kind(session, case)
                    self.books(session, case)
                    self.two_people_who_prepared_nothing(session, case)
                    self.in_one_queue(case)
                    self.desk.check_history(case.ref)
                    self.checked[case.ref] = case.version
        self.chain_is_not_blocked()

    def one_holder_of_each_leg(self, session: Session) -> None:
        live = select(Claim.hash, Claim.position, func.count()).where(
            Claim.hash.in_(self.hashes), Claim.released_at.is_(None)
        )
        assert all(count == 1 for _, _, count in session.execute(live.group_by(Claim.hash, Claim.position)))

    def disputes_are_whole(self, session: Session, cases: list[RecoveryCase]) -> None:
        """At least two open cases in each, a frozen case in exactly one, and nothing of it that could go on alone."""
        still_in = select(DisputeParty.dispute_id, DisputeParty.case_id).join(
            Dispute, Dispute.id == DisputeParty.dispute_id
        )
        rows = session.execute(still_in.where(Dispute.settled_at.is_(None), DisputeParty.left_at.is_(None))).all()
        sizes = Counter(dispute for dispute, _ in rows)
        joined = Counter(case for _, case in rows)
        assert all(size > 1 for size in sizes.values())
        for case in cases:
            frozen = case.state == State.DISPUTED
            assert joined[case.id] <= 1
            if frozen:
                assert joined[case.id] == 1
                drafted = select(Plan.id).join(PlanCase, PlanCase.plan_id == Plan.id)
                drafted = drafted.where(PlanCase.case_id == case.id, Plan.state == "drafted")
                assert session.scalar(drafted) is None
                offered = select(Quote.id).where(Quote.case_id == case.id, Quote.state == "offered")
                assert session.scalar(offered) is None
            elif joined[case.id]:
                assert case.state in ("sweeping", "paying", "crediting", "sweep_on_hold", "refund_on_hold", "completed")

    def no_more_paid_than_recovered(self, session: Session) -> None:
        """On the chain, over all cases that ever had the leg: what a quote promised, once."""
        if self.chain.refunded:
            promised = {
                (hash, position): net
                for hash, position, net in session.execute(
                    select(Claim.hash, Claim.position, Quote.gross - Quote.fee - Quote.network_cost)
                    .join(Quote, Quote.case_id == Claim.case_id)
                    .where(Quote.state == "accepted", Claim.released_at.is_(None), Claim.hash.in_(self.hashes))
                )
            }
            for leg, paid in self.chain.refunded.items():
                assert paid <= promised[leg]

    def one_live_plan_of_a_kind(self, session: Session, case: RecoveryCase) -> None:
        live = select(PlanCase.kind).where(PlanCase.case_id == case.id, PlanCase.state.in_(("open", "confirmed")))
        kinds = list(session.scalars(live))
        assert len(kinds) == len(set(kinds))

    def books(self, session: Session, case: RecoveryCase) -> None:
        rows = session.execute(
            select(Posting.debit, Posting.credit, Posting.asset, Posting.amount).where(Posting.case_id == case.id)
        ).all()
        if case.closed_at is not None:
            assert unsettled((debit, credit, asset, amount) for debit, credit, asset, amount in rows) == {}
        assert (case.closed_at is not None) == (State(case.state) in WORKFLOWS[case.workflow].closed)

    def two_people_who_prepared_nothing(self, session: Session, case: RecoveryCase) -> None:
        released = select(Plan).join(PlanCase, PlanCase.plan_id == Plan.id)
        released = released.where(PlanCase.case_id == case.id, Plan.state.in_(("released", "recorded", "confirmed")))
        made = select(CaseEvent.actor_id).where(CaseEvent.case_id == case.id, CaseEvent.name.in_(MAKERS))
        for plan in session.scalars(released):
            approvers = set(session.scalars(select(SignOff.approver_id).where(SignOff.plan_id == plan.id)))
            assert len(approvers) == 2
            assert not approvers & set(session.scalars(made))
            assert case.depositor_id not in approvers

    def in_one_queue(self, case: RecoveryCase) -> None:
        queues = [queue for queue, states in QUEUES.items() if case.state in states]
        assert len(queues) == (0 if case.closed_at is not None else 1)

    def chain_is_not_blocked(self) -> None:
        """When the signer has nothing left to sign and nobody to bury, some recorded step can be mined."""
        with self.desk.database.reading() as session:
            refs = select(RecoveryCase.id).where(RecoveryCase.ref.in_(self.refs))
            waiting = session.scalar(
                select(func.count())
                .select_from(Plan)
                .join(PlanCase, PlanCase.plan_id == Plan.id)
                .where(Plan.state == "released", PlanCase.case_id.in_(refs))
            )
            plans = self.recorded(session)
            steps = {
                plan.id: session.scalar(select(func.count()).select_from(PlanStep).where(PlanStep.plan_id == plan.id))
                for plan, _ in plans
            }
        failed = any(False in self.chain.mined[plan.id] for plan, _ in plans)
        unmined = any(len(self.chain.mined[plan.id]) < (steps[plan.id] or 0) for plan, _ in plans)
        if unmined and not waiting and not failed:
            assert self.minable()


@pytest.mark.promise
def test_whatever_happens_in_whatever_order(desk: Desk) -> None:
    desk.person("brother", "depositor", account="acct-1")
    how = settings(
        max_examples=1000 if PROVE else 20,
        stateful_step_count=60 if PROVE else 30,
        derandomize=not PROVE,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: AnyOrder(desk), settings=how)
