"""Cases that have to do with each other or with something to come: disputes over a leg, merged cases, parked ones."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class Dispute(Base):
    """Several claimants of one transfer leg. At most one dispute of a leg is open.

    ``winner_case`` is empty when nobody was chosen: all others left by themselves, or the leg was paid out meanwhile.
    """

    __tablename__ = "dispute"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    hash: Mapped[str]
    position: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[uuid.UUID | None]
    winner_case: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recovery_case.id"))

    __table_args__ = (
        CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settlement_is_whole"),
        CheckConstraint("winner_case IS NULL OR settled_at IS NOT NULL", name="winner_with_settlement"),
        Index(
            "uq_dispute_open",
            "network",
            "hash",
            "position",
            unique=True,
            postgresql_where=text("settled_at IS NULL"),
        ),
    )


class DisputeParty(Base):
    """A case in a dispute, and where it stood when it came in. ``left_at``: it ended while the dispute was open."""

    __tablename__ = "dispute_party"

    dispute_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dispute.id"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), primary_key=True, index=True)
    state_before: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    left_at: Mapped[datetime | None]


class MergedCase(Base):
    """A second appeal for a leg of the same claimant, and the case that goes on for both."""

    __tablename__ = "merged_case"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), primary_key=True)
    into_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), index=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (CheckConstraint("case_id <> into_id", name="into_another"),)


class Parked(Base):
    """What a parked case waits for. ``contract`` is empty for the native coin, null when no asset matters.

    ``amount`` is in base units of that asset, ``cost`` what its recovery takes, in base units of the native coin.
    ``watch`` is what was true when it was parked (the asset's row, the network's conditions): a difference re-opens it.
    ``look_at`` re-opens it in any case, for what shows on the chain alone.
    """

    __tablename__ = "parked"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    why: Mapped[str]
    network: Mapped[str]
    contract: Mapped[str | None]
    amount: Mapped[int | None] = mapped_column(BaseUnits)
    cost: Mapped[int | None] = mapped_column(BaseUnits)
    watch: Mapped[dict[str, Any]]
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    look_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "why IN ('network_not_supported', 'asset_not_recoverable', 'value_below_cost', 'below_minimum', "
            "'contract_not_deployed', 'deposits_suspended')",
            name="why_is_known",
        ),
        Index("uq_parked_open", "case_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_parked_open", "since", "id", postgresql_where=text("ended_at IS NULL")),
    )
