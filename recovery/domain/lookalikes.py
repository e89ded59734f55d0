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
