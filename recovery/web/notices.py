"""The link of a notice: who was told of a change that was not theirs says so here, without signing in."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from recovery.errors import Conflict
from recovery.limits import NOTICE, address_of
from recovery.queries.destination_view import notice_shown
from recovery.services import destinations
from recovery.services.notices import notice_of

pages = Blueprint("notices", __name__)


@pages.get("/notices/<token>")
def show(token: str) -> Response:
    """What was changed, and the one button. Opening the link alone changes nothing: programs open links too."""
    current_app.extensions["limits"].spend(NOTICE, address_of(request.remote_addr))
    notice_id = notice_of(current_app.extensions["settings"].secret_key, token)
    with current_app.extensions["database"].reading() as work:
        shown = notice_shown(work, notice_id)
    return make_response(render_template("notice.html", notice=shown, token=token, said=""))


@pages.post("/notices/<token>")
def deny(token: str) -> Response:
    """This was not me: the change is undone and the refund stops, once."""
    current_app.extensions["limits"].spend(NOTICE, address_of(request.remote_addr))
    notice_id = notice_of(current_app.extensions["settings"].secret_key, token)
    status = 200
    try:
        with current_app.extensions["database"].unit_of_work() as work:
            said = "stopped" if destinations.deny(work, notice_id) else "too_late"
    except Conflict:
        said, status = "used", 409
    with current_app.extensions["database"].reading() as work:
        shown = notice_shown(work, notice_id)
    return make_response(render_template("notice.html", notice=shown, token=token, said=said), status)
