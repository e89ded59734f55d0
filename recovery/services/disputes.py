"""Several claimants of one transfer leg: all are frozen, a person chooses one, the others are refused without a hint.

Cases are locked in the order of their ids, all at once, so that no two units of work wait for each other. A case whose
value is leaving is not frozen in mid-air: it keeps its step, and its next one waits for the dispute.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chains.types import Transaction, Transfer
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.ids import new_id
from recovery.errors import Conflict, NotAllowed
from recovery.models import CaseEvent, Claim, Dispute, DisputeParty, RecoveryCase
from recovery.queries.clock import database_now
from recovery.queries.disputes import rival_ids, rivals
from recovery.queries.facts import current_plan, open_claim, open_dispute_of, read_facts
from recovery.queries.people import is_paid_by
from recovery.queries.plan_members import companions
from recovery.services import claims, merging
from recovery.services.messages import write_message
from recovery.services.plan_ends import void
from recovery.services.transitions import add_job, advance
from workflows.disputes import DECIDED, FREES, SETTLES
from workflows.states import State
from workflows.tables import WORKFLOWS

ENDING = "dispute.end"
"""The job that ends a dispute whose leg was paid out after all."""


def lock_cases(session: Session, ids: Collection[uuid.UUID]) -> None:
    """Hold these cases until the unit of work ends, always in the same order, and read them again as they now are."""
    session.flush()
    session.execute(
        select(RecoveryCase)
        .where(RecoveryCase.id.in_(ids))
        .order_by(RecoveryCase.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def lock_with_rivals(session: Session, case: RecoveryCase) -> None:
    """Hold a case and all that are in a dispute with it. Raises Conflict when another one joined in that moment."""
    ids = rival_ids(session, case.id)
    lock_cases(session, ids)
    if rival_ids(session, case.id) - ids:
        raise Conflict


def open_dispute(session: Session, case: RecoveryCase, tx: Transaction, leg: Transfer) -> Dispute | None:
    """The leg that ``case`` is about is held by another account's case: freeze both, and whoever is in it already.

    ``None`` when there is nothing to dispute any more: the leg is free again or was paid out (look again then), or it is
    held by the claimant's own other case, into which this one is merged.
    """
    key = {"network": tx.network, "hash": tx.claim_hash(leg), "position": leg.position}
    holder = _lock_holder(session, case, key)
    if holder is None or holder.closed_at is not None:
        return None
    if holder.account == case.account:
        merging.merge(session, case, holder)
        return None
    dispute = _dispute_of(session, key)
    for party in (holder, case):
        joined = insert(DisputeParty).values(dispute_id=dispute.id, case_id=party.id, state_before=party.state)
        session.execute(joined.on_conflict_do_nothing())
    for party in (holder, case):
        catch_up(session, party)
    return dispute


def _lock_holder(session: Session, case: RecoveryCase, key: Mapping[str, str]) -> RecoveryCase | None:
    """The case that holds the leg, locked together with ``case`` and with those of its plan, which are planned anew without it;
    the holder can change while we wait for it."""
    held_by = select(Claim.case_id).filter_by(**key).where(Claim.released_at.is_(None))
    while True:
        before = session.scalar(held_by)
        if before in (None, case.id):
            return None
        lock_cases(session, {case.id, before, *(one.id for one in companions(session, before))})
        if session.scalar(held_by) == before:
            return session.get_one(RecoveryCase, before)


def _dispute_of(session: Session, key: Mapping[str, str]) -> Dispute:
    """The open dispute of the leg; the holder's lock lets one at a time make it."""
    found = session.scalars(select(Dispute).filter_by(**key).where(Dispute.settled_at.is_(None))).first()
    if found is None:
        found = Dispute(id=new_id(), **key)
        session.add(found)
        session.flush()
    return found


def catch_up(session: Session, case: RecoveryCase) -> None:
    """Freeze a locked case that is in an open dispute, as soon as nothing of it is in mid-air any more."""
    dispute = open_dispute_of(session, case.id)
    row = WORKFLOWS[case.workflow].row(State(case.state), "dispute")
    if dispute is None or row is None:
        return
    facts = read_facts(session, case)
    if not all(guard(facts) for guard in row.guards):
        return
    claims.take_back_offer(session, case)
    for kind in ("sweep", "refund"):
        plan = current_plan(session, case.id, kind)
        if plan is not None and plan.state == "drafted":
            void(session, plan, case)
    case.next_look_at = None
    advance(session, SYSTEM, case, "dispute", data={"dispute": str(dispute.id), "leg": dispute.position})


def settle(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """Choose this case: it gets the leg and goes on, every other claimant is refused. The reason stays inside the desk.

    Raises Conflict without a dispute and while value of another claimant is leaving, NotAllowed for who handled a party.
    """
    dispute, parties = _to_decide(session, actor, case)
    others = [party for party in parties if party.id != case.id]
    if any(party.state != State.DISPUTED for party in others):
        raise Conflict("claimant_in_motion")
    lost = [claim for claim in (open_claim(session, party.id) for party in others) if claim is not None]
    for party in others:
        _lose(session, actor, party, dispute, data["reason"], None)
    session.flush()
    for claim in lost:
        _hand_over(session, claim, case)
    recorded = {"dispute": str(dispute.id), "reason": write_message(session, actor, case, "reason", data["reason"])}
    _go_on(session, actor, case, data["_name"], recorded, version)
    _close(session, actor, dispute, case)


def lose(session: Session, actor: Actor, case: RecoveryCase, reason: str, version: int | None) -> None:
    """Turn one claimant down; when only one is left, that one goes on alone."""
    dispute, _ = _to_decide(session, actor, case)
    _lose(session, actor, case, dispute, reason, version)


def left(session: Session, case: RecoveryCase) -> None:
    """A party's case has ended: the dispute goes on among the others, or ends when one alone is left."""
    dispute = open_dispute_of(session, case.id)
    if dispute is None:
        return
    session.get_one(DisputeParty, (dispute.id, case.id)).left_at = database_now(session)
    session.flush()
    remaining = rivals(session, dispute.id)
    if len(remaining) < 2:
        _close(session, SYSTEM, dispute, None)
        for party in remaining:
            _free(session, party, dispute)


def paid(session: Session, case: RecoveryCase) -> None:
    """A case has paid out its leg. Whoever disputed it is let go by a job, which locks all of them in order."""
    if open_dispute_of(session, case.id) is not None:
        add_job(session, ENDING, case, {"seq": case.version})


def end_paid(session: Session, case: RecoveryCase) -> None:
    """What that job does: the leg is gone, so every other claimant is looked at anew and told what became of it."""
    lock_with_rivals(session, case)
    dispute = open_dispute_of(session, case.id)
    if dispute is None or case.state != State.COMPLETED:
        return
    others = [party for party in rivals(session, dispute.id) if party.id != case.id]
    _close(session, SYSTEM, dispute, case)
    for party in others:
        _free(session, party, dispute)


def _to_decide(session: Session, actor: Actor, case: RecoveryCase) -> tuple[Dispute, list[RecoveryCase]]:
    """The dispute and its parties, for somebody who has nothing to do with any of them."""
    dispute = open_dispute_of(session, case.id)
    if dispute is None:
        raise Conflict("no_dispute")
    parties = rivals(session, dispute.id)
    handled = select(CaseEvent.case_id).where(
        CaseEvent.case_id.in_([party.id for party in parties]),
        CaseEvent.actor_id == actor.id,
        CaseEvent.name.in_(DECIDED),
    )
    if session.scalar(handled.limit(1)) is not None:
        raise NotAllowed("handled_a_party")
    if any(is_paid_by(session, actor.id, party) for party in parties):
        raise NotAllowed("your_own_case")
    return dispute, parties


def _lose(
    session: Session, actor: Actor, case: RecoveryCase, dispute: Dispute, reason: str, version: int | None
) -> None:
    """Refuse one claimant: the books are undone, the leg let go, and nothing is told but that it cannot be linked."""
    recorded = {"dispute": str(dispute.id), "reason": write_message(session, actor, case, "reason", reason)}
    entries = claims.release(session, case)
    advance(session, actor, case, "lose_dispute", data=recorded, entries=entries, version=version)
    case.cause = "H04"


def _hand_over(session: Session, claim: Claim, case: RecoveryCase) -> None:
    """The winner holds the leg from here on, so that nobody else takes it before the winner is looked at."""
    if open_claim(session, case.id) is None:
        columns = {column.key: getattr(claim, column.key) for column in Claim.__table__.columns}
        del columns["claimed_at"], columns["released_at"]
        session.add(Claim(**columns | {"id": new_id(), "case_id": case.id}))
        session.flush()


def _free(session: Session, case: RecoveryCase, dispute: Dispute) -> None:
    """Let the only claimant left go on, if it was frozen."""
    if case.state != State.DISPUTED:
        return
    facts = read_facts(session, case)
    table = WORKFLOWS[case.workflow]
    rows = (table.row(State.DISPUTED, name) for name in FREES)
    name = next(row.name for row in rows if row is not None and all(guard(facts) for guard in row.guards))
    _go_on(session, SYSTEM, case, name, {"dispute": str(dispute.id)}, None)


def _go_on(
    session: Session, actor: Actor, case: RecoveryCase, name: str, recorded: Mapping[str, Any], version: int | None
) -> None:
    """Out of the dispute. Who is looked at anew keeps the leg but none of its bookings: they are made again then."""
    anew = name in (SETTLES[0], FREES[0])
    entries = claims.undo(session, case) if anew else ()
    advance(session, actor, case, name, data=recorded, entries=entries, version=version)
    if anew:
        case.looks = 0


def _close(session: Session, actor: Actor, dispute: Dispute, winner: RecoveryCase | None) -> None:
    dispute.settled_at, dispute.settled_by = database_now(session), actor.id
    dispute.winner_case = winner.id if winner is not None else None
    session.flush()
