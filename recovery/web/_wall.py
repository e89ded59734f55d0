"""The login wall, closed by default: who is not signed in reaches only what is listed here.

The session cookie holds a secret of which the database knows the SHA-256; a browser without JavaScript, a poll and a
form all pass here.
"""

from __future__ import annotations

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from recovery.domain.actor import Actor
from recovery.errors import NotFound, NotSignedIn
from recovery.queries.alarms import count_open, may_read
from recovery.services import people

PUBLIC = frozenset(
    {
        "static",
        "auth.sign_in",
        "auth.preferences",
        "notices.show",
        "notices.deny",
        "health.healthz",
        "health.readyz",
        "health.metrics",
    }
)
"""Endpoints that answer anybody. A test compares this list with every route there is."""


def install(app: Flask) -> None:
    """Ask who it is before every view."""
    app.before_request(_who)
    app.after_request(_renew)


def cookie_name() -> str:
    """``__Host-`` ties the cookie to this very host, and browsers accept it over https only."""
    return "__Host-session" if current_app.config["SESSION_COOKIE_SECURE"] else "session"


def session_secret() -> str | None:
    """The secret of the browser's session: the renewed one after a step-up, else what the browser sent."""
    secret = g.get("renewed_secret") or request.cookies.get(cookie_name())
    return secret if secret and len(secret) <= 200 else None


def set_session(response: AnyResponse, secret: str) -> None:
    """Hand the browser its session."""
    response.set_cookie(
        cookie_name(),
        secret,
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        path="/",
    )


def drop_session(response: AnyResponse) -> None:
    """Take the session away from the browser."""
    response.delete_cookie(
        cookie_name(), path="/", secure=bool(current_app.config["SESSION_COOKIE_SECURE"]), httponly=True, samesite="Lax"
    )


def current_actor() -> Actor:
    """Who is asking. Raises NotSignedIn."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise NotSignedIn
    return actor


def refresh_actor() -> Actor:
    """Who is asking, read again: after a step-up the same person may do more."""
    g.actor = _read_actor()
    return current_actor()


def staff_only() -> Actor:
    """Who is asking, when they work at the desk; anybody else is told that there is no such page."""
    actor = current_actor()
    if not actor.is_staff:
        raise NotFound
    return actor


def local_path(text: str | None) -> str:
    """A path of this site to go to next, or the home page when the text is anything else."""
    fine = (
        text and text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable() and len(text) < 500
    )
    return text if text and fine else url_for("appeals.home")


def _renew(response: Response) -> Response:
    """A renewed session reaches the browser whatever became of the request that renewed it."""
    if g.get("renewed_secret"):
        set_session(response, g.renewed_secret)
    return response


def _read_actor() -> Actor | None:
    secret = session_secret()
    if secret is None:
        return None
    with current_app.extensions["database"].unit_of_work() as session:
        actor = people.actor_for_session(session, secret, current_app.extensions["settings"])
        g.open_alarms = count_open(session) if may_read(actor) else 0
        return actor


def _who() -> Response | AnyResponse | None:
    g.actor = None
    if request.endpoint in {"static", "health.healthz", "health.readyz", "health.metrics"}:
        return None
    if request.path.startswith("/api/"):
        return None  # the API has a wall of its own, of bearer tokens
    g.actor = _read_actor()
    if g.actor is not None or request.endpoint in PUBLIC:
        return None
    if request.endpoint is None:
        return None  # no such address: 404, or 405 with the methods there are
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
    raise NotSignedIn
