"""Text and number forms shared by families: hostile text made plain, hexadecimal read strictly, Keccak-256."""

from __future__ import annotations

import re
import unicodedata

from chains.errors import NodeMistaken

_HEX = re.compile(r"0x[0-9a-fA-F]*")

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_DIGITS = {character: digit for digit, character in enumerate(_BASE58)}


def plain(text: str, longest: int = 64) -> str:
    """``text`` without control, format (bidi, zero-width), private-use or surrogate characters, one line, cut at ``longest``.

    For everything a chain or a node may have been told to say: token symbols, revert reasons, error messages.
    """
    head = text[: longest * 8]
    kept = "".join(" " if c.isspace() else c for c in head if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())[:longest].rstrip()


def quantity(value: object, *, bits: int = 256) -> int:
    """A non-negative integer in ``0x`` notation of at most ``bits``. Raises :class:`NodeMistaken` for anything else."""
    if not isinstance(value, str) or len(value) < 3 or len(value) > 66 or not _HEX.fullmatch(value):
        raise NodeMistaken("not a quantity")
    number = int(value, 16)
    if number >> bits:
        raise NodeMistaken("quantity too large")
    return number


def octets(value: object, *, length: int | None = None) -> bytes:
    """Bytes in ``0x`` notation, exactly ``length`` of them when given. Raises :class:`NodeMistaken` for anything else."""
    if not isinstance(value, str) or len(value) % 2 or not _HEX.fullmatch(value):
        raise NodeMistaken("not a byte string")
    data = bytes.fromhex(value[2:])
    if length is not None and len(data) != length:
        raise NodeMistaken(f"{len(data)} bytes where {length} belong")
    return data


def base58_encode(data: bytes) -> str:
    """``data`` in Bitcoin's base58 alphabet, one ``1`` for every leading zero byte."""
    number = int.from_bytes(data, "big")
    digits: list[str] = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(_BASE58[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(digits))


def base58_decode(text: str, *, longest: int = 4096) -> bytes:
    """The bytes of a base58 ``text`` of at most ``longest`` characters. Raises ``ValueError`` for any other text."""
    if len(text) > longest:
        raise ValueError("longer than expected")
    number = 0
    for character in text:
        digit = _BASE58_DIGITS.get(character)
        if digit is None:
            raise ValueError("not base58")
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def keccak(data: bytes) -> bytes:
    """Keccak-256 of ``data`` (the Ethereum hash, not NIST SHA3-256)."""
    from eth_hash.auto import keccak as implementation  # imported late: start-up paths must stay light

    return bytes(implementation(data))
