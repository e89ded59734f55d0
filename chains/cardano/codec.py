"""The two spellings of Cardano addresses: Bech32 without a length limit (CIP-5, CIP-19), and Byron's base58 around CBOR.

Every function is pure and raises :class:`BadText` with a stable code; nothing is corrected or guessed.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from chains.encoding import BadText, base58_decode

LONGEST = 300
"""Characters either spelling may have here; a pointer address of the largest numbers stays below 130."""


@dataclass(frozen=True)
class Byron:
    """What a Byron address says: ``magic`` is its test network's number, ``None`` on the main network.

    ``redeem`` is whether a redemption key of the first sale owns it, rather than an ordinary key.
    """

    magic: int | None
    redeem: bool


def byron_decode(text: str) -> Byron:
    """A Byron address taken apart: ``[24(payload), crc32]``, the payload ``[root, attributes, type]``.

    Raises ``bad_characters``, ``wrong_length``, ``bad_checksum`` ``bad_encoding`` and ``unknown_type``.
    """
    if not 30 <= len(text) <= LONGEST:
        raise BadText("wrong_length")
    outer = _Cbor(base58_decode(text))
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
