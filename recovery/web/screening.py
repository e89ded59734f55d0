"""Blocked funds: cases with a sanctioned party and the clock of their report, for lead and auditor."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, render_template
from werkzeug.wrappers import Response

from recovery.queries.clock import database_now
from recovery.queries.screening import blocked_funds, lists_shown
from recovery.web._wall import current_actor

pages = Blueprint("screening", __name__)


@pages.get("/blocked-funds")
def blocked() -> Response:
    """Every case with a sanctioned party, the oldest first. Raises NotFound for anybody else."""
    with current_app.extensions["database"].reading() as session:
        rows = blocked_funds(session, current_actor(), database_now(session))
        lists = lists_shown(session)
    return make_response(render_template("blocked.html", rows=rows, lists=lists))
