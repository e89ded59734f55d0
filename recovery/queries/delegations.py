"""Who stands in for whom."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.models import Delegation


def delegation_in_force(
    session: Session, from_id: uuid.UUID, to_id: uuid.UUID, stage: str, now: datetime, *, lock: bool = False
) -> Delegation | None:
    """The confirmed delegation of this team between these two at a moment."""
    query = (
        select(Delegation)
        .where(
            Delegation.from_id == from_id,
            Delegation.to_id == to_id,
            Delegation.stage == stage,
            Delegation.confirmed_at.is_not(None),
            Delegation.ended_at.is_(None),
            Delegation.starts_at <= now,
            Delegation.ends_at > now,
        )
        .order_by(Delegation.ends_at.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query.with_for_update(read=True) if lock else query).first()


def lent_to(session: Session, to_id: uuid.UUID, now: datetime) -> Sequence[Delegation]:
    """For whom somebody may sign at a moment."""
    return session.scalars(
        select(Delegation)
        .where(
            Delegation.to_id == to_id,
            Delegation.confirmed_at.is_not(None),
            Delegation.ended_at.is_(None),
            Delegation.starts_at <= now,
            Delegation.ends_at > now,
        )
        .order_by(Delegation.stage, Delegation.ends_at)
    ).all()


def delegations_shown(session: Session, now: datetime, *, limit: int = 200) -> Sequence[Delegation]:
    """Every delegation that is not over, the newest first."""
    return session.scalars(
        select(Delegation)
        .where(Delegation.ended_at.is_(None), Delegation.ends_at > now)
        .order_by(Delegation.asked_at.desc(), Delegation.id)
        .limit(limit)
    ).all()
