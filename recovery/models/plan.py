"""Unsigned plans (sweep and refund) and their steps. Who signed them off stands in :mod:`recovery.models.sign_off`."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class Plan(Base):
    """What shall move, exactly. ``payload`` is the canonical JSON whose SHA-256 is ``digest``.

    ``state``: drafted → released (with nonces, at the signer) → recorded (signed bytes stored) → confirmed, or dead
    (failed for good on the chain), or void (rejected before release). At most one per case and kind is neither dead
    nor void.
    """

    __tablename__ = "plan"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    kind: Mapped[str]
    round: Mapped[int]
    network: Mapped[str]
    state: Mapped[str]
    payload: Mapped[str]
    digest: Mapped[str]
    prepared_by: Mapped[uuid.UUID]
    quote_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quote.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("kind IN ('sweep', 'refund')", name="kind_is_known"),
        CheckConstraint(
            "state IN ('drafted', 'released', 'recorded', 'confirmed', 'dead', 'void')", name="state_is_known"
        ),
        UniqueConstraint("id", "digest", "prepared_by"),
        UniqueConstraint("case_id", "kind", "round"),
        Index(
            "uq_plan_current",
            "case_id",
            "kind",
            unique=True,
            postgresql_where=text("state NOT IN ('dead', 'void')"),
        ),
        Index("ix_plan_state", "state", "at"),
    )


class PlanStep(Base):
    """One transaction of a released plan. A nonce of a sender is promised to one step only, unless its plan is dead.

    A step of a dead plan is ``abandoned`` when it was never mined; its nonce is used again by the next plan, so the
    chain itself admits only one of the two. The next plan's step can even be the same transaction, with the same hash.
    """

    __tablename__ = "plan_step"

    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    network: Mapped[str]
    sender: Mapped[str]
    nonce: Mapped[int]
    unsigned: Mapped[dict[str, Any]]
    signed: Mapped[str | None]
    hash: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="waiting")
    cost: Mapped[int | None] = mapped_column(BaseUnits)

    __table_args__ = (
        Index(
            "uq_plan_step_nonce",
            "network",
            "sender",
            "nonce",
            unique=True,
            postgresql_where=text("state <> 'abandoned'"),
        ),
        Index(
            "uq_plan_step_hash",
            "network",
            "hash",
            unique=True,
            postgresql_where=text("hash IS NOT NULL AND state <> 'abandoned'"),
        ),
        CheckConstraint("state IN ('waiting', 'signed', 'final', 'failed', 'abandoned')", name="state_is_known"),
        CheckConstraint("(signed IS NULL) = (hash IS NULL)", name="signed_has_hash"),
    )
