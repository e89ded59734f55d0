"""Parts of a document that a person wrote, checked one by one; the first thing wrong is named by its path. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from recovery.errors import InvalidInput

LARGEST_DOCUMENT = 500_000
LONGEST_LIST = 5_000
_AMOUNT = re.compile(r"[0-9]{1,78}")


def parse_json(text: str) -> Any:
    """What a text holds as JSON. Raises InvalidInput with the line of what is none, or the key that stands there twice."""
    if len(text) > LARGEST_DOCUMENT:
        raise InvalidInput("policy_too_long", limit=LARGEST_DOCUMENT)
    try:
        return json.loads(text, object_pairs_hook=_no_key_twice)
    except json.JSONDecodeError as error:
        raise InvalidInput("policy_is_no_json", line=error.lineno, column=error.colno) from None
    except (RecursionError, ValueError):  # nested without end, or a number of thousands of digits
        raise InvalidInput("policy_is_no_json", line=1, column=1) from None


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON would silently take the last of two rows of one cause."""
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise InvalidInput("policy_key_twice", field=key[:80])
        made[key] = value
    return made


def check_object(
    value: object, field: str, keys: frozenset[str], optional: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """An object with exactly these keys, and any of the optional ones."""
    if not isinstance(value, dict):
        raise InvalidInput("policy_is_no_object", field=field)
    unknown = sorted(str(key)[:80] for key in value if key not in keys | optional)
    if unknown:
        raise InvalidInput("policy_unknown_key", field=f"{field}.{unknown[0]}")
    missing = sorted(keys - set(value))
    if missing:
        raise InvalidInput("policy_key_missing", field=f"{field}.{missing[0]}")
    return value


def check_list(value: object, field: str) -> list[Any]:
    """A list of bearable length."""
    if not isinstance(value, list) or len(value) > LONGEST_LIST:
        raise InvalidInput("policy_not_a_list", field=field)
    return value


def check_texts(value: object, field: str, allowed: tuple[str, ...]) -> None:
    """A list of different words of these."""
    for one in check_list(value, field):
        check_choice(one, field, allowed)
    if len(set(check_list(value, field))) < len(check_list(value, field)):
        raise InvalidInput("policy_value_twice", field=field)


def check_choice(value: object, field: str, allowed: tuple[str, ...]) -> None:
    """One of these words."""
    if not isinstance(value, str) or value not in allowed:
        shown = ", ".join(allowed) if len(allowed) < 10 else f"{allowed[0]}, {allowed[1]} … {allowed[-1]}"
        raise InvalidInput("policy_unknown_value", field=field, allowed=shown)


def check_number(value: object, field: str, low: int, high: int) -> None:
    """A whole number within these bounds; ``True`` is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidInput("policy_number_out_of_range", field=field, low=low, high=high)


def check_amount(value: object, field: str) -> None:
    """Base units as a decimal string: a JSON number may have lost digits before anybody could see."""
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise InvalidInput("policy_amount_is_no_number", field=field)


def check_name(value: object, field: str) -> None:
    """A short text in one line, without blanks around it."""
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.isprintable() or value != value.strip():
        raise InvalidInput("policy_not_a_name", field=field)
