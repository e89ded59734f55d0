"""What was on the screen when a quote was accepted: one record, never changed, its digest in the event of the acceptance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.canonical import digest
from recovery.domain.ids import new_id
from recovery.domain.seen import Seen, as_stored
from recovery.models import Consent, Quote, RecoveryCase
from recovery.queries.clock import database_now
from recovery.queries.prices import IN_DOLLARS, in_dollars


def consent_to(
    session: Session, actor: Actor, case: RecoveryCase, quote: Quote, destination: str, seen: Seen | None
) -> Consent:
    """The record of an acceptance, not yet added: the move that it belongs to comes first."""
    content: dict[str, Any] = {
        "case": case.ref,
        "quote": quote.digest,
        "number": quote.number,
        "terms": _terms(quote),
        "destination": destination,
        "person": str(actor.id),
        "at": database_now(session).isoformat(),
        "seen": as_stored(seen, quote.lines),
    }
    return Consent(
        id=new_id(), case_id=case.id, quote_id=quote.id, actor_id=actor.id, content=content, sha256=digest(content)
    )


def _terms(quote: Quote) -> Mapping[str, Any]:
    dollars = in_dollars(quote)
    return {
        "asset": quote.asset,
        "gross": str(quote.gross),
        "fee": str(quote.fee),
        "network_cost": str(quote.network_cost),
        "net": str(quote.net),
        "policy": quote.policy_version,
        "price": str(quote.price_snapshot_id) if quote.price_snapshot_id else None,
        "expires": quote.expires_at.isoformat(),
    } | ({IN_DOLLARS: str(dollars)} if dollars else {})
