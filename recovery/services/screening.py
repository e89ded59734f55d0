"""Screening of a case at its gates: asking, keeping every answer, stopping what may not go on; and loading lists.

A job reads the questions, asks them outside of any unit of work, and keeps the answers; the offline lists are read in the
very unit of work that keeps them, so that no update of a list falls between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, insert, or_, select
from sqlalchemy.orm import Session

from chains.catalogue import networks
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.ids import new_id
from recovery.domain.screening import FRESH_FOR, OFFLINE, Answer, Gate, Question, Verdict, worst
from recovery.domain.screening_lists import (
    NAME,
    VERSION,
    Listed,
    WrongList,
    canonical_forms,
    of_a_known_currency,
    read_list,
)
from recovery.errors import InvalidInput, NotAllowed
from recovery.models import Job, RecoveryCase, Screening, ScreeningEntry, ScreeningList
from recovery.queries.clock import database_now
from recovery.queries.facts import current_plan, open_claim
from recovery.queries.screening import ListsInForce, is_clear, lists_in_force, named, questions_of
from recovery.services import disputes, kyt
from recovery.services.kyt import Tool
from recovery.services.plan_ends import void
from recovery.services.transitions import add_job, advance
from workflows.states import State

SECONDS_UNTIL_ASKED_AGAIN = 60.0
"""How long a job waits when a tool gave no answer."""

STOPS: dict[State, tuple[str, str | None]] = {
    State.CREDIT_SIGN_OFF: ("freeze_credit", None),
    State.PLANNING_SWEEP: ("freeze_sweep", "sweep"),
    State.SWEEP_SIGN_OFF: ("freeze_sweep", "sweep"),
    State.PLANNING_ADVANCE: ("freeze_refund", "refund"),
    State.SWEPT: ("freeze_refund", "refund"),
    State.REFUND_SIGN_OFF: ("freeze_refund", "refund"),
}
"""Where a case waits before a gate: the move that stops it, and the kind of plan that is void then."""


@dataclass(frozen=True)
class Asked:
    """What was asked of the tool, and its answers in the same order; ``None`` where no tool is configured."""

    questions: tuple[Question, ...] = ()
    answers: tuple[Answer | None, ...] = ()


def ask(tool: Tool | None, questions: Sequence[Question]) -> Asked:
    """Put the questions to the tool, if there is one. Outside of any unit of work; raises nothing."""
    return Asked(tuple(questions), kyt.ask_all(tool, questions) if tool else (None,) * len(questions))


def not_clear(session: Session, case: RecoveryCase, questions: Sequence[Question]) -> tuple[Question, ...]:
    """Those that must be asked (again): never clear, too old, or answered from lists that were replaced since."""
    now = database_now(session)
    return tuple(one for one in questions if not is_clear(session, case.id, one.subject, now))


def keep(session: Session, case: RecoveryCase, gate: Gate, asked: Asked) -> Verdict:
    """Write down what the lists and the tool say of each question, and give the worst. The case is locked."""
    lists, round_ = lists_in_force(session), new_id()
    said: list[Verdict] = []
    for question, answer in zip(asked.questions, asked.answers, strict=True):
        for one in (_offline(session, question, lists), answer):
            if one is None:
                continue
            said.append(one.verdict)
            subject = question.subject
            session.add(
                Screening(
                    id=new_id(),
                    case_id=case.id,
                    round=round_,
                    gate=gate,
                    role=subject.role,
                    network=subject.network,
                    address=subject.address,
                    account=subject.account,
                    asset=question.asset,
                    amount=question.amount,
                    verdict=one.verdict,
                    provider=one.provider,
                    list_version=one.list_version,
                    reasons=list(one.reasons),
                    answer=one.body,
                    sha256=hashlib.sha256(one.body).hexdigest() if one.body is not None else None,
                    asked_at=one.at,
                )
            )
    session.flush()
    return worst(said) if said else Verdict.CLEAR


def _offline(session: Session, question: Question, lists: ListsInForce) -> Answer:
    """What the imported lists and the labels say. Where no single sender is named, nothing can be looked up: it says so."""
    reasons = named(session, question.subject, lists)
    verdict = Verdict.SANCTIONED if reasons else Verdict.CLEAR
    if not question.subject.address:
        reasons = ("no_single_sender",)
    return Answer(verdict, OFFLINE, lists.version, reasons, database_now(session))


def stop(session: Session, case: RecoveryCase, verdict: Verdict) -> None:
    """Take a case that waits before a gate out of the way, its unreleased plan with it. Elsewhere nothing happens."""
    found = STOPS.get(State(case.state))
    if found is None:
        return
    name, kind = found
    plan = current_plan(session, case.id, kind) if kind else None
    advance(session, SYSTEM, case, name, data={"problems": {"screening": [f"screening_{verdict}"]}})
    if plan is not None and plan.state == "drafted":
        void(session, plan, case)
    disputes.catch_up(session, case)


def questions(session: Session, case: RecoveryCase) -> tuple[Question, ...]:
    """Who must be clear before this case's value moves."""
    return questions_of(session, case, open_claim(session, case.id))


@dataclass(frozen=True)
class Imported:
    """What an import came to. ``refused`` are rows whose address cannot be read, ``elsewhere`` those of currencies without a
    network here, which can match nothing."""

    name: str
    version: str
    sha256: str
    entries: int
    refused: tuple[Listed, ...]
    elsewhere: tuple[Listed, ...]
    taken: bool


def import_list(
    session: Session, actor: Actor, name: str, data: bytes, *, version: str | None = None, partial: bool = False
) -> Imported:
    """Make a file the list of this name; the earlier ones stay on record. All or nothing unless ``partial``.

    Raises NotAllowed, and InvalidInput naming the argument.
    """
    if actor.id != SYSTEM.id and not actor.roles & {"lead", "admin"}:
        raise NotAllowed("not_your_role")
    sha256 = hashlib.sha256(data).hexdigest()
    version = version or sha256[:12]
    for field, text, pattern in (("name", name, NAME), ("version", version, VERSION)):
        if not pattern.fullmatch(text):
            raise InvalidInput("list_name_is_invalid", {field: ["list_name_is_invalid"]})
    try:
        listed = read_list(data)
    except WrongList as wrong:
        raise InvalidInput(wrong.code, {"file": [wrong.code]}) from None
    rows, lost = _canonical(listed)
    refused = tuple(one for one in lost if of_a_known_currency(one))
    elsewhere = tuple(one for one in lost if not of_a_known_currency(one))
    entries = len(listed) - len(lost)
    if (refused and not partial) or not rows:
        return Imported(name, version, sha256, entries, refused, elsewhere, taken=False)
    last = session.scalar(select(func.max(ScreeningList.number)).where(ScreeningList.name == name))
    made = ScreeningList(
        id=new_id(),
        name=name,
        number=(last or 0) + 1,
        version=version,
        sha256=sha256,
        entries=entries,
        loaded_by=actor.id,
    )
    session.add(made)
    session.flush()
    session.execute(insert(ScreeningEntry), [{"list_id": made.id, **row} for row in rows])
    return Imported(name, version, sha256, entries, refused, elsewhere, taken=True)


def _canonical(listed: Sequence[Listed]) -> tuple[list[dict[str, str]], list[Listed]]:
    """Entries as they are matched, each once, and those that could match nothing."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    refused = []
    for one in listed:
        known = not one.network or one.network in networks()
        forms = canonical_forms(one.network, one.address) if known else ()
        if not forms:
            refused.append(one)
        for form in forms:
            key = (form, one.network)
            rows.setdefault(key, {"address": form, "network": one.network, "reason": one.reason})
    return list(rows.values()), refused


AT_ONCE = 100
ASKING = "screening.ask"
"""The job that screens a waiting case anew."""


def ask_where_stale(session: Session, states: Collection[State]) -> int:
    """Plan a job for each case in these states that is not clear now and has no such job; gives their number."""
    lists, now = lists_in_force(session), database_now(session)
    of_case = Screening.case_id == RecoveryCase.id
    fresh = exists().where(
        of_case,
        Screening.provider == OFFLINE,
        Screening.list_version == lists.version,
        Screening.at > now - FRESH_FOR,
    )
    silent = exists().where(of_case, Screening.verdict == Verdict.UNKNOWN, Screening.at > now - FRESH_FOR)
    planned = exists().where(Job.case_id == RecoveryCase.id, Job.topic == ASKING, Job.state == "due")
    waiting = (
        select(RecoveryCase)
        .where(RecoveryCase.state.in_(states), RecoveryCase.closed_at.is_(None), or_(~fresh, silent), ~planned)
        .order_by(RecoveryCase.changed_at, RecoveryCase.id)
        .limit(AT_ONCE)
    )
    stale = [case for case in session.scalars(waiting) if not_clear(session, case, questions(session, case))]
    for case in stale:
        add_job(session, ASKING, case, {})
    return len(stale)
