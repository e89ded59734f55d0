"""Exporting case histories so that they prove themselves: for a page, for a file, for a pipe."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO, cast

import structlog
from sqlalchemy import text
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.exports import FORMATS, Format, Period, instant
from recovery.errors import InvalidInput, NotAllowed
from recovery.queries.clock import database_now
from recovery.queries.export import histories
from recovery.services.export_files import Manifest, write_export
from recovery.services.export_signing import signature_of

ROLES = frozenset({"auditor", "lead"})
FILTER = "cases with an event in the period; each from its first event up to the period's end"


log = structlog.get_logger(__name__)


def export_to(
    session: Session,
    actor: Actor,
    *,
    start: datetime,
    end: datetime,
    form: str,
    out: BinaryIO,
    home: Path | None = None,
) -> Manifest:
    """Write the histories of a period to ``out``, manifest within, and give the manifest.

    The session must be fresh: the export sets its isolation so that it sees one state of the database to its end.
    Memory does not grow with the export. ``home`` holds the key the manifest is signed with; without it there is no
    signature. Raises NotAllowed, InvalidInput.
    """
    period = _checked(actor, start, end, form)
    _see_one_state(session)
    now = database_now(session)
    about = {
        "filter": FILTER,
        "made_at": instant(now),
        "made_by": str(actor.id),
        "period": {**period.as_json(), "over": period.end <= now},
        "tool": {"name": "recovery", "version": _version()},
    }
    manifest = write_export(
        histories(session, period),
        about,
        cast("Format", form),
        out,
        sign=(lambda seal: signature_of(seal, home)) if home else None,
    )
    log.info(
        "export.made",
        actor=str(actor.id),
        form=form,
        cases=manifest["population"]["cases"],
        events=manifest["population"]["events"],
        seal=manifest["seal"],
        **{f"period_{key}": value for key, value in period.as_json().items()},
    )
    return manifest


def export_file(
    session: Session, actor: Actor, *, start: datetime, end: datetime, form: str, path: Path, home: Path | None = None
) -> Manifest:
    """Write an export to a file: whole or not at all."""
    with _replacing(path) as out:
        return export_to(session, actor, start=start, end=end, form=form, out=out, home=home)


def _checked(actor: Actor, start: datetime, end: datetime, form: str) -> Period:
    if not actor.roles & ROLES or not actor.has_scope("exports:read"):
        raise NotAllowed("not_your_role")
    if form not in FORMATS:
        raise InvalidInput("unknown_format", fields={"format": ["unknown_format"]})
    if start.tzinfo is None or end.tzinfo is None or start >= end:
        raise InvalidInput("period_is_empty", fields={"to": ["period_is_empty"]})
    return Period(start, end)


def _version() -> str:
    try:
        return version("recovery")
    except PackageNotFoundError:
        return "not installed"


def _see_one_state(session: Session) -> None:
    """One snapshot for all queries of the export, and time enough for it; nothing can be written meanwhile."""
    try:
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    except InternalError as error:
        raise RuntimeError("an export needs a session of its own, in which nothing was read before") from error
    session.execute(text("SET LOCAL statement_timeout = 0"))


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that appears whole, readable by its owner alone, when the block ends well; else nothing is left."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as unfinished:
        try:
            yield cast("BinaryIO", unfinished)
            unfinished.flush()
            os.fsync(unfinished.fileno())
            Path(unfinished.name).replace(path)
        except BaseException:
            Path(unfinished.name).unlink(missing_ok=True)
            raise
