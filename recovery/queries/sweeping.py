"""Which cases are swept in one plan."""

from __future__ import annotations

from sqlalchemy.orm import Session

from recovery.models import RecoveryCase
from recovery.queries.batches import batch_cases, membership
from workflows.states import State


def swept_together(session: Session, case: RecoveryCase) -> list[RecoveryCase]:
    """The cases whose sweep is planned with this one's, itself among them: of its batch those that wait for it as well."""
    member = membership(session, case.id)
    if member is None:
        return [case]
    return [one for one in batch_cases(session, member.batch_id) if one.state == State.PLANNING_SWEEP]
