"""The fee policy: its versions in plain words, a draft and its trial on past cases, and the way into force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.starting_points import fee_policies, fee_policy
from recovery.domain.document_check import parse_json
from recovery.domain.fees.reading import schedule_from
from recovery.domain.fees.trial import ENGINE
from recovery.domain.policy_changes import changes_between
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, RecoveryError, StepUpNeeded
from recovery.limits import MOVE
from recovery.queries.people import display_names
from recovery.queries.policies import KINDS, content_of, deciding_trial, fee_trials_of, version_in_force, versions
from recovery.services.fee_trials import MOST_ON_A_PAGE, keep_trial, try_version
from recovery.services.policies import activate_policy, draft_policy, may_keep
from recovery.web._assets import assets_named
from recovery.web._drafts import number, reader, uploaded
from recovery.web._fee_words import Reader
from recovery.web._forms import typed
from recovery.web._rendering import refusal_words
from recovery.web._wall import current_actor
from recovery.web.auth import confirm_password

pages = Blueprint("fees", __name__)
FEE = KINDS["fee"]


@pages.get("/policy/fees")
def show() -> Response:
    """The versions, one of them in plain words, and what a trial of it showed."""
    return _page()


@pages.post("/policy/fees")
def draft() -> Response:
    """Keep what was typed or uploaded as a new version that does nothing yet."""
    actor = reader()
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    fields = typed()
    try:
        content = parse_json(uploaded() or request.form.get("content", ""))
        with current_app.extensions["database"].unit_of_work() as work:
            version = draft_policy(work, actor, content, fields.get("note", "")).version
    except (InvalidInput, Conflict) as error:
        return _page(refusal=error, fields=fields)
    return redirect(url_for("fees.show", version=version), 303)


@pages.post("/policy/fees/<int:version>/try")
def try_out(version: int) -> Response:
    """Try a version on every quote so far, and keep what it showed."""
    actor = reader()
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    if not may_keep(actor):
        raise NotAllowed("not_your_role")
    database = current_app.extensions["database"]
    try:
        with database.reading() as session:
            trial = try_version(session, version, most=MOST_ON_A_PAGE)
        with database.unit_of_work() as work:
            keep_trial(work, actor, version, trial)
    except Conflict as error:
        return _page(refusal=error, wanted=version)
    return redirect(url_for("fees.show", version=version, _anchor="trial"), 303)


@pages.post("/policy/fees/<int:version>/activate")
def activate(version: int) -> Response:
    """Put a version in force; somebody else drafted it, and who does it signs in once more."""
    actor = reader()
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    try:
        confirm_password()
        with current_app.extensions["database"].unit_of_work() as work:
            activate_policy(work, current_actor(), version)
    except (InvalidInput, Conflict, StepUpNeeded, NotAllowed) as error:
        return _page(refusal=error, wanted=version)
    return redirect(url_for("fees.show"), 303)


def _page(
    *,
    refusal: RecoveryError | None = None,
    fields: Mapping[str, str] | None = None,
    wanted: int | None = None,
) -> Response:
    actor = reader()
    with current_app.extensions["database"].reading() as work:
        rows = versions(work, FEE)
        current = version_in_force(work, FEE)
        version = wanted or number("version") or current or (rows[0].version if rows else 0)
        against = number("against") or current
        content = content_of(work, FEE, version) if version else None
        before = content_of(work, FEE, against) if against and against != version else None
        trials = fee_trials_of(work, version) if version else ()
        context = {
            "kind": FEE.name,
            "kinds": list(KINDS),
            "rows": rows,
            "names": display_names(work, [one for row in rows for one in (row.drafted_by, row.activated_by) if one]),
            "shown": next((row for row in rows if row.version == version), None),
            "against": against,
            "changes": changes_between(before, content) if before is not None and content is not None else (),
            "content": content,
            "rules": Reader(schedule_from(content)).rules() if content is not None else [],
            "trials": trials,
            "assets": assets_named(work, trials[0].summary["totals"]) if trials else {},
            "ready": version > 0 and deciding_trial(work, version, ENGINE) is not None,
            "newer": version > current,
            "keeper": may_keep(actor),
            "starts": fee_policies(),
            "text": _text(content, fields),
            "note": (fields or {}).get("note", ""),
            "drafting": fields is not None or "start" in request.args,
            "refusal": refusal_words(refusal),
            "problems": getattr(refusal, "fields", {}),
        }
        body = render_template("fees.html", **context)
    return make_response(body, refusal.status if refusal else 200)


def _text(content: Any, fields: Mapping[str, str] | None) -> str:
    """What a new version begins with: what was typed, a published one, or the version shown."""
    if fields is not None and fields.get("content"):
        return fields["content"]
    start = request.args.get("start")
    if start is not None:
        if start not in fee_policies():
            raise NotFound
        return fee_policy(start)
    return "" if content is None else json.dumps(content, ensure_ascii=False, indent=1)
