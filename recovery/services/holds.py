"""Payouts held back: by itself after a restore, or by hand; let go on by two people who looked at the chain.

A restored database may have forgotten that it paid. So nothing leaves it until every wallet was compared with its plans: what a
wallet sent and no plan knows rings an alarm, and while one rings nobody can end the hold.
"""

from __future__ import annotations

import uuid

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.ids import new_id
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, StepUpNeeded
from recovery.models import DatabaseIdentity, HoldRelease, PayoutHold
from recovery.queries.clock import database_now
from recovery.queries.holds import identity_kept, identity_now, open_holds, outflows_unexplained, payouts_are_held
from recovery.queries.outflows import all_looked_at_since
from recovery.services.alarms import ring

__all__ = ["HELD_SECONDS", "hold_by_hand", "let_go_on", "notice_restore", "open_holds", "payouts_are_held"]

HELD_SECONDS = 30.0
"""How long a job that may not go on waits before it looks again."""
READERS = frozenset({"lead", "clearing", "wallet", "auditor", "admin"})
HOLDERS = frozenset({"lead", "clearing", "wallet", "system"})
ENDERS = frozenset({"lead", "clearing", "wallet"})
NEEDED = 2
LONGEST_NOTE = 2_000


def notice_restore(session: Session) -> bool:
    """Hold payouts and ring when these rows came from a backup or another server; whether they did."""
    now, kept = identity_now(session), identity_kept(session)
    if kept == now:
        return False
    session.add(DatabaseIdentity(id=new_id(), system=now.system, timeline=now.timeline))
    if kept is None:
        return False
    _hold(session, SYSTEM, "restored", "")
    ring(
        session,
        "database_restored",
        f"{now.system}/{now.timeline}",
        {"system": now.system, "timeline": now.timeline, "was": f"{kept.system}/{kept.timeline}"},
    )
    return True


def hold_by_hand(session: Session, actor: Actor, note: str) -> None:
    """Hold payouts now. Raises NotAllowed."""
    if not actor.roles & HOLDERS:
        raise NotAllowed("not_your_role")
    _hold(session, actor, "by_hand", note.strip()[:LONGEST_NOTE])


def _hold(session: Session, actor: Actor, why: str, note: str) -> None:
    session.execute(
        insert(PayoutHold)
        .values(id=new_id(), why=why, note=note, held_by=actor.id)
        .on_conflict_do_nothing(index_elements=["why"], index_where=PayoutHold.ended_at.is_(None))
    )


def let_go_on(session: Session, actor: Actor, hold_id: uuid.UUID, reason: str) -> bool:
    """Say that payouts may go on; the second person ends the hold. Whether it is ended.

    Raises NotFound, NotAllowed, StepUpNeeded, InvalidInput, and Conflict while a wallet was not looked at since the hold began,
    or sent what no plan knows.
    """
    if not actor.roles & READERS:
        raise NotFound("not_found")
    if not actor.roles & ENDERS:
        raise NotAllowed("not_your_role")
    hold = session.get(PayoutHold, hold_id, with_for_update=True, populate_existing=True)
    if hold is None or hold.ended_at is not None:
        raise NotFound("not_found")
    if hold.held_by == actor.id:
        raise NotAllowed("you_began_it")
    if not actor.stepped_up:
        raise StepUpNeeded("needs_step_up")
    why = reason.strip()[:LONGEST_NOTE]
    if not why:
        raise InvalidInput("hold_needs_reason", fields={"reason": ["hold_needs_reason"]})
    if not all_looked_at_since(session, hold.held_at):
        raise Conflict("wallets_not_looked_at")
    if outflows_unexplained(session):
        raise Conflict("outflow_unexplained")
    session.execute(
        insert(HoldRelease).values(hold_id=hold.id, person_id=actor.id, reason=why).on_conflict_do_nothing()
    )
    said = session.scalar(select(func.count()).select_from(HoldRelease).where(HoldRelease.hold_id == hold.id)) or 0
    if said < NEEDED:
        return False
    hold.ended_at = database_now(session)
    return True
