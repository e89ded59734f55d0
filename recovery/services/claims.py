"""The claim of a case on a transfer leg: taken once, let go when the case ends without a recovery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chains.types import Transaction, Transfer
from recovery.domain import accounting
from recovery.domain.accounting import Entry
from recovery.domain.actor import Actor
from recovery.domain.ids import new_id
from recovery.errors import AlreadyClaimed
from recovery.models import Advance, Claim, Posting, Quote, RecoveryCase
from recovery.queries.clock import database_now
from recovery.queries.facts import open_claim
from recovery.services.messages import write_message
from recovery.services.transitions import advance, let_go


def take_leg(session: Session, case: RecoveryCase, tx: Transaction, leg: Transfer) -> Claim:
    """Claim a leg for the case. The unique key decides between two who try at once; raises AlreadyClaimed."""
    mine = open_claim(session, case.id)
    if mine is not None:
        return mine
    claim_id = session.execute(
        insert(Claim)
        .values(
            id=new_id(),
            network=tx.network,
            hash=tx.claim_hash(leg),
            position=leg.position,
            case_id=case.id,
            contract=leg.contract,
            asset=leg.asset,
            symbol=leg.symbol,
            decimals=leg.decimals,
            amount=leg.amount,
            sender=leg.sender,
            recipient=leg.recipient,
        )
        .on_conflict_do_nothing()
        .returning(Claim.id)
    ).scalar_one_or_none()
    if claim_id is None:
        raise AlreadyClaimed("already_claimed")
    return session.get_one(Claim, claim_id)


def found_entries(claim: Claim, case: RecoveryCase) -> tuple[Entry, ...]:
    """The booking of a leg just claimed; ``leg`` carries the version, since a case can come back to the same leg."""
    return accounting.found(claim.network, claim.asset, f"{claim.position}@{case.version}", claim.amount)


def conclude(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """The specialist's finding that the leg is the depositor's: from unidentified to owed to this case."""
    claim = open_claim(session, case.id)
    owed = _is_identified(session, case)
    entries = (
        accounting.identified(claim.network, claim.asset, f"{claim.position}@{case.version}", claim.amount)
        if claim and not owed
        else ()
    )
    recorded = {"leg": claim.position, "amount": str(claim.amount)} if claim else {}
    advance(session, actor, case, "conclude", data=recorded, entries=entries, version=version)


def undo(session: Session, case: RecoveryCase) -> tuple[Entry, ...]:
    """The entries that take back what the case booked about its leg; none when nothing is booked. It keeps the leg."""
    claim = open_claim(session, case.id)
    if claim is None:
        return ()
    held = {account: total for (account, asset), total in _totals(session, case).items() if asset == claim.asset}
    return accounting.undone(claim.network, claim.asset, f"{claim.position}@{case.version}", held)


def release(session: Session, case: RecoveryCase) -> tuple[Entry, ...]:
    """Let the leg go, so that its rightful owner can still claim it; returns the entries that undo its booking.

    An advance that was approved and not paid is dropped: it would count towards its limit for ever.
    """
    entries = undo(session, case)
    let_go(session, case)
    never_paid = update(Advance).where(Advance.case_id == case.id, Advance.state == "approved")
    session.execute(never_paid.values(state="dropped", ended_at=database_now(session)))
    return entries


def end(
    session: Session, actor: Actor, case: RecoveryCase, name: str, *, reason: str | None, version: int | None
) -> None:
    """End a case without a recovery: the move, the leg let go, an open quote withdrawn, the reason kept."""
    recorded: dict[str, Any] = {}
    if reason:
        told = "reason" if actor.id == case.depositor_id else "decision"
        recorded["reason"] = write_message(session, actor, case, told, reason)
    entries = release(session, case)
    take_back_offer(session, case)
    advance(session, actor, case, name, data=recorded, entries=entries, version=version)


def take_back_offer(session: Session, case: RecoveryCase) -> None:
    """A quote on the table no longer is; an accepted one binds and stays."""
    for quote in session.scalars(select(Quote).where(Quote.case_id == case.id, Quote.state == "offered")):
        quote.state = "superseded"


def _is_identified(session: Session, case: RecoveryCase) -> bool:
    """Whether the case owes the depositor now: what went into payable less what came out again."""
    totals = _totals(session, case)
    return any(total < 0 for (account, _), total in totals.items() if account == accounting.USER_PAYABLE)


def _totals(session: Session, case: RecoveryCase) -> dict[tuple[str, str], int]:
    """The debit balances of the case by (account, asset)."""
    session.flush()
    rows = session.execute(
        select(Posting.debit, Posting.credit, Posting.asset, Posting.amount).where(Posting.case_id == case.id)
    )
    return accounting.balances((debit, credit, asset, amount) for debit, credit, asset, amount in rows)
