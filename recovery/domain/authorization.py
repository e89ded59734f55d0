"""Who may make a move: one pure decision, used by the interpreter and by every list of buttons."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Set as AbstractSet

from recovery.domain.actor import Actor
from workflows.machine import Transition


def role_for(actor: Actor, transition: Transition) -> str | None:
    """The role in which the actor would make the move, or ``None`` when no role of theirs may."""
    return next((role for role in transition.by if role in actor.roles), None)


def objection(
    actor: Actor,
    transition: Transition,
    made_by: Mapping[str, AbstractSet[uuid.UUID]],
    *,
    owns_case: bool,
    shares_account: bool = False,
) -> str | None:
    """Why this actor may not make this move, as a message code, or ``None``.

    ``made_by`` says who made which earlier transitions (only this round's, for transitions that count per round). A
    depositor moves their own case only. ``shares_account``: the case is of the account that the actor signs in for as well.
    """
    role = role_for(actor, transition)
    if role is None or (role == "depositor" and not owns_case):
        return "not_your_role"
    if role not in ("depositor", "system") and (owns_case or shares_account):
        return "your_own_case"
    if any(actor.id in made_by.get(name, frozenset()) for name in transition.unlike):
        return "you_prepared_it"
    if transition.step_up and not actor.stepped_up:
        return "needs_step_up"
    return None
