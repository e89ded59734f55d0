"""The registries: what is in them, one row with its history, adding and changing a row. Files: ``registry_files``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chains.catalogue import networks, shown as shown_networks
from recovery.domain import texts
from recovery.domain.actor import Actor
from recovery.domain.registries import Registry, cell_text
from recovery.errors import Conflict, InvalidInput, NotFound, RecoveryError, StepUpNeeded
from recovery.limits import MOVE
from recovery.queries.registry import Filter, registry_of, registry_rows
from recovery.queries.registry_view import RowView, cards, load_of, name_of, row_view, validity
from recovery.services import registry_edits
from recovery.services.registry import MAY_IMPORT
from recovery.web import _registry_words as words
from recovery.web._forms import request_id, typed
from recovery.web._rendering import detail_text, said
from recovery.web._wall import current_actor, staff_only
from recovery.web.auth import confirm_password

pages = Blueprint("registries", __name__)
words.install(pages)

PAGE = 50
REFUSALS = (InvalidInput, Conflict, StepUpNeeded)


def keeper() -> Actor:
    """Who is asking, when they may change registries; anybody else is told that there is no such page."""
    actor = current_actor()
    if not actor.roles & MAY_IMPORT:
        raise NotFound
    return actor


def words_of(refusal: RecoveryError) -> dict[str, str]:
    """A refusal in words, for a page that shows it above the form."""
    title, advice = texts.ERRORS.get(refusal.code, texts.ERRORS["error"])
    if isinstance(refusal, Conflict):
        advice = ""
    detail = detail_text(refusal.detail, refusal.values) if refusal.detail != refusal.code else ""
    return {"title": said(title), "advice": said(advice), "detail": detail}


@pages.get("/registries")
def overview() -> Response:
    """One card a registry."""
    actor = staff_only()
    with current_app.extensions["database"].reading() as work:
        found = cards(work, actor)
    return make_response(render_template("registries.html", cards=found, may_change=_may_change(actor)))


@pages.get("/registries/<kind>")
def show(kind: str) -> Response:
    """The rows of one registry that fit, a page of them."""
    actor, registry = staff_only(), registry_of(kind)
    given = {name: request.args.get(name, "").strip()[:1000] for name in ("q", "network", "as_of")}
    problems: dict[str, list[str]] = {}
    rows: list[dict[str, Any]] = []
    following = None
    with current_app.extensions["database"].reading() as work:
        now = datetime.now(UTC)
        try:
            wanted = Filter(given["network"] or None, given["q"] or None, _moment(given["as_of"]))
            rows, following = registry_rows(work, actor, kind, wanted, after=request.args.get("after"), limit=PAGE)
        except InvalidInput as error:
            problems = error.fields or {"q": [error.detail]}
        loaded = _loaded(work, actor, kind)
    page = render_template(
        "registry.html",
        registry=registry,
        columns=[column for name in words.LISTED[kind] for column in registry.columns if column.name == name],
        numbers=words.NUMBERS,
        rows=[(name_of(registry, row), words.cells_of(registry, row), validity(row, now)) for row in rows],
        following=following,
        given=given,
        problems=problems,
        loaded=loaded,
        networks=_networks(),
        may_change=_may_change(actor),
    )
    return make_response(page, 422 if problems else 200)


@pages.get("/registries/<kind>/rows/<name>")
def row(kind: str, name: str) -> Response:
    """One row with every field, and its history."""
    return _row_page(kind, name)


@pages.post("/registries/<kind>/rows/<name>/end")
def end(kind: str, name: str) -> Response:
    """Let an address be ours no longer, from a moment on."""
    actor = keeper()
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    fields = typed()
    try:
        confirm_password()
        with current_app.extensions["database"].unit_of_work() as work:
            registry_edits.end_validity(
                work,
                current_actor(),
                kind,
                name,
                until=fields.get("valid_until", ""),
                mark=request.form.get("mark", ""),
                request_id=request_id(),
            )
    except REFUSALS as error:
        return _row_page(kind, name, refusal=error, fields=fields)
    return redirect(url_for("registries.row", kind=kind, name=name), 303)


@pages.route("/registries/<kind>/new", methods=["GET", "POST"])
def new(kind: str) -> Response:
    """The form of a new row, and what it sends."""
    keeper()
    registry = registry_of(kind)
    if request.method == "GET":
        return _form(registry, {})
    return _put(registry, mark="", name=None)


@pages.route("/registries/<kind>/rows/<name>/edit", methods=["GET", "POST"])
def edit(kind: str, name: str) -> Response:
    """The form of a row there is; its key stays what it is."""
    actor = keeper()
    registry = registry_of(kind)
    with current_app.extensions["database"].reading() as work:
        found = row_view(work, actor, kind, name)
    if found.row is None or registry.appends:
        raise NotFound
    given = {column.name: cell_text(column, found.row[column.name]) for column in registry.columns}
    if request.method == "GET":
        return _form(registry, given, name=name, mark=found.mark)
    kept = {column: given[column] for column in registry.key}
    return _put(registry, mark=request.form.get("mark", ""), name=name, kept=kept)


def _put(registry: Registry, *, mark: str, name: str | None, kept: Mapping[str, str] | None = None) -> Response:
    """Send a row in; what was typed survives a refusal."""
    actor = current_actor()
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    fields = {column: value for column, value in typed("mark").items() if column in registry.header} | dict(kept or {})
    try:
        confirm_password()
        with current_app.extensions["database"].unit_of_work() as work:
            registry_edits.put_row_once(
                work, current_actor(), registry.kind, fields, mark=mark, request_id=request_id()
            )
    except REFUSALS as error:
        return _form(registry, fields, name=name, mark=mark, refusal=error)
    if name is not None:
        return redirect(url_for("registries.row", kind=registry.kind, name=name), 303)
    searched = next((fields[column] for column in registry.searched if fields.get(column)), None)
    return redirect(url_for("registries.show", kind=registry.kind, q=searched), 303)


def _form(
    registry: Registry,
    given: Mapping[str, str],
    *,
    name: str | None = None,
    mark: str = "",
    refusal: RecoveryError | None = None,
) -> Response:
    page = render_template(
        "registry_form.html",
        registry=registry,
        given=given,
        name=name,
        mark=mark,
        refusal=words_of(refusal) if refusal else None,
        problems=getattr(refusal, "fields", {}),
        networks=_networks(),
        ask_password=not current_actor().stepped_up,
        sentence=words.sentence,
    )
    return make_response(page, refusal.status if refusal else 200)


def _row_page(
    kind: str, name: str, *, refusal: RecoveryError | None = None, fields: Mapping[str, str] | None = None
) -> Response:
    actor, registry = staff_only(), registry_of(kind)
    with current_app.extensions["database"].reading() as work:
        found = row_view(work, actor, kind, name)
    page = render_template(
        "registry_row.html",
        registry=registry,
        found=found,
        name=name,
        heading=_heading(registry, found),
        cells=words.cells_of(registry, found.row, whole=True) if found.row else {},
        may_change=_may_change(actor) and found.row is not None and not registry.appends,
        may_end=found.validity == "now",
        ask_password=not actor.stepped_up,
        refusal=words_of(refusal) if refusal else None,
        problems=getattr(refusal, "fields", {}),
        typed=fields or {},
        sentence=words.sentence,
    )
    return make_response(page, refusal.status if refusal else 200)


def _heading(registry: Registry, found: RowView) -> str:
    """What the row is called: the first of its names that is not empty."""
    columns = {column.name: column for column in registry.columns}
    whole = found.row or found.key
    named = (cell_text(columns[name], whole[name]) for name in words.LISTED[registry.kind] if name in whole)
    return next(filter(None, named), "")


def _loaded(work: Any, actor: Actor, kind: str) -> Any:
    """The load that has just been confirmed, when the address names one."""
    load_id = request.args.get("load", type=UUID)
    return load_of(work, actor, kind, load_id) if load_id else None


def _moment(day: str) -> datetime | None:
    """A day as its beginning, UTC; also a whole time. Raises InvalidInput."""
    if not day:
        return None
    try:
        if len(day) == 10:
            return datetime.combine(date.fromisoformat(day), time(), UTC)
        at = datetime.fromisoformat(day)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput("bad_date", {"as_of": ["bad_date"]}) from None


def _networks() -> list[tuple[str, str]]:
    """Networks to choose from, by name."""
    configured = networks() if current_app.extensions["settings"].sandbox else ()
    return sorted(((row.slug, row.name) for row in shown_networks(configured)), key=lambda row: row[1].casefold())


def _may_change(actor: Actor) -> bool:
    return bool(actor.roles & MAY_IMPORT)
