"""Approvals: limits, deputies, broken glass, and who approves whose cases."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from chains.catalogue import networks
from recovery.domain import texts
from recovery.domain.actor import Actor
from recovery.domain.sign_off_rules import STAGES
from recovery.domain.sign_off_texts import SCOPES
from recovery.errors import Conflict, InvalidInput, NotAllowed, RecoveryError, StepUpNeeded
from recovery.limits import MOVE
from recovery.queries import approvals as shown
from recovery.queries.clock import database_now
from recovery.services import break_glass, delegations, limits
from recovery.web._assets import contracts_named
from recovery.web._forms import typed
from recovery.web._rendering import detail_text, said
from recovery.web._wall import current_actor
from recovery.web.auth import confirm_password

pages = Blueprint("approvals", __name__)

Act = Callable[[Session, Actor], object]


@pages.get("/approvals")
def show() -> Response:
    """Everything for whoever answers for it; to approvers their own limits and deputies."""
    return _page()


@pages.post("/approvals/limits")
def set_limit() -> Response:
    """Propose a limit; somebody else confirms it."""
    fields = typed()

    def act(work: Session, actor: Actor) -> object:
        given = {
            "scope": fields.get("scope", ""),
            "network": fields.get("network", ""),
            "contract": fields.get("contract") or None,
            "per_case": _units(fields, "per_case"),
            "per_day": _units(fields, "per_day"),
            "reason": fields.get("reason", ""),
        }
        return limits.set_limit(work, actor, _id(fields, "person"), given)

    return _act(act, fields, "limit")


@pages.post("/approvals/limits/<uuid:limit_id>/confirm")
def confirm_limit(limit_id: uuid.UUID) -> Response:
    """Put a proposed limit in force."""
    return _act(lambda work, actor: limits.confirm_limit(work, actor, limit_id))


@pages.post("/approvals/delegations")
def delegate() -> Response:
    """Ask somebody to stand in."""
    fields = typed()

    def act(work: Session, actor: Actor) -> object:
        start, end = _day(fields, "starts_on"), _day(fields, "ends_on") + timedelta(days=1)
        to, reason = _id(fields, "to"), fields.get("reason", "")
        return delegations.delegate(work, actor, to, fields.get("stage", ""), start, end, reason)

    return _act(act, fields, "delegation")


@pages.post("/approvals/delegations/<uuid:delegation_id>/confirm")
def confirm_delegation(delegation_id: uuid.UUID) -> Response:
    """The deputy agrees."""
    return _act(lambda work, actor: delegations.confirm_delegation(work, actor, delegation_id))


@pages.post("/approvals/delegations/<uuid:delegation_id>/end")
def end_delegation(delegation_id: uuid.UUID) -> Response:
    """It ends at once."""
    return _act(lambda work, actor: delegations.end_delegation(work, actor, delegation_id))


@pages.post("/approvals/glass/<uuid:plan_id>/review")
def review(plan_id: uuid.UUID) -> Response:
    """Somebody who had no part in it writes down what they found."""
    fields = typed()
    return _act(lambda work, actor: break_glass.review(work, actor, plan_id, fields.get("note", "")), fields)


def _act(act: Act, fields: dict[str, str] | None = None, opened: str = "") -> Response:
    actor = current_actor()
    shown.may_look(actor)
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    try:
        confirm_password()
        with current_app.extensions["database"].unit_of_work() as work:
            act(work, current_actor())
    except (InvalidInput, Conflict, StepUpNeeded, NotAllowed) as error:
        return _page(refusal=error, fields=fields, opened=opened)
    return redirect(url_for("approvals.show"), 303)


def _page(*, refusal: RecoveryError | None = None, fields: dict[str, str] | None = None, opened: str = "") -> Response:
    actor = current_actor()
    shown.may_look(actor)
    reader = bool(actor.roles & shown.READERS)
    with current_app.extensions["database"].reading() as work:
        now = database_now(work)
        context: dict[str, Any] = {
            "limits": shown.limits_listed(work, actor),
            "delegations": shown.delegations_listed(work, actor, now),
            "alarms": shown.alarms(work, actor) if reader else [],
            "by_preparer": shown.pairs_by_preparer(work, now) if reader else [],
            "by_team": shown.pairs_of_teams(work, now) if reader else [],
            "people": shown.approvers(work),
        }
        context["assets"] = contracts_named(
            work, {(row["network"], row["contract"] or "") for row in context["limits"]}
        )
    context |= {
        "reader": reader,
        "setter": limits.may_set(actor),
        "keeper": limits.may_confirm(actor),
        "my_teams": [team for team in STAGES if team in actor.roles],
        "scopes": list(SCOPES),
        "networks": sorted(networks()),
        "typed": fields or {},
        "opened": opened,
        "refusal": _refusal(refusal),
        "problems": getattr(refusal, "fields", {}),
    }
    return make_response(render_template("approvals.html", **context), refusal.status if refusal else 200)


def _refusal(error: RecoveryError | None) -> dict[str, str] | None:
    if error is None:
        return None
    title, advice = texts.ERRORS.get(error.code, texts.ERRORS["error"])
    detail = detail_text(error.detail, error.values) if error.detail != error.code else ""
    return {"title": said(title), "detail": detail, "advice": said(advice)}


def _id(fields: dict[str, str], name: str) -> uuid.UUID:
    try:
        return uuid.UUID(fields.get(name, ""))
    except ValueError:
        raise InvalidInput("field_is_invalid", fields={name: ["field_is_invalid"]}) from None


def _units(fields: dict[str, str], name: str) -> int | None:
    text = fields.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 78):
        raise InvalidInput("limit_is_no_amount", fields={name: ["limit_is_no_amount"]})
    return int(text)


def _day(fields: dict[str, str], name: str) -> datetime:
    """Midnight (UTC) of a date as browsers send it."""
    try:
        day = date.fromisoformat(fields.get(name, ""))
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    except ValueError:
        raise InvalidInput("field_is_invalid", fields={name: ["field_is_invalid"]}) from None
