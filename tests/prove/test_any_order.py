"""A machine that does anything in any order: depositors, staff, workers, the signer and a chain that fails now and then.

After every step everything that must always be true is checked. Some hundred steps by default, from a fixed seed (the
generator also draws from constants of the modules that are loaded, so a run alone and one within the whole suite may
differ); with ``RECOVERY_PROVE=1`` very many, and others each time.
"""

from __future__ import annotations

import os
import secrets
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from chains.sending import Step
from chains.types import Status
from recovery.domain.actor import SYSTEM
from recovery.errors import RecoveryError
from recovery.models import (
    Claim,
    Dispute,
    DisputeParty,
    Plan,
    PlanCase,
    PlanStep,
    Quote,
    RecoveryCase,
)
from recovery.schemas.moves import SCHEMAS
from recovery.services import disputes, parking
from recovery.services.transitions import FORMS, advance, lock
from tests.prove.facts import CaseFact, read_cases
from tests.prove.truths import wrong
from tests.recovery.desk import (
    DEPOSIT,
    LISTED,
    OUTSIDE,
    STAFF,
    TANK,
    WALLET,
    Desk,
    find,
    new_hash,
    seen,
    sign,
    transfer,
)
from tests.recovery.rivals import claim_or_dispute
from workflows.disputes import SETTLES
from workflows.states import State
from workflows.tables import WORKFLOWS

PROVE = os.environ.get("RECOVERY_PROVE") == "1"
SEED = int(os.environ.get("RECOVERY_SEED") or (secrets.randbelow(10**9) if PROVE else 1))
TRIED: Counter[str] = Counter()
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
        self.desk, self.chain = desk, Chain()
        self.refs: list[str] = []
        self.checked: dict[str, int] = {}
        self.stood: dict[str, tuple[list[Any], list[Any]]] = {}
        TRIED["stateful runs"] += 1
        self.hashes = [new_hash() for _ in range(3)]
        start = desk.fresh_nonce() * 1000
        self.chain.next_nonce = dict.fromkeys((TANK, DEPOSIT, WALLET), start)

    def attempt(self, act: Callable[[], object]) -> bool:
        """Do it, or be refused in our own words; anything else is a fault."""
        try:
            act()
        except RecoveryError:
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

    def move(self, who: str, ref: str, name: str, *, key: str | None = None) -> None:
        """A move with what its form would hold, read as the edges read it: a form none of this fits fails here."""
        kind = "refund" if "refund" in name else "sweep"
        plan = self.desk.plan(ref, kind)
        known: dict[str, Any] = {
            "digest": plan.digest if plan else "0" * 64,
            "quote_digest": self.desk.quote_digest(ref) or "0" * 64,
            "destination": OUTSIDE,
            "reason": "because",
            "question": "Which?",
            "answer": "That.",
            "finding": "upheld",
            "reference": self.hashes[0],
        }
        form = SCHEMAS[FORMS.get(name, "none")]()
        data = form.load({field: value for field, value in known.items() if field in form.fields})
        self.desk.move(who, ref, name, key=key, **data)

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

    @rule(which=ANY, steps=st.integers(1, 2), after=st.integers(0, 40), luck=ANY)
    def die_on_the_way(self, which: int, steps: int, after: int, luck: int) -> None:
        """What usually happens next is cut short before any statement, and happens again later or never."""
        with cut(self.desk, after):
            self.onward(which, steps, luck)

    @rule(which=ANY, who=st.sampled_from(PEOPLE))
    def record_what_was_not_approved(self, which: int, who: str) -> None:
        """Bytes that differ from the plan, or by somebody who has no business with them."""
        ref = self.pick(which)
        kind = {"sweeping": "sweep", "paying": "refund"}.get(self.desk.state(ref))
        plan = self.desk.plan(ref, kind) if kind else None
        if plan is not None:
            steps = self.desk.steps(plan)
            assert not self.attempt(lambda: self.desk.record(plan, [sign(one, gas=60_001) for one in steps]))
            if not {"signer", "wallet"} & self.desk[who].roles:
                assert not self.attempt(lambda: self.desk.record(plan, by=who))

    @rule(which=ANY, one=ANY, who=ANY)
    def twice_the_same_request(self, which: int, one: int, who: int) -> None:
        """A form sent twice with one key does what it does once."""
        ref = self.pick(which)
        case = self.desk.case(ref)
        rows = [row for row in WORKFLOWS[case.workflow].leaving(State(case.state)) if row.by != ("system",)]
        able = [row for row in rows if row.target != State.WITHDRAWN]
        if able:
            row = able[one % len(able)]
            people = [name for name in PEOPLE if self.desk[name].roles & set(row.by)]
            by, key = people[who % len(people)], str(uuid.uuid4())
            if self.attempt(lambda: self.move(by, ref, row.name, key=key)):
                version = self.desk.case(ref).version
                self.attempt(lambda: self.move(by, ref, row.name, key=key))
                assert self.desk.case(ref).version == version

    @invariant()
    def everything_that_must_be_true(self) -> None:
        with self.desk.database.reading() as session:
            cases = list(session.scalars(select(RecoveryCase).where(RecoveryCase.ref.in_(self.refs))))
            self.one_holder_of_each_leg(session)
            self.disputes_are_whole(session, cases)
            self.no_more_paid_than_recovered(session)
            changed = [case.ref for case in cases if self.checked.get(case.ref) != case.version]
            facts = read_cases(session, changed)
        assert len(cases) == len(self.refs), "a case is lost"
        problems = [*wrong(facts), *self.rewritten(facts)]
        assert not problems, problems
        self.checked |= {case.row.ref: case.row.version for case in facts}
        self.chain_is_not_blocked()
        TRIED["stateful steps"] += 1

    def rewritten(self, cases: Sequence[CaseFact]) -> Iterator[str]:
        """R10: what stood in a history or in the books stands there for ever."""
        for case in cases:
            stands = ([event.hash for event in case.events], [(row.id, row.amount, row.debit) for row in case.postings])
            for before, now in zip(self.stood.get(case.row.ref, ([], [])), stands, strict=True):
                if now[: len(before)] != before:
                    yield f"{case.row.ref}: what was written was changed"
            self.stood[case.row.ref] = stands

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
                assert case.state in (
                    "sweeping",
                    "paying",
                    "crediting",
                    "credit_on_hold",
                    "sweep_on_hold",
                    "refund_on_hold",
                    "completed",
                )

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


class Cut(BaseException):
    """The process died here: what was not committed never happened."""


@contextmanager
def cut(desk: Desk, after: int) -> Iterator[None]:
    """Die before one of the next statements; before a commit is the same to everybody else."""
    left = [after]

    def die(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Cut

    event.listen(desk.database.engine, "before_cursor_execute", die)
    try:
        yield
    except Cut:
        TRIED["cut short between two statements"] += 1
    finally:
        event.remove(desk.database.engine, "before_cursor_execute", die)


@pytest.mark.promise
def test_whatever_happens_in_whatever_order(desk: Desk, record_property: Callable[[str, Any], None]) -> None:
    how = settings(
        max_examples=1000 if PROVE else 20,
        stateful_step_count=60 if PROVE else 30,
        derandomize=not PROVE,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )

    def machine() -> AnyOrder:
        return AnyOrder(desk)

    TRIED.clear()
    try:
        run_state_machine_as_test(seed(SEED)(machine) if PROVE else machine, settings=how)
    finally:
        for what, number in TRIED.items():
            record_property(f"prove.{what}", number)
        record_property("prove.seeds", f"stateful: {SEED if PROVE else 'the fixed seed'}")
