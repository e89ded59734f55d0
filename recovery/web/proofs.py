"""Proof of ownership on the pages: asking for a challenge, answering it, handing in documents, downloading them."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, current_app, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from recovery.domain.documents import LARGEST, MOST_FILES, download_name
from recovery.errors import Conflict, InvalidInput
from recovery.limits import PROOF
from recovery.queries.cases import find_case
from recovery.queries.proof_view import document_body
from recovery.services import documents, ownership
from recovery.web._forms import request_id, typed, version
from recovery.web._wall import current_actor
from recovery.web.cases import case_page

pages = Blueprint("proofs", __name__)


@pages.post("/cases/<ref>/proofs")
def ask(ref: str) -> Response:
    """A text to sign, or the exact amount of a test transfer."""
    method, domain = typed().get("method", ""), current_app.extensions["settings"].host

    def act(work: Session, ref: str) -> None:
        actor = current_actor()
        case = find_case(work, actor, ref)
        ownership.ask(work, actor, case, method, domain=domain, request_id=request_id())

    return _tried(ref, act)


@pages.post("/cases/<ref>/proofs/<uuid:asked_id>")
def answer(ref: str, asked_id: uuid.UUID) -> Response:
    """The signature, or the hash of the test transfer. What became of it stands on the page of the case."""

    def act(work: Session, ref: str) -> None:
        actor = current_actor()
        case = find_case(work, actor, ref)
        ownership.answer(work, actor, case, asked_id, typed(), request_id=request_id())

    return _tried(ref, act)


@pages.post("/cases/<ref>/documents")
def hand_in(ref: str) -> Response:
    """Files, and perhaps a word about them."""
    chosen = [file for file in request.files.getlist("documents") if file.filename]
    files = [(str(file.filename), file.stream.read(LARGEST + 1)) for file in chosen[: MOST_FILES + 1]]

    def act(work: Session, ref: str) -> None:
        actor = current_actor()
        case = find_case(work, actor, ref)
        note = typed().get("note")
        documents.hand_in(work, actor, case, files, note=note, version=version(), request_id=request_id())

    return _tried(ref, act)


@pages.get("/cases/<ref>/documents/<uuid:document_id>")
def document(ref: str, document_id: uuid.UUID) -> Response:
    """A document, to be saved and opened elsewhere: no browser shows it as a page of ours."""
    actor = current_actor()
    with current_app.extensions["database"].reading() as work:
        found = document_body(work, actor, find_case(work, actor, ref), document_id)
        body, name = bytes(found.body), download_name(found.media_type, found.sha256)
    reply = make_response(body)
    reply.headers["Content-Type"] = "application/octet-stream"
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    reply.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return reply


def _tried(ref: str, act: Callable[[Session, str], None]) -> Response:
    """Count one try of the case, act, and lead back to its page; what was refused stands there."""
    actor, database = current_actor(), current_app.extensions["database"]
    with database.reading() as work:
        ref = find_case(work, actor, ref).ref  # first: nobody uses up the tries of somebody else's case
    current_app.extensions["limits"].spend(PROOF, ref)
    try:
        with database.unit_of_work() as work:
            act(work, ref)
    except (InvalidInput, Conflict) as error:
        return case_page(ref, status=error.status, refusal=error, move="proof", fields=typed())
    return redirect(url_for("cases.show", ref=ref), 303)
