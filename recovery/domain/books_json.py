"""The snapshot of our books as JSON, kept beside each verdict so that it can be recomputed years later, and back again.

Amounts are decimal strings, times ISO 8601 in UTC; a field that came into being later is read as its default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from recovery.domain.books import Books


def books_to_json(books: Books) -> dict[str, Any]:
    """The mapping ``json.dumps`` can write."""
    told = _plain(books)
    assert isinstance(told, dict)
    return told


def books_from_json(value: Mapping[str, Any]) -> Books:
    """The snapshot that :func:`books_to_json` wrote. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for anything else."""
    books = _typed(Books, value)
    assert isinstance(books, Books)
    return books


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        default = {one.name: one.default for one in fields(value)}
        told = {one.name: getattr(value, one.name) for one in fields(value)}
        return {name: _plain(one) for name, one in told.items() if one != default[name]}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _typed(kind: Any, value: Any) -> Any:
    """``value`` as the annotation ``kind`` says."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        (inner,) = (one for one in get_args(kind) if one is not NoneType)
        return None if value is None else _typed(inner, value)
    if origin is tuple:
        return tuple(_typed(get_args(kind)[0], one) for one in value)
    if origin is not None:  # a mapping by text
        return {key: _typed(get_args(kind)[1], one) for key, one in value.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _typed(hints[name], one) for name, one in value.items()})
    return datetime.fromisoformat(value) if kind is datetime else kind(value)


@cache
def _hints(kind: type) -> dict[str, Any]:
    """The annotations of a frozen value; to read them costs more than everything else here."""
    return get_type_hints(kind)
