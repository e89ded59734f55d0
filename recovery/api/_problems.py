"""Every refusal as ``application/problem+json`` (RFC 9457) with a stable ``code``; the only place that renders errors.

The body holds nothing of the request, neither path nor number, so that an unknown and a foreign case are answered with
the very same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from recovery.api._language import said
from recovery.domain import texts
from recovery.domain.api_texts import DETAILS, TITLES
from recovery.errors import InvalidInput, NotSignedIn, RecoveryError, TooMany, Unavailable

log = structlog.get_logger("recovery.api")

MEDIA_TYPE = "application/problem+json"
HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_input",
    429: "too_many",
    503: "unavailable",
}


class BadRequest(RecoveryError):
    """The request cannot be read, or lacks what every such request needs."""

    code = "bad_request"
    status = 400


class UnsupportedMediaType(RecoveryError):
    """The body is of a kind that is not taken here."""

    code = "unsupported_media_type"
    status = 415


def install(blueprint: Blueprint) -> None:
    """Answer every error of this blueprint's views as a problem."""
    blueprint.register_error_handler(RecoveryError, refused)
    blueprint.register_error_handler(HTTPException, refused_by_http)
    blueprint.register_error_handler(Exception, unexpected)


def refused(error: RecoveryError) -> Response:
    """A refusal of our own."""
    log.info("refused", code=error.code, detail=error.detail, status=error.status)
    fields = error.fields if isinstance(error, InvalidInput) else {}
    response = problem(error.code, error.status, error.detail, fields, error.values)
    if isinstance(error, NotSignedIn):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany | Unavailable):
        response.headers["Retry-After"] = str(error.values.get("retry_after", 10))
    return response


def refused_by_http(error: HTTPException) -> Response:
    """What Flask refuses before or inside a view."""
    status = error.code or 500
    code = HTTP_CODES.get(status, "error" if status >= 500 else "bad_request")
    log.info("refused", code=code, status=status)
    response = problem(code, status)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def unexpected(error: Exception) -> Response:
    """A fault of ours: the log has it all, the answer nothing."""
    log.error("unexpected", error=type(error).__name__, path=request.path)
    return problem("error", 500)


def problem(
    code: str,
    status: int,
    detail: str = "",
    fields: Mapping[str, list[str]] | None = None,
    values: Mapping[str, object] | None = None,
) -> Response:
    """One problem in the language asked for. ``values`` fill the detail's sentence; ``result`` among them is shown."""
    title, advice = texts.ERRORS.get(code, texts.ERRORS["error"])
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": said(TITLES.get(code, title)),
        "status": status,
        "code": code,
        "detail": sentence(detail, values) or sentence(code, values) or said(advice),
    }
    if detail and detail != code:
        body["reason"] = detail
    if fields:
        body["errors"] = [
            {"field": str(field), "code": one, "message": sentence(one, values) or words(one)}
            for field, codes in sorted(fields.items(), key=lambda item: str(item[0]))
            for one in codes
        ]
    if values and "result" in values:
        body["result"] = values["result"]
    return Response(json.dumps(body, ensure_ascii=False), status=status, mimetype=MEDIA_TYPE)


def sentence(code: str, values: Mapping[str, object] | None = None) -> str:
    """The sentence of a detail code, empty when it has none."""
    text = DETAILS.get(code) or texts.DETAILS.get(code) or texts.WHY_NOT.get(code)
    return said(text, values) if text else ""


def words(code: str) -> str:
    """A code without a sentence, as its own words."""
    return code.replace("_", " ").capitalize()
