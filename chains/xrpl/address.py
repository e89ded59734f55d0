"""Addresses of the XRP Ledger: classic ones (``r…``) and X-addresses, which carry a destination tag. Pure.

Both are base58 with the ledger's own alphabet and a checksum of four bytes (the double SHA-256). A classic address has the
prefix 00 and 20 bytes; an X-address a prefix of two bytes (``X…`` main, ``T…`` test network), 20 bytes, a flag and a tag of
eight bytes, little-endian (XLS-5). The canonical form is the classic address, the tag stands beside it.
"""

from __future__ import annotations

from chains.encoding import BadText, base58check_decode, base58check_encode
from chains.errors import NodeMistaken
from chains.types import AddressCheck

ALPHABET = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
LARGEST_TAG = 2**32 - 1

_ACCOUNT = b"\x00"
_X_MAIN = b"\x05\x44"
_X_TEST = b"\x04\x93"
# Prefix to length: seeds, public keys of accounts and of servers, secret keys of both.
_KEYS = {b"\x21": 16, b"\x01\xe1\x4b": 16, b"\x23": 33, b"\x1c": 33, b"\x22": 32, b"\x20": 32}


def check(text: str) -> AddressCheck:
    """The classic form of ``text`` and the tag it carries, or why it cannot receive on this network."""
    try:
        account, tag, kind = _read(text)
    except BadText as problem:
        return AddressCheck(False, None, None, None, problem.code)
    return AddressCheck(True, classic(account), kind, None if tag is None else str(tag), None)


def account_id(text: object) -> bytes:
    """The 20 bytes of a classic address from a node. Raises :class:`NodeMistaken` for anything else."""
    if not isinstance(text, str) or not text.startswith("r") or len(text) > 35:
        raise NodeMistaken("not an account")
    try:
        payload = _unchecked(text)
    except BadText:
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
    return base58check_encode(_ACCOUNT + account, ALPHABET)


def tag_of(memo: str | None) -> int | None:
    """A memo as a destination tag. Raises ``ValueError`` when it is none."""
    if memo is None:
        return None
    if not (memo.isascii() and memo.isdigit()) or len(memo) > 10 or int(memo) > LARGEST_TAG:
        raise ValueError("not a destination tag")
    return int(memo)


def _read(text: str) -> tuple[bytes, int | None, str]:
    if not text or text[0] not in "rXTsanp" or not 25 <= len(text) <= 60:
        raise BadText("wrong_format")
    payload = _unchecked(text)
    for prefix, length in _KEYS.items():
        if payload.startswith(prefix) and len(payload) == len(prefix) + length:
            raise BadText("is_a_key")
    if payload.startswith(_X_TEST) and len(payload) == 31:
        raise BadText("wrong_network")
    if payload.startswith(_X_MAIN) and len(payload) == 31:
        return payload[2:22], _tag(payload[22], payload[23:]), "x_address"
    if payload.startswith(_ACCOUNT) and len(payload) == 21:
        return payload[1:], None, "classic"
    raise BadText("wrong_prefix")


def _tag(flag: int, field: bytes) -> int | None:
    """The tag of an X-address. Flag 2 and the last four bytes are kept for tags of 64 bits, which the ledger has not."""
    tag = int.from_bytes(field[:4], "little")
    if flag > 1 or any(field[4:]) or (flag == 0 and tag):
        raise BadText("wrong_tag")
    return tag if flag else None


def _unchecked(text: str) -> bytes:
    """The bytes below the checksum."""
    try:
        return base58check_decode(text, ALPHABET)
    except BadText as problem:
        raise BadText("wrong_format" if problem.code == "bad_characters" else "bad_checksum") from None
