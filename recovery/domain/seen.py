"""What a person had before their eyes when they agreed: the words, their language, and the door they came through."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PAGE, API, COMMAND = "page", "api", "command"


@dataclass(frozen=True)
class Seen:
    """``lines`` are the words as they were shown, in order. ``texts`` is the digest of every sentence a quote can be told in,
    in that language, so that a later change of wording is seen. Session and browser are known by digests only."""

    door: str
    language: str
    lines: tuple[str, ...]
    texts: str
    session: str
    browser: str


def digest_of(text: str) -> str:
    """SHA-256 of a text, empty for an empty one."""
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest() if text else ""


def digest_of_texts(sentences: Sequence[str]) -> str:
    """One digest of many sentences, whose borders count."""
    return digest_of("\x1e".join(sentences))


def as_stored(seen: Seen | None, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """As a consent keeps it. Where no page rendered anything, the lines are those of the quote itself, as programs read them."""
    shown = seen or Seen(COMMAND, "", (), "", "", "")
    told = shown.lines or tuple(f"{line['label']}: {line['amount']}" for line in lines)
    return {
        "door": shown.door,
        "language": shown.language,
        "lines": list(told),
        "texts": shown.texts,
        "session": shown.session,
        "browser": shown.browser,
    }
