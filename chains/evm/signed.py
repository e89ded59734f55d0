"""A signed transaction taken apart: its fields, its hash, and who signed it. Pure; holds no keys and makes no signatures.

Dynamic-fee transactions (type 2) without an access list are read, and of networks without those the older form with one price and
the chain's id in what is signed (EIP-155), because plans contain no others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import rlp
from coincurve import PublicKey

from chains.encoding import checksummed, keccak
from chains.errors import NodeMistaken
from chains.types import SignedTransaction, UnsignedStep

LONGEST = 262_144
"""Hexadecimal digits a signed transaction may have; nodes take at most 128 KB."""

_TYPE = 2
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
_RAW = re.compile(r"0x[0-9a-fA-F]+")


class NotSigned(NodeMistaken):
    """The bytes are no signed transaction this product could have asked for."""

    code = "not_a_signed_transaction"


def decode_signed(raw_hex: str) -> SignedTransaction:
    """The transaction in ``raw_hex`` (``0x02…``), its sender recovered from the signature.

    Raises :class:`NotSigned` unless it is one canonical encoding with a low-S signature, so one transaction has one hash.
    """
    raw = _octets(raw_hex)
    if raw[0] != _TYPE:
        raise NotSigned("not of type 2")
    fields = _fields(raw[1:], 12)
    chain_id, nonce, tip, fee, gas, to, value, data, access, parity, r, s = fields
    if access != []:
        raise NotSigned("an access list has no place here")
    message = keccak(bytes([_TYPE]) + rlp.encode(fields[:9]))
    signature = [_number(field) for field in (parity, r, s)]
    return _taken(raw, _signer(message, *signature), _number(chain_id), (nonce, tip, fee, gas, to, value, data))


def decode_older(raw_hex: str) -> SignedTransaction:
    """The same of the older form (EIP-155). Its one price is ``max_fee_per_gas``, and no part of it is a tip."""
    raw = _octets(raw_hex)
    fields = _fields(raw, 9)
    nonce, price, gas, to, value, data, v, r, s = fields
    chain_id, parity = divmod(_number(v) - 35, 2)
    if chain_id <= 0:
        raise NotSigned("signed for no chain")
    message = keccak(rlp.encode([*fields[:6], chain_id.to_bytes((chain_id.bit_length() + 7) // 8, "big"), b"", b""]))
    sender = _signer(message, parity, _number(r), _number(s))
    return _taken(raw, sender, chain_id, (nonce, b"", price, gas, to, value, data))


def _octets(raw_hex: str) -> bytes:
    if len(raw_hex) > LONGEST or len(raw_hex) % 2 or not _RAW.fullmatch(raw_hex):
        raise NotSigned("not hexadecimal")
    return bytes.fromhex(raw_hex[2:])


def _taken(raw: bytes, sender: str, chain_id: int, fields: Sequence[Any]) -> SignedTransaction:
    nonce, tip, fee, gas, to, value, data = fields
    if to != b"" and (not isinstance(to, bytes) or len(to) != 20):
        raise NotSigned("to is not an address")
    if not isinstance(data, bytes):
        raise NotSigned("the data is a list")
    return SignedTransaction(
        hash="0x" + keccak(raw).hex(),
        chain_id=chain_id,
        sender=sender,
        to=checksummed(to) if to else None,
        value=_number(value),
        data="0x" + data.hex(),
        gas=_number(gas),
        max_fee_per_gas=_number(fee),
        max_priority_fee_per_gas=_number(tip),
        nonce=_number(nonce),
        raw="0x" + raw.hex(),
    )


def _fields(body: bytes, count: int) -> list[Any]:
    try:
        fields = rlp.decode(body, strict=True)
    except Exception as error:  # rlp raises several kinds, none of them with a common meaning
        raise NotSigned("not RLP") from error
    if not isinstance(fields, list) or len(fields) != count:
        raise NotSigned(f"not the {count} fields of a signed transaction")
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
