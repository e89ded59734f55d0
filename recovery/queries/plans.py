"""Plans as the signer and the teams see them."""

from __future__ import annotations

import json
import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.errors import InvalidInput, NotFound
from recovery.models import BreakGlassVote, BrokenGlass, Plan, PlanCase, RecoveryCase, SignOff
from recovery.queries.case_view import steps_shown
from recovery.queries.sign_offs import standing_of

READERS = frozenset({"signer", "wallet", "clearing", "auditor", "lead", "specialist"})
STATES = frozenset({"drafted", "released", "recorded", "confirmed", "dead", "void"})


def list_plans(session: Session, actor: Actor, *, state: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
    """Plans in a state, oldest first: a signer works them off in order. Raises InvalidInput for an unknown state."""
    if not actor.roles & READERS:
        return []
    if state is not None and state not in STATES:
        raise InvalidInput("state_is_unknown", fields={"state": ["state_is_unknown"]})
    query = select(Plan)
    if state is not None:
        query = query.where(Plan.state == state)
    return [_shown(session, plan) for plan in session.scalars(query.order_by(Plan.at, Plan.id).limit(limit))]


def find_plan(session: Session, actor: Actor, plan_id: uuid.UUID) -> dict[str, Any]:
    """One plan. Raises NotFound, also for somebody who may not read plans."""
    plan = session.get(Plan, plan_id) if actor.roles & READERS else None
    if plan is None:
        raise NotFound("not_found")
    return _shown(session, plan)


def requirement_shown(session: Session, plan: Plan) -> dict[str, Any]:
    """What a plan needs by the policy it was drafted under, and who is still due."""
    standing = standing_of(session, plan)
    needs = standing.requirement
    return {
        "policy": needs.policy_version,
        "rule": needs.rule,
        "value": None if needs.value is None else str(needs.value),
        "in_order": needs.in_order,
        "expires_after": needs.expires_after,
        "complete": standing.complete,
        "broken_glass": standing.broken,
        "stages": [
            {"team": stage.team, "people": stage.people, "missing": standing.missing(stage.team)}
            for stage in needs.stages
        ],
    }


def _shown(session: Session, plan: Plan) -> dict[str, Any]:
    parts = session.execute(
        select(RecoveryCase.ref, PlanCase.round, PlanCase.state)
        .join(PlanCase, PlanCase.case_id == RecoveryCase.id)
        .where(PlanCase.plan_id == plan.id)
        .order_by(PlanCase.place)
    ).all()
    return {
        "id": str(plan.id),
        "cases": [{"case": ref, "round": round_, "state": state} for ref, round_, state in parts],
        "kind": plan.kind,
        "network": plan.network,
        "state": plan.state,
        "digest": plan.digest,
        "payload": json.loads(plan.payload),
        "approvals": _approvals(session, plan),
        "requirement": requirement_shown(session, plan),
        "steps": steps_shown(session, plan),
    }


def _approvals(session: Session, plan: Plan) -> list[dict[str, Any]]:
    """Who stands for this digest: whoever signed it off and, once the glass is broken, the three who broke it."""
    signed = session.scalars(select(SignOff).where(SignOff.plan_id == plan.id).order_by(SignOff.at))
    found = [(one.stage, one.approver_id, one.on_behalf_of, one.digest) for one in signed]
    if session.get(BrokenGlass, plan.id) is not None:
        votes = select(BreakGlassVote).where(BreakGlassVote.plan_id == plan.id).order_by(BreakGlassVote.at)
        found += [(one.stage, one.voter_id, None, one.digest) for one in session.scalars(votes)]
    return [
        {"stage": stage, "approver": str(who), "on_behalf_of": str(other) if other else None, "digest": digest}
        for stage, who, other, digest in found
    ]
