"""What reconciliations found, and what wallets held before the ledger knew them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base


class Reconciliation(Base):
    """One comparison of chain, ledger and cases. ``blocks``: by network, the final block asked about last, or why none was."""

    __tablename__ = "reconciliation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str] = mapped_column(default="")
    blocks: Mapped[dict[str, Any]]
    lines: Mapped[int]
    unexplained: Mapped[int]
    unknown: Mapped[int]
    sha256: Mapped[str]
    by: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("ix_reconciliation_at", "at"),)


class ReconciliationLine(Base):
    """One line of one comparison, as it was told."""

    __tablename__ = "reconciliation_line"

    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reconciliation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    body: Mapped[dict[str, Any]]

    __table_args__ = (
        CheckConstraint("status IN ('equal', 'explained', 'unexplained', 'unknown')", name="status_is_known"),
    )


class WalletOpening(Base):
    """What a place held beside the ledger: at its beginning, or added or taken later. Signed; two people, then never changed."""

    __tablename__ = "wallet_opening"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    asset: Mapped[str]
    place: Mapped[str]
    amount: Mapped[Any] = mapped_column(Numeric(79, 0))
    reason: Mapped[str]
    drafted_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    signed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("place IN ('wallet', 'tank')", name="place_is_known"),
        CheckConstraint("amount <> 0", name="is_something"),
        CheckConstraint("signed_by IS NULL OR signed_by <> drafted_by", name="signed_by_another"),
        CheckConstraint("(signed_by IS NULL) = (signed_at IS NULL)", name="signature_is_whole"),
        Index("ix_wallet_opening_place", "network", "asset", "place", postgresql_where=text("signed_at IS NOT NULL")),
    )
