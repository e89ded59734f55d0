"""Signatures of Cosmos wallets (ADR-036): secp256k1 over a sign document in amino JSON that is no valid transaction."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from chains import bech32
from chains.proving import Ask, NotProven, SignedStatement, Statement, Verdict, judged, verdict
from chains.signatures import hash160, pasted, secp256k1
from chains.types import Network

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
"""What the chain's own JSON writer escapes inside strings."""


def methods(network: Network) -> tuple[str, ...]:
    """The one there is."""
    return ("adr36",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """``sign_doc`` for wallets that sign documents; those with ``signArbitrary`` take signer and text."""
    return {"signer": statement.address, "sign_doc": sign_doc(statement.address, text.encode())}


def sign_doc(signer: str, said: bytes) -> dict[str, Any]:
    """The document; keys in the order in which it is signed."""
    value = {"data": base64.b64encode(said).decode(), "signer": signer}
    return {
        "account_number": "0",
        "chain_id": "",
        "fee": {"amount": [], "gas": "0"},
        "memo": "",
        "msgs": [{"type": "sign/MsgSignData", "value": value}],
        "sequence": "0",
    }


def sign_bytes(document: Mapping[str, Any]) -> bytes:
    """Its one spelling: keys sorted, no spaces, angle brackets and ampersands escaped."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "".join(_ESCAPES.get(character, character) for character in text).encode()


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`."""
    account = bech32.decode(statement.address)[1]
    if len(account) != 20:
        raise NotProven("contract")
    if not signed.public_key:
        return verdict("public_key_missing")
    key = pasted(signed.public_key, ("hex", "base64"), (33,))
    signature = pasted(signed.signature, ("hex", "base64"), (64,))
    if hash160(key) != account:
        return verdict("other_key")
    digest = hashlib.sha256(sign_bytes(sign_doc(statement.address, text.encode()))).digest()
    return judged(secp256k1(key, digest, signature))
