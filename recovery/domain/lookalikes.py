"""Symbols that look like another: one spelling for what an eye takes for the same."""

from __future__ import annotations

import unicodedata

_CONFUSABLE = str.maketrans(
    {
        "а": "a", "с": "c", "е": "e", "і": "i", "о": "o", "р": "p", "ѕ": "s", "т": "t", "х": "x", "у": "y", "ԁ": "d",
        "α": "a", "ε": "e", "ι": "i", "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "χ": "x", "0": "o", "1": "l", "₮": "t",
        "$": "s", "в": "b", "к": "k", "м": "m", "н": "h",
    }
)  # fmt: skip


def skeleton(symbol: str) -> str:
    """A symbol as an eye reads it: compatibility forms folded, look-alike letters made one, the rest dropped."""
    folded = unicodedata.normalize("NFKC", symbol).casefold().translate(_CONFUSABLE)
    return "".join(letter for letter in folded if letter.isalnum())


SEEN_OF_AN_ADDRESS = 4
"""Characters at each end that people, and shortened displays, look at."""


def look_alike(address: str, own: str) -> bool:
    """Whether another address begins and ends like ``own`` (B13): made so that somebody copies the wrong one."""
    if address == own or len(address) != len(own):
        return False
    start = len(own) - len(own.removeprefix("0x"))
    head, tail = slice(start, start + SEEN_OF_AN_ADDRESS), slice(-SEEN_OF_AN_ADDRESS, None)
    return address[head].casefold() == own[head].casefold() and address[tail].casefold() == own[tail].casefold()
