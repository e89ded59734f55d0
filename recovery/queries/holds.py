"""Whether payouts are held back, why, and what still stands between them and going on."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from recovery.models import Alarm, DatabaseIdentity, HoldRelease, PayoutHold, Person

OUTFLOWS = ("outflow_without_plan", "outflow_not_recorded")
"""Alarms that say a wallet sent what the books do not know: after a restore, a payout that was made and forgotten."""


@dataclass(frozen=True)
class Identity:
    """Which server these rows lie on, and on which timeline of its log."""

    system: str
    timeline: str


@dataclass(frozen=True)
class HoldRow:
    """An open hold as it is shown. ``released_by``: names of those who said that payouts may go on."""

    id: uuid.UUID
    why: str
    note: str
    held_by: uuid.UUID
    held_at: datetime
    released_by: tuple[str, ...]


def identity_now(session: Session) -> Identity:
    """The server's own word. The timeline is the one being written, which changes when a backup or a standby takes over."""
    row = session.execute(
        text(
            "SELECT system_identifier::text AS system, left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline "
            "FROM pg_control_system()"
        )
    ).one()
    return Identity(row.system, row.timeline)


def identity_kept(session: Session) -> Identity | None:
    """What the rows themselves say; ``None`` when nobody noted it yet."""
    row = session.execute(
        select(DatabaseIdentity.system, DatabaseIdentity.timeline).order_by(
            DatabaseIdentity.at.desc(), DatabaseIdentity.id.desc()
        )
    ).first()
    return None if row is None else Identity(row.system, row.timeline)


def was_restored(session: Session) -> bool:
    """Whether the rows came from elsewhere or from earlier, and nobody has noted it yet."""
    kept = identity_kept(session)
    return kept is not None and kept != identity_now(session)


def payouts_are_held(session: Session) -> bool:
    """Whether nothing may be given to the signer, sent, or told to the exchange's ledger.

    Asked in the unit of work that would do it. A restored database holds by itself, from the first moment on.
    """
    held = session.scalar(select(exists().where(PayoutHold.ended_at.is_(None))))
    return bool(held) or was_restored(session)


def open_holds(session: Session) -> list[HoldRow]:
    """The holds that nobody ended, oldest first."""
    rows = session.scalars(select(PayoutHold).where(PayoutHold.ended_at.is_(None)).order_by(PayoutHold.held_at))
    return [_row(session, hold) for hold in rows]


def _row(session: Session, hold: PayoutHold) -> HoldRow:
    names = session.scalars(
        select(Person.display_name)
        .join(HoldRelease, HoldRelease.person_id == Person.id)
        .where(HoldRelease.hold_id == hold.id)
        .order_by(HoldRelease.at)
    )
    return HoldRow(hold.id, hold.why, hold.note, hold.held_by, hold.held_at, tuple(names))


def outflows_unexplained(session: Session) -> int:
    """How many alarms ring because a wallet sent what the books do not know."""
    query = select(func.count()).select_from(Alarm).where(Alarm.answered_at.is_(None), Alarm.kind.in_(OUTFLOWS))
    return session.scalar(query) or 0
