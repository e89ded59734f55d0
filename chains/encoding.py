"""Text and number forms shared by families: hostile text made plain, hexadecimal read strictly, base58, two hashes, a curve."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache, lru_cache

from chains.errors import NodeMistaken

_HEX = re.compile(r"0x[0-9a-fA-F]*")
_PRIME = 2**255 - 19
_D = -121665 * pow(121666, -1, _PRIME) % _PRIME

BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
"""The usual alphabet of base58."""


def plain(text: str, longest: int = 64) -> str:
    """``text`` without control, format (bidi, zero-width), private-use or surrogate characters, one line, cut at ``longest``.

    For everything a chain or a node may have been told to say: token symbols, revert reasons, error messages.
    """
    head = text[: longest * 8]
    kept = "".join(" " if c.isspace() else c for c in head if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())[:longest].rstrip()


def as_written(text: str, longest: int) -> str | None:
    """A memo as somebody wrote it, cut at ``longest``: spaces and invisible characters may be why nobody found its owner.

    Only what no text can hold is left out (NUL, lone surrogates). ``None`` when nothing in it can be read. Whoever shows it to
    people must make it :func:`plain` first.
    """
    kept = "".join(c for c in text[:longest] if c != "\0" and not "\ud800" <= c <= "\udfff")
    return kept if plain(kept) else None


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


class BadText(ValueError):
    """A text is not what it claims to be; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def base58_encode(data: bytes, alphabet: str = BITCOIN) -> str:
    """``data`` in base58, one of the alphabet's first letter for every leading zero byte."""
    number = int.from_bytes(data, "big")
    digits: list[str] = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(alphabet[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return alphabet[0] * zeros + "".join(reversed(digits))


def base58_decode(text: str, alphabet: str = BITCOIN, *, longest: int = 4096) -> bytes:
    """The bytes of a base58 ``text`` of at most ``longest`` characters. Raises ``wrong_length`` or ``bad_characters``."""
    if len(text) > longest:
        raise BadText("wrong_length")
    values = _values(alphabet)
    number = 0
    for character in text:
        digit = values.get(character)
        if digit is None:
            raise BadText("bad_characters")
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


@cache
def _values(alphabet: str) -> dict[str, int]:
    return {character: digit for digit, character in enumerate(alphabet)}


def base58check_encode(payload: bytes, alphabet: str = BITCOIN) -> str:
    """``payload`` and the first four bytes of its double SHA-256, in base58."""
    return base58_encode(payload + double_sha256(payload)[:4], alphabet)


def base58check_decode(text: str, alphabet: str = BITCOIN, *, longest: int = 128) -> bytes:
    """What stands before the checksum. Raises ``bad_characters``, ``wrong_length`` or ``bad_checksum``."""
    data = base58_decode(text, alphabet, longest=longest)
    if len(data) < 5:
        raise BadText("wrong_length")
    payload, checksum = data[:-4], data[-4:]
    if double_sha256(payload)[:4] != checksum:
        raise BadText("bad_checksum")
    return payload


def double_sha256(data: bytes) -> bytes:
    """SHA-256 twice: the hash of Bitcoin's transactions and blocks, and of most checksums in base58."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def keccak(data: bytes) -> bytes:
    """Keccak-256 of ``data`` (the Ethereum hash, not NIST SHA3-256)."""
    from eth_hash.auto import keccak as implementation  # imported late: start-up paths must stay light

    return bytes(implementation(data))


@lru_cache(maxsize=65_536)
def checksummed(address: bytes) -> str:
    """20 bytes in EIP-55 form, as EVM networks and aliases of Hedera are written. Raises ``ValueError`` for any other length."""
    if len(address) != 20:
        raise ValueError("an address has 20 bytes")
    digits = address.hex()
    marks = keccak(digits.encode("ascii")).hex()
    return "0x" + "".join(d.upper() if m >= "8" else d for d, m in zip(digits, marks, strict=False))


def on_ed25519(key: bytes) -> bool:
    """Whether 32 bytes are a point of Ed25519 (RFC 8032, 5.1.3): only then can anybody have the key of an account."""
    number = int.from_bytes(key, "little")
    y, odd = number & ((1 << 255) - 1), number >> 255
    if y >= _PRIME:
        return False
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _PRIME) % _PRIME
    if square == 0:
        return not odd
    return pow(square, (_PRIME - 1) // 2, _PRIME) == 1
