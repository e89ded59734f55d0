"""Which lists are in force, whom they and the labels name, what was answered for a case, and whose funds are blocked."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from chains.types import Transfer
from recovery.domain.actor import Actor
from recovery.domain.books import Screened
from recovery.domain.screening import (
    DESTINATION,
    FRESH_FOR,
    NO_LISTS,
    OFFLINE,
    SOURCE,
    Question,
    Subject,
    Verdict,
    business_days_left,
    report_due,
)
from recovery.errors import NotFound
from recovery.models import (
    Claim,
    OwnedAddress,
    PlatformLabel,
    Quote,
    RecoveryCase,
    Screening,
    ScreeningEntry,
    ScreeningList,
)
from recovery.queries.cases import is_own
from recovery.queries.destinations import newest, written_as

MOST_SUBJECTS = 64
"""Senders of one transaction that are screened at intake; more stay unknown, and unknown waits for a person."""


@dataclass(frozen=True)
class ListsInForce:
    """The newest import of every list; ``version`` names them all, ``none`` when there is none."""

    ids: tuple[uuid.UUID, ...]
    version: str


def lists_in_force(session: Session) -> ListsInForce:
    """What the offline provider answers from now."""
    rows = session.execute(
        select(ScreeningList.id, ScreeningList.name, ScreeningList.version, ScreeningList.number).order_by(
            ScreeningList.name, ScreeningList.number
        )
    ).all()
    newest = {row.name: row for row in rows}
    version = ",".join(f"{row.name}@{row.version}#{row.number}" for row in newest.values())
    return ListsInForce(tuple(row.id for row in newest.values()), version or NO_LISTS)


def lists_shown(session: Session) -> list[dict[str, Any]]:
    """The lists in force by name, for people."""
    ids = lists_in_force(session).ids
    rows = session.scalars(select(ScreeningList).where(ScreeningList.id.in_(ids)).order_by(ScreeningList.name))
    return [
        {
            "name": row.name,
            "version": row.version,
            "sha256": row.sha256,
            "entries": row.entries,
            "loaded_at": row.loaded_at.isoformat(),
        }
        for row in rows
    ]


MAY_SEE = frozenset({"specialist", "lead", "auditor"})
"""Who is shown what screening said. Never a depositor."""

MOST_SHOWN = 100
_SHOWN = ("gate", "role", "network", "address", "verdict", "provider", "list_version", "reasons", "sha256", "at")


def screenings_shown(session: Session, actor: Actor, case: RecoveryCase) -> tuple[dict[str, Any], ...]:
    """What was answered for a case, the newest first; nothing for anybody who may not see it."""
    if not actor.roles & MAY_SEE or is_own(actor, case):
        return ()
    newest = select(Screening).where(Screening.case_id == case.id).order_by(Screening.at.desc(), Screening.id.desc())
    return tuple({name: getattr(row, name) for name in _SHOWN} for row in session.scalars(newest.limit(MOST_SHOWN)))


def named(session: Session, subject: Subject, lists: ListsInForce) -> tuple[str, ...]:
    """Why the lists in force or a label of the registry call the subject sanctioned; empty when neither does."""
    if not subject.address:
        return ()
    pairs = written_as(subject.network, subject.address)
    labels = session.scalars(
        select(PlatformLabel.platform)
        .where(
            PlatformLabel.kind == "sanctioned",
            PlatformLabel.address.in_({address for _, address in pairs}),
            tuple_(PlatformLabel.network, PlatformLabel.address).in_(pairs),
        )
        .order_by(PlatformLabel.platform)
    )
    found = [f"label: {platform}" for platform in labels]
    if lists.ids:
        entries = session.execute(
            select(ScreeningList.name, ScreeningEntry.reason)
            .join(ScreeningList, ScreeningList.id == ScreeningEntry.list_id)
            .where(
                ScreeningEntry.address.in_({address for _, address in pairs}),
                ScreeningEntry.list_id.in_(lists.ids),
                or_(ScreeningEntry.network == "", tuple_(ScreeningEntry.network, ScreeningEntry.address).in_(pairs)),
            )
            .order_by(ScreeningList.name, ScreeningEntry.network)
        )
        found += [f"{name}: {reason}" if reason else name for name, reason in entries]
    return tuple(dict.fromkeys(found))


def last_round(session: Session, case_id: uuid.UUID, subject: Subject) -> list[Screening]:
    """Everything that was answered the last time this subject was asked about for the case."""
    same = and_(
        Screening.case_id == case_id,
        Screening.network == subject.network,
        Screening.address == subject.address,
        Screening.role == subject.role,
    )
    newest = select(Screening.round).where(same).order_by(Screening.at.desc(), Screening.id.desc()).limit(1)
    return list(
        session.scalars(
            select(Screening).where(same, Screening.round == newest.scalar_subquery()).order_by(Screening.id)
        )
    )


def is_clear(session: Session, case_id: uuid.UUID, subject: Subject, now: datetime) -> bool:
    """Whether everybody who was asked last called the subject clear, not long ago, from the lists that are in force now."""
    lists = lists_in_force(session)
    rows = last_round(session, case_id, subject)
    offline = [row for row in rows if row.provider == OFFLINE]
    return (
        bool(offline)
        and all(row.list_version == lists.version for row in offline)
        and all(row.verdict == Verdict.CLEAR and row.at > now - FRESH_FOR for row in rows)
        and not named(session, subject, lists)
    )


def questions_of(session: Session, case: RecoveryCase, claim: Claim | None) -> tuple[Question, ...]:
    """Who must be clear before the case's value moves: who sent it and, once it is named, where it is to go."""
    if claim is None:
        return ()
    moved = (claim.asset, claim.amount, case.ref)
    found = [Question(Subject(claim.network, claim.sender or "", SOURCE, case.account), *moved)]
    bound = session.scalars(
        select(Quote).where(Quote.case_id == case.id, Quote.state == "accepted").order_by(Quote.number.desc()).limit(1)
    ).first()
    to = newest(session, case.id)
    if bound is not None and to is not None:
        subject = Subject(claim.network, to.address, DESTINATION, case.account)
        found.append(Question(subject, claim.asset, bound.net, case.ref))
    return tuple(found)


def questions_about(
    session: Session, case: RecoveryCase, network: str, legs: Sequence[Transfer]
) -> tuple[Question, ...]:
    """The senders of what reached addresses of ours, each once, with the largest amount of one leg."""
    found: dict[str, Question] = {}
    for leg in _to_us(session, network, legs):
        known = found.get(leg.sender or "")
        if known is None or known.amount < leg.amount:
            subject = Subject(network, leg.sender or "", SOURCE, case.account)
            found[leg.sender or ""] = Question(subject, leg.asset, leg.amount, case.ref)
    return tuple(found.values())[:MOST_SUBJECTS]


def _to_us(session: Session, network: str, legs: Sequence[Transfer]) -> list[Transfer]:
    """Legs to an address of the book or to the same key on another network."""
    recipients = {leg.recipient for leg in legs[: 4 * MOST_SUBJECTS] if leg.recipient}
    written = {pair: address for address in recipients for pair in written_as(network, address)}
    if not written:
        return []
    rows = session.execute(
        select(OwnedAddress.network, OwnedAddress.address)
        .where(
            OwnedAddress.address.in_({address for _, address in written}),
            tuple_(OwnedAddress.network, OwnedAddress.address).in_(list(written)),
        )
        .distinct()
    )
    ours = {written[network, address] for network, address in rows}
    return [leg for leg in legs if leg.recipient in ours]


def screened(
    session: Session, case_id: uuid.UUID | None, network: str, legs: Sequence[Transfer]
) -> tuple[Screened, ...]:
    """What is known of the senders of these legs: the case's own answers, or without a case what the lists say by themselves.

    The source names the provider and the version of its lists, so that a clear without any list shows as such.
    """
    senders = list(dict.fromkeys(leg.sender or "" for leg in legs))[:MOST_SUBJECTS]
    subjects = [Subject(network, sender, SOURCE) for sender in senders]
    if case_id is not None:
        rows = [row for subject in subjects for row in last_round(session, case_id, subject)]
        return tuple(Screened(row.address, row.verdict, f"{row.provider} {row.list_version}".strip()) for row in rows)
    lists = lists_in_force(session)
    found = [subject for subject in subjects if named(session, subject, lists)]
    return tuple(Screened(subject.address, Verdict.SANCTIONED, f"{OFFLINE} {lists.version}") for subject in found)


@dataclass(frozen=True)
class BlockedFunds:
    """A case with a sanctioned party: what is kept (base units of a CAIP-19 asset), since when, when the report is due."""

    ref: str
    state: str
    account: str
    network: str
    asset: str
    amount: int
    address: str
    role: str
    provider: str
    list_version: str
    reasons: tuple[str, ...]
    blocked_at: datetime
    due: date
    days_left: int


MOST_BLOCKED = 500


def blocked_funds(session: Session, actor: Actor, now: datetime) -> list[BlockedFunds]:
    """Every case in which somebody was found sanctioned, the most urgent report first. For lead and auditor; else NotFound."""
    if not actor.roles & {"lead", "auditor"}:
        raise NotFound("not_found")
    first = (
        select(Screening.id)
        .where(Screening.verdict == Verdict.SANCTIONED)
        .ext(distinct_on(Screening.case_id))
        .order_by(Screening.case_id, Screening.at, Screening.id)
    )
    rows = session.execute(
        select(Screening, RecoveryCase)
        .join(RecoveryCase, RecoveryCase.id == Screening.case_id)
        .where(Screening.id.in_(first))
        .order_by(Screening.at, RecoveryCase.ref)
        .limit(MOST_BLOCKED)
    ).all()
    return [_blocked(answer, case, now) for answer, case in rows]


def _blocked(answer: Screening, case: RecoveryCase, now: datetime) -> BlockedFunds:
    due = report_due(answer.at)
    return BlockedFunds(
        ref=case.ref,
        state=case.state,
        account=case.account,
        network=answer.network,
        asset=answer.asset,
        amount=answer.amount,
        address=answer.address,
        role=answer.role,
        provider=answer.provider,
        list_version=answer.list_version,
        reasons=tuple(answer.reasons),
        blocked_at=answer.at,
        due=due,
        days_left=business_days_left(now.date(), due),
    )
