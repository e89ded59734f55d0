"""Unsigned plans (sweep and refund) and their steps. Who signed them off stands in :mod:`recovery.models.sign_off`."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class Plan(Base):
    """What shall move, exactly, for one case or several. ``payload`` is the canonical JSON whose SHA-256 is ``digest``.

    ``state``: drafted → released (with nonces, at the signer) → recorded (signed bytes stored) → confirmed, or dead
    (failed for good on the chain for every case), or void (rejected before release).
    """

    __tablename__ = "plan"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    network: Mapped[str]
    state: Mapped[str]
    payload: Mapped[str]
    digest: Mapped[str]
    prepared_by: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("kind IN ('sweep', 'refund')", name="kind_is_known"),
        CheckConstraint(
            "state IN ('drafted', 'released', 'recorded', 'confirmed', 'dead', 'void')", name="state_is_known"
        ),
        UniqueConstraint("id", "digest", "prepared_by"),
        UniqueConstraint("id", "kind"),
        Index("ix_plan_state", "state", "at"),
    )


class PlanCase(Base):
    """One case's part of a plan: ``amount`` leaves where its coins lie, ``arrives`` of it reach the destination.

    ``place`` is its place among the coins of the plan. ``state``: open → confirmed, dead or void, each case for itself; a
    confirmed refund that did not stay paid is returned. At most one part per case and kind is open or confirmed: a case is never
    swept or paid twice. ``cost`` is its share of what the network took, in base units of the native coin, known at the end.
    """

    __tablename__ = "plan_case"

    plan_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), primary_key=True)
    kind: Mapped[str]
    place: Mapped[int]
    round: Mapped[int]
    amount: Mapped[int] = mapped_column(BaseUnits)
    arrives: Mapped[int] = mapped_column(BaseUnits)
    quote_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quote.id"))
    state: Mapped[str] = mapped_column(default="open")
    cost: Mapped[int | None] = mapped_column(BaseUnits)

    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "kind"], ["plan.id", "plan.kind"], name="fk_plan_case_plan"),
        CheckConstraint("state IN ('open', 'confirmed', 'dead', 'void', 'returned')", name="state_is_known"),
        CheckConstraint("amount > 0 AND arrives > 0 AND arrives <= amount", name="amounts_make_sense"),
        UniqueConstraint("case_id", "kind", "round"),
        UniqueConstraint("plan_id", "place"),
        Index(
            "uq_plan_case_current",
            "case_id",
            "kind",
            unique=True,
            postgresql_where=text("state IN ('open', 'confirmed')"),
        ),
    )


class RefundReturn(Base):
    """A refund that did not stay paid, and the movement that shows it; each movement counts once.

    For a refund the chain took back ``position`` is the number of the time it did.

    ``why``: reorganised (the chain took the refund itself back) or bounced (its coins came back to us).
    """

    __tablename__ = "refund_return"

    network: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[str] = mapped_column(primary_key=True)
    plan_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    why: Mapped[str]
    amount: Mapped[int] = mapped_column(BaseUnits)
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(
            ["plan_id", "case_id"], ["plan_case.plan_id", "plan_case.case_id"], name="fk_refund_return_part"
        ),
        CheckConstraint("why IN ('reorganised', 'bounced')", name="why_is_known"),
    )


class PlanStep(Base):
    """One transaction of a released plan. A nonce of a sender is promised to one step only, unless it is abandoned.

    A step of a dead plan is ``abandoned`` when it was never mined; its nonce is used again by the next plan, so the
    chain itself admits only one of the two. The next plan's step can even be the same transaction, with the same hash.
    ``mined_hash`` names what the chain took in the end: the step's own ``hash``, or that of one of its replacements.
    Families without nonces have their outputs in :class:`PlanInput`.
    """

    __tablename__ = "plan_step"

    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    network: Mapped[str]
    sender: Mapped[str]
    nonce: Mapped[int | None]
    unsigned: Mapped[dict[str, Any]]
    signed: Mapped[str | None]
    hash: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="waiting")
    cost: Mapped[int | None] = mapped_column(BaseUnits)
    mined_hash: Mapped[str | None]

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


class StepReplacement(Base):
    """The same movement as a recorded step, with its nonce or inputs, at a higher fee. The chain admits one of them all.

    ``number`` counts within the plan. The database refuses one that is not that step dearer, one beside another whose bytes
    are still to come, and any change of bytes once they are there.
    """

    __tablename__ = "step_replacement"

    plan_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    index: Mapped[int]
    unsigned: Mapped[dict[str, Any]]
    signed: Mapped[str | None]
    hash: Mapped[str | None]
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(
            ["plan_id", "index"], ["plan_step.plan_id", "plan_step.index"], name="fk_step_replacement_step"
        ),
        Index("ix_step_replacement_step", "plan_id", "index"),
        CheckConstraint("(signed IS NULL) = (hash IS NULL)", name="signed_has_hash"),
        CheckConstraint("number > 0", name="number_counts"),
    )


class PlanInput(Base):
    """An output a plan spends, reserved from its drafting on: while it is held no other plan may spend it."""

    __tablename__ = "plan_input"

    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    outpoint: Mapped[str] = mapped_column(primary_key=True)
    network: Mapped[str]
    held: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (Index("uq_plan_input_held", "network", "outpoint", unique=True, postgresql_where=text("held")),)
