"""What people see of sign-offs: the panel beside a plan, limits and deputies, alarms, and who approves whose cases."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case as when, func, select
from sqlalchemy.orm import Session, aliased

from recovery.domain.actor import Actor
from recovery.domain.fraud import Limits
from recovery.domain.sign_off_rules import STAGES
from recovery.domain.standing import Standing
from recovery.errors import NotFound
from recovery.models import (
    BreakGlassVote,
    BrokenGlass,
    Claim,
    Person,
    PersonRole,
    Plan,
    PlanCase,
    RecoveryCase,
    SignOff,
)
from recovery.queries.delegations import delegations_shown, lent_to
from recovery.queries.limits import limits_shown, rows_in_force, used
from recovery.queries.people import display_names
from recovery.queries.sign_offs import (
    cases_of,
    credit_standing,
    moved_by,
    rounds_of,
    shown_digest,
    standing_of,
)

Shown = dict[str, Any]

READERS = frozenset({"lead", "admin", "auditor"})
"""Who sees everybody's limits, delegations and statistics."""

APPROVERS = frozenset(STAGES)
STATISTICS_OVER = timedelta(days=90)


def may_look(actor: Actor) -> None:
    """Approvals are the business of approvers and of whoever answers for them. Raises NotFound."""
    if not actor.roles & (READERS | APPROVERS):
        raise NotFound("not_found")


def plan_panel(session: Session, actor: Actor, plan: Plan) -> Shown:
    """What a plan needs, who gave it, who is still due, how often it was put forward, and what the actor has left to spend."""
    standing, moved = standing_of(session, plan), moved_by(plan)
    members = [case.id for case in cases_of(session, plan)]
    now = session.execute(select(func.now())).scalar_one()
    return {
        **_standing(session, standing),
        "rounds": rounds_of(session, plan, members),
        "shown": shown_digest(session, plan),
        "limits_left": _left(session, actor.id, moved.network, moved.contract, now),
        "lent": _lent(session, actor, now),
        "alarm": _alarm(session, plan.id),
    }


def credit_panel(session: Session, actor: Actor, case: RecoveryCase, claim: Claim) -> Shown:
    """The same of a credit."""
    now = session.execute(select(func.now())).scalar_one()
    return {
        **_standing(session, credit_standing(session, case, claim)),
        "rounds": case.round,
        "shown": None,
        "limits_left": _left(session, actor.id, claim.network, claim.contract, now),
        "lent": _lent(session, actor, now),
        "alarm": None,
    }


def _standing(session: Session, standing: Standing) -> Shown:
    needs = standing.requirement
    people = {one.approval.approver for one in standing.counted}
    people |= {one.approval.on_behalf_of for one in standing.counted if one.approval.on_behalf_of}
    names = display_names(session, people)
    return {
        "policy": needs.policy_version,
        "rule": needs.rule,
        "value": needs.value,
        "in_order": needs.in_order,
        "expires_after": needs.expires_after,
        "complete": standing.complete,
        "stages": [
            {
                "team": stage.team,
                "people": stage.people,
                "missing": standing.missing(stage.team),
                "due": stage.team in standing.due,
            }
            for stage in needs.stages
        ],
        "approvals": [
            {
                "stage": one.approval.stage,
                "name": names.get(one.approval.approver, ""),
                "on_behalf_of": names.get(one.approval.on_behalf_of, "") if one.approval.on_behalf_of else None,
                "at": one.approval.at,
                "expires_at": one.expires_at,
                "why_not": one.why_not,
            }
            for one in standing.counted
        ],
        "glass": standing.glass,
        "glass_may_break": needs.break_glass,
        "broken": standing.broken,
    }


def _left(session: Session, person: uuid.UUID, network: str, contract: str | None, now: datetime) -> list[Shown]:
    """Each limit of a person that is about an asset, and what is left of its day."""
    spent = used(session, person, network, contract, now)
    left = []
    for row in rows_in_force(session, person, network, contract):
        used_up = spent.value if row.scope == "network" else spent.amount
        today = None if row.per_day is None else max(0, row.per_day - (used_up or 0))
        left.append({"scope": row.scope, "per_case": row.per_case, "today": today})
    return left


def _lent(session: Session, actor: Actor, now: datetime) -> list[Shown]:
    rows = lent_to(session, actor.id, now)
    names = display_names(session, (row.from_id for row in rows))
    return [
        {"id": row.from_id, "name": names.get(row.from_id, ""), "stage": row.stage, "until": row.ends_at}
        for row in rows
    ]


def _alarm(session: Session, plan_id: uuid.UUID) -> Shown | None:
    row = session.get(BrokenGlass, plan_id)
    return None if row is None else {"at": row.at, "review_due": row.review_due, "reviewed_at": row.reviewed_at}


def limits_listed(session: Session, actor: Actor) -> list[Shown]:
    """Limits in force or to be confirmed: everybody's for whoever answers for them, else one's own. Raises NotFound."""
    may_look(actor)
    rows = [row for row in limits_shown(session) if actor.roles & READERS or row.person_id == actor.id]
    names = display_names(
        session, {one for row in rows for one in (row.person_id, row.set_by, row.confirmed_by) if one}
    )
    return [
        {
            "id": row.id,
            "person_id": row.person_id,
            "person": names.get(row.person_id, ""),
            "scope": row.scope,
            "network": row.network,
            "contract": row.contract or None,
            "per_case": row.per_case,
            "per_day": row.per_day,
            "reason": row.reason,
            "set_by_id": row.set_by,
            "set_by": names.get(row.set_by, ""),
            "set_at": row.set_at,
            "confirmed_by": names.get(row.confirmed_by, "") if row.confirmed_by else None,
            "confirmed_at": row.confirmed_at,
        }
        for row in rows
    ]


def delegations_listed(session: Session, actor: Actor, now: datetime) -> list[Shown]:
    """Delegations that are not over, as :func:`limits_listed`. Raises NotFound."""
    may_look(actor)
    rows = [
        row for row in delegations_shown(session, now) if actor.roles & READERS or actor.id in (row.from_id, row.to_id)
    ]
    names = display_names(session, {one for row in rows for one in (row.from_id, row.to_id)})
    columns = ("id", "from_id", "to_id", "stage", "starts_at", "ends_at", "reason", "confirmed_at")
    return [
        {name: getattr(row, name) for name in columns}
        | {"from_name": names.get(row.from_id, ""), "to_name": names.get(row.to_id, "")}
        for row in rows
    ]


def approvers(session: Session) -> list[Shown]:
    """Active people of the teams that approve, with their teams."""
    rows = session.execute(
        select(Person.id, Person.display_name, PersonRole.role)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(Person.active, PersonRole.role.in_(STAGES))
        .order_by(Person.display_name, Person.id)
    )
    people: dict[uuid.UUID, Shown] = {}
    for row in rows:
        person = people.setdefault(row.id, {"id": row.id, "name": row.display_name, "teams": []})
        person["teams"].append(row.role)
    return list(people.values())


def alarms(session: Session, actor: Actor, *, limit: int = 100) -> list[Shown]:
    """Broken glass, what waits for a review first. Raises NotFound for whoever does not answer for it."""
    if not actor.roles & READERS:
        raise NotFound("not_found")
    rows = session.execute(
        select(BrokenGlass, Plan.kind, RecoveryCase.ref)
        .join(Plan, Plan.id == BrokenGlass.plan_id)
        .join(PlanCase, and_(PlanCase.plan_id == Plan.id, PlanCase.place == 0))
        .join(RecoveryCase, RecoveryCase.id == PlanCase.case_id)
        .order_by(BrokenGlass.reviewed_at.desc().nulls_first(), BrokenGlass.review_due, BrokenGlass.plan_id)
        .limit(limit)
    ).all()
    votes = _votes(session, [row.BrokenGlass.plan_id for row in rows])
    reviewers = display_names(session, {row.BrokenGlass.reviewed_by for row in rows if row.BrokenGlass.reviewed_by})
    return [
        {
            "plan": rung.plan_id,
            "case": ref,
            "kind": kind,
            "at": rung.at,
            "review_due": rung.review_due,
            "reviewed_at": rung.reviewed_at,
            "reviewed_by": reviewers.get(rung.reviewed_by, "") if rung.reviewed_by else None,
            "note": rung.note,
            "votes": votes.get(rung.plan_id, []),
        }
        for rung, kind, ref in rows
    ]


def _votes(session: Session, plans: list[uuid.UUID]) -> Mapping[uuid.UUID, list[Shown]]:
    rows = session.execute(
        select(BreakGlassVote.plan_id, BreakGlassVote.stage, BreakGlassVote.reason, Person.id, Person.display_name)
        .join(Person, Person.id == BreakGlassVote.voter_id)
        .where(BreakGlassVote.plan_id.in_(plans))
        .order_by(BreakGlassVote.at)
    )
    votes: dict[uuid.UUID, list[Shown]] = {}
    for row in rows:
        told = {"person_id": row.id, "name": row.display_name, "stage": row.stage, "reason": row.reason}
        votes.setdefault(row.plan_id, []).append(told)
    return votes


def alarms_ringing(session: Session) -> int:
    """How many broken glasses nobody has reviewed."""
    return session.scalar(select(func.count()).select_from(BrokenGlass).where(BrokenGlass.reviewed_at.is_(None))) or 0


@dataclass(frozen=True)
class Pair:
    """Of what ``first`` did, how much ``second`` had to do with: ``count`` of ``of``. Times in seconds; ``fast``: approved
    sooner than anybody reads (V14)."""

    first: str
    second: str
    count: int
    of: int
    quickest: int
    mean: int
    fast: int


def pairs_by_preparer(session: Session, now: datetime) -> list[Pair]:
    """Who approves whose plans, of the last ninety days (V13, V14): approver first, preparer second."""
    took = func.extract("epoch", SignOff.at - Plan.at)
    rows = session.execute(
        select(
            SignOff.approver_id,
            SignOff.preparer_id,
            func.count(),
            func.min(took),
            func.avg(took),
            func.sum(when((took < Limits().seconds_to_approve, 1), else_=0)),
        )
        .join(Plan, Plan.id == SignOff.plan_id)
        .where(SignOff.at > now - STATISTICS_OVER)
        .group_by(SignOff.approver_id, SignOff.preparer_id)
    ).all()
    return _pairs(session, [tuple(row) for row in rows])


def pairs_of_teams(session: Session, now: datetime) -> list[Pair]:
    """Who of clearing approves what somebody of wallet approved, of the last ninety days (V13): wallet first."""
    wallet, clearing = aliased(SignOff), aliased(SignOff)
    took = func.abs(func.extract("epoch", clearing.at - wallet.at))
    rows = session.execute(
        select(wallet.approver_id, clearing.approver_id, func.count(), func.min(took), func.avg(took), func.sum(0))
        .join(clearing, and_(clearing.plan_id == wallet.plan_id, clearing.stage == "clearing"))
        .where(wallet.stage == "wallet", wallet.at > now - STATISTICS_OVER)
        .group_by(wallet.approver_id, clearing.approver_id)
    ).all()
    return _pairs(session, [tuple(row) for row in rows])


def _pairs(session: Session, rows: list[tuple[Any, ...]]) -> list[Pair]:
    names = display_names(session, {one for row in rows for one in row[:2]})
    totals: dict[uuid.UUID, int] = {}
    for first, _, count, *_ in rows:
        totals[first] = totals.get(first, 0) + count
    pairs = [
        Pair(
            first=names.get(first, ""),
            second=names.get(second, ""),
            count=count,
            of=totals[first],
            quickest=int(quickest),
            mean=int(mean),
            fast=int(fast or 0),
        )
        for first, second, count, quickest, mean, fast in rows
    ]
    return sorted(pairs, key=lambda pair: (-pair.count, pair.first, pair.second))
