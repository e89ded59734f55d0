"""Telling the owner of a case what was done in their name, with a link by which they can say that it was not them.

The link is signed with the installation's secret: nothing in the database could make one. It works without signing in, once.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from recovery.domain.ids import new_id
from recovery.errors import Conflict, NotFound
from recovery.models import CaseEvent, Notice, Person, RecoveryCase
from recovery.queries.clock import database_now
from recovery.services.transitions import add_job, lock

SENDING = "notice.send"
_SIGNED = b"notice:"


def tell(session: Session, case: RecoveryCase, event: CaseEvent, kind: str, data: Mapping[str, Any]) -> Notice:
    """Put a notice on record for the contact known now, and have it sent."""
    person = session.get_one(Person, case.depositor_id)
    notice = Notice(
        id=new_id(),
        case_id=case.id,
        person_id=person.id,
        seq=event.seq,
        kind=kind,
        email=person.email,
        data={"case": case.ref, **data},
    )
    session.add(notice)
    session.flush()
    add_job(session, SENDING, case, {"notice": str(notice.id)})
    return notice


def token_of(secret_key: str, notice_id: uuid.UUID) -> str:
    """What stands in the link of a notice."""
    mac = hmac.new(secret_key.encode(), _SIGNED + notice_id.bytes, hashlib.sha256).hexdigest()
    return f"{notice_id.hex}{mac}"


def notice_of(secret_key: str, token: str) -> uuid.UUID:
    """The notice a token of ours names; compared in constant time. Raises NotFound for any other text."""
    digits = token if len(token) == 96 and token.isascii() and token.isalnum() else "0" * 96
    try:
        named = uuid.UUID(hex=digits[:32])
    except ValueError:
        raise NotFound("not_found") from None
    if not hmac.compare_digest(token_of(secret_key, named), digits) or digits != token:
        raise NotFound("not_found")
    return named


def use(session: Session, notice_id: uuid.UUID) -> tuple[Notice, RecoveryCase]:
    """Take the one use of a notice's link: one conditional update decides. Gives the notice and its locked case.

    Raises NotFound, Conflict when it was used before.
    """
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise NotFound("not_found")
    case = session.get_one(RecoveryCase, notice.case_id)
    lock(session, case)
    taken = session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.denied_at.is_(None))
        .values(denied_at=func.clock_timestamp())  # under the lock: after whatever a lead decided while this waited
        .returning(Notice.id)
    ).first()
    if taken is None:
        raise Conflict("notice_was_used")
    session.refresh(notice)
    return notice, case


def sent(session: Session, notice_id: uuid.UUID) -> None:
    """The notice left by e-mail."""
    notice = session.get_one(Notice, notice_id)
    if notice.sent_at is None:
        notice.sent_at = database_now(session)
