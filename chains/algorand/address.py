"""Algorand addresses: 32 bytes and the last four of their SHA-512/256, in base32 without padding. Pure."""

from __future__ import annotations

import base64
import hashlib
import re

from chains.types import AddressCheck, Network

ZERO = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ"
"""The address of 32 zero bytes, which nobody holds."""

_CHARACTERS = re.compile(r"[A-Z2-7]*")
_LENGTH = 58
_ASSET = re.compile(r"[0-9]{1,20}")


def digest(data: bytes) -> bytes:
    """SHA-512/256, the hash of this chain."""
    return hashlib.new("sha512_256", data).digest()


def encode(key: bytes) -> str:
    """The address of 32 bytes."""
    return base64.b32encode(key + digest(key)[-4:]).decode().rstrip("=")


def problem(text: str) -> str | None:
    """Why ``text`` is no address: ``empty``, ``bad_characters``, ``wrong_length``, ``bad_padding``, ``bad_checksum``."""
    if not text:
        return "empty"
    if not _CHARACTERS.fullmatch(text):
        return "bad_characters"
    if len(text) != _LENGTH:
        return "wrong_length"
    data = base64.b32decode(text + "======")
    if base64.b32encode(data).decode().rstrip("=") != text:
        return "bad_padding"
    return None if digest(data[:32])[-4:] == data[32:] else "bad_checksum"


def key_of(text: str) -> bytes:
    """The 32 bytes of an address. Raises ``ValueError``."""
    if problem(text):
        raise ValueError("not an address")
    return base64.b32decode(text + "======")[:32]


def check(text: str) -> AddressCheck:
    """Whether ``text`` can receive; the reasons of :func:`problem` and ``zero_address``."""
    text = text.strip()
    reason = problem(text) or ("zero_address" if text == ZERO else None)
    if reason:
        return AddressCheck(False, None, None, None, reason)
    return AddressCheck(True, text, "account", None, None)


def asset_identity(network: Network, text: str) -> str | None:
    """The number of a standard asset, without leading zeros; ``None`` for what is no number of one (ALGO itself is none)."""
    return str(int(text)) if _ASSET.fullmatch(text) and 0 < int(text) < 1 << 64 else None
