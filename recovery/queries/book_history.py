"""What our books show of a transaction's past: credits, claims, refunds, and the withdrawals it may belong to."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from chains.types import Transaction, Transfer
from recovery.domain.books import Label, LegHistory, Owner
from recovery.domain.returned import SentWithdrawal
from recovery.models import Claim, Credit, PlatformLabel, Posting, RecoveryCase, SentWithdrawal as WithdrawalRow

LOOK_BACK = timedelta(days=366)
"""How far back a withdrawal is looked for; the policy's own limit is applied by the diagnosis."""

MOST_WITHDRAWALS = 2_000
"""Candidates that are compared; a platform's wallet can have many of one asset and about one amount."""


def _hashes(tx: Transaction) -> set[str]:
    return {tx.hash, *(tx.claim_hash(leg) for leg in tx.transfers)}


def read_legs(
    session: Session, tx: Transaction, claimant: str | None, case_id: uuid.UUID | None
) -> dict[str, LegHistory]:
    """What the books show per leg; a credit without a position is for the whole transaction.

    A refund is told to the account it went to; for everybody else the leg belongs to another case, and no more.
    """
    credits = {row.position: row for row in _credits(session, tx)}
    paid_out = _paid_out(session, tx, claimant)
    held = session.execute(
        select(Claim.position, Claim.case_id, RecoveryCase.account)
        .join(RecoveryCase, RecoveryCase.id == Claim.case_id)
        .where(Claim.network == tx.network, Claim.hash.in_(_hashes(tx)), Claim.released_at.is_(None))
    ).all()
    others = [(position, account) for position, case, account in held if case != case_id]
    own = {position for position, account in others if account == claimant}
    elsewhere = {position for position, account in others if account != claimant}
    return {
        leg.position: replace(
            _history(credits, leg.position),
            claimed_elsewhere=leg.position in elsewhere,
            claimed_before=leg.position in own,
            refunded=leg.position in paid_out,
        )
        for leg in tx.transfers
    }


def _history(credits: Mapping[str, Credit], position: str) -> LegHistory:
    row = credits.get(position) or credits.get("")
    if row is None:
        return LegHistory()
    return LegHistory(row.account, row.amount, row.contract, whole=row.position == "")


def read_credits(session: Session, tx: Transaction, claimant: str | None) -> dict[str, LegHistory]:
    """Credits and refunds of the hash by position, as far as they are known without any node."""
    found = {row.position: _history({row.position: row}, row.position) for row in _credits(session, tx)}
    for position in _paid_out(session, tx, claimant):
        found[position] = replace(found.get(position, LegHistory()), refunded=True)
    return found


def _credits(session: Session, tx: Transaction) -> Sequence[Credit]:
    return session.scalars(
        select(Credit).where(Credit.network == tx.network, Credit.hash.in_(_hashes(tx))).order_by(Credit.position)
    ).all()


def _paid_out(session: Session, tx: Transaction, claimant: str | None) -> set[str]:
    """Positions of legs that a case of the claimant's account was refunded for."""
    rows = session.scalars(
        select(Claim.position)
        .join(RecoveryCase, RecoveryCase.id == Claim.case_id)
        .join(Posting, (Posting.case_id == Claim.case_id) & (Posting.kind == "refunded"))
        .where(Claim.network == tx.network, Claim.hash.in_(_hashes(tx)), RecoveryCase.account == claimant)
    )
    return set(rows)


def still_open(session: Session, case: RecoveryCase, network: str, hashes: Sequence[str]) -> tuple[str, ...]:
    """Of these transactions those that no credit names and that the depositor has no case for; in their order."""
    if not hashes:
        return ()
    credited = select(Credit.hash).where(Credit.network == network, Credit.hash.in_(hashes))
    reported = select(RecoveryCase.hash).where(
        RecoveryCase.depositor_id == case.depositor_id, RecoveryCase.hash.in_(hashes)
    )
    settled = set(session.scalars(credited)) | set(session.scalars(reported))
    return tuple(hash for hash in hashes if hash not in settled)


def read_withdrawals(
    session: Session,
    tx: Transaction,
    legs: Sequence[Transfer],
    owners: Sequence[Owner],
    labels: Mapping[str, Label],
    claimant: str | None,
) -> tuple[SentWithdrawal, ...]:
    """Withdrawals this transaction may be, may bring back, or may come from the receiver of; newest first."""
    senders = {leg.sender for leg in legs if leg.sender}
    table = WithdrawalRow
    found = _some(session, tx.network, 50, table.hash == tx.hash)
    if senders:
        there = table.destination.in_(senders)
        found += _some(session, tx.network, 1, there, table.account == claimant)
        found += _some(session, tx.network, 1, there, table.account != claimant)
    found += _returnable(session, tx, legs, {row.address for row in owners if row.kind in ("hot", "cold")}, labels)
    return tuple(dict.fromkeys(_fact(row) for row in found))


def _returnable(
    session: Session, tx: Transaction, legs: Sequence[Transfer], roles: set[str], labels: Mapping[str, Label]
) -> list[WithdrawalRow]:
    """Withdrawals that legs to wallets of our own may bring back: to the sender or another address of its platform."""
    at = tx.block.time if tx.block else None
    back = [leg for leg in legs if leg.recipient in roles and leg.sender]
    if at is None or not back:
        return []
    senders = {leg.sender for leg in back if leg.sender}
    platforms = {labels[one].platform for one in senders if one in labels and labels[one].kind == "platform"}
    of_platform = select(PlatformLabel.address).where(
        PlatformLabel.network == tx.network, PlatformLabel.platform.in_(platforms), PlatformLabel.kind == "platform"
    )
    return _some(
        session,
        tx.network,
        MOST_WITHDRAWALS,
        or_(WithdrawalRow.destination.in_(senders), WithdrawalRow.destination.in_(of_platform)),
        WithdrawalRow.contract.in_({leg.contract or "" for leg in back}),
        WithdrawalRow.amount.between(min(leg.amount for leg in back), 2 * max(leg.amount for leg in back)),
        WithdrawalRow.sent_at.between(at - LOOK_BACK, at),
    )


def _some(session: Session, network: str, most: int, *where: ColumnElement[bool]) -> list[WithdrawalRow]:
    rows = select(WithdrawalRow).where(WithdrawalRow.network == network, *where)
    return list(session.scalars(rows.order_by(WithdrawalRow.sent_at.desc(), WithdrawalRow.id).limit(most)))


def _fact(row: WithdrawalRow) -> SentWithdrawal:
    return SentWithdrawal(
        row.account, row.contract or None, row.amount, row.destination, row.memo, row.sent_at, row.hash
    )
