"""Advances: own funds pay the accepted net now, within a limit; the coins pay them back, or two people write it off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recovery.domain.accounting import Amounts, Entry, entries_for
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.ids import new_id
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed, NotFound, StepUpNeeded
from recovery.models import Advance, AdvanceLimit, CaseEvent, Claim, Quote, RecoveryCase
from recovery.queries.clock import database_now
from recovery.queries.facts import latest_quote, live_advance, open_claim
from recovery.queries.ledger import owed
from recovery.queries.sign_offs import Moved, advance_requirement
from recovery.services.limits import spend
from recovery.services.messages import write_message
from recovery.services.transitions import advance as move

DUE_AFTER = timedelta(days=90)
"""By when the coins behind an advance should be collected."""

MAY_PROPOSE_LIMIT = frozenset({"clearing", "lead"})
MAY_APPROVE_LIMIT = frozenset({"lead"})


def propose_limit(
    session: Session, actor: Actor, network: str, asset: str, *, per_case: int, in_total: int
) -> AdvanceLimit:
    """A new version of the limit of an asset, which does nothing yet. Raises NotAllowed, InvalidInput."""
    if not actor.roles & MAY_PROPOSE_LIMIT:
        raise NotAllowed("not_your_role")
    if not 0 <= per_case <= in_total < 2**256 or not network or not asset:
        raise InvalidInput("limit_is_wrong", fields={"per_case": ["limit_is_wrong"]})
    _hold(session, network, asset)
    of_asset = AdvanceLimit.network == network, AdvanceLimit.asset == asset
    number = session.scalar(select(func.max(AdvanceLimit.number)).where(*of_asset)) or 0
    limit = AdvanceLimit(
        id=new_id(),
        network=network,
        asset=asset,
        number=number + 1,
        per_case=per_case,
        in_total=in_total,
        proposed_by=actor.id,
    )
    session.add(limit)
    session.flush()
    return limit


def approve_limit(session: Session, actor: Actor, network: str, asset: str, number: int) -> AdvanceLimit:
    """Put a version in force; whoever proposed it may not. Raises NotFound, NotAllowed, StepUpNeeded, Conflict."""
    if not actor.roles & MAY_APPROVE_LIMIT:
        raise NotAllowed("not_your_role")
    _hold(session, network, asset)
    of_asset = AdvanceLimit.network == network, AdvanceLimit.asset == asset
    limit = session.scalars(select(AdvanceLimit).where(*of_asset, AdvanceLimit.number == number)).first()
    if limit is None:
        raise NotFound("not_found")
    if limit.proposed_by == actor.id:
        raise NotAllowed("you_prepared_it")
    if not actor.stepped_up:
        raise StepUpNeeded("needs_step_up")
    later = select(AdvanceLimit.id).where(
        *of_asset, AdvanceLimit.number >= number, AdvanceLimit.approved_at.is_not(None)
    )
    if session.scalar(later.limit(1)) is not None:
        raise Conflict("limit_is_in_force")
    now = database_now(session)
    limit.approved_by, limit.approved_at = actor.id, now
    session.flush()
    return limit


def _hold(session: Session, network: str, asset: str) -> None:
    """Everybody who reads or changes the limit of an asset queues at its first version, whichever is in force."""
    first = select(AdvanceLimit.id).where(
        AdvanceLimit.network == network, AdvanceLimit.asset == asset, AdvanceLimit.number == 1
    )
    session.execute(first.with_for_update())


def approve(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """The second person agrees, within the limits as they are now, read under lock.

    Raises Conflict when there is no limit or the advance is above it, alone or with those still open; MoveNotOpen when a limit
    of the actor's own is broken.
    """
    claim, quote = _terms(session, case)
    _hold(session, claim.network, claim.asset)
    proposed = select(CaseEvent.actor_id).where(CaseEvent.case_id == case.id, CaseEvent.name == "propose_advance")
    proposer = session.scalars(proposed.order_by(CaseEvent.seq.desc()).limit(1)).one()
    live = live_advance(session, case.id)
    _refuse_above(session, claim, quote.net, besides=live)
    recorded = {"amount": str(quote.net), "asset": claim.asset}
    move(session, actor, case, "approve_advance", data=recorded, version=version)
    moved = Moved(claim.network, claim.contract, quote.net)
    needs = advance_requirement(session, case, moved)
    spend(session, actor, actor.id, moved, needs.value, kind="advance", needed=needs.limit_needed, case=case)
    now = database_now(session)
    if live is not None:
        live.state, live.ended_at = "dropped", now
        session.flush()
    session.add(
        Advance(
            id=new_id(),
            case_id=case.id,
            network=claim.network,
            asset=claim.asset,
            amount=quote.net,
            state="approved",
            proposed_by=proposer,
            approved_by=actor.id,
            due_at=now + DUE_AFTER,
        )
    )
    session.flush()


def _refuse_above(session: Session, claim: Claim, amount: int, besides: Advance | None) -> None:
    of_asset = AdvanceLimit.network == claim.network, AdvanceLimit.asset == claim.asset
    limit = session.scalars(
        select(AdvanceLimit)
        .where(*of_asset, AdvanceLimit.approved_at.is_not(None))
        .order_by(AdvanceLimit.number.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()
    if limit is None:
        raise Conflict("no_advance_limit")
    if amount > limit.per_case:
        raise Conflict("advance_over_limit")
    others = select(Advance.amount).where(
        Advance.network == claim.network, Advance.asset == claim.asset, Advance.state.in_(("approved", "paid"))
    )
    if besides is not None:
        others = others.where(Advance.id != besides.id)
    if sum(session.scalars(others)) + amount > limit.in_total:
        raise Conflict("advances_over_total")


def drop(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """Not paid after all: the coins are collected first, as usual."""
    commitment = write_message(session, actor, case, "reason", data["reason"])
    live = live_advance(session, case.id)
    move(session, actor, case, "drop_advance", data={"reason": commitment}, version=version)
    if live is not None:
        now = database_now(session)
        live.state, live.ended_at = "dropped", now


def sent_entries(session: Session, case: RecoveryCase, leg: str) -> tuple[Entry, ...]:
    """What is posted beside a refund's sending when it is an advance; nothing when it is none."""
    return _entries(session, case, "advance_sent", leg)


def dead_entries(session: Session, case: RecoveryCase, leg: str) -> tuple[Entry, ...]:
    """The same when such a refund failed for good."""
    return _entries(session, case, "advance_dead", leg)


def _entries(session: Session, case: RecoveryCase, event: str, leg: str) -> tuple[Entry, ...]:
    live = live_advance(session, case.id)
    if live is None or live.state != "approved":
        return ()
    told = Amounts(network=live.network, asset=live.asset, leg=leg, advanced=live.amount)
    return entries_for(event, told)


def is_advance(session: Session, case: RecoveryCase) -> bool:
    """Whether the refund under way comes from own funds."""
    live = live_advance(session, case.id)
    return live is not None and live.state == "approved"


def was_paid(session: Session, case: RecoveryCase) -> bool:
    """Whether own funds paid the depositor already."""
    live = live_advance(session, case.id)
    return live is not None and live.state == "paid"


def ever_paid(session: Session, case: RecoveryCase) -> bool:
    """Whether own funds paid the depositor, whatever became of the advance since."""
    settled = Advance.state.in_(("paid", "repaid", "written_off"))
    return session.scalar(select(Advance.id).where(Advance.case_id == case.id, settled).limit(1)) is not None


def paid(session: Session, case: RecoveryCase) -> None:
    """The advance is final on the chain; its move was made. From here on the coins owe it to own funds."""
    live = live_advance(session, case.id)
    if live is None:
        raise MoveNotOpen("advance_is_approved")
    live.state = "paid"
    session.flush()


def repay(session: Session, case: RecoveryCase) -> bool:
    """The coins were collected: end a case whose depositor was paid in advance. False when there was no advance.

    Nobody is paid a second time: this takes the place of the refund's plan. The case is locked.
    """
    live = live_advance(session, case.id)
    if live is None or live.state != "paid":
        return False
    told = Amounts(network=live.network, asset=live.asset, advanced=live.amount)
    move(
        session,
        SYSTEM,
        case,
        "repay_advance",
        data={"advance": str(live.id)},
        entries=entries_for("advance_repaid", told),
    )
    now = database_now(session)
    live.state, live.ended_at = "repaid", now
    session.flush()
    return True


def propose_write_off(
    session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None
) -> None:
    """Say why the coins behind an advance will never come."""
    commitment = write_message(session, actor, case, "reason", data["reason"])
    move(session, actor, case, "propose_write_off", data={"reason": commitment}, version=version)
    live = live_advance(session, case.id)
    if live is not None:
        live.write_off_by = actor.id
        session.flush()


def write_off(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """The second person agrees: own funds bear the advance, and the case ends."""
    live = live_advance(session, case.id)
    if live is None:
        raise MoveNotOpen("advance_is_paid")
    session.flush()
    left = owed(session, case.id, live.network, live.asset)
    told = Amounts(network=live.network, asset=live.asset, advanced=live.amount, owed_at_address=left)
    entries = entries_for("advance_written_off", told)
    recorded = {"advance": str(live.id), "amount": str(live.amount)}
    move(session, actor, case, "approve_write_off", data=recorded, entries=entries, version=version)
    now = database_now(session)
    live.state, live.ended_at = "written_off", now


def _terms(session: Session, case: RecoveryCase) -> tuple[Claim, Quote]:
    claim, quote = open_claim(session, case.id), latest_quote(session, case.id)
    if claim is None or quote is None or quote.state != "accepted":
        raise MoveNotOpen("quote_is_accepted")
    return claim, quote
