"""Writing a new case: few statements and no reading back, since this is what everybody does at once on a bad day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session, make_transient_to_detached

from recovery.db import Base, table_of
from recovery.models import CaseEvent, Job, Message, RecoveryCase

Row = dict[str, Any]
"""The values of one row, by column."""


def write_opening(session: Session, case: Row, event: Row, job: Row, text: Row | None) -> RecoveryCase | None:
    """The case with what belongs to it; ``None``, and nothing written, when the depositor has an open one for the hash."""
    connection = session.connection()
    if connection.execute(_CASE, case).scalar_one_or_none() is None:
        return None
    rows = {"event": event, "job": job} | ({"text": text} if text else {})
    values = {f"{name}_{column}": value for name, row in rows.items() for column, value in row.items()}
    connection.execute(_WITH_A_TEXT if text else _WITHOUT_A_TEXT, values)
    return _as_written(session, case)


def _as_written(session: Session, values: Row) -> RecoveryCase:
    """The case as an object of the session, not read again: nobody else can have touched a row nobody else can see."""
    case = RecoveryCase(**dict.fromkeys(table_of(RecoveryCase).columns.keys()) | values)
    make_transient_to_detached(case)
    session.add(case)
    return case


def _row(model: type[Base], name: str, without: Iterable[str] = ()) -> Insert:
    """An insert of one row whose values come when it is executed, as ``name_column``; ``without`` have their defaults."""
    columns = [column for column in table_of(model).columns if column.key not in without]
    return insert(table_of(model)).values(
        {column.key: bindparam(f"{name}_{column.key}", type_=column.type) for column in columns}
    )


_CASE = insert(table_of(RecoveryCase)).on_conflict_do_nothing().returning(table_of(RecoveryCase).c.id)
_LATER = ("due_at", "rung_at", "lease_id", "lease_until", "last_error", "created_at", "done_at")
_WITHOUT_A_TEXT = _row(Job, "job", _LATER).add_cte(_row(CaseEvent, "event").cte("first_event"))
_WITH_A_TEXT = _WITHOUT_A_TEXT.add_cte(_row(Message, "text", ("at",)).cte("appeal"))
"""Made once: making a statement costs more than sending it."""
