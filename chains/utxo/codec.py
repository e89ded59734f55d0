"""Base58Check and Bech32/Bech32m, exactly as BIP-173 and BIP-350 write them.

Every function is pure and raises :class:`BadText` with a stable code; nothing is corrected or guessed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BECH32_CONST = 1
BECH32M_CONST = 0x2BC830A3
_BASE58_INDEX = {character: index for index, character in enumerate(BASE58)}
_BECH32_INDEX = {character: index for index, character in enumerate(BECH32)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
# Base58 is quadratic in its input; no address of any network comes near this length.
_BASE58_LIMIT = 128


class BadText(ValueError):
    """The text is not what it claims to be; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def double_sha256(data: bytes) -> bytes:
    """SHA-256 twice: the hash of Bitcoin's transactions, blocks and address checksums."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def base58_encode(data: bytes) -> str:
    """Bytes as base58, one ``1`` for every leading zero byte."""
    number = int.from_bytes(data, "big")
    digits: list[str] = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(BASE58[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(digits))


def base58_decode(text: str) -> bytes:
    """The bytes of a base58 text. Raises ``bad_characters`` or ``wrong_length``."""
    if len(text) > _BASE58_LIMIT:
        raise BadText("wrong_length")
    number = 0
    for character in text:
        digit = _BASE58_INDEX.get(character)
        if digit is None:
            raise BadText("bad_characters")
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base58check_encode(payload: bytes) -> str:
    """Version and content with their four checksum bytes, as base58."""
    return base58_encode(payload + double_sha256(payload)[:4])


def base58check_decode(text: str) -> bytes:
    """Version and content. Raises ``bad_characters``, ``wrong_length`` or ``bad_checksum``."""
    data = base58_decode(text)
    if len(data) < 5:
        raise BadText("wrong_length")
    payload, checksum = data[:-4], data[-4:]
    if double_sha256(payload)[:4] != checksum:
        raise BadText("bad_checksum")
    return payload


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit in range(5):
            if top >> bit & 1:
                check ^= _GENERATOR[bit]
    return check


def _expand(hrp: str) -> list[int]:
    return [ord(character) >> 5 for character in hrp] + [0] + [ord(character) & 31 for character in hrp]


def bech32_decode(text: str, *, longest: int = 90) -> tuple[str, list[int], int]:
    """Human-readable part, five-bit data without the checksum, and the checksum constant that fits.

    ``longest`` is what BIP-173 allows; ZIP-316 lifts it.

    Raises ``mixed_case``, ``bad_characters``, ``wrong_length``, ``bad_checksum``.
    """
    if not 8 <= len(text) <= longest:
        raise BadText("wrong_length")
    if any(not 33 <= ord(character) <= 126 for character in text):
        raise BadText("bad_characters")
    if text.lower() != text and text.upper() != text:
        raise BadText("mixed_case")
    hrp, separator, body = text.lower().rpartition("1")
    if not hrp or not separator:
        raise BadText("bad_prefix")
    if len(body) < 6:
        raise BadText("wrong_length")
    data: list[int] = []
    for character in body:
        value = _BECH32_INDEX.get(character)
        if value is None:
            raise BadText("bad_characters")
        data.append(value)
    constant = _polymod(_expand(hrp) + data)
    if constant not in (BECH32_CONST, BECH32M_CONST):
        raise BadText("bad_checksum")
    return hrp, data[:-6], constant


def bech32_encode(hrp: str, data: Sequence[int], constant: int) -> str:
    """Five-bit data with its checksum, lower case."""
    check = _polymod(_expand(hrp) + list(data) + [0] * 6) ^ constant
    tail = [check >> 5 * (5 - place) & 31 for place in range(6)]
    return hrp + "1" + "".join(BECH32[value] for value in (*data, *tail))


def regroup(data: Iterable[int], from_bits: int, to_bits: int, *, pad: bool) -> bytes:
    """The same bits in groups of another size. Without ``pad`` the left-over bits must be few and zero."""
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


def witness_encode(hrp: str, version: int, program: bytes) -> str:
    """A segregated-witness address: Bech32 for version 0, Bech32m from version 1 on (BIP-350)."""
    constant = BECH32_CONST if version == 0 else BECH32M_CONST
    return bech32_encode(hrp, [version, *regroup(program, 8, 5, pad=True)], constant)


def witness_decode(text: str) -> tuple[str, int, bytes]:
    """Prefix, witness version and program of a segregated-witness address.

    Raises what :func:`bech32_decode` raises, and ``bad_witness_version``, ``wrong_encoding``, ``bad_padding``,
    ``bad_witness_length``.
    """
    hrp, data, constant = bech32_decode(text)
    if not data:
        raise BadText("wrong_length")
    version = data[0]
    if version > 16:
        raise BadText("bad_witness_version")
    if (constant == BECH32_CONST) != (version == 0):
        raise BadText("wrong_encoding")
    program = regroup(data[1:], 5, 8, pad=False)
    if not 2 <= len(program) <= 40 or (version == 0 and len(program) not in (20, 32)):
        raise BadText("bad_witness_length")
    return hrp, version, program
