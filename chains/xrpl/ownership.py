"""Signatures of wallets of the XRP Ledger: of a text's bytes, as the ledger's own libraries sign them, with either curve.

An account may name another key (a regular key) or several (a signer list), and switch its own off; only a node knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from chains.proving import Ask, Question, SignedStatement, Statement, Verdict, asked, judged, verdict
from chains.signatures import ed25519, from_der, hash160, pasted, secp256k1
from chains.types import Network
from chains.xrpl.address import account_id


def methods(network: Network) -> tuple[str, ...]:
    """One code for both curves: the public key tells which."""
    return ("xrpl",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """``hex``, as the libraries take messages."""
    return {"hex": text.encode().hex().upper()}


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`."""
    if not signed.public_key:
        return verdict("public_key_missing")
    key = pasted(signed.public_key, ("hex",), (33,))
    said = text.encode()
    if key[0] == 0xED:
        good = ed25519(key[1:], said, pasted(signed.signature, ("hex",), (64,)))
    else:
        numbers = from_der(pasted(signed.signature, ("hex",), range(8, 73)))
        good = numbers is not None and secp256k1(key, hashlib.sha512(said).digest()[:32], numbers)
    if not good or hash160(key) == account_id(statement.address):
        return judged(good)
    return asked(ask, Question(statement.address, key=key.hex().upper()))
