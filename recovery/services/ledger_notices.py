"""Notices of the exchange's ledger that something became of an intent. None of them is believed: each only makes us ask.

So a forged, late, repeated or reordered notice changes nothing; what counts is what the ledger says when it is asked.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from recovery.domain.webhooks import checked_id
from recovery.errors import KeyReused, NotSignedIn
from recovery.models import CreditIntent, LedgerNotice, RecoveryCase
from recovery.queries.clock import database_now
from recovery.services.transitions import add_job


def take_notice(session: Session, secret: bytes, headers: Mapping[str, str], body: bytes) -> bool:
    """Keep a signed notice and have the ledger asked; whether it was new. ``headers`` by their lower-case names.

    Raises NotSignedIn for one that is not signed with ``secret`` or not of the last minutes, KeyReused for another notice under
    an id that was used.
    """
    notice_id = checked_id(secret, headers, body, database_now(session)) if secret else None
    if notice_id is None:
        raise NotSignedIn("notice_is_not_signed")
    sha256 = hashlib.sha256(body).hexdigest()
    intent_id = _intent_named(body)
    new = session.scalar(
        insert(LedgerNotice)
        .values(id=notice_id, sha256=sha256, intent_id=intent_id)
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(LedgerNotice.id)
    )
    if new is None:
        if session.scalar(select(LedgerNotice.sha256).where(LedgerNotice.id == notice_id)) != sha256:
            raise KeyReused("key_reused")
        return False
    intent = session.get(CreditIntent, intent_id) if intent_id else None
    if intent is not None and intent.state == "open":
        case = session.get_one(RecoveryCase, intent.case_id)
        add_job(session, "credit.deliver", case, {"notice": notice_id})
    return True


def _intent_named(body: bytes) -> uuid.UUID | None:
    """The intent a notice is about: ``{"intent": "<id>"}``; whatever else it says is not read."""
    try:
        told = json.loads(body)
        return uuid.UUID(told["intent"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
