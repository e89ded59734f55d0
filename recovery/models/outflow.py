"""Wallets of ours whose outgoing transactions are counted, and how far they are accounted for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base


class WatchedWallet(Base):
    """One wallet. ``counted`` transactions of it are accounted for: known before the watch began, ours, or rung for.

    ``looked_at`` is when the chain last told; ``trouble`` is the code of why it did not since.
    """

    __tablename__ = "watched_wallet"

    network: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    counted: Mapped[int | None]
    looked_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("counted >= 0", name="counts_up"),
        CheckConstraint("(counted IS NULL) = (looked_at IS NULL)", name="counted_when_looked_at"),
    )
