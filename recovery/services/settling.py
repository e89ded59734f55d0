"""What the chain's last word on a recorded plan makes true: booked for each case it served, and the case goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from chains.sending import Step, arrivals
from chains.types import Network
from recovery.domain import accounting
from recovery.domain.accounting import Amounts, Entry
from recovery.domain.actor import SYSTEM
from recovery.domain.settlement import cost_parts
from recovery.models import Claim, Plan, PlanCase, Quote, RecoveryCase
from recovery.queries.attempts import mined_hash, mined_steps
from recovery.queries.clock import database_now
from recovery.queries.plan_members import Member, members, parts_of, payment_leg
from recovery.services import advances, disputes
from recovery.services.plan_ends import free_inputs
from recovery.services.plans import owed, plan_steps, terms_of
from recovery.services.transitions import advance


@dataclass(frozen=True)
class Ended:
    """What is final: each mined step's cost in native coin by index, and which of them failed.

    ``hashes`` names the attempt that was mined where it is not the step itself.
    """

    costs: Mapping[int, int]
    failed: frozenset[int] = frozenset()
    hashes: Mapping[int, str] = field(default_factory=dict)


def mark(session: Session, plan: Plan, ended: Ended) -> None:
    """Write what became of the steps: final or failed, and which attempt it was."""
    for row in plan_steps(session, plan):
        if row.index in ended.costs:
            row.state, row.cost = "failed" if row.index in ended.failed else "final", ended.costs[row.index]
            row.mined_hash = ended.hashes.get(row.index, row.hash)
    session.flush()


def confirm(session: Session, plan: Plan, one: Member, ended: Ended, network: Network) -> None:
    """Every step that served the case is final and did what was approved: book it and move on."""
    claim, quote = terms_of(session, one.case)
    steps = _steps(session, plan)
    one.part.state, one.part.cost = "confirmed", _costs(session, plan, steps, ended)[one.part.place]
    session.flush()
    advanced = plan.kind == "refund" and advances.is_advance(session, one.case)
    if plan.kind == "sweep":
        arrived = arrivals(steps)[one.part.place]
        taken, kept = _missing(steps, one.part, arrived)
        moved = accounting.swept(
            claim.network, claim.asset, arrived, quote.fee, quote.network_cost, kept=kept, taken=taken,
            borne=_borne(session, plan, one, claim, quote, kept),
        )  # fmt: skip
    else:
        event = "advance_paid" if advanced else "refunded"
        paid = Amounts(
            network=claim.network, asset=claim.asset, leg=payment_leg(session, plan, one.part)[0], net=quote.net
        )
        moved = accounting.entries_for(event, paid)
    entries = (*moved, *_gas_entries(session, plan, steps, one, ended, network.native.asset))
    rows = plan_steps(session, plan)
    data = {
        "plan": str(plan.id),
        "hashes": [mined_hash(row) for row in rows],
        "fees": {str(index): str(fee) for index, fee in ended.costs.items()},
    }
    advance(
        session, SYSTEM, one.case, "confirm_advance" if advanced else f"confirm_{plan.kind}", data=data, entries=entries
    )
    if advanced:
        advances.paid(session, one.case)
    _end_when_over(session, plan)
    if one.case.closed_at is None:
        disputes.catch_up(session, one.case)
    else:
        disputes.paid(session, one.case)


def bury(session: Session, plan: Plan, one: Member, ended: Ended, network: Network, *, move: str = "freeze") -> None:
    """A step that served the case failed for good, so the plan can never pay it: reverse its booking and stop the case.

    ``move`` is ``bury`` for a case that was stopped before and whose plan is proven dead only now.

    Steps after the failed one were never mined; they are abandoned, and the next plan uses their nonces again, so the
    chain itself admits only one of the two.
    """
    claim, quote = terms_of(session, one.case)
    steps = _steps(session, plan)
    for row, step in zip(plan_steps(session, plan), steps, strict=True):
        if row.index not in ended.costs and any(served.place == one.part.place for served in step.serves):
            row.state = "abandoned"
    one.part.state, one.part.cost = "dead", _costs(session, plan, steps, ended)[one.part.place]
    session.flush()
    back = (
        accounting.sweep_back(claim.network, claim.asset, one.part.round, claim.amount)
        if plan.kind == "sweep"
        else (
            *accounting.refund_back(claim.network, claim.asset, one.part.round, quote.net),
            *advances.dead_entries(session, one.case, str(one.part.round)),
        )
    )
    entries = (*back, *_gas_entries(session, plan, steps, one, ended, network.native.asset))
    problems = {str(index): ["transaction_failed"] for index in sorted(ended.failed)}
    data = {"problems": problems, "plan": str(plan.id)}
    advance(session, SYSTEM, one.case, f"{move}_{plan.kind}", data=data, entries=entries)
    _end_when_over(session, plan)
    disputes.catch_up(session, one.case)


def freeze(session: Session, cases: Iterable[RecoveryCase], kind: str, problems: Mapping[str, Sequence[str]]) -> None:
    """Stop locked cases whose plan and chain differ, or whose plan could not be made. Nothing else changes; staff decide."""
    told = {name: list(codes) for name, codes in problems.items()}
    for case in cases:
        advance(session, SYSTEM, case, f"freeze_{kind}", data={"problems": told})
        disputes.catch_up(session, case)


def _end_when_over(session: Session, plan: Plan) -> None:
    """The plan is over when every case of it is: confirmed if it did anything, else dead."""
    if members(session, plan):
        return
    ends = {part.state for part in parts_of(session, plan.id)}
    plan.state, plan.changed_at = "confirmed" if "confirmed" in ends else "dead", database_now(session)
    if plan.state == "dead":
        free_inputs(session, plan)


def _steps(session: Session, plan: Plan) -> list[Step]:
    """The steps as they were mined, replacements in the place of what they replaced."""
    return mined_steps(session, plan_steps(session, plan))


def _costs(session: Session, plan: Plan, steps: Sequence[Step], ended: Ended) -> dict[int, int]:
    """What the network took for each place of the plan so far."""
    return cost_parts(steps, ended.costs, [part.amount for part in parts_of(session, plan.id)])


def _missing(steps: Sequence[Step], part: PlanCase, arrived: int) -> tuple[int, int]:
    """Of what did not arrive: what the network took out of the coins themselves, and what a token kept."""
    missing = part.amount - arrived
    out_of_coins = any(step.inputs for step in steps)
    return (missing, 0) if out_of_coins else (0, missing)


def _borne(session: Session, plan: Plan, one: Member, claim: Claim, quote: Quote, kept: int) -> int:
    """What the depositor bears of what a token kept: at most what is left to be owed.

    Coins that move together are rounded together; what that makes of the quoted part, less than a unit for each, is ours. Whoever
    was paid in advance has the accepted net already, so all that is left then was quoted as kept.
    """
    left = max(owed(session, one.case, claim) - quote.fee - quote.network_cost, 0)
    if advances.was_paid(session, one.case):
        return left
    rounded = abs(kept - quote.token_keeps) < len(parts_of(session, plan.id))
    return min(quote.token_keeps if rounded else kept, left)


def _gas_entries(
    session: Session, plan: Plan, steps: Sequence[Step], one: Member, ended: Ended, native: str
) -> tuple[Entry, ...]:
    """The case's share of what the chain took for the mined steps, from whoever paid it."""
    amounts, part = [each.amount for each in parts_of(session, plan.id)], one.part
    advanced = plan.kind == "refund" and advances.is_advance(session, one.case)
    payment = payment_leg(session, plan, part)[0]
    entries: list[Entry] = []
    for index, cost in ended.costs.items():
        step = steps[index]
        own = cost_parts(steps, {index: cost}, amounts)[part.place]
        leg = f"{plan.kind}@{payment}/{index}"
        if plan.kind == "refund":
            entries += accounting.refund_gas(plan.network, native, leg, own, own_funds=advanced)
        elif not step.inputs:
            topping_up = step.purpose == "gas_top_up"
            brought = sum(move.arrives for move in step.moves) if topping_up and index not in ended.failed else 0
            entries += accounting.gas(
                plan.network,
                native,
                leg,
                topped_up=cost_parts(steps, {index: brought}, amounts)[part.place],
                from_tank=own if topping_up else 0,
                from_address=0 if topping_up else own,
            )
    return tuple(entries)
