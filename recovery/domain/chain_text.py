"""Text that strangers wrote on a chain (names, symbols, memos): what of it may be shown."""

from __future__ import annotations

import unicodedata

LONGEST = 64
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories without a shape of their own: control, format (bidi overrides, zero width), private, separators."""


def shown(text: str, longest: int = LONGEST) -> str:
    """The text without anything invisible or direction-changing, at most ``longest`` characters."""
    visible = text[: longest * 8]
    if not (visible.isascii() and visible.isprintable()):
        visible = "".join(char for char in visible if unicodedata.category(char) not in _INVISIBLE)
    visible = " ".join(visible.split())
    return visible if len(visible) <= longest else visible[: longest - 1] + "…"


def hides_something(text: str) -> bool:
    """Whether characters had to be left out: nobody needs them to name a coin."""
    return any(unicodedata.category(char) in _INVISIBLE for char in text)


def looks_foreign(symbol: str) -> bool:
    """Whether a symbol uses letters beyond plain ASCII, the easy way to imitate a well-known one (``USDТ``)."""
    return not symbol.isascii()
