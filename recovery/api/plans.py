"""Plans, as the signer takes them, and the signed transactions it hands back before anything is broadcast."""

from __future__ import annotations

import uuid
from hashlib import sha256
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from recovery.api._limits import spend
from recovery.api._reading import ApiBlueprint
from recovery.api._wall import current_actor, database, needs
from recovery.api._writing import json_response, write
from recovery.domain.actor import Actor
from recovery.limits import READ
from recovery.queries.plan_files import plan_file, plan_files
from recovery.queries.plans import find_plan, list_plans
from recovery.schemas.plans import PlanFileList, PlanListQuery, PlanOutput, PlanPage, ReplacementInput, SignedInput
from recovery.services.plans import record_signed
from recovery.services.replacements import record_replacement

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


@bp.get("/plans/<uuid:plan_id>/files")
@needs("plans:read")
@bp.response(200, PlanFileList)
def files(plan_id: uuid.UUID) -> Response:
    """The files of a released plan in the forms signers take: Safe's transaction builder, PSBT, raw, Fireblocks."""
    actor = current_actor()
    spend(READ, actor.id)
    with database().reading() as session:
        found = plan_files(session, actor, plan_id)
    items = [
        {"name": one.name, "format": one.format, "size": len(one.body), "sha256": sha256(one.body).hexdigest()}
        for one in found
    ]
    return json_response({"items": items})


@bp.get("/plans/<uuid:plan_id>/files/<name>")
@needs("plans:read")
@bp.alt_response(200, schema={"type": "string", "format": "binary"}, content_type="application/octet-stream")
def file(plan_id: uuid.UUID, name: str) -> Response:
    """One of the files, byte by byte."""
    actor = current_actor()
    spend(READ, actor.id)
    with database().reading() as session:
        found = plan_file(session, actor, plan_id, name)
    response = Response(found.body, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


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


@bp.post("/plans/<uuid:plan_id>/replacements/<int:number>/signed")
@needs("plans:record")
@bp.arguments(ReplacementInput)
@bp.response(200, PlanOutput)
def record_dearer(given: dict[str, Any], plan_id: uuid.UUID, number: int) -> Response:
    """Hand in the signed bytes of a replacement of a stuck step. They are compared with what was offered, field by field, and
    stored; only then may they be broadcast."""

    def act(session: Session, actor: Actor, key: str) -> Any:
        record_replacement(session, actor, plan_id, number, given["transaction"], request_id=key)
        session.flush()
        return find_plan(session, actor, plan_id)

    return write(act)
