"""Asking networks whether a refund can arrive: while its owner decides, and again before it is planned and released."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from chains.receiving import Received
from recovery.domain.destination import Verdict
from recovery.jobs.crash import crash_point
from recovery.jobs.work import Work
from recovery.models import RecoveryCase
from recovery.queries.facts import open_claim
from recovery.services import destinations
from recovery.services.destinations import Inquiry
from workflows.states import State

SECONDS_UNTIL_ASKED_AGAIN = 20.0
MOST_LOOKS = 200
"""Looks at a silent network while the owner waits, over an hour of them; typed again, it is asked again."""

WAITED_FOR_IN = frozenset({State.QUOTED, State.ACCEPTED, State.SWEPT, State.REFUND_ON_HOLD})
"""Where somebody may wait for the answer."""


@dataclass(frozen=True)
class Asked:
    """A question, and what the nodes said to it."""

    inquiry: Inquiry
    received: Received


def check(work: Work) -> None:
    """Ask about the address of the job, or about the sender where it names none, until the network says something."""
    with work.database.reading() as session:
        case, claim = work.case(session), open_claim(session, work.case(session).id)
        address = work.data.get("address") or (claim.sender if claim else None)
        waited_for = claim is not None and case.state in WAITED_FOR_IN and bool(address)
        found = destinations.inquiry(session, case, claim, address) if waited_for and claim and address else None
    if found is None:
        with work.finishing():
            return
    crash_point("destination:before_ask")
    asked = _put(work, found)
    crash_point("destination:after_ask")
    with work.finishing() as session:
        if open_claim(session, found.case_id) is None:
            return
        judged = destinations.keep(session, found, asked.received, purpose="again")
        looks = int(work.data.get("looks", 0)) + 1
        if judged.verdict is Verdict.UNKNOWN and looks < MOST_LOOKS and work.data.get("address"):
            work.again(session, SECONDS_UNTIL_ASKED_AGAIN, data={"looks": looks})


def ask(work: Work, found: Inquiry | None) -> Asked | None:
    """Put what :func:`recovery.services.destinations.due_inquiry` gave to the nodes; no unit of work is open."""
    return _put(work, found) if found is not None else None


def passes(session: Session, work: Work, case: RecoveryCase, asked: Asked | None, to: str) -> bool:
    """Keep what was answered, and say whether the refund to ``to`` may be planned or released now. The case is locked.

    Where it may not, the job comes back when the rest is over or the network may answer, or the case was stopped.
    """
    if asked is not None:
        destinations.keep(session, asked.inquiry, asked.received, purpose="pay")
    if problems := destinations.still_safe(session, case):
        destinations.stop(session, case, problems)
        return False
    if destinations.bound_destination(session, case) != to:  # changed while the nodes were asked
        work.again(session, 1.0)
        return False
    if left := destinations.cooling_left(session, case):
        work.again(session, left)
        return False
    if not destinations.is_answered(session, case):
        work.again(session, SECONDS_UNTIL_ASKED_AGAIN)
        return False
    return True


def _put(work: Work, found: Inquiry) -> Asked:
    return Asked(found, destinations.ask(found, work.nodes(found.network)))
