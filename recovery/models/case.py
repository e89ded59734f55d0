"""The case, its append-only history, the claim on a transfer leg, and what people wrote to each other."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class RecoveryCase(Base):
    """One matter from report to closing. ``state`` is set by ``services.transitions`` alone."""

    __tablename__ = "recovery_case"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    workflow: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column()
    head_hash: Mapped[str]
    depositor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    account: Mapped[str]
    reference: Mapped[str]
    hash: Mapped[str]
    network: Mapped[str | None]
    named_network: Mapped[str | None]
    cause: Mapped[str | None]
    reason: Mapped[str | None]
    assignee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    round: Mapped[int] = mapped_column(default=0)
    looks: Mapped[int] = mapped_column(default=0)
    next_look_at: Mapped[datetime | None]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}
    __table_args__ = (
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        Index(
            "uq_recovery_case_open_hash",
            "depositor_id",
            "hash",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_recovery_case_queue", "state", "changed_at", "id", postgresql_where=text("closed_at IS NULL")),
        Index(
            "ix_recovery_case_assignee",
            *("assignee_id", "changed_at", "id"),
            postgresql_where=text("closed_at IS NULL AND assignee_id IS NOT NULL"),
        ),
        Index("ix_recovery_case_depositor", "depositor_id", "opened_at", "id"),
        Index("ix_recovery_case_opened", "opened_at", "id"),
        Index("ix_recovery_case_open", "opened_at", "id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_recovery_case_closed", "opened_at", "id", postgresql_where=text("closed_at IS NOT NULL")),
        Index("ix_recovery_case_hash", "hash"),
        Index("ix_recovery_case_account", "account", "opened_at"),
    )


class CaseEvent(Base):
    """One move of one case, hash-chained. ``body`` is the canonical JSON the hash was taken over; never re-serialised."""

    __tablename__ = "case_event"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(unique=True)
    name: Mapped[str]
    actor_id: Mapped[uuid.UUID]
    body: Mapped[str]
    prev_hash: Mapped[str]
    hash: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("length(hash) = 64", name="hash_is_sha256"),
        Index("ix_case_event_at", "at", "case_id", "seq"),
    )


class Claim(Base):
    """One transfer leg, claimed by one case. Unique while not released, so a leg is recovered once."""

    __tablename__ = "claim"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    hash: Mapped[str]
    position: Mapped[str]
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), index=True)
    contract: Mapped[str | None]
    asset: Mapped[str]
    symbol: Mapped[str | None]
    decimals: Mapped[int | None]
    amount: Mapped[int] = mapped_column(BaseUnits)
    sender: Mapped[str | None]
    recipient: Mapped[str]
    claimed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    released_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_positive"),
        Index("ix_claim_sender", "network", "sender"),
        Index("ix_claim_contract", "network", "contract"),
        Index(
            "uq_claim_leg",
            "network",
            "hash",
            "position",
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
    )


class Message(Base):
    """What the depositor and the desk wrote. The history holds only ``commitment``: SHA-256 of salt and text."""

    __tablename__ = "message"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), index=True)
    author_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    body: Mapped[str]
    salt: Mapped[str]
    commitment: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("case_id", "commitment"),
        CheckConstraint("kind IN ('appeal', 'question', 'answer', 'note', 'reason', 'decision')", name="kind_is_known"),
    )
