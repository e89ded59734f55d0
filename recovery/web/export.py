"""Exports for auditors: a period and a format in, a file that proves itself out."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO, cast

from flask import Blueprint, current_app, make_response, render_template, send_file
from werkzeug.wrappers import Response

from recovery.domain.exports import FORMATS
from recovery.errors import InvalidInput, NotFound
from recovery.services import export
from recovery.web._forms import typed
from recovery.web._wall import current_actor

pages = Blueprint("export", __name__)

ENDINGS = {"csv": ("text/csv", "csv"), "jsonl": ("application/jsonl", "jsonl"), "bundle": ("application/zip", "zip")}


@pages.get("/export")
def show() -> Response:
    """The form."""
    return _page({}, {}, 200)


@pages.post("/export")
def download() -> Response:
    """The file."""
    _allowed()
    fields = typed()
    out = _spool()
    try:
        start, end = _day(fields, "from"), _day(fields, "to") + timedelta(days=1)
        form = fields.get("format", "")
        home = current_app.extensions["settings"].home
        with current_app.extensions["database"].reading() as work:
            export.export_to(work, current_actor(), start=start, end=end, form=form, out=out, home=home)
    except InvalidInput as error:
        out.close()
        return _page(error.fields or {"format": [error.detail]}, fields, 422)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    kind, ending = ENDINGS[form]
    name = f"cases-{fields['from']}-{fields['to']}.{ending}"
    return send_file(out, mimetype=kind, as_attachment=True, download_name=name)


def _spool() -> BinaryIO:
    """A nameless file for one download; whoever sends it closes it."""
    handle, path = tempfile.mkstemp(prefix="recovery-export-")
    Path(path).unlink()
    return cast("BinaryIO", os.fdopen(handle, "w+b"))


def _allowed() -> None:
    if not current_actor().roles & export.ROLES:
        raise NotFound


def _page(problems: dict[str, list[str]], fields: dict[str, str], status: int) -> Response:
    _allowed()
    today = datetime.now(UTC).date()
    suggested = {"from": today.replace(day=1).isoformat(), "to": today.isoformat(), "format": "bundle"}
    body = render_template("export.html", problems=problems, typed=suggested | fields, formats=FORMATS)
    return make_response(body, status)


def _day(fields: dict[str, str], name: str) -> datetime:
    """The beginning of a day, UTC. Raises InvalidInput naming the field."""
    try:
        return datetime.combine(date.fromisoformat(fields.get(name, "")), time(), UTC)
    except ValueError:
        raise InvalidInput("bad_date", fields={name: ["bad_date"]}) from None
