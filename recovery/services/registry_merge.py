"""From the staging table into a registry, each step one statement over all rows: compare, refuse overlaps, merge, remember.

Whoever calls holds the kind's row in ``registry_import``, so nobody else changes the registry meanwhile.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    CursorResult,
    FromClause,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from recovery.db import BaseUnits, table_of
from recovery.domain.registries import Registry
from recovery.models import RegistryChange


@dataclass(frozen=True)
class Load:
    """What one load is about: the registry, its table, the staged rows, and whose load it is."""

    id: uuid.UUID
    by: uuid.UUID
    registry: Registry
    table: Table
    stage: Table


def staging_table(session: Session, table: Table, registry: Registry) -> Table:
    """A table of this transaction with the registry's columns, the number of each row and the round it was refused in."""
    names = [*(["id"] if "id" in table.c else []), *registry.header]
    stage = Table(
        f"staged_{table.name}",
        MetaData(),
        *(Column(name, table.c[name].type) for name in names),
        Column("row_number", Integer),
        Column("refused", Integer, server_default="0"),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    stage.create(session.connection())
    return stage


def same_key(registry: Registry, one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Whether two rows are the same one; plain equality where it can use the index."""
    pairs = [(one.c[name], other.c[name]) for name in registry.key]
    return and_(*(kept.is_not_distinct_from(new) if kept.nullable else kept == new for kept, new in pairs))


def keep_untold(session: Session, load: Load) -> None:
    """Fill the empty cells of known rows with what is known; what was superseded stays so."""
    table, stage = load.table, load.stage
    untold: dict[str, Any] = {
        name: func.coalesce(stage.c[name], table.c[name]) for name in load.registry.data if table.c[name].nullable
    }
    untold["state"] = case((table.c.state == "superseded", table.c.state), else_=stage.c.state)
    session.execute(update(stage).where(same_key(load.registry, table, stage)).values(untold))


def refuse_overlaps(session: Session, load: Load, *, replace: bool) -> list[int]:
    """Take out the rows that would give something two owners at one time; their numbers.

    A row is refused when a row of another account overlaps it that stands before it in the file, or that the registry
    will still hold afterwards: one the file does not change, or one whose change was itself refused.
    """
    stage, registry = load.stage, load.registry
    if not registry.owned:
        return []
    earlier = stage.alias("earlier")
    before = and_(_overlap(registry, stage, earlier), earlier.c.row_number < stage.c.row_number)
    found = _refuse(session, stage, 1, select(earlier.c.row_number).where(before).correlate(stage).exists())
    if not replace:
        found += _refuse(session, stage, 1, _kept_rows_overlap(load))
        round_ = 1
        while found:
            round_ += 1
            found = _refuse(session, stage, round_, _rows_overlap_that_stay_after_all(load, round_ - 1))
    numbers = list(session.scalars(select(stage.c.row_number).where(stage.c.refused > 0).order_by(stage.c.row_number)))
    if numbers:
        session.execute(delete(stage).where(stage.c.refused > 0))
    return numbers


def _refuse(session: Session, stage: Table, round_: int, where: ColumnElement[bool]) -> int:
    return _rows(session, update(stage).where(stage.c.refused == 0, where).values(refused=round_))


def _kept_rows_overlap(load: Load) -> ColumnElement[bool]:
    """A kept row of another account that the file does not speak of."""
    known = load.stage.alias("known")
    kept = load.table.outerjoin(known, same_key(load.registry, load.table, known))
    found = select(load.stage.c.row_number.label("number")).select_from(load.stage.join(kept, _overlap_of(load)))
    return load.stage.c.row_number.in_(found.where(known.c.row_number.is_(None)).correlate(None))


def _rows_overlap_that_stay_after_all(load: Load, round_: int) -> ColumnElement[bool]:
    """A kept row of another account that the file wanted to change, in a row that was refused in this round."""
    wished = load.stage.alias("wished")
    kept = load.table.join(wished, and_(same_key(load.registry, load.table, wished), wished.c.refused == round_))
    found = select(load.stage.c.row_number).select_from(load.stage.join(kept, _overlap_of(load)))
    return load.stage.c.row_number.in_(found.correlate(None))


def _overlap_of(load: Load) -> ColumnElement[bool]:
    return _overlap(load.registry, load.stage, load.table)


def _overlap(registry: Registry, one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Whether two rows give the same thing to different accounts at one moment; ``valid_until`` is the first moment after."""
    return and_(
        *(one.c[name] == other.c[name] for name in registry.owned),
        one.c.account != other.c.account,
        or_(one.c.valid_until.is_(None), other.c.valid_from < one.c.valid_until),
        or_(other.c.valid_until.is_(None), one.c.valid_from < other.c.valid_until),
    )


def staged(session: Session, load: Load) -> int:
    """How many rows wait to be merged."""
    return session.scalar(select(func.count()).select_from(load.stage)) or 0


def existing(session: Session, load: Load) -> int:
    """How many staged rows are known already."""
    known = select(load.table).where(same_key(load.registry, load.table, load.stage)).exists()
    return session.scalar(select(func.count()).select_from(load.stage).where(known)) or 0


def differing(session: Session, load: Load) -> int:
    """How many known rows a merge would change."""
    if load.registry.appends:
        return 0
    both = load.stage.join(load.table, same_key(load.registry, load.table, load.stage))
    return (
        session.scalar(select(func.count()).select_from(both).where(_differs(load.registry, load.table, load.stage)))
        or 0
    )


def others(session: Session, load: Load) -> int:
    """How many rows of the registry the file lacks."""
    return session.scalar(select(func.count()).select_from(load.table).where(_lacking(load))) or 0


def merge(session: Session, load: Load) -> int:
    """Add what is new, change what differs, and note both; how many rows that were."""
    registry, table, stage = load.registry, load.table, load.stage
    names = [column.name for column in stage.c if column.name not in ("row_number", "refused")]
    source = select(*(stage.c[name] for name in names))
    if registry.appends:
        source = source.where(~select(table).where(same_key(registry, table, stage)).exists())
    statement = insert(table).from_select(names, source)
    if not registry.appends:
        statement = statement.on_conflict_do_update(
            index_elements=list(registry.key),
            set_={name: statement.excluded[name] for name in registry.data},
            where=_differs(registry, table, statement.excluded),
        )
    merged = statement.returning(*(table.c[name] for name in registry.header)).cte("merged")
    before = table.alias("before")  # as it was when the statement began
    joined = merged.outerjoin(before, same_key(registry, before, merged))
    was = case((before.c[registry.key[0]].is_not(None), _json(registry.data, before)), else_=null())
    return _note(session, load, joined, merged, was, _json(registry.data, merged))


def remove_others(session: Session, load: Load) -> int:
    """Remove what the file lacks, and note it; how many rows that were."""
    gone = delete(load.table).where(_lacking(load)).returning(*(load.table.c[name] for name in load.registry.header))
    removed = gone.cte("removed")
    return _note(session, load, removed, removed, _json(load.registry.data, removed), null())


def _note(
    session: Session, load: Load, rows: FromClause, keyed: FromClause, before: ColumnElement[Any], after: Any
) -> int:
    """Write a line of history for every one of these rows."""
    found = select(
        literal(load.registry.kind),
        _json(load.registry.key, keyed),
        before,
        after,
        literal(load.id),
        literal(load.by),
    ).select_from(rows)
    names = ["kind", "key", "before", "after", "load_id", "by"]
    return _rows(session, insert(table_of(RegistryChange)).from_select(names, found))


def _json(names: tuple[str, ...], row: FromClause) -> ColumnElement[Any]:
    """Columns as one JSON object; amounts as text, since few readers of JSON keep large numbers exact."""
    pairs: list[Any] = []
    for name in names:
        column = row.c[name]
        pairs += [literal(name, Text), cast(column, Text) if isinstance(column.type, BaseUnits) else column]
    return func.jsonb_build_object(*pairs)


def _differs(registry: Registry, one: FromClause, other: Any) -> ColumnElement[bool]:
    columns = other.c if isinstance(other, FromClause) else other
    return or_(*(one.c[name].is_distinct_from(columns[name]) for name in registry.data))


def _lacking(load: Load) -> ColumnElement[bool]:
    return ~select(true()).select_from(load.stage).where(same_key(load.registry, load.table, load.stage)).exists()


def _rows(session: Session, statement: Any) -> int:
    """Run a statement that changes rows; how many it changed."""
    done = session.execute(statement, execution_options={"preserve_rowcount": True})
    assert isinstance(done, CursorResult)
    return done.rowcount
