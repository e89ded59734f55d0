"""The JSON API under ``/api``: one more door to the same services. Parse, one unit of work, one service, render."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from recovery.api import (
    _description,
    _problems,
    _unknown,
    _wall,
    approvals,
    cases,
    chains,
    intents,
    people,
    plans,
    policies,
    prices,
    proofs,
    registries,
)

DESCRIBED = tuple(
    module.bp for module in (cases, proofs, chains, plans, people, policies, registries, intents, approvals, prices)
)
BLUEPRINTS = (*DESCRIBED, _description.bp, _unknown.bp)

for blueprint in BLUEPRINTS:
    _wall.install(blueprint)
    _problems.install(blueprint)


def register(app: Flask) -> None:
    """Add the API. The application brings ``settings``, ``database`` and ``limits`` among its extensions, and Babel.

    Bearer tokens are never sent by a browser on its own, so there is nothing for CSRF protection to do here.
    """
    api = _description.make_api(app)
    app.extensions["openapi"] = api
    for blueprint in DESCRIBED:
        api.register_blueprint(blueprint)
    app.register_blueprint(_description.bp)
    app.register_blueprint(_unknown.bp)
    protection = app.extensions.get("csrf")
    if isinstance(protection, CSRFProtect):
        for blueprint in BLUEPRINTS:
            protection.exempt(blueprint)
