"""Every workflow there is, by name."""

from __future__ import annotations

from workflows.machine import Workflow
from workflows.uncredited_deposit import UNCREDITED_DEPOSIT
from workflows.unlisted_token import UNLISTED_TOKEN

WORKFLOWS: dict[str, Workflow] = {table.name: table for table in (UNCREDITED_DEPOSIT, UNLISTED_TOKEN)}

ROLES: tuple[str, ...] = (
    "depositor",
    "specialist",
    "wallet",
    "clearing",
    "auditor",
    "lead",
    "admin",
    "signer",
    "ledger",
)
"""Roles a person (or the service account of the signer or of the exchange's ledger) can hold; ``system`` is nobody's role."""
