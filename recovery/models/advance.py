"""Advances: what own funds paid before the coins were collected, and how much of that there may be."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class AdvanceLimit(Base):
    """One version of how much may be advanced in an asset: for one case, and for all that are open together.

    The newest approved one is in force. Where there is none, nothing is advanced.
    """

    __tablename__ = "advance_limit"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    asset: Mapped[str]
    number: Mapped[int]
    per_case: Mapped[int] = mapped_column(BaseUnits)
    in_total: Mapped[int] = mapped_column(BaseUnits)
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("per_case <= in_total", name="one_is_not_above_all"),
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="approved_by_another"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approval_is_whole"),
        Index("uq_advance_limit_number", "network", "asset", "number", unique=True),
    )


class Advance(Base):
    """An advance of one case: approved, then paid, then paid back or written off; or dropped before it was paid.

    A case has at most one that was not dropped. ``due_at``: by when the coins should be there.
    """

    __tablename__ = "advance"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    network: Mapped[str]
    asset: Mapped[str]
    amount: Mapped[int] = mapped_column(BaseUnits)
    state: Mapped[str]
    proposed_by: Mapped[uuid.UUID]
    approved_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime]
    write_off_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_positive"),
        CheckConstraint("state IN ('approved', 'paid', 'repaid', 'written_off', 'dropped')", name="state_is_known"),
        CheckConstraint("approved_by <> proposed_by", name="approved_by_another"),
        CheckConstraint("(state IN ('approved', 'paid')) = (ended_at IS NULL)", name="end_has_its_time"),
        Index("uq_advance_case", "case_id", unique=True, postgresql_where=text("state <> 'dropped'")),
        Index("ix_advance_open", "network", "asset", postgresql_where=text("state IN ('approved', 'paid')")),
    )
