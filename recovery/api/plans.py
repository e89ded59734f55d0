"""Plans, as the signer takes them, and the signed transactions it hands back before anything is broadcast."""

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
from recovery.queries.plans import find_plan, list_plans
from recovery.schemas.plans import PlanListQuery, PlanOutput, PlanPage, SignedInput
from recovery.services.plans import record_signed

bp = ApiBlueprint("api-plans", __name__, url_prefix="/api/v1", description="Plans for the signer")


@bp.get("/plans")
@needs("plans:read")
@bp.arguments(PlanListQuery, location="query")
@bp.response(200, PlanPage)
def plans(given: dict[str, Any]) -> Response:
    """Plans in a state, oldest first. What is out at one time fits one page, so `next` is null."""
    actor = current_actor()
    spend(READ, actor.id)
    with database().reading() as session:
        items = list_plans(session, actor, state=given.get("state"), limit=given["limit"])
    return json_response({"items": items, "next": None})


@bp.get("/plans/<uuid:plan_id>")
@needs("plans:read")
@bp.response(200, PlanOutput)
def plan(plan_id: uuid.UUID) -> Response:
    """One plan."""
    actor = current_actor()
    spend(READ, actor.id)
    with database().reading() as session:
        return json_response(find_plan(session, actor, plan_id))


@bp.post("/plans/<uuid:plan_id>/signed")
@needs("plans:record")
@bp.arguments(SignedInput)
@bp.response(200, PlanOutput)
def record(given: dict[str, Any], plan_id: uuid.UUID) -> Response:
    """Hand in the signed transactions of a released plan. Each is compared with its step, field by field, and stored;
    only then may they be broadcast."""

    def act(session: Session, actor: Actor, key: str) -> Any:
        record_signed(session, actor, plan_id, given["transactions"], request_id=key)
        session.flush()
        return find_plan(session, actor, plan_id)

    return write(act)
