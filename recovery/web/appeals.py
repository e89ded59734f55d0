"""The depositor's home: one field for a hash or link, and their own cases below it."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from recovery.errors import InvalidInput
from recovery.limits import APPEAL, APPEAL_ACCOUNT
from recovery.queries import cases as case_queries
from recovery.services import cases
from recovery.web._forms import request_id, typed
from recovery.web._wall import current_actor
from recovery.web.networks import choices

pages = Blueprint("appeals", __name__)


@pages.get("/")
def home() -> Response:
    """Everybody's first page: the one field for depositors, the queues for staff."""
    if current_actor().is_staff:
        return redirect(url_for("cases.queue"))
    return _home({}, {}, 200)


@pages.post("/appeals")
def report() -> Response:
    """Open a case for a pasted hash or link, or lead to the one there is."""
    actor = current_actor()
    current_app.extensions["limits"].spend(APPEAL, str(actor.id))
    if actor.account:
        current_app.extensions["limits"].spend(APPEAL_ACCOUNT, actor.account)
    fields = typed()
    reference, message = fields.get("reference", ""), fields.get("message", "")
    if not reference:
        return _home({"reference": ["reference_empty"]}, fields, 422)
    if len(reference) > current_app.extensions["settings"].max_reference_chars:
        return _home({"reference": ["reference_too_long"]}, fields | {"reference": ""}, 422)
    try:
        with current_app.extensions["database"].unit_of_work() as work:
            case = cases.open_case(
                work,
                actor,
                reference=reference,
                network=fields.get("network") or None,
                message=message or None,
                account=fields.get("account") or None,
                request_id=request_id(),
            )
            ref = case.ref
    except InvalidInput as error:
        return _home(error.fields or {"reference": [error.detail]}, fields, 422)
    return redirect(url_for("cases.show", ref=ref), 303)


def _home(problems: dict[str, list[str]], fields: dict[str, str], status: int) -> Response:
    actor = current_actor()
    with current_app.extensions["database"].reading() as work:
        page = case_queries.list_cases(work, actor, after=request.args.get("after"), limit=20)
    html = render_template("home.html", page=page, problems=problems, typed=fields, networks=choices())
    return make_response(html, status)
