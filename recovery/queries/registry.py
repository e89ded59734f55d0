"""What the registries hold, row by row, in the order of their keys."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, or_, select, tuple_
from sqlalchemy.orm import Session

from chains.address import check_address
from chains.asset import check_asset
from chains.catalogue import networks
from chains.families import family
from recovery.db import Base
from recovery.domain.actor import Actor
from recovery.domain.registries import REGISTRIES, Registry, WrongCell, cell_text
from recovery.domain.token_lists import token_list
from recovery.errors import InvalidInput, NotAllowed, NotFound
from recovery.models import (
    Account,
    AssetPrice,
    Credit,
    ListedAsset,
    OwnedAddress,
    PlatformLabel,
    RegistryLoad,
    SentWithdrawal,
)
from recovery.queries.clock import database_now

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


@dataclass(frozen=True)
class Filter:
    """Which rows of a registry: of a network, with this text in a searched column, valid at a moment."""

    network: str | None = None
    text: str | None = None
    as_of: datetime | None = None


EVERYTHING = Filter()


def export_rows(session: Session, actor: Actor, kind: str) -> Iterator[tuple[str, ...]]:
    """Every row as cells, header first, read from the database in portions. The desk only."""
    registry = readable(actor, kind)
    yield registry.header
    result = session.execute(_in_order(registry), execution_options={"yield_per": ROWS_AT_ONCE})
    for row in result:
        yield tuple(cell_text(column, value) for column, value in zip(registry.columns, row, strict=True))


def csv_lines(session: Session, actor: Actor, kind: str) -> Iterator[str]:
    """The same as the CSV that an import takes, line by line."""
    for row in export_rows(session, actor, kind):
        line = io.StringIO(newline="")
        csv.writer(line, lineterminator="\n").writerow(row)
        yield line.getvalue()


def export_token_list(session: Session, actor: Actor) -> dict[str, Any]:
    """The listed tokens as a token list. The desk only. Raises InvalidInput when there are more than a list may hold."""
    readable(actor, "assets")
    rows = [dict(row) for row in session.execute(_in_order(REGISTRIES["assets"])).mappings()]
    edition = session.scalar(select(func.count()).select_from(RegistryLoad).where(RegistryLoad.kind == "assets")) or 0
    ids = {network.slug: network.id for network in networks().values()}
    try:
        return token_list(rows, ids, at=database_now(session), edition=edition)
    except WrongCell as wrong:
        raise InvalidInput(wrong.code) from None


def registry_rows(
    session: Session, actor: Actor, kind: str, wanted: Filter = EVERYTHING, *, after: str | None = None, limit: int = 50
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of rows as field → value, and the cursor of the next page. The desk only."""
    registry = readable(actor, kind)
    table = table_of(kind)
    statement = _in_order(registry).where(*_conditions(registry, table, wanted))
    if after is not None:
        statement = statement.where(tuple_(*(table.c[name] for name in _order(registry))) > _position(registry, after))
    rows = session.execute(statement.limit(limit + 1)).all()
    shown = [dict(zip(registry.header, row, strict=True)) for row in rows[:limit]]
    following = _cursor(registry, shown[-1]) if len(rows) > limit else None
    return shown, following


def registry_page(
    session: Session, actor: Actor, kind: str, wanted: Filter = EVERYTHING, *, after: str | None = None, limit: int = 50
) -> tuple[list[dict[str, str | None]], str | None]:
    """The same page as field → cell, ``None`` when empty."""
    rows, following = registry_rows(session, actor, kind, wanted, after=after, limit=limit)
    return [cells(registry_of(kind), row) for row in rows], following


def cells(registry: Registry, row: Mapping[str, Any]) -> dict[str, str | None]:
    """A row as the API shows it."""
    return {column.name: cell_text(column, row[column.name]) or None for column in registry.columns}


def readable(actor: Actor, kind: str) -> Registry:
    """The kind's columns, for whoever works at the desk: a specialist needs owners, assets, credits and withdrawals to
    judge a case, wallet and clearing to check a plan, an auditor all. Raises NotAllowed, NotFound."""
    if not actor.is_staff and "system" not in actor.roles:
        raise NotAllowed("not_your_role")
    return registry_of(kind)


def _conditions(registry: Registry, table: Table, wanted: Filter) -> list[ColumnElement[bool]]:
    """Raises InvalidInput for a wish this registry cannot follow."""
    found: list[ColumnElement[bool]] = []
    if wanted.network is not None:
        if "network" not in table.c:
            raise InvalidInput("has_no_networks", {"network": ["has_no_networks"]})
        found.append(table.c.network == wanted.network)
    if wanted.text is not None:
        spellings = _spellings(wanted.text, wanted.network)
        found.append(or_(*(table.c[name].in_(spellings) for name in registry.searched)))
    if wanted.as_of is not None:
        if "valid_until" not in table.c:
            raise InvalidInput("has_no_validity", {"as_of": ["has_no_validity"]})
        found += [
            table.c.valid_from <= wanted.as_of,
            or_(table.c.valid_until.is_(None), table.c.valid_until > wanted.as_of),
        ]
    return found


def _spellings(text: str, slug: str | None) -> list[str]:
    """A text as it stands, and as networks write the address, asset or hash it may be; symbols in capitals too."""
    found = {text, text.upper()}
    for network in networks().values():
        if slug in (None, network.slug):
            found |= {
                form
                for form in (
                    check_address(network, text).normalised,
                    check_asset(network, text),
                    family(network.family).hash_candidate(network, text),
                )
                if form
            }
    return sorted(found)


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
