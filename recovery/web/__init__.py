"""Pages for people: each view parses, opens one unit of work, calls one service, renders."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add every page to the application."""
    from recovery.web import (
        alarms,
        appeals,
        auth,
        batches,
        cases,
        export,
        finds,
        health,
        networks,
        nodes,
        plan_files,
        policies,
        proofs,
        reconciliation,
        registries,
        registry_files,
        screening,
    )

    for module in (
        health, auth, appeals, cases, proofs, networks, nodes, policies, finds, export, registries, registry_files,
        screening, batches, plan_files, alarms, reconciliation,
    ):  # fmt: skip
        app.register_blueprint(module.pages)
