"""Pages for people: each view parses, opens one unit of work, calls one service, renders."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add every page to the application."""
    from recovery.web import (
        appeals,
        auth,
        cases,
        export,
        health,
        networks,
        nodes,
        registries,
        registry_files,
        screening,
    )

    for module in (health, auth, appeals, cases, networks, nodes, export, registries, registry_files, screening):
        app.register_blueprint(module.pages)
