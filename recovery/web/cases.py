"""Cases: the desk's queues, the page of one case for whoever may see it, and the one door for every move."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from recovery.domain import texts
from recovery.domain.actor import Actor
from recovery.domain.explaining import Explanation, explanation
from recovery.domain.stages import stops
from recovery.errors import Conflict, InvalidInput, RecoveryError, StepUpNeeded
from recovery.limits import APPEAL, ASKS_NODES, MOVE
from recovery.queries import cases as case_queries
from recovery.queries.approvals import alarms_ringing
from recovery.queries.batches import membership
from recovery.queries.case_view import CaseView, case_view, evidence_body
from recovery.queries.destination_view import typed_destination
from recovery.queries.facts import open_claim
from recovery.schemas.moves import load_move
from recovery.services import cases, destinations
from recovery.services.destinations import TYPED_IN
from recovery.services.transitions import Choice, choices
from recovery.web._destinations import ask_beforehand
from recovery.web._forms import request_id, typed, version
from recovery.web._quote_words import seen_on_page
from recovery.web._rendering import detail_text, said
from recovery.web._wall import current_actor, staff_only
from recovery.web.auth import confirm_password
from workflows.tables import WORKFLOWS
from workflows.unlisted_token import ASIDE

pages = Blueprint("cases", __name__)

QUEUES = ("mine", *case_queries.QUEUES, "all_open", "closed")
PAGE = 50
MACHINE_ROLES = frozenset({"system", "signer", "depositor"})


def machine_states() -> frozenset[str]:
    """States that the machine leaves by itself: no person of the desk is waited for."""
    found = set()
    for table in WORKFLOWS.values():
        for state in table.states:
            rows = [row for row in table.leaving(state) if row.name not in ASIDE]
            by_people = [row for row in rows if not set(row.by) & {"system", "signer"} and set(row.by) - MACHINE_ROLES]
            by_machine = [row for row in rows if "system" in row.by]
            own_choice = any("depositor" in row.by and row.target not in table.closed for row in rows)
            if by_machine and not by_people and not own_choice:
                found.add(str(state))
    return frozenset(found)


MOVING = machine_states()


@pages.get("/desk")
def queue() -> Response:
    """The desk: how many cases wait where, and the cases of one queue or one search."""
    actor = staff_only()
    name = request.args.get("queue", "")
    name = name if name in QUEUES else _home_queue(actor)
    search = request.args.get("q", "").strip()[:200] or None
    with current_app.extensions["database"].reading() as work:
        counts = case_queries.queue_counts(work, actor)
        ringing = alarms_ringing(work)
        page = case_queries.list_cases(
            work, actor, queue=None if search else name, search=search, after=request.args.get("after"), limit=PAGE
        )
    return make_response(
        render_template(
            "queue.html",
            counts=counts,
            page=page,
            queue=name,
            queues=QUEUES,
            search=search or "",
            moving=MOVING,
            ringing=ringing,
        )
    )


@pages.get("/cases/<ref>")
def show(ref: str) -> Response:
    """One case: the depositor's page or the review screen."""
    return case_page(ref)


@pages.get("/cases/<ref>/progress")
def progress(ref: str) -> Response:
    """What the page asks every two seconds while the machine works: nothing new, or the new content."""
    seen = _seen(ref)
    if seen.mark == request.args.get("mark"):
        return make_response("", 204)
    actor = current_actor()
    template = "_review.html" if actor.is_staff else "_case.html"
    return make_response(render_template(template, **_context(seen, actor)))


@pages.post("/cases/<ref>/<move>")
def make_move(ref: str, move: str) -> Response:
    """Every move of every workflow. What the person typed survives a refusal; the case shows its present state."""
    actor = current_actor()
    current_app.extensions["limits"].spend(MOVE, str(actor.id))
    if move in ASKS_NODES:
        current_app.extensions["limits"].spend(APPEAL, str(actor.id))
    fields = typed()
    try:
        confirm_password()
        actor = current_actor()
        if move in TYPED_IN:
            ask_beforehand(actor, ref, fields.get("destination", ""))
        with current_app.extensions["database"].unit_of_work() as work:
            seen = seen_on_page(work, ref) if move == "accept" else None
            given = load_move(move, fields)
            cases.move(work, actor, ref, move, given, version=version(), request_id=request_id(), seen=seen)
    except (InvalidInput, Conflict, StepUpNeeded) as error:
        return case_page(ref, status=error.status, refusal=error, move=move, fields=fields)
    return redirect(url_for("cases.show", ref=ref), 303)


@pages.post("/cases/<ref>/destination")
def check_destination(ref: str) -> Response:
    """What is known of an address, before anything is agreed to; the page shows it beside the field."""
    actor = current_actor()
    current_app.extensions["limits"].spend(APPEAL, str(actor.id))
    fields = typed("confirmed")
    ask_beforehand(actor, ref, fields.get("destination", ""))
    move = "accept" if "quote_digest" in fields else "change_destination"
    try:
        with current_app.extensions["database"].reading() as work:
            fields["destination"] = destinations.looked_at(work, actor, ref, fields.get("destination", ""))
    except InvalidInput as error:
        return case_page(ref, status=error.status, refusal=error, move=move, fields=fields)
    return case_page(ref, move=move, fields=fields)


@pages.get("/cases/<ref>/evidence/<uuid:evidence_id>")
def evidence(ref: str, evidence_id: Any) -> Response:
    """What a node said, word for word, as plain text that no browser interprets."""
    actor = staff_only()
    with current_app.extensions["database"].reading() as work:
        case_queries.find_case(work, actor, ref)
        found = evidence_body(work, actor, evidence_id)
        body = bytes(found.body)
    answer = make_response(body)
    answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return answer


def _home_queue(actor: Actor) -> str:
    """Where somebody's work lies, by what they do."""
    return next((names[0] for role, names in case_queries.QUEUES_OF_ROLE.items() if role in actor.roles), "all_open")


@dataclass(frozen=True)
class Seen:
    """A case as one actor sees it at one moment. ``mark`` changes with anything that is shown."""

    view: CaseView
    choices: tuple[Choice, ...]
    state: str
    mark: str
    known_address: Mapping[str, Any] | None
    batched: bool


def _seen(ref: str, address: str = "") -> Seen:
    """The case, and what is known of an ``address`` its owner has just typed."""
    actor = current_actor()
    with current_app.extensions["database"].reading() as work:
        case = case_queries.find_case(work, actor, ref)
        view = case_view(work, actor, case)
        open_to_me = choices(work, actor, case)
        state = case.state
        typed_in = bool(address) and case.depositor_id == actor.id
        known = typed_destination(work, case, open_claim(work, case.id), address) if typed_in else None
        batched = actor.is_staff and membership(work, case.id) is not None
    mark = hashlib.sha256(repr((view, open_to_me)).encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return Seen(view, open_to_me, state, mark, known, batched)


def case_page(
    ref: str,
    *,
    status: int = 200,
    refusal: RecoveryError | None = None,
    move: str = "",
    fields: dict[str, str] | None = None,
) -> Response:
    """The page of a case as it is now, with what was refused and what was typed for ``move``."""
    actor = current_actor()
    context = _context(_seen(ref, (fields or {}).get("destination", "")), actor)
    context["typed"] = {move: fields or {}}
    if refusal is not None:
        title, advice = texts.ERRORS.get(refusal.code, texts.ERRORS["error"])
        context["refusal"] = {
            "title": said(title),
            "advice": said(advice),
            "detail": detail_text(refusal.detail, refusal.values) if refusal.detail != refusal.code else "",
        }
        context["problems"] = {move: getattr(refusal, "fields", {})}
    return make_response(render_template("review.html" if actor.is_staff else "case.html", **context), status)


def _context(seen: Seen, actor: Actor) -> dict[str, Any]:
    """Everything the templates of one case are made from."""
    view = seen.view
    live = [plan for plan in view.plans if plan["state"] not in ("void", "dead", "confirmed")]
    signed = any(plan["state"] == "drafted" and plan["standing"] and plan["standing"]["complete"] for plan in live)
    probing = actor.is_staff and seen.state == "under_review" and view.probe is None
    return {
        "view": view,
        "case": view.case,
        "state": seen.state,
        "mark": seen.mark,
        "told": _told(seen),
        "known_address": seen.known_address,
        "batched": seen.batched,
        "moving": seen.state in MOVING or signed or probing,
        "stops": stops(view.case.workflow, view.label, reviewed=view.case.workflow == "unlisted_token"),
        "choices": {choice.name: choice for choice in seen.choices},
        "current_plan": live[-1] if live else None,
        "balances": balances(view.postings),
        "refusal": None,
        "problems": {},
        "typed": {},
    }


def _told(seen: Seen) -> Explanation:
    """What the case says to its depositor."""
    view, found = seen.view, seen.view.diagnosis or {}
    return explanation(
        found.get("cause"),
        found.get("outcome", ()),
        state=seen.state,
        label=view.label,
        workflow=view.case.workflow,
        parked=view.parked["why"] if view.parked else None,
    )


def balances(postings: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, int]]:
    """What each ledger account holds of each asset in this case (debits less credits), in the order of first use."""
    totals: dict[tuple[str, str], int] = {}
    for row in postings:
        for side, sign in (("debit", 1), ("credit", -1)):
            key = (str(row[side]), str(row["asset"]))
            totals[key] = totals.get(key, 0) + sign * int(row["amount"])
    return [(account, asset, total) for (account, asset), total in totals.items()]
