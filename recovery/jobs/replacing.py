"""The job that looks whether a recorded plan is stuck, and makes dearer replacements of the steps that are."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.attempts import look_at, some_unknown
from chains.catalogue import networks
from chains.errors import Refused
from chains.sending import Attempt, Sending, Step
from chains.types import Network, Node, Status
from recovery.jobs.crash import crash_point
from recovery.jobs.planning import sender_for
from recovery.jobs.work import Work
from recovery.models import CaseEvent, Plan, RecoveryCase
from recovery.queries.attempts import attempts_of
from recovery.queries.facts import current_plan
from recovery.queries.holds import payouts_are_held
from recovery.queries.plan_members import members
from recovery.services import plans
from recovery.services.holds import HELD_SECONDS
from recovery.services.replacements import MOST_DEARER, answer
from recovery.services.transitions import lock_all
from workflows.states import State

NOT_STUCK = "step_not_stuck"
SIGNER_HAS_ONE = "replacement_at_signer"
TOO_DEAR = "replacement_too_dear"

Attempts = dict[int, tuple[Attempt, ...]]


@dataclass
class Found:
    """Replacements and refusals by the index of the step."""

    made: dict[int, Step] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def replace(work: Work) -> None:
    """Ask the nodes which recorded steps are surely in no block, and how much more it takes to get them there."""
    with work.database.reading() as session:
        plan = _out(session, work.case(session))
        attempts = _attempts(session, plan) if plan is not None else {}
        asked_by = _asker(session, work.case(session), plan) if plan is not None else None
        held = payouts_are_held(session)
    if plan is None or asked_by is None:
        with work.finishing():
            return
    if held:
        with work.finishing() as session:
            work.again(session, HELD_SECONDS)
        return
    network = networks()[plan.network]
    crash_point("replace:before_ask")
    found = _ask(network, work.nodes(plan.network), attempts)
    crash_point("replace:after_ask")
    with work.finishing() as session:
        still = _out(session, work.case(session))
        if still is None or still.id != plan.id:
            return
        lock_all(session, [one.case for one in members(session, still)])
        session.refresh(still, with_for_update=True)
        if still.state != "recorded" or work.case(session).state not in _KINDS:
            return
        if _attempts(session, still) != attempts:
            work.again(session, 1.0)  # somebody handed in bytes meanwhile: what was asked is old
            return
        answer(session, still, asked_by, found.made, found.refused)


_KINDS = {State.SWEEPING: "sweep", State.PAYING: "refund"}


def _out(session: Session, case: RecoveryCase) -> Plan | None:
    """The recorded plan that is under way for the case."""
    kind = _KINDS.get(State(case.state))
    plan = current_plan(session, case.id, kind) if kind else None
    return plan if plan is not None and plan.state == "recorded" else None


def _attempts(session: Session, plan: Plan) -> Attempts:
    return {row.index: attempts_of(session, row) for row in plans.plan_steps(session, plan)}


def _asker(session: Session, case: RecoveryCase, plan: Plan) -> uuid.UUID | None:
    """Who asked for a higher fee last."""
    return session.scalars(
        select(CaseEvent.actor_id)
        .where(CaseEvent.case_id == case.id, CaseEvent.name == f"raise_fee_{plan.kind}")
        .order_by(CaseEvent.seq.desc())
        .limit(1)
    ).first()


def _ask(network: Network, nodes: tuple[Node, ...], attempts: Attempts) -> Found:
    """Every step whose turn it is, and which is surely in no block, gets a replacement or the reason why not."""
    module, found = sender_for(network), Found()
    waiting: set[int] = set()
    for index, tries in sorted(attempts.items()):
        places = {served.place for served in tries[0].step.serves}
        if places & waiting:
            continue  # what stands before it is not done
        tx = look_at(network, nodes, tries).tx
        if tx.final and tx.status is Status.SUCCEEDED:
            continue
        waiting |= places
        if tx.block is not None or tx.status not in (Status.NOT_FOUND, Status.PENDING):
            found.refused[index] = NOT_STUCK
            continue
        _replace(module, network, nodes, index, tries, found)
    return found


def _replace(
    module: Sending, network: Network, nodes: Sequence[Node], index: int, tries: Sequence[Attempt], found: Found
) -> None:
    if some_unknown(tries):
        found.refused[index] = SIGNER_HAS_ONE
        return
    try:
        step = module.replacement(network, nodes, tries[-1].step)
    except Refused as error:
        found.refused[index] = error.code
        return
    if step.highest_cost > MOST_DEARER * tries[0].step.highest_cost:
        found.refused[index] = TOO_DEAR
    else:
        found.made[index] = step
