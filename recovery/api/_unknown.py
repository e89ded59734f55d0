"""Addresses under ``/api`` that do not exist, and methods an address does not take: problems like every other refusal.

Such a request matches no view, so Flask would answer it with a page.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from recovery.api._wall import ANYBODY, needs

bp = Blueprint("api-unknown", __name__, url_prefix="/api")

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")


@bp.route("/", defaults={"rest": ""}, methods=METHODS, provide_automatic_options=False)
@bp.route("/<path:rest>", methods=METHODS, provide_automatic_options=False)
@needs(ANYBODY)
def unknown(rest: str) -> Response:
    """404, or 405 with the methods there are."""
    allowed = _allowed()
    raise MethodNotAllowed(valid_methods=allowed) if allowed else NotFound()


def _allowed() -> list[str]:
    adapter = current_app.url_map.bind("")
    found = []
    for method in METHODS:
        try:
            endpoint, _ = adapter.match(request.path, method=method)
        except (NotFound, MethodNotAllowed, RequestRedirect):
            continue
        if endpoint != request.endpoint:
            found.append(method)
    return found
