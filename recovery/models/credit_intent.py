"""Credits as the exchange's ledger is asked for them, what it answered, and the notices it sent."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class CreditIntent(Base):
    """One leg that an account shall be credited with. ``id`` follows from case, leg and attempt, so that it is the same for ever.

    ``payload`` is what the ledger is told, the same bytes each time; it never changes. ``state``: open → confirmed or refused. Of
    a leg at most one intent is not refused, so no leg is credited twice.
    """

    __tablename__ = "credit_intent"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    attempt: Mapped[int]
    network: Mapped[str]
    contract: Mapped[str] = mapped_column(default="")
    asset: Mapped[str]
    hash: Mapped[str]
    position: Mapped[str]
    account: Mapped[str]
    amount: Mapped[int] = mapped_column(BaseUnits)
    payload: Mapped[str]
    state: Mapped[str]
    external_id: Mapped[str | None]
    answer_sha256: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    answered_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("case_id", "network", "hash", "position", "attempt"),
        CheckConstraint("state IN ('open', 'confirmed', 'refused')", name="state_is_known"),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answer_has_its_time"),
        CheckConstraint("(answered_at IS NULL) = (answer_sha256 IS NULL)", name="answer_has_its_digest"),
        CheckConstraint("amount > 0", name="amount_is_positive"),
        Index(
            "uq_credit_intent_leg",
            "network",
            "hash",
            "position",
            unique=True,
            postgresql_where=text("state <> 'refused'"),
        ),
        Index(
            "uq_credit_intent_external", "external_id", unique=True, postgresql_where=text("external_id IS NOT NULL")
        ),
        Index("ix_credit_intent_state", "state", "created_at", "id"),
    )


class CreditAnswer(Base):
    """One answer of the ledger about an intent, as it was heard; also those that changed nothing."""

    __tablename__ = "credit_answer"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    intent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("credit_intent.id"), index=True)
    verdict: Mapped[str]
    said: Mapped[str]
    sha256: Mapped[str]
    by: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint(
            "verdict IN ('confirmed', 'refused', 'differs', 'conflict', 'on_hold')", name="verdict_is_known"
        ),
        UniqueConstraint("intent_id", "verdict", "sha256"),
    )


class LedgerNotice(Base):
    """A signed notice of the exchange's ledger, once by its id. It only made us ask."""

    __tablename__ = "ledger_notice"

    id: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    intent_id: Mapped[uuid.UUID | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
