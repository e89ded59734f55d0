"""What is stored about cases, as plain data. The only place of these proofs that knows how the tables are laid out."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.domain.settlement import stored_step
from recovery.models import (
    CaseEvent,
    Claim,
    Credit,
    Dispute,
    DisputeParty,
    Job,
    Plan,
    PlanCase,
    PlanStep,
    Posting,
    Quote,
    RecoveryCase,
    SignOff,
)


@dataclass(frozen=True)
class Event:
    """One move of a case, as its hashed text says it."""

    seq: int
    name: str
    actor: uuid.UUID
    source: str | None
    target: str
    workflow: str
    data: dict[str, Any]
    at: datetime
    body: str
    hash: str


@dataclass(frozen=True)
class StepFact:
    """One transaction of a released plan."""

    index: int
    network: str
    sender: str
    nonce: int | None
    state: str
    hash: str | None
    cost: int | None
    purpose: str
    value: int


@dataclass(frozen=True)
class PlanFact:
    """One plan, what it moves for this case, and who approved which digest of it."""

    id: uuid.UUID
    kind: str
    round: int
    state: str
    payload: str
    digest: str
    prepared_by: uuid.UUID
    destination: str
    amount: int
    network: str
    steps: tuple[StepFact, ...]
    approvals: tuple[tuple[str, uuid.UUID, str], ...]


@dataclass(frozen=True)
class CaseFact:
    """One case and everything that hangs on it."""

    row: RecoveryCase
    events: tuple[Event, ...]
    plans: tuple[PlanFact, ...]
    quotes: tuple[Quote, ...]
    claims: tuple[Claim, ...]
    postings: tuple[Posting, ...]
    jobs: tuple[Job, ...]
    credits: tuple[Credit, ...]
    disputed: bool

    @property
    def accepted(self) -> Quote | None:
        """The quote both sides are bound by."""
        return next((quote for quote in self.quotes if quote.state == "accepted"), None)

    @property
    def claim(self) -> Claim | None:
        """The leg the case holds."""
        return next((claim for claim in self.claims if claim.released_at is None), None)


def read_cases(session: Session, refs: Iterable[str]) -> list[CaseFact]:
    """The cases as stored now."""
    rows = session.scalars(
        select(RecoveryCase).where(RecoveryCase.ref.in_(list(refs))).order_by(RecoveryCase.ref)
    ).all()
    ids = [row.id for row in rows]

    def of_case(model: Any, *order: Any) -> Callable[[uuid.UUID], tuple[Any, ...]]:
        found: dict[uuid.UUID, list[Any]] = defaultdict(list)
        for one in session.scalars(select(model).where(model.case_id.in_(ids)).order_by(*order)):
            found[one.case_id].append(one)
        return lambda case_id: tuple(found[case_id])

    events = of_case(CaseEvent, CaseEvent.seq)
    quotes, claims = of_case(Quote, Quote.number), of_case(Claim, Claim.claimed_at, Claim.id)
    postings, jobs = of_case(Posting, Posting.seq, Posting.kind, Posting.leg), of_case(Job, Job.id)
    plans = _plans(session, ids)
    credits = _credits(session, ids)
    disputed = set(
        session.scalars(
            select(DisputeParty.case_id)
            .join(Dispute, Dispute.id == DisputeParty.dispute_id)
            .where(DisputeParty.case_id.in_(ids), DisputeParty.left_at.is_(None), Dispute.settled_at.is_(None))
        )
    )
    return [
        CaseFact(
            row=row,
            events=tuple(_event(one) for one in events(row.id)),
            plans=tuple(plans[row.id]),
            quotes=quotes(row.id),
            claims=claims(row.id),
            postings=postings(row.id),
            jobs=jobs(row.id),
            credits=tuple(credits[row.id]),
            disputed=row.id in disputed,
        )
        for row in rows
    ]


def _event(row: CaseEvent) -> Event:
    body = json.loads(row.body)
    return Event(
        row.seq, row.name, row.actor_id, body["from"], body["to"], body["workflow"], body["data"], row.at, row.body, row.hash
    )  # fmt: skip


def _plans(session: Session, ids: list[uuid.UUID]) -> dict[uuid.UUID, list[PlanFact]]:
    """The parts the cases have in plans; a part that has ended says what became of it, else the plan does."""
    found: dict[uuid.UUID, list[PlanFact]] = defaultdict(list)
    steps: dict[uuid.UUID, list[StepFact]] = defaultdict(list)
    approvals: dict[uuid.UUID, list[tuple[str, uuid.UUID, str]]] = defaultdict(list)
    query = select(Plan, PlanCase).join(PlanCase, PlanCase.plan_id == Plan.id).where(PlanCase.case_id.in_(ids))
    rows = session.execute(query.order_by(Plan.at, Plan.id)).all()
    if rows:
        plan_ids = [plan.id for plan, _ in rows]
        for step in session.scalars(select(PlanStep).where(PlanStep.plan_id.in_(plan_ids)).order_by(PlanStep.index)):
            steps[step.plan_id].append(_step(step))
        for sign_off in session.scalars(select(SignOff).where(SignOff.plan_id.in_(plan_ids))):
            approvals[sign_off.plan_id].append((sign_off.stage, sign_off.approver_id, sign_off.digest))
    for plan, part in rows:
        found[part.case_id].append(
            PlanFact(
                id=plan.id,
                kind=plan.kind,
                round=part.round,
                state=plan.state if part.state == "open" else part.state,
                payload=plan.payload,
                digest=plan.digest,
                prepared_by=plan.prepared_by,
                destination=json.loads(plan.payload)["destination"],
                amount=int(part.amount),
                network=plan.network,
                steps=tuple(steps[plan.id]),
                approvals=tuple(sorted(approvals[plan.id])),
            )
        )
    return found


def _step(row: PlanStep) -> StepFact:
    step = stored_step(row.unsigned)
    value = sum(move.arrives for move in step.moves) if step.purpose == "gas_top_up" else 0
    return StepFact(row.index, row.network, row.sender, row.nonce, row.state, row.hash, row.cost, step.purpose, value)


def _credits(session: Session, ids: list[uuid.UUID]) -> dict[uuid.UUID, list[Credit]]:
    """What the exchange's own book shows for the legs of the cases."""
    found: dict[uuid.UUID, list[Credit]] = defaultdict(list)
    rows = session.execute(
        select(Claim.case_id, Credit)
        .join(Credit, (Credit.network == Claim.network) & (Credit.hash == Claim.hash))
        .where(Claim.case_id.in_(ids), Claim.released_at.is_(None), Credit.position.in_(("", Claim.position)))
    )
    for case_id, credit in rows:
        found[case_id].append(credit)
    return found
