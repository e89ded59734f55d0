"""Everything a page or the API shows of one case, reduced to what this actor may see."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chains.sending import Step
from recovery.domain.actor import SYSTEM_ID, Actor
from recovery.domain.cause_policy import BUILT_IN
from recovery.domain.settlement import steps_of, stored_step
from recovery.domain.texts import PUBLIC_EVENTS, TOLD_AS
from recovery.errors import NotFound
from recovery.models import (
    CaseEvent,
    Claim,
    Diagnosis,
    Evidence,
    LedgerAccount,
    Message,
    OwnershipProof,
    Person,
    Plan,
    PlanCase,
    PlanStep,
    Posting,
    Quote,
    RecoveryCase,
    SignOff,
    StepReplacement,
)
from recovery.queries.approvals import credit_panel, plan_panel
from recovery.queries.attempts import replacements_of
from recovery.queries.cases import CaseRow, case_row, shown_cause
from recovery.queries.consents import consent_shown, contest_shown
from recovery.queries.destination_view import destination_shown, refund_targets, typed_destination
from recovery.queries.disputes import dispute_shown, merged_from, merged_into, settled_pointer
from recovery.queries.facts import latest_probe, open_claim
from recovery.queries.fraud import signals_shown
from recovery.queries.linked import Linked, linked_cases
from recovery.queries.parked import parked_of
from recovery.queries.policies import policy_of
from recovery.queries.prices import in_dollars, snapshot_told
from recovery.queries.proof_view import proofs_view
from recovery.queries.screening import screenings_shown
from workflows.states import State

Shown = dict[str, Any]


@dataclass(frozen=True)
class CaseView:
    """One case as one actor may see it; see the module for each part's keys."""

    case: CaseRow
    label: str
    closed: bool
    next_look_at: datetime | None
    diagnosis: Shown | None
    claim: Shown | None
    probe: Shown | None
    quote: Shown | None
    quotes: tuple[Shown, ...]
    replaced: Shown | None
    consent: Shown | None
    contest: Shown | None
    plans: tuple[Shown, ...]
    messages: tuple[Shown, ...]
    events: tuple[Shown, ...]
    evidence: tuple[Shown, ...]
    postings: tuple[Shown, ...]
    statement: Shown | None
    proofs: Shown | None
    merged_into: str | None
    merged_from: tuple[str, ...]
    settled: Shown | None
    parked: Shown | None
    dispute: Shown | None
    linked: Linked | None
    signals: tuple[Shown, ...]
    screenings: tuple[Shown, ...]
    destination: Shown | None
    typed_destination: Shown | None
    refund_targets: Shown
    credit_approval: Shown | None


def case_view(session: Session, actor: Actor, case: RecoveryCase) -> CaseView:
    """Read one case whole. A depositor gets no evidence, no trace of checks, no names of staff, no books."""
    names = _names(session, case)
    row = case_row(session, actor, case)
    quotes = tuple(quote_shown(session, quote) for quote in _quotes(session, case))
    plans = tuple(_plan(session, actor, case, plan, names) for plan in _plans(session, case))
    claim, probe = open_claim(session, case.id), latest_probe(session, case.id)
    staff = actor.is_staff
    return CaseView(
        case=row,
        label=row.label,
        closed=case.closed_at is not None,
        next_look_at=case.next_look_at,
        diagnosis=_diagnosis(session, actor, case),
        claim=_columns(claim, _CLAIM) if claim else None,
        probe=_columns(probe, _PROBE) if probe and staff else None,
        quote=quotes[-1] if quotes else None,
        quotes=quotes if staff else quotes[-1:],
        replaced=_replaced(quotes),
        consent=consent_shown(session, case),
        contest=contest_shown(session, actor, case),
        plans=plans if staff else (),
        messages=_messages(session, actor, case, names),
        events=_events(session, actor, case, names),
        evidence=_evidence(session, case) if staff else (),
        postings=_postings(session, case) if staff else (),
        statement=_statement(case, quotes, plans, claim),
        proofs=proofs_view(session, actor, case, names),
        merged_into=merged_into(session, actor, case) if case.state == State.MERGED else None,
        merged_from=tuple(merged_from(session, actor, case)),
        settled=settled_pointer(session, case),
        parked=_parked(session, case),
        dispute=dispute_shown(session, case) if staff else None,
        linked=linked_cases(session, case) if staff else None,
        signals=signals_shown(session, actor, case),
        screenings=screenings_shown(session, actor, case),
        destination=destination_shown(session, case),
        typed_destination=typed_destination(session, case, claim),
        refund_targets=refund_targets(session, case, claim),
        credit_approval=credit_panel(session, actor, case, claim)
        if staff and claim is not None and case.state == State.CREDIT_SIGN_OFF
        else None,
    )


_CLAIM = (
    "network", "hash", "position", "contract", "asset", "symbol", "decimals", "amount", "sender", "recipient",
    "claimed_at",
)  # fmt: skip
_PROBE = ("ok", "problem", "symbol", "decimals", "balance", "network_cost", "at")


def _columns(row: Any, names: tuple[str, ...]) -> Shown:
    return {name: getattr(row, name) for name in names}


def _names(session: Session, case: RecoveryCase) -> dict[uuid.UUID, str]:
    actors = select(CaseEvent.actor_id).where(CaseEvent.case_id == case.id)
    authors = select(Message.author_id).where(Message.case_id == case.id)
    judges = select(OwnershipProof.judged_by).where(OwnershipProof.case_id == case.id)
    people = Person.id.in_(actors.union(authors, judges))
    rows = session.execute(select(Person.id, Person.display_name).where(people))
    return {SYSTEM_ID: "System", **dict(rows.all())}


_TRACE = (
    "number", "look", "rules_version", "policy_version", "findings", "legs", "checks", "confidence", "unanswered",
)  # fmt: skip
"""What staff see of a diagnosis beside what the depositor reads."""


def _diagnosis(session: Session, actor: Actor, case: RecoveryCase) -> Shown | None:
    last = session.scalars(
        select(Diagnosis).where(Diagnosis.case_id == case.id).order_by(Diagnosis.number.desc()).limit(1)
    ).first()
    if last is None:
        return None
    cause = shown_cause(actor, last.cause if actor.is_staff else case.cause, case.state)
    told = cause == last.cause
    shown: Shown = {
        "cause": cause,
        "outcome": last.outcome
        if told
        else list(policy_of(session, last.policy_version or BUILT_IN.version).outcome(cause)),
        "transaction": last.transaction,
        "conditions": last.conditions if told else [],
        "suggested": _suggested(last.books or {}),
        "at": last.at,
    }
    if actor.is_staff:
        shown |= _columns(last, _TRACE)
        shown["notes"] = (last.survey or {}).get("notes", [])
    return shown


def _suggested(books: Mapping[str, Any]) -> list[str]:
    """Hashes of payments that may have been meant: the one that took its place, and others to the claimant's own addresses."""
    taken = books.get("replaced_by")
    return [*([taken] if taken else []), *books.get("other_hashes", [])]


def _parked(session: Session, case: RecoveryCase) -> Shown | None:
    """Why the case waits and since when, while it does."""
    parked = parked_of(session, case.id) if case.state == State.PARKED else None
    return _columns(parked, ("why", "since")) if parked else None


def _quotes(session: Session, case: RecoveryCase) -> list[Quote]:
    return list(session.scalars(select(Quote).where(Quote.case_id == case.id).order_by(Quote.number)))


_QUOTE = (
    "id", "number", "state", "asset", "contract", "symbol", "decimals", "gross", "token_keeps", "fee", "network_cost", "net",
    "lines", "policy_version", "digest", "offered_at", "expires_at", "accepted_at", "destination",
    "why", "replaces",
)  # fmt: skip


def quote_shown(session: Session, quote: Quote) -> Shown:
    """A quote with the prices it was made at, as old as they were then."""
    return _columns(quote, _QUOTE) | {
        "price": snapshot_told(session, quote.price_snapshot_id, quote.offered_at),
        "price_in_dollars": snapshot_told(session, in_dollars(quote), quote.offered_at),
    }


def _replaced(quotes: tuple[Shown, ...]) -> Shown | None:
    """The quote in whose place the machine put the last one."""
    wanted = quotes[-1]["replaces"] if quotes else None
    return next((quote for quote in quotes if quote["id"] == wanted), None)


def _plans(session: Session, case: RecoveryCase) -> list[Plan]:
    own = select(PlanCase.plan_id).where(PlanCase.case_id == case.id)
    return list(session.scalars(select(Plan).where(Plan.id.in_(own)).order_by(Plan.at, Plan.id)))


def _plan(session: Session, actor: Actor, case: RecoveryCase, plan: Plan, names: dict[uuid.UUID, str]) -> Shown:
    part = session.get_one(PlanCase, (plan.id, case.id))
    sign_offs = session.scalars(select(SignOff).where(SignOff.plan_id == plan.id).order_by(SignOff.at))
    payload = json.loads(plan.payload)
    steps = steps_of(payload)
    return _columns(plan, ("id", "kind", "network", "state", "digest", "at")) | {
        "round": part.round,
        "amount": part.amount,
        "arrives": part.arrives,
        "part_state": part.state,
        "payload": payload,
        "moves": [_moves_shown(step) for step in steps],
        "source": steps[-1].sender,
        "payload_text": plan.payload,
        "prepared_by": names.get(plan.prepared_by, ""),
        "sign_offs": [
            {"stage": one.stage, "approver": one.approver_id, "display_name": names.get(one.approver_id, ""),
             "digest": one.digest, "at": one.at}
            for one in sign_offs
        ],
        "steps": steps_shown(session, plan),
        "standing": plan_panel(session, actor, plan) if actor.is_staff and plan.state == "drafted" else None,
    }  # fmt: skip


def _moves_shown(step: Step) -> Shown:
    """An approved step in the words of its family, for people."""
    return {
        "purpose": step.purpose,
        "form": step.form,
        "sender": step.sender,
        "moves": [
            {
                "contract": one.contract,
                "recipient": one.recipient,
                "amount": str(one.amount),
                "arrives": str(one.arrives),
            }
            for one in step.moves
        ],
        "body": dict(step.body),
        "inputs": list(step.inputs),
        "highest_cost": str(step.highest_cost),
    }


def steps_shown(session: Session, plan: Plan) -> list[Shown]:
    """The released steps of a plan, numbers as decimal strings as the signer takes them."""
    rows = session.scalars(select(PlanStep).where(PlanStep.plan_id == plan.id).order_by(PlanStep.index))
    later = replacements_of(session, plan)
    return [
        {
            "index": row.index,
            **_moves_shown(stored_step(row.unsigned)),
            "nonce": None if row.nonce is None else str(row.nonce),
            "hash": row.hash,
            "mined_hash": row.mined_hash,
            "state": row.state,
            "cost": str(row.cost) if row.cost is not None else None,
            "replacements": [_replacement_shown(one) for one in later if one.index == row.index],
        }
        for row in rows
    ]


def _replacement_shown(row: StepReplacement) -> Shown:
    step = stored_step(row.unsigned)
    nonce = None if step.nonce is None else str(step.nonce)
    return {"number": row.number, **_moves_shown(step), "nonce": nonce, "hash": row.hash, "at": row.at.isoformat()}


def _messages(session: Session, actor: Actor, case: RecoveryCase, names: dict[uuid.UUID, str]) -> tuple[Shown, ...]:
    rows = session.scalars(select(Message).where(Message.case_id == case.id).order_by(Message.at, Message.id))
    shown = []
    for message in rows:
        by_depositor = message.author_id == case.depositor_id
        if not actor.is_staff and not by_depositor and not _told_to_depositor(message):
            continue
        author = names.get(message.author_id, "") if actor.is_staff else ("you" if by_depositor else "desk")
        shown.append({"kind": message.kind, "author": author, "body": message.body, "at": message.at,
                      "by_depositor": by_depositor})  # fmt: skip
    return tuple(shown)


def _told_to_depositor(message: Message) -> bool:
    """Questions and decisions are for the depositor; notes and the teams' reasons among themselves are not."""
    return message.kind in ("question", "decision")


def _events(session: Session, actor: Actor, case: RecoveryCase, names: dict[uuid.UUID, str]) -> tuple[Shown, ...]:
    rows = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq))
    return tuple(_event(actor, event, names) for event in rows if actor.is_staff or _told(event) in PUBLIC_EVENTS)


def _told(event: CaseEvent) -> str:
    """The name under which the depositor's history has the event."""
    return TOLD_AS.get(event.name, event.name)


def _event(actor: Actor, event: CaseEvent, names: dict[uuid.UUID, str]) -> Shown:
    if not actor.is_staff:
        by = "you" if event.actor_id == actor.id else "desk"
        return {"seq": event.seq, "name": _told(event), "by": by, "at": event.at}
    body = json.loads(event.body)
    return {
        "seq": event.seq,
        "name": event.name,
        "by": names.get(event.actor_id, ""),
        "role": body["role"],
        "actor": event.actor_id,
        "at": event.at,
        "from": body["from"],
        "to": body["to"],
        "data": body["data"],
        "body": event.body,
        "hash": event.hash,
        "prev_hash": event.prev_hash,
    }


def _evidence(session: Session, case: RecoveryCase) -> tuple[Shown, ...]:
    columns = (Evidence.id, Evidence.node, Evidence.request, Evidence.sha256, Evidence.asked_at, Evidence.look)
    rows = session.execute(
        select(*columns, func.length(Evidence.body).label("size"), Evidence.purpose)
        .where(Evidence.case_id == case.id)
        .order_by(Evidence.at, Evidence.id)
    )
    return tuple(dict(row) for row in rows.mappings())


def _postings(session: Session, case: RecoveryCase) -> tuple[Shown, ...]:
    names = dict(session.execute(select(LedgerAccount.code, LedgerAccount.name)).all())
    rows = session.scalars(select(Posting).where(Posting.case_id == case.id).order_by(Posting.seq, Posting.id))
    columns = ("seq", "kind", "leg", "debit", "credit", "network", "asset", "amount", "at")
    return tuple(
        _columns(row, columns) | {"debit_name": names[row.debit], "credit_name": names[row.credit]} for row in rows
    )


def _statement(
    case: RecoveryCase, quotes: tuple[Shown, ...], plans: tuple[Shown, ...], claim: Claim | None
) -> Shown | None:
    """What came in and what the depositor got in the end: both transactions, and the accepted terms between them."""
    refund = next((plan for plan in plans if plan["kind"] == "refund" and plan["part_state"] == "confirmed"), None)
    accepted = next((quote for quote in quotes if quote["state"] == "accepted"), None)
    if refund is None or accepted is None:
        return None
    keys = ("gross", "fee", "network_cost", "net", "symbol", "decimals", "contract", "destination", "lines")
    return {key: accepted[key] for key in keys} | {
        "network": refund["network"],
        "hash": refund["steps"][-1]["mined_hash"] or refund["steps"][-1]["hash"],
        "received": _columns(claim, ("hash", "amount", "network", "recipient")) if claim else None,
        "at": case.closed_at,
    }


def evidence_body(session: Session, actor: Actor, evidence_id: uuid.UUID) -> Evidence:
    """One verbatim answer. Only for staff; raises NotFound otherwise."""
    found = session.get(Evidence, evidence_id) if actor.is_staff else None
    if found is None:
        raise NotFound("not_found")
    return found
