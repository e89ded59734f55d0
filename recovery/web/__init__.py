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
        fees,
        finds,
        health,
        ledger,
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

    modules = (
        alarms,
        appeals,
        auth,
        batches,
        cases,
        export,
        fees,
        finds,
        health,
        ledger,
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
    for module in modules:
        app.register_blueprint(module.pages)
