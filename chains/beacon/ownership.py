"""The Beacon Chain is no more, and the wallets that still show its addresses sign no text in any published form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.proving import Ask, SignedStatement, Statement, Verdict, verdict
from chains.types import Network


def methods(network: Network) -> tuple[str, ...]:
    """None."""
    return ()


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """Nothing."""
    return {}


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """No signature proves anything here."""
    return verdict("unknown_method")
