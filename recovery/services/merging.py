"""A second appeal of the same claimant for the same transfer leg: it ends in the case that goes on for both."""

from __future__ import annotations

from sqlalchemy.orm import Session

from recovery.domain.actor import SYSTEM
from recovery.models import MergedCase, RecoveryCase
from recovery.services.claims import release
from recovery.services.transitions import advance


def merge(session: Session, case: RecoveryCase, into: RecoveryCase) -> None:
    """Close ``case`` with a pointer to ``into``, or to the one that was merged into meanwhile.

    Both histories and all messages stay where they were written. The case is locked; it must be being looked at.
    A claimant is an account, whoever signs in for
    it. Raises ValueError for cases of two claimants: nobody is led to a stranger's case.
    """
    target = surviving(session, into)
    if target.id == case.id or target.account != case.account:
        raise ValueError("only another case of the same claimant goes on for a case")
    entries = release(session, case)
    advance(session, SYSTEM, case, "merge", data={"into": target.ref}, entries=entries)
    case.next_look_at = None
    session.add(MergedCase(case_id=case.id, into_id=target.id))
    session.flush()


def surviving(session: Session, case: RecoveryCase) -> RecoveryCase:
    """The case itself, or the one it was merged into."""
    pointer = session.get(MergedCase, case.id)
    while pointer is not None:
        case = session.get_one(RecoveryCase, pointer.into_id)
        pointer = session.get(MergedCase, case.id)
    return case
