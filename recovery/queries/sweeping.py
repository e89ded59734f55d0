"""Which cases are swept in one plan."""

from __future__ import annotations

from sqlalchemy.orm import Session

from recovery.models import RecoveryCase


def swept_together(session: Session, case: RecoveryCase) -> list[RecoveryCase]:
    """The cases whose sweep is planned with this one's, itself among them."""
    return [case]
