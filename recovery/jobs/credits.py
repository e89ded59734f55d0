"""Having an approved credit made: by the exchange's ledger where there is one, else by the book this installation keeps."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from recovery.domain.actor import SYSTEM
from recovery.jobs.crash import crash_point
from recovery.jobs.work import Work
from recovery.models import CreditIntent
from recovery.queries.clock import database_now
from recovery.queries.holds import payouts_are_held
from recovery.queries.intents import current_intent
from recovery.services import credits
from recovery.services.exchange_ledger import Ledger, hand_over, ledger_of, look_up
from recovery.services.holds import HELD_SECONDS

FIRST_WAIT = 2.0
LONGEST_WAIT = 300.0


def deliver(work: Work) -> None:
    """Bring the intent to whoever keeps the ledger, and ask what became of it. Nothing leaves while payouts are held."""
    with work.database.reading() as session:
        intent, held, now = _due(session, work), payouts_are_held(session), database_now(session)
    if intent is None:
        with work.finishing():
            return
    if held:
        with work.finishing() as session:
            work.again(session, HELD_SECONDS)
        return
    ledger = ledger_of(work.settings)
    if ledger is None:
        crash_point("credit:before_deliver")
        with work.finishing() as session:
            credits.deliver(session, work.case(session))
        crash_point("credit:after_deliver")
        return
    _ask(work, ledger, intent.id, intent.payload, now)


def _due(session: Session, work: Work) -> CreditIntent | None:
    """The intent, while its case waits for the answer."""
    case = work.case(session)
    return current_intent(session, case.id) if case.state == "crediting" else None


def _ask(work: Work, ledger: Ledger, intent_id: uuid.UUID, payload: str, now: datetime) -> None:
    """Look first: what the ledger did already is not asked for again. Then hand it over, until it was taken."""
    crash_point("credit:before_deliver")
    said = look_up(ledger, intent_id) if ledger.status_url else None
    taken = bool(work.data.get("taken"))
    if said is None and not taken and ledger.push_url:
        taken = hand_over(ledger, intent_id, payload, now)
    crash_point("credit:after_deliver")
    with work.finishing() as session:
        if said is not None:
            credits.hear(session, SYSTEM, intent_id, said)
            return
        if ledger.status_url or (ledger.push_url and not taken):
            tries = int(work.data.get("tries", 0)) + 1
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries, 12))
            work.again(session, wait, data={"taken": taken, "tries": tries})
