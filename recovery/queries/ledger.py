"""What the books hold: balances by snapshot and fold, the trial balance, and one case posting by posting."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select, type_coerce, union_all
from sqlalchemy.orm import Session, aliased

from recovery.domain.actor import Actor
from recovery.domain.chart import CHART, NAMES, USER_PAYABLE
from recovery.domain.exports import instant
from recovery.models import (
    Correction,
    LedgerGate,
    LedgerPeriod,
    LedgerSnapshot,
    Message,
    Posting,
    RecoveryCase,
    SnapshotBalance,
)
from recovery.models.ledger import Balance

Key = tuple[str, str, str]
"""Account, network and asset."""

READERS = frozenset({"clearing", "auditor", "lead"})
"""Who may look at the books as a whole."""

MOST_CASES = 500


@dataclass(frozen=True)
class TrialLine:
    """One account in a trial balance: its balance stands on one of the two sides."""

    account: str
    name: str
    debit: int
    credit: int


@dataclass(frozen=True)
class TrialBalance:
    """All accounts of one asset of one network. ``debit`` and ``credit`` are the sums, equal when the books are right."""

    network: str
    asset: str
    lines: tuple[TrialLine, ...]

    @property
    def debit(self) -> int:
        """The sum of the left side."""
        return sum(line.debit for line in self.lines)

    @property
    def credit(self) -> int:
        """The sum of the right side."""
        return sum(line.credit for line in self.lines)


def may_read(actor: Actor) -> bool:
    """Whether the actor may look at the books as a whole."""
    return bool(actor.roles & READERS)


def balances(session: Session, at: datetime | None = None) -> dict[Key, int]:
    """Debits less credits of every account, network and asset, over all postings before ``at`` (or all there are).

    The newest snapshot that holds nothing later than ``at``, and the postings after it; one statement, so that all of it is
    of one moment. What is nothing is left out.
    """
    chosen = select(func.max(LedgerSnapshot.upto))
    if at is not None:
        chosen = chosen.where(LedgerSnapshot.latest_at < at)
    upto = func.coalesce(chosen.scalar_subquery(), 0)
    sides: list[Select[*tuple[Any, ...]]] = [
        select(SnapshotBalance.account, SnapshotBalance.network, SnapshotBalance.asset, SnapshotBalance.balance).where(
            SnapshotBalance.upto == upto
        )
    ]
    for account, sign in ((Posting.debit, 1), (Posting.credit, -1)):
        moved = type_coerce(Posting.amount, Balance) * literal(sign)
        side = select(account.label("account"), Posting.network, Posting.asset, moved.label("balance")).where(
            Posting.number > upto
        )
        sides.append(side if at is None else side.where(Posting.at < at))
    both = union_all(*sides).subquery()
    total = func.sum(both.c.balance)
    query = select(both.c.account, both.c.network, both.c.asset, total).group_by(
        both.c.account, both.c.network, both.c.asset
    )
    rows = session.execute(query.having(total != 0))
    return {(account, network, asset): int(held) for account, network, asset, held in rows}


def trial_balances(held: dict[Key, int]) -> tuple[TrialBalance, ...]:
    """Balances as one trial balance per network and asset, accounts in the order of the chart."""
    found = []
    for network, asset in sorted({(network, asset) for _, network, asset in held}):
        lines = tuple(
            TrialLine(one.code, one.name, max(total, 0), max(-total, 0))
            for one in CHART
            if (total := held.get((one.code, network, asset), 0))
        )
        found.append(TrialBalance(network, asset, lines))
    return tuple(found)


def as_written(held: dict[Key, int]) -> list[dict[str, str]]:
    """Balances as a closing keeps them, in one order."""
    return [
        {"account": account, "network": network, "asset": asset, "balance": str(total)}
        for (account, network, asset), total in sorted(held.items())
    ]


def cases_on(session: Session, account: str, network: str, asset: str) -> list[tuple[str, str, int]]:
    """The cases that hold something on an account: number, state and debits less credits, the largest first.

    At most ``MOST_CASES``.
    """
    sides = union_all(
        *(
            select(Posting.case_id, (type_coerce(Posting.amount, Balance) * literal(sign)).label("balance")).where(
                side == account, Posting.network == network, Posting.asset == asset
            )
            for side, sign in ((Posting.debit, 1), (Posting.credit, -1))
        )
    ).subquery()
    total = func.sum(sides.c.balance)
    query = (
        select(RecoveryCase.ref, RecoveryCase.state, total)
        .join(RecoveryCase, RecoveryCase.id == sides.c.case_id)
        .group_by(RecoveryCase.ref, RecoveryCase.state)
        .having(total != 0)
        .order_by(func.abs(total).desc(), RecoveryCase.ref)
        .limit(MOST_CASES)
    )
    return [(ref, state, int(held)) for ref, state, held in session.execute(query)]


def postings_of(session: Session, case_id: uuid.UUID) -> list[Posting]:
    """Every posting of a case in the order in which they were made."""
    return list(session.scalars(select(Posting).where(Posting.case_id == case_id).order_by(Posting.number)))


def owed(session: Session, case_id: uuid.UUID, network: str, asset: str) -> int:
    """What the books owe the depositor of a case now, in base units of the asset."""
    return -folded(postings_of(session, case_id)).get((USER_PAYABLE, network, asset), 0)


def reversed_legs(session: Session, case_id: uuid.UUID, kind: str) -> set[str]:
    """The legs of a case's postings of a kind that were reversed: each can be once."""
    back = aliased(Posting)
    query = select(Posting.leg).join(back, back.reverses == Posting.id)
    return set(session.scalars(query.where(Posting.case_id == case_id, Posting.kind == kind)))


def statement_rows(postings: Sequence[Posting]) -> list[dict[str, str]]:
    """Every posting of a case, with the number of the one it reverses."""
    numbers = {row.id: row.number for row in postings}
    return [
        {
            "number": str(row.number),
            "at": instant(row.at),
            "event": str(row.seq),
            "kind": row.kind,
            "leg": row.leg,
            "debit": row.debit,
            "debit_name": NAMES[row.debit],
            "credit": row.credit,
            "credit_name": NAMES[row.credit],
            "network": row.network,
            "asset": row.asset,
            "amount": str(row.amount),
            "reverses": str(numbers[row.reverses]) if row.reverses else "",
        }
        for row in postings
    ]


def corrections_of(session: Session, case_id: uuid.UUID) -> list[Correction]:
    """Every correction proposed for a case, the newest first."""
    query = select(Correction).where(Correction.case_id == case_id)
    return list(session.scalars(query.order_by(Correction.proposed_at.desc(), Correction.id)))


def reasons_of(session: Session, corrections: Iterable[Correction]) -> dict[uuid.UUID, str]:
    """Why each was proposed, in the words of who proposed it."""
    said = {one.reason: one.id for one in corrections}
    rows = session.execute(select(Message.commitment, Message.body).where(Message.commitment.in_(said)))
    return {said[commitment]: body for commitment, body in rows}


def closed_until(session: Session) -> datetime:
    """Before which moment nothing is posted any more; 1970 while no month is closed."""
    return session.scalars(select(LedgerGate.closed_until)).one()


def periods(session: Session) -> list[LedgerPeriod]:
    """Months that were closed or proposed to be, the newest first."""
    return list(session.scalars(select(LedgerPeriod).order_by(LedgerPeriod.starts_at.desc(), LedgerPeriod.proposed_at)))


def unbalanced(held: dict[Key, int]) -> list[tuple[str, str, int]]:
    """Networks and assets whose accounts do not sum to nothing. Each posting holds both sides, so there is none."""
    sums: dict[tuple[str, str], int] = {}
    for (_, network, asset), total in held.items():
        sums[network, asset] = sums.get((network, asset), 0) + total
    return [(network, asset, total) for (network, asset), total in sorted(sums.items()) if total]


def folded(postings: Iterable[Posting]) -> dict[Key, int]:
    """Balances of postings that were read already."""
    totals: dict[Key, int] = {}
    for row in postings:
        for account, sign in ((row.debit, 1), (row.credit, -1)):
            key = (account, row.network, row.asset)
            totals[key] = totals.get(key, 0) + sign * row.amount
    return {key: total for key, total in totals.items() if total}
