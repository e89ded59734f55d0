"""Signatures of Hedera wallets (``hedera_signMessage``, HIP-820): of a prefixed text, by ed25519 or secp256k1.

An alias is made of a key. An account by number has the keys the network says it has, which a node must tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.encoding import keccak
from chains.proving import Ask, NotProven, Question, SignedStatement, Statement, Verdict, asked, judged, verdict
from chains.signatures import account20, ed25519, pasted, recovered, secp256k1
from chains.types import Network

_PREFIX = b"\x19Hedera Signed Message:\n"
_DER = (bytes.fromhex("302a300506032b6570032100"), bytes.fromhex("302d300706052b8104000a032200"))
"""How the network's libraries begin public keys of the two kinds."""

_ED25519, _SECP256K1 = 0x1A, 0x32
"""Fields 3 and 6 of a pair in a map of signatures."""


def methods(network: Network) -> tuple[str, ...]:
    """The one there is."""
    return ("hip820",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """The text alone: the wallet adds the prefix."""
    return {}


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`. ``signature`` is the map in base64 that wallets give, or its 64 bytes."""
    said = text.encode()
    said = _PREFIX + str(len(said)).encode() + said
    signature = _signature(pasted(signed.signature, ("hex", "base64"), range(64, 513)))
    if statement.address.startswith("0x"):
        keys = (recovered(keccak(said), signature, place) for place in range(4))
        account = bytes.fromhex(statement.address[2:])
        return judged(any(key is not None and account20(key) == account for key in keys))
    if not signed.public_key:
        return verdict("public_key_missing")
    key = _key(signed.public_key)
    good = ed25519(key, said, signature) if len(key) == 32 else secp256k1(key, keccak(said), signature)
    return asked(ask, Question(statement.address, key=key.hex())) if good else judged(False)


def _key(text: str) -> bytes:
    data = pasted(text, ("hex",), (32, 33, 44, 47))
    for front in _DER:
        data = data.removeprefix(front)
    if len(data) not in (32, 33):
        raise NotProven("not_readable")
    return data


def _signature(data: bytes) -> bytes:
    """The signature of the one pair in a map (Protocol Buffers), or ``data`` itself. Raises :class:`NotProven`."""
    if len(data) == 64:
        return data
    pair = data[2:]
    if data[0] != 0x0A or data[1] != len(pair) or data[1] > 127:
        raise NotProven("not_readable")
    while pair:
        mark, size = pair[0], pair[1] if len(pair) > 1 else 128
        part, pair = pair[2 : 2 + size], pair[2 + size :]
        if mark in (_ED25519, _SECP256K1) and len(part) == size == 64:
            return part
        if mark != 0x0A or len(part) != size:
            break
    raise NotProven("not_readable")
