"""What a plan or a credit needs to be approved, and where it stands: read from rows, counted by the domain."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from recovery.domain.approver_limits import Use
from recovery.domain.canonical import canonical, digest
from recovery.domain.settlement import steps_of
from recovery.domain.sign_off_rules import (
    STAGES,
    Matter,
    Requirement,
    Stage,
    left_of_advance,
    requirement,
    strictest,
)
from recovery.domain.standing import Approval, Standing, standing
from recovery.models import (
    Advance,
    BreakGlassVote,
    Claim,
    CreditApproval,
    LimitUse,
    Person,
    PersonRole,
    Plan,
    PlanCase,
    PlanRequirement,
    PlanRequirementStage,
    RecoveryCase,
    SignOff,
)
from recovery.queries.limits import why_over, worth
from recovery.queries.plan_members import parts_of
from recovery.queries.policies import policy_in_force, sign_off_policy_in_force


@dataclass(frozen=True)
class Moved:
    """What a matter moves: the asset and how much of it, in base units."""

    network: str
    contract: str | None
    amount: int


def moved_by(plan: Plan) -> Moved:
    """What a plan moves, read from the payload that is approved."""
    payload = json.loads(plan.payload)
    return Moved(plan.network, payload["asset"]["contract"] or None, int(payload["amount"]))


def cases_of(session: Session, plan: Plan) -> list[RecoveryCase]:
    """The cases a plan is about, whatever became of their parts."""
    return [session.get_one(RecoveryCase, part.case_id) for part in parts_of(session, plan.id)]


def requirement_for(session: Session, plan: Plan, cases: Sequence[RecoveryCase], value: int | None) -> Requirement:
    """What the policy in force asks of a plan for these cases; the strictest of them counts. What pays an advance needs what
    is asked of advances as well.

    ``value``: what the plan moves is worth, in base units of the network's own coin; ``None`` when no price is known.
    """
    moved = moved_by(plan)
    rounds = rounds_of(session, plan, [case.id for case in cases])
    asked = [_asked(session, plan.kind, moved, value, case.cause, rounds) for case in cases]
    if plan.kind == "refund":
        asked += [left_of_advance(advance_requirement(session, case, moved)) for case in _advanced(session, cases)]
    return strictest(asked)


def _advanced(session: Session, cases: Sequence[RecoveryCase]) -> list[RecoveryCase]:
    """Those of the cases whose refund comes from own funds."""
    query = select(Advance.case_id).where(Advance.state == "approved")
    ids = set(session.scalars(query.where(Advance.case_id.in_([case.id for case in cases]))))
    return [case for case in cases if case.id in ids]


def advance_requirement(session: Session, case: RecoveryCase, moved: Moved) -> Requirement:
    """What the policy in force asks of an advance: one of clearing proposes it, a lead approves it, the others its plan."""
    value = worth(session, moved.network, moved.contract, moved.amount)
    return _asked(session, "advance", moved, value, case.cause, rounds=1)


def rounds_of(session: Session, plan: Plan, cases: Sequence[uuid.UUID]) -> int:
    """How often plans of this kind were put forward for these cases until this one: the largest number of any of them."""
    counts = session.scalars(
        select(func.count())
        .select_from(PlanCase)
        .join(Plan, Plan.id == PlanCase.plan_id)
        .where(PlanCase.case_id.in_(cases), PlanCase.kind == plan.kind, PlanCase.plan_id != plan.id)
        .where(PlanCase.state == "void", Plan.at <= plan.at)
        .group_by(PlanCase.case_id)
    )
    return 1 + max(counts, default=0)


def _asked(session: Session, kind: str, moved: Moved, value: int | None, cause: str | None, rounds: int) -> Requirement:
    policy, causes = sign_off_policy_in_force(session), policy_in_force(session).causes
    matter = Matter(kind, moved.network, moved.contract, moved.amount, value, cause, rounds)
    row = causes.get(cause)
    teams = [team for team in (row.approvals if row else ()) if team in STAGES]
    return requirement(policy, matter, teams)


def required(session: Session, plan: Plan) -> Requirement:
    """What a plan needs: as stored when it was drafted, else by the policy of now."""
    row = session.get(PlanRequirement, plan.id)
    if row is None:
        moved = moved_by(plan)
        value = worth(session, moved.network, moved.contract, moved.amount)
        return requirement_for(session, plan, cases_of(session, plan), value)
    stages = session.scalars(
        select(PlanRequirementStage)
        .where(PlanRequirementStage.plan_id == plan.id)
        .order_by(PlanRequirementStage.position)
    )
    return Requirement(
        policy_version=row.policy_version,
        rule=row.rule,
        stages=tuple(Stage(one.team, one.people) for one in stages),
        in_order=row.in_order,
        expires_after=row.expires_after,
        break_glass=row.break_glass,
        minimum_look=row.minimum_look,
        limit_needed=row.limit_needed,
        review_within=row.review_within,
        value=row.value,
    )


def standing_of(session: Session, plan: Plan) -> Standing:
    """Whose approvals of a plan count at this moment, and who is still due."""
    needs, moved = required(session, plan), moved_by(plan)
    use = Use(moved.amount, needs.value)
    signed = session.execute(
        select(SignOff, _holds(SignOff.approver_id, SignOff.stage), _holds(SignOff.on_behalf_of, SignOff.stage))
        .where(SignOff.plan_id == plan.id, SignOff.digest == plan.digest)
        .execution_options(populate_existing=True)
    ).all()
    counted = set(session.scalars(select(LimitUse.actor_id).where(LimitUse.plan_id == plan.id)))
    approvals = [
        _approval(one, own, other, within=_within(session, one, moved, use, needs, counted=one.approver_id in counted))
        for one, own, other in signed
    ]
    votes = session.execute(
        select(BreakGlassVote, _holds(BreakGlassVote.voter_id, BreakGlassVote.stage)).where(
            BreakGlassVote.plan_id == plan.id, BreakGlassVote.digest == plan.digest
        )
    )
    voted = [Approval(vote.stage, vote.voter_id, vote.at, holds=holds) for vote, holds in votes]
    return standing(needs, approvals, voted, _now(session))


def _approval(one: SignOff | CreditApproval, own: bool, other: bool, *, within: bool) -> Approval:
    """``own``, ``other``: whether who gave it, and whoever they stood for, are of the team now."""
    holds = own and (one.on_behalf_of is None or other)
    return Approval(one.stage, one.approver_id, one.at, one.on_behalf_of, holds=holds, within=within)


def _within(
    session: Session, one: SignOff | CreditApproval, moved: Moved, use: Use, needs: Requirement, *, counted: bool
) -> bool:
    whose = one.on_behalf_of or one.approver_id
    why = why_over(
        session, whose, moved.network, moved.contract, use, one.at, needed=needs.limit_needed, counted=counted
    )
    return why is None


def _holds(person: Any, team: Any) -> Any:
    """Whether a person is active and of a team now."""
    return exists().where(
        and_(Person.id == person, Person.active, PersonRole.person_id == person, PersonRole.role == team)
    )


def _now(session: Session) -> datetime:
    return session.execute(select(func.now())).scalar_one()


def summary_of(session: Session, plan: Plan) -> dict[str, Any]:
    """What is put before an approver, in one piece: what moves, from where to where, for which cases, under which rule."""
    payload, needs = json.loads(plan.payload), required(session, plan)
    return {
        "plan": str(plan.id),
        "digest": plan.digest,
        "kind": plan.kind,
        "network": plan.network,
        "contract": payload["asset"]["contract"],
        "amount": str(payload["amount"]),
        "sources": sorted({step.sender for step in steps_of(payload)}),
        "destination": payload["destination"],
        "cases": [
            {"case": case.ref, "account": case.account, "amount": part["amount"], "round": part["round"]}
            for case, part in zip(cases_of(session, plan), _parts(payload), strict=True)
        ],
        "value": None if needs.value is None else str(needs.value),
        "policy": needs.policy_version,
        "stages": [{"team": stage.team, "people": stage.people} for stage in needs.stages],
    }


def _parts(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The part of each case; the first form of a payload has one."""
    parts: list[dict[str, Any]] = payload.get("cases") or [payload]
    return parts


def shown_digest(session: Session, plan: Plan) -> str:
    """SHA-256 of the summary, which a sign-off keeps."""
    return digest(summary_of(session, plan))


def credit_digest(case: RecoveryCase, claim: Claim) -> str:
    """SHA-256 of exactly what a credit is: leg, asset, amount, account, in this round."""
    content = {
        "case": case.ref, "network": claim.network, "hash": claim.hash, "position": claim.position,
        "contract": claim.contract, "amount": str(claim.amount), "account": case.account, "round": case.round,
    }  # fmt: skip
    return digest(content)


def credit_requirement(session: Session, case: RecoveryCase, claim: Claim) -> Requirement:
    """What the policy in force asks of a credit. There is no plan to keep it with: a stricter version counts at once."""
    moved = Moved(claim.network, claim.contract, claim.amount)
    value = worth(session, claim.network, claim.contract, claim.amount)
    return _asked(session, "credit", moved, value, case.cause, rounds=case.round)


def credit_standing(session: Session, case: RecoveryCase, claim: Claim) -> Standing:
    """Whose approvals of a credit count at this moment."""
    needs = credit_requirement(session, case, claim)
    rows = session.execute(
        select(
            CreditApproval,
            _holds(CreditApproval.approver_id, CreditApproval.stage),
            _holds(CreditApproval.on_behalf_of, CreditApproval.stage),
        ).where(
            CreditApproval.case_id == case.id,
            CreditApproval.round == case.round,
            CreditApproval.digest == credit_digest(case, claim),
        )
    )
    moved = Moved(claim.network, claim.contract, claim.amount)
    use = Use(moved.amount, needs.value)
    approvals = [
        _approval(one, own, other, within=_within(session, one, moved, use, needs, counted=True))
        for one, own, other in rows
    ]
    return standing(needs, approvals, (), _now(session))


def credit_teams_left(now: Standing) -> list[str]:
    """Teams that have to endorse a credit before clearing has the last word: clearing itself needs one less."""
    return [
        stage.team
        for stage in now.requirement.stages
        if now.missing(stage.team) > (1 if stage.team == "clearing" else 0)
    ]


def people_of(shown: Standing) -> set[uuid.UUID]:
    """Everybody whose limits the approvals of a standing rest on."""
    return {one.approval.on_behalf_of or one.approval.approver for one in shown.counted}


def summary_text(summary: dict[str, Any]) -> str:
    """The summary as the very text whose digest is kept."""
    return canonical(summary)
