"""Unified addresses of Zcash (ZIP-316): several receivers in one text, whichever the payer can use. Pure.

The receivers are scrambled with F4Jumble, so that a change anywhere spoils everything, and written as Bech32m. Here only the
transparent receiver matters: an output behind the others cannot be seen or proved.
"""

from __future__ import annotations

import hashlib

from chains.bech32 import BECH32M, decode_groups, regroup
from chains.encoding import BadText

_LONGEST = 1000
_PADDING = 16
_HASH = 64
_KINDS = {0: "p2pkh", 1: "p2sh"}
_LENGTHS = {0: 20, 1: 20, 2: 43, 3: 43}


def receiver(text: str) -> tuple[str, str, bytes]:
    """Prefix, kind (``p2pkh`` or ``p2sh``) and hash of the transparent receiver.

    Raises what ``decode_groups`` raises, ``wrong_encoding``, ``bad_padding``, ``bad_unified_address``, and
    ``shielded_not_supported`` for a sound address without such a receiver.
    """
    hrp, data, constant = decode_groups(text, longest=_LONGEST)
    if constant != BECH32M:
        raise BadText("wrong_encoding")
    scrambled = regroup(data, 5, 8, pad=False)
    if not 38 <= len(scrambled) <= 4194368:
        raise BadText("wrong_length")
    plain = unscramble(scrambled)
    if plain[-_PADDING:] != hrp.encode().ljust(_PADDING, b"\0"):
        raise BadText("bad_unified_address")
    items = _items(plain[:-_PADDING])
    for typecode, kind in _KINDS.items():
        if typecode in items:
            return hrp, kind, items[typecode]
    raise BadText("shielded_not_supported")


def _items(data: bytes) -> dict[int, bytes]:
    """Receivers by typecode, which must ascend; there is at most one transparent one."""
    items: dict[int, bytes] = {}
    place = 0
    while place < len(data):
        typecode, place = _compact(data, place)
        length, place = _compact(data, place)
        if typecode > 0x02000000 or place + length > len(data) or (items and typecode <= max(items)):
            raise BadText("bad_unified_address")
        if _LENGTHS.get(typecode, length) != length:
            raise BadText("bad_unified_address")
        items[typecode] = data[place : place + length]
        place += length
    if not items or (0 in items and 1 in items):
        raise BadText("bad_unified_address")
    return items


def _compact(data: bytes, place: int) -> tuple[int, int]:
    """A CompactSize number in its shortest form, and where it ends."""
    first = data[place] if place < len(data) else 0xFF
    size = {0xFD: 2, 0xFE: 4}.get(first, 0)
    if first == 0xFF or place + 1 + size > len(data):
        raise BadText("bad_unified_address")
    if not size:
        return first, place + 1
    value = int.from_bytes(data[place + 1 : place + 1 + size], "little")
    if value < (0xFD if size == 2 else 0x10000):
        raise BadText("bad_unified_address")
    return value, place + 1 + size


def unscramble(data: bytes) -> bytes:
    """F4Jumble undone: four rounds of a Feistel network over BLAKE2b."""
    middle = min(_HASH, len(data) // 2)
    left, right = data[:middle], data[middle:]
    left = _xor(left, _short(1, right, len(left)))
    right = _xor(right, _long(1, left, len(right)))
    left = _xor(left, _short(0, right, len(left)))
    right = _xor(right, _long(0, left, len(right)))
    return left + right


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _short(turn: int, data: bytes, length: int) -> bytes:
    return hashlib.blake2b(data, digest_size=length, person=b"UA_F4Jumble_H" + bytes([turn, 0, 0])).digest()


def _long(turn: int, data: bytes, length: int) -> bytes:
    pieces = [
        hashlib.blake2b(data, person=b"UA_F4Jumble_G" + bytes([turn]) + count.to_bytes(2, "little")).digest()
        for count in range((length + _HASH - 1) // _HASH)
    ]
    return b"".join(pieces)[:length]
