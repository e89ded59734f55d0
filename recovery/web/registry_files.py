"""Registries as files: download, and upload with a look at what it would do before it does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.domain.token_lists import STATES
from recovery.errors import Conflict, InvalidInput, NotFound, RecoveryError
from recovery.limits import IMPORT
from recovery.queries.registry import csv_lines, export_token_list, registry_of
from recovery.services import registry_edits
from recovery.web._wall import current_actor, staff_only
from recovery.web.auth import confirm_password
from recovery.web.registries import REFUSALS, keeper, words_of

pages = Blueprint("registry_files", __name__)

MOST_REFUSALS = 200


@pages.get("/registries/<kind>/download")
def download(kind: str) -> Response:
    """The whole registry as the CSV that an upload takes, or listed assets as a token list.

    Cells are as they are kept, also those a spreadsheet would take for a formula: what is written must be what is read
    again. So the answer is a file to save, of a type no browser runs.
    """
    actor = staff_only()
    registry_of(kind)
    if request.args.get("format") == "token-list":
        if kind != "assets":
            raise NotFound
        with current_app.extensions["database"].reading() as work:
            body = json.dumps(export_token_list(work, actor), ensure_ascii=False, indent=2)
        answer = current_app.response_class(body, mimetype="application/json")
        answer.headers["Content-Disposition"] = 'attachment; filename="assets.tokenlist.json"'
        return answer
    answer = current_app.response_class(_lines(current_app.extensions["database"], actor, kind), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return answer


@pages.route("/registries/<kind>/upload", methods=["GET", "POST"])
def upload(kind: str) -> Response:
    """The form for a file, and the look at what the file would do."""
    actor = keeper()
    registry = registry_of(kind)
    if request.method == "GET":
        return _upload_page(kind)
    current_app.extensions["limits"].spend(IMPORT, str(actor.id))
    sent = request.files.get("file")
    content = sent.stream.read() if sent is not None else b""
    replaces = request.form.get("replaces") == "yes" and not registry.appends
    try:
        if not content:
            raise InvalidInput("file_is_missing", {"file": ["file_is_missing"]})
        with current_app.extensions["database"].unit_of_work() as work:
            state = request.form.get("state", "listed")
            found = registry_edits.look_at_upload(work, actor, kind, content, state=state, replaces=replaces)
    except InvalidInput as error:
        return _upload_page(kind, refusal=error)
    return redirect(url_for("registry_files.look", kind=kind, upload_id=found), 303)


@pages.get("/registries/<kind>/uploads/<uuid:upload_id>")
def look(kind: str, upload_id: Any) -> Response:
    """What the file would do."""
    return _look_page(keeper(), kind, upload_id)


@pages.post("/registries/<kind>/uploads/<uuid:upload_id>/confirm")
def confirm(kind: str, upload_id: Any) -> Response:
    """Take the file; with refused rows only the others, and only when that is said."""
    actor = keeper()
    current_app.extensions["limits"].spend(IMPORT, str(actor.id))
    try:
        confirm_password()
        with current_app.extensions["database"].unit_of_work() as work:
            partial = request.form.get("partial") == "yes"
            result = registry_edits.take_upload(work, current_actor(), kind, upload_id, partial=partial)
    except NotFound:
        return _upload_page(kind, refusal=Conflict("upload_is_gone"))
    except REFUSALS as error:
        return _look_page(actor, kind, upload_id, refusal=error)
    return redirect(url_for("registries.show", kind=kind, load=result.load_id), 303)


def _upload_page(kind: str, *, refusal: RecoveryError | None = None) -> Response:
    registry = registry_of(kind)
    page = render_template(
        "registry_upload.html",
        registry=registry,
        states=STATES if kind == "assets" else (),
        refusal=words_of(refusal) if refusal else None,
        largest=current_app.config["MAX_CONTENT_LENGTH"] // 1024,
    )
    return make_response(page, refusal.status if refusal else 200)


def _look_page(actor: Actor, kind: str, upload_id: Any, *, refusal: RecoveryError | None = None) -> Response:
    registry = registry_of(kind)
    with current_app.extensions["database"].reading() as work:
        found = registry_edits.upload_of(work, actor, kind, upload_id)
        preview, replaces = dict(found.preview), found.replaces
    page = render_template(
        "registry_preview.html",
        registry=registry,
        upload_id=upload_id,
        preview=preview,
        replaces=replaces,
        refused=preview["refused"][:MOST_REFUSALS],
        effect=preview["added"] + preview["changed"] + preview["removed"],
        ask_password=not actor.stepped_up,
        problems=getattr(refusal, "fields", {}),
        refusal=words_of(refusal) if refusal else None,
    )
    return make_response(page, refusal.status if refusal else 200)


def _lines(database: Database, actor: Actor, kind: str) -> Iterator[str]:
    """The whole registry, line by line, from one snapshot."""
    with database.reading() as session:
        yield from csv_lines(session, actor, kind)
