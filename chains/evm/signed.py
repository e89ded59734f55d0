"""A signed transaction taken apart: its fields, its hash, and who signed it. Pure; holds no keys and makes no signatures.

Only dynamic-fee transactions (type 2) without an access list are read, because plans contain no others.
"""

from __future__ import annotations

import re
from typing import Any

import rlp
from coincurve import PublicKey

from chains.encoding import checksummed, keccak
from chains.errors import NodeMistaken
from chains.types import SignedTransaction, UnsignedStep

LONGEST = 262_144
"""Hexadecimal digits a signed transaction may have; nodes take at most 128 KB."""

_TYPE = 2
_FIELDS = 12
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
_RAW = re.compile(r"0x[0-9a-fA-F]+")


class NotSigned(NodeMistaken):
    """The bytes are no signed type-2 transaction this product could have asked for."""

    code = "not_a_signed_transaction"


def decode_signed(raw_hex: str) -> SignedTransaction:
    """The transaction in ``raw_hex`` (``0x02…``), its sender recovered from the signature.

    Raises :class:`NotSigned` unless it is one canonical encoding with a low-S signature, so one transaction has one hash.
    """
    if len(raw_hex) > LONGEST or len(raw_hex) % 2 or not _RAW.fullmatch(raw_hex):
        raise NotSigned("not hexadecimal")
    raw = bytes.fromhex(raw_hex[2:])
    if raw[0] != _TYPE:
        raise NotSigned("not of type 2")
    fields = _fields(raw[1:])
    chain_id, nonce, tip, fee, gas, to, value, data, access, parity, r, s = fields
    numbers = [_number(field) for field in (chain_id, nonce, tip, fee, gas, value, parity, r, s)]
    if to != b"" and (not isinstance(to, bytes) or len(to) != 20):
        raise NotSigned("to is not an address")
    if access != [] or not isinstance(data, bytes):
        raise NotSigned("an access list has no place here")
    message = keccak(bytes([_TYPE]) + rlp.encode(fields[:9]))
    return SignedTransaction(
        hash="0x" + keccak(raw).hex(),
        chain_id=numbers[0],
        sender=_signer(message, *numbers[6:9]),
        to=checksummed(to) if to else None,
        value=numbers[5],
        data="0x" + data.hex(),
        gas=numbers[4],
        max_fee_per_gas=numbers[3],
        max_priority_fee_per_gas=numbers[2],
        nonce=numbers[1],
        raw="0x" + raw.hex(),
    )


def _fields(body: bytes) -> list[Any]:
    try:
        fields = rlp.decode(body, strict=True)
    except Exception as error:  # rlp raises several kinds, none of them with a common meaning
        raise NotSigned("not RLP") from error
    if not isinstance(fields, list) or len(fields) != _FIELDS:
        raise NotSigned(f"not the {_FIELDS} fields of a signed type-2 transaction")
    if rlp.encode(fields) != body:
        raise NotSigned("not in canonical encoding")
    return fields


def _number(field: Any) -> int:
    if not isinstance(field, bytes) or len(field) > 32 or field[:1] == b"\0":
        raise NotSigned("not a canonical number")
    return int.from_bytes(field, "big")


def _signer(message: bytes, parity: int, r: int, s: int) -> str:
    """The address whose key signed ``message``."""
    if parity not in (0, 1) or not 0 < s <= _HALF_ORDER:
        raise NotSigned("not a canonical signature")
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([parity])
    try:
        key = PublicKey.from_signature_and_message(signature, message, hasher=None)
    except ValueError as error:
        raise NotSigned("the signature is of no key") from error
    return checksummed(keccak(key.format(compressed=False)[1:])[12:])


def matches(step: UnsignedStep, signed: SignedTransaction) -> list[str]:
    """Names of the fields in which ``signed`` differs from ``step``; empty when it is exactly what was asked for.

    A step without a nonce is not released and matches nothing.
    """
    pairs = {
        "chain_id": (step.chain_id, signed.chain_id),
        "sender": (step.sender.lower(), signed.sender.lower()),
        "to": (step.to.lower(), (signed.to or "").lower()),
        "value": (step.value, signed.value),
        "data": (step.data.lower(), signed.data.lower()),
        "gas": (step.gas, signed.gas),
        "max_fee_per_gas": (step.max_fee_per_gas, signed.max_fee_per_gas),
        "max_priority_fee_per_gas": (step.max_priority_fee_per_gas, signed.max_priority_fee_per_gas),
        "nonce": (step.nonce, signed.nonce),
    }
    return [name for name, (asked, got) in pairs.items() if asked != got]
