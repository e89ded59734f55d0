"""The cases of a period with everything an auditor needs of them, streamed: memory does not grow with the export.

A case belongs to a period when one of its events does. Its chain is given whole, from its first event up to the last
one before the period's end, so that it can be verified from the start.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Select, and_, collate, func, select
from sqlalchemy.orm import Session, aliased

from recovery.domain.exports import Cells, EventRow, Histories, Period, case_cells, instant
from recovery.models import (
    CaseEvent,
    Consent,
    Evidence,
    Plan,
    PlanCase,
    Posting,
    PriceSnapshot,
    Quote,
    RecoveryCase,
    SignOff,
)

BATCH = 2_000  # rows a fetch; a few megabytes


def histories(session: Session, period: Period) -> Histories:
    """What there is to export. Call it in a transaction that sees one state of the database to its end."""
    return Histories(
        population=_counts(session, period),
        events=lambda: _events(session, period),
        files={
            "cases.csv": lambda: _cases(session, period),
            "postings.csv": lambda: _postings(session, period),
            "plans.csv": lambda: _plans(session, period),
            "approvals.csv": lambda: _approvals(session, period),
            "quotes.csv": lambda: _quotes(session, period),
            "evidence.csv": lambda: _evidence(session, period),
            "consents.csv": lambda: _consents(session, period),
            "prices.csv": lambda: _prices(session, period),
        },
    )


def _population(period: Period) -> CTE:
    """The cases of the period: ``last_seq`` is their last event before its end, ``until`` when that chain ends."""
    inside = and_(CaseEvent.at >= period.start, CaseEvent.at < period.end)
    touched = select(CaseEvent.case_id).where(inside).distinct().subquery()
    last = (
        select(CaseEvent.case_id, func.max(CaseEvent.seq).label("last_seq"), func.max(CaseEvent.at).label("until"))
        .join(touched, touched.c.case_id == CaseEvent.case_id)
        .where(CaseEvent.at < period.end)
        .group_by(CaseEvent.case_id)
        .subquery()
    )
    return (
        select(RecoveryCase.id, RecoveryCase.ref, RecoveryCase.depositor_id, last.c.last_seq, last.c.until)
        .join(last, last.c.case_id == RecoveryCase.id)
        .cte("population")
    )


def _counts(session: Session, period: Period) -> dict[str, int]:
    """The population, counted by the database and not by the writer; the totals show what the period left out."""
    found = _population(period)
    cases, events = session.execute(
        select(func.count(), func.coalesce(func.sum(found.c.last_seq), 0)).select_from(found)
    ).one()
    inside = select(func.count()).where(CaseEvent.at >= period.start, CaseEvent.at < period.end)
    before = select(func.count()).where(CaseEvent.at < period.end, CaseEvent.seq == 1)
    return {
        "cases": int(cases),
        "events": int(events),
        "events_in_period": session.execute(inside).scalar_one(),
        "cases_opened_before_end": session.execute(before).scalar_one(),
    }


def _streamed(session: Session, statement: Select[Any]) -> Iterator[Any]:
    return iter(session.execute(statement, execution_options={"yield_per": BATCH}))


def _in_order(found: CTE, *then: Any) -> tuple[Any, ...]:
    """By case number, bytewise whatever the database's locale, then within the case."""
    return (collate(found.c.ref, "C"), *then)


def _events(session: Session, period: Period) -> Iterable[EventRow]:
    found = _population(period)
    statement = (
        select(found.c.ref, found.c.id, CaseEvent.seq, CaseEvent.prev_hash, CaseEvent.hash, CaseEvent.body)
        .join(found, and_(found.c.id == CaseEvent.case_id, CaseEvent.seq <= found.c.last_seq))
        .order_by(*_in_order(found, CaseEvent.seq))
    )
    for ref, case_id, seq, prev, own, body in _streamed(session, statement):
        yield EventRow(ref, str(case_id), seq, prev, own, body)


def _cases(session: Session, period: Period) -> Iterable[Cells]:
    found, first, last = _population(period), aliased(CaseEvent), aliased(CaseEvent)
    statement = (
        select(
            *(found.c.ref, found.c.id, found.c.depositor_id, first.prev_hash, first.hash, first.body),
            *(last.seq, last.prev_hash, last.hash, last.body),
        )
        .join(first, and_(first.case_id == found.c.id, first.seq == 1))
        .join(last, and_(last.case_id == found.c.id, last.seq == found.c.last_seq))
        .order_by(*_in_order(found))
    )
    for ref, case_id, depositor, prev, own, body, seq, last_prev, last_own, last_body in _streamed(session, statement):
        opened = EventRow(ref, str(case_id), 1, prev, own, body)
        yield case_cells(opened, EventRow(ref, str(case_id), seq, last_prev, last_own, last_body), str(depositor))


def _postings(session: Session, period: Period) -> Iterable[Cells]:
    found = _population(period)
    statement = (
        select(
            *(found.c.ref, Posting.seq, Posting.kind, Posting.leg, Posting.debit, Posting.credit),
            *(Posting.network, Posting.asset, Posting.amount, Posting.at),
        )
        .join(found, and_(found.c.id == Posting.case_id, Posting.seq <= found.c.last_seq))
        .order_by(*_in_order(found, Posting.seq, Posting.id))
    )
    return (_cells(row) for row in _streamed(session, statement))


def _plans(session: Session, period: Period) -> Iterable[Cells]:
    found = _population(period)
    statement = (
        select(
            *(found.c.ref, Plan.id, Plan.kind, PlanCase.round, Plan.network, Plan.digest, Plan.prepared_by),
            *(Plan.at, Plan.payload),
        )
        .join(PlanCase, PlanCase.plan_id == Plan.id)
        .join(found, and_(found.c.id == PlanCase.case_id, Plan.at <= found.c.until))
        .order_by(*_in_order(found, Plan.at, Plan.id))
    )
    return (_cells(row) for row in _streamed(session, statement))


def _approvals(session: Session, period: Period) -> Iterable[Cells]:
    found = _population(period)
    statement = (
        select(
            *(found.c.ref, Plan.id, Plan.kind, PlanCase.round, SignOff.stage, SignOff.digest, SignOff.preparer_id),
            *(SignOff.approver_id, SignOff.at),
        )
        .join(Plan, Plan.id == SignOff.plan_id)
        .join(PlanCase, PlanCase.plan_id == Plan.id)
        .join(found, and_(found.c.id == PlanCase.case_id, SignOff.at <= found.c.until))
        .order_by(*_in_order(found, SignOff.at, SignOff.stage))
    )
    return (_cells(row) for row in _streamed(session, statement))


def _quotes(session: Session, period: Period) -> Iterable[Cells]:
    """As they stood at the end of the period: an acceptance after it is left out."""
    found = _population(period)
    statement = (
        select(
            *(found.c.ref, Quote.number, Quote.asset, Quote.contract, Quote.symbol, Quote.decimals, Quote.gross),
            *(Quote.fee, Quote.network_cost, Quote.net, Quote.policy_version, Quote.digest, Quote.offered_at),
            *(Quote.expires_at, Quote.accepted_at, Quote.destination, Quote.lines, found.c.until),
        )
        .join(found, and_(found.c.id == Quote.case_id, Quote.offered_at <= found.c.until))
        .order_by(*_in_order(found, Quote.number))
    )
    for *terms, accepted_at, destination, lines, until in _streamed(session, statement):
        known = accepted_at is not None and accepted_at <= until
        yield _cells([*terms, *((accepted_at, destination) if known else (None, None)), lines])


def _consents(session: Session, period: Period) -> Iterable[Cells]:
    """What was seen when quotes were accepted; the content is the very text the digest was taken over."""
    found = _population(period)
    statement = (
        select(found.c.ref, Quote.digest, Consent.actor_id, Consent.at, Consent.sha256, Consent.content)
        .join(Quote, Quote.id == Consent.quote_id)
        .join(found, and_(found.c.id == Consent.case_id, Consent.at <= found.c.until))
        .order_by(*_in_order(found, Consent.at, Consent.id))
    )
    return (_cells(row) for row in _streamed(session, statement))


def _prices(session: Session, period: Period) -> Iterable[Cells]:
    """The decided price of each quote, with the observations it was decided from."""
    found = _population(period)
    statement = (
        select(found.c.ref, Quote.digest, PriceSnapshot.id, PriceSnapshot.digest, PriceSnapshot.content)
        .join(Quote, Quote.price_snapshot_id == PriceSnapshot.id)
        .join(found, and_(found.c.id == Quote.case_id, Quote.offered_at <= found.c.until))
        .order_by(*_in_order(found, Quote.number))
    )
    return (_cells(row) for row in _streamed(session, statement))


def _evidence(session: Session, period: Period) -> Iterable[Cells]:
    found = _population(period)
    statement = (
        select(
            *(found.c.ref, Evidence.id, Evidence.look, Evidence.purpose, Evidence.network, Evidence.hash),
            *(Evidence.node, Evidence.asked_at, Evidence.sha256, func.octet_length(Evidence.body)),
        )
        .join(found, and_(found.c.id == Evidence.case_id, Evidence.at < period.end))
        .order_by(*_in_order(found, Evidence.at, Evidence.id))
    )
    return (_cells(row) for row in _streamed(session, statement))


def _cells(row: Iterable[Any]) -> Cells:
    return tuple(_cell(value) for value in row)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, list | dict):
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return str(value)
