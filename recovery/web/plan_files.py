"""Files of a released plan for the wallet team, to be saved and opened by a signer."""

from __future__ import annotations

import uuid

from flask import Blueprint, current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from recovery.queries.plan_files import plan_file, plan_files
from recovery.web._wall import staff_only

pages = Blueprint("plan_files", __name__)


@pages.get("/plans/<uuid:plan_id>/files")
def listed(plan_id: uuid.UUID) -> Response:
    """The files there are, by format."""
    actor = staff_only()
    with current_app.extensions["database"].reading() as session:
        found = plan_files(session, actor, plan_id)
    return make_response(
        render_template("plan_files.html", plan_id=plan_id, files=found, ref=request.args.get("case", "")[:40])
    )


@pages.get("/plans/<uuid:plan_id>/files/<name>")
def one(plan_id: uuid.UUID, name: str) -> Response:
    """One file, to be saved: no browser shows it as a page of ours."""
    actor = staff_only()
    with current_app.extensions["database"].reading() as session:
        found = plan_file(session, actor, plan_id, name)
    reply = make_response(found.body)
    reply.headers["Content-Type"] = "application/octet-stream"
    reply.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    reply.headers["Cache-Control"] = "no-store"
    return reply
