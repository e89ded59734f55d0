"""What the registries' pages show beyond the rows: how much there is, what was loaded last, one row with its history."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, literal, select
from sqlalchemy.orm import Session

from recovery.db import BaseUnits
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.canonical import digest
from recovery.domain.registries import REGISTRIES, Column, Registry, WrongCell, cell_text, moment
from recovery.errors import NotFound
from recovery.models import RegistryChange, RegistryLoad
from recovery.queries.clock import database_now
from recovery.queries.people import display_names
from recovery.queries.registry import readable, table_of

MOST_HISTORY = 100


@dataclass(frozen=True)
class LoadView:
    """One import that took effect; ``by`` is a name."""

    id: uuid.UUID
    by: str
    at: datetime
    sha256: str
    rows: int
    added: int
    changed: int
    removed: int


@dataclass(frozen=True)
class Card:
    """One registry: how many rows, and the last load if there was one."""

    kind: str
    rows: int
    last: LoadView | None


@dataclass(frozen=True)
class ChangeView:
    """One line of a row's history: ``differences`` are (column, before, after) as cells."""

    at: datetime
    by: str
    sha256: str
    what: str
    differences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class RowView:
    """A row by its key: ``row`` is none when it was removed. ``mark`` changes with any of its values."""

    key: Mapping[str, Any]
    row: Mapping[str, Any] | None
    mark: str
    history: tuple[ChangeView, ...]
    validity: str


def cards(session: Session, actor: Actor) -> list[Card]:
    """Every registry. The desk only."""
    last = {kind: load for kind in REGISTRIES if (load := _last_load(session, kind)) is not None}
    names = _names(session, [load.by for load in last.values()])
    found = []
    for kind in REGISTRIES:
        readable(actor, kind)
        count = session.scalar(select(func.count()).select_from(table_of(kind))) or 0
        found.append(Card(kind, count, _load_view(last[kind], names) if kind in last else None))
    return found


def _last_load(session: Session, kind: str) -> RegistryLoad | None:
    loads = select(RegistryLoad).where(RegistryLoad.kind == kind)
    return session.scalar(loads.order_by(RegistryLoad.at.desc()).limit(1))


def load_of(session: Session, actor: Actor, kind: str, load_id: uuid.UUID) -> LoadView | None:
    """One load of a registry, if there was such a one. The desk only."""
    readable(actor, kind)
    load = session.get(RegistryLoad, load_id)
    return _load_view(load, _names(session, [load.by])) if load is not None and load.kind == kind else None


def row_view(session: Session, actor: Actor, kind: str, name: str) -> RowView:
    """A row by the name its key has in addresses of pages. Raises NotFound for one that never was. The desk only."""
    registry = readable(actor, kind)
    key = key_named(registry, name)
    row = find_row(session, registry, key)
    changes = session.scalars(
        select(RegistryChange)
        .where(RegistryChange.key == _key_json(registry, key), RegistryChange.kind == kind)
        .order_by(RegistryChange.id.desc())
        .limit(MOST_HISTORY)
    ).all()
    if row is None and not changes:
        raise NotFound
    names = _names(session, [change.by for change in changes])
    loads = select(RegistryLoad.id, RegistryLoad.sha256).where(RegistryLoad.id.in_([one.load_id for one in changes]))
    digests = {load.id: load.sha256 for load in session.execute(loads)}
    history = tuple(
        ChangeView(
            one.at,
            names.get(one.by, ""),
            digests.get(one.load_id, ""),
            "added" if one.before is None else "removed" if one.after is None else "changed",
            _differences(registry, one.before or {}, one.after or {}),
        )
        for one in changes
    )
    return RowView(key, row, mark_of(registry, row), history, validity(row or {}, database_now(session)))


def find_row(session: Session, registry: Registry, key: Mapping[str, Any]) -> dict[str, Any] | None:
    """The row of this key."""
    table = table_of(registry.kind)
    conditions: list[ColumnElement[bool]] = [
        table.c[name].is_not_distinct_from(value) if value is None else table.c[name] == value
        for name, value in key.items()
    ]
    found = session.execute(select(*(table.c[name] for name in registry.header)).where(*conditions)).mappings().first()
    return dict(found) if found is not None else None


def mark_of(registry: Registry, row: Mapping[str, Any] | None) -> str:
    """What a form carries to notice that somebody else changed the row meanwhile; empty for a row there is not."""
    if row is None:
        return ""
    return digest({column.name: cell_text(column, row[column.name]) for column in registry.columns})


def validity(row: Mapping[str, Any], at: datetime) -> str:
    """``now``, ``past`` or ``future``; empty for what has no time."""
    if "valid_from" not in row:
        return ""
    if row["valid_from"] > at:
        return "future"
    return "now" if row["valid_until"] is None or row["valid_until"] > at else "past"


def name_of(registry: Registry, row: Mapping[str, Any]) -> str:
    """A row's key as one word for the address of a page."""
    columns = (column for column in registry.columns if column.key)
    text = json.dumps([cell_text(column, row[column.name]) for column in columns], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def key_named(registry: Registry, name: str) -> dict[str, Any]:
    """The key of such a word. Raises NotFound for anything else."""
    columns = [column for column in registry.columns if column.key]
    try:
        cells = json.loads(base64.b64decode(name + "=" * (-len(name) % 4), altchars=b"-_", validate=True))
        if not isinstance(cells, list) or not all(isinstance(cell, str) for cell in cells):
            raise ValueError("not a key")
        pairs = zip(columns, cells, strict=True)
        return {column.name: column.parse(cell) if cell else column.empty for column, cell in pairs}
    except (ValueError, RecursionError, binascii.Error, WrongCell):
        raise NotFound from None


def _names(session: Session, people: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    return display_names(session, people) | {SYSTEM.id: SYSTEM.display_name}


def _load_view(load: RegistryLoad, names: Mapping[uuid.UUID, str]) -> LoadView:
    return LoadView(
        load.id, names.get(load.by, ""), load.at, load.sha256, load.rows, load.added, load.changed, load.removed
    )


def _key_json(registry: Registry, key: Mapping[str, Any]) -> ColumnElement[Any]:
    """The key as the history writes it: made by the database, so that a time looks the same."""
    table = table_of(registry.kind)
    pairs: list[Any] = []
    for name, value in key.items():
        amount = isinstance(table.c[name].type, BaseUnits)
        kind = Text() if amount or value is None else table.c[name].type
        pairs += [literal(name, Text()), cast(literal(str(value) if amount else value, kind), kind)]
    return func.jsonb_build_object(*pairs)


def _differences(
    registry: Registry, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[tuple[str, str, str], ...]:
    """What changed, column by column, as cells."""
    return tuple(
        (column.name, _cell(column, before.get(column.name)), _cell(column, after.get(column.name)))
        for column in registry.columns
        if not column.key and before.get(column.name) != after.get(column.name)
    )


def _cell(column: Column, value: Any) -> str:
    """A value as the history keeps it, which writes times as texts."""
    timed = column.parse is moment and value is not None
    return cell_text(column, moment(value) if timed else value)
