"""Alarms at the desk: what rings, what was acknowledged and why."""

from __future__ import annotations

import uuid

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from recovery.errors import Conflict, InvalidInput, NotFound, RecoveryError, StepUpNeeded
from recovery.limits import MOVE
from recovery.queries.alarms import ANSWERERS, MOST_SHOWN, list_alarms, may_read
from recovery.queries.approvals import alarms_ringing
from recovery.queries.custody import WALLET_CHANGED
from recovery.services.alarms import acknowledge
from recovery.web._rendering import refusal_words
from recovery.web._wall import current_actor, staff_only
from recovery.web.auth import confirm_password

pages = Blueprint("alarms", __name__)


@pages.get("/alarms")
def show() -> Response:
    """Open alarms, the oldest first, then those somebody acknowledged. Raises NotFound for who is told of none."""
    return _page()


@pages.post("/alarms/<uuid:alarm_id>/acknowledge")
def answer(alarm_id: uuid.UUID) -> Response:
    """Somebody looked, and says why it may rest."""
    actor = staff_only()
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    reason = request.form.get("reason", "")
    try:
        confirm_password()
        with current_app.extensions["database"].unit_of_work() as session:
            acknowledge(session, current_actor(), alarm_id, reason)
    except (InvalidInput, Conflict, StepUpNeeded) as error:
        return _page(refusal=error, about=alarm_id)
    return redirect(url_for("alarms.show"), 303)


def _page(*, refusal: RecoveryError | None = None, about: uuid.UUID | None = None) -> Response:
    actor = current_actor()
    if not may_read(actor):
        raise NotFound
    with current_app.extensions["database"].reading() as session:
        ringing = list_alarms(session, still_open=True)
        answered = list_alarms(session, still_open=False, limit=50)
        glass = alarms_ringing(session)
    body = render_template(
        "alarms.html",
        ringing=ringing,
        answered=answered,
        most=MOST_SHOWN,
        answering=bool(actor.roles & ANSWERERS),
        me=str(actor.id),
        asking=WALLET_CHANGED if not actor.stepped_up else None,
        typed={str(about): request.form.get("reason", "")},
        glass=glass,
        refusal=refusal_words(refusal),
    )
    return make_response(body, refusal.status if refusal else 200)
