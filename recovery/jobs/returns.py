"""Jobs after a payment: is the refund still on the chain, did it come back; and is a stopped plan dead for certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from chains.attempts import Shown, is_another_movement, is_overtaken, look_at, some_unknown
from chains.catalogue import networks
from chains.sending import Attempt, Sending, Step
from chains.types import Network, Node, Status
from recovery.domain.settlement import together
from recovery.jobs.crash import crash_point
from recovery.jobs.planning import sender_for
from recovery.jobs.work import Work
from recovery.models import Plan, RecoveryCase
from recovery.queries.attempts import attempts_of, shown_overtaken
from recovery.queries.clock import database_now
from recovery.queries.facts import current_plan
from recovery.queries.plan_members import members
from recovery.services import evidence, plans, returns, settling
from recovery.services.settling import Ended
from recovery.services.transitions import lock, lock_all
from workflows.states import State

ON_HOLD = {State.SWEEP_ON_HOLD: "sweep", State.REFUND_ON_HOLD: "refund"}
LOOKS = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
"""When a paid refund is looked at again, from its completion on."""

WAITING_SECONDS = 600.0
"""How soon one is looked at again that was final and waits in no block now."""


def look_now(work: Work) -> None:
    """The same for a depositor who asks: at once, and once."""
    look(work, asked=True)


def look(work: Work, *, asked: bool = False) -> None:
    """Ask the nodes once more for a refund that was final, and the scan for coins that came back; then again later."""
    with work.database.reading() as session:
        case = work.case(session)
        steps = [(plan, attempts_of(session, row)) for plan, _, row in returns.paid_steps(session, case)]
        since = database_now(session) - case.closed_at if case.closed_at else timedelta()
        wait = timedelta() if asked else _until_due(work, since)
    if not steps or wait is None:
        with work.finishing():
            return
    if wait > timedelta():
        with work.finishing() as session:
            work.again(session, wait.total_seconds())
        return
    network = networks()[steps[0][0].network]
    crash_point("look:before_ask")
    found = [look_at(network, work.nodes(network.slug), attempts) for _, attempts in steps]
    crash_point("look:after_ask")
    with work.finishing() as session:
        case = work.case(session)
        lock(session, case)
        # While the signer may hold bytes nobody knows here, another attempt may have paid in its place: not gone then.
        gone = [
            str(one.attempt.hash)
            for (_, attempts), one in zip(steps, found, strict=True)
            if one.tx.status in (Status.NOT_FOUND, Status.FAILED) and not some_unknown(attempts)
        ]
        back = returns.bounced(session, case)
        if gone:
            for hash, said in (answer for one in found for answer in one.answers):
                evidence.keep_answers(session, case, network.slug, hash, said, purpose="refund")
            returns.unsettle(session, case, gone[0])
        elif back is not None:
            returns.bounce(session, case, back)
        elif any(one.tx.status is Status.PENDING for one in found):
            work.again(session, WAITING_SECONDS)
        elif not asked and (later := _next_look(work)) is not None:
            work.again(session, later.total_seconds(), data={"looks": int(work.data.get("looks", 0)) + 1})


def _until_due(work: Work, since: timedelta) -> timedelta | None:
    """How long until the next look is due; ``None`` after the last."""
    looks = int(work.data.get("looks", 0))
    return LOOKS[looks] - since if looks < len(LOOKS) else None


def _next_look(work: Work) -> timedelta | None:
    looks = int(work.data.get("looks", 0)) + 1
    return None if looks >= len(LOOKS) else LOOKS[looks] - LOOKS[looks - 1]


def bury(work: Work) -> None:
    """Whether a stopped plan is dead beyond doubt: a step of it needs what another final transaction used up, and no node
    knows it. Only then is its booking reversed and may another plan be made.
    """
    with work.database.reading() as session:
        case = work.case(session)
        plan = _stopped(session, case)
        rows = plans.plan_steps(session, plan) if plan is not None else []
        steps = [attempts_of(session, row) for row in rows]
        stopped = {one.part.place for one in members(session, plan) if one.case.state in ON_HOLD} if plan else set()
        known = shown_overtaken(session, case.id, plan.kind) if plan is not None else frozenset()
    if plan is None:
        with work.finishing():
            return
    network, nodes = networks()[plan.network], work.nodes(plan.network)
    crash_point("bury:before_ask")
    module = sender_for(network)
    seen = [
        Tried(index, look_at(network, nodes, attempts), _is_taken(module, network, nodes, attempts, index in known))
        for group in together([attempts[0].step for attempts in steps])
        if group.places & stopped
        for index, attempts in ((each, steps[each]) for each in group.steps)
    ]
    crash_point("bury:after_ask")
    with work.finishing() as session:
        now = _stopped(session, work.case(session))
        if now is None or now.id != plan.id:
            return
        open_ones = members(session, now)
        lock_all(session, [one.case for one in open_ones])
        ended = _ended(seen)
        settling.mark(session, now, ended)
        for one in open_ones:
            own = [tried for tried in seen if any(served.place == one.part.place for served in tried.step.serves)]
            if one.case.state in ON_HOLD and _is_dead(own):
                for tried in own:
                    for hash, said in tried.shown.answers:
                        evidence.keep_answers(session, one.case, network.slug, hash, said, purpose=now.kind)
                settling.bury(session, now, one, ended, network, move="bury")


def _is_taken(
    module: Sending, network: Network, nodes: tuple[Node, ...], attempts: Sequence[Attempt], known: bool
) -> bool:
    """Whether what the step needs was used up, and, of a refund, by something that is not the same payment under another hash.
    ``known``: nodes showed that once, when the case was stopped. They forget it, and may then not tell any more."""
    if not is_overtaken(module, network, nodes, attempts):
        return False
    if attempts[0].step.purpose != "refund":
        return True
    another = is_another_movement(module, network, nodes, attempts)
    return known if another is None else another


@dataclass(frozen=True)
class Tried:
    """A step of a stopped plan as the chain shows it now, and whether what it needs was used up by another transaction."""

    index: int
    shown: Shown
    overtaken: bool

    @property
    def step(self) -> Step:
        return self.shown.attempt.step


def _ended(seen: Sequence[Tried]) -> Ended:
    final = {one.index: one.shown.tx for one in seen if one.shown.tx.final}
    costs = {index: tx.fee.amount for index, tx in final.items() if tx.fee is not None}
    hashes = {one.index: str(one.shown.attempt.hash) for one in seen if one.index in final}
    return Ended(costs, frozenset(index for index, tx in final.items() if tx.status is Status.FAILED), hashes)


def _is_dead(own: Sequence[Tried]) -> bool:
    """One step can never be mined, none that moves the coins was, and what the others cost is known."""
    moved = any(
        one.shown.tx.final and one.shown.tx.status is Status.SUCCEEDED and one.step.purpose != "gas_top_up"
        for one in own
    )
    never = any(one.overtaken and one.shown.tx.status is Status.NOT_FOUND for one in own)
    return never and not moved and not any(one.shown.tx.final and one.shown.tx.fee is None for one in own)


def _stopped(session: Session, case: RecoveryCase) -> Plan | None:
    """The recorded plan of a case that is on hold."""
    kind = ON_HOLD.get(State(case.state))
    plan = current_plan(session, case.id, kind) if kind else None
    return plan if plan is not None and plan.state == "recorded" else None
