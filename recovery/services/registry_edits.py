"""Changing a registry by hand: one row in a form or through the API, or a file whose effect is looked at first.

Both end in the one way rows come in, :func:`recovery.services.registry.load_file`: a row is a file of one row.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.ids import new_id
from recovery.domain.registries import Registry, WrongCell, cell_text
from recovery.errors import Conflict, InvalidInput, NotFound
from recovery.models import RegistryUpload
from recovery.queries.clock import database_now
from recovery.queries.registry import cells, registry_of
from recovery.queries.registry_view import find_row, key_named, mark_of
from recovery.services.registry import ImportResult, load_file, may_change, one_at_a_time
from recovery.services.registry_files import CsvFile, RegistryFile, TokenListFile, looks_like_json
from recovery.services.registry_rows import good_row
from recovery.services.requests import handled_before

UPLOADS_LAST = timedelta(days=1)


@dataclass(frozen=True)
class Put:
    """What became of one row: ``outcome`` is added, changed or unchanged; ``row`` is as it is kept now."""

    kind: str
    outcome: str
    row: dict[str, str | None]

    def as_json(self) -> dict[str, Any]:
        """The answer of the API."""
        return {"kind": self.kind, "outcome": self.outcome, "row": self.row}


def put_row(session: Session, actor: Actor, kind: str, given: Mapping[str, str], *, mark: str | None = None) -> Put:
    """Add the row, or change the one of the same key. Columns that are not given are empty.

    ``mark`` is what the row looked like to whoever changes it (``""``: it was not there). Raises InvalidInput naming the
    columns, Conflict when the row is another one by now, NotAllowed, StepUpNeeded.
    """
    registry = registry_of(kind)
    may_change(actor)
    unknown = sorted(set(given) - set(registry.header))
    if unknown:
        raise InvalidInput("row_refused", {name: ["field_is_unknown"] for name in unknown})
    written = {name: given.get(name, "") for name in registry.header}
    row = _good(registry, written)
    if mark is not None:
        one_at_a_time(session, actor, kind)
        known = find_row(session, registry, {name: row[name] for name in registry.key})
        if mark_of(registry, known) != mark:
            raise Conflict("row_changed_meanwhile" if mark else "row_is_there")
    result = load_file(session, actor, kind, CsvFile(_file_of(registry, written)))
    if result.refused:
        raise _refusal(result.refused[0]["why"])
    outcome = next(name for name in ("added", "changed", "unchanged") if getattr(result, name))
    return Put(kind, outcome, cells(registry, row))


def put_row_once(
    session: Session, actor: Actor, kind: str, given: Mapping[str, str], *, mark: str, request_id: str
) -> None:
    """The same for a form: the same click twice is one change."""
    asked = {"registry": kind, "row": dict(given), "mark": mark}
    if handled_before(session, actor, request_id, asked, {}) is None:
        put_row(session, actor, kind, given, mark=mark)


def end_validity(
    session: Session, actor: Actor, kind: str, name: str, *, until: str, mark: str, request_id: str
) -> None:
    """Let a row be valid until a moment (empty: until now) instead of deleting it: what it said of the past stays true.

    Raises NotFound for a row there is not or that has no validity, and what :func:`put_row` raises.
    """
    registry = registry_of(kind)
    may_change(actor)
    row = find_row(session, registry, key_named(registry, name))
    if row is None or "valid_until" not in row:
        raise NotFound
    asked = {"registry": kind, "end": name, "until": until, "mark": mark}
    if handled_before(session, actor, request_id, asked, {}) is not None:
        return
    if mark_of(registry, row) != mark:
        raise Conflict("row_changed_meanwhile")
    given = {column.name: cell_text(column, row[column.name]) for column in registry.columns}
    put_row(session, actor, kind, given | {"valid_until": until or _written(database_now(session))}, mark=mark)


def look_at_upload(
    session: Session, actor: Actor, kind: str, content: bytes, *, state: str = "listed", replaces: bool = False
) -> uuid.UUID:
    """Keep a file and what it would do, until it is confirmed. The person's earlier one goes, and whatever is a day old.

    Raises InvalidInput for what is no such file, NotAllowed.
    """
    may_change(actor, looking=True)
    token_list = looks_like_json(content)
    file = _opened(content, token_list=token_list, state=state)
    result = load_file(session, actor, kind, file, replace=replaces, dry_run=True)
    old = RegistryUpload.at < database_now(session) - UPLOADS_LAST
    mine = (RegistryUpload.by == actor.id) & (RegistryUpload.kind == kind)
    session.execute(delete(RegistryUpload).where(or_(old, mine)))
    upload = RegistryUpload(
        id=new_id(),
        kind=kind,
        by=actor.id,
        content=content,
        token_list=token_list,
        state=state,
        replaces=replaces,
        preview=result.as_json() | {"removed": result.removed, "sha256": file.sha256()},
    )
    session.add(upload)
    session.flush()
    return upload.id


def upload_of(session: Session, actor: Actor, kind: str, upload_id: uuid.UUID) -> RegistryUpload:
    """One's own upload. Raises NotFound."""
    upload = session.get(RegistryUpload, upload_id)
    if upload is None or upload.by != actor.id or upload.kind != kind:
        raise NotFound
    return upload


def take_upload(
    session: Session, actor: Actor, kind: str, upload_id: uuid.UUID, *, partial: bool = False
) -> ImportResult:
    """Load what was looked at. Raises NotFound when it was taken already, InvalidInput when rows are refused."""
    upload = upload_of(session, actor, kind, upload_id)
    file = _opened(upload.content, token_list=upload.token_list, state=upload.state)
    result = load_file(session, actor, kind, file, partial=partial, replace=upload.replaces)
    if result.load_id is None:
        raise InvalidInput("rows_refused")
    session.execute(delete(RegistryUpload).where(RegistryUpload.id == upload_id))
    return result


def _opened(content: bytes, *, token_list: bool, state: str) -> RegistryFile:
    if token_list:
        return TokenListFile(content, state)
    return CsvFile(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline=""))


def _good(registry: Registry, written: Mapping[str, str]) -> dict[str, Any]:
    try:
        return good_row(registry, written)
    except WrongCell as wrong:
        raise _refusal(wrong.code) from None


def _refusal(why: str) -> InvalidInput:
    """``column: code`` as the fields of a form; what is about the whole row is said of the account."""
    name, parted, code = why.partition(": ")
    return InvalidInput("row_refused", {name: [code]} if parted else {"account": [why]}, why=why)


def _file_of(registry: Registry, written: Mapping[str, str]) -> io.StringIO:
    """A CSV of this one row."""
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows([registry.header, [written[name] for name in registry.header]])
    file.seek(0)
    return file


def _written(at: datetime) -> str:
    return at.isoformat()
