"""The only interpreter of the workflow tables, and the only code that sets a case's state.

A move is one unit: row lock, row of the table, permission, guards, state and version, event with its hash, postings,
jobs. Whatever calls it commits all of that or none.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, tuple_
from sqlalchemy.orm import Session

from recovery.domain.accounting import Entry, refuse_strangers, unsettled
from recovery.domain.actor import Actor
from recovery.domain.authorization import objection, role_for
from recovery.domain.history import GENESIS, event_body, event_hash
from recovery.domain.ids import new_id
from recovery.errors import MoveNotOpen, NotAllowed, StaleVersion, StepUpNeeded
from recovery.models import CaseEvent, Claim, Job, Posting, RecoveryCase
from recovery.queries.clock import database_now
from recovery.queries.facts import read_facts, read_makers
from recovery.services.opening import Row
from workflows.facts import Facts
from workflows.machine import Transition, Workflow
from workflows.states import State
from workflows.tables import WORKFLOWS

FORMS = {
    "give_reference": "reference",
    "ask_depositor": "question",
    "answer": "answer",
    "quote": "offer",
    "accept": "destination",
    "change_destination": "another_destination",
    "approve_sweep_wallet": "digest",
    "approve_sweep_clearing": "digest",
    "approve_sweep_lead": "digest",
    "approve_refund_wallet": "digest",
    "approve_refund_clearing": "digest",
    "approve_refund_lead": "digest",
    "break_glass_sweep": "break_glass",
    "break_glass_refund": "break_glass",
    "approve_credit": "in_whose_place",
    "endorse_credit": "in_whose_place",
    "turn_down": "reason",
    "reject_credit": "reason",
    "reject_sweep": "reason",
    "reject_refund": "reason",
    "contest": "reason",
    "answer_contest": "contest",
    "refuse": "reason",
    "judge_proof": "reason",
    "refuse_proof": "reason",
    "settle_dispute": "reason",
    "settle_for_accepted": "reason",
    "settle_for_swept": "reason",
    "lose_dispute": "reason",
    "propose_advance": "reason",
    "reject_advance": "reason",
    "drop_advance": "reason",
    "propose_write_off": "reason",
}
"""Which form a move needs; those not named need none."""

BY_THE_SIGNER = frozenset({"record_sweep", "record_refund", "record_fee_sweep", "record_fee_refund"})
"""Moves made by handing over signed bytes; they have a door of their own and no button."""


OF_A_BATCH = frozenset({"join_batch"})
"""Moves made for several cases at once; they have a page of their own and no button."""

WITH_A_PROOF = frozenset({"hand_in_proof", "hand_in_documents"})
"""Moves made by handing in a proof; they have a door of their own and no button."""

IN_THE_BOOKS = frozenset({"propose_correction", "approve_correction", "reject_correction"})
"""Moves made where the books of a case are shown; they have a door of their own and no button."""


@dataclass(frozen=True)
class Choice:
    """One move that leaves the state, whether it is open to the actor, and if not why (a message code)."""

    name: str
    open: bool
    why_not: str | None
    form: str
    step_up: bool


def lock(session: Session, case: RecoveryCase) -> None:
    """Hold the case's row until the unit of work ends, and read it again as it now is."""
    session.flush()  # a refresh forgets what was not written yet
    session.refresh(case, with_for_update=True)


def lock_all(session: Session, cases: Iterable[RecoveryCase]) -> None:
    """Hold the rows of several cases, always in the same order, so that two who want the same ones do not block each other."""
    for case in sorted(cases, key=lambda one: one.id):
        lock(session, case)


def advance(
    session: Session,
    actor: Actor,
    case: RecoveryCase,
    name: str,
    *,
    data: Mapping[str, Any] | None = None,
    entries: Sequence[Entry] = (),
    facts: Mapping[str, bool] | None = None,
    version: int | None = None,
) -> CaseEvent:
    """Move the case along one row of its table, and write everything that is true because of it.

    ``facts`` adds answers only the caller can know (a destination just checked). Raises StaleVersion, MoveNotOpen,
    NotAllowed, StepUpNeeded; nothing is written then.
    """
    lock(session, case)
    if version is not None and version != case.version:
        raise StaleVersion("stale_version", version=case.version)
    table = WORKFLOWS[case.workflow]
    row = table.row(State(case.state), name)
    if row is None:
        raise MoveNotOpen("no_such_move", move=name, state=case.state)
    snapshot = replace(read_facts(session, case), **(facts or {})) if row.guards else Facts()
    _refuse(actor, row, session, case, table, snapshot)
    role = role_for(actor, row) or ""
    source = case.state
    case.workflow = row.into or case.workflow
    case.state = row.target
    if row.starts_round:
        case.round += 1
    event = append_event(session, actor, case, name, source=source, role=role, data=data or {}, entries=entries)
    if case.closed_at is not None:
        _require_settled(session, case)
        if case.state != State.COMPLETED:
            let_go(session, case)
    for topic in row.emits:
        add_job(session, topic, case, {"seq": event.seq})
    return event


def let_go(session: Session, case: RecoveryCase) -> None:
    """The leg is nobody's from here on. A case that ends without a recovery never keeps one."""
    held = select(Claim).where(Claim.case_id == case.id, Claim.released_at.is_(None))
    for claim in session.scalars(held):
        claim.released_at = database_now(session)


class BooksNotSettled(AssertionError):
    """A case was about to close with money in suspense or payable: a bug, so nothing is committed."""


def _require_settled(session: Session, case: RecoveryCase) -> None:
    """The postings are written, the case is not yet: what is wrong is said here, and the database refuses it a second time."""
    query = select(Posting.debit, Posting.credit, Posting.asset, Posting.amount).where(Posting.case_id == case.id)
    with session.no_autoflush:
        rows = session.execute(query).all()
    left = unsettled((debit, credit, asset, amount) for debit, credit, asset, amount in rows)
    if left:
        raise BooksNotSettled(f"{case.ref}: {left}")


def _refuse(actor: Actor, row: Transition, session: Session, case: RecoveryCase, table: Workflow, facts: Facts) -> None:
    makers = read_makers(session, case, table) if row.unlike else {}
    why = objection(actor, row, makers, **_ties(actor, case))
    if why == "needs_step_up":
        raise StepUpNeeded(why)
    if why is not None:
        raise NotAllowed(why, move=row.name)
    for guard in row.guards:
        if not guard(facts):
            raise MoveNotOpen(guard.__name__, move=row.name)


def append_event(
    session: Session,
    actor: Actor,
    case: RecoveryCase,
    name: str,
    *,
    source: str,
    role: str,
    data: Mapping[str, Any],
    entries: Sequence[Entry] = (),
) -> CaseEvent:
    """Write the next event of a locked case, with its postings. Only ``advance`` calls it.

    Event and postings are written before the case itself, since the database lets no case close that is not settled; a case
    that opens again is written before its postings, for the same reason.
    Raises NoSuchRule for an entry that the table of postings does not give for this move.
    """
    refuse_strangers(name, entries)
    with session.no_autoflush:
        event = _next_event(session, actor, case, name, source=source, role=role, data=data)
        session.execute(insert(CaseEvent), event)
        closed = State(case.state) in WORKFLOWS[case.workflow].closed
        postings = _postings(session, case, event["seq"], entries)
        if not closed and case.closed_at is not None:
            _write_head(session, case, event, closed_at=None)
        if postings:
            session.execute(insert(Posting).values(postings))
    _write_head(session, case, event, closed_at=(case.closed_at or event["at"]) if closed else None)
    return CaseEvent(**event)


def _write_head(session: Session, case: RecoveryCase, event: Row, *, closed_at: datetime | None) -> None:
    """The case as it stands after an event; written at once when that opens it again."""
    reopened = case.closed_at is not None and closed_at is None
    case.version, case.head_hash, case.changed_at = event["seq"], event["hash"], event["at"]
    case.closed_at = closed_at
    if reopened:
        session.flush()


def _postings(session: Session, case: RecoveryCase, seq: int, entries: Sequence[Entry]) -> list[Row]:
    """The rows of entries; a reversal names the posting it mirrors. Raises LookupError when that was never posted."""
    wanted = {entry.reverses for entry in entries if entry.reverses is not None}
    known: dict[tuple[str, str], uuid.UUID] = {}
    if wanted:
        query = select(Posting.kind, Posting.leg, Posting.id).where(
            Posting.case_id == case.id, tuple_(Posting.kind, Posting.leg).in_(wanted)
        )
        known = {(kind, leg): posting for kind, leg, posting in session.execute(query)}
    missing = wanted - known.keys()
    if missing:
        raise LookupError(f"{case.ref}: nothing to reverse: {sorted(missing)}")
    return [
        {
            **entry.columns(),
            "id": new_id(),
            "case_id": case.id,
            "seq": seq,
            "reverses": known[entry.reverses] if entry.reverses else None,
        }
        for entry in entries
    ]


def _next_event(
    session: Session,
    actor: Actor,
    case: RecoveryCase,
    name: str,
    *,
    source: str,
    role: str,
    data: Mapping[str, Any],
) -> Row:
    """The row of the next event of a case, sealed with the one before."""
    now = database_now(session)
    seq = case.version + 1
    body = event_body(
        case_ref=case.ref,
        seq=seq,
        name=name,
        workflow=case.workflow,
        source=source,
        target=case.state,
        actor_id=actor.id,
        role=role,
        at=now,
        data=data,
    )
    return {
        "case_id": case.id,
        "seq": seq,
        "id": new_id(),
        "name": name,
        "actor_id": actor.id,
        "body": body,
        "prev_hash": case.head_hash,
        "hash": event_hash(case.id, seq, case.head_hash, body),
        "at": now,
    }


def first_event(actor: Actor, case: Mapping[str, Any], *, role: str, at: datetime, data: Mapping[str, Any]) -> Row:
    """The event that opens a case, as a row: computed before the case is written, so that the case is written once.

    ``case`` are the values of the case's row; ``at`` is the time of the unit of work. Only the opening of a case calls it.
    """
    body = event_body(
        case_ref=case["ref"],
        seq=1,
        name="open",
        workflow=case["workflow"],
        source=None,
        target=case["state"],
        actor_id=actor.id,
        role=role,
        at=at,
        data=data,
    )
    return {
        "case_id": case["id"],
        "seq": 1,
        "id": new_id(),
        "name": "open",
        "actor_id": actor.id,
        "body": body,
        "prev_hash": GENESIS,
        "hash": event_hash(case["id"], 1, GENESIS, body),
        "at": at,
    }


def add_job(
    session: Session, topic: str, case: RecoveryCase, data: Mapping[str, Any], *, due_at: datetime | None = None
) -> Job:
    """Promise that something will happen; true exactly when this unit of work becomes true."""
    job = Job(**new_job(topic, case.id, data))
    if due_at is not None:
        job.due_at = due_at
    session.add(job)
    return job


def new_job(topic: str, case_id: uuid.UUID, data: Mapping[str, Any]) -> Row:
    """The row of a job that is due at once."""
    return {"id": new_id(), "topic": topic, "case_id": case_id, "data": dict(data), "state": "due", "attempts": 0}


def choices(session: Session, actor: Actor, case: RecoveryCase) -> tuple[Choice, ...]:
    """Every move that leaves the state and that a role of the actor could ever make, with the reason when it is shut."""
    table = WORKFLOWS[case.workflow]
    shut = BY_THE_SIGNER | WITH_A_PROOF | OF_A_BATCH | IN_THE_BOOKS
    rows = [row for row in table.leaving(State(case.state)) if role_for(actor, row) and row.name not in shut]
    if not rows:
        return ()
    facts = replace(read_facts(session, case), destination_checked=True, market_held=True)
    makers = read_makers(session, case, table)
    ties = _ties(actor, case)
    return tuple(_choice(actor, row, facts, objection(actor, row, makers, **ties)) for row in rows)


def _ties(actor: Actor, case: RecoveryCase) -> dict[str, bool]:
    """What ties the actor to whoever is paid."""
    return {"owns_case": actor.id == case.depositor_id, "shares_account": actor.account == case.account}


def _choice(actor: Actor, row: Transition, facts: Facts, why: str | None) -> Choice:
    """A missing step-up does not shut a move: the form asks for it."""
    if why in (None, "needs_step_up"):
        unmet = next((guard.__name__ for guard in row.guards if not guard(facts)), None)
        return Choice(row.name, unmet is None, unmet, FORMS.get(row.name, "none"), row.step_up)
    return Choice(row.name, False, why, FORMS.get(row.name, "none"), row.step_up)
