"""Credits wanted of the exchange's ledger: the one of a case, and the list the ledger reads."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select, tuple_
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.errors import InvalidInput, NotFound
from recovery.models import CreditIntent
from recovery.queries.holds import payouts_are_held

READERS = frozenset({"ledger", "clearing", "auditor", "lead"})
STATES = frozenset({"open", "confirmed", "refused"})


@dataclass(frozen=True)
class IntentPage:
    """Some intents and the cursor of the next ones. ``held``: payouts are held back, so no open one is shown to the ledger."""

    items: tuple[dict[str, Any], ...]
    next: str | None
    held: bool


def current_intent(session: Session, case_id: uuid.UUID) -> CreditIntent | None:
    """The open intent of a case, if there is one."""
    return session.scalars(
        select(CreditIntent).where(CreditIntent.case_id == case_id, CreditIntent.state == "open")
    ).one_or_none()


def list_intents(
    session: Session, actor: Actor, *, state: str | None = None, after: str | None = None, limit: int = 50
) -> IntentPage:
    """Intents, the oldest first. Raises NotFound, InvalidInput."""
    if not actor.roles & READERS:
        raise NotFound("not_found")
    if state is not None and state not in STATES:
        raise InvalidInput("state_is_unknown", fields={"state": ["state_is_unknown"]})
    held = payouts_are_held(session)
    query = _query().order_by(CreditIntent.created_at, CreditIntent.id).limit(limit + 1)
    if state is not None:
        query = query.where(CreditIntent.state == state)
    if held and "ledger" in actor.roles:
        query = query.where(CreditIntent.state != "open")
    if after:
        query = query.where(tuple_(CreditIntent.created_at, CreditIntent.id) > _edge(after))
    rows = session.execute(query).all()
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return IntentPage(
        tuple(_shown(row) for row in rows[:limit]), _cursor(last.created_at, last.id) if last else None, held
    )


def find_intent(session: Session, actor: Actor, intent_id: uuid.UUID) -> dict[str, Any]:
    """One intent. Raises NotFound, also for somebody who may not read them."""
    row = session.execute(_query().where(CreditIntent.id == intent_id)).one_or_none()
    if row is None or not actor.roles & READERS:
        raise NotFound("not_found")
    return _shown(row)


def _query() -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(
        CreditIntent.id,
        CreditIntent.payload,
        CreditIntent.state,
        CreditIntent.external_id,
        CreditIntent.created_at,
        CreditIntent.answered_at,
    )
    return query


def _shown(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(row.payload)
    told.pop("type")
    return told | {
        "state": row.state,
        "external_id": row.external_id,
        "created_at": row.created_at,
        "answered_at": row.answered_at,
    }


def _cursor(at: datetime, intent_id: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{intent_id}".encode()).decode()


def _edge(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        at, _, intent_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        return datetime.fromisoformat(at), uuid.UUID(intent_id)
    except (ValueError, binascii.Error):
        raise InvalidInput("cursor_is_invalid", fields={"cursor": ["cursor_is_invalid"]}) from None
