"""What people write on a case. The text may be erased one day; the history keeps only a salted commitment to it."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from typing import Any

from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.ids import new_id
from recovery.errors import InvalidInput
from recovery.models import Message, RecoveryCase

LONGEST = 4000


def write_message(session: Session, actor: Actor, case: RecoveryCase, kind: str, text: str) -> str:
    """Store a text and return its commitment for the event. ``kind``: appeal, question, answer, note or reason."""
    row = message_row(actor, case.id, kind, text)
    session.add(Message(**row))
    return str(row["commitment"])


def message_row(actor: Actor, case_id: uuid.UUID, kind: str, text: str) -> dict[str, Any]:
    """The row of a text, with its commitment. Raises InvalidInput when it is empty, too long or no text."""
    clean = text.strip()
    if not clean:
        raise InvalidInput("text_is_empty", fields={kind: ["text_is_empty"]})
    if len(clean) > LONGEST or "\x00" in clean:
        raise InvalidInput("text_is_too_long", fields={kind: ["text_is_too_long"]}, longest=LONGEST)
    salt = secrets.token_hex(32)
    commitment = hashlib.sha256(bytes.fromhex(salt) + clean.encode()).hexdigest()
    return {
        "id": new_id(),
        "case_id": case_id,
        "author_id": actor.id,
        "kind": kind,
        "body": clean,
        "salt": salt,
        "commitment": commitment,
    }
