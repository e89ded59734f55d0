"""Double-entry books: the chart, and postings that hold both sides."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class LedgerAccount(Base):
    """One line of the chart of accounts. ``kind`` is asset, liability, income or expense."""

    __tablename__ = "ledger_account"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]

    __table_args__ = (CheckConstraint("kind IN ('asset', 'liability', 'income', 'expense')", name="kind_is_known"),)


class Posting(Base):
    """Value moving from one account to another, in one row, so it cannot be unbalanced. Never changed, only reversed."""

    __tablename__ = "posting"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID]
    seq: Mapped[int]
    kind: Mapped[str]
    leg: Mapped[str]
    debit: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"))
    credit: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"))
    network: Mapped[str]
    asset: Mapped[str]
    amount: Mapped[int] = mapped_column(BaseUnits)
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(["case_id", "seq"], ["case_event.case_id", "case_event.seq"]),
        UniqueConstraint("case_id", "kind", "leg"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        CheckConstraint("amount > 0", name="amount_is_positive"),
        Index("ix_posting_asset", "network", "asset"),
    )
