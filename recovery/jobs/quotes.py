"""The clock of a quote."""

from __future__ import annotations

from recovery.jobs.work import Work
from recovery.services import quotes
from recovery.services.transitions import lock


def expire(work: Work) -> None:
    """End a quote whose time is over by the database's clock; else come back then."""
    with work.finishing() as session:
        case = work.case(session)
        lock(session, case)
        left = quotes.expire(session, case)
        if left is not None:
            work.again(session, left)
