"""What happens to the books beside postings: snapshots of balances, corrections by two people, months closed by two."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.orm import Session

from recovery.domain.accounting import Entry, correction
from recovery.domain.actor import Actor
from recovery.domain.canonical import digest
from recovery.domain.chart import NAMES
from recovery.domain.ids import new_id
from recovery.domain.months import month_of
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, StepUpNeeded
from recovery.models import (
    Correction,
    LedgerGate,
    LedgerPeriod,
    LedgerSnapshot,
    Posting,
    RecoveryCase,
    SnapshotBalance,
)
from recovery.queries.clock import database_now
from recovery.queries.ledger import as_written, balances, reversed_legs, unbalanced
from recovery.queries.reconciliation import agreed_since
from recovery.services.messages import write_message
from recovery.services.transitions import advance, lock
from workflows.corrections import AT_REST

WORTH_A_SNAPSHOT = 1_000
"""So many postings after the last snapshot, a new one is taken: before that the fold is cheap."""

MAY_PROPOSE = frozenset({"clearing"})
MAY_CLOSE = frozenset({"clearing", "lead"})


def horizon(session: Session) -> int:
    """The number of the last posting before which none can appear any more; 0 when nothing was posted.

    Holding the gate alone means that nobody who took a number has yet to commit. Whoever posts later takes a higher one.
    """
    _hold_gate(session)
    return session.scalar(select(func.max(Posting.number))) or 0


def write_snapshot(session: Session, upto: int) -> bool:
    """Keep the balances over all postings up to a horizon; whether there was anything to keep.

    In a unit of work of its own, so that nobody waits at the gate for the summing up.
    """
    last = session.scalar(select(func.max(LedgerSnapshot.upto))) or 0
    if upto <= last:
        return False
    before = session.get(LedgerSnapshot, last)
    counted = select(func.count(), func.max(Posting.at)).where(Posting.number > last, Posting.number <= upto)
    postings, latest = session.execute(counted).one()
    header = insert_or_leave(LedgerSnapshot).values(
        upto=upto,
        postings=postings + (before.postings if before else 0),
        latest_at=max(latest, before.latest_at) if before else latest,
    )
    if session.execute(header.on_conflict_do_nothing().returning(LedgerSnapshot.upto)).scalar() is None:
        return False
    held = balances_upto(session, last, upto)
    if held:
        session.execute(insert(SnapshotBalance), held)
    return True


def balances_upto(session: Session, last: int, upto: int) -> list[dict[str, object]]:
    """The rows of a snapshot: those of the one before, and the postings between the two."""
    totals: dict[tuple[str, str, str], int] = {
        (row.account, row.network, row.asset): int(row.balance)
        for row in session.scalars(select(SnapshotBalance).where(SnapshotBalance.upto == last))
    }
    moved = select(Posting.debit, Posting.credit, Posting.network, Posting.asset, func.sum(Posting.amount)).where(
        Posting.number > last, Posting.number <= upto
    )
    rows = session.execute(moved.group_by(Posting.debit, Posting.credit, Posting.network, Posting.asset))
    for debit, credit, network, asset, amount in rows:
        for account, sign in ((debit, 1), (credit, -1)):
            key = (account, network, asset)
            totals[key] = totals.get(key, 0) + sign * int(amount)
    return [
        {"upto": upto, "account": account, "network": network, "asset": asset, "balance": total}
        for (account, network, asset), total in totals.items()
        if total
    ]


def worth_a_snapshot(session: Session, upto: int) -> bool:
    """Whether enough was posted since the last one."""
    last = session.scalar(select(func.max(LedgerSnapshot.upto))) or 0
    return upto - last >= WORTH_A_SNAPSHOT


def _hold_gate(session: Session) -> LedgerGate:
    query = select(LedgerGate).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one()


def propose_correction(
    session: Session,
    actor: Actor,
    case: RecoveryCase,
    posting_id: uuid.UUID,
    reason: str,
    instead: tuple[str, str, int] | None = None,
) -> Correction:
    """Say that a posting is wrong, why, and what should have stood there (debit, credit, amount), if anything.

    Raises NotFound for a posting of another case, InvalidInput, Conflict when it is corrected, reversed or proposed
    already, and what :func:`advance` raises.
    """
    lock(session, case)
    posting = session.get(Posting, posting_id)
    if posting is None or posting.case_id != case.id:
        raise NotFound("not_found")
    if instead is not None:
        debit, credit, amount = instead
        if debit not in NAMES or credit not in NAMES or debit == credit or not 0 < amount < 2**256:
            raise InvalidInput("replacement_is_wrong", fields={"instead": ["replacement_is_wrong"]})
    taken = select(Correction.id).where(
        Correction.posting_id == posting.id, Correction.state.in_(("proposed", "approved"))
    )
    if session.scalar(taken) is not None or posting.leg in reversed_legs(session, case.id, posting.kind):
        raise Conflict("already_corrected")
    commitment = write_message(session, actor, case, "note", reason)
    wrong = Correction(
        id=new_id(),
        case_id=case.id,
        posting_id=posting.id,
        instead_debit=instead[0] if instead else None,
        instead_credit=instead[1] if instead else None,
        instead_amount=instead[2] if instead else None,
        reason=commitment,
        state="proposed",
        proposed_by=actor.id,
    )
    recorded = _recorded(wrong, posting) | {"reason": commitment}
    advance(session, actor, case, "propose_correction", data=recorded)
    session.add(wrong)
    session.flush()
    return wrong


def decide_correction(session: Session, actor: Actor, correction_id: uuid.UUID, *, approve: bool) -> Correction:
    """Approve a correction, which posts it, or reject it. Whoever proposed it may only take it back.

    Raises NotFound, Conflict when it is decided, when its month is closed it is posted into the present one; and what
    :func:`advance` raises. A closed case has to be settled afterwards too: the database refuses it otherwise.
    """
    wrong = session.get(Correction, correction_id)
    if wrong is None:
        raise NotFound("not_found")
    case = session.get_one(RecoveryCase, wrong.case_id)
    lock(session, case)
    session.refresh(wrong, with_for_update=True)
    if wrong.state != "proposed":
        raise Conflict("correction_is_decided")
    if approve and wrong.proposed_by == actor.id:
        raise NotAllowed("you_prepared_it")
    posting = session.get_one(Posting, wrong.posting_id)
    entries: tuple[Entry, ...] = ()
    if approve:
        entries = correction(_entry(posting), _instead(wrong))
    name = "approve_correction" if approve else "reject_correction"
    advance(session, actor, case, name, data=_recorded(wrong, posting), entries=entries)
    now = database_now(session)
    wrong.state, wrong.decided_by, wrong.decided_at = "approved" if approve else "rejected", actor.id, now
    session.flush()
    return wrong


def at_rest(case: RecoveryCase) -> bool:
    """Whether nothing of the case moves, so that its books can be corrected."""
    return case.state in AT_REST


def _instead(wrong: Correction) -> tuple[str, str, int] | None:
    if wrong.instead_debit is None or wrong.instead_credit is None or wrong.instead_amount is None:
        return None
    return wrong.instead_debit, wrong.instead_credit, wrong.instead_amount


def _entry(posting: Posting) -> Entry:
    return Entry(
        posting.kind, posting.leg, posting.debit, posting.credit, posting.network, posting.asset, posting.amount
    )


def _recorded(wrong: Correction, posting: Posting) -> dict[str, str]:
    instead = _instead(wrong)
    return {
        "correction": str(wrong.id),
        "posting": f"{posting.kind}/{posting.leg}",
        "instead": "" if instead is None else f"{instead[0]} {instead[1]} {instead[2]}",
    }


def propose_close(session: Session, actor: Actor, month: str) -> LedgerPeriod:
    """Put a month that is over, with its balances, before somebody else who closes it.

    ``month`` is like ``2026-10``. Whether chain, books and cases agree on an asset is what was found when they were compared
    since the month ended, and nobody's word. Months are closed one after the other. Raises NotAllowed, InvalidInput, Conflict.
    """
    if not actor.roles & MAY_PROPOSE:
        raise NotAllowed("not_your_role")
    starts, ends = _month(month)
    gate = session.scalars(select(LedgerGate)).one()
    if starts < gate.closed_until:
        raise Conflict("month_is_closed")
    if ends > database_now(session):
        raise Conflict("month_is_not_over")
    earlier = select(Posting.id).where(Posting.at >= gate.closed_until, Posting.at < starts).limit(1)
    if session.scalar(earlier) is not None:
        raise Conflict("month_before_is_open")
    held, reconciled = balances(session, ends), agreed_since(session, ends)
    assets = {f"{network} {asset}" for _, network, asset in held}
    period = LedgerPeriod(
        id=new_id(),
        starts_at=starts,
        ends_at=ends,
        trial=as_written(held),
        digest=digest({"month": month, "balances": as_written(held)}),
        reconciled={asset: reconciled.get(asset, "not_asked") for asset in sorted(assets)},
        proposed_by=actor.id,
    )
    session.add(period)
    session.flush()
    return period


def close(session: Session, actor: Actor, period_id: uuid.UUID, shown: str) -> LedgerPeriod:
    """Close a month with the balances that were shown (their digest): nothing is posted into it any more.

    Raises NotFound, NotAllowed to whoever proposed it, StepUpNeeded, and Conflict when it is closed, when the balances are
    no longer those, or when the accounts of an asset do not sum to nothing.
    """
    if not actor.roles & MAY_CLOSE:
        raise NotAllowed("not_your_role")
    gate = _hold_gate(session)
    period = session.get(LedgerPeriod, period_id, with_for_update=True)
    if period is None:
        raise NotFound("not_found")
    if period.proposed_by == actor.id:
        raise NotAllowed("you_prepared_it")
    if not actor.stepped_up:
        raise StepUpNeeded("needs_step_up")
    if period.closed_at is not None or period.starts_at < gate.closed_until:
        raise Conflict("month_is_closed")
    held = balances(session, period.ends_at)
    if shown != period.digest or as_written(held) != period.trial:
        raise Conflict("balances_changed")
    if unbalanced(held):
        raise Conflict("books_do_not_balance")
    now = database_now(session)
    period.closed_by, period.closed_at = actor.id, now
    gate.closed_until = period.ends_at
    session.flush()
    return period


def proposal_of(session: Session, month: str, shown: str) -> LedgerPeriod:
    """The proposal to close a month with the balances of this digest. Raises InvalidInput, and Conflict without one."""
    starts, _ = _month(month)
    query = select(LedgerPeriod).where(
        LedgerPeriod.starts_at == starts, LedgerPeriod.digest == shown, LedgerPeriod.closed_at.is_(None)
    )
    found = session.scalars(query.order_by(LedgerPeriod.proposed_at.desc())).first()
    if found is None:
        raise Conflict("balances_changed")
    return found


def _month(text: str) -> tuple[datetime, datetime]:
    try:
        return month_of(text)
    except ValueError:
        raise InvalidInput("month_is_wrong", fields={"month": ["month_is_wrong"]}) from None
