"""Batches: small losses of one asset that are worth their recovery together."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from chains.catalogue import networks
from recovery.domain.actor import Actor
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed, NotFound, RecoveryError, StaleVersion
from recovery.limits import MOVE
from recovery.queries.batches import formed_batches, open_batches, parked_groups
from recovery.services import batches
from recovery.web._assets import contracts_named
from recovery.web._rendering import refusal_words
from recovery.web._wall import staff_only

pages = Blueprint("batches", __name__)

FURTHER_BPS = 10_000
"""What a further address costs, in hundredths of a percent of its own sweep: all of it, since each is a transaction."""


@pages.get("/desk/batches")
def show() -> Response:
    """What could be swept together, and what is."""
    return _page()


@pages.post("/desk/batches")
def form() -> Response:
    """Bring cases together."""
    refs = request.form.getlist("case")[: batches.MOST + 1]
    return _act(lambda session, actor: batches.form(session, actor, refs))


@pages.post("/desk/batches/<uuid:batch_id>/quote")
def quote(batch_id: uuid.UUID) -> Response:
    """Offer every case that is ready its quote, with its share of the cost."""
    return _with(batch_id, batches.offer_all)


@pages.post("/desk/batches/<uuid:batch_id>/prepare")
def prepare(batch_id: uuid.UUID) -> Response:
    """Have one sweep planned for all cases that accepted."""
    return _with(batch_id, batches.prepare_all)


def _with(batch_id: uuid.UUID, what: Callable[[Session, Actor, Any], Any]) -> Response:
    return _act(lambda session, actor: what(session, actor, batches.find(session, actor, batch_id)))


def _act(what: Callable[[Session, Actor], Any]) -> Response:
    actor = _looker()
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    try:
        with current_app.extensions["database"].unit_of_work() as session:
            what(session, actor)
    except (InvalidInput, Conflict, MoveNotOpen, NotAllowed, StaleVersion) as error:
        return _page(refusal=error)
    return redirect(url_for("batches.show"), code=303)


def _looker() -> Actor:
    actor = staff_only()
    if not actor.roles & batches.BATCHERS:
        raise NotFound
    return actor


def _page(refusal: RecoveryError | None = None) -> Response:
    _looker()
    with current_app.extensions["database"].reading() as session:
        suggested, parked = open_batches(session, further_bps=FURTHER_BPS), parked_groups(session)
        formed = formed_batches(session)
        named = {(one.network, one.contract or "") for one in parked} | {
            (one.network, one.contract or "") for one in formed
        }
        page = render_template(
            "batches.html",
            suggested=suggested,
            parked=parked,
            formed=formed,
            assets=contracts_named(session, named),
            refusal=refusal_words(refusal),
            row_of=networks().get,
        )
    return make_response(page, refusal.status if refusal else 200)
