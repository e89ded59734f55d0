"""Reconciliation at the desk: what the last one found, amounts beside the ledger that two people sign, and held payouts."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chains.catalogue import networks
from recovery.domain.actor import Actor
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, RecoveryError, StepUpNeeded
from recovery.limits import MOVE
from recovery.queries.holds import open_holds, outflows_unexplained, payouts_are_held
from recovery.queries.outflows import watched_wallets
from recovery.queries.reconciliation import (
    READERS,
    SIGNERS,
    latest_run,
    lines_of,
    opening_amount,
    openings_shown,
)
from recovery.services import holds, reconciliation
from recovery.web._assets import assets_named
from recovery.web._forms import typed
from recovery.web._rendering import refusal_words
from recovery.web._wall import current_actor
from recovery.web.auth import confirm_password

pages = Blueprint("reconciliation", __name__)

MAY_LOOK = READERS | {"wallet"}
"""The wallet team sees the page for the sake of held payouts."""
COLUMNS = ("network", "asset", "place", "subject", "status", "reason", "ledger", "expected", "found", "difference")


@pages.get("/reconciliation")
def show() -> Response:
    """The last reconciliation, or the one asked for. Raises NotFound for who may not read it."""
    return _page()


@pages.get("/reconciliation.csv")
def download() -> Response:
    """Its lines as CSV; a cell never begins as a formula would."""
    actor = _reader()
    if not actor.roles & READERS:
        raise NotFound
    with current_app.extensions["database"].reading() as session:
        run = latest_run(session)
        rows = lines_of(session, run) if run else []
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)
    answer = make_response(out.getvalue())
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = 'attachment; filename="reconciliation.csv"'
    return answer


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    is_number = text.lstrip("-").isdigit()
    return f"'{text}" if text[:1] in "=+-@\t\r" and text and not is_number else text


@pages.post("/reconciliation/openings")
def draft() -> Response:
    """Write down an amount beside the ledger."""
    actor = _spend()
    fields = typed()
    try:
        amount = fields.get("amount", "")
        number = int(amount) if amount.lstrip("-").isdecimal() and amount.isascii() and len(amount) < 80 else 0
        with current_app.extensions["database"].unit_of_work() as session:
            reconciliation.draft_opening(
                session,
                actor,
                network=fields.get("network", ""),
                asset=fields.get("asset", ""),
                place=fields.get("place", ""),
                amount=number,
                reason=fields.get("reason", ""),
            )
    except (InvalidInput, NotAllowed) as error:
        return _page(refusal=error, fields=fields)
    return redirect(url_for("reconciliation.show"), 303)


@pages.post("/reconciliation/openings/<uuid:opening_id>/sign")
def sign(opening_id: uuid.UUID) -> Response:
    """Another person signs it, with the password."""
    _spend()
    try:
        confirm_password()
        with current_app.extensions["database"].unit_of_work() as session:
            reconciliation.sign_opening(session, current_actor(), opening_id)
    except (InvalidInput, Conflict, StepUpNeeded, NotAllowed) as error:
        return _page(refusal=error)
    return redirect(url_for("reconciliation.show"), 303)


@pages.post("/payouts/hold")
def hold() -> Response:
    """Hold payouts back, now."""
    actor = _spend()
    with current_app.extensions["database"].unit_of_work() as session:
        holds.hold_by_hand(session, actor, request.form.get("reason", ""))
    return redirect(url_for("reconciliation.show"), 303)


@pages.post("/payouts/holds/<uuid:hold_id>/release")
def release(hold_id: uuid.UUID) -> Response:
    """One of two people says that payouts may go on."""
    _spend()
    try:
        confirm_password()
        with current_app.extensions["database"].unit_of_work() as session:
            holds.let_go_on(session, current_actor(), hold_id, request.form.get("reason", ""))
    except (InvalidInput, Conflict, StepUpNeeded, NotAllowed) as error:
        return _page(refusal=error)
    return redirect(url_for("reconciliation.show"), 303)


def _reader() -> Actor:
    actor = current_actor()
    if not actor.roles & MAY_LOOK:
        raise NotFound
    return actor


def _spend() -> Actor:
    actor = _reader()
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    return actor


def _page(*, refusal: RecoveryError | None = None, fields: dict[str, str] | None = None) -> Response:
    actor = _reader()
    reads = bool(actor.roles & READERS)
    with current_app.extensions["database"].reading() as session:
        run = latest_run(session) if reads else None
        lines = lines_of(session, run) if run else []
        openings = [(row, opening_amount(row)) for row in openings_shown(session)] if reads else []
        wallets = watched_wallets(session)
        named = {str(line["asset"]) for line in lines} | {row.asset for row, _ in openings}
        context = {
            "run": run,
            "lines": lines,
            "openings": openings,
            "held": payouts_are_held(session),
            "holds": open_holds(session),
            "wallets": wallets,
            "outflows": outflows_unexplained(session),
        }
        body = render_template(
            "reconciliation.html",
            assets=assets_named(session, named),
            suggested=sorted(named | set(_coins(row.network for row in wallets))),
            **context,
            reads=reads,
            signs=bool(actor.roles & SIGNERS),
            ends=bool(actor.roles & holds.ENDERS),
            me=actor.id,
            fields=fields or {},
            networks=sorted(networks().values(), key=lambda row: row.name.casefold()),
            refusal=refusal_words(refusal),
        )
    return make_response(body, refusal.status if refusal else 200)


def _coins(slugs: Iterable[str]) -> Iterator[str]:
    """The coins of networks."""
    own = networks()
    return (own[slug].native.asset for slug in slugs if slug in own)
