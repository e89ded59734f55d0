"""Value that passes through for long: plans whose bytes are out, credits nobody answered, balances that should be nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from recovery.models import CreditIntent, Plan, Posting, RecoveryCase

MOST = 500
"""Of a kind at once; the oldest come first."""


@dataclass(frozen=True)
class PlanInTransit:
    """A plan whose signed bytes are stored and which is not final yet."""

    id: uuid.UUID
    network: str
    since: datetime
    seconds: int


@dataclass(frozen=True)
class CreditInTransit:
    """A credit the ledger was asked for and has not answered."""

    id: uuid.UUID
    case: str
    since: datetime
    seconds: int


@dataclass(frozen=True)
class OldBalance:
    """What a case holds on an account that should be nothing one day, and since when it holds something there."""

    case: str
    network: str
    asset: str
    amount: int
    days: int


def in_transit(session: Session) -> list[PlanInTransit]:
    """Plans on their way, the longest first."""
    age = func.extract("epoch", func.now() - Plan.changed_at)
    query = (
        select(Plan.id, Plan.network, Plan.changed_at, age)
        .where(Plan.state == "recorded")
        .order_by(Plan.changed_at)
        .limit(MOST)
    )
    return [
        PlanInTransit(plan, network, since, int(seconds)) for plan, network, since, seconds in session.execute(query)
    ]


def credits_since(session: Session, seconds: int) -> list[CreditInTransit]:
    """Credits open for longer than that, the longest first."""
    age = func.extract("epoch", func.now() - CreditIntent.created_at)
    query = (
        select(CreditIntent.id, RecoveryCase.ref, CreditIntent.created_at, age)
        .join(RecoveryCase, RecoveryCase.id == CreditIntent.case_id)
        .where(CreditIntent.state == "open", age > seconds)
        .order_by(CreditIntent.created_at)
        .limit(MOST)
    )
    return [CreditInTransit(intent, ref, since, int(old)) for intent, ref, since, old in session.execute(query)]


def old_balances(session: Session, account: str, days: int) -> list[OldBalance]:
    """Open cases with a credit balance on the account whose last posting there is that old."""
    sides = union_all(
        select(Posting.case_id, Posting.network, Posting.asset, Posting.at, (-Posting.amount).label("amount")).where(
            Posting.debit == account
        ),
        select(Posting.case_id, Posting.network, Posting.asset, Posting.at, Posting.amount.label("amount")).where(
            Posting.credit == account
        ),
    ).subquery()
    total, last = func.sum(sides.c.amount), func.max(sides.c.at)
    age = func.extract("epoch", func.now() - last)
    query = (
        select(RecoveryCase.ref, sides.c.network, sides.c.asset, total, age)
        .join(RecoveryCase, RecoveryCase.id == sides.c.case_id)
        .where(RecoveryCase.closed_at.is_(None))
        .group_by(RecoveryCase.ref, sides.c.network, sides.c.asset)
        .having(total > 0, age > literal(days * 86_400))
        .order_by(age.desc())
        .limit(MOST)
    )
    return [
        OldBalance(ref, network, asset, int(amount), int(old) // 86_400)
        for ref, network, asset, amount, old in session.execute(query)
    ]
