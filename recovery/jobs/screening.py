"""Jobs around screening: asking the tool, passing a gate or not, and asking again for cases that wait before one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from recovery.db import Database
from recovery.domain.screening import Gate, Question, Verdict
from recovery.jobs.crash import crash_point
from recovery.jobs.standing import plan_standing
from recovery.jobs.work import Work
from recovery.models import RecoveryCase
from recovery.queries.plan_members import companions
from recovery.services import fraud, screening
from recovery.services.kyt import tool_of
from recovery.services.screening import SECONDS_UNTIL_ASKED_AGAIN, Asked
from recovery.services.transitions import lock_all
from workflows.states import State

EVERY_SECONDS = 60.0
JOB_ID = uuid.UUID("73637265-656e-7000-8000-000000000001")

GATE_OF = {
    State.CREDIT_SIGN_OFF: Gate.PAY,
    State.SWEEP_SIGN_OFF: Gate.SWEEP,
    State.REFUND_SIGN_OFF: Gate.PAY,
}
"""Where people are waited for, so that an answer can grow old, and the gate they stand before."""


def ask(work: Work, questions: Sequence[Question]) -> Asked:
    """Put the questions to the tool of this installation; no unit of work is open."""
    return screening.ask(tool_of(work.settings), questions)


def passes(session: Session, work: Work, case: RecoveryCase, gate: Gate, asked: Asked) -> bool:
    """Keep what was answered, and the signs of fraud there are by now. Whether the case may go on.

    Where it may not, it was stopped, or the job comes back and asks again.
    """
    verdict = screening.keep(session, case, gate, asked)
    fraud.note(session, case)
    if verdict is Verdict.UNKNOWN:
        work.again(session, SECONDS_UNTIL_ASKED_AGAIN)
    elif verdict is not Verdict.CLEAR:
        screening.stop(session, case, verdict)
    return verdict is Verdict.CLEAR


def plan_look(database: Database) -> None:
    """See to it that the job exists and is due."""
    plan_standing(database, JOB_ID, "screening.look")


def look(work: Work) -> None:
    """Have those asked about again whose cases wait for people while their answers grow old or lists are replaced."""
    with work.finishing() as session:
        screening.ask_where_stale(session, GATE_OF)
        work.again(session, EVERY_SECONDS)


def ask_again(work: Work) -> None:
    """Screen one waiting case anew; it is stopped at once if somebody is not clear any more."""
    with work.database.reading() as session:
        case = work.case(session)
        gate = GATE_OF.get(State(case.state))
        unclear = screening.not_clear(session, case, screening.questions(session, case)) if gate else ()
    crash_point("screening:before_ask")
    asked = ask(work, unclear)
    crash_point("screening:after_ask")
    with work.finishing() as session:
        case = work.case(session)
        lock_all(session, [case, *companions(session, case.id)])
        if gate is not None and GATE_OF.get(State(case.state)) is gate:
            passes(session, work, case, gate, asked)
