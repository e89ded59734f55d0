"""Telling the exchange's ledger about an approved credit."""

from __future__ import annotations

from recovery.jobs.crash import crash_point
from recovery.jobs.work import Work
from recovery.services import credits


def deliver(work: Work) -> None:
    """Deliver the credit and confirm it, in one unit of work; the book's key makes a second delivery the same one."""
    crash_point("credit:before_deliver")
    with work.finishing() as session:
        credits.deliver(session, work.case(session))
    crash_point("credit:after_deliver")
