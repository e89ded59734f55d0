"""Payouts held back after a restore or by hand, who lets them go on, and which database this is."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base


class PayoutHold(Base):
    """Nothing is given to the signer, sent or told to the ledger while one is open. At most one is for each reason.

    ``why``: ``restored`` (the database is another one than it was) or ``by_hand``. Two people end it, neither of whom began it.
    """

    __tablename__ = "payout_hold"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    why: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    held_by: Mapped[uuid.UUID]
    held_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("why IN ('restored', 'by_hand')", name="why_is_known"),
        Index("uq_payout_hold_open", "why", unique=True, postgresql_where=text("ended_at IS NULL")),
    )


class HoldRelease(Base):
    """One person's word that payouts may go on, and why."""

    __tablename__ = "hold_release"

    hold_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payout_hold.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (CheckConstraint("length(reason) > 0", name="says_why"),)


class DatabaseIdentity(Base):
    """Which server and timeline the rows were written on, last noticed one last. A copy brings the wrong one with it."""

    __tablename__ = "database_identity"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    system: Mapped[str]
    timeline: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
