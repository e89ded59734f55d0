"""One line per request, without queries, bodies and the tokens of links, and an id that joins it to what else was logged."""

from __future__ import annotations

import secrets
import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("recovery.web")
QUIET = frozenset({"static", "health.healthz", "health.readyz", "health.metrics"})


def install(app: Flask) -> None:
    """Give every request its id, time it, count it and log it."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.request_id = secrets.token_hex(8)
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    from recovery.web.health import count_request

    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    endpoint = request.endpoint or "none"
    count_request(request.method, endpoint, response.status_code, seconds)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if endpoint not in QUIET:
        actor = g.get("actor")
        log.info(
            "request",
            method=request.method,
            path=_path()[:200],
            endpoint=endpoint,
            status=response.status_code,
            milliseconds=round(seconds * 1000, 1),
            person=str(actor.id) if actor else None,
        )
    return response


def _path() -> str:
    """The path, without the token by which whoever has a link may act."""
    token = (request.view_args or {}).get("token")
    return request.path.replace(token, "…") if token else request.path
