"""Policies as versioned data, of fees, causes and prices: drafted by one person, activated by another, never changed.

A policy per cause comes into force only after every verdict so far was replayed with it (:mod:`recovery.services.replay`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chains.asset import check_asset
from chains.catalogue import networks
from recovery.domain.actor import Actor
from recovery.domain.cause_policy import ASSET_AMOUNTS
from recovery.domain.diagnosis import RULES_VERSION
from recovery.domain.fees import check_rules
from recovery.domain.policy_check import check_policy
from recovery.domain.price_policy import check_limits
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, StepUpNeeded
from recovery.queries.facts import database_now
from recovery.queries.policies import Row, deciding_replay, kind_of, version_in_force

KEEPERS = frozenset({"admin", "lead"})
LONGEST_NOTE = 1_000


def draft_policy(session: Session, actor: Actor, content: object, note: str, *, kind: str = "fee") -> Row:
    """Store a new version that does nothing yet. Raises InvalidInput naming the first thing wrong, NotAllowed."""
    _may_keep(actor)
    of = kind_of(kind)
    checked = CHECKS[kind](content)
    highest = session.scalar(select(func.max(of.model.version))) or of.built_in
    values = {of.content: checked, "note": note.strip()[:LONGEST_NOTE], "drafted_by": actor.id}
    policy = of.model(version=highest + 1, **values)
    session.add(policy)
    session.flush()
    return policy


def activate_policy(session: Session, actor: Actor, version: int, *, kind: str = "fee") -> Row:
    """Put a version in force from now on. Whoever drafted it may not.

    Raises NotFound, NotAllowed, StepUpNeeded, and Conflict when it is active, older than the one in force, or, of causes,
    not replayed over all history with the checks of now.
    """
    _may_keep(actor)
    of = kind_of(kind)
    if version == of.built_in:
        raise Conflict("policy_is_built_in")
    policy = cast("Row | None", session.get(of.model, version, with_for_update=True))
    if policy is None:
        raise NotFound("not_found")
    if policy.activated_at is not None:
        raise Conflict("policy_is_active")
    if policy.drafted_by == actor.id:
        raise NotAllowed("you_prepared_it")
    if not actor.stepped_up:
        raise StepUpNeeded("needs_step_up")
    if version < version_in_force(session, of):
        raise Conflict("policy_is_older")
    if kind == "cause" and deciding_replay(session, version, RULES_VERSION) is None:
        raise Conflict("policy_needs_replay")
    policy.activated_by, policy.activated_at = actor.id, database_now(session)
    return policy


def may_keep(actor: Actor) -> bool:
    """Whether the actor drafts and activates policies."""
    return bool(actor.roles & KEEPERS)


def _may_keep(actor: Actor) -> None:
    if not may_keep(actor):
        raise NotAllowed("not_your_role")


def _checked_causes(content: object) -> dict[str, Any]:
    """A document whose assets are written as their networks write them: amounts are looked up by that identity."""
    document = check_policy(content)
    parameters = document["parameters"]
    written = {name: [_asset(name, place, one) for place, one in enumerate(parameters[name])] for name in ASSET_AMOUNTS}
    return check_policy(document | {"parameters": parameters | written})


def _asset(name: str, place: int, entry: Mapping[str, Any]) -> dict[str, Any]:
    field = f"parameters.{name}[{place}]"
    network = networks().get(entry["network"])
    if network is None:
        raise InvalidInput("policy_network_unknown", field=f"{field}.network")
    if entry["contract"] is None:
        return dict(entry)
    contract = check_asset(network, entry["contract"])
    if contract is None:
        raise InvalidInput("policy_asset_unknown", field=f"{field}.contract")
    return {**entry, "contract": contract or None}


CHECKS: Mapping[str, Callable[[object], Any]] = {
    "fee": check_rules,
    "cause": _checked_causes,
    "price": check_limits,
}
