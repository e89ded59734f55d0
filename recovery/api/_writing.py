"""Every write: an idempotency key, one unit of work, one service, and the answer kept under the key."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from recovery.api._limits import spend
from recovery.api._problems import BadRequest
from recovery.api._wall import current_actor, database, settings
from recovery.domain.actor import Actor
from recovery.limits import WRITE
from recovery.services.answers import answer_given, keep_answer

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


def request_key() -> str:
    """The client's idempotency key. Raises BadRequest when there is none."""
    key = request.headers.get(HEADER, "")
    if not _KEY.fullmatch(key):
        raise BadRequest("idempotency_key_missing")
    return key


def asked() -> dict[str, Any]:
    """What was asked, for comparison with a later use of the same key. The body is kept as a keyed digest only, since
    it may hold a password."""
    secret = settings().secret_key.encode()
    return {
        "method": request.method,
        "path": request.full_path.rstrip("?"),
        "body": hmac.new(secret, _plain_body(), hashlib.sha256).hexdigest(),
    }


def _plain_body() -> bytes:
    """JSON without the accidents of its spelling, so that a client may write it anew."""
    body = request.get_data(cache=True)
    if request.mimetype != "application/json":
        return body
    return json.dumps(json.loads(body), sort_keys=True).encode() if body else b""


def write(act: Callable[[Session, Actor, str], Any], *, status: int = 200, location: str | None = None) -> Response:
    """Do ``act`` once and answer what it returns; the same request again gets the same answer again.

    ``location`` names the field of the answer's ``links`` that goes into the header of that name.
    """
    key, actor = request_key(), current_actor()
    spend(WRITE, actor.id)
    with database().unit_of_work() as session:
        what = asked()
        given = answer_given(session, actor, key, what)
        # Kept as text: a JSON column would give the members back in another order, and so other bytes.
        body = given["text"] if given is not None else json.dumps(act(session, actor, key), ensure_ascii=False)
        if given is None:
            keep_answer(session, actor, key, what, {"text": body})
    response = _response(body, status)
    if given is not None:
        response.headers["Idempotency-Replayed"] = "true"
    if location is not None:
        response.headers["Location"] = json.loads(body)["links"][location]
    return response


def json_response(body: Any, status: int = 200) -> Response:
    """An answer in JSON, never kept by a cache."""
    return _response(json.dumps(body, ensure_ascii=False), status)


def _response(text: str, status: int) -> Response:
    response = Response(text, status=status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
