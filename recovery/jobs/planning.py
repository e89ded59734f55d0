"""Jobs that make unsigned plans: what must move is read, the chain is asked how, and the plan goes to the teams."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.catalogue import networks
from chains.errors import ArrivesShort, CostNotHeld, Refused, SentByHand
from chains.sending import Coins, Sending, Step, arrivals, sending
from chains.types import Network, Node
from recovery.domain.actor import SYSTEM
from recovery.domain.screening import Gate, Question
from recovery.errors import Conflict
from recovery.jobs import destinations, screening
from recovery.jobs.crash import crash_point
from recovery.jobs.work import Work
from recovery.models import CaseEvent, Claim, PlanStep, RecoveryCase
from recovery.queries.attempts import mined_hash, mined_step
from recovery.queries.custody import our_wallet
from recovery.queries.destinations import newest
from recovery.queries.facts import accepted_quote, current_plan, live_advance, open_claim
from recovery.queries.plan_members import part_of
from recovery.queries.sweeping import swept_together
from recovery.services import advances, plans, settling
from recovery.services.destinations import cooling_left, due_inquiry
from recovery.services.screening import questions
from recovery.services.transitions import advance, lock_all
from workflows.states import State

Steps = tuple[Step, ...]
Refusal = Callable[[Session, list[RecoveryCase], str], None]

GATES = {"sweep": Gate.SWEEP, "refund": Gate.PAY}
"""Which gate a plan of a kind stands before."""


@dataclass(frozen=True)
class Due:
    """What a plan must move, read before any node is asked. ``coins``, ``screened`` and, of a sweep, what is ``owed`` after
    it are in the order of ``cases``."""

    network: Network
    contract: str | None
    cases: tuple[uuid.UUID, ...]
    coins: tuple[Coins, ...]
    destination: str
    tank: str | None
    outpoints: tuple[str, ...]
    prepared_by: uuid.UUID
    screened: tuple[tuple[Question, ...], ...]
    owed: tuple[int, ...] = ()


def plan_a_sweep(work: Work) -> None:
    """Make the unsigned plan that brings the coins of a case, or of its whole batch, to the recovery wallet."""
    _plan(work, "sweep", State.PLANNING_SWEEP, _sweep_due, _sweep_steps, _no_sweep)


def plan_a_refund(work: Work) -> None:
    """Make the unsigned plan that pays the accepted net amount to the accepted destination.

    Whose depositor was paid in advance is paid nothing more: the coins pay the advance back.
    """
    with work.database.reading() as session:
        advanced = advances.was_paid(session, work.case(session))
    if advanced:
        with work.finishing() as session:
            case = work.case(session)
            lock_all(session, [case])
            if case.state == State.SWEPT:
                advances.repay(session, case)
        return
    _plan(work, "refund", State.SWEPT, _refund_due, _refund_steps, _no_refund)


def plan_an_advance(work: Work) -> None:
    """Make the unsigned plan that pays the same from the advance wallet, before the coins are collected."""
    _plan(work, "refund", State.PLANNING_ADVANCE, _advance_due, _refund_steps, _no_refund)


def sender_for(network: Network) -> Sending:
    """The functions that send on a network. Raises SentByHand where transfers are made by hand."""
    module = sending(network.family)
    if module is None:
        raise SentByHand(network.slug)
    return module


def coins_of(claim: Claim) -> Coins:
    """The claimed leg as coins that lie somewhere; an output by its own name."""
    kind, _, place = claim.position.partition(":")
    outpoint = f"{claim.hash}:{place}" if kind == "vout" else None
    return Coins(claim.recipient, claim.amount, outpoint)


def _plan(
    work: Work,
    kind: str,
    state: State,
    read: Callable[[Session, RecoveryCase], Due],
    ask: Callable[[Due, Sequence[Node]], Steps],
    refuse: Refusal,
) -> None:
    """Read what is due, ask the nodes how, and draft the plan, or say why there is none. Only in the state that asks."""
    lacking, rest, pays = None, 0.0, kind == "refund"
    with work.database.reading() as session:
        case = work.case(session)
        try:
            due = read(session, case) if case.state == state else None
        except Conflict as error:  # no wallet of ours is named, or the books owe something else: only people can help
            due, lacking = None, error.detail
        if due is not None and pays:
            doubt, rest = due_inquiry(session, case), cooling_left(session, case)
    if due is None or rest:
        with work.finishing() as session:
            if lacking is not None:
                _give_back(session, work, state, refuse, lacking)
            elif rest:
                work.again(session, rest)
        return
    crash_point("plan:before_ask")
    problem: str | None = None
    steps: Steps = ()
    try:
        steps = ask(due, work.nodes(due.network.slug))
    except Refused as error:
        problem = error.code
    told = destinations.ask(work, doubt) if pays else None
    asked = () if problem is not None else tuple(screening.ask(work, one) for one in due.screened)
    crash_point("plan:after_ask")
    with work.finishing() as session:
        cases = [session.get_one(RecoveryCase, case_id) for case_id in due.cases]
        lock_all(session, cases)
        if any(case.state != state for case in cases):
            _look_again(session, work, state)
            return
        if problem is not None:
            refuse(session, cases, problem)
            return
        gates = zip(cases, asked, strict=True)
        passed = [screening.passes(session, work, case, GATES[kind], said) for case, said in gates]
        if pays and all(passed) and not destinations.passes(session, work, cases[0], told, due.destination):
            return
        if all(passed):
            plans.draft(
                session, cases, kind, due.network, steps, prepared_by=due.prepared_by, destination=due.destination
            )
        elif len(cases) > 1:
            _look_again(session, work, state)


def _give_back(session: Session, work: Work, state: State, refuse: Refusal, problem: str) -> None:
    """The case goes back to people, if it still waits for its plan."""
    case = work.case(session)
    lock_all(session, [case])
    if case.state == state:
        refuse(session, [case], problem)


def _look_again(session: Session, work: Work, state: State) -> None:
    """Somebody of a batch went another way meanwhile: the others are planned without, if this case still waits for it."""
    if work.case(session).state == state:
        work.again(session, 1.0)


def _sweep_steps(due: Due, nodes: Sequence[Node]) -> Steps:
    """Raises Refused also where what arrives would not cover what is owed."""
    steps = sender_for(due.network).plan_sweep(
        due.network,
        nodes,
        contract=due.contract,
        coins=due.coins,
        destination=due.destination,
        gas_tank=due.tank,
    )
    arriving = arrivals(steps)
    if any(arriving[place] < owed for place, owed in enumerate(due.owed)):
        raise (ArrivesShort if due.contract else CostNotHeld)("less would arrive than is owed")
    return steps


def _refund_steps(due: Due, nodes: Sequence[Node]) -> Steps:
    (coins,) = due.coins
    return sender_for(due.network).plan_refund(
        due.network,
        nodes,
        contract=due.contract,
        amount=coins.amount,
        source=coins.source,
        destination=due.destination,
        outpoints=due.outpoints,
    )


def _no_sweep(session: Session, cases: list[RecoveryCase], problem: str) -> None:
    for case in cases:
        advance(session, SYSTEM, case, "plan_failed", data={"problem": problem})


def _no_refund(session: Session, cases: list[RecoveryCase], problem: str) -> None:
    settling.freeze(session, cases, "refund", {"plan": [problem]})


def _sweep_due(session: Session, case: RecoveryCase) -> Due:
    cases = swept_together(session, case)
    claims = [open_claim(session, one.id) for one in cases]
    held = [claim for claim in claims if claim is not None]
    if len(held) != len(cases):
        raise Conflict("leg_is_claimed")
    first = held[0]
    network = networks()[first.network]
    return Due(
        network=network,
        contract=first.contract,
        cases=tuple(one.id for one in cases),
        coins=tuple(coins_of(claim) for claim in held),
        destination=our_wallet(session, first.network, "recovery"),
        tank=our_wallet(session, first.network, "gas_tank") if network.family == "evm" else None,
        outpoints=(),
        prepared_by=_preparer(session, case),
        screened=tuple(questions(session, one) for one in cases),
        owed=tuple(plans.owed_after(session, one, plans.terms_of(session, one)[1]) for one in cases),
    )


def _preparer(session: Session, case: RecoveryCase) -> uuid.UUID:
    """Who asked for the sweep: the maker nobody may be when signing off."""
    return session.execute(
        select(CaseEvent.actor_id)
        .where(CaseEvent.case_id == case.id, CaseEvent.name == "prepare_sweep")
        .order_by(CaseEvent.seq.desc())
        .limit(1)
    ).scalar_one()


def _refund_due(session: Session, case: RecoveryCase) -> Due:
    claim, quote = open_claim(session, case.id), accepted_quote(session, case.id)
    to = newest(session, case.id)
    if claim is None or quote is None or to is None:
        raise Conflict("quote_is_accepted")
    plans.demand_owed(session, case, claim, quote)
    source, outpoints = _swept_to(session, case)
    return Due(
        network=networks()[claim.network],
        contract=claim.contract,
        cases=(case.id,),
        coins=(Coins(source, quote.net),),
        destination=to.address,
        tank=None,
        outpoints=outpoints,
        prepared_by=_preparer(session, case),
        screened=(questions(session, case),),
    )


def _advance_due(session: Session, case: RecoveryCase) -> Due:
    """As of a refund, from own funds; whoever proposed the advance counts as who prepared the plan."""
    claim, to, live = open_claim(session, case.id), newest(session, case.id), live_advance(session, case.id)
    if claim is None or to is None or live is None:
        raise Conflict("quote_is_accepted")
    return Due(
        network=networks()[claim.network],
        contract=claim.contract,
        cases=(case.id,),
        coins=(Coins(our_wallet(session, claim.network, "advance"), live.amount),),
        destination=to.address,
        tank=None,
        outpoints=(),
        prepared_by=live.proposed_by,
        screened=(questions(session, case),),
    )


def _swept_to(session: Session, case: RecoveryCase) -> tuple[str, tuple[str, ...]]:
    """The wallet the coins of this case went to, whichever the address book names now, and the outputs they lie in there:
    no other case's coins pay."""
    part, sweep = part_of(session, case.id, "sweep"), current_plan(session, case.id, "sweep")
    if part is None or sweep is None or part.state != "confirmed":
        raise Conflict("plan_is_verified")
    rows = session.scalars(select(PlanStep).where(PlanStep.plan_id == sweep.id).order_by(PlanStep.index))
    outpoints = tuple(
        f"{mined_hash(row)}:{one.position.partition(':')[2]}"
        for row in rows
        for one in mined_step(session, row).serves
        if one.place == part.place and one.position is not None
    )
    return str(json.loads(sweep.payload)["destination"]), outpoints
