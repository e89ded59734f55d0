"""What differs between two versions of a policy, entry by entry. Pure; for policies of fees and of causes alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """One entry: where it stands (``causes.D01.cooling``), and what it was and is; ``None`` where it is missing."""

    field: str
    before: str | None
    after: str | None


def changes_between(before: Any, after: Any) -> tuple[Change, ...]:
    """Every entry that differs, in the order of their names."""
    old, new = dict(_entries(before, "")), dict(_entries(after, ""))
    return tuple(
        Change(field, old.get(field), new.get(field))
        for field in sorted({*old, *new})
        if old.get(field) != new.get(field)
    )


def _entries(value: Any, field: str) -> list[tuple[str, str]]:
    """Leaves by their path. A list of plain values is one leaf: ``SW, RF`` reads better than two lines."""
    if isinstance(value, dict) and value:
        return [one for key in value for one in _entries(value[key], f"{field}.{key}" if field else str(key))]
    if isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        return [one for place, part in enumerate(value) for one in _entries(part, f"{field}[{_name(place, part)}]")]
    if isinstance(value, list):
        return [(field, ", ".join(_plain(one) for one in value))] if value else []
    return [(field, _plain(value))]


def _name(place: int, part: Any) -> str:
    """A rule is known by its name, an amount by its asset; anything else by its place."""
    if isinstance(part, dict) and isinstance(part.get("name"), str):
        return str(part["name"])
    if isinstance(part, dict) and "network" in part and "contract" in part:
        return f"{part['network']}/{part['contract'] or 'native'}"
    return str(place)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
