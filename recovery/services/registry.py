"""Loading what the exchange knows: a file is read once, row by row, into a staging table, and merged set by set.

Refused rows are answered with their number (the first row under the header is 1) and a reason; unless ``partial`` is
wished, one refused row means that nothing changes. What cannot be read as such a file at all raises InvalidInput.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TextIO
from uuid import UUID

import psycopg
from sqlalchemy import Table, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.ids import new_id
from recovery.domain.registries import Registry, WrongCell
from recovery.errors import InvalidInput, NotAllowed, StepUpNeeded
from recovery.models import RegistryChange, RegistryImport, RegistryLoad
from recovery.queries.custody import LABELS, WALLET_CHANGED, wallet_subject
from recovery.queries.registry import registry_of, table_of
from recovery.services import registry_merge as merging
from recovery.services.alarms import ring
from recovery.services.registry_files import CsvFile, RegistryFile
from recovery.services.registry_rows import good_row

MAY_IMPORT = frozenset({"admin", "lead", "system"})
OVERLAPS = "overlaps_row_of_another_account"


@dataclass
class ImportResult:
    """What became of a file; every data row is counted in ``rows``. ``load_id`` is there when it took effect."""

    kind: str
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    removed: int = 0
    load_id: UUID | None = None

    def as_json(self) -> dict[str, Any]:
        """The answer of the command and the API."""
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

    ``replace`` makes the file the whole registry. Raises InvalidInput for a file that is none of this kind, NotAllowed,
    StepUpNeeded.
    """
    return load_file(session, actor, kind, CsvFile(file), partial=partial, replace=replace)


def load_file(
    session: Session,
    actor: Actor,
    kind: str,
    file: RegistryFile,
    *,
    partial: bool = False,
    replace: bool = False,
    dry_run: bool = False,
) -> ImportResult:
    """Load a file of whatever format; with ``dry_run`` only say what that would do."""
    registry = registry_of(kind)
    may_change(actor, looking=dry_run)
    if replace and (partial or registry.appends or not file.tells_all):
        raise InvalidInput(_why_not_replace(registry, partial=partial))
    result = ImportResult(kind)
    if not dry_run:
        one_at_a_time(session, actor, kind)
    table = table_of(kind)
    stage = merging.staging_table(session, table, registry)
    load = merging.Load(new_id(), actor.id, registry, table, stage)
    _copy(session, stage, _good_rows(registry, file, result))
    if not file.tells_all:
        merging.keep_untold(session, load)
    for number in merging.refuse_overlaps(session, load, replace=replace):
        result.refused.append({"row": number, "why": OVERLAPS})
    result.refused.sort(key=lambda one: int(one["row"]))
    if dry_run:
        _count(session, load, result, replace=replace)
    elif partial or not result.refused:
        _merge(session, load, file, result, replace=replace)
    session.execute(text(f'DROP TABLE "{stage.name}"'))
    session.expire_all()
    return result


def may_change(actor: Actor, *, looking: bool = False) -> None:
    """Raises NotAllowed, and StepUpNeeded unless only ``looking``: all of them decide what is paid, to whom, or whether.

    An API token brings its scope instead of a fresh password: it was made for this with the password.
    """
    if not actor.roles & MAY_IMPORT:
        raise NotAllowed("not_your_role")
    if not looking and not actor.stepped_up and actor.scopes is None:
        raise StepUpNeeded("needs_step_up")


def one_at_a_time(session: Session, actor: Actor, kind: str) -> None:
    """Note who imports, and hold that row: the counts are exact, and two files cannot wait for each other's rows."""
    noted = insert(RegistryImport).values(kind=kind, by=actor.id)
    session.execute(
        noted.on_conflict_do_update(index_elements=["kind"], set_={"by": noted.excluded.by, "at": func.now()})
    )


def _why_not_replace(registry: Registry, *, partial: bool) -> str:
    if partial:
        return "replace_needs_a_whole_file"
    return "only_grows" if registry.appends else "replace_needs_csv"


def _good_rows(registry: Registry, file: RegistryFile, result: ImportResult) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows in canonical form; the others are noted as refused."""
    seen: dict[tuple[Any, ...], int] = {}
    for number, cells in file.rows(registry):
        result.rows = number
        try:
            if isinstance(cells, WrongCell):
                raise cells
            row = good_row(registry, cells)
            key = tuple(row[name] for name in registry.key)
            if key in seen:
                raise WrongCell(f"same_key_as_row: {seen[key]}")
        except WrongCell as wrong:
            result.refused.append({"row": number, "why": wrong.code})
            continue
        seen[key] = number
        yield number, row


def _copy(session: Session, stage: Table, rows: Iterator[tuple[int, dict[str, Any]]]) -> None:
    """Stream rows into the staging table."""
    names = [column.name for column in stage.columns if column.name not in ("id", "row_number", "refused")]
    own = ["id"] if "id" in stage.c else []
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    columns = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, ["row_number", *own, *names]))
    statement = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(psycopg.sql.Identifier(stage.name), columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for number, row in rows:
            copy.write_row([number, *(new_id() for _ in own), *(row[name] for name in names)])
    session.execute(text(f'ANALYZE "{stage.name}"'))


def _count(session: Session, load: merging.Load, result: ImportResult, *, replace: bool) -> None:
    """What a merge would do."""
    known = merging.existing(session, load)
    result.added = merging.staged(session, load) - known
    result.changed = merging.differing(session, load)
    result.unchanged = known - result.changed
    result.removed = merging.others(session, load) if replace else 0


def _merge(session: Session, load: merging.Load, file: RegistryFile, result: ImportResult, *, replace: bool) -> None:
    """Add what is new, change what differs, remove what the file lacks if that is wished; count, and remember the load."""
    known = merging.existing(session, load)
    result.added = merging.staged(session, load) - known
    result.changed = merging.merge(session, load) - result.added
    result.unchanged = known - result.changed
    result.removed = merging.remove_others(session, load) if replace else 0
    result.load_id = load.id
    session.add(
        RegistryLoad(
            id=load.id,
            kind=load.registry.kind,
            by=load.by,
            sha256=file.sha256(),
            replaced=replace,
            rows=result.rows,
            added=result.added,
            changed=result.changed,
            removed=result.removed,
        )
    )
    session.flush()
    if load.by != SYSTEM.id:
        if load.registry.kind == "addresses":
            _ring_for_wallets(session, load)
        if load.registry.kind == "credits" and result.changed + result.removed:
            facts = {"rows": result.changed + result.removed, "load": str(load.id)}
            ring(session, "credits_rewritten", str(load.id), facts, caused_by=[load.by])


def _ring_for_wallets(session: Session, load: merging.Load) -> None:
    """Where collected coins go is no one person's to say: sweeps there wait until somebody else has looked."""
    changed = session.scalars(
        select(RegistryChange).where(
            RegistryChange.load_id == load.id,
            RegistryChange.key["account"].astext == "",
            RegistryChange.after["kind"].astext == "hot",
            RegistryChange.after["label"].astext == LABELS["recovery"],
        )
    )
    for row in changed:
        network, address = row.key["network"], row.key["address"]
        facts = {"network": network, "address": address}
        ring(session, WALLET_CHANGED, wallet_subject(network, address), facts, caused_by=[load.by])
