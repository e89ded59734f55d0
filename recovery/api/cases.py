"""Appeals and cases: report, list, read, move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request
from sqlalchemy.orm import Session

from recovery.api._destinations import ask_beforehand
from recovery.api._language import said
from recovery.api._limits import spend
from recovery.api._problems import sentence, words
from recovery.api._reading import ApiBlueprint, read_json
from recovery.api._wall import current_actor, database, needs
from recovery.api._writing import json_response, write
from recovery.domain import texts
from recovery.domain.actor import Actor
from recovery.domain.explaining import explanation
from recovery.domain.seen import API, Seen, digest_of
from recovery.errors import InvalidInput, NotFound
from recovery.limits import APPEAL, APPEAL_ACCOUNT, ASKS_NODES, READ
from recovery.queries.case_view import CaseView, case_view
from recovery.queries.cases import CaseRow, find_case, list_cases
from recovery.schemas.cases import (
    MOVE_FIELDS,
    AppealInput,
    CaseListQuery,
    CaseOutput,
    CasePage,
    CaseSummary,
    EventPage,
    MoveBody,
)
from recovery.schemas.moves import load_move
from recovery.schemas.shapes import PageQuery
from recovery.services.cases import move, open_case
from recovery.services.destinations import TYPED_IN
from recovery.services.transitions import FORMS, choices
from workflows.states import State
from workflows.tables import WORKFLOWS

if TYPE_CHECKING:
    from recovery.models import RecoveryCase

bp = ApiBlueprint("api-cases", __name__, url_prefix="/api/v1", description="Appeals and cases")

MOVES = frozenset(row.name for table in WORKFLOWS.values() for row in table.transitions)


@bp.post("/appeals")
@needs("appeals:write")
@bp.arguments(AppealInput)
@bp.response(201, CaseOutput)
def appeal(given: dict[str, Any]) -> Response:
    """Report a transaction. The same hash of the same depositor leads to the same open case."""
    spend(APPEAL, current_actor().id)
    if current_actor().account:
        spend(APPEAL_ACCOUNT, current_actor().account)

    def act(session: Session, actor: Actor, key: str) -> Any:
        case = open_case(session, actor, **given, request_id=key)
        return shown(session, actor, case)

    return write(act, status=201, location="self")


@bp.get("/cases")
@needs("cases:read")
@bp.arguments(CaseListQuery, location="query")
@bp.response(200, CasePage)
def cases(given: dict[str, Any]) -> Response:
    """Cases: a depositor's own, or for staff all, newest first (a queue: oldest change first)."""
    actor = current_actor()
    spend(READ, actor.id)
    after = given.pop("cursor", None)
    with database().reading() as session:
        page = list_cases(session, actor, after=after, **given)
        items = [CaseSummary().dump(_summary(row)) for row in page.items]
    return json_response({"items": items, "next": page.next})


@bp.get("/cases/<ref>")
@needs("cases:read")
@bp.response(200, CaseOutput)
def case(ref: str) -> Response:
    """One case with everything who asks may see, and the moves that leave its state."""
    actor = current_actor()
    spend(READ, actor.id)
    with database().reading() as session:
        body = shown(session, actor, find_case(session, actor, ref))
    return json_response(body)


@bp.get("/cases/<ref>/events")
@needs("cases:read")
@bp.arguments(PageQuery, location="query")
@bp.response(200, EventPage)
def events(given: dict[str, Any], ref: str) -> Response:
    """The case's history, oldest first."""
    actor = current_actor()
    spend(READ, actor.id)
    after = _sequence(given.get("cursor"))
    with database().reading() as session:
        seen = case_view(session, actor, find_case(session, actor, ref)).events
    left = [event for event in seen if event["seq"] > after]
    items = left[: given["limit"]]
    following = str(items[-1]["seq"]) if len(left) > len(items) else None
    labelled = [{**event, "label": said(texts.EVENTS.get(event["name"], words(event["name"])))} for event in items]
    return json_response(EventPage().dump({"items": labelled, "next": following}))


@bp.post("/cases/<ref>/<transition>")
@needs("cases:write")
@bp.arguments(MoveBody)
@bp.response(200, CaseOutput)
def advance(given: dict[str, Any], ref: str, transition: str) -> Response:
    """Make a move. Which moves there are, whether they are open and what they take is said by the case's `actions`."""
    if transition not in MOVES:
        raise NotFound("unknown_move")
    body = read_json()
    if transition in ASKS_NODES:
        spend(APPEAL, current_actor().id)
    fields = load_move(transition, {name: value for name, value in body.items() if name != "version"})
    if transition in TYPED_IN:
        ask_beforehand(current_actor(), ref, fields["destination"])

    def act(session: Session, actor: Actor, key: str) -> Any:
        seen = _seen() if transition == "accept" else None
        moved = move(session, actor, ref, transition, fields, version=given.get("version"), request_id=key, seen=seen)
        session.flush()
        return shown(session, actor, moved)

    return write(act)


def _seen() -> Seen:
    """A client has the quote as JSON before it, whose digest it names; nobody knows in which words it showed it to anybody."""
    browser = digest_of(request.headers.get("User-Agent", ""))
    return Seen(door=API, language="", lines=(), texts="", session="", browser=browser)


def shown(session: Session, actor: Actor, row: RecoveryCase) -> Any:
    """A case in JSON, as far as the actor may see it."""
    view = case_view(session, actor, row)
    parts = {
        name: getattr(view, name)
        for name in (
            *("closed", "next_look_at", "claim", "probe", "quote", "quotes", "replaced", "plans", "messages"),
            *("evidence", "postings", "statement", "proofs", "merged_into", "merged_from", "settled", "dispute"),
            *("linked", "signals", "screenings", "destination", "typed_destination", "refund_targets"),
            *("consent", "contest"),
        )
    }
    parts |= {
        "diagnosis": _diagnosis(view, actor, row),
        "parked": _parked(view),
        "actions": _actions(session, actor, row),
    }
    return CaseOutput().dump(_summary(view.case) | parts)


def _diagnosis(view: CaseView, actor: Actor, row: RecoveryCase) -> dict[str, Any] | None:
    """The diagnosis with its sentences."""
    if view.diagnosis is None:
        return None
    told = explanation(
        view.diagnosis["cause"],
        view.diagnosis["outcome"],
        state=row.state,
        label=view.label,
        workflow=row.workflow,
        parked=view.parked["why"] if view.parked else None,
    )
    spoken = {"happened": said(told.happened), "next": said(told.next), "changes": said(told.changes)}
    if actor.is_staff:
        spoken["title"] = said(texts.CAUSES.get(view.diagnosis["cause"] or "", texts.UNKNOWN_CAUSE).title)
    return {**view.diagnosis, **spoken}


def _parked(view: CaseView) -> dict[str, Any] | None:
    """What the case waits for, in words."""
    if view.parked is None:
        return None
    text, until = texts.PARKED[view.parked["why"]]
    return {**view.parked, "text": said(text), "until": said(until)}


def _summary(row: CaseRow) -> dict[str, Any]:
    link = f"/api/v1/cases/{row.ref}"
    return {
        **vars(row),
        "status_label": said(texts.LABELS[row.label]),
        "links": {"self": link, "events": f"{link}/events"},
    }


def _actions(session: Session, actor: Actor, row: RecoveryCase) -> list[dict[str, Any]]:
    """The actor's own moves; for staff also everybody else's, shut, so that they see who is waited for.

    A depositor is not shown the desk's moves: they would tell a hold from a review.
    """
    own = {choice.name: choice for choice in choices(session, actor, row)}
    actions = []
    for leaving in WORKFLOWS[row.workflow].leaving(State(row.state)):
        choice = own.get(leaving.name)
        if choice is None and not actor.is_staff:
            continue
        why_not = choice.why_not if choice else "not_your_role"
        actions.append(
            {
                "name": leaving.name,
                "label": said(texts.TRANSITIONS.get(leaving.name, words(leaving.name))),
                "open": choice.open if choice else False,
                "why_not": why_not,
                "why_not_text": (sentence(why_not) or words(why_not)) if why_not else None,
                "fields_": MOVE_FIELDS[FORMS.get(leaving.name, "none")],
                "step_up": leaving.step_up,
            }
        )
    return actions


def _sequence(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise InvalidInput("cursor_is_invalid", fields={"cursor": ["cursor_is_invalid"]})
    return int(cursor)
