"""Every refusal as a polite page in the right status; what is unexpected is logged and never shown."""

from __future__ import annotations

import structlog
from flask import Flask, g, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from recovery.domain import texts
from recovery.errors import RecoveryError
from recovery.web._forms import typed
from recovery.web._rendering import detail_text, said

log = structlog.get_logger("recovery.web")

HTTP_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 429: "too_many"}
DRAIN_BYTES = 32 * 1024 * 1024


def install(app: Flask) -> None:
    """Handle the whole error tree, what Flask itself refuses, and everything else."""
    app.register_error_handler(RecoveryError, refused)
    app.register_error_handler(CSRFError, form_too_old)
    app.register_error_handler(HTTPException, refused_by_http)
    app.register_error_handler(Exception, unexpected)


def refused(error: RecoveryError) -> Response:
    """The page of one refusal."""
    log.info("refused", code=error.code, detail=error.detail, status=error.status)
    if error.code == "not_signed_in" and request.method == "GET" and not request.headers.get("HX-Request"):
        return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
    detail = detail_text(error.detail, error.values) if error.detail != error.code else ""
    return error_page(error.code, error.status, detail)


def form_too_old(_error: CSRFError) -> Response:
    """A form from an older session; what was typed is shown once more, so that nobody writes a letter twice."""
    log.info("refused", code="form_too_old", status=400)
    return error_page("form_too_old", 400, kept={name: value for name, value in typed().items() if value})


def refused_by_http(error: HTTPException) -> Response:
    """What Flask refuses before a view is reached; redirects pass."""
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    if error.code == 413:
        _drain()
    page = error_page(HTTP_CODES.get(error.code, "error" if error.code >= 500 else "bad_request"), error.code)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        page.headers["Allow"] = ", ".join(allowed)
    return page


def unexpected(error: Exception) -> Response:
    """A fault of ours: the log has it all, the page only its number."""
    log.error("unexpected", error=type(error).__name__, exc_info=error)
    try:
        return error_page("error", 500)
    except Exception as second:
        log.exception("error_page_failed", error=type(second).__name__)
        return make_response("Something went wrong on our side. Please try again in a few minutes.", 500)


def error_page(code: str, status: int, detail: str = "", kept: dict[str, str] | None = None) -> Response:
    """A page (or, for htmx, a fragment) that says what is wrong and what to do."""
    title, advice = texts.ERRORS.get(code, texts.ERRORS["error"])
    template = "_error.html" if request.headers.get("HX-Request") else "error.html"
    body = render_template(
        template,
        title=said(title),
        advice=said(advice),
        detail=detail,
        kept=kept or {},
        status=status,
        number=g.get("request_id", ""),
    )
    return make_response(body, status)


def _drain() -> None:
    """Read what is still coming, within reason: a browser shows no answer to a question it is still asking."""
    stream = request.environ.get("wsgi.input")
    left = min(request.content_length or 0, DRAIN_BYTES)
    while stream is not None and left > 0:
        piece = stream.read(min(left, 65_536))
        if not piece:
            return
        left -= len(piece)
