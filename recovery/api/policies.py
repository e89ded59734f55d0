"""Policies of causes and fees: versions that one person drafts and another puts in force."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from recovery.api._limits import spend
from recovery.api._reading import ApiBlueprint
from recovery.api._wall import current_actor, database, needs
from recovery.api._writing import json_response, write
from recovery.domain.actor import Actor
from recovery.domain.policy_changes import changes_between
from recovery.errors import NotAllowed
from recovery.limits import READ
from recovery.queries.policies import content_of, fee_trials_of, kind_of, may_read, replays_of, versions
from recovery.schemas.policies import (
    AgainstQuery,
    PolicyChanges,
    PolicyContent,
    PolicyInput,
    PolicyMade,
    PolicyVersions,
    TrialOutput,
    TrialQuery,
)
from recovery.services.fee_trials import MOST_ON_A_PAGE, keep_trial, try_version
from recovery.services.policies import activate_policy, draft_policy, may_keep

bp = ApiBlueprint("api-policies", __name__, url_prefix="/api/v1", description="Policies of causes and fees")


@bp.get("/policies/<kind>")
@needs("policies:read")
@bp.response(200, PolicyVersions)
def listed(kind: str) -> Response:
    """Every version of `cause` or `fee` policy, the newest first."""
    of = kind_of(kind)
    _reading()
    with database().reading() as session:
        items = versions(session, of)
        return json_response(PolicyVersions().dump({"kind": kind, "items": items}))


@bp.get("/policies/<kind>/<int:version>")
@needs("policies:read")
@bp.response(200, PolicyContent)
def content(kind: str, version: int) -> Response:
    """One version in full, and the replays or trials that were kept of it."""
    of = kind_of(kind)
    _reading()
    with database().reading() as session:
        body = {
            "kind": kind,
            "version": version,
            "content": content_of(session, of, version),
            "replays": replays_of(session, version) if kind == "cause" else [],
            "trials": fee_trials_of(session, version) if kind == "fee" else [],
        }
        return json_response(PolicyContent().dump(body))


@bp.get("/policies/<kind>/<int:version>/changes")
@needs("policies:read")
@bp.arguments(AgainstQuery, location="query")
@bp.response(200, PolicyChanges)
def changes(given: dict[str, Any], kind: str, version: int) -> Response:
    """Every entry in which a version differs from the one of `against`."""
    of = kind_of(kind)
    _reading()
    against = given["against"]
    with database().reading() as session:
        items = changes_between(content_of(session, of, against), content_of(session, of, version))
    body = {"kind": kind, "version": version, "against": against, "items": items}
    return json_response(PolicyChanges().dump(body))


@bp.post("/policies/<kind>")
@needs("policies:write")
@bp.arguments(PolicyInput)
@bp.response(201, PolicyMade)
def draft(given: dict[str, Any], kind: str) -> Response:
    """Keep a new version that does nothing yet. A problem names the first thing wrong."""

    def act(session: Session, actor: Actor, _key: str) -> Any:
        made = draft_policy(session, actor, given["content"], given["note"], kind=kind)
        return {"kind": kind, "version": made.version, "active": False}

    return write(act, status=201)


@bp.post("/policies/fee/<int:version>/trial")
@needs("policies:write")
@bp.arguments(TrialQuery)
@bp.response(200, TrialOutput)
def trial(given: dict[str, Any], version: int) -> Response:
    """Try a version of fees on past quotes and keep what it showed. Without `since` on all of them, as activation asks."""

    def act(session: Session, actor: Actor, _key: str) -> Any:
        if not may_keep(actor):
            raise NotAllowed("not_your_role")
        found = try_version(session, version, given["since"], most=MOST_ON_A_PAGE)
        kept = keep_trial(session, actor, version, found, given["since"])
        session.refresh(kept)
        return TrialOutput().dump(kept)

    return write(act)


@bp.post("/policies/<kind>/<int:version>/activate")
@needs("policies:write")
@bp.response(200, PolicyMade)
def activate(kind: str, version: int) -> Response:
    """Put a version in force, after `POST /api/v1/step-up`. Whoever drafted it may not; it was replayed or tried first."""

    def act(session: Session, actor: Actor, _key: str) -> Any:
        activate_policy(session, actor, version, kind=kind)
        return {"kind": kind, "version": version, "active": True}

    return write(act)


def _reading() -> None:
    actor = current_actor()
    may_read(actor)
    spend(READ, actor.id)
