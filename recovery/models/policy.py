"""Policies as versioned data: each version drafted by one person and activated by another, and never changed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base


class Drafted:
    """What every kind of policy has beside its content."""

    version: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str]
    drafted_by: Mapped[uuid.UUID]
    drafted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    activated_by: Mapped[uuid.UUID | None]
    activated_at: Mapped[datetime | None]


def _activation() -> tuple[CheckConstraint, CheckConstraint]:
    return (
        CheckConstraint("activated_by IS NULL OR activated_by <> drafted_by", name="activated_by_another"),
        CheckConstraint("(activated_by IS NULL) = (activated_at IS NULL)", name="activation_is_whole"),
    )


class FeePolicy(Drafted, Base):
    """One version of the ordered fee rules. The newest active version that has begun quotes; old quotes keep theirs.

    ``effective_from`` is that of the document; empty: from its activation on.
    """

    __tablename__ = "fee_policy"
    __table_args__ = _activation()

    document: Mapped[dict[str, Any]]
    effective_from: Mapped[datetime | None]


class FeeTrial(Base):
    """One trial of a version on past quotes, and on open cases that have none yet: what would have been otherwise.

    ``engine``: by which way of calculating. Empty ``since``: over all history. ``changed``: quotes that would say another
    amount; ``refused``: that would not have been made; ``possible``: cases without a quote that would get one; ``failed``:
    quotes that no longer come out as they were, or were made before their facts were kept.
    """

    __tablename__ = "fee_trial"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("fee_policy.version"))
    engine: Mapped[int]
    since: Mapped[datetime | None]
    quotes: Mapped[int]
    changed: Mapped[int]
    refused: Mapped[int]
    possible: Mapped[int]
    failed: Mapped[int]
    summary: Mapped[dict[str, Any]]
    by: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("ix_fee_trial_version", "version", "at"),)


class CausePolicyVersion(Drafted, Base):
    """One version of what follows from each cause. Version 1 is built in and stands in no row."""

    __tablename__ = "cause_policy"
    __table_args__ = (*_activation(), CheckConstraint("version > 1", name="first_version_is_built_in"))

    document: Mapped[dict[str, Any]]


class PricePolicy(Drafted, Base):
    """One version of the limits of prices. Version 1 is built in and stands in no row."""

    __tablename__ = "price_policy"
    __table_args__ = (*_activation(), CheckConstraint("version > 1", name="first_version_is_built_in"))

    document: Mapped[dict[str, Any]]


class ReplayRun(Base):
    """One replay of stored verdicts with a candidate: what would have been decided otherwise.

    ``candidate`` is a version of the policy per cause, ``rules_version`` that of the checks. ``whole``: over all history.
    ``summary``: pairs of outcomes with their counts. Verdicts that could not be read again are ``failed``.
    """

    __tablename__ = "replay_run"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    candidate: Mapped[int]
    rules_version: Mapped[str]
    source: Mapped[str]
    whole: Mapped[bool]
    cases: Mapped[int]
    verdicts: Mapped[int]
    differences: Mapped[int]
    money_differences: Mapped[int]
    failed: Mapped[int]
    summary: Mapped[list[Any]]
    by: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("source IN ('evidence', 'stored')", name="source_is_known"),
        Index("ix_replay_run_candidate", "candidate", "at"),
    )
