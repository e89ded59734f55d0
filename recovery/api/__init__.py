"""The JSON API under ``/api``: one more door to the same services. Parse, one unit of work, one service, render."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from recovery.api import _description, _problems, _unknown, _wall, cases, chains, people, plans, registries

DESCRIBED = (cases, chains, plans, people, registries)


def register(app: Flask) -> None:
    """Add the API. The application brings ``settings``, ``database`` and ``limits`` among its extensions, and Babel.

    Bearer tokens are never sent by a browser on its own, so there is nothing for CSRF protection to do here.
    """
    api = _description.make_api(app)
    app.extensions["openapi"] = api
    blueprints = [module.bp for module in DESCRIBED]
    for blueprint in (*blueprints, _description.bp, _unknown.bp):
        if not blueprint._got_registered_once:
            _wall.install(blueprint)
            _problems.install(blueprint)
        protection = app.extensions.get("csrf")
        if isinstance(protection, CSRFProtect):
            protection.exempt(blueprint)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.register_blueprint(_description.bp)
    app.register_blueprint(_unknown.bp)
