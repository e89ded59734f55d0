"""What a catch-all scan of a chain saw, how far it is, and who looked at what nobody has claimed."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class SeenTransfer(Base):
    """One leg to an address of ours, whenever that was ours. It moves nothing: what is owed to whom, a case decides.

    ``contract`` is empty for the native coin. ``block_at`` is when it was paid, empty where the chain does not tell.
    """

    __tablename__ = "seen_transfer"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    hash: Mapped[str]
    position: Mapped[str]
    sender: Mapped[str | None]
    recipient: Mapped[str]
    memo: Mapped[str | None]
    contract: Mapped[str] = mapped_column(default="")
    amount: Mapped[int] = mapped_column(BaseUnits)
    height: Mapped[int]
    block_hash: Mapped[str]
    block_at: Mapped[datetime | None]
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recovery_case.id"), index=True)

    __table_args__ = (
        UniqueConstraint("network", "hash", "position"),
        Index("ix_seen_transfer_height", "network", "height"),
        Index("ix_seen_transfer_unclaimed", "seen_at", "id", postgresql_where=text("case_id IS NULL")),
    )


class ScanCursor(Base):
    """How far the scan of one network is; a network without a row, or one that is not ``running``, is not scanned.

    ``next_height`` is the first block not scanned yet and ``last_hash`` the hash of the one before it, empty when that was not
    scanned. A leg that is not credited ``open_after_hours`` after it was seen opens a case by itself; never when that is empty.
    """

    __tablename__ = "scan_cursor"

    network: Mapped[str] = mapped_column(primary_key=True)
    next_height: Mapped[int]
    last_hash: Mapped[str] = mapped_column(default="")
    running: Mapped[bool]
    open_after_hours: Mapped[int | None]
    trouble: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("next_height >= 0", name="height_is_no_debt"),
        CheckConstraint("open_after_hours >= 0", name="waits_forward"),
    )


class PoolLook(Base):
    """Somebody looked at what nobody has claimed: who, when, which network (empty: all), how many rows were shown."""

    __tablename__ = "pool_look"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID]
    network: Mapped[str] = mapped_column(default="")
    rows: Mapped[int]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("ix_pool_look_person", "person_id", "at"),)
