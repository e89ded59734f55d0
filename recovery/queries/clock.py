"""The database's clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def database_now(session: Session) -> datetime:
    """The time of this unit of work, UTC. No host's clock decides anything."""
    return session.execute(select(func.now())).scalar_one()
