"""A refund that was final and is not any more, or came back: the case is opened again and owes what it paid.

Nothing that was booked is edited: the coins are taken back into the recovery wallet by entries of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from recovery.domain import accounting
from recovery.domain.actor import SYSTEM
from recovery.models import Plan, PlanCase, PlanStep, RecoveryCase, RefundReturn, SeenTransfer
from recovery.queries.facts import current_plan, database_now
from recovery.queries.plan_members import part_of
from recovery.services.alarms import ring
from recovery.services.plans import terms_of
from recovery.services.transitions import advance
from workflows.states import State


def reopen(session: Session, case: RecoveryCase, why: str, hash: str, position: str, facts: Mapping[str, Any]) -> None:
    """Open a completed, locked case whose refund did not stay paid. ``hash`` and ``position`` are the movement that shows it:
    of the refund itself when the chain took it back, of the transfer that came back when it bounced.
    """
    part = part_of(session, case.id, "refund")
    if case.state != State.COMPLETED or part is None or part.state != "confirmed":
        return
    claim, quote = terms_of(session, case)
    part.state = "returned"
    for row in (
        session.scalars(select(PlanStep).where(PlanStep.plan_id == part.plan_id)) if why == "reorganised" else ()
    ):
        row.state = "abandoned"
    session.add(
        RefundReturn(
            plan_id=part.plan_id, case_id=case.id, network=claim.network, hash=hash, position=position,
            why=why, amount=quote.net, at=database_now(session),
        )
    )  # fmt: skip
    session.flush()
    entries = accounting.refund_returned(claim.network, claim.asset, part.round, quote.net)
    advance(session, SYSTEM, case, "reopen_refund", data={"why": why, "hash": hash}, entries=entries)
    ring(session, f"refund_{why}", case.ref, {"case": case.ref, "network": claim.network, "hash": hash, **facts})


def bounced(session: Session, case: RecoveryCase) -> SeenTransfer | None:
    """A transfer that brought exactly the refund of a completed case back, and is not counted for another.

    From where the refund went, to where it came from, the same asset and amount, after it: seen by the scan of whole blocks.
    """
    part, plan = part_of(session, case.id, "refund"), current_plan(session, case.id, "refund")
    if part is None or plan is None or part.state != "confirmed":
        return None
    claim, quote = terms_of(session, case)
    counted = exists().where(
        RefundReturn.network == SeenTransfer.network,
        RefundReturn.hash == SeenTransfer.hash,
        RefundReturn.position == SeenTransfer.position,
    )
    return session.scalars(
        select(SeenTransfer)
        .where(
            SeenTransfer.network == plan.network,
            SeenTransfer.sender == quote.destination,
            SeenTransfer.contract == (claim.contract or ""),
            SeenTransfer.amount == part.arrives,
            SeenTransfer.seen_at >= case.closed_at,
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
