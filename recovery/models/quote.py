"""Quotes that never change once offered, what was seen when one was accepted, and disagreement with one."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class Quote(Base):
    """What the depositor is asked to accept: gross = what the token keeps + fee + network cost + net, in base units of the asset.

    ``inputs`` are the facts it was worked out from, so that it can be worked out again under its version of the policy;
    ``price_snapshot_id`` is the price it was made with.
    ``made_by`` is whose conclusion it rests on, also where the machine made it in place of the one it ``replaces``; ``why``
    says for what reason.
    """

    __tablename__ = "quote"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    number: Mapped[int]
    state: Mapped[str]
    asset: Mapped[str]
    contract: Mapped[str | None]
    symbol: Mapped[str | None]
    decimals: Mapped[int | None]
    gross: Mapped[int] = mapped_column(BaseUnits)
    token_keeps: Mapped[int] = mapped_column(BaseUnits, server_default="0")
    fee: Mapped[int] = mapped_column(BaseUnits)
    network_cost: Mapped[int] = mapped_column(BaseUnits)
    net: Mapped[int] = mapped_column(BaseUnits)
    lines: Mapped[list[Any]]
    policy_version: Mapped[int] = mapped_column(ForeignKey("fee_policy.version"))
    price_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("asset_price.id"))
    digest: Mapped[str]
    offered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    destination: Mapped[str | None]
    price_snapshot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("price_snapshot.id"))
    inputs: Mapped[dict[str, Any] | None]
    made_by: Mapped[uuid.UUID | None]
    why: Mapped[str] = mapped_column(server_default="offered")
    replaces: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("quote.id"))

    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint("gross = token_keeps + fee + network_cost + net", name="lines_add_up"),
        CheckConstraint("net > 0", name="net_is_positive"),
        CheckConstraint("state IN ('offered', 'accepted', 'expired', 'superseded')", name="state_is_known"),
        CheckConstraint("(state = 'accepted') = (accepted_at IS NOT NULL)", name="acceptance_is_whole"),
        CheckConstraint("(accepted_at IS NULL) = (destination IS NULL)", name="destination_with_acceptance"),
        CheckConstraint("accepted_at IS NULL OR accepted_at < expires_at", name="accepted_in_time"),
        CheckConstraint("why IN ('offered', 'market_moved')", name="why_is_known"),
        CheckConstraint("(why = 'market_moved') = (replaces IS NOT NULL)", name="replacement_names_the_replaced"),
        Index("ix_quote_destination", "destination", postgresql_where=text("destination IS NOT NULL")),
        Index("uq_quote_accepted", "case_id", unique=True, postgresql_where=text("state = 'accepted'")),
        Index("uq_quote_offered", "case_id", unique=True, postgresql_where=text("state = 'offered'")),
    )


class Consent(Base):
    """What was on the screen when a quote was accepted. ``content`` is the whole record, ``sha256`` the digest of its
    canonical form, which the event of the acceptance carries."""

    __tablename__ = "consent"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    quote_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quote.id"), unique=True)
    actor_id: Mapped[uuid.UUID]
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_is_whole"),
        Index("ix_consent_case", "case_id"),
    )


class Contest(Base):
    """A depositor's disagreement with a quote: once in a case, answered once, by somebody else than who made the quote.

    ``reason`` and ``answer`` are the commitments of the texts.
    """

    __tablename__ = "contest"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), unique=True)
    quote_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quote.id"))
    quoted_by: Mapped[uuid.UUID | None]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    answered_by: Mapped[uuid.UUID | None]
    answered_at: Mapped[datetime | None]
    finding: Mapped[str | None]
    answer: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("answered_by IS NULL OR answered_by IS DISTINCT FROM quoted_by", name="answered_by_another"),
        CheckConstraint("num_nulls(answered_by, answered_at, finding, answer) IN (0, 4)", name="answer_is_whole"),
        CheckConstraint("finding IN ('upheld', 'changed')", name="finding_is_known"),
    )
