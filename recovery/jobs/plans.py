"""Jobs around value that leaves: releasing approved plans to the signer, watching them to finality."""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.orm import Session

from chains.catalogue import networks
from chains.errors import ChainError, NodeUnavailable, NoNode, Refused
from chains.evm.moves import broadcast, mined_count, next_nonce
from chains.types import Answer, Network, Node, Status, Transaction, UnsignedStep
from chains.verify import verify
from recovery.domain.settlement import deviations, step_from_json, steps_of
from recovery.jobs import screening
from recovery.jobs.crash import crash_point
from recovery.jobs.planning import GATES
from recovery.jobs.work import Work
from recovery.models import Plan, RecoveryCase
from recovery.queries.facts import current_plan
from recovery.services import evidence, plans
from recovery.services.screening import not_clear, questions
from recovery.services.sign_offs import fully_signed
from recovery.services.transitions import lock
from workflows.states import State

WATCH_SECONDS = 2.0
NONCE_USED_ELSEWHERE = "nonce_used_by_another_transaction"
"""A step that can never be mined any more: the sender's wallet was used past the plan. Only people can know how."""


def release(work: Work) -> None:
    """When both teams have signed off: screen again where that is not fresh, ask the chain for the next nonces, and give the
    plan to the signer."""
    with work.database.reading() as session:
        case = work.case(session)
        plan = _plan_in(session, case, "drafted")
        ready = plan is not None and fully_signed(session, plan)
        senders = {step.sender for step in steps_of(json.loads(plan.payload))} if plan and ready else set()
        network = networks()[plan.network] if plan else None
        unclear = not_clear(session, case, questions(session, case)) if senders else ()
    if not senders or plan is None or network is None:
        with work.finishing():
            return
    crash_point("release:before_ask")
    nonces = {sender: next_nonce(network, work.nodes(network.slug), sender) for sender in sorted(senders)}
    asked = screening.ask(work, unclear)
    crash_point("release:after_ask")
    with work.finishing() as session:
        case = work.case(session)
        lock(session, case)
        if _plan_in(session, case, "drafted") is None:
            return
        if screening.passes(session, work, case, GATES[plan.kind], asked):
            plans.release(session, case, session.get_one(Plan, plan.id), nonces)


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
