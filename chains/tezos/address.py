"""Tezos addresses and hashes: base58 with a checksum, told apart by the bytes in front. Pure."""

from __future__ import annotations

import re

from chains.encoding import BITCOIN, BadText, base58check_decode, base58check_encode
from chains.types import AddressCheck, Network

_LONGEST = 100
_TOKEN = re.compile(r"[0-9]{1,78}")

_ACCOUNTS = {
    bytes.fromhex("06a19f"): "tz1",  # Ed25519
    bytes.fromhex("06a1a1"): "tz2",  # secp256k1
    bytes.fromhex("06a1a4"): "tz3",  # P-256
    bytes.fromhex("06a1a6"): "tz4",  # BLS
}
_CONTRACT = bytes.fromhex("025a79")
_ROLLUPS = {bytes.fromhex("067c75"): "sr1", bytes.fromhex("0180781f"): "txr1"}
_KEYS = {
    bytes.fromhex("0d0f25d9"): 32,
    bytes.fromhex("03fee256"): 33,
    bytes.fromhex("03b28b7f"): 33,
}  # edpk, sppk, p2pk
_OPERATION = bytes.fromhex("0574")


def decode(text: str) -> bytes | None:
    """The bytes of a text whose checksum is right, else ``None``."""
    try:
        return base58check_decode(text, longest=_LONGEST)
    except BadText:
        return None


def encode(data: bytes) -> str:
    """``data`` and its checksum."""
    return base58check_encode(data)


def is_operation(text: str) -> bool:
    """Whether ``text`` is the hash of an operation."""
    data = decode(text)
    return data is not None and data.startswith(_OPERATION) and len(data) == 34


def kind_of(text: str) -> str | None:
    """``account``, ``contract`` or ``rollup``; ``None`` for a text that is no address."""
    data = decode(text)
    if data is None:
        return None
    if len(data) == 23 and data[:3] in _ACCOUNTS:
        return "account"
    if len(data) == 23 and data[:3] == _CONTRACT:
        return "contract"
    return "rollup" if any(data.startswith(front) and len(data) == len(front) + 20 for front in _ROLLUPS) else None


def check(text: str) -> AddressCheck:
    """Whether ``text`` can receive.

    Reasons: ``empty``, ``bad_characters``, ``bad_checksum``, ``is_public_key``, ``rollup_cannot_receive`` (coins enter a rollup
    through a contract), ``has_entrypoint`` (``KT1…%name`` calls a contract), ``bad_prefix``.
    """
    text = text.strip()
    kind = kind_of(text)
    if kind in ("account", "contract"):
        return AddressCheck(True, text, kind, None, None)
    return AddressCheck(False, None, None, None, _why_not(text, kind))


def _why_not(text: str, kind: str | None) -> str:
    if not text:
        return "empty"
    if kind == "rollup":
        return "rollup_cannot_receive"
    if "%" in text and kind_of(text.partition("%")[0]):
        return "has_entrypoint"
    if any(character not in BITCOIN for character in text):
        return "bad_characters"
    data = decode(text)
    if data is None:
        return "bad_checksum"
    return (
        "is_public_key"
        if any(data.startswith(f) and len(data) == len(f) + n for f, n in _KEYS.items())
        else "bad_prefix"
    )


def asset_identity(network: Network, text: str) -> str | None:
    """``KT1…`` of an FA1.2 token, ``KT1…:ID`` of one of several (FA2); ``None`` for what is neither."""
    contract, mark, number = text.partition(":")
    if kind_of(contract) != "contract" or (mark and not _TOKEN.fullmatch(number)):
        return None
    return f"{contract}:{int(number)}" if mark else contract
