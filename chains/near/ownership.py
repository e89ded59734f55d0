"""Signatures of NEAR wallets (NEP-413): ed25519 of the hash of a message, a nonce and the recipient it is meant for.

An implicit account is a public key in hexadecimal. A named one has the keys the chain says it has, which a node must tell.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from chains.encoding import base58_encode
from chains.proving import Ask, NotProven, Question, SignedStatement, Statement, Verdict, asked, judged, verdict
from chains.signatures import ed25519, pasted
from chains.types import Network

TAG = (1 << 31) + 413
"""In front of everything, so that it can be no transaction."""

_LONGEST_URL = 2000


def methods(network: Network) -> tuple[str, ...]:
    """The one there is."""
    return ("nep413",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """The arguments of ``signMessage``; the nonce in base64."""
    return {"message": text, "recipient": statement.domain, "nonce": base64.b64encode(nonce(text)).decode()}


def nonce(text: str) -> bytes:
    """Thirty-two bytes of no other challenge."""
    return hashlib.sha256(text.encode()).digest()


def signed_bytes(message: str, number: bytes, recipient: str, callback: str | None) -> bytes:
    """The payload in Borsh behind its tag."""
    option = b"\x00" if callback is None else b"\x01" + _string(callback)
    return TAG.to_bytes(4, "little") + _string(message) + number + _string(recipient) + option


def _string(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return len(data).to_bytes(4, "little") + data


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`. The address a wallet returns to (``callback_url``) is part of what it signs."""
    if not signed.public_key:
        return verdict("public_key_missing")
    key = pasted(signed.public_key.strip().removeprefix("ed25519:"), ("base58", "hex"), (32,))
    spelt = signed.signature.strip()
    bare = spelt.removeprefix("ed25519:")
    signature = pasted(bare, ("base58",) if bare != spelt else ("base64", "hex", "base58"), (64,))
    callback = signed.extra.get("callback_url")
    if callback is not None and len(callback) > _LONGEST_URL:
        raise NotProven("too_large")
    said = signed_bytes(text, nonce(text), statement.domain, callback)
    good = ed25519(key, hashlib.sha256(said).digest(), signature)
    if not good or key.hex() == statement.address:
        return judged(good)
    return asked(ask, Question(statement.address, key=f"ed25519:{base58_encode(key)}"))
