"""What was ever tried for a step: the step itself and its replacements, of which the chain takes one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.sending import Attempt, Step
from recovery.domain.settlement import stored_step
from recovery.models import CaseEvent, Plan, PlanStep, StepReplacement

OVERTAKEN = "nonce_used_by_another_transaction"
"""The step cannot be mined any more: what it needs was used up past the plan. Only people can know how."""


def shown_overtaken(session: Session, case_id: uuid.UUID, kind: str) -> frozenset[int]:
    """The steps of which a transaction in their place was shown when the case's plan of a kind was stopped the last time."""
    query = select(CaseEvent.body).where(CaseEvent.case_id == case_id, CaseEvent.name == f"freeze_{kind}")
    body = session.scalar(query.order_by(CaseEvent.seq.desc()).limit(1))
    problems = json.loads(body)["data"].get("problems", {}) if body else {}
    return frozenset(int(index) for index, codes in problems.items() if OVERTAKEN in codes)


def replacements_of(session: Session, plan: Plan) -> list[StepReplacement]:
    """The replacements of a plan's steps, oldest first."""
    query = select(StepReplacement).where(StepReplacement.plan_id == plan.id).order_by(StepReplacement.number)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def attempts_of(session: Session, row: PlanStep) -> tuple[Attempt, ...]:
    """The step, then its replacements in their order: the last is the dearest."""
    query = select(StepReplacement).where(StepReplacement.plan_id == row.plan_id, StepReplacement.index == row.index)
    later = session.scalars(query.order_by(StepReplacement.number).execution_options(populate_existing=True))
    return (Attempt(stored_step(row.unsigned), row.hash, row.signed), *(_attempt(one) for one in later))


def _attempt(row: StepReplacement) -> Attempt:
    return Attempt(stored_step(row.unsigned), row.hash, row.signed)


def mined_hash(row: PlanStep) -> str:
    """Under which hash the chain has the step; its own while it has none."""
    return str(row.mined_hash or row.hash)


def mined_step(session: Session, row: PlanStep) -> Step:
    """The step as it was mined: itself, or the replacement that was."""
    attempts = attempts_of(session, row)
    return next((one.step for one in attempts if one.hash is not None and one.hash == row.mined_hash), attempts[0].step)


def mined_steps(session: Session, rows: Iterable[PlanStep]) -> list[Step]:
    """The same of several steps."""
    return [mined_step(session, row) for row in rows]
