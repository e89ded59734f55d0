"""A refund that was final and is not any more, or came back: the case is opened again and owes what it paid.

Nothing that was booked is edited: reversals and entries of their own say what became true instead. What own funds paid in
advance is paid back already when its case is closed, so people are told of it and nothing is booked by itself.
"""

from __future__ import annotations

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from chains.catalogue import networks
from recovery.domain.accounting import Amounts, entries_for
from recovery.domain.actor import SYSTEM
from recovery.models import Claim, Plan, PlanCase, PlanStep, Quote, RecoveryCase, RefundReturn, SeenTransfer
from recovery.queries.attempts import mined_step
from recovery.queries.clock import database_now
from recovery.queries.facts import current_plan
from recovery.queries.ledger import reversed_legs
from recovery.queries.plan_members import part_of, payment_leg
from recovery.services import advances
from recovery.services.alarms import ring
from recovery.services.plans import terms_of
from recovery.services.transitions import advance
from workflows.states import State


def bounce(session: Session, case: RecoveryCase, back: SeenTransfer) -> None:
    """Open a completed, locked case whose refund came back: the coins are in our wallet and owed once more."""
    part, claim, quote = _paid(session, case)
    if part is None or _was_an_advance(session, case, claim, back.hash):
        return
    part.state = "returned"
    _keep(session, case, part, claim.network, back.hash, back.position, "bounced", back.amount)
    leg, lost = str(part.round), quote.net - back.amount
    amounts = Amounts(network=claim.network, asset=claim.asset, leg=leg, returned=back.amount, lost=lost)
    advance(
        session,
        SYSTEM,
        case,
        "reopen_refund",
        data={"why": "bounced", "hash": back.hash},
        entries=entries_for("bounced", amounts),
    )
    _ring(session, case, claim.network, back.hash, "refund_bounced")


def unsettle(session: Session, case: RecoveryCase, hash: str) -> None:
    """Open a completed, locked case whose refund the chain took back.

    The same signed bytes may be mined again at any time, so they are watched and sent again, and no other payment is made.
    """
    part, claim, quote = _paid(session, case)
    plan = current_plan(session, case.id, "refund")
    if part is None or plan is None or _was_an_advance(session, case, claim, hash):
        return
    leg, times = payment_leg(session, plan, part)
    part.state, part.cost = "open", None
    plan.state, plan.changed_at = "recorded", database_now(session)
    entries = list(
        entries_for("refund_not_final", Amounts(network=claim.network, asset=claim.asset, leg=leg, net=quote.net))
    )
    native, undone = networks()[plan.network].native.asset, reversed_legs(session, case.id, "gas_from_wallet")
    for row in session.scalars(select(PlanStep).where(PlanStep.plan_id == plan.id)):
        gas = Amounts(network=plan.network, native=native, leg=f"refund@{leg}/{row.index}", from_wallet=row.cost or 0)
        if gas.leg not in undone:  # two people may have corrected it
            entries += entries_for("refund_gas_back", gas)
        row.state, row.cost, row.mined_hash = "signed", None, None
    _keep(session, case, part, claim.network, hash, str(times + 1), "reorganised", quote.net)
    data = {"why": "reorganised", "hash": hash}
    advance(session, SYSTEM, case, "reopen_payment", data=data, entries=entries)
    _ring(session, case, claim.network, hash, "refund_reorganised")


def _paid(session: Session, case: RecoveryCase) -> tuple[PlanCase | None, Claim, Quote]:
    """The part that paid a completed case, if that is what it still is, and its terms."""
    claim, quote = terms_of(session, case)
    part = part_of(session, case.id, "refund")
    paid = case.state == State.COMPLETED and part is not None and part.state == "confirmed"
    return part if paid else None, claim, quote


def _was_an_advance(session: Session, case: RecoveryCase, claim: Claim, hash: str) -> bool:
    """Whether own funds paid this case; then an alarm is rung and the books stay as they are."""
    if not advances.ever_paid(session, case):
        return False
    _ring(session, case, claim.network, hash, "advance_not_settled")
    return True


def _keep(
    session: Session, case: RecoveryCase, part: PlanCase, network: str, hash: str, position: str, why: str, amount: int
) -> None:
    session.add(
        RefundReturn(
            plan_id=part.plan_id, case_id=case.id, network=network, hash=hash, position=position, why=why,
            amount=amount, at=database_now(session),
        )
    )  # fmt: skip
    session.flush()


def _ring(session: Session, case: RecoveryCase, network: str, hash: str, kind: str) -> None:
    ring(session, kind, case.ref, {"case": case.ref, "network": network, "hash": hash})


def bounced(session: Session, case: RecoveryCase) -> SeenTransfer | None:
    """A transfer that brought exactly the refund of a completed case back, and is not counted for another.

    From where the refund went, to where it came from, the same asset and amount, after it: seen by the scan of whole blocks.
    What the same person pays to a deposit address of ours is another deposit.
    """
    paid = paid_steps(session, case)
    if not paid:
        return None
    (plan, part, _), (claim, quote) = paid[0], terms_of(session, case)
    moved = [move for _, _, row in paid for move in mined_step(session, row).moves]
    moves = [move for move in moved if move.recipient != move.sender]  # the rest of outputs stayed where it was
    counted = exists().where(
        RefundReturn.network == SeenTransfer.network,
        RefundReturn.hash == SeenTransfer.hash,
        RefundReturn.position == SeenTransfer.position,
    )
    return session.scalars(
        select(SeenTransfer)
        .where(
            SeenTransfer.network == plan.network,
            SeenTransfer.sender.in_({move.recipient for move in moves}),
            SeenTransfer.recipient.in_({move.sender for move in moves}),
            SeenTransfer.contract == (claim.contract or ""),
            SeenTransfer.amount == part.arrives,
            SeenTransfer.seen_at >= case.closed_at,
            or_(SeenTransfer.block_at.is_(None), SeenTransfer.block_at >= quote.accepted_at),
            ~counted,
        )
        .order_by(SeenTransfer.seen_at, SeenTransfer.id)
        .limit(1)
    ).first()


def paid_steps(session: Session, case: RecoveryCase) -> list[tuple[Plan, PlanCase, PlanStep]]:
    """The steps that paid a completed case."""
    part, plan = part_of(session, case.id, "refund"), current_plan(session, case.id, "refund")
    if case.state != State.COMPLETED or part is None or plan is None or part.state != "confirmed":
        return []
    rows = session.scalars(select(PlanStep).where(PlanStep.plan_id == plan.id).order_by(PlanStep.index))
    return [(plan, part, row) for row in rows]
