"""Approvals: limits that two people set, deputies, broken glass, and who approves whose cases."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from recovery.api._limits import spend
from recovery.api._reading import ApiBlueprint
from recovery.api._wall import current_actor, database, needs
from recovery.api._writing import json_response, write
from recovery.domain.actor import Actor
from recovery.limits import READ
from recovery.queries import approvals as shown
from recovery.queries.clock import database_now
from recovery.schemas.approvals import ApprovalsOutput, DelegationInput, Done, LimitInput, ReviewInput
from recovery.services import break_glass, delegations, limits

bp = ApiBlueprint("api-approvals", __name__, url_prefix="/api/v1", description="Limits, deputies and broken glass")


@bp.get("/approvals")
@needs("approvals:read")
@bp.response(200, ApprovalsOutput)
def approvals() -> Response:
    """What is in force or waits to be confirmed: everything for leads, administrators and auditors, else one's own."""
    actor = current_actor()
    spend(READ, actor.id)
    reader = bool(actor.roles & shown.READERS)
    with database().reading() as session:
        now = database_now(session)
        body = {
            "limits": shown.limits_listed(session, actor),
            "delegations": shown.delegations_listed(session, actor, now),
            "alarms": shown.alarms(session, actor) if reader else None,
            "by_preparer": shown.pairs_by_preparer(session, now) if reader else None,
            "by_team": shown.pairs_of_teams(session, now) if reader else None,
        }
    return json_response(ApprovalsOutput().dump(body))


@bp.post("/approvals/limits")
@needs("approvals:write")
@bp.arguments(LimitInput)
@bp.response(201, Done)
def set_limit(given: dict[str, Any]) -> Response:
    """Propose a limit, after `POST /api/v1/step-up`. It counts once somebody else has confirmed it."""

    def act(session: Session, actor: Actor, _key: str) -> Any:
        amounts = {name: None if given[name] is None else int(given[name]) for name in ("per_case", "per_day")}
        return {"id": str(limits.set_limit(session, actor, given["person"], given | amounts).id)}

    return write(act, status=201)


@bp.post("/approvals/limits/<uuid:limit_id>/confirm")
@needs("approvals:write")
@bp.response(200, Done)
def confirm_limit(limit_id: uuid.UUID) -> Response:
    """Put a proposed limit in force in place of the one before, after `POST /api/v1/step-up`."""

    def act(session: Session, actor: Actor, _key: str) -> Any:
        return {"id": str(limits.confirm_limit(session, actor, limit_id).id)}

    return write(act)


@bp.post("/approvals/delegations")
@needs("approvals:write")
@bp.arguments(DelegationInput)
@bp.response(201, Done)
def delegate(given: dict[str, Any]) -> Response:
    """Ask somebody of the same team to stand in, after `POST /api/v1/step-up`. Limits are lent, rights are not."""

    def act(session: Session, actor: Actor, _key: str) -> Any:
        period = (given["starts_at"], given["ends_at"])
        made = delegations.delegate(session, actor, given["to"], given["stage"], *period, given["reason"])
        return {"id": str(made.id)}

    return write(act, status=201)


@bp.post("/approvals/delegations/<uuid:delegation_id>/confirm")
@needs("approvals:write")
@bp.response(200, Done)
def confirm_delegation(delegation_id: uuid.UUID) -> Response:
    """The deputy agrees, after `POST /api/v1/step-up`."""

    def act(session: Session, actor: Actor, _key: str) -> Any:
        return {"id": str(delegations.confirm_delegation(session, actor, delegation_id).id)}

    return write(act)


@bp.post("/approvals/delegations/<uuid:delegation_id>/end")
@needs("approvals:write")
@bp.response(200, Done)
def end_delegation(delegation_id: uuid.UUID) -> Response:
    """End a delegation at once."""

    def act(session: Session, actor: Actor, _key: str) -> Any:
        return {"id": str(delegations.end_delegation(session, actor, delegation_id).id)}

    return write(act)


@bp.post("/approvals/glass/<uuid:plan_id>/review")
@needs("approvals:write")
@bp.arguments(ReviewInput)
@bp.response(200, Done)
def review(given: dict[str, Any], plan_id: uuid.UUID) -> Response:
    """Write down what the review of a broken glass found; whoever had a part in it may not."""

    def act(session: Session, actor: Actor, _key: str) -> Any:
        return {"id": str(break_glass.review(session, actor, plan_id, given["note"]).plan_id)}

    return write(act)
