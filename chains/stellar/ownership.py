"""Signatures of Stellar wallets (SEP-53): ed25519 of the hash of a prefixed text by the account's own key.

An account may have other signers, and its own key may count for nothing; the signature does not tell.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from chains.proving import Ask, NotProven, SignedStatement, Statement, Verdict, judged
from chains.signatures import ed25519, pasted
from chains.types import Network


def methods(network: Network) -> tuple[str, ...]:
    """The one there is."""
    return ("sep53",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """The text alone: the wallet adds the prefix."""
    return {}


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`."""
    if not statement.address.startswith("G"):
        raise NotProven("contract")
    key = base64.b32decode(statement.address)[1:33]
    digest = hashlib.sha256(b"Stellar Signed Message:\n" + text.encode()).digest()
    return judged(ed25519(key, digest, pasted(signed.signature, ("hex", "base64"), (64,))))
