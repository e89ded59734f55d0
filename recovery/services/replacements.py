"""Replacing a stuck step: offered to the signer by a job, its bytes recorded before anybody may send them.

A replacement moves what was approved, with the step's own nonce or inputs, so the chain takes one of them at most. Only its fee
is more than was approved, and only up to :data:`MOST_DEARER` times.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy.orm import Session

from chains.catalogue import network as find_network
from chains.sending import Step, sending, step_to_json
from recovery.domain.actor import SYSTEM, Actor
from recovery.errors import Conflict, NotFound
from recovery.models import Plan, StepReplacement
from recovery.queries.attempts import replacements_of
from recovery.queries.clock import database_now
from recovery.queries.plan_members import members
from recovery.services.plans import decoded, plan_of_signer
from recovery.services.requests import handled_before
from recovery.services.transitions import advance, lock_all

MOST_DEARER = 10
"""How many times the highest cost people approved a replacement may cost; the database knows the same bound."""

MOST_NUMBER = 2**31


def answer(
    session: Session, plan: Plan, asked_by: uuid.UUID, made: Mapping[int, Step], refused: Mapping[int, str]
) -> list[StepReplacement]:
    """Keep what a job found: unsigned replacements for the signer, or why there are none. The cases are locked.

    ``made`` and ``refused`` are by the index of the step.
    """
    number = max((one.number for one in replacements_of(session, plan)), default=0)
    rows = [
        StepReplacement(
            plan_id=plan.id, number=number + place, index=index, unsigned=step_to_json(step), asked_by=asked_by,
            at=database_now(session),
        )
        for place, (index, step) in enumerate(sorted(made.items()), 1)
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    problems = {str(index): code for index, code in sorted(refused.items())}
    data = {"plan": str(plan.id), "replacements": [one.number for one in rows], "problems": problems}
    name = "offer_fee" if rows else "keep_fee"
    for one in members(session, plan):
        advance(session, SYSTEM, one.case, f"{name}_{plan.kind}", data=data)
    return rows


def record_replacement(
    session: Session, actor: Actor, plan_id: uuid.UUID, number: int, transaction: str, *, request_id: str
) -> Plan:
    """Store the signed bytes of a replacement, equal to what was offered, before any broadcast.

    The same bytes may come again, other bytes never. Also while a case is on hold: what may be out there must be known. Raises
    NotFound, NotAllowed, InvalidInput (naming the fields that differ), Conflict.
    """
    plan = plan_of_signer(session, actor, plan_id)
    asked = {"replace": str(plan_id), "number": number, "transaction": transaction}
    if handled_before(session, actor, request_id, asked, {"plan": str(plan_id)}) is not None:
        return plan
    lock_all(session, [one.case for one in members(session, plan)])
    session.refresh(plan, with_for_update=True)
    known = 0 < number <= MOST_NUMBER
    row = (
        session.get(StepReplacement, (plan_id, number), with_for_update=True, populate_existing=True) if known else None
    )
    if row is None:
        raise NotFound("not_found")
    network = find_network(plan.network)
    module = sending(network.family)
    assert module is not None, "only families that send have replacements"
    hash, raw = decoded(module, network, row.index, row.unsigned, transaction)
    if row.hash == hash:
        return plan
    if row.hash is not None:
        raise Conflict("replacement_is_recorded")
    if plan.state not in ("recorded", "confirmed"):
        raise Conflict("plan_not_recorded")
    row.signed, row.hash = raw, hash
    session.flush()
    data = {"plan": str(plan.id), "replacement": number, "step": row.index, "hash": hash}
    for one in members(session, plan):
        advance(session, actor, one.case, f"record_fee_{plan.kind}", data=data)
    return plan
