"""What the pages of policies share: who may look, and what was uploaded or asked for."""

from __future__ import annotations

from flask import request

from recovery.domain.actor import Actor
from recovery.errors import InvalidInput, NotFound
from recovery.queries.policies import READERS
from recovery.web._wall import current_actor


def reader() -> Actor:
    """Whoever answers for policies; to anybody else there is no such page. Raises NotFound."""
    actor = current_actor()
    if not actor.roles & READERS:
        raise NotFound
    return actor


def uploaded() -> str:
    """The text of an uploaded file, empty when there is none. Raises InvalidInput when it is no text."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return ""
    try:
        return str(file.read(), "utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("not_utf8", line=1) from None


def number(name: str) -> int | None:
    """A version in the address of the page."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
