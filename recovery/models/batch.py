"""Batches: cases of one asset whose coins are swept together, so that they share what the network takes."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class SweepBatch(Base):
    """Cases of one asset on one network to be swept in one plan. ``contract`` is empty for the native coin.

    ``cost`` is what the sweep of all of them was foreseen to cost, in base units of the native coin, when quotes were offered.
    """

    __tablename__ = "sweep_batch"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    contract: Mapped[str]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    cost: Mapped[int | None] = mapped_column(BaseUnits)

    __table_args__ = (Index("ix_sweep_batch_made_at", "made_at"),)


class BatchMember(Base):
    """A case of a batch, with its share of the foreseen cost. A case is in one batch at a time."""

    __tablename__ = "batch_member"

    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sweep_batch.id"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), primary_key=True)
    share: Mapped[int | None] = mapped_column(BaseUnits)
    joined_at: Mapped[datetime] = mapped_column(server_default=func.now())
    left_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("share >= 0", name="share_is_no_debt"),
        Index("uq_batch_member_case", "case_id", unique=True, postgresql_where=text("left_at IS NULL")),
    )
