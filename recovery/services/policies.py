"""Policies as versioned data (fees, causes, sign-offs, prices): drafted by one person, activated by another, never changed.

A policy per cause comes into force only after every verdict so far was replayed with it (:mod:`recovery.services.replay`),
one of fees only after it was tried on every quote so far (:mod:`recovery.services.fee_trials`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chains.catalogue import networks
from recovery.domain.actor import Actor
from recovery.domain.cause_policy import ASSET_AMOUNTS
from recovery.domain.diagnosis import RULES_VERSION
from recovery.domain.fees.reading import effective_from
from recovery.domain.fees.trial import ENGINE
from recovery.domain.policy_check import check_policy
from recovery.domain.price_policy import check_limits
from recovery.domain.sign_off_check import check_sign_off_policy
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, StepUpNeeded
from recovery.queries.clock import database_now
from recovery.queries.policies import KEEPERS, Row, deciding_replay, deciding_trial, kind_of, version_in_force
from recovery.services.fee_documents import check_fee_document, written_asset

LONGEST_NOTE = 1_000


def draft_policy(session: Session, actor: Actor, content: object, note: str, *, kind: str = "fee") -> Row:
    """Store a new version that does nothing yet. Raises InvalidInput naming the first thing wrong, NotAllowed."""
    _may_keep(actor)
    of = kind_of(kind)
    checked = CHECKS[kind](content)
    highest = session.scalar(select(func.max(of.model.version))) or of.built_in
    values = {of.content: checked, "note": note.strip()[:LONGEST_NOTE], "drafted_by": actor.id}
    if kind == "fee":
        values["effective_from"] = effective_from(checked)
    policy = of.model(version=highest + 1, **values)
    session.add(policy)
    session.flush()
    return policy


def activate_policy(session: Session, actor: Actor, version: int, *, kind: str = "fee") -> Row:
    """Put a version in force from now on. Whoever drafted it may not.

    Raises NotFound, NotAllowed, StepUpNeeded, and Conflict when it is active, older than the one in force, of causes and
    not replayed over all history with the checks of now, or of fees and not tried on all past quotes.
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
    if kind == "fee" and deciding_trial(session, version, ENGINE) is None:
        raise Conflict("policy_needs_trial")
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
    written = {name: _assets(parameters[name], f"parameters.{name}") for name in ASSET_AMOUNTS}
    return check_policy(document | {"parameters": parameters | written})


def _assets(rows: list[Mapping[str, Any]], field: str) -> list[dict[str, Any]]:
    return [written_asset(row, f"{field}[{place}]") for place, row in enumerate(rows)]


def _checked_sign_offs(content: object) -> dict[str, Any]:
    """A document whose networks and assets exist, written as they are looked up."""
    document = check_sign_off_policy(content)
    rules = []
    for place, rule in enumerate(document["rules"]):
        unknown = next((one for one in rule["networks"] if one not in networks()), None)
        if unknown is not None:
            raise InvalidInput("policy_network_unknown", field=f"rules[{place}].networks")
        rules.append({**rule, "assets": _assets(rule["assets"], f"rules[{place}].assets")})
    return {**document, "rules": rules}


CHECKS: Mapping[str, Callable[[object], Any]] = {
    "fee": check_fee_document,
    "cause": _checked_causes,
    "sign_off": _checked_sign_offs,
    "price": check_limits,
}
