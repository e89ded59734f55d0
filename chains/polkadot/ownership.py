"""Signatures of Substrate wallets: sr25519, ed25519 or ECDSA of a text, mostly inside ``<Bytes>`` so that it is no extrinsic.

An address is a public key (of ECDSA the hash of one), so nothing else is needed. Addresses of several signers, of proxies without
keys and of other chains' accounts are hashes too; no signature is theirs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from chains.polkadot.address import decode
from chains.proving import Ask, SignedStatement, Statement, Verdict, judged
from chains.signatures import compressed, ed25519, pasted, recovered, sr25519
from chains.types import Network

_KINDS = (ed25519, sr25519)
"""Curves by the number in front of a signature of mixed kind; 2 is ECDSA."""


def methods(network: Network) -> tuple[str, ...]:
    """One code for the three curves: wallets do not tell which."""
    return ("polkadot",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """``signRaw`` takes the text with its kind; the wallet wraps it."""
    return {"address": statement.address, "data": "0x" + text.encode().hex(), "type": "bytes"}


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`."""
    key = decode(statement.address)[1]
    signature = pasted(signed.signature, ("hex", "base64"), (64, 65, 66))
    said = text.encode()
    return judged(any(_good(key, spelt, signature) for spelt in (b"<Bytes>" + said + b"</Bytes>", said)))


def _good(key: bytes, said: bytes, signature: bytes) -> bool:
    if len(signature) == 64:
        return any(judge(key, said, signature) for judge in _KINDS)
    if len(signature) == 65 and signature[0] < len(_KINDS) and _KINDS[signature[0]](key, said, signature[1:]):
        return True
    body = signature[1:] if len(signature) == 66 and signature[0] == 2 else signature
    if len(body) != 65:
        return False
    place = body[64] - 27 if body[64] in (27, 28) else body[64]
    found = recovered(hashlib.blake2b(said, digest_size=32).digest(), body[:64], place)
    return found is not None and hashlib.blake2b(compressed(found), digest_size=32).digest() == key
