"""Policies: what follows from each cause and what it costs, as versions that two people put in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from recovery.domain.cause_rows import CODES, PARAMETERS, UNKNOWN
from recovery.domain.diagnosis import RULES_VERSION
from recovery.domain.document_check import parse_json
from recovery.domain.policy_changes import changes_between
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, RecoveryError, StepUpNeeded
from recovery.limits import MOVE
from recovery.queries.people import display_names
from recovery.queries.policies import (
    KINDS,
    Kind,
    content_of,
    deciding_replay,
    kind_of,
    replays_of,
    version_in_force,
    versions,
)
from recovery.services.policies import activate_policy, draft_policy, may_keep
from recovery.web._drafts import number, reader, uploaded
from recovery.web._forms import typed
from recovery.web._rendering import refusal_words
from recovery.web._wall import current_actor
from recovery.web.auth import confirm_password

pages = Blueprint("policies", __name__)


@pages.get("/policy")
@pages.get("/policy/<kind>")
def show(kind: str = "cause") -> Response:
    """The versions, one of them in full, and how it differs from another one. Fees have a page of their own."""
    return redirect(url_for("fees.show", version=number("version")), 302) if kind == "fee" else _page(kind)


@pages.post("/policy/<kind>")
def draft(kind: str) -> Response:
    """Keep what was typed or uploaded as a new version that does nothing yet."""
    actor = reader()
    _on_this_page(kind)
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    fields = typed()
    try:
        content = parse_json(uploaded() or request.form.get("content", ""))
        with current_app.extensions["database"].unit_of_work() as work:
            version = draft_policy(work, actor, content, fields.get("note", ""), kind=kind).version
    except (InvalidInput, Conflict) as error:
        return _page(kind, refusal=error, fields=fields)
    return redirect(url_for("policies.show", kind=kind, version=version), 303)


@pages.post("/policy/<kind>/<int:version>/activate")
def activate(kind: str, version: int) -> Response:
    """Put a version in force; somebody else drafted it, and who does it signs in once more."""
    actor = reader()
    _on_this_page(kind)
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    try:
        confirm_password()
        with current_app.extensions["database"].unit_of_work() as work:
            activate_policy(work, current_actor(), version, kind=kind)
    except (InvalidInput, Conflict, StepUpNeeded, NotAllowed) as error:
        return _page(kind, refusal=error, wanted=version)
    return redirect(url_for("policies.show", kind=kind), 303)


def _on_this_page(kind: str) -> None:
    if kind == "fee":
        raise NotFound


def _page(
    kind: str,
    *,
    refusal: RecoveryError | None = None,
    fields: Mapping[str, str] | None = None,
    wanted: int | None = None,
) -> Response:
    actor = reader()
    of = kind_of(kind)
    with current_app.extensions["database"].reading() as work:
        rows = versions(work, of)
        current = version_in_force(work, of)
        version = wanted or number("version") or current
        against = number("against") or current
        content = content_of(work, of, version) if version else None
        changes = changes_between(content_of(work, of, against), content) if version and against != version else ()
        shown = next((row for row in rows if row.version == version), None)
        names = display_names(work, [one for row in rows for one in (row.drafted_by, row.activated_by) if one])
        runs = replays_of(work, version) if kind == "cause" and version else ()
        ready = kind != "cause" or (version > 0 and deciding_replay(work, version, RULES_VERSION) is not None)
        context = {
            "kind": of.name,
            "kinds": list(KINDS),
            "rows": rows,
            "names": names,
            "shown": shown,
            "against": against,
            "changes": changes,
            "content": content,
            "codes": (UNKNOWN, *CODES),
            "parameters": list(PARAMETERS),
            "runs": runs,
            "ready": ready,
            "newer": version > current,
            "keeper": may_keep(actor),
            "text": (fields or {}).get("content") or _written(of, content),
            "note": (fields or {}).get("note", ""),
            "drafting": fields is not None,
            "refusal": refusal_words(refusal),
            "problems": getattr(refusal, "fields", {}),
        }
        body = render_template("policy.html", **context)
    return make_response(body, refusal.status if refusal else 200)


def _written(kind: Kind, content: Any) -> str:
    """A version as text to begin a new one with; causes in the order of the catalogue, which the database does not keep."""
    if content is None:
        return ""
    if kind.name == "cause":
        content = {**content, "causes": {code: content["causes"][code] for code in (UNKNOWN, *CODES)}}
    return json.dumps(content, ensure_ascii=False, indent=1)
