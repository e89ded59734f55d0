"""Proof of ownership: challenges, test transfers, documents, and what came of each proof (append-only)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func, text as sql
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits

SUBJECTS = "subject IN ('source', 'destination', 'memo')"


class OwnershipChallenge(Base):
    """A text to sign, good once and for a day. ``address`` is what must be proven, ``domain`` the host that asks.

    A newer challenge voids this one."""

    __tablename__ = "ownership_challenge"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    network: Mapped[str]
    address: Mapped[str]
    subject: Mapped[str]
    method: Mapped[str]
    nonce: Mapped[str]
    domain: Mapped[str]
    text: Mapped[str]
    payload: Mapped[dict[str, Any]]
    issued_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(SUBJECTS, name="subject_is_known"),
        CheckConstraint("nonce ~ '^[0-9a-f]{64}$'", name="nonce_is_32_bytes"),
        CheckConstraint("used_at IS NULL OR voided_at IS NULL", name="used_or_voided"),
        Index(
            "uq_ownership_challenge_open",
            "case_id",
            unique=True,
            postgresql_where=sql("used_at IS NULL AND voided_at IS NULL"),
        ),
    )


class TestTransfer(Base):
    """An exact odd amount to be sent from ``sender`` to an address of the claimant's own at the exchange.

    ``contract`` is empty for the native coin, ``memo`` where the recipient needs none. ``hash`` is what the claimant says
    it was; ``position`` the leg that fits. Closed when it was seen, replaced or let go.
    """

    __tablename__ = "test_transfer"
    __test__ = False  # no test, whatever its name says

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    network: Mapped[str]
    contract: Mapped[str] = mapped_column(default="")
    symbol: Mapped[str]
    decimals: Mapped[int]
    sender: Mapped[str]
    recipient: Mapped[str]
    memo: Mapped[str] = mapped_column(default="")
    amount: Mapped[int] = mapped_column(BaseUnits)
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    hash: Mapped[str | None]
    told_at: Mapped[datetime | None]
    position: Mapped[str | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_positive"),
        Index(
            "uq_test_transfer_amount",
            *("network", "contract", "amount"),
            unique=True,
            postgresql_where=sql("closed_at IS NULL"),
        ),
        Index("uq_test_transfer_open", "case_id", unique=True, postgresql_where=sql("closed_at IS NULL")),
    )


class ProofDocument(Base):
    """A file somebody handed in. It is never opened or shown here, only downloaded; ``quarantined`` says so."""

    __tablename__ = "proof_document"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    quarantined: Mapped[bool] = mapped_column(default=True)
    uploaded_by: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_is_whole"),
        CheckConstraint("size = octet_length(body)", name="size_is_of_the_body"),
        Index("uq_proof_document_file", "case_id", "sha256", unique=True),
    )


class OwnershipProof(Base):
    """One proof as it was given and what came of it. ``verdict`` is null while only the network can tell.

    ``hash`` is the transaction the proof is about. A later row for the same challenge or transfer says what the network
    told. ``checked_at`` is the block number at which a contract was asked; ``strength`` is ``strong`` or ``weak``;
    ``judged_by`` is who looked, the system's id for a check.
    """

    __tablename__ = "ownership_proof"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    challenge_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("ownership_challenge.id"))
    transfer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("test_transfer.id"))
    subject: Mapped[str]
    network: Mapped[str]
    hash: Mapped[str]
    address: Mapped[str]
    memo: Mapped[str] = mapped_column(default="")
    method: Mapped[str]
    strength: Mapped[str]
    signature: Mapped[str | None]
    public_key: Mapped[str | None]
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    verdict: Mapped[bool | None]
    why: Mapped[str]
    checked_at: Mapped[int | None]
    judged_by: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint(SUBJECTS, name="subject_is_known"),
        CheckConstraint("strength IN ('weak', 'strong')", name="strength_is_known"),
        Index("ix_ownership_proof_case", "case_id", "at"),
        Index("ix_ownership_proof_signature", "signature", postgresql_using="hash"),
    )
