"""One way to write a value as bytes, so that a digest means the same today and in years."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces, real characters. Floats are refused: money is never one.

    Raises TypeError for floats, foreign types and keys that are no text (1 and "1" would be written alike).
    """
    _refuse_ambiguous(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, in hex: what an approver approves."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _refuse_ambiguous(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float cannot be part of a digest")
    if isinstance(value, dict):
        if any(not isinstance(key, str) for key in value):
            raise TypeError("a key of a digest is text")
        for item in value.values():
            _refuse_ambiguous(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_ambiguous(item)
