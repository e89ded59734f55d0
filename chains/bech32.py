"""Bech32 (BIP-173) as account addresses use it: a prefix and whole bytes, no witness version. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_PLACE = {character: place for place, character in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
LONGEST = 200
"""Characters a text may have; the standard says 90, contracts with long prefixes stay below 100."""


class BadBech32(ValueError):
    """The text is not what it claims to be; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def decode(text: str) -> tuple[str, bytes]:
    """Prefix and content. Raises :class:`BadBech32`: ``bad_prefix``, ``mixed_case``, ``bad_characters``, ``bad_checksum``,
    ``bad_padding``, ``wrong_length``."""
    if not 8 <= len(text) <= LONGEST:
        raise BadBech32("wrong_length")
    lower = text.lower()
    if text not in (lower, text.upper()):
        raise BadBech32("mixed_case")
    prefix, separator, rest = lower.rpartition("1")
    if not separator or not prefix or not all(33 <= ord(character) <= 126 for character in prefix):
        raise BadBech32("bad_prefix")
    if any(character not in _PLACE for character in rest):
        raise BadBech32("bad_characters")
    groups = [_PLACE[character] for character in rest]
    if len(groups) < 6:
        raise BadBech32("wrong_length")
    if _polymod([*_expanded(prefix), *groups]) != 1:
        raise BadBech32("bad_checksum")
    return prefix, _bytes(groups[:-6])


def encode(prefix: str, content: bytes) -> str:
    """``content`` in lower case with its checksum."""
    groups = _groups(content)
    check = _polymod([*_expanded(prefix), *groups, 0, 0, 0, 0, 0, 0]) ^ 1
    groups += [(check >> 5 * (5 - place)) & 31 for place in range(6)]
    return f"{prefix}1" + "".join(_ALPHABET[group] for group in groups)


def _expanded(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, factor in enumerate(_GENERATOR):
            if top >> place & 1:
                check ^= factor
    return check


def _bytes(groups: Sequence[int]) -> bytes:
    number = 0
    for group in groups:
        number = number << 5 | group
    spare = len(groups) * 5 % 8
    if spare > 4 or number & ((1 << spare) - 1):
        raise BadBech32("bad_padding")
    return (number >> spare).to_bytes(len(groups) * 5 // 8, "big")


def _groups(content: bytes) -> list[int]:
    count = (len(content) * 8 + 4) // 5
    number = int.from_bytes(content, "big") << (count * 5 - len(content) * 8)
    return [number >> 5 * (count - 1 - place) & 31 for place in range(count)]
