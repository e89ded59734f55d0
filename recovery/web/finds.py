"""What the machine found by itself, for the desk: legs nobody claimed (leads and auditors), small legs worth a batch."""

from __future__ import annotations

import uuid

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chains.catalogue import networks
from recovery.errors import NotFound
from recovery.queries.batches import open_batches
from recovery.queries.scanning import MOST_SHOWN, all_cursors
from recovery.services import scanning
from recovery.web._wall import staff_only

pages = Blueprint("finds", __name__)

FURTHER_BPS = 10_000
"""What a further address of a batch costs, in hundredths of a percent of its own sweep: all of it, until sweeps are shared."""
MAY_BATCH = frozenset({"specialist", "lead"})


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


@pages.get("/desk/batches")
def batches() -> Response:
    """Small legs of one asset that are together worth a recovery."""
    actor = staff_only()
    if not actor.roles & MAY_BATCH:
        raise NotFound
    with current_app.extensions["database"].reading() as session:
        found = open_batches(session, further_bps=FURTHER_BPS)
        page = render_template("batches.html", batches=found, row_of=networks().get)
    return make_response(page)
