"""What was seen of a transaction before it was settled: that it waited, or stood in a block that may not stay."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base


class Sighting(Base):
    """One state of a transaction that was not final; ``block_hash`` is empty while it waited.

    ``remains`` is what is left of it to ask after it when it is gone: sender and nonce, or the outputs it spent.
    """

    __tablename__ = "sighting"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    hash: Mapped[str]
    in_block: Mapped[bool]
    block_hash: Mapped[str] = mapped_column(server_default=text("''"))
    remains: Mapped[dict[str, Any] | None]
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (UniqueConstraint("network", "hash", "in_block", "block_hash", name="uq_sighting_network"),)
