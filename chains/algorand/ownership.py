"""Signatures of Algorand wallets: of bytes behind ``MX`` as the chain's libraries sign them, or of data for a domain (ARC-60).

An account may have been rekeyed: then another key commands it, and only a node knows.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from chains.algorand.address import key_of
from chains.proving import Ask, NotProven, SignedStatement, Statement, Verdict, judged, moment
from chains.signatures import ed25519, pasted
from chains.types import Network

_CHAIN = "283"
"""Algorand in sign-in documents (CAIP-122 takes its SLIP-44 number)."""


def methods(network: Network) -> tuple[str, ...]:
    """One code: an answer with authenticator data is of the second kind."""
    return ("algorand",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """``bytes`` for ``signBytes``, to which libraries add the prefix; ``data`` and ``domain`` for ``signData``."""
    return {
        "bytes": base64.b64encode(text.encode()).decode(),
        "data": base64.b64encode(document(statement, text)).decode(),
        "domain": statement.domain,
    }


def document(statement: Statement, text: str) -> bytes:
    """The data of ARC-60, which must be JSON: a sign-in document that carries the text."""
    members = {
        "account_address": statement.address,
        "chain_id": _CHAIN,
        "domain": statement.domain,
        "expiration-time": moment(statement.expires),
        "issued-at": moment(statement.issued),
        "nonce": statement.nonce,
        "statement": text,
        "type": "ed25519",
        "uri": f"https://{statement.domain}",
        "version": "1",
    }
    return json.dumps(members, sort_keys=True, separators=(",", ":")).encode()


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`."""
    key, signature = key_of(statement.address), pasted(signed.signature, ("base64", "hex"), (64,))
    if "authenticator_data" not in signed.extra:
        return judged(ed25519(key, b"MX" + text.encode(), signature))
    shown = pasted(signed.extra["authenticator_data"], ("hex", "base64"), range(32, 4097))
    if shown[:32] != hashlib.sha256(statement.domain.encode()).digest():
        raise NotProven("other_domain")
    said = hashlib.sha256(document(statement, text)).digest() + hashlib.sha256(shown).digest()
    return judged(ed25519(key, said, signature))
