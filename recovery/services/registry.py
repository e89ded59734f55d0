"""Loading what the exchange knows: a file is read once, row by row, into a staging table, and merged in one statement.

Refused rows are answered with their number (the first row under the header is 1) and a reason; unless ``partial`` is
wished, one refused row means that nothing changes. What cannot be read as such a file at all raises InvalidInput.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

import psycopg
from sqlalchemy import Column, ColumnElement, CursorResult, MetaData, Table, and_, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chains.address import check_address
from chains.asset import check_asset
from chains.catalogue import networks
from chains.families import family
from chains.types import Network
from recovery.domain.actor import Actor
from recovery.domain.ids import new_id
from recovery.domain.registries import Registry, WrongCell, parse_row
from recovery.errors import InvalidInput, NotAllowed
from recovery.models import RegistryImport, RegistryLoad
from recovery.queries.registry import registry_of, table_of

LONGEST_LINE = 32_768
"""Characters of one line; whatever is longer is no registry, and is not read to its end."""
MAY_CARRY_MEMO = ("address", "destination")
"""Columns whose address may have its memo inside; the row's own memo column then takes it."""
MAY_IMPORT = frozenset({"admin", "lead", "system"})


@dataclass
class ImportResult:
    """What became of a file; every data row is counted in ``rows``."""

    kind: str
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The answer of CONTRACTS section 2."""
        return {
            "kind": self.kind,
            "rows": self.rows,
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused,
        }


def import_registry(
    session: Session, actor: Actor, kind: str, file: TextIO, *, partial: bool = False, replace: bool = False
) -> ImportResult:
    """Load one CSV (opened with ``newline=""`` and ``utf-8-sig``). Rows with a known key change it, other rows stay.

    ``replace`` makes the file the whole registry. Raises InvalidInput for a file that is none of this kind, NotAllowed.
    """
    if not actor.roles & MAY_IMPORT:
        raise NotAllowed("not_your_role")
    registry = registry_of(kind)
    if replace and (partial or registry.appends):
        raise InvalidInput("replace_needs_a_whole_file" if partial else "only_grows")
    result = ImportResult(kind)
    table = table_of(kind)
    _one_at_a_time(session, actor, kind)
    stage = _staging_table(session, table, registry)
    sha256 = hashlib.sha256()
    staged = _copy(session, stage, _good_rows(registry, file, result, sha256))
    if partial or not result.refused:
        _merge(session, registry, table, stage, staged, result)
        removed = _remove_others(session, registry, table, stage) if replace else 0
        session.add(
            RegistryLoad(
                id=new_id(),
                kind=kind,
                by=actor.id,
                sha256=sha256.hexdigest(),
                replaced=replace,
                rows=result.rows,
                added=result.added,
                changed=result.changed,
                removed=removed,
            )
        )
        session.flush()
    session.execute(text(f'DROP TABLE "{stage.name}"'))
    session.expire_all()
    return result


def _one_at_a_time(session: Session, actor: Actor, kind: str) -> None:
    """Note who imports, and hold that row: the counts are exact, and two files cannot wait for each other's rows."""
    noted = insert(RegistryImport).values(kind=kind, by=actor.id)
    session.execute(
        noted.on_conflict_do_update(index_elements=["kind"], set_={"by": noted.excluded.by, "at": func.now()})
    )


def _good_rows(
    registry: Registry, file: TextIO, result: ImportResult, sha256: hashlib._Hash
) -> Iterator[dict[str, Any]]:
    """Rows in canonical form; the others are noted as refused."""
    seen: dict[tuple[Any, ...], int] = {}
    rows = _rows(file, sha256)
    header = [name.strip() for name in next(rows, [])]
    if sorted(header) != sorted(registry.header):
        raise InvalidInput("wrong_header", {"file": ["wrong_header"]}, expected=",".join(registry.header))
    for number, cells in enumerate(rows, start=1):
        result.rows = number
        try:
            row = _good_row(registry, header, cells)
            key = tuple(row[name] for name in registry.key)
            if key in seen:
                raise WrongCell(f"same_key_as_row: {seen[key]}")
        except WrongCell as wrong:
            result.refused.append({"row": number, "why": wrong.code})
            continue
        seen[key] = number
        yield row


def _rows(file: TextIO, sha256: hashlib._Hash) -> Iterator[list[str]]:
    """Records of the file, blank lines left out. Raises InvalidInput when it is no CSV in UTF-8."""
    reader = csv.reader(_lines(file, sha256), strict=True)
    try:
        for cells in reader:
            if any(len(cell) > LONGEST_LINE for cell in cells):
                raise InvalidInput("not_csv", {"file": ["not_csv"]}, line=reader.line_num)
            if cells:
                yield cells
    except UnicodeDecodeError:
        raise InvalidInput("not_utf8", {"file": ["not_utf8"]}, line=reader.line_num + 1) from None
    except csv.Error:
        raise InvalidInput("not_csv", {"file": ["not_csv"]}, line=reader.line_num) from None


def _lines(file: TextIO, sha256: hashlib._Hash) -> Iterator[str]:
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise InvalidInput("line_too_long", {"file": ["line_too_long"]}, limit=LONGEST_LINE)
        sha256.update(line.encode("utf-8", "surrogatepass"))
        yield line


def _good_row(registry: Registry, header: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    if len(cells) != len(header):
        raise WrongCell("wrong_number_of_cells")
    row = parse_row(registry, dict(zip(header, cells, strict=True)))
    if "network" not in row:
        return row
    network = networks().get(row["network"])
    if network is None:
        raise WrongCell("network: unknown_network")
    for column in registry.columns:
        if column.chain is not None and row[column.name]:
            try:
                if column.name in MAY_CARRY_MEMO and "memo" in row and network.memo != "none":
                    row["memo"] = _memo_with(network, row[column.name], row["memo"])
                row[column.name] = _canonical(network, column.chain, row[column.name])
            except WrongCell as wrong:
                raise WrongCell(f"{column.name}: {wrong.code}") from None
    return row


def _memo_with(network: Network, cell: str, memo: Any) -> Any:
    """The memo of a row whose address may carry one inside; two that differ are refused."""
    inside = check_address(network, cell).memo
    if inside is not None and memo not in (None, "", inside):
        raise WrongCell("memo_conflict")
    return memo if inside is None else inside


def _canonical(network: Network, what: str, cell: str) -> str:
    """An address, asset or hash as the network writes it."""
    if what == "hash":
        found = family(network.family).hash_candidate(network, cell)
        if found is None:
            raise WrongCell("not_a_hash")
        return found
    if what == "contract":
        asset = check_asset(network, cell)
        if asset is None:
            mistyped = check_address(network, cell).reason == "bad_checksum"
            raise WrongCell("bad_checksum" if mistyped else "no_such_asset")
        return asset
    check = check_address(network, cell)
    if check.normalised is None or not check.valid:
        raise WrongCell(check.reason or "not_an_address")
    return check.normalised


def _staging_table(session: Session, table: Table, registry: Registry) -> Table:
    names = [*(["id"] if "id" in table.c else []), *registry.header]
    stage = Table(
        f"staged_{table.name}",
        MetaData(),
        *(Column(name, table.c[name].type) for name in names),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    stage.create(session.connection())
    return stage


def _copy(session: Session, stage: Table, rows: Iterator[dict[str, Any]]) -> int:
    """Stream rows into the staging table; how many there were."""
    names = [column.name for column in stage.columns]
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    count = 0
    columns = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, names))
    statement = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(psycopg.sql.Identifier(stage.name), columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([row[name] if name != "id" else new_id() for name in names])
            count += 1
    session.execute(text(f'ANALYZE "{stage.name}"'))
    return count


def _remove_others(session: Session, registry: Registry, table: Table, stage: Table) -> int:
    """Remove what the file lacks; how many rows that were."""
    gone = delete(table).where(~select(stage).where(_same_key(registry, table, stage)).exists())
    removed = session.execute(gone, execution_options={"preserve_rowcount": True})
    assert isinstance(removed, CursorResult)
    return removed.rowcount


def _same_key(registry: Registry, table: Table, stage: Table) -> ColumnElement[bool]:
    """Whether a kept row and a staged one are the same one; plain equality where it can use the index."""
    pairs = [(table.c[name], stage.c[name]) for name in registry.key]
    return and_(*(kept.is_not_distinct_from(new) if kept.nullable else kept == new for kept, new in pairs))


def _merge(session: Session, registry: Registry, table: Table, stage: Table, staged: int, result: ImportResult) -> None:
    """Add what is new, change what differs, and count."""
    known = select(table).where(_same_key(registry, table, stage)).exists()
    existing = session.scalar(select(func.count()).select_from(stage).where(known)) or 0
    names = [column.name for column in stage.columns]
    source = select(*(stage.c[name] for name in names))
    statement = insert(table).from_select(names, source.where(~known) if registry.appends else source)
    if not registry.appends:
        data = [name for name in registry.header if name not in registry.key]
        statement = statement.on_conflict_do_update(
            index_elements=list(registry.key),
            set_={name: statement.excluded[name] for name in data},
            where=or_(*(table.c[name].is_distinct_from(statement.excluded[name]) for name in data)),
        )
    written = session.execute(statement, execution_options={"preserve_rowcount": True})
    assert isinstance(written, CursorResult)
    result.added = staged - existing
    result.changed = written.rowcount - result.added
    result.unchanged = existing - result.changed
