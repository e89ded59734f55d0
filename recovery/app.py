"""The web process put together: settings in, a Flask application out. Nothing here decides anything about a case."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import recovery.api
import recovery.web
from config.settings import Settings
from recovery.db import Database
from recovery.limits import Limits, RedisLimits
from recovery.web import (
    _access_log,
    _assets,
    _errors,
    _evidence_words,
    _fee_words,
    _forms,
    _headers,
    _language,
    _quote_words,
    _rendering,
    _static,
    _wall,
)

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def create_app(settings: Settings, *, limits: Limits | None = None) -> Flask:
    """The whole application, pages and API. ``limits`` replaces the Redis-backed rate limits, for tests."""
    app = Flask("recovery.web", root_path=str(Path(recovery.web.__file__).parent), template_folder=str(TEMPLATES))
    https = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_body_bytes,
        MAX_FORM_PARTS=100,
        SESSION_COOKIE_NAME="__Host-form" if https else "form",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SEND_FILE_MAX_AGE_DEFAULT=0,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.extensions["settings"] = settings
    app.extensions["database"] = Database(settings.database_url)
    app.extensions["limits"] = limits or RedisLimits(settings.redis_url)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    for part in (
        _access_log,
        _headers,
        _static,
        _language,
        _rendering,
        _assets,
        _fee_words,
        _quote_words,
        _errors,
        _evidence_words,
        _wall,
        _forms,
    ):
        part.install(app)
    recovery.web.register(app)
    recovery.api.register(app)
    return app
