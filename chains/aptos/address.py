"""Aptos addresses: 32 bytes in hexadecimal, without a checksum. The canonical text is the long form of AIP-40. Pure.

Addresses without their leading zeros are refused, as AIP-40 has it (only ``0x0`` to ``0xf`` are short): nothing tells a zero
that was left out from a digit that was lost.
"""

from __future__ import annotations

import re

from chains.errors import NodeMistaken
from chains.types import AddressCheck, Network

APT_COIN = "0x1::aptos_coin::AptosCoin"
APT_METADATA = f"0x{'a'.rjust(64, '0')}"
"""The coin itself in its two forms."""

_ADDRESS = re.compile(r"0[xX]([0-9a-fA-F]+)")
_TYPE = re.compile(r"0[xX][0-9a-fA-F]{1,64}::\w{1,128}::\w{1,128}(?:<[\w:<>, ]{1,700}>)?", re.ASCII)
_IN_TYPE = re.compile(r"\b0[xX][0-9a-fA-F]{1,64}(?=::)")
_COLLECTION = re.compile(r"(0[xX][0-9a-fA-F]{1,64})::(.{1,128})")


def check_address(network: Network, text: str) -> AddressCheck:
    """Whether ``text`` can receive on Aptos. Kinds: ``account_or_object``, ``special`` (``0x1`` to ``0xf``).

    Reasons: ``empty``, ``not_hex_address``, ``wrong_length``, ``zero_address``.
    """
    text = text.strip()
    match = _ADDRESS.fullmatch(text)
    if not match:
        return _refused("not_hex_address" if text else "empty")
    digits = match[1]
    if len(digits) > 64:
        return _refused("wrong_length")
    number = int(digits, 16)
    if not number:
        return _refused("zero_address")
    if len(digits) < 64 and not (len(digits) == 1 and number < 16):
        return _refused("wrong_length")
    return AddressCheck(True, long_form(text), "special" if number < 16 else "account_or_object", None, None)


def _refused(reason: str) -> AddressCheck:
    return AddressCheck(False, None, None, None, reason)


def long_form(value: object) -> str:
    """``0x`` and sixty-four digits of an address as nodes write it. Raises :class:`NodeMistaken`."""
    match = _ADDRESS.fullmatch(value) if isinstance(value, str) and len(value) <= 66 else None
    if not match:
        raise NodeMistaken("an address belongs here")
    return f"0x{match[1].lower().rjust(64, '0')}"


def primary_store(owner: str, metadata: str) -> str:
    """Where the framework keeps an account's balance of a fungible asset: an object derived from both."""
    from hashlib import sha3_256

    derived = sha3_256(bytes.fromhex(owner[2:]) + bytes.fromhex(metadata[2:]) + b"\xfc")
    return f"0x{derived.hexdigest()}"


def short_form(address: str) -> str:
    """A long address without leading zeros, as it stands in names of types."""
    return f"0x{address[2:].lstrip('0') or '0'}"


def type_name(text: str) -> str:
    """A type in one spelling: its addresses without leading zeros, its parameters set off as nodes do."""
    return ", ".join(
        part.strip() for part in _IN_TYPE.sub(lambda found: short_form(long_form(found[0])), text).split(",")
    )


def asset_identity(network: Network, text: str) -> str | None:
    """A coin's type, its own address without leading zeros, or the long address of a fungible asset's or a collection's data.

    A collection of the first token standard goes by its maker and name. ``None`` for what is none of these, and for the coin
    itself in both its forms.
    """
    if "::" not in text:
        address = check_address(network, text).normalised
        return None if address == APT_METADATA else address
    if _TYPE.fullmatch(text):
        spelt = type_name(text)
        return None if spelt == APT_COIN else spelt
    collection = _COLLECTION.fullmatch(text)
    return f"{long_form(collection[1])}::{collection[2]}" if collection else None
