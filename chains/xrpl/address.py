"""Addresses of the XRP Ledger: classic ones (``r…``) and X-addresses, which carry a destination tag. Pure.

Both are base58 with the ledger's own alphabet and a checksum of four bytes (the double SHA-256). A classic address has the
prefix 00 and 20 bytes; an X-address a prefix of two bytes (``X…`` main, ``T…`` test network), 20 bytes, a flag and a tag of
eight bytes, little-endian (XLS-5). The canonical form is the classic address, the tag stands beside it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from chains.errors import NodeMistaken
from chains.types import AddressCheck

ALPHABET = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
LARGEST_TAG = 2**32 - 1

_ACCOUNT = b"\x00"
_X_MAIN = b"\x05\x44"
_X_TEST = b"\x04\x93"
_KEYS = {b"\x21": 16, b"\x23": 33, b"\x01\xe1\x4b": 16, b"\x1c": 32}  # seeds and keys: prefix to length
_VALUES = {letter: number for number, letter in enumerate(ALPHABET)}


@dataclass(frozen=True)
class _Problem(Exception):
    """Why a text is no address that can receive here; ``code`` is stable."""

    code: str


def check(text: str) -> AddressCheck:
    """The classic form of ``text`` and the tag it carries, or why it cannot receive on this network."""
    try:
        account, tag, kind = _read(text)
    except _Problem as problem:
        return AddressCheck(False, None, None, None, problem.code)
    return AddressCheck(True, classic(account), kind, None if tag is None else str(tag), None)


def account_id(text: object) -> bytes:
    """The 20 bytes of a classic address from a node. Raises :class:`NodeMistaken` for anything else."""
    if not isinstance(text, str) or not text.startswith("r") or len(text) > 35:
        raise NodeMistaken("not an account")
    try:
        payload = _unchecked(text)
    except _Problem:
        raise NodeMistaken("not an account") from None
    if len(payload) != 21 or payload[:1] != _ACCOUNT:
        raise NodeMistaken("not an account")
    return payload[1:]


def account(text: object) -> str:
    """``text`` itself when it is a classic address. Raises :class:`NodeMistaken`."""
    account_id(text)
    return str(text)


def classic(account: bytes) -> str:
    """The classic address of 20 bytes."""
    payload = _ACCOUNT + account
    return _base58(payload + _checksum(payload))


def tag_of(memo: str | None) -> int | None:
    """A memo as a destination tag. Raises ``ValueError`` when it is none."""
    if memo is None:
        return None
    if not (memo.isascii() and memo.isdigit()) or len(memo) > 10 or int(memo) > LARGEST_TAG:
        raise ValueError("not a destination tag")
    return int(memo)


def _read(text: str) -> tuple[bytes, int | None, str]:
    if not text or text[0] not in "rXTs" or not 25 <= len(text) <= 60:
        raise _Problem("wrong_format")
    payload = _unchecked(text)
    for prefix, length in _KEYS.items():
        if payload.startswith(prefix) and len(payload) == len(prefix) + length:
            raise _Problem("is_a_key")
    if payload.startswith(_X_TEST) and len(payload) == 31:
        raise _Problem("wrong_network")
    if payload.startswith(_X_MAIN) and len(payload) == 31:
        return payload[2:22], _tag(payload[22], payload[23:]), "x_address"
    if payload.startswith(_ACCOUNT) and len(payload) == 21:
        return payload[1:], None, "classic"
    raise _Problem("wrong_prefix")


def _tag(flag: int, field: bytes) -> int | None:
    """The tag of an X-address. Flag 2 and the last four bytes are kept for tags of 64 bits, which the ledger has not."""
    tag = int.from_bytes(field[:4], "little")
    if flag > 1 or any(field[4:]) or (flag == 0 and tag):
        raise _Problem("wrong_tag")
    return tag if flag else None


def _unchecked(text: str) -> bytes:
    """The bytes below the checksum."""
    number = 0
    for letter in text:
        if letter not in _VALUES:
            raise _Problem("wrong_format")
        number = number * 58 + _VALUES[letter]
    zeros = len(text) - len(text.lstrip(ALPHABET[0]))
    raw = b"\x00" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
    payload, checksum = raw[:-4], raw[-4:]
    if len(raw) < 5 or _checksum(payload) != checksum:
        raise _Problem("bad_checksum")
    return payload


def _checksum(payload: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]


def _base58(raw: bytes) -> str:
    number, letters = int.from_bytes(raw, "big"), ""
    while number:
        number, place = divmod(number, 58)
        letters = ALPHABET[place] + letters
    return ALPHABET[0] * (len(raw) - len(raw.lstrip(b"\x00"))) + letters
