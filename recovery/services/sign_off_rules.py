"""What a plan needs to be approved, written down with it when it is drafted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from recovery.domain.sign_off_rules import Requirement
from recovery.models import Plan, PlanRequirement, PlanRequirementStage, RecoveryCase
from recovery.queries.limits import worth
from recovery.queries.sign_offs import moved_by, required, requirement_for


def write_requirement(session: Session, plan: Plan, cases: Sequence[RecoveryCase]) -> Requirement:
    """Keep with a draft what the policy in force asks of it; a later version of the policy changes nothing for it.

    The draft must be written already. Writing twice changes nothing.
    """
    if session.get(PlanRequirement, plan.id) is not None:
        return required(session, plan)
    moved = moved_by(plan)
    needs = requirement_for(session, plan, cases, worth(session, moved.network, moved.contract, moved.amount))
    session.add(
        PlanRequirement(
            plan_id=plan.id,
            policy_version=needs.policy_version,
            rule=needs.rule,
            in_order=needs.in_order,
            expires_after=needs.expires_after,
            break_glass=needs.break_glass,
            minimum_look=needs.minimum_look,
            limit_needed=needs.limit_needed,
            review_within=needs.review_within,
            value=needs.value,
        )
    )
    session.flush()
    for position, stage in enumerate(needs.stages):
        session.add(PlanRequirementStage(plan_id=plan.id, team=stage.team, position=position, people=stage.people))
    session.flush()
    return needs
