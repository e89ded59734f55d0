"""What sources observed of prices, what was decided from it, and prices that two people answer for."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits

_REFERENCE = "reference IN ('native', 'USD')"


class AssetPrice(Base):
    """One observation: one base unit of ``contract`` is worth numerator/denominator base units of the reference.

    The reference is the network's native coin or the dollar in millionths; a row with a ``quote_contract`` (only imports
    have such) is in that asset instead and decides nothing. ``depth`` is in millionths of a dollar, ``raw`` the SHA-256 of
    the source's answer. What came ``via`` an import counts as one source together, whatever names its rows bear: whoever
    may import must not be able to play several sources.
    """

    __tablename__ = "asset_price"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    contract: Mapped[str]
    quote_contract: Mapped[str | None]
    numerator: Mapped[int] = mapped_column(BaseUnits)
    denominator: Mapped[int] = mapped_column(BaseUnits)
    source: Mapped[str]
    observed_at: Mapped[datetime]
    reference: Mapped[str] = mapped_column(server_default="native")
    depth: Mapped[int | None] = mapped_column(BaseUnits)
    raw: Mapped[str | None]
    via: Mapped[str] = mapped_column(server_default="import")
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("numerator > 0 AND denominator > 0", name="ratio_is_positive"),
        CheckConstraint(_REFERENCE, name="reference_is_known"),
        CheckConstraint("via IN ('import', 'source')", name="via_is_known"),
        Index("ix_asset_price_latest", "network", "contract", "observed_at"),
        Index("ix_asset_price_contract", "contract"),
    )


class PriceSnapshot(Base):
    """A decided price that something was computed with. Its id and ``digest`` follow from ``content``, which names the
    observations and the limits; a row is never changed."""

    __tablename__ = "price_snapshot"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    contract: Mapped[str]
    reference: Mapped[str]
    kind: Mapped[str]
    numerator: Mapped[int] = mapped_column(BaseUnits)
    denominator: Mapped[int] = mapped_column(BaseUnits)
    spread_bps: Mapped[int]
    sources: Mapped[int]
    oldest_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    digest: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("numerator > 0 AND denominator > 0", name="ratio_is_positive"),
        CheckConstraint(_REFERENCE, name="reference_is_known"),
        CheckConstraint("kind IN ('median', 'crossed', 'manual', 'same')", name="kind_is_known"),
        CheckConstraint("length(digest) = 64", name="digest_is_whole"),
        Index("ix_price_snapshot_asset", "network", "contract", "at"),
    )


class ManualPrice(Base):
    """A price entered by one person and confirmed by another, valid from the confirmation until ``valid_until``."""

    __tablename__ = "manual_price"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    contract: Mapped[str]
    reference: Mapped[str]
    numerator: Mapped[int] = mapped_column(BaseUnits)
    denominator: Mapped[int] = mapped_column(BaseUnits)
    reason: Mapped[str]
    entered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    confirmed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("numerator > 0 AND denominator > 0", name="ratio_is_positive"),
        CheckConstraint(_REFERENCE, name="reference_is_known"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> entered_by", name="confirmed_by_another"),
        CheckConstraint("num_nulls(confirmed_by, confirmed_at, valid_until) IN (0, 3)", name="confirmation_is_whole"),
        CheckConstraint("valid_until > confirmed_at", name="valid_for_a_time"),
        Index("ix_manual_price_asset", "network", "contract", "entered_at"),
    )
