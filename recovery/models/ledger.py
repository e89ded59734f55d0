"""Double-entry books: the chart, postings that hold both sides, snapshots of balances, closed months, corrections.

Triggers of the database see to what a constraint cannot say: a posting of a closed month is refused, a reversal is the
exact mirror of its original, nobody is paid more than is owed, and a case with open balances cannot close.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits

Balance = Numeric(100, 0)
"""Debits less credits over many postings: below zero for what we owe, and longer than one amount can be."""


class LedgerAccount(Base):
    """One line of the chart of accounts. ``kind`` is asset, liability, income, expense or clearing."""

    __tablename__ = "ledger_account"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]

    __table_args__ = (
        CheckConstraint("kind IN ('asset', 'liability', 'income', 'expense', 'clearing')", name="kind_is_known"),
    )


class Posting(Base):
    """Value moving from one account to another, in one row, so it cannot be unbalanced. Never changed, only reversed.

    ``number`` grows in an order in which a snapshot can be taken: the database gives it out behind the ledger's gate.
    """

    __tablename__ = "posting"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(server_default=FetchedValue(), unique=True)
    case_id: Mapped[uuid.UUID]
    seq: Mapped[int]
    kind: Mapped[str]
    leg: Mapped[str]
    debit: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"))
    credit: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"))
    network: Mapped[str]
    asset: Mapped[str]
    amount: Mapped[int] = mapped_column(BaseUnits)
    reverses: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("posting.id"), unique=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(["case_id", "seq"], ["case_event.case_id", "case_event.seq"]),
        UniqueConstraint("case_id", "kind", "leg"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        CheckConstraint("amount > 0", name="amount_is_positive"),
        Index("ix_posting_asset", "network", "asset"),
        Index("ix_posting_at", "at"),
    )


class LedgerGate(Base):
    """One row. Whoever posts holds it shared until the end of the unit of work; a snapshot and a closing hold it alone.

    So they never hold each other up among themselves, and whoever holds it alone knows that no posting is half written.
    """

    __tablename__ = "ledger_gate"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    closed_until: Mapped[datetime]

    __table_args__ = (CheckConstraint("id = 1", name="there_is_one"),)


class LedgerSnapshot(Base):
    """The balances over all postings up to a number, which can no longer change. ``latest_at`` is the newest time of those."""

    __tablename__ = "ledger_snapshot"

    upto: Mapped[int] = mapped_column(primary_key=True)
    postings: Mapped[int]
    latest_at: Mapped[datetime]
    taken_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SnapshotBalance(Base):
    """What an account holds of an asset in a snapshot: debits less credits."""

    __tablename__ = "snapshot_balance"

    upto: Mapped[int] = mapped_column(ForeignKey("ledger_snapshot.upto"), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"), primary_key=True)
    network: Mapped[str] = mapped_column(primary_key=True)
    asset: Mapped[str] = mapped_column(primary_key=True)
    balance: Mapped[int] = mapped_column(Balance)


class LedgerPeriod(Base):
    """A month (UTC) that one person proposed to close and another closed. ``trial`` are the balances at its end.

    ``reconciled`` says per asset whether chain, books and cases agreed when it was proposed.
    """

    __tablename__ = "ledger_period"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    trial: Mapped[list[Any]]
    digest: Mapped[str]
    reconciled: Mapped[dict[str, Any]]
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="takes_time"),
        CheckConstraint("closed_by IS NULL OR closed_by <> proposed_by", name="closed_by_another"),
        CheckConstraint("(closed_by IS NULL) = (closed_at IS NULL)", name="closing_is_whole"),
        Index("uq_ledger_period_closed", "starts_at", unique=True, postgresql_where=text("closed_at IS NOT NULL")),
    )


class Correction(Base):
    """A posting that one person found wrong: reversed, and replaced where ``instead_*`` is given, once another one agreed.

    At most one of a posting is proposed or approved. ``reason`` is the commitment to a message of the case.
    """

    __tablename__ = "correction"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), index=True)
    posting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("posting.id"))
    instead_debit: Mapped[str | None] = mapped_column(ForeignKey("ledger_account.code"))
    instead_credit: Mapped[str | None] = mapped_column(ForeignKey("ledger_account.code"))
    instead_amount: Mapped[int | None] = mapped_column(BaseUnits)
    reason: Mapped[str]
    state: Mapped[str]
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'approved', 'rejected')", name="state_is_known"),
        CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name="decision_is_whole"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decision_has_its_time"),
        CheckConstraint("state <> 'approved' OR decided_by <> proposed_by", name="approved_by_another"),
        CheckConstraint(
            "(instead_debit IS NULL) = (instead_credit IS NULL) AND (instead_debit IS NULL) = (instead_amount IS NULL)",
            name="replacement_is_whole",
        ),
        Index(
            "uq_correction_posting",
            "posting_id",
            unique=True,
            postgresql_where=text("state IN ('proposed', 'approved')"),
        ),
    )
