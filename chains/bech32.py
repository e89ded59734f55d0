"""Bech32 (BIP-173) and Bech32m (BIP-350): a prefix, groups of five bits, and a checksum over both. Pure.

:func:`decode` and :func:`encode` take whole bytes, as account addresses use it; what counts in groups (witness versions) is
read by :func:`decode_groups`. Nothing is corrected or guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import xor

from chains.encoding import BadText

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BECH32 = 1
BECH32M = 0x2BC830A3
LONGEST = 200
"""Characters an account may have; the standard says 90, contracts with long prefixes stay below 100."""

_PLACE = {character: place for place, character in enumerate(ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_STEPS = tuple(reduce(xor, (word for bit, word in enumerate(_GENERATOR) if top >> bit & 1), 0) for top in range(32))
"""What the checksum changes by, for every five bits that leave it."""


def decode(text: str, *, longest: int = LONGEST) -> tuple[str, bytes]:
    """Prefix and bytes of a Bech32 text. Raises what :func:`decode_groups` raises, ``bad_checksum`` for Bech32m, and
    ``bad_padding``."""
    prefix, groups, constant = decode_groups(text, longest=longest)
    if constant != BECH32:
        raise BadText("bad_checksum")
    return prefix, regroup(groups, 5, 8, pad=False)


def encode(prefix: str, content: bytes) -> str:
    """``content`` as Bech32, lower case."""
    return encode_groups(prefix, regroup(content, 8, 5, pad=True), BECH32)


def decode_groups(text: str, *, longest: int = 90) -> tuple[str, list[int], int]:
    """Prefix, groups without the checksum, and which constant the checksum fits (``BECH32`` or ``BECH32M``).

    ``longest`` is what BIP-173 allows; other standards lift it.
    Raises :class:`BadText`: ``wrong_length``, ``mixed_case``, ``bad_prefix``, ``bad_characters``, ``bad_checksum``.
    """
    if not 8 <= len(text) <= longest:
        raise BadText("wrong_length")
    lower = text.lower()
    if text not in (lower, text.upper()):
        raise BadText("mixed_case")
    prefix, separator, rest = lower.rpartition("1")
    if not separator or not prefix or not all(33 <= ord(character) <= 126 for character in prefix):
        raise BadText("bad_prefix")
    if len(rest) < 6:
        raise BadText("wrong_length")
    if any(character not in _PLACE for character in rest):
        raise BadText("bad_characters")
    groups = [_PLACE[character] for character in rest]
    constant = _polymod([*_expanded(prefix), *groups])
    if constant not in (BECH32, BECH32M):
        raise BadText("bad_checksum")
    return prefix, groups[:-6], constant


def encode_groups(prefix: str, groups: Sequence[int], constant: int) -> str:
    """Groups of five bits with their checksum, lower case."""
    check = _polymod([*_expanded(prefix), *groups, 0, 0, 0, 0, 0, 0]) ^ constant
    tail = [check >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1" + "".join(ALPHABET[group] for group in (*groups, *tail))


def regroup(data: Iterable[int], from_bits: int, to_bits: int, *, pad: bool) -> bytes:
    """The same bits in groups of another size. Without ``pad`` the left-over bits must be few and zero (``bad_padding``)."""
    held = bits = 0
    groups = bytearray()
    for value in data:
        held = held << from_bits | value
        bits += from_bits
        while bits >= to_bits:
            bits -= to_bits
            groups.append(held >> bits & ((1 << to_bits) - 1))
        held &= (1 << bits) - 1
    if pad:
        if bits:
            groups.append(held << (to_bits - bits) & ((1 << to_bits) - 1))
    elif bits >= from_bits or held:
        raise BadText("bad_padding")
    return bytes(groups)


def _expanded(prefix: str) -> list[int]:
    return [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix)]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value ^ _STEPS[top]
    return check
