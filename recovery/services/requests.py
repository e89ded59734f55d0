"""Idempotency for the life of the product: a key is honoured once, and its answer is given again to whoever repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.canonical import digest
from recovery.errors import InvalidInput, KeyReused
from recovery.models import HandledRequest

LONGEST_KEY = 200


def handled_before(
    session: Session, actor: Actor, key: str, asked: Mapping[str, Any], result: Mapping[str, Any]
) -> dict[str, Any] | None:
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
    taken = session.execute(
        insert(HandledRequest)
        .values(actor_id=actor.id, key=key, fingerprint=fingerprint, result=dict(result))
        .on_conflict_do_nothing(index_elements=["actor_id", "key"])
        .returning(HandledRequest.key)
    ).scalar_one_or_none()
    if taken is not None:
        return None
    earlier = session.execute(
        select(HandledRequest.fingerprint, HandledRequest.result).where(
            HandledRequest.actor_id == actor.id, HandledRequest.key == key
        )
    ).one()
    if earlier.fingerprint != fingerprint:
        raise KeyReused("key_reused")
    return dict(earlier.result)
