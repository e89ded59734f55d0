"""Limits of approvers: set by one person, confirmed by another, spent under lock."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.asset import check_asset
from chains.catalogue import networks
from recovery.domain.actor import Actor
from recovery.domain.approver_limits import Use
from recovery.domain.ids import new_id
from recovery.domain.sign_off_rules import STAGES
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed, NotFound, StepUpNeeded
from recovery.models import ApproverLimit, LimitUse, Person, RecoveryCase
from recovery.queries.clock import database_now
from recovery.queries.limits import lock_limits, why_over
from recovery.queries.people import roles_of
from recovery.queries.sign_offs import Moved

KEEPERS = frozenset({"admin", "lead"})
LONGEST_REASON = 1_000
LARGEST = 2**256 - 1


def set_limit(session: Session, actor: Actor, person_id: uuid.UUID, given: Mapping[str, Any]) -> ApproverLimit:
    """Propose a limit; it counts once somebody else confirmed it. ``given``: network, contract (for one asset) or scope
    ``network``, per_case, per_day (base units or ``None``) and reason.

    Raises NotAllowed, NotFound (for a person nobody is), InvalidInput, StepUpNeeded.
    """
    if not may_set(actor):
        raise NotAllowed("not_your_role")
    if session.get(Person, person_id) is None:
        raise NotFound("not_found")
    if not roles_of(session, person_id) & set(STAGES):
        raise InvalidInput("limit_of_no_approver", fields={"person": ["limit_of_no_approver"]})
    network, contract = _asset(given)
    amounts = (given.get("per_case"), given.get("per_day"))
    if all(one is None for one in amounts) or any(one is not None and not 0 <= one <= LARGEST for one in amounts):
        raise InvalidInput("limit_is_no_amount", fields={"per_case": ["limit_is_no_amount"]})
    limit = ApproverLimit(
        id=new_id(),
        person_id=person_id,
        scope=given["scope"],
        network=network,
        contract=contract,
        per_case=amounts[0],
        per_day=amounts[1],
        reason=_reason(given),
        set_by=actor.id,
    )
    _may_keep(actor, person_id)
    session.add(limit)
    session.flush()
    return limit


def confirm_limit(session: Session, actor: Actor, limit_id: uuid.UUID) -> ApproverLimit:
    """Put a proposed limit in force in place of the one before. Raises NotFound, NotAllowed, StepUpNeeded, Conflict."""
    limit = session.get(ApproverLimit, limit_id, with_for_update=True, populate_existing=True)
    if limit is None:
        raise NotFound("not_found")
    _may_keep(actor, limit.person_id)
    if limit.confirmed_at is not None or limit.ended_at is not None:
        raise Conflict("limit_is_confirmed")
    if limit.set_by == actor.id:
        raise NotAllowed("you_prepared_it")
    now = database_now(session)
    lock_limits(session, [limit.person_id], limit.network, limit.contract)
    before = session.scalars(
        select(ApproverLimit).where(
            ApproverLimit.person_id == limit.person_id,
            ApproverLimit.scope == limit.scope,
            ApproverLimit.network == limit.network,
            ApproverLimit.contract == limit.contract,
            ApproverLimit.confirmed_at.is_not(None),
            ApproverLimit.ended_at.is_(None),
        )
    )
    for old in before:
        old.ended_at = now
    session.flush()
    limit.confirmed_by, limit.confirmed_at = actor.id, now
    session.flush()
    return limit


def spend(
    session: Session,
    actor: Actor,
    whose: uuid.UUID,
    moved: Moved,
    value: int | None,
    *,
    kind: str,
    needed: bool,
    plan_id: uuid.UUID | None = None,
    case: RecoveryCase | None = None,
) -> None:
    """Use somebody's limits for one approval. Whoever approves with the same limits at the same moment waits, and sees this
    use. Raises MoveNotOpen naming the limit that is broken. Approvals of plans that were rejected stay used."""
    lock_limits(session, [whose], moved.network, moved.contract)
    use, now = Use(moved.amount, value), database_now(session)
    why = why_over(session, whose, moved.network, moved.contract, use, now, needed=needed, counted=False)
    if why is not None:
        raise MoveNotOpen(why)
    session.add(
        LimitUse(
            id=new_id(),
            person_id=whose,
            actor_id=actor.id,
            kind=kind,
            plan_id=plan_id,
            case_id=case.id if case is not None else None,
            network=moved.network,
            contract=moved.contract or "",
            amount=moved.amount,
            value=value,
        )
    )
    session.flush()


def may_set(actor: Actor) -> bool:
    """Whether the actor proposes limits."""
    return "admin" in actor.roles


def may_confirm(actor: Actor) -> bool:
    """Whether the actor confirms limits that somebody else proposed."""
    return bool(actor.roles & KEEPERS)


def _may_keep(actor: Actor, person_id: uuid.UUID) -> None:
    if not actor.roles & KEEPERS:
        raise NotAllowed("not_your_role")
    if actor.id == person_id:
        raise NotAllowed("limit_is_your_own")
    if not actor.stepped_up:
        raise StepUpNeeded("needs_step_up")


def _asset(given: Mapping[str, Any]) -> tuple[str, str]:
    """Network and contract as they are looked up. A limit by value is of a whole network."""
    network = networks().get(given["network"])
    if network is None:
        raise InvalidInput("network_is_unknown", fields={"network": ["network_is_unknown"]})
    if given["scope"] not in ("asset", "network"):
        raise InvalidInput("limit_scope_unknown", fields={"scope": ["limit_scope_unknown"]})
    if given["scope"] == "network" or not given.get("contract"):
        return network.slug, ""
    contract = check_asset(network, given["contract"])
    if contract is None:
        raise InvalidInput("limit_asset_unknown", fields={"contract": ["limit_asset_unknown"]})
    return network.slug, contract


def _reason(given: Mapping[str, Any]) -> str:
    reason = str(given.get("reason", "")).strip()[:LONGEST_REASON]
    if not reason:
        raise InvalidInput("field_is_missing", fields={"reason": ["field_is_missing"]})
    return reason
