"""Cases as somebody may see them: one, a page of them, how many wait in each queue."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.ids import parse_case_ref
from recovery.errors import InvalidInput, NotFound
from recovery.models import Claim, Person, RecoveryCase
from workflows.playbooks import PUBLIC_CAUSE, REFUSED_AS
from workflows.states import PUBLIC_LABELS, State

LONGEST_PAGE = 100

QUEUES: dict[str, tuple[State, ...]] = {
    "review": (State.UNDER_REVIEW,),
    "proofs": (State.PROOF_IN_REVIEW,),
    "answers": (State.QUESTION_ASKED, State.NEEDS_INFORMATION, State.PROOF_ASKED),
    "quote": (State.INVESTIGATED,),
    "offered": (State.QUOTED,),
    "sweep": (State.ACCEPTED,),
    "sign_off": (State.SWEEP_SIGN_OFF, State.REFUND_SIGN_OFF, State.ADVANCE_SIGN_OFF),
    "credit": (State.CREDIT_SIGN_OFF,),
    "moving": (
        State.PLANNING_ADVANCE,
        State.PLANNING_SWEEP,
        State.SWEEPING,
        State.SWEPT,
        State.PAYING,
        State.CREDITING,
    ),
    "hold": (State.ON_HOLD, State.SWEEP_ON_HOLD, State.REFUND_ON_HOLD, State.CREDIT_ON_HOLD),
    "disputes": (State.DISPUTED,),
    "parked": (State.PARKED,),
    "waiting": (State.SUBMITTED, State.CHECKING, State.WAITING_FOR_CHAIN),
}
"""Every open state stands in exactly one queue (tested), so that no case is in none."""

QUEUES_OF_ROLE: dict[str, tuple[str, ...]] = {
    "specialist": ("review", "proofs", "quote", "sweep", "answers", "offered"),
    "wallet": ("sign_off", "moving", "hold"),
    "clearing": ("sign_off", "credit", "hold"),
    "lead": ("disputes", "hold", "sign_off", "waiting"),
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


def is_own(actor: Actor, case: RecoveryCase) -> bool:
    """Whether the actor is who the case pays, under whichever of their sign-ins: not even staff read what is said of them."""
    return actor.id == case.depositor_id or actor.account == case.account


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
    oldest_first = queue is not None and queue not in ("closed", "all_open")
    wanted = [visible(actor), *_wanted(actor, queue, state, search)]
    keys = (RecoveryCase.changed_at, RecoveryCase.id) if oldest_first else (RecoveryCase.opened_at, RecoveryCase.id)
    if after:
        edge = _edge(after)
        wanted.append(tuple_(*keys) > edge if oldest_first else tuple_(*keys) < edge)
    order = [key.asc() if oldest_first else key.desc() for key in keys]
    page = _page_ids(wanted, QUEUES.get(queue or "", ()), order, limit + 1)
    query = _base(actor).where(RecoveryCase.id.in_(page)).order_by(*order).limit(limit + 1)
    rows = session.execute(query).all()
    items = [_case_row(row, actor) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    cursor = _cursor(last.changed_at if oldest_first else last.opened_at, last.id) if last else None
    return Page(tuple(items), cursor)


def _page_ids(
    wanted: Sequence[ColumnElement[bool]], states: Sequence[State], order: Sequence[ColumnElement[Any]], limit: int
) -> Select[tuple[uuid.UUID]]:
    """The cases of one page, found in an index before anything is joined, so that a page costs the same in a long queue
    as in a short one. Each state of a queue gives its first ones, as only within one state the index is in order."""
    keys = (RecoveryCase.id, RecoveryCase.changed_at)
    parts = [
        select(*keys).where(*wanted, *([RecoveryCase.state == state] if state else [])).order_by(*order).limit(limit)
        for state in states or (None,)
    ]
    if len(parts) == 1:
        return select(parts[0].subquery().c.id)
    firsts = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(select(firsts).order_by(firsts.c.changed_at, firsts.c.id).limit(limit).subquery().c.id)


def _base(actor: Actor) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(*_COLUMNS)
        .outerjoin(Claim, and_(Claim.case_id == RecoveryCase.id, Claim.released_at.is_(None)))
        .outerjoin(Person, Person.id == RecoveryCase.assignee_id)
        .where(visible(actor))
    )
    return query


_COLUMNS = (
    *(RecoveryCase.id, RecoveryCase.ref, RecoveryCase.state, RecoveryCase.workflow, RecoveryCase.cause),
    *(func.coalesce(RecoveryCase.network, RecoveryCase.named_network).label("network"), RecoveryCase.hash),
    *(RecoveryCase.account, RecoveryCase.opened_at, RecoveryCase.changed_at, RecoveryCase.version),
    *(Claim.symbol, Claim.decimals, Claim.amount, Claim.contract, Person.display_name.label("assignee")),
)
"""What a list shows, and nothing that would have to be made into objects first."""


def _wanted(actor: Actor, queue: str | None, state: str | None, search: str | None) -> list[ColumnElement[bool]]:
    """What a page is asked to hold, beside the states of its queue."""
    if queue is not None and queue not in {*QUEUES, "mine", "closed", "all_open"}:
        raise InvalidInput("queue_is_unknown", fields={"queue": ["queue_is_unknown"]})
    if state is not None and state not in set(State):
        raise InvalidInput("state_is_unknown", fields={"state": ["state_is_unknown"]})
    wanted: list[ColumnElement[bool]] = []
    if queue is not None:
        closed = RecoveryCase.closed_at
        wanted.append(closed.is_not(None) if queue == "closed" else closed.is_(None))
    if queue == "mine":
        wanted.append(RecoveryCase.assignee_id == actor.id)
    if state is not None:
        wanted.append(RecoveryCase.state == state)
    if search and search.strip():
        wanted.append(_matching(search))
    return wanted


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
    return _case_row(row, actor)


def _case_row(case: Row[*tuple[Any, ...]], actor: Actor) -> CaseRow:
    return CaseRow(
        ref=case.ref,
        state=case.state if actor.is_staff else PUBLIC_LABELS[State(case.state)],
        label=PUBLIC_LABELS[State(case.state)],
        workflow=case.workflow,
        cause=shown_cause(actor, case.cause, case.state),
        network=case.network,
        hash=case.hash,
        symbol=case.symbol,
        decimals=case.decimals,
        amount=case.amount,
        contract=case.contract,
        account=case.account,
        assignee=case.assignee if actor.is_staff else None,
        opened_at=case.opened_at,
        changed_at=case.changed_at,
        version=case.version,
    )


def shown_cause(actor: Actor, cause: str | None, state: str) -> str | None:
    """Staff see the cause; a depositor never one that tells whose an address is, or that there is a hold."""
    if actor.is_staff or cause is None:
        return cause
    if state == State.DECLINED and cause in REFUSED_AS:
        return REFUSED_AS[cause]
    return PUBLIC_CAUSE.get(cause, cause)


def queue_counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many open cases stand in each queue, and how many are the actor's own."""
    open_ones = (visible(actor), RecoveryCase.closed_at.is_(None))
    mine = select(literal("mine"), func.count()).where(*open_ones, RecoveryCase.assignee_id == actor.id)
    by_state = select(RecoveryCase.state, func.count()).where(*open_ones).group_by(RecoveryCase.state)
    found = {str(state): int(count) for state, count in session.execute(union_all(by_state, mine))}
    counts = {queue: sum(found.get(state, 0) for state in states) for queue, states in QUEUES.items()}
    counts["mine"] = found.pop("mine")
    counts["all_open"] = sum(found.values())
    return counts


def _cursor(at: datetime, case_id: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{case_id}".encode()).decode()


def _edge(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        at, _, case_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        return datetime.fromisoformat(at), uuid.UUID(case_id)
    except (ValueError, binascii.Error):
        raise InvalidInput("cursor_is_invalid", fields={"after": ["cursor_is_invalid"]}) from None
