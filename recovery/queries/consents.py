"""What became of a quote with its depositor: what was seen when it was accepted, and disagreement with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.models import Consent, Contest, RecoveryCase

Shown = dict[str, Any]


def consent_shown(session: Session, case: RecoveryCase) -> Shown | None:
    """The record of the acceptance, for its depositor and for the desk."""
    row = session.scalars(
        select(Consent).where(Consent.case_id == case.id).order_by(Consent.at.desc()).limit(1)
    ).first()
    if row is None:
        return None
    seen = row.content["seen"]
    return {
        "at": row.at,
        "sha256": row.sha256,
        "quote": row.content["quote"],
        "door": seen["door"],
        "language": seen["language"],
        "lines": list(seen["lines"]),
    }


def contest_shown(session: Session, actor: Actor, case: RecoveryCase) -> Shown | None:
    """The disagreement of this case and what a second look found; who looked is for the desk."""
    row = session.scalars(select(Contest).where(Contest.case_id == case.id)).first()
    if row is None:
        return None
    shown: Shown = {"at": row.at, "answered_at": row.answered_at, "finding": row.finding}
    return shown | {"answered_by": row.answered_by, "quoted_by": row.quoted_by} if actor.is_staff else shown
