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
        finds,
        health,
        networks,
        nodes,
        policies,
        prices,
        proofs,
        registries,
        registry_files,
        screening,
    )

    for module in (
        health, auth, appeals, cases, proofs, networks, nodes, policies, finds, export, registries, registry_files,
        screening, prices,
    ):  # fmt: skip
        app.register_blueprint(module.pages)
