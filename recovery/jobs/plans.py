"""Jobs around approved plans: released with nonces once signed off, then watched on the chain to finality.

Every job works for a whole plan; of several cases the first one's job does, and those of the others end at once.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import repeat

from sqlalchemy.orm import Session

from chains.attempts import Shown, is_another_movement, is_overtaken, look_at, some_unknown
from chains.catalogue import networks
from chains.errors import NodeUnavailable, NoNode, Refused
from chains.sending import Attempt, Sending, Step
from chains.types import Answer, Network, Node, Status, Transaction
from recovery.domain.settlement import steps_of, together
from recovery.jobs import destinations, screening
from recovery.jobs.crash import crash_point
from recovery.jobs.planning import GATES, sender_for
from recovery.jobs.work import Work
from recovery.models import Plan, RecoveryCase
from recovery.queries.attempts import OVERTAKEN, attempts_of
from recovery.queries.facts import current_plan
from recovery.queries.holds import payouts_are_held
from recovery.queries.plan_members import Member, leads, members
from recovery.services import evidence, outflows, plans, settling
from recovery.services.destinations import due_inquiry
from recovery.services.holds import HELD_SECONDS
from recovery.services.screening import not_clear, questions
from recovery.services.settling import Ended
from recovery.services.sign_offs import fully_signed
from recovery.services.transitions import add_job, lock_all
from workflows.states import State

WATCH_SECONDS = 5.0
LOOK_SECONDS = 20.0
"""How long one look at a plan asks; what there was no time for comes first in the next one."""


def release(work: Work) -> None:
    """When the teams have signed off: screen again where that is not fresh, ask the chain for the next nonces, and give the
    plan to the signer."""
    with work.database.reading() as session:
        plan = _plan_led(session, work.case(session), "drafted")
        ready = plan is not None and fully_signed(session, plan)
        steps = steps_of(json.loads(plan.payload)) if plan is not None and ready else ()
        network = networks()[plan.network] if plan else None
        cases = [one.case for one in members(session, plan)] if plan and ready else []
        unclear = [not_clear(session, case, questions(session, case)) for case in cases]
        held = payouts_are_held(session)
        pays = plan is not None and plan.kind == "refund"
        doubts = [due_inquiry(session, case) for case in cases] if pays else []
    if not steps or plan is None or network is None:
        with work.finishing():
            return
    if held:
        with work.finishing() as session:
            work.again(session, HELD_SECONDS)
        return
    crash_point("release:before_ask")
    nonces = _next_nonces(network, work.nodes(network.slug), steps)
    asked = [screening.ask(work, one) for one in unclear]
    told = [destinations.ask(work, one) for one in doubts]
    crash_point("release:after_ask")
    with work.finishing() as session:
        cases = [session.get_one(RecoveryCase, case.id) for case in cases]
        lock_all(session, cases)
        if payouts_are_held(session):
            work.again(session, HELD_SECONDS)
            return
        plan = _plan_led(session, work.case(session), "drafted")
        if plan is None or {one.case.id for one in members(session, plan)} != {case.id for case in cases}:
            return
        gate = GATES[plan.kind]
        passed = [screening.passes(session, work, *one) for one in zip(cases, repeat(gate), asked)]
        to = str(json.loads(plan.payload)["destination"])
        if all(passed) and all(destinations.passes(session, work, *one, to) for one in zip(cases, told, strict=pays)):
            plans.release(session, plan, nonces)


def _next_nonces(network: Network, nodes: Sequence[Node], steps: Sequence[Step]) -> dict[str, int]:
    """What the chain expects next of each sender, where senders have rows."""
    module = sender_for(network)
    said = {sender: module.next_nonce(network, nodes, sender) for sender in sorted({step.sender for step in steps})}
    return {sender: nonce for sender, nonce in said.items() if nonce is not None}


def _plan_led(session: Session, case: RecoveryCase, *states: str) -> Plan | None:
    """The plan the case's state is about, when it is in one of ``states`` and this case works for it."""
    kind = {
        State.SWEEP_SIGN_OFF: "sweep",
        State.SWEEPING: "sweep",
        State.REFUND_SIGN_OFF: "refund",
        State.PAYING: "refund",
    }.get(State(case.state))
    plan = current_plan(session, case.id, kind) if kind else None
    return plan if plan is not None and plan.state in states and leads(session, plan, case) else None


@dataclass(frozen=True)
class Seen:
    """One step as the chain shows it now; ``tx`` is ``None`` while it was not looked for, because it cannot be there yet.

    ``hash`` and ``step`` are those of the attempt that was found; ``unknown`` says that bytes may be out that are not known here,
    ``overtaken`` that what the step needs was used up past the plan.
    """

    index: int
    step: Step
    tx: Transaction | None
    problems: tuple[str, ...] = ()
    hash: str | None = None
    unknown: bool = False
    overtaken: bool = False

    @property
    def final(self) -> bool:
        return self.tx is not None and self.tx.final

    @property
    def failed(self) -> bool:
        return self.tx is not None and self.tx.final and self.tx.status is Status.FAILED

    @property
    def done(self) -> bool:
        """Final, exactly as approved, and its cost is known."""
        return self.final and not self.failed and not self.problems and self.tx is not None and self.tx.fee is not None

    @property
    def surely_unmined(self) -> bool:
        """Whether the nodes know that the step is in no block."""
        shown = self.tx is not None and self.tx.block is None and self.tx.status is not Status.UNKNOWN
        return shown and not self.unknown


def watch(work: Work) -> None:
    """Follow the recorded steps: send again what a node lost, wait for finality, compare with the plan."""
    with work.database.reading() as session:
        plan = _plan_led(session, work.case(session), "recorded")
        steps = [attempts_of(session, row) for row in plans.plan_steps(session, plan)] if plan else []
        followed = {one.part.place for one in _followed(session, plan, work.case(session))} if plan else set()
        network = networks()[plan.network] if plan else None
        held = payouts_are_held(session)
    if plan is None or network is None:
        with work.finishing():
            return
    crash_point("watch:before_ask")
    look = _look_around(network, work.nodes(network.slug), steps, followed, int(work.data.get("next", 0)), held=held)
    crash_point("watch:after_ask")
    with work.finishing() as session:
        _conclude_watch(session, work, plan.id, network, look)


def _followed(session: Session, plan: Plan, case: RecoveryCase) -> list[Member]:
    """The open cases of a plan that stand where this one stands: not those that were stopped."""
    return [one for one in members(session, plan) if one.case.state == case.state]


@dataclass(frozen=True)
class Look:
    """The steps that were looked at, with the nodes' verbatim answers; ``next`` is the step another look begins with."""

    seen: Sequence[Seen]
    answers: Sequence[tuple[str, tuple[Answer, ...]]]
    next: int


def _look_around(
    network: Network,
    nodes: tuple[Node, ...],
    steps: Sequence[Sequence[Attempt]],
    followed: Collection[int],
    first: int,
    *,
    held: bool,
) -> Look:
    """Look at what decides the cases at the ``followed`` places, from step ``first`` on and around, while there is time.

    A plan of many cases has more steps than slow nodes tell of before a worker's time is over.
    """
    groups = [one for one in together([attempts[0].step for attempts in steps]) if one.places & set(followed)]
    groups = sorted(groups, key=lambda one: (one.steps[0] < first, one.steps[0]))
    seen: list[Seen] = []
    answers: list[tuple[str, tuple[Answer, ...]]] = []
    until = time.monotonic() + LOOK_SECONDS
    for group in groups:
        if seen and time.monotonic() > until:
            return Look(seen, answers, group.steps[0])
        for index in group.steps:
            step = steps[index][0].step
            before = [one for one in seen if _same_coins(one.step, step)]
            if not all(one.done or one.failed for one in before):
                seen.append(Seen(index, step, None))
                continue
            shown = look_at(network, nodes, steps[index])
            answers += shown.answers
            may_send = not held and not any(one.failed for one in before)
            seen.append(_look(network, nodes, _seen(index, shown, steps[index]), steps[index], may_send=may_send))
    return Look(seen, answers, 0)


def _same_coins(one: Step, other: Step) -> bool:
    """Whether two steps serve the same coins, so that the later one needs the earlier."""
    return bool({served.place for served in one.serves} & {served.place for served in other.serves})


def _seen(index: int, shown: Shown, attempts: Sequence[Attempt]) -> Seen:
    """The attempt the chain shows stands for the step."""
    return Seen(index, shown.attempt.step, shown.tx, hash=str(shown.attempt.hash), unknown=some_unknown(attempts))


def _look(
    network: Network, nodes: tuple[Node, ...], seen: Seen, attempts: Sequence[Attempt], *, may_send: bool
) -> Seen:
    """The step compared with what the chain shows; where it is in no block its newest bytes, the dearest, are sent again."""
    tx, module = seen.tx, sender_for(network)
    assert tx is not None, "only steps that were looked for"
    if tx.final and tx.status is not Status.FAILED:
        return replace(seen, problems=tuple(module.deviations(seen.step, tx)))
    waiting = tx.status in (Status.NOT_FOUND, Status.PENDING, Status.UNKNOWN) and tx.block is None
    if waiting and may_send:
        _send_again(module, network, nodes, [one.raw for one in attempts if one.raw is not None][-1])
        if tx.status is Status.NOT_FOUND and _overtaken(module, network, nodes, attempts):
            # A refund is stopped only once another payment is shown: one that stopped may be proven dead and be paid again.
            sure = seen.step.purpose != "refund" or is_another_movement(module, network, nodes, attempts) is True
            return replace(seen, overtaken=True, problems=(OVERTAKEN,) if sure else ())
    return seen


def _send_again(module: Sending, network: Network, nodes: tuple[Node, ...], signed: str) -> None:
    """The same bytes have the same effect however often they are sent; a refusal shows in the next look."""
    crash_point("watch:before_broadcast")
    with suppress(Refused, NodeUnavailable, NoNode):
        module.broadcast(network, nodes, signed)
    crash_point("watch:after_broadcast")


def _overtaken(module: Sending, network: Network, nodes: tuple[Node, ...], attempts: Sequence[Attempt]) -> bool:
    """Whether what the step needs is used up for good, and after that enough nodes still know no attempt at it."""
    used = is_overtaken(module, network, nodes, attempts)
    return used and look_at(network, nodes, attempts).tx.status is Status.NOT_FOUND


def _conclude_watch(session: Session, work: Work, plan_id: uuid.UUID, network: Network, look: Look) -> None:
    case, seen = work.case(session), look.seen
    plan = _plan_led(session, case, "recorded")
    if plan is None or plan.id != plan_id:
        return
    lock_all(session, [one.case for one in members(session, plan)])
    plan = _plan_led(session, case, "recorded")
    if plan is None:
        return
    open_ones = _followed(session, plan, case)
    for shown in seen:
        if shown.overtaken:
            outflows.taken_past(session, network.slug, shown.step, str(shown.hash))
    concluded = {one.part.place: _word(seen, one.part.place) for one in open_ones}
    if all(word is None for word in concluded.values()):
        work.again(session, WATCH_SECONDS, data={"next": look.next})
        return
    for hash, said in look.answers:
        evidence.keep_answers(session, case, network.slug, hash, said, purpose=plan.kind)
    ended = _ended(seen)
    settling.mark(session, plan, ended)
    for one in open_ones:
        word = concluded[one.part.place]
        if word == "done":
            settling.confirm(session, plan, one, ended, network)
        elif word == "failed":
            settling.bury(session, plan, one, ended, network)
        elif word is not None:
            settling.freeze(session, [one.case], plan.kind, _problems(seen, one.part.place))
    _hand_over(session, plan, {place for place, word in concluded.items() if word is None}, look.next)


def _word(seen: Sequence[Seen], place: int) -> str | None:
    """What the chain says of one case's coins: done, failed, differs, or nothing that would hold yet or was looked at."""
    own = [one for one in seen if any(served.place == place for served in one.step.serves)]
    if not own:
        return None
    if any(one.problems for one in own):
        return "differs"
    if all(one.done for one in own):
        return "done"
    failed = next(
        (at for at, one in enumerate(own) if one.failed and one.tx is not None and one.tx.fee is not None), None
    )
    if failed is None:
        return None
    before, after = own[:failed], own[failed + 1 :]
    if all(one.done for one in before) and all(one.surely_unmined for one in after):
        return "failed"
    return "differs" if any(one.final for one in after) else None


def _problems(seen: Sequence[Seen], place: int) -> Mapping[str, Sequence[str]]:
    own = [one for one in seen if any(served.place == place for served in one.step.serves)]
    found = {str(one.index): list(one.problems) for one in own if one.problems}
    return found or {str(one.index): ["transaction_failed"] for one in own if one.failed}


def _ended(seen: Sequence[Seen]) -> Ended:
    """The steps that are final, with their cost."""
    costs = {
        one.index: one.tx.fee.amount for one in seen if one.final and one.tx is not None and one.tx.fee is not None
    }
    hashes = {one.index: one.hash for one in seen if one.final and one.hash is not None}
    return Ended(costs, frozenset(one.index for one in seen if one.failed), hashes)


def _hand_over(session: Session, plan: Plan, waiting: Collection[int], first: int) -> None:
    """See to it that somebody watches for the cases the chain has not decided yet, from a step on: the first of them."""
    for one in members(session, plan):
        if one.part.place in waiting:
            add_job(session, "plan.watch", one.case, {"plan": str(plan.id), "next": first})
            return
