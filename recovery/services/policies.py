"""Fee policy as versioned data: drafted by one person, activated by another."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.fees import check_rules
from recovery.errors import Conflict, NotAllowed, NotFound
from recovery.models import FeePolicy
from recovery.queries.facts import database_now

KEEPERS = frozenset({"admin", "lead"})


def draft_policy(session: Session, actor: Actor, rules: object, note: str) -> FeePolicy:
    """Store a new version that does nothing yet. Raises InvalidInput when a rule is wrong."""
    _may_keep(actor)
    checked = check_rules(rules)
    version = (session.scalar(select(func.max(FeePolicy.version))) or 0) + 1
    policy = FeePolicy(version=version, rules=checked, note=note, drafted_by=actor.id)
    session.add(policy)
    session.flush()
    return policy


def activate_policy(session: Session, actor: Actor, version: int) -> FeePolicy:
    """Put a version in force for quotes from now on. Whoever drafted it may not."""
    _may_keep(actor)
    policy = session.get(FeePolicy, version, with_for_update=True)
    if policy is None:
        raise NotFound("not_found")
    if policy.activated_at is not None:
        raise Conflict("policy_is_active")
    if policy.drafted_by == actor.id:
        raise NotAllowed("you_prepared_it")
    policy.activated_by, policy.activated_at = actor.id, database_now(session)
    return policy


def _may_keep(actor: Actor) -> None:
    if not actor.roles & KEEPERS:
        raise NotAllowed("not_your_role")
