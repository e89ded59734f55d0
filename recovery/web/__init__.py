"""Pages for people: each view parses, opens one unit of work, calls one service, renders."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add every page to the application."""
    from recovery.web import (
        alarms,
        appeals,
        approvals,
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
        notices,
        plan_files,
        policies,
        prices,
        proofs,
        reconciliation,
        registries,
        registry_files,
        screening,
    )

    modules = (
        alarms,
        appeals,
        approvals,
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
        notices,
        plan_files,
        policies,
        prices,
        proofs,
        reconciliation,
        registries,
        registry_files,
        screening,
    )
    for module in modules:
        app.register_blueprint(module.pages)
