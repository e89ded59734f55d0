"""Jobs around value that leaves: making unsigned plans, releasing them, watching them to finality."""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.catalogue import networks
from chains.errors import ChainError, NodeUnavailable, NoNode, Refused
from chains.evm.moves import balances, broadcast, mined_count, next_nonce, plan_refund, plan_sweep
from chains.types import Answer, Network, Node, Status, Transaction, UnsignedStep
from chains.verify import verify
from recovery.domain.actor import SYSTEM
from recovery.domain.settlement import deviations, step_from_json, steps_of
from recovery.errors import Conflict
from recovery.jobs.crash import crash_point
from recovery.jobs.work import Work
from recovery.models import CaseEvent, Plan, RecoveryCase
from recovery.queries.custody import our_wallet
from recovery.queries.facts import current_plan, open_claim
from recovery.services import evidence, plans
from recovery.services.quotes import accepted_quote
from recovery.services.transitions import advance, lock
from workflows.states import State

WATCH_SECONDS = 2.0
NONCE_USED_ELSEWHERE = "nonce_used_by_another_transaction"
"""A step that can never be mined any more: the sender's wallet was used past the plan. Only people can know how."""


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


def plan_a_sweep(work: Work) -> None:
    """Make the unsigned plan that brings the coins from the deposit address to the recovery wallet."""
    with work.database.reading() as session:
        case = work.case(session)
        due = _sweep_due(session, case) if case.state == State.PLANNING_SWEEP else None
    if due is None:
        with work.finishing():
            return
    crash_point("plan:before_ask")
    problem: str | None = None
    steps: tuple[UnsignedStep, ...] = ()
    try:
        nodes = work.nodes(due.network.slug)
        if balances(due.network, nodes, due.source, due.contract) < due.amount:
            problem = "coins_are_gone"
        else:
            steps = plan_sweep(
                due.network,
                nodes,
                contract=due.contract,
                amount=due.amount,
                source=due.source,
                gas_tank=due.tank,
                destination=due.destination,
            )
    except Refused as error:
        problem = error.code
    crash_point("plan:after_ask")
    with work.finishing() as session:
        case = work.case(session)
        lock(session, case)
        if case.state != State.PLANNING_SWEEP:
            return
        if problem is not None:
            advance(session, SYSTEM, case, "plan_failed", data={"problem": problem})
            return
        plans.draft(
            session,
            case,
            "sweep",
            due.network,
            steps,
            prepared_by=due.prepared_by,
            source=due.source,
            destination=due.destination,
            amount=due.amount,
        )


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
    )


def _preparer(session: Session, case: RecoveryCase) -> uuid.UUID:
    """Who asked for the sweep: the maker nobody may be when signing off."""
    return session.execute(
        select(CaseEvent.actor_id)
        .where(CaseEvent.case_id == case.id, CaseEvent.name == "prepare_sweep")
        .order_by(CaseEvent.seq.desc())
        .limit(1)
    ).scalar_one()


def plan_a_refund(work: Work) -> None:
    """Make the unsigned plan that pays the accepted net amount to the accepted destination."""
    with work.database.reading() as session:
        case = work.case(session)
        due = _refund_due(session, case) if case.state == State.SWEPT else None
    if due is None:
        with work.finishing():
            return
    crash_point("plan:before_ask")
    problem: str | None = None
    steps: tuple[UnsignedStep, ...] = ()
    try:
        steps = plan_refund(
            due.network,
            work.nodes(due.network.slug),
            contract=due.contract,
            amount=due.amount,
            source=due.source,
            destination=due.destination,
        )
    except Refused as error:
        problem = error.code
    crash_point("plan:after_ask")
    with work.finishing() as session:
        case = work.case(session)
        lock(session, case)
        if case.state != State.SWEPT:
            return
        if problem is not None:
            plans.freeze(session, case, "refund", {"plan": [problem]})
            return
        plans.draft(
            session,
            case,
            "refund",
            due.network,
            steps,
            prepared_by=due.prepared_by,
            source=due.source,
            destination=due.destination,
            amount=due.amount,
        )


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
    )


def _swept_to(session: Session, case: RecoveryCase) -> str:
    """The wallet the coins of this case went to, whichever the address book names now: no other case's coins pay."""
    sweep = current_plan(session, case.id, "sweep")
    if sweep is None or sweep.state != "confirmed":
        raise Conflict("plan_is_verified")
    return str(json.loads(sweep.payload)["destination"])


def release(work: Work) -> None:
    """When both teams have signed off: ask the chain for the next nonces and give the plan to the signer."""
    with work.database.reading() as session:
        case = work.case(session)
        plan = _plan_in(session, case, "drafted")
        ready = plan is not None and plans.fully_signed(session, plan)
        senders = {step.sender for step in steps_of(json.loads(plan.payload))} if plan and ready else set()
        network = networks()[plan.network] if plan else None
    if not senders or plan is None or network is None:
        with work.finishing():
            return
    crash_point("release:before_ask")
    nonces = {sender: next_nonce(network, work.nodes(network.slug), sender) for sender in sorted(senders)}
    crash_point("release:after_ask")
    with work.finishing() as session:
        plans.release(session, work.case(session), session.get_one(Plan, plan.id), nonces)


def _plan_in(session: Session, case: RecoveryCase, *states: str) -> Plan | None:
    kind = {
        State.SWEEP_SIGN_OFF: "sweep",
        State.SWEEPING: "sweep",
        State.REFUND_SIGN_OFF: "refund",
        State.PAYING: "refund",
    }.get(State(case.state))
    plan = current_plan(session, case.id, kind) if kind else None
    return plan if plan is not None and plan.state in states else None


@dataclass(frozen=True)
class Seen:
    """One step as the chain shows it now."""

    index: int
    tx: Transaction
    problems: tuple[str, ...]


def watch(work: Work) -> None:
    """Follow the recorded steps in order: send again what a node lost, wait for finality, compare with the plan."""
    with work.database.reading() as session:
        case = work.case(session)
        plan = _plan_in(session, case, "recorded")
        rows = (
            [(row.index, row.hash, row.signed, row.unsigned) for row in plans.plan_steps(session, plan)] if plan else []
        )
        network = networks()[plan.network] if plan else None
    if plan is None or network is None:
        with work.finishing():
            return
    nodes = work.nodes(network.slug)
    crash_point("watch:before_ask")
    seen: list[Seen] = []
    answers = []
    for index, hash, signed, unsigned in rows:
        reading = verify(network, str(hash), nodes)
        answers.append((str(hash), reading.answers))
        tx = reading.transaction
        problems = tuple(deviations(step_from_json(unsigned), tx)) if tx.final else ()
        seen.append(Seen(index, tx, problems))
        if tx.final and tx.status is Status.FAILED:
            continue  # what became of the steps after it decides whether the plan is dead
        if any(one.tx.status is Status.FAILED for one in seen):
            continue
        if tx.status in (Status.NOT_FOUND, Status.PENDING, Status.UNKNOWN) and tx.block is None:
            _send_again(network, nodes, str(signed))
            if tx.status is Status.NOT_FOUND and _overtaken(network, nodes, str(hash), step_from_json(unsigned)):
                seen[-1] = Seen(index, tx, (NONCE_USED_ELSEWHERE,))
                break
        if not tx.final or problems:
            break
    crash_point("watch:after_ask")
    with work.finishing() as session:
        _conclude_watch(session, work, plan.id, network, seen, len(rows), answers)


def _send_again(network: Network, nodes: tuple[Node, ...], signed: str) -> None:
    """The same bytes have the same effect however often they are sent; a refusal shows in the next look."""
    crash_point("watch:before_broadcast")
    with suppress(Refused, NodeUnavailable, NoNode):
        broadcast(network, nodes, signed)
    crash_point("watch:after_broadcast")


def _overtaken(network: Network, nodes: tuple[Node, ...], hash: str, step: UnsignedStep) -> bool:
    """Whether enough nodes say that the step's nonce is used up, and after that still do not know the step."""
    try:
        used = mined_count(network, nodes, step.sender) > int(step.nonce or 0)
    except ChainError:
        return False
    return used and verify(network, hash, nodes).transaction.status is Status.NOT_FOUND


def _conclude_watch(
    session: Session,
    work: Work,
    plan_id: uuid.UUID,
    network: Network,
    seen: list[Seen],
    steps: int,
    answers: list[tuple[str, tuple[Answer, ...]]],
) -> None:
    case = work.case(session)
    lock(session, case)
    plan = _plan_in(session, case, "recorded")
    if plan is None or plan.id != plan_id:
        return
    fees = {one.index: one.tx.fee.amount for one in seen if one.tx.final and one.tx.fee is not None}
    failed = next((one for one in seen if one.tx.final and one.tx.status is Status.FAILED), None)
    problems = {str(one.index): list(one.problems) for one in seen if one.problems}
    overtaken = any(NONCE_USED_ELSEWHERE in one.problems for one in seen)
    if not overtaken and not _is_settled(seen, failed, fees):
        work.again(session, WATCH_SECONDS)
        return
    for hash, said in answers:
        evidence.keep_answers(session, case, network.slug, hash, said, purpose=plan.kind)
    if failed is not None and all(one.tx.block is None for one in seen if one.index > failed.index):
        plans.bury(session, case, plan, failed.index, fees, network)
    elif problems:
        plans.freeze(session, case, plan.kind, problems)
    elif len(seen) == steps:
        plans.confirm(session, case, plan, fees, network)
    else:
        work.again(session, WATCH_SECONDS)


def _is_settled(seen: list[Seen], failed: Seen | None, fees: dict[int, int]) -> bool:
    """Whether the chain has said enough to conclude: finality and the cost of every step looked at; after a step that
    failed also, beyond doubt, whether the steps after it were mined."""
    due = seen if failed is None else [one for one in seen if one.index <= failed.index]
    after = [] if failed is None else [one.tx for one in seen if one.index > failed.index]
    known = all(tx.final or (tx.block is None and tx.status is not Status.UNKNOWN) for tx in after)
    return known and all(one.tx.final and one.index in fees for one in due)
