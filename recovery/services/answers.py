"""Whole answers kept under their idempotency key, so that a repeated request gets the very same one.

Services honour the key for what they do; this is the edge's own record of what it said. Its keys hold a space, which no
client's key may, so the two never meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.canonical import digest
from recovery.models import HandledRequest
from recovery.services.requests import handled_before


def answer_given(session: Session, actor: Actor, key: str, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """Take the key, or give the answer it already has. A twin waits for the first to end. Raises KeyReused."""
    if handled_before(session, actor, f"asked {key}", asked, {}) is None:
        return None
    answer: dict[str, Any] = session.scalars(
        select(HandledRequest.result).where(
            HandledRequest.actor_id == actor.id, HandledRequest.key == f"answered {key}"
        )
    ).one()
    return answer


def keep_answer(session: Session, actor: Actor, key: str, asked: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """Keep what is answered, in the unit of work that made it true."""
    session.add(
        HandledRequest(actor_id=actor.id, key=f"answered {key}", fingerprint=digest(dict(asked)), result=dict(answer))
    )
    session.flush()
