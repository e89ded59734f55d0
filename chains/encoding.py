"""Text and number forms shared by families: hostile text made plain, hexadecimal read strictly, Keccak-256."""

from __future__ import annotations

import re
import unicodedata

from chains.errors import NodeMistaken

_HEX = re.compile(r"0x[0-9a-fA-F]*")


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


def keccak(data: bytes) -> bytes:
    """Keccak-256 of ``data`` (the Ethereum hash, not NIST SHA3-256)."""
    from eth_hash.auto import keccak as implementation  # imported late: start-up paths must stay light

    return bytes(implementation(data))
