"""JSON as a stranger sends it: parsed strictly or refused.

Refused are duplicate keys, NaN and infinities, text that is not UTF-8, and nesting beyond a stated depth. Numbers with a
fraction or an exponent become :class:`~decimal.Decimal`, whole numbers ``int``; no value ever passes through a float.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from chains.errors import NodeMistaken

DEEPEST = 64
"""Nesting allowed by default; answers of block and transaction calls stay below ten."""

DEEPEST_TRACE = 640
"""Nesting allowed for call traces, two levels a call; kept below the interpreter's own limit."""

_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)  # possessive: linear in hostile text too


def parse(body: bytes, *, depth: int = DEEPEST) -> Any:
    """The value written in ``body``. Raises :class:`NodeMistaken` when it is not strict JSON or nests deeper than ``depth``."""
    if _nesting(body, depth) > depth:
        raise NodeMistaken("JSON nested too deeply")
    try:
        text = body.decode("utf-8")
        return json.loads(
            text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_object_without_duplicates
        )
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise NodeMistaken("not strict JSON") from error


def _nesting(body: bytes, limit: int) -> int:
    """The deepest nesting of brackets outside strings, counted no further than just beyond ``limit``."""
    if body.count(b"{") + body.count(b"[") <= limit:
        return 0
    level = deepest = 0
    for token in _TOKENS.finditer(body):
        first = body[token.start()]
        if first in b"[{":
            level += 1
            if level > deepest:
                deepest = level
                if deepest > limit:
                    break
        elif first in b"]}":
            level -= 1
    return deepest


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object names one key twice")
    return members
