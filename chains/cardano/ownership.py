"""Signatures of Cardano wallets (CIP-8, as ``signData`` of CIP-30 gives them): COSE_Sign1 whose header names the address.

Only the payment part of an address can spend. Anybody can put another's stake part beside his own payment part, so a signature
by the key that stakes does not prove the address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from chains import bech32
from chains.cardano.codec import LONGEST
from chains.encoding import BadText
from chains.proving import Ask, NotProven, SignedStatement, Statement, Verdict, judged, verdict
from chains.signatures import ed25519, pasted
from chains.types import Network

_LARGEST = 4096
_ALGORITHM, _KEY_ID, _EDDSA = 1, 4, -8
_KEY_PARTS = {1: 1, -1: 6}
"""An octet key pair on the curve Ed25519 (RFC 9053)."""


def methods(network: Network) -> tuple[str, ...]:
    """The one there is."""
    return ("cip8",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """The arguments of ``signData``: the address in hexadecimal, the text too."""
    try:
        address = bech32.decode(statement.address, longest=LONGEST)[1].hex()
    except BadText:
        address = statement.address  # Byron's, which wallets take in base58
    return {"address": address, "payload": text.encode().hex()}


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`. ``public_key`` is the COSE key, unless the header holds the bare one."""
    try:
        address = bech32.decode(statement.address, longest=LONGEST)[1]
    except BadText as error:
        raise NotProven("old_address") from error
    protected, unprotected, said, signature = _taken_apart(pasted(signed.signature, ("hex",), range(1, _LARGEST)))
    header = _loaded(protected)
    if not isinstance(header, Mapping) or header.get(_ALGORITHM) != _EDDSA:
        raise NotProven("not_readable")
    key = _key(signed.public_key, header)
    named = header.get("address")
    if named != address and not _is_stake_of(named, address):
        raise NotProven("other_key")
    spoken = text.encode()
    if said not in (spoken, hashlib.blake2b(spoken, digest_size=28).digest()):
        raise NotProven("other_text")
    if (said != spoken) != unprotected.get("hashed", False):
        raise NotProven("not_readable")
    if not ed25519(key, _signed_bytes(protected, said), signature):
        return judged(False)
    return verdict(_whose(hashlib.blake2b(key, digest_size=28).digest(), address))


def _whose(key_hash: bytes, address: bytes) -> str:
    """Which part of an address this key is, as a verdict's code."""
    form = address[0] >> 4
    if form % 2 == 0 and key_hash == address[1:29]:
        return "proven"
    if form < 2 and key_hash == address[29:57]:
        return "stake_key_only"
    return "script" if form % 2 else "other_key"


def _is_stake_of(named: object, address: bytes) -> bool:
    """Whether the header names the reward account whose key is the stake part of ``address``."""
    return (
        isinstance(named, bytes) and address[0] >> 4 < 2 and named == bytes([0xE0 | address[0] & 15]) + address[29:57]
    )


def _taken_apart(data: bytes) -> tuple[bytes, Mapping[Any, Any], bytes, bytes]:
    """Protected header, the other header, payload and signature. Raises :class:`NotProven`."""
    whole = _loaded(data)
    if getattr(whole, "tag", None) == 18:
        whole = whole.value
    if not isinstance(whole, list | tuple) or len(whole) != 4:
        raise NotProven("not_readable")
    protected, unprotected, said, signature = whole
    if not all(isinstance(part, bytes) for part in (protected, said, signature)) or not isinstance(
        unprotected, Mapping
    ):
        raise NotProven("not_readable")
    if any(name != "hashed" or not isinstance(value, bool) for name, value in unprotected.items()):
        raise NotProven("not_readable")  # nobody signs this header, so it may say nothing else
    return protected, unprotected, said, signature


def _key(text: str | None, header: Mapping[Any, Any]) -> bytes:
    if not text:
        key = header.get(_KEY_ID)
        if not isinstance(key, bytes) or len(key) != 32:
            raise NotProven("public_key_missing")
        return key
    parts = _loaded(pasted(text, ("hex",), range(32, 1025)))
    if not isinstance(parts, Mapping) or any(parts.get(name) != value for name, value in _KEY_PARTS.items()):
        raise NotProven("not_readable")
    key = parts.get(-2)
    if not isinstance(key, bytes) or len(key) != 32:
        raise NotProven("not_readable")
    return key


def _signed_bytes(protected: bytes, said: bytes) -> bytes:
    import cbor2

    return cbor2.dumps(["Signature1", protected, b"", said])


def _loaded(data: bytes) -> Any:
    """The one value in ``data``. Raises :class:`NotProven`."""
    import cbor2

    stream = BytesIO(data)
    try:
        value = cbor2.load(stream)
    except (cbor2.CBORError, RecursionError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise NotProven("not_readable") from error
    if stream.read(1):
        raise NotProven("not_readable")
    return value
