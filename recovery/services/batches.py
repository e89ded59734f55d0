"""Batches: small losses of one asset brought together, quoted with a shared cost, and swept in one plan.

A batch moves nothing itself. Each case keeps its own quote, acceptance and refund; only the sweep is one plan for all of them
(:mod:`recovery.jobs.planning`), approved once.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.shares import share
from recovery.domain.actor import Actor
from recovery.domain.ids import new_id
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed, NotFound
from recovery.models import AssetProbe, BatchMember, Claim, Parked, RecoveryCase, SweepBatch
from recovery.queries.batches import batch_cases, membership
from recovery.queries.cases import find_case
from recovery.queries.clock import database_now
from recovery.queries.facts import latest_probe, open_claim
from recovery.services import claims, quotes
from recovery.services.transitions import advance, lock, lock_all
from workflows.states import State

MOST = 200
"""Cases of one batch: more would not fit into what people can read before they sign."""

TOO_LITTLE = frozenset({"value_below_cost", "value_below_minimum"})
"""Refusals of a quote that say so of the value."""

JOINS_FROM = (State.UNDER_REVIEW, State.INVESTIGATED, State.PARKED)
LEAVES_FROM = (State.UNDER_REVIEW, State.INVESTIGATED, State.QUOTED, State.ACCEPTED)
BATCHERS = frozenset({"specialist", "lead"})


def form(session: Session, actor: Actor, refs: Sequence[str]) -> SweepBatch:
    """A batch of the cases with these numbers, all of one asset. Parked ones are looked at anew, as part of it.

    Raises NotAllowed, NotFound, InvalidInput when there are too few or too many or they are of several assets, Conflict when
    one is in a batch already, MoveNotOpen when one is too far on.
    """
    if not actor.roles & BATCHERS:
        raise NotAllowed("not_your_role")
    cases = [find_case(session, actor, ref) for ref in dict.fromkeys(refs)]
    if not 2 <= len(cases) <= MOST:
        raise InvalidInput("batch_size", most=MOST)
    lock_all(session, cases)
    assets = {_asset_of(session, case) for case in cases}
    if len(assets) != 1:
        raise InvalidInput("batch_of_several_assets")
    ((network, contract),) = assets
    batch = SweepBatch(id=new_id(), network=network, contract=contract, made_by=actor.id)
    session.add(batch)
    session.flush()
    for case in cases:
        if membership(session, case.id) is not None:
            raise Conflict("case_is_in_a_batch", case=case.ref)
        if case.state == State.PARKED:
            _unpark(session, case)
        advance(session, actor, case, "join_batch", data={"batch": str(batch.id)})
        session.add(BatchMember(batch_id=batch.id, case_id=case.id))
    session.flush()
    return batch


def _asset_of(session: Session, case: RecoveryCase) -> tuple[str, str]:
    """Network and contract of what the case is about."""
    claim = open_claim(session, case.id)
    if claim is not None:
        return claim.network, claim.contract or ""
    parked = session.scalars(
        select(Parked).where(Parked.case_id == case.id, Parked.ended_at.is_(None)).order_by(Parked.since.desc())
    ).first()
    if parked is None or parked.why != "value_below_cost" or parked.contract is None:
        raise MoveNotOpen("no_such_move", move="join_batch", state=case.state)
    return parked.network, parked.contract


def _unpark(session: Session, case: RecoveryCase) -> None:
    for parked in session.scalars(select(Parked).where(Parked.case_id == case.id, Parked.ended_at.is_(None))):
        parked.ended_at = database_now(session)
    case.looks = 0


def leave(session: Session, actor: Actor, case: RecoveryCase, version: int | None = None) -> None:
    """Take a case out of its batch; whatever quote it has stays. Raises MoveNotOpen when it is in none."""
    lock(session, case)
    member = membership(session, case.id)
    if member is None:
        raise MoveNotOpen("is_in_a_batch", move="leave_batch")
    advance(session, actor, case, "leave_batch", data={"batch": str(member.batch_id)}, version=version)
    member.left_at = database_now(session)


def find(session: Session, actor: Actor, batch_id: uuid.UUID) -> SweepBatch:
    """The batch. Raises NotFound, also for somebody who may not work with batches."""
    batch = session.get(SweepBatch, batch_id)
    if batch is None or not actor.roles & BATCHERS:
        raise NotFound("not_found")
    return batch


def offer_all(session: Session, actor: Actor, batch: SweepBatch) -> tuple[int, int]:
    """Quote every case of the batch that is ready, each with its share of what the whole sweep costs.

    Says how many were offered, and how many left because even their share is more than they are worth. Raises InvalidInput
    when that cannot be told of one, since a price or a rule is missing: then nobody leaves.
    """
    ready = _ready(session, actor, batch)
    if not ready:
        raise Conflict("batch_has_nothing_ready")
    by_address: dict[str, int] = {}
    for _, claim, probe in ready:
        by_address[claim.recipient] = max(by_address.get(claim.recipient, 0), probe.network_cost or 0)
    batch.cost = sum(by_address.values())
    shares = share(batch.cost, [claim.amount for _, claim, _ in ready])
    offered = left = 0
    for (case, _, _), part in zip(ready, shares, strict=True):
        member = membership(session, case.id)
        assert member is not None, "ready cases are members"
        member.share = part
        session.flush()
        try:
            with session.begin_nested():
                quotes.offer(session, actor, case, {}, None)
            offered += 1
        except InvalidInput as refused:
            if refused.detail not in TOO_LITTLE:
                raise
            leave(session, actor, case)
            left += 1
    return offered, left


def _ready(session: Session, actor: Actor, batch: SweepBatch) -> list[tuple[RecoveryCase, Claim, AssetProbe]]:
    """The cases of the batch that can be quoted, those under review concluded first where their token was probed."""
    found = []
    cases = batch_cases(session, batch.id)
    lock_all(session, cases)
    for case in cases:
        claim, probe = open_claim(session, case.id), latest_probe(session, case.id)
        if claim is None or probe is None or not probe.ok:
            continue
        if case.state == State.UNDER_REVIEW:
            claims.conclude(session, actor, case, {}, None)
        if case.state == State.INVESTIGATED:
            found.append((case, claim, probe))
    return found


def prepare_all(session: Session, actor: Actor, batch: SweepBatch) -> int:
    """Have the sweep of every accepted case planned, as one plan. Says how many; raises Conflict for none."""
    cases = [case for case in batch_cases(session, batch.id) if case.state == State.ACCEPTED]
    if not cases:
        raise Conflict("batch_has_nothing_accepted")
    lock_all(session, cases)
    for case in cases:
        advance(session, actor, case, "prepare_sweep", data={"batch": str(batch.id)})
    return len(cases)
