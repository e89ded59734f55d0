"""What an API token can be good for, and which roles that is any use to: one table.

A token is worth its scopes only as far as its owner's roles carry them; a person who loses a role loses what the role
gave to old tokens too.
"""

from __future__ import annotations

from collections.abc import Iterable

STAFF = frozenset({"specialist", "wallet", "clearing", "auditor", "lead", "admin"})
EVERYBODY = STAFF | {"depositor", "signer", "ledger"}

SCOPES: dict[str, frozenset[str]] = {
    "appeals:write": frozenset({"depositor", "specialist", "lead", "admin"}),
    "cases:read": STAFF | {"depositor"},
    "cases:write": frozenset({"depositor", "specialist", "wallet", "clearing", "lead"}),
    "plans:read": frozenset({"specialist", "wallet", "clearing", "auditor", "lead", "signer"}),
    "plans:record": frozenset({"wallet", "signer"}),
    "verify": EVERYBODY,
    "registries:read": STAFF,
    "registries:write": frozenset({"lead", "admin"}),
    "policies:read": frozenset({"auditor", "lead", "admin"}),
    "policies:write": frozenset({"lead", "admin"}),
    "prices:read": STAFF,
    "prices:write": frozenset({"lead", "clearing"}),
    "intents:read": frozenset({"ledger", "clearing", "auditor", "lead"}),
    "intents:confirm": frozenset({"ledger"}),
    "approvals:read": frozenset({"wallet", "clearing", "auditor", "lead", "admin"}),
    "approvals:write": frozenset({"wallet", "clearing", "auditor", "lead", "admin"}),
    "exports:read": frozenset({"auditor", "lead", "admin"}),
    "admin": frozenset({"admin"}),
}
"""Scope → the roles it can serve."""


def usable_scopes(scopes: Iterable[str], roles: Iterable[str]) -> frozenset[str]:
    """Those of ``scopes`` that at least one of ``roles`` can make use of; unknown names fall away."""
    held = frozenset(roles)
    return frozenset(scope for scope in scopes if SCOPES.get(scope, frozenset()) & held)
