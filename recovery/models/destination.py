"""Where refunds go: what was checked of each address, which one binds since when, and what owners were told."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class DestinationCheck(Base):
    """What the network said of one address for one case, and what followed. Never rewritten; the newest counts.

    ``contract`` is empty for the native coin, ``amount`` what would arrive. ``receiving`` is the answer as it was agreed on,
    ``codes`` the remarks. ``purpose`` says who asked: ``typed`` (the depositor), ``again`` (a network that had been silent),
    ``pay`` (before a payment).
    """

    __tablename__ = "destination_check"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"))
    network: Mapped[str]
    contract: Mapped[str] = mapped_column(default="")
    address: Mapped[str]
    amount: Mapped[int] = mapped_column(BaseUnits)
    receiving: Mapped[dict[str, Any]]
    verdict: Mapped[str]
    codes: Mapped[list[Any]]
    purpose: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("verdict IN ('allow', 'confirm', 'unknown', 'refuse')", name="verdict_is_known"),
        CheckConstraint("purpose IN ('typed', 'again', 'pay')", name="purpose_is_known"),
        Index("ix_destination_check_case", "case_id", "address", "at"),
    )


class RefundDestination(Base):
    """The address that binds from the event ``seq`` of the case on, which names it too. The newest row counts.

    ``cooling_until`` is set by a change: nothing is paid before.
    """

    __tablename__ = "refund_destination"

    case_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    network: Mapped[str]
    address: Mapped[str]
    cooling_until: Mapped[datetime | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(["case_id", "seq"], ["case_event.case_id", "case_event.seq"]),
        Index("ix_refund_destination_address", "network", "address"),
    )


class Notice(Base):
    """What the owner of a case was told, to which e-mail address they had then. Only ``sent_at`` and ``denied_at`` are set later.

    ``data`` fills the text of ``kind``; ``seq`` is the event it is about. ``denied_at``: the owner said that it was not them.
    """

    __tablename__ = "notice"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    seq: Mapped[int]
    kind: Mapped[str]
    email: Mapped[str]
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    denied_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("kind IN ('destination_changed')", name="kind_is_known"),)
