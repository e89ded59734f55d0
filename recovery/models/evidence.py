"""What nodes said, word for word, and what was concluded from it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class Evidence(Base):
    """One exchange with a node, verbatim. ``look`` numbers the times this case was looked at."""

    __tablename__ = "evidence"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    look: Mapped[int]
    purpose: Mapped[str]
    network: Mapped[str]
    hash: Mapped[str]
    node: Mapped[str]
    interface: Mapped[str | None]
    http_status: Mapped[int | None]
    request: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    asked_at: Mapped[datetime]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_is_whole"),
        Index("ix_evidence_case", "case_id", "look"),
    )


class Diagnosis(Base):
    """A finding with its trace of checks. ``number`` counts within the case; the last one is in force.

    ``transaction``, ``books``, ``survey`` and ``policy_version`` are what it was made from: with them and
    the rules it can be made again. Empty where no node was asked.
    """

    __tablename__ = "diagnosis"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    number: Mapped[int]
    look: Mapped[int]
    rules_version: Mapped[str]
    cause: Mapped[str | None]
    outcome: Mapped[list[Any]]
    findings: Mapped[list[Any]]
    conditions: Mapped[list[Any]]
    legs: Mapped[list[Any]]
    checks: Mapped[list[Any]]
    transaction: Mapped[dict[str, Any] | None]
    books: Mapped[dict[str, Any] | None]
    survey: Mapped[dict[str, Any] | None]
    policy_version: Mapped[int | None]
    confidence: Mapped[str] = mapped_column(server_default=text("'certain'"))
    unanswered: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (UniqueConstraint("case_id", "number"),)


class AssetProbe(Base):
    """What the token and the chain said about sweeping this leg: names, the coins still there, a trial run, its cost.

    ``token_keeps`` is what the token itself keeps of the transfer, in base units of the asset.
    """

    __tablename__ = "asset_probe"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), index=True)
    ok: Mapped[bool]
    problem: Mapped[str | None]
    symbol: Mapped[str | None]
    decimals: Mapped[int | None]
    balance: Mapped[int | None] = mapped_column(BaseUnits)
    network_cost: Mapped[int | None] = mapped_column(BaseUnits)
    token_keeps: Mapped[int | None] = mapped_column(BaseUnits)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
