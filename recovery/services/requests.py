"""Idempotency for the life of the product: a key is honoured once, and its answer is given again to whoever repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from recovery.db import table_of
from recovery.domain.actor import Actor
from recovery.domain.canonical import digest
from recovery.errors import InvalidInput, KeyReused
from recovery.models import HandledRequest

LONGEST_KEY = 200
_TAKE = (
    insert(table_of(HandledRequest))
    .on_conflict_do_nothing(index_elements=["actor_id", "key"])
    .returning(table_of(HandledRequest).c.at)
)


@dataclass(frozen=True)
class Key:
    """A key in its row. ``at`` is the time of the unit of work that took it; ``before`` what it became in an earlier one."""

    at: datetime
    before: dict[str, Any] | None


def handled_before(
    session: Session, actor: Actor, key: str, asked: Mapping[str, Any], result: Mapping[str, Any]
) -> dict[str, Any] | None:
    """What the request became when its key was taken before, else ``None``: see :func:`take_key`."""
    return take_key(session, actor, key, asked, result).before


def take_key(session: Session, actor: Actor, key: str, asked: Mapping[str, Any], result: Mapping[str, Any]) -> Key:
    """Take the key for this request, or say what it became when it was taken before.

    The row goes in first: a twin arriving at the same moment waits here until this unit of work ends, and then reads
    its answer. Raises KeyReused when the key came with other content, InvalidInput when it is no key or the content is no text.
    """
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        raise InvalidInput("bad_request_key")
    try:
        fingerprint = digest(dict(asked))
    except UnicodeEncodeError:  # half a surrogate pair, which JSON lets through and no text may hold
        raise InvalidInput("field_is_invalid") from None
    row = {"actor_id": actor.id, "key": key, "fingerprint": fingerprint, "result": dict(result)}
    at = session.connection().execute(_TAKE, row).scalar_one_or_none()
    if at is not None:
        return Key(at, None)
    earlier = session.execute(
        select(HandledRequest.fingerprint, HandledRequest.result, HandledRequest.at).where(
            HandledRequest.actor_id == actor.id, HandledRequest.key == key
        )
    ).one()
    if earlier.fingerprint != fingerprint:
        raise KeyReused("key_reused")
    return Key(earlier.at, dict(earlier.result))
