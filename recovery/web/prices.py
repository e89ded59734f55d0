"""Prices as they are decided now, why some are not, and prices that two people enter and confirm."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chains.catalogue import networks
from recovery.domain import texts
from recovery.domain.actor import Actor
from recovery.domain.prices import REFERENCES
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, RecoveryError, StepUpNeeded
from recovery.limits import MOVE
from recovery.queries.people import display_names
from recovery.queries.prices import entries_shown, limits_in_force, may_keep, prices_shown
from recovery.services import prices
from recovery.web._assets import contracts_named
from recovery.web._forms import typed
from recovery.web._rendering import detail_text, said
from recovery.web._wall import current_actor
from recovery.web.auth import confirm_password

pages = Blueprint("prices", __name__)

ROLES = frozenset({"lead", "clearing", "auditor"})


@pages.get("/prices")
def show() -> Response:
    """Every price that open cases need, and prices by hand."""
    return _page()


@pages.post("/prices")
def enter() -> Response:
    """Enter a price; it counts once somebody else confirms it."""
    actor = _reader()
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    fields = typed()
    try:
        confirm_password()
        with current_app.extensions["database"].unit_of_work() as work:
            prices.enter(
                work,
                current_actor(),
                network=fields.get("network", ""),
                contract=fields.get("contract", ""),
                reference=fields.get("reference", ""),
                price=fields.get("price", ""),
                decimals=_whole(fields.get("decimals", "")),
                reason=fields.get("reason", ""),
            )
    except (InvalidInput, Conflict, StepUpNeeded, NotAllowed) as error:
        return _page(refusal=error, fields=fields)
    return redirect(url_for("prices.show"), 303)


@pages.post("/prices/<uuid:entry>/confirm")
def confirm(entry: uuid.UUID) -> Response:
    """Put somebody else's price in force."""
    actor = _reader()
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    try:
        confirm_password()
        with current_app.extensions["database"].unit_of_work() as work:
            prices.confirm(work, current_actor(), entry)
    except (InvalidInput, Conflict, StepUpNeeded, NotAllowed) as error:
        return _page(refusal=error)
    return redirect(url_for("prices.show"), 303)


def _reader() -> Actor:
    actor = current_actor()
    if not actor.roles & ROLES:
        raise NotFound
    return actor


def _whole(text: str) -> int:
    """A small whole number; anything else is a number no asset has as decimals."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1


def _page(*, refusal: RecoveryError | None = None, fields: Mapping[str, str] | None = None) -> Response:
    actor = _reader()
    with current_app.extensions["database"].reading() as work:
        rows = prices_shown(work, actor)
        entries = entries_shown(work, actor)
        names = display_names(work, [one for row in entries for one in (row.entered_by, row.confirmed_by) if one])
        limits = limits_in_force(work)
        by_hand = contracts_named(work, [(row.network, row.contract) for row in entries])
        told = {
            (row["network"], row["contract"] or ""): (row["symbol"], row["decimals"])
            for row in rows
            if row["decimals"] is not None
        }
    body = render_template(
        "prices.html",
        rows=rows,
        exceptions=[row for row in rows if row["why_not"]],
        entries=entries,
        names=names,
        names_of={**by_hand, **told},
        limits=limits,
        keeper=may_keep(actor),
        networks=sorted(networks()),
        references=REFERENCES,
        typed=fields or {},
        entering=fields is not None or bool(request.args.get("enter")),
        refusal=_refusal(refusal),
        problems=getattr(refusal, "fields", {}),
    )
    return make_response(body, refusal.status if refusal else 200)


def _refusal(error: RecoveryError | None) -> dict[str, str] | None:
    if error is None:
        return None
    title, advice = texts.ERRORS.get(error.code, texts.ERRORS["error"])
    detail = detail_text(error.detail, error.values) if error.detail != error.code else ""
    return {"title": said(title), "detail": detail, "advice": said(advice)}
