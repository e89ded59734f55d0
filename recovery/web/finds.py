"""What the machine found by itself, for the desk: legs nobody claimed (leads and auditors)."""

from __future__ import annotations

import uuid

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chains.catalogue import networks
from recovery.queries.scanning import MOST_SHOWN, all_cursors
from recovery.services import scanning
from recovery.web._wall import staff_only

pages = Blueprint("finds", __name__)


@pages.get("/desk/uncredited")
def uncredited() -> Response:
    """Legs to addresses of ours that nobody credited or claimed. Each look is written down, with who looked."""
    actor = staff_only()
    asked = request.args.get("network") or None
    slug = asked if asked in networks() else None
    with current_app.extensions["database"].unit_of_work() as session:
        legs = scanning.look_at_pool(session, actor, slug)
        cursors = all_cursors(session)
        page = render_template(
            "uncredited.html",
            legs=legs,
            cursors=cursors,
            chosen=slug,
            most=MOST_SHOWN,
            may_open="lead" in actor.roles,
            row_of=networks().get,
        )
    return make_response(page)


@pages.post("/desk/uncredited/<uuid:leg>/open")
def open_case(leg: uuid.UUID) -> Response:
    """A case for the customer whose leg it is, before they ask. Raises NotFound, InvalidInput when it is nobody's."""
    actor = staff_only()
    with current_app.extensions["database"].unit_of_work() as session:
        ref = scanning.open_by_hand(session, actor, leg).ref
    return redirect(url_for("cases.show", ref=ref), code=303)
