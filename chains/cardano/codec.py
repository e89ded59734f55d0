"""The two spellings of Cardano addresses: Bech32 without a length limit (CIP-5, CIP-19), and Byron's base58 around CBOR.

Every function is pure and raises :class:`BadText` with a stable code; nothing is corrected or guessed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)

LONGEST = 300
"""Characters either spelling may have here; a pointer address of the largest numbers stays below 130."""


class BadText(ValueError):
    """The text is not what it claims to be; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Byron:
    """What a Byron address says: ``magic`` is its test network's number, ``None`` on the main network.

    ``redeem`` is whether a redemption key of the first sale owns it, rather than an ordinary key.
    """

    magic: int | None
    redeem: bool


def bech32_decode(text: str) -> tuple[str, bytes]:
    """Human-readable part and bytes. Raises ``mixed_case``, ``bad_characters``, ``wrong_length``, ``bad_checksum``,
    ``bad_padding``."""
    if not 8 <= len(text) <= LONGEST:
        raise BadText("wrong_length")
    if text.lower() != text and text.upper() != text:
        raise BadText("mixed_case")
    prefix, separator, body = text.lower().rpartition("1")
    if not prefix or not separator or len(body) < 6:
        raise BadText("wrong_length")
    if any(character not in _BECH32 for character in body) or any(not 33 <= ord(c) <= 126 for c in prefix):
        raise BadText("bad_characters")
    data = [_BECH32.index(character) for character in body]
    if _polymod([*_expand(prefix), *data]) != 1:
        raise BadText("bad_checksum")
    return prefix, _octets(data[:-6])


def bech32_encode(prefix: str, content: bytes) -> str:
    """Bytes with their checksum, lower case."""
    data: list[int] = []
    held = bits = 0
    for octet in content:
        held, bits = held << 8 | octet, bits + 8
        while bits >= 5:
            bits -= 5
            data.append(held >> bits & 31)
        held &= (1 << bits) - 1
    if bits:
        data.append(held << (5 - bits) & 31)
    check = _polymod([*_expand(prefix), *data, 0, 0, 0, 0, 0, 0]) ^ 1
    tail = [check >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1" + "".join(_BECH32[value] for value in (*data, *tail))


def byron_decode(text: str) -> Byron:
    """A Byron address taken apart: ``[24(payload), crc32]``, the payload ``[root, attributes, type]``.

    Raises ``bad_characters``, ``wrong_length``, ``bad_checksum`` ``bad_encoding`` and ``unknown_type``.
    """
    if not 30 <= len(text) <= LONGEST:
        raise BadText("wrong_length")
    outer = _Cbor(_base58(text))
    if outer.head(4) != 2 or outer.head(6) != 24:
        raise BadText("bad_encoding")
    payload, checksum = outer.octets(), outer.head(0)
    outer.end()
    if zlib.crc32(payload) != checksum:
        raise BadText("bad_checksum")
    inner = _Cbor(payload)
    if inner.head(4) != 3 or len(inner.octets()) != 28:
        raise BadText("bad_encoding")
    magic = _attributes(inner)
    kind = inner.head(0)
    inner.end()
    if kind not in (0, 2):  # type 1, a script, was defined but nothing could ever spend from it
        raise BadText("unknown_type")
    return Byron(magic, kind == 2)


def _attributes(cbor: _Cbor) -> int | None:
    """The network number among the attributes (key 2); key 0 is a stake distribution, key 1 the wallet's encrypted path."""
    magic = None
    for _ in range(cbor.head(5)):
        key, value = cbor.head(0), cbor.octets()
        if key > 2:
            raise BadText("bad_encoding")
        if key == 2:
            number = _Cbor(value)
            magic = number.head(0)
            number.end()
    return magic


class _Cbor:
    """As much of CBOR (RFC 8949) as Byron addresses use: shortest-form heads, no indefinite lengths."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def head(self, major: int) -> int:
        """The argument of the next item, which must be of the major type."""
        first = self._take(1)[0]
        if first >> 5 != major:
            raise BadText("bad_encoding")
        small = first & 31
        if small < 24:
            return small
        if small > 27:
            raise BadText("bad_encoding")
        number = int.from_bytes(self._take(1 << (small - 24)), "big")
        if number < (24 if small == 24 else 1 << (4 << (small - 24))):
            raise BadText("bad_encoding")  # the same address in longer words would be a second spelling of it
        return number

    def octets(self) -> bytes:
        """The next item, a byte string."""
        return self._take(self.head(2))

    def end(self) -> None:
        """Nothing may follow."""
        if self._place != len(self._data):
            raise BadText("bad_encoding")

    def _take(self, count: int) -> bytes:
        piece = self._data[self._place : self._place + count]
        if len(piece) != count:
            raise BadText("bad_encoding")
        self._place += count
        return piece


def _base58(text: str) -> bytes:
    number = 0
    for character in text:
        digit = _BASE58.find(character)
        if digit < 0:
            raise BadText("bad_characters")
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, word in enumerate(_GENERATOR):
            if top >> bit & 1:
                check ^= word
    return check


def _expand(prefix: str) -> list[int]:
    return [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix)]


def _octets(data: Iterable[int]) -> bytes:
    held = bits = 0
    content = bytearray()
    for value in data:
        held, bits = held << 5 | value, bits + 5
        if bits >= 8:
            bits -= 8
            content.append(held >> bits)
            held &= (1 << bits) - 1
    if bits >= 5 or held:
        raise BadText("bad_padding")
    return bytes(content)
