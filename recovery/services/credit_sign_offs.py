"""Who has to approve a credit: everybody but the last endorses it, and clearing has the last word.

A credit moves no coins and has no plan, so what is approved is the digest of leg, asset, amount and account, in this round.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.errors import MoveNotOpen, NotAllowed
from recovery.models import Claim, CreditApproval, RecoveryCase
from recovery.queries.facts import open_claim
from recovery.queries.sign_offs import Moved, credit_digest, credit_standing, credit_teams_left
from recovery.services.delegations import principal
from recovery.services.limits import spend
from recovery.services.sign_offs import had_a_part
from recovery.services.transitions import advance
from workflows.uncredited_deposit import PREPARED


def endorse(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """One approval of a credit that needs more than the last one. Raises MoveNotOpen, NotAllowed."""
    claim = open_claim(session, case.id)
    if claim is None:
        raise MoveNotOpen("leg_is_claimed")
    now = credit_standing(session, case, claim)
    left = credit_teams_left(now)
    team = next((team for team in (left[:1] if now.requirement.in_order else left) if team in actor.roles), None)
    if left and team is None:
        raise NotAllowed("not_your_role")
    advance(session, actor, case, data["_name"], data={"digest": credit_digest(case, claim)}, version=version)
    approve(session, actor, case, claim, team or "clearing", data)


def approve(
    session: Session, actor: Actor, case: RecoveryCase, claim: Claim, team: str, data: Mapping[str, Any]
) -> None:
    """Keep one approval of a credit, within the limits. Raises MoveNotOpen, NotAllowed."""
    needs = credit_standing(session, case, claim).requirement
    named = data.get("on_behalf_of")
    whom = principal(session, actor, team, uuid.UUID(str(named)) if named else None)
    both = [one for one in (actor.id, whom) if one is not None]
    twice = select(CreditApproval.approver_id).where(
        CreditApproval.case_id == case.id,
        CreditApproval.round == case.round,
        or_(CreditApproval.approver_id.in_(both), CreditApproval.on_behalf_of.in_(both)),
    )
    if session.scalar(twice) is not None or (whom is not None and had_a_part(session, case, whom, PREPARED)):
        raise NotAllowed("you_prepared_it")
    spend(
        session,
        actor,
        whom or actor.id,
        Moved(claim.network, claim.contract, claim.amount),
        needs.value,
        kind="credit",
        needed=needs.limit_needed,
        case=case,
    )
    session.add(
        CreditApproval(
            case_id=case.id,
            round=case.round,
            approver_id=actor.id,
            stage=team,
            digest=credit_digest(case, claim),
            policy_version=needs.policy_version,
            on_behalf_of=whom,
        )
    )
    session.flush()
