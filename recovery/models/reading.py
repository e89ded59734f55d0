"""What chains told that no single case owns: readings kept so that nobody is asked twice, and how each node is doing."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base


class ChainReading(Base):
    """A transaction as all nodes of its network told it once. ``expires_at`` is empty for what is final: that stays.

    ``nodes`` are the labels of all that were asked, also of those that gave no answer.
    """

    __tablename__ = "chain_reading"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    hash: Mapped[str]
    nodes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    read_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("network", "hash", name="uq_chain_reading_network"),)


class ChainAnswer(Base):
    """One verbatim answer of a kept reading, in the order they came."""

    __tablename__ = "chain_answer"

    reading_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("chain_reading.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    node: Mapped[str]
    interface: Mapped[str | None]
    http_status: Mapped[int]
    request: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    asked_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256_is_whole"),)


class NodeReport(Base):
    """How a node was doing when it was last looked at; one row a node, written over."""

    __tablename__ = "node_report"

    network: Mapped[str] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    height: Mapped[int | None]
    lag: Mapped[int | None]
    latency_ms: Mapped[int | None]
    asked: Mapped[int]
    troubles: Mapped[int]
    last_trouble: Mapped[str] = mapped_column(server_default=text("''"))
    warnings: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    looked_at: Mapped[datetime] = mapped_column(server_default=func.now())
