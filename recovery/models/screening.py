"""Screening: lists of sanctioned addresses, what providers said of each case, and signs of fraud. Nothing is rewritten."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class ScreeningList(Base):
    """One import of a list. The newest of a name is in force; ``sha256`` is of the file."""

    __tablename__ = "screening_list"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    number: Mapped[int]
    version: Mapped[str]
    sha256: Mapped[str]
    entries: Mapped[int]
    loaded_by: Mapped[uuid.UUID]
    loaded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("name", "number"),
        CheckConstraint("length(sha256) = 64", name="sha256_is_whole"),
    )


class ScreeningEntry(Base):
    """One address of a list in canonical form; an empty ``network`` means any."""

    __tablename__ = "screening_entry"

    list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("screening_list.id"), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    network: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]

    __table_args__ = (Index("ix_screening_entry_address", "address"),)


class Screening(Base):
    """What one provider said of one subject of a case. Rows of one ``round`` were asked together.

    ``address`` is empty where the transaction names no single sender. ``answer`` is the provider's word, ``sha256`` its digest.
    """

    __tablename__ = "screening"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    round: Mapped[uuid.UUID]
    gate: Mapped[str]
    role: Mapped[str]
    network: Mapped[str]
    address: Mapped[str]
    account: Mapped[str]
    asset: Mapped[str]
    amount: Mapped[int] = mapped_column(BaseUnits)
    verdict: Mapped[str]
    provider: Mapped[str]
    list_version: Mapped[str]
    reasons: Mapped[list[Any]]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str | None]
    asked_at: Mapped[datetime]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("gate IN ('intake', 'sweep', 'pay')", name="gate_is_known"),
        CheckConstraint("role IN ('source', 'destination')", name="role_is_known"),
        CheckConstraint("verdict IN ('clear', 'unknown', 'hold', 'sanctioned')", name="verdict_is_known"),
        CheckConstraint("(answer IS NULL) = (sha256 IS NULL)", name="answer_has_its_digest"),
        Index("ix_screening_case", "case_id", "at"),
        Index("ix_screening_sanctioned", "case_id", "at", postgresql_where=text("verdict = 'sanctioned'")),
    )


class FraudSignal(Base):
    """A sign of fraud on a case, once for each reason, with what it was seen by. For the desk alone."""

    __tablename__ = "fraud_signal"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    strength: Mapped[int]
    evidence: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (CheckConstraint("strength BETWEEN 1 AND 3", name="strength_is_known"),)
