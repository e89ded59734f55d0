"""Signatures of Tezos wallets: ed25519, secp256k1 or P-256 of the hash of a text, mostly packed as a Micheline string.

Wallets sign what a page hands them, so the page packs: ``05`` (a packed value), ``01`` (a string), four bytes of length, the
text behind ``Tezos Signed Message:``. The bare text, packed or not, is taken too: some tools sign just that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chains.proving import Ask, NotProven, SignedStatement, Statement, Verdict, judged, moment, verdict
from chains.signatures import ed25519, p256, secp256k1
from chains.tezos.address import decode
from chains.types import Network


@dataclass(frozen=True)
class _Curve:
    """How one curve's keys, key hashes and signatures begin below base58, and who judges."""

    key: bytes
    size: int
    account: bytes
    signature: bytes
    judge: Callable[[bytes, bytes, bytes], bool]


_CURVES = (
    _Curve(bytes.fromhex("0d0f25d9"), 32, bytes.fromhex("06a19f"), bytes.fromhex("09f5cd8612"), ed25519),
    _Curve(bytes.fromhex("03fee256"), 33, bytes.fromhex("06a1a1"), bytes.fromhex("0d7365133f"), secp256k1),
    _Curve(bytes.fromhex("03b28b7f"), 33, bytes.fromhex("06a1a4"), bytes.fromhex("36f02c34"), p256),
)
_ANY_SIGNATURE = bytes.fromhex("04822b")
_CONTRACT = bytes.fromhex("025a79")


def methods(network: Network) -> tuple[str, ...]:
    """One code: the public key tells the curve."""
    return ("tezos",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """``payload`` in hexadecimal and its kind, as wallets take them (TZIP-10)."""
    return {"payload": packed(marked(statement, text)).hex(), "signing_type": "micheline"}


def marked(statement: Statement, text: str) -> bytes:
    """The text behind the usual mark, with who asks and when."""
    return f"Tezos Signed Message: {statement.domain} {moment(statement.issued)} {text}".encode()


def packed(said: bytes) -> bytes:
    """A string as Michelson packs it."""
    return b"\x05\x01" + len(said).to_bytes(4) + said


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`."""
    account = decode(statement.address) or b""
    if account.startswith(_CONTRACT):
        raise NotProven("contract")
    curve = next((curve for curve in _CURVES if account[:3] == curve.account), None)
    if curve is None:
        raise NotProven("unknown_key_kind")  # tz4: BLS
    if not signed.public_key:
        return verdict("public_key_missing")
    key = _content(signed.public_key, (curve.key,), curve.size)
    if key is None:
        return verdict("other_key")
    signature = _content(signed.signature, (curve.signature, _ANY_SIGNATURE), 64)
    if signature is None:
        raise NotProven("not_readable")
    if hashlib.blake2b(key, digest_size=20).digest() != account[3:]:
        return verdict("other_key")
    whole = marked(statement, text)
    said = (packed(whole), packed(text.encode()), whole, text.encode())
    return judged(any(curve.judge(key, hashlib.blake2b(each, digest_size=32).digest(), signature) for each in said))


def _content(text: str, fronts: tuple[bytes, ...], size: int) -> bytes | None:
    """What stands behind one of these beginnings, ``None`` for anything else."""
    data = decode(text.strip()) if len(text) <= 200 else None
    if data is None:
        return None
    return next((data[len(f) :] for f in fronts if data.startswith(f) and len(data) == len(f) + size), None)
