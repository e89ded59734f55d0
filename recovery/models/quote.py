"""Prices, and quotes that never change once offered."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class AssetPrice(Base):
    """How many base units of ``quote_contract`` (null: the native coin) one base unit of ``contract`` is worth."""

    __tablename__ = "asset_price"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    contract: Mapped[str]
    quote_contract: Mapped[str | None]
    numerator: Mapped[int] = mapped_column(BaseUnits)
    denominator: Mapped[int] = mapped_column(BaseUnits)
    source: Mapped[str]
    observed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("numerator > 0 AND denominator > 0", name="ratio_is_positive"),
        Index("ix_asset_price_latest", "network", "contract", "observed_at"),
        Index("ix_asset_price_contract", "contract"),
    )


class Quote(Base):
    """What the depositor is asked to accept: gross = fee + network cost + net, in base units of the recovered asset.

    ``inputs`` are the facts it was worked out from, so that it can be worked out again under its version of the policy.
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
    inputs: Mapped[dict[str, Any] | None]

    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint("gross = fee + network_cost + net", name="lines_add_up"),
        CheckConstraint("net > 0", name="net_is_positive"),
        CheckConstraint("state IN ('offered', 'accepted', 'expired', 'superseded')", name="state_is_known"),
        CheckConstraint("(state = 'accepted') = (accepted_at IS NOT NULL)", name="acceptance_is_whole"),
        CheckConstraint("(accepted_at IS NULL) = (destination IS NULL)", name="destination_with_acceptance"),
        Index("ix_quote_destination", "destination", postgresql_where=text("destination IS NOT NULL")),
        Index("uq_quote_accepted", "case_id", unique=True, postgresql_where=text("state = 'accepted'")),
        Index("uq_quote_offered", "case_id", unique=True, postgresql_where=text("state = 'offered'")),
    )
