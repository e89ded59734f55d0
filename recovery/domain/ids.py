"""Identities: time-ordered row ids and public case numbers nobody can guess or mistype."""

from __future__ import annotations

import secrets
import time
import uuid

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BODY = 16


def new_id() -> uuid.UUID:
    """A UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits, so that indexes grow at one end."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def new_case_ref() -> str:
    """A public case number: 80 random bits and a check character, ``RC-XXXX-XXXX-XXXX-XXXX-X``."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_BODY))
    return _dressed(body)


def parse_case_ref(text: str) -> str | None:
    """The canonical form of a typed case number, or ``None`` when its check character does not fit."""
    plain = text.strip().upper().replace("-", "").replace(" ", "").translate(_LOOKALIKES)
    if len(plain) > _BODY + 1:  # without its prefix a number may itself begin with these letters
        plain = plain.removeprefix("RC")
    if len(plain) != _BODY + 1 or any(letter not in _ALPHABET for letter in plain):
        return None
    return _dressed(plain[:_BODY]) if _check(plain[:_BODY]) == plain[_BODY] else None


def _check(body: str) -> str:
    """A sum in the field of 32 elements, each place weighted with another power of its generator.

    So one wrong character, or two different ones swapped, always change it; a sum of integers modulo 31 would take the
    first and the last letter for the same.
    """
    total = 0
    for letter in body:
        total = _times_x(total ^ _ALPHABET.index(letter))
    return _ALPHABET[total]


def _times_x(element: int) -> int:
    """Multiplied by x modulo x^5 + x^2 + 1, under which x has order 31."""
    return element << 1 ^ (0b100101 if element & 0b10000 else 0)


def _dressed(body: str) -> str:
    groups = "-".join(body[start : start + 4] for start in range(0, _BODY, 4))
    return f"RC-{groups}-{_check(body)}"
