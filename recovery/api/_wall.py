"""The API's wall: bearer tokens with scopes, closed by default. A view that names no scope answers nobody."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Blueprint, current_app, g, request

from config.settings import Settings
from recovery.api._problems import BadRequest, UnsupportedMediaType
from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.errors import NotAllowed, NotSignedIn
from recovery.services import people

ANYBODY = "anybody"
"""In place of a scope: no token is asked for."""
ANY_TOKEN = "any token"
"""In place of a scope: any valid token will do."""
LARGEST_BODY = 1_048_576

View = TypeVar("View", bound=Callable[..., Any])
_TOKEN = re.compile(r"Bearer +([A-Za-z0-9_\-.~+/]{1,200}=*)", re.IGNORECASE)


def needs(scope: str) -> Callable[[View], View]:
    """Let only tokens with this scope through to the view."""

    def mark(view: View) -> View:
        view.scope = scope  # type: ignore[attr-defined]
        return view

    return mark


def scope_of(endpoint: str | None) -> str | None:
    """What a view asks for, ``None`` when it names nothing."""
    return cast("str | None", getattr(current_app.view_functions.get(endpoint or ""), "scope", None))


def install(blueprint: Blueprint) -> None:
    """Ask who it is, and whether they may, before every view of the blueprint."""
    blueprint.before_request(_check)


def database() -> Database:
    """The application's database."""
    return cast("Database", current_app.extensions["database"])


def settings() -> Settings:
    """The application's settings."""
    return cast("Settings", current_app.extensions["settings"])


def current_actor() -> Actor:
    """Who is asking. Raises NotSignedIn."""
    actor: Actor | None = g.get("api_actor")
    if actor is None:
        raise NotSignedIn("token_is_unknown")
    return actor


def bearer_secret() -> str | None:
    """The token that was sent, if it has the form of one."""
    match = _TOKEN.fullmatch(request.headers.get("Authorization", "").strip())
    return match[1] if match else None


def _check() -> None:
    g.api_actor = None
    request.max_content_length = min(settings().max_body_bytes, LARGEST_BODY)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType
    scope = scope_of(request.endpoint)
    if scope != ANYBODY:
        _authenticate(scope)
    if any("\x00" in text or not text.isprintable() for pair in request.args.items(multi=True) for text in pair):
        raise BadRequest("text_not_storable")


def _authenticate(scope: str | None) -> None:
    secret = bearer_secret()
    if secret is not None:
        with database().reading() as session:
            g.api_actor = people.actor_for_token(session, secret, settings())
    actor = current_actor()
    if scope is None or (scope != ANY_TOKEN and not actor.has_scope(scope)):
        raise NotAllowed("scope_is_missing", scope=scope)
