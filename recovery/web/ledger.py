"""The books for clearing, auditor and lead: the trial balance, the cases behind an account, one case, closed months."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from recovery.domain import texts
from recovery.domain.actor import Actor
from recovery.domain.chart import CHART, NAMES
from recovery.domain.months import month_name
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, RecoveryError, StepUpNeeded
from recovery.limits import MOVE
from recovery.queries.cases import find_case
from recovery.queries.ledger import (
    balances,
    cases_on,
    closed_until,
    corrections_of,
    folded,
    may_read,
    periods,
    postings_of,
    reasons_of,
    statement_rows,
    trial_balances,
    unbalanced,
)
from recovery.queries.people import display_names
from recovery.schemas.ledger import STATEMENT, TRIAL, trial_rows, written
from recovery.services import ledger
from recovery.web._assets import assets_named
from recovery.web._forms import typed
from recovery.web._rendering import detail_text, said
from recovery.web._wall import current_actor
from recovery.web.auth import confirm_password

pages = Blueprint("ledger", __name__)

REFUSALS = (InvalidInput, Conflict, StepUpNeeded, NotAllowed)


@pages.get("/ledger")
def show() -> Response:
    """The trial balance of everything posted so far, and the months."""
    return _trial_page()


@pages.get("/ledger.csv")
def show_csv() -> Response:
    """The trial balance as a file."""
    _reader()
    with current_app.extensions["database"].reading() as session:
        trials = trial_balances(balances(session))
    return _file(written(TRIAL, trial_rows(trials)), "trial-balance.csv")


@pages.get("/ledger/account/<code>")
def account(code: str) -> Response:
    """The cases that hold something of one asset on an account."""
    _reader()
    if code not in NAMES:
        raise NotFound
    network, asset = request.args.get("network", ""), request.args.get("asset", "")
    with current_app.extensions["database"].reading() as session:
        rows = cases_on(session, code, network, asset)
        assets = assets_named(session, {asset})
    page = render_template("ledger_account.html", code=code, network=network, asset=asset, rows=rows, assets=assets)
    return make_response(page)


@pages.get("/ledger/cases/<ref>")
def case(ref: str) -> Response:
    """Every posting of a case, its balances, and corrections."""
    return _case_page(ref)


@pages.get("/ledger/cases/<ref>.csv")
def case_csv(ref: str) -> Response:
    """Every posting of a case as a file."""
    actor = _reader()
    with current_app.extensions["database"].reading() as session:
        found = find_case(session, actor, ref)
        rows = statement_rows(postings_of(session, found.id))
    return _file(written(STATEMENT, rows), f"{ref}-postings.csv")


@pages.post("/ledger/cases/<ref>/corrections")
def propose(ref: str) -> Response:
    """Say that a posting is wrong, and what should have stood there."""
    actor = _spending()
    fields = typed()
    try:
        with current_app.extensions["database"].unit_of_work() as session:
            found = find_case(session, actor, ref)
            ledger.propose_correction(
                session, actor, found, _id(fields.get("posting", "")), fields.get("reason", ""), _instead(fields)
            )
    except REFUSALS as error:
        return _case_page(ref, refusal=error, fields=fields)
    return redirect(url_for("ledger.case", ref=ref), 303)


@pages.post("/ledger/cases/<ref>/corrections/<uuid:correction>")
def decide(ref: str, correction: uuid.UUID) -> Response:
    """Approve or reject what somebody else proposed."""
    _spending()
    try:
        confirm_password()
        with current_app.extensions["database"].unit_of_work() as session:
            approve = request.form.get("verdict") == "approve"
            ledger.decide_correction(session, current_actor(), correction, approve=approve)
    except REFUSALS as error:
        return _case_page(ref, refusal=error)
    return redirect(url_for("ledger.case", ref=ref), 303)


@pages.post("/ledger/months")
def propose_close() -> Response:
    """Put a month that is over before somebody else."""
    actor = _spending()
    fields = typed()
    try:
        with current_app.extensions["database"].unit_of_work() as session:
            ledger.propose_close(session, actor, fields.get("month", ""))
    except REFUSALS as error:
        return _trial_page(refusal=error, fields=fields)
    return redirect(url_for("ledger.show"), 303)


@pages.post("/ledger/months/<uuid:period>/close")
def close(period: uuid.UUID) -> Response:
    """Close a month with the balances that were shown."""
    _spending()
    try:
        confirm_password()
        with current_app.extensions["database"].unit_of_work() as session:
            ledger.close(session, current_actor(), period, request.form.get("digest", ""))
    except REFUSALS as error:
        return _trial_page(refusal=error)
    return redirect(url_for("ledger.show"), 303)


def _reader() -> Actor:
    actor = current_actor()
    if not may_read(actor):
        raise NotFound
    return actor


def _spending() -> Actor:
    actor = _reader()
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    return actor


def _id(text: str) -> uuid.UUID:
    """Raises NotFound for what is no id of a posting."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None


def _instead(fields: Mapping[str, str]) -> tuple[str, str, int] | None:
    """What should have been posted, when anything was filled in. Raises InvalidInput."""
    debit, credit, amount = (fields.get(name, "") for name in ("debit", "credit", "amount"))
    if not (debit or credit or amount):
        return None
    if not (amount.isascii() and amount.isdigit() and len(amount) <= 78):
        raise InvalidInput("replacement_is_wrong", fields={"amount": ["replacement_is_wrong"]})
    return debit, credit, int(amount)


def _file(text: str, name: str) -> Response:
    answer = make_response(text)
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _trial_page(refusal: RecoveryError | None = None, fields: Mapping[str, str] | None = None) -> Response:
    actor = _reader()
    with current_app.extensions["database"].reading() as session:
        held = balances(session)
        months = periods(session)
        names = display_names(session, [one for row in months for one in (row.proposed_by, row.closed_by) if one])
        until = closed_until(session)
        assets = assets_named(session, {asset for _, _, asset in held})
    context = {
        "trials": trial_balances(held),
        "assets": assets,
        "wrong": unbalanced(held),
        "months": months,
        "names": names,
        "until": until,
        "month_name": month_name,
        "may_propose": bool(actor.roles & ledger.MAY_PROPOSE),
        "may_close": bool(actor.roles & ledger.MAY_CLOSE),
        **_refused(refusal, fields),
    }
    return make_response(render_template("ledger.html", **context), refusal.status if refusal else 200)


def _case_page(ref: str, refusal: RecoveryError | None = None, fields: Mapping[str, str] | None = None) -> Response:
    actor = _reader()
    with current_app.extensions["database"].reading() as session:
        context = _case_context(session, actor, ref)
    context |= _refused(refusal, fields)
    return make_response(render_template("ledger_case.html", **context), refusal.status if refusal else 200)


def _case_context(session: Session, actor: Actor, ref: str) -> dict[str, Any]:
    found = find_case(session, actor, ref)
    postings = postings_of(session, found.id)
    corrections = corrections_of(session, found.id)
    live = {one.posting_id for one in corrections if one.state != "rejected"}
    return {
        "ref": found.ref,
        "state": found.state,
        "postings": postings,
        "by_id": {row.id: row for row in postings},
        "open_to_correction": [row for row in postings if row.id not in live],
        "trials": trial_balances(folded(postings)),
        "assets": assets_named(session, {row.asset for row in postings}),
        "corrections": corrections,
        "reasons": reasons_of(session, corrections),
        "names": display_names(
            session, [one for row in corrections for one in (row.proposed_by, row.decided_by) if one]
        ),
        "chart": CHART,
        "may_propose": bool(actor.roles & ledger.MAY_PROPOSE) and ledger.at_rest(found),
        "may_decide": bool(actor.roles & ledger.MAY_CLOSE),
    }


def _refused(error: RecoveryError | None, fields: Mapping[str, str] | None) -> dict[str, Any]:
    """What was refused, in words, and what had been typed."""
    told: dict[str, Any] = {"refusal": None, "problems": getattr(error, "fields", {}), "typed": dict(fields or {})}
    if error is not None:
        title, advice = texts.ERRORS.get(error.code, texts.ERRORS["error"])
        detail = detail_text(error.detail, error.values) if error.detail != error.code else ""
        told["refusal"] = {"title": said(title), "detail": detail, "advice": said(advice)}
    return told
