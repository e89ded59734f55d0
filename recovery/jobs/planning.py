"""Jobs that make unsigned plans: what must move is read, the chain is asked how, and the plan goes to the two teams."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.catalogue import networks
from chains.errors import Refused
from chains.evm.moves import balances, plan_refund, plan_sweep
from chains.types import Network, Node, UnsignedStep
from recovery.domain.actor import SYSTEM
from recovery.domain.screening import Gate, Question
from recovery.errors import Conflict
from recovery.jobs import screening
from recovery.jobs.crash import crash_point
from recovery.jobs.work import Work
from recovery.models import CaseEvent, RecoveryCase
from recovery.queries.custody import our_wallet
from recovery.queries.facts import current_plan, live_advance, open_claim
from recovery.services import advances, plans
from recovery.services.quotes import accepted_quote
from recovery.services.screening import questions
from recovery.services.transitions import advance, lock
from workflows.states import State

Steps = tuple[UnsignedStep, ...]


SENT_BY_MACHINE = frozenset({"evm"})
"""Families whose signed transactions this program takes apart again, sends and watches. On the others a wallet team sends
what ``recovery plan`` writes."""


GATES = {"sweep": Gate.SWEEP, "refund": Gate.PAY}
"""Which gate a plan of a kind stands before."""


class SentByHand(Refused):
    """The network's transfers are not sent by this program."""

    code = "sent_by_hand"


class CoinsAreGone(Refused):
    """The address holds less than what is to be swept."""

    code = "coins_are_gone"


@dataclass(frozen=True)
class Due:
    """What a plan must move, read before any node is asked."""

    network: Network
    contract: str | None
    amount: int
    source: str
    destination: str
    tank: str
    prepared_by: uuid.UUID
    questions: tuple[Question, ...]


def plan_a_sweep(work: Work) -> None:
    """Make the unsigned plan that brings the coins from the deposit address to the recovery wallet."""
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
            lock(session, case)
            if case.state == State.SWEPT:
                advances.repay(session, case)
        return
    _plan(work, "refund", State.SWEPT, _refund_due, _refund_steps, _no_refund)


def plan_an_advance(work: Work) -> None:
    """Make the unsigned plan that pays the same from the advance wallet, before the coins are collected."""
    _plan(work, "refund", State.PLANNING_ADVANCE, _advance_due, _refund_steps, _no_refund)


def _plan(
    work: Work,
    kind: str,
    state: State,
    read: Callable[[Session, RecoveryCase], Due],
    ask: Callable[[Due, Sequence[Node]], Steps],
    refuse: Callable[[Session, RecoveryCase, str], None],
) -> None:
    """Read what is due, ask the nodes how, and draft the plan, or say why there is none. Only in the state that asks."""
    with work.database.reading() as session:
        case = work.case(session)
        due = read(session, case) if case.state == state else None
    if due is None:
        with work.finishing():
            return
    crash_point("plan:before_ask")
    problem: str | None = None
    steps: Steps = ()
    try:
        if due.network.family not in SENT_BY_MACHINE:
            raise SentByHand(due.network.slug)
        steps = ask(due, work.nodes(due.network.slug))
    except Refused as error:
        problem = error.code
    asked = None if problem is not None else screening.ask(work, due.questions)
    crash_point("plan:after_ask")
    with work.finishing() as session:
        case = work.case(session)
        lock(session, case)
        if case.state != state:
            return
        if problem is not None:
            refuse(session, case, problem)
            return
        if asked is not None and not screening.passes(session, work, case, GATES[kind], asked):
            return
        plans.draft(
            session,
            case,
            kind,
            due.network,
            steps,
            prepared_by=due.prepared_by,
            source=due.source,
            destination=due.destination,
            amount=due.amount,
        )


def _sweep_steps(due: Due, nodes: Sequence[Node]) -> Steps:
    if balances(due.network, nodes, due.source, due.contract) < due.amount:
        raise CoinsAreGone("the address holds less than the amount")
    return plan_sweep(
        due.network,
        nodes,
        contract=due.contract,
        amount=due.amount,
        source=due.source,
        gas_tank=due.tank,
        destination=due.destination,
    )


def _refund_steps(due: Due, nodes: Sequence[Node]) -> Steps:
    return plan_refund(
        due.network,
        nodes,
        contract=due.contract,
        amount=due.amount,
        source=due.source,
        destination=due.destination,
    )


def _no_sweep(session: Session, case: RecoveryCase, problem: str) -> None:
    advance(session, SYSTEM, case, "plan_failed", data={"problem": problem})


def _no_refund(session: Session, case: RecoveryCase, problem: str) -> None:
    plans.freeze(session, case, "refund", {"plan": [problem]})


def _sweep_due(session: Session, case: RecoveryCase) -> Due:
    claim = open_claim(session, case.id)
    if claim is None:
        raise Conflict("leg_is_claimed")
    return Due(
        network=networks()[claim.network],
        contract=claim.contract,
        amount=claim.amount,
        source=claim.recipient,
        destination=our_wallet(session, claim.network, "recovery"),
        tank=our_wallet(session, claim.network, "gas_tank"),
        prepared_by=_preparer(session, case),
        questions=questions(session, case),
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
    if claim is None or quote is None or quote.destination is None:
        raise Conflict("quote_is_accepted")
    return Due(
        network=networks()[claim.network],
        contract=claim.contract,
        amount=quote.net,
        source=_swept_to(session, case),
        destination=quote.destination,
        tank="",
        prepared_by=_preparer(session, case),
        questions=questions(session, case),
    )


def _advance_due(session: Session, case: RecoveryCase) -> Due:
    """As of a refund, from own funds; whoever proposed the advance counts as who prepared the plan."""
    claim, quote, live = open_claim(session, case.id), accepted_quote(session, case.id), live_advance(session, case.id)
    if claim is None or quote is None or quote.destination is None or live is None:
        raise Conflict("quote_is_accepted")
    return Due(
        network=networks()[claim.network],
        contract=claim.contract,
        amount=live.amount,
        source=our_wallet(session, claim.network, "advance"),
        destination=quote.destination,
        tank="",
        prepared_by=live.proposed_by,
        questions=questions(session, case),
    )


def _swept_to(session: Session, case: RecoveryCase) -> str:
    """The wallet the coins of this case went to, whichever the address book names now: no other case's coins pay."""
    sweep = current_plan(session, case.id, "sweep")
    if sweep is None or sweep.state != "confirmed":
        raise Conflict("plan_is_verified")
    return str(json.loads(sweep.payload)["destination"])
