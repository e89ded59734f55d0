"""What every form carries: a token against forged requests, an id against double clicks."""

from __future__ import annotations

import uuid

from flask import Flask, request
from flask_wtf.csrf import CSRFProtect

from recovery.domain.documents import LARGEST
from recovery.errors import InvalidInput

UPLOADS = {"proofs.hand_in": 3 * LARGEST + 100_000}
"""Pages that take files, and how many bytes a request to them may have."""

OWN_FIELDS = frozenset({"csrf_token", "request_id", "version", "password", "next"})


def install(app: Flask) -> None:
    """Refuse every non-GET page request without the session's token. The API takes no cookies and is left out."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    protection = CSRFProtect(app)
    app.jinja_env.globals["new_request_id"] = lambda: uuid.uuid4().hex

    @app.before_request
    def _check() -> None:
        if request.endpoint in UPLOADS:
            request.max_content_length = UPLOADS[request.endpoint]
        if request.endpoint is not None and not request.path.startswith("/api/"):
            protection.protect()


def request_id() -> str:
    """The form's own id: the same click twice is one request. Raises InvalidInput for what no form of ours sends."""
    text = request.form.get("request_id", "")
    if not (text.isascii() and text.isalnum() and 16 <= len(text) <= 64):
        raise InvalidInput("form_is_broken")
    return text


def version() -> int | None:
    """The version of the case the form was made from."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def typed(*without: str) -> dict[str, str]:
    """What the person filled in, without the form's own fields; the password is never among it."""
    return {
        name: value.strip()
        for name, value in request.form.items()
        if name not in OWN_FIELDS and name not in without and len(name) <= 40
    }
