"""An unsigned transaction as bytes, and those bytes taken apart again. Pure; holds no keys.

Two forms are written: the dynamic-fee transaction (type 2, EIP-1559) without an access list, and the older one with a single
price and the chain's id in what is signed (EIP-155), for networks without the former.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import rlp

from chains.encoding import checksummed, keccak
from chains.errors import NodeMistaken
from chains.types import UnsignedStep

LONGEST = 262_144
_DYNAMIC = 2
_HEX = re.compile(r"0x(?:[0-9a-f]{2})+")


class NotUnsigned(NodeMistaken):
    """The bytes are no unsigned transaction of a form this product writes."""

    code = "not_an_unsigned_transaction"


@dataclass(frozen=True)
class Unsigned:
    """What the bytes say. Of the older form both prices are its one price."""

    kind: int
    chain_id: int
    nonce: int
    max_priority_fee_per_gas: int
    max_fee_per_gas: int
    gas: int
    to: str
    value: int
    data: str


def payload(step: UnsignedStep, *, legacy: bool) -> bytes:
    """What a signer hashes and signs. The step must have its nonce."""
    if step.nonce is None:
        raise ValueError("a step without a nonce has no bytes")
    fields: list[int | bytes] = [step.gas, bytes.fromhex(step.to[2:]), step.value, bytes.fromhex(step.data[2:])]
    if legacy:
        fields = [step.nonce, step.max_fee_per_gas, *fields, step.chain_id, 0, 0]
        return bytes(rlp.encode([_field(field) for field in fields]))
    fields = [step.chain_id, step.nonce, step.max_priority_fee_per_gas, step.max_fee_per_gas, *fields]
    return bytes([_DYNAMIC]) + bytes(rlp.encode([*(_field(field) for field in fields), []]))


def signing_hash(raw: bytes) -> str:
    """The hash that is signed."""
    return "0x" + keccak(raw).hex()


def take_apart(text: str) -> Unsigned:
    """The transaction in hexadecimal ``text``. Raises :class:`NotUnsigned` unless it is one canonical encoding."""
    if len(text) > LONGEST or not _HEX.fullmatch(text):
        raise NotUnsigned("not hexadecimal")
    raw = bytes.fromhex(text[2:])
    if raw[0] == _DYNAMIC:
        fields = _fields(raw[1:], 9)
        if fields.pop() != []:
            raise NotUnsigned("an access list has no place here")
        chain_id, nonce, tip, fee, gas, to, value, data = fields
        kind = _DYNAMIC
    else:
        nonce, fee, gas, to, value, data, chain_id, *rest = _fields(raw, 9)
        tip, kind = fee, 0
        if rest != [b"", b""]:
            raise NotUnsigned("signed already, or for no chain")
    if not isinstance(to, bytes) or len(to) != 20 or not isinstance(data, bytes):
        raise NotUnsigned("not a call")
    return Unsigned(
        kind=kind,
        chain_id=_number(chain_id),
        nonce=_number(nonce),
        max_priority_fee_per_gas=_number(tip),
        max_fee_per_gas=_number(fee),
        gas=_number(gas),
        to=checksummed(to),
        value=_number(value),
        data="0x" + data.hex(),
    )


def row(step: UnsignedStep, *, legacy: bool) -> dict[str, str]:
    """A step as its bytes say it, with the bytes and the hash that is signed."""
    raw = payload(step, legacy=legacy)
    return {
        "purpose": step.purpose,
        "from": step.sender,
        **parts(take_apart("0x" + raw.hex())),
        "unsigned": "0x" + raw.hex(),
        "signingHash": signing_hash(raw),
    }


def parts(said: Unsigned) -> dict[str, str]:
    """The fields in decimal strings, under the names signers know; the older form has one price."""
    numbers = {
        "type": said.kind,
        "chainId": said.chain_id,
        "nonce": said.nonce,
        "gas": said.gas,
        "value": said.value,
    }
    prices = (
        {"maxFeePerGas": said.max_fee_per_gas, "maxPriorityFeePerGas": said.max_priority_fee_per_gas}
        if said.kind
        else {"gasPrice": said.max_fee_per_gas}
    )
    return {**{key: str(number) for key, number in (numbers | prices).items()}, "to": said.to, "data": said.data}


def _field(value: int | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.to_bytes((value.bit_length() + 7) // 8, "big")


def _fields(body: bytes, count: int) -> list[Any]:
    try:
        fields = rlp.decode(body, strict=True)
    except Exception as error:  # rlp raises several kinds, none of them with a common meaning
        raise NotUnsigned("not RLP") from error
    if not isinstance(fields, list) or len(fields) != count or rlp.encode(fields) != body:
        raise NotUnsigned(f"not the {count} fields of an unsigned transaction")
    return fields


def _number(field: Any) -> int:
    if not isinstance(field, bytes) or len(field) > 32 or field[:1] == b"\0":
        raise NotUnsigned("not a canonical number")
    return int.from_bytes(field, "big")
