"""What the registries hold, row by row, in the order of their keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, select, tuple_
from sqlalchemy.orm import Session

from recovery.db import Base
from recovery.domain.actor import Actor
from recovery.domain.registries import REGISTRIES, Registry, cell_text
from recovery.errors import InvalidInput, NotAllowed, NotFound
from recovery.models import Account, AssetPrice, Credit, ListedAsset, OwnedAddress, PlatformLabel, SentWithdrawal

MODELS: Mapping[str, type[Base]] = {
    "accounts": Account,
    "addresses": OwnedAddress,
    "assets": ListedAsset,
    "credits": Credit,
    "labels": PlatformLabel,
    "prices": AssetPrice,
    "withdrawals": SentWithdrawal,
}
"""Where each kind is kept."""

ROWS_AT_ONCE = 1_000


def registry_of(kind: str) -> Registry:
    """The kind's columns. Raises NotFound for a kind there is not."""
    try:
        return REGISTRIES[kind]
    except KeyError:
        raise NotFound("unknown_registry") from None


def table_of(kind: str) -> Table:
    """The kind's table."""
    table = MODELS[kind].__table__
    assert isinstance(table, Table)
    return table


def export_rows(session: Session, actor: Actor, kind: str) -> Iterator[tuple[str, ...]]:
    """Every row as cells, header first, read from the database in portions. The desk only."""
    registry = _readable(actor, kind)
    yield registry.header
    result = session.execute(_in_order(registry), execution_options={"yield_per": ROWS_AT_ONCE})
    for row in result:
        yield tuple(cell_text(column, value) for column, value in zip(registry.columns, row, strict=True))


def registry_page(
    session: Session, actor: Actor, kind: str, *, after: str | None = None, limit: int = 50
) -> tuple[list[dict[str, str | None]], str | None]:
    """A page of rows as field → cell (``None`` when empty), and the cursor of the next page. The desk only."""
    registry = _readable(actor, kind)
    statement = _in_order(registry)
    if after is not None:
        table = table_of(kind)
        statement = statement.where(tuple_(*(table.c[name] for name in _order(registry))) > _position(registry, after))
    rows = session.execute(statement.limit(limit + 1)).all()
    shown = [dict(zip(registry.header, row, strict=True)) for row in rows[:limit]]
    following = _cursor(registry, shown[-1]) if len(rows) > limit else None
    items = [{column.name: cell_text(column, row[column.name]) or None for column in registry.columns} for row in shown]
    return items, following


def _readable(actor: Actor, kind: str) -> Registry:
    if not actor.is_staff and "system" not in actor.roles:
        raise NotAllowed("not_your_role")
    return registry_of(kind)


def _order(registry: Registry) -> tuple[str, ...]:
    """The key without columns that may be null, which cannot be compared as a row."""
    return tuple(column.name for column in registry.columns if column.key and column.name != "quote_contract")


def _in_order(registry: Registry) -> Select[Any]:
    table = table_of(registry.kind)
    return select(*(table.c[name] for name in registry.header)).order_by(*(table.c[name] for name in _order(registry)))


def _cursor(registry: Registry, row: Mapping[str, Any]) -> str:
    values = (row[name] for name in _order(registry))
    return json.dumps([value.isoformat() if isinstance(value, datetime) else str(value) for value in values])


def _position(registry: Registry, after: str) -> Any:
    columns = {column.name: column for column in registry.columns}
    order = _order(registry)
    try:
        cells = json.loads(after)
        if not isinstance(cells, list) or len(cells) != len(order) or not all(isinstance(cell, str) for cell in cells):
            raise ValueError("not a cursor")
        values = [columns[name].parse(cell) if cell else cell for name, cell in zip(order, cells, strict=True)]
    except (ValueError, RecursionError):
        raise InvalidInput("not_a_cursor", {"after": ["not_a_cursor"]}) from None
    table = table_of(registry.kind)
    return tuple_(*values, types=[table.c[name].type for name in order])
