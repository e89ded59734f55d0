"""Cases as somebody may see them: one, a page of them, how many wait in each queue."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.ids import parse_case_ref
from recovery.errors import InvalidInput, NotFound
from recovery.models import Claim, Person, RecoveryCase
from workflows.playbooks import PUBLIC_CAUSE
from workflows.states import PUBLIC_LABELS, State

LONGEST_PAGE = 100

QUEUES: dict[str, tuple[State, ...]] = {
    "review": (State.UNDER_REVIEW,),
    "answers": (State.QUESTION_ASKED, State.NEEDS_INFORMATION),
    "quote": (State.INVESTIGATED,),
    "offered": (State.QUOTED,),
    "sweep": (State.ACCEPTED,),
    "sign_off": (State.SWEEP_SIGN_OFF, State.REFUND_SIGN_OFF),
    "credit": (State.CREDIT_SIGN_OFF,),
    "moving": (State.PLANNING_SWEEP, State.SWEEPING, State.SWEPT, State.PAYING, State.CREDITING),
    "hold": (State.ON_HOLD, State.SWEEP_ON_HOLD, State.REFUND_ON_HOLD),
    "waiting": (State.SUBMITTED, State.CHECKING, State.WAITING_FOR_CHAIN),
}
"""Every open state stands in exactly one queue (tested), so that no case is in none."""

QUEUES_OF_ROLE: dict[str, tuple[str, ...]] = {
    "specialist": ("review", "quote", "sweep", "answers", "offered"),
    "wallet": ("sign_off", "moving", "hold"),
    "clearing": ("sign_off", "credit", "hold"),
    "lead": ("hold", "waiting"),
}
"""The queues shown first to a role."""


@dataclass(frozen=True)
class CaseRow:
    """One line of a list."""

    ref: str
    state: str
    label: str
    workflow: str
    cause: str | None
    network: str | None
    hash: str
    symbol: str | None
    decimals: int | None
    amount: int | None
    contract: str | None
    account: str
    assignee: str | None
    opened_at: datetime
    changed_at: datetime
    version: int


@dataclass(frozen=True)
class Page:
    """Some rows and the cursor of the next ones."""

    items: tuple[CaseRow, ...]
    next: str | None


def visible(actor: Actor) -> ColumnElement[bool]:
    """The one scope every query of cases passes through: staff see all, a depositor their own, others nothing."""
    if actor.is_staff:
        return RecoveryCase.id.is_not(None)
    if "depositor" in actor.roles:
        return RecoveryCase.depositor_id == actor.id
    return RecoveryCase.id.is_(None)


def find_case(session: Session, actor: Actor, ref: str) -> RecoveryCase:
    """The case with that number. Raises NotFound for an unknown and for a foreign one alike."""
    canonical = parse_case_ref(ref)
    case = (
        session.scalars(select(RecoveryCase).where(RecoveryCase.ref == canonical, visible(actor))).one_or_none()
        if canonical
        else None
    )
    if case is None:
        raise NotFound("case_not_found")
    return case


def list_cases(
    session: Session,
    actor: Actor,
    *,
    queue: str | None = None,
    state: str | None = None,
    search: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """A page of cases: open queues oldest change first, everything else newest first. Keyset paging, no counting."""
    limit = max(1, min(limit, LONGEST_PAGE))
    query = _base(actor)
    oldest_first = queue is not None and queue not in ("closed", "all_open")
    query = _filtered(query, actor, queue, state, search)
    keys = (RecoveryCase.changed_at, RecoveryCase.id) if oldest_first else (RecoveryCase.opened_at, RecoveryCase.id)
    if after:
        edge = _edge(after)
        query = query.where(tuple_(*keys) > edge if oldest_first else tuple_(*keys) < edge)
    order = [key.asc() if oldest_first else key.desc() for key in keys]
    rows = session.execute(query.order_by(*order).limit(limit + 1)).all()
    items = [_row(row, actor) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    cursor = _cursor(last[0].changed_at if oldest_first else last[0].opened_at, last[0].id) if last else None
    return Page(tuple(items), cursor)


def _base(actor: Actor) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(RecoveryCase, Claim, Person.display_name)
        .outerjoin(Claim, and_(Claim.case_id == RecoveryCase.id, Claim.released_at.is_(None)))
        .outerjoin(Person, Person.id == RecoveryCase.assignee_id)
        .where(visible(actor))
    )
    return query


def _filtered(
    query: Select[*tuple[Any, ...]], actor: Actor, queue: str | None, state: str | None, search: str | None
) -> Select[*tuple[Any, ...]]:
    if queue == "mine":
        query = query.where(RecoveryCase.assignee_id == actor.id, RecoveryCase.closed_at.is_(None))
    elif queue == "closed":
        query = query.where(RecoveryCase.closed_at.is_not(None))
    elif queue == "all_open":
        query = query.where(RecoveryCase.closed_at.is_(None))
    elif queue is not None:
        if queue not in QUEUES:
            raise InvalidInput("queue_is_unknown", fields={"queue": ["queue_is_unknown"]})
        query = query.where(RecoveryCase.state.in_(QUEUES[queue]), RecoveryCase.closed_at.is_(None))
    if state is not None:
        if state not in set(State):
            raise InvalidInput("state_is_unknown", fields={"state": ["state_is_unknown"]})
        query = query.where(RecoveryCase.state == state)
    return query.where(_matching(search)) if search and search.strip() else query


def _matching(search: str) -> ColumnElement[bool]:
    """Exact matches only: case number, hash, account, or an address of the claimed leg."""
    text = search.strip()[:200]
    if not text.isprintable():  # no stored text holds such characters, and the database refuses to be asked for them
        return false()
    bare = text.lower().removeprefix("0x")
    found: list[ColumnElement[bool]] = [
        RecoveryCase.hash.in_((text, text.lower(), bare, f"0x{bare}", text.upper())),
        RecoveryCase.account == text,
        RecoveryCase.id.in_(
            select(Claim.case_id).where(or_(Claim.recipient == text, Claim.sender == text, Claim.contract == text))
        ),
    ]
    ref = parse_case_ref(text)
    if ref:
        found.append(RecoveryCase.ref == ref)
    return or_(*found)


def case_row(session: Session, actor: Actor, case: RecoveryCase) -> CaseRow:
    """The list line of one case."""
    row = session.execute(_base(actor).where(RecoveryCase.id == case.id)).one()
    return _row(row, actor)


def _row(row: Sequence[Any], actor: Actor) -> CaseRow:
    case, claim, assignee = row
    return CaseRow(
        ref=case.ref,
        state=case.state if actor.is_staff else PUBLIC_LABELS[State(case.state)],
        label=PUBLIC_LABELS[State(case.state)],
        workflow=case.workflow,
        cause=shown_cause(actor, case.cause),
        network=case.network or case.named_network,
        hash=case.hash,
        symbol=claim.symbol if claim else None,
        decimals=claim.decimals if claim else None,
        amount=claim.amount if claim else None,
        contract=claim.contract if claim else None,
        account=case.account,
        assignee=assignee if actor.is_staff else None,
        opened_at=case.opened_at,
        changed_at=case.changed_at,
        version=case.version,
    )


def shown_cause(actor: Actor, cause: str | None) -> str | None:
    """Staff see the cause; a depositor never one that tells whose an address is, or that there is a hold."""
    return cause if actor.is_staff or cause not in PUBLIC_CAUSE else PUBLIC_CAUSE[cause]


def queue_counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many open cases stand in each queue, and how many are the actor's own."""
    by_state = dict(
        session.execute(
            select(RecoveryCase.state, func.count())
            .where(visible(actor), RecoveryCase.closed_at.is_(None))
            .group_by(RecoveryCase.state)
        ).all()
    )
    counts = {queue: sum(by_state.get(state, 0) for state in states) for queue, states in QUEUES.items()}
    counts["mine"] = (
        session.scalar(
            select(func.count())
            .select_from(RecoveryCase)
            .where(visible(actor), RecoveryCase.assignee_id == actor.id, RecoveryCase.closed_at.is_(None))
        )
        or 0
    )
    counts["all_open"] = sum(by_state.values())
    return counts


def _cursor(at: datetime, case_id: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{case_id}".encode()).decode()


def _edge(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        at, _, case_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        return datetime.fromisoformat(at), uuid.UUID(case_id)
    except (ValueError, binascii.Error):
        raise InvalidInput("cursor_is_invalid", fields={"after": ["cursor_is_invalid"]}) from None
