"""Opening a case, and the one door for every move a person makes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.catalogue import networks
from chains.identify import identify
from recovery.domain.actor import Actor
from recovery.domain.ids import new_case_ref, new_id
from recovery.domain.seen import Seen
from recovery.errors import InvalidInput, MoveNotOpen, NotAllowed
from recovery.models import RecoveryCase
from recovery.queries.cases import find_case
from recovery.queries.people import depositor_of
from recovery.queries.plan_members import companions
from recovery.services import (
    advances,
    batches,
    break_glass,
    claims,
    credit_sign_offs,
    credits,
    destinations,
    disputes,
    documents,
    quotes,
    sign_offs,
)
from recovery.services.messages import message_row, write_message
from recovery.services.opening import write_opening
from recovery.services.requests import handled_before, take_key
from recovery.services.transitions import (
    BY_THE_SIGNER,
    IN_THE_BOOKS,
    OF_A_BATCH,
    WITH_A_PROOF,
    advance,
    first_event,
    lock_all,
    new_job,
)
from workflows.disputes import SETTLES
from workflows.states import State
from workflows.uncredited_deposit import UNCREDITED_DEPOSIT

AMONG_RIVALS = frozenset({"withdraw", "lose_dispute", *SETTLES})
"""Moves out of a dispute: they touch the other claimants' cases too."""

Handler = Callable[[Session, Actor, RecoveryCase, Mapping[str, Any], int | None], None]


def open_case(
    session: Session,
    actor: Actor,
    *,
    reference: str,
    network: str | None = None,
    message: str | None = None,
    account: str | None = None,
    request_id: str,
) -> RecoveryCase:
    """Turn a pasted hash or link into a case, or into the case the depositor already has for it.

    Staff may open one for an account they name; it belongs to whoever signs in for that account, since only the owner can
    answer its questions and accept its quote. Raises InvalidInput with the
    reason the text is no transaction reference, KeyReused, NotAllowed.
    """
    owner_id, owner_account = _owner_of(session, actor, account)
    found_hash, only = _identified(reference, network)
    case_id = new_id()
    asked = {"open": found_hash, "network": network, "message": message, "account": owner_account}
    key = take_key(session, actor, request_id, asked, {"case": str(case_id)})
    if key.before is not None:
        return session.get(RecoveryCase, uuid.UUID(key.before["case"])) or _existing(session, owner_id, found_hash)
    text = message_row(actor, case_id, "appeal", message) if message and message.strip() else None
    data: dict[str, Any] = {"hash": found_hash, "network": only, "account": owner_account}
    if text is not None:
        data["message"] = text["commitment"]
    values = {
        "id": case_id,
        "ref": new_case_ref(),
        "workflow": UNCREDITED_DEPOSIT.name,
        "state": str(State.SUBMITTED),
        "version": 1,
        "depositor_id": owner_id,
        "account": owner_account,
        "reference": reference.strip()[:2000],
        "hash": found_hash,
        "named_network": only,
        "round": 0,
        "looks": 0,
        "opened_at": key.at,
        "changed_at": key.at,
    }
    role = "depositor" if "depositor" in actor.roles else min(actor.roles)
    event = first_event(actor, values, role=role, at=key.at, data=data)
    job = new_job("evidence.collect", case_id, {"seq": 1})
    opened = write_opening(session, values | {"head_hash": event["hash"]}, event, job, text)
    return opened or _existing(session, owner_id, found_hash)


def _existing(session: Session, owner_id: uuid.UUID, found_hash: str) -> RecoveryCase:
    """A second report of the same hash leads to the first: the open one, else the newest."""
    return session.scalars(
        select(RecoveryCase)
        .where(RecoveryCase.depositor_id == owner_id, RecoveryCase.hash == found_hash)
        .order_by(RecoveryCase.closed_at.desc().nulls_first())
        .limit(1)
    ).one()


def _owner_of(session: Session, actor: Actor, account: str | None) -> tuple[uuid.UUID, str]:
    if "depositor" in actor.roles:
        if account not in (None, "", actor.account):
            raise NotAllowed("account_is_not_yours")
        if not actor.account:
            raise NotAllowed("no_account")
        return actor.id, actor.account
    if not actor.roles & {"specialist", "lead", "system"}:
        raise NotAllowed("not_your_role")
    owner = depositor_of(session, account) if account else None
    if owner is None or owner.account is None:
        raise InvalidInput("account_is_missing", fields={"account": ["account_is_missing"]})
    return owner.id, owner.account


def _identified(reference: str, network: str | None) -> tuple[str, str | None]:
    """The hash, and the one network it can be on when link or person named it."""
    found = identify(reference)
    if found.hash is None:
        raise InvalidInput(f"reference_{found.reason}", fields={"reference": [f"reference_{found.reason}"]})
    if network:
        if network not in networks():
            raise InvalidInput("network_is_unknown", fields={"network": ["network_is_unknown"]})
        if network not in found.candidates:
            raise InvalidInput("network_mismatch", fields={"network": ["network_mismatch"]})
        return found.hash, network
    return found.hash, found.candidates[0] if len(found.candidates) == 1 else None


def move(
    session: Session,
    actor: Actor,
    ref: str,
    name: str,
    data: Mapping[str, Any],
    *,
    version: int | None = None,
    request_id: str,
    seen: Seen | None = None,
) -> RecoveryCase:
    """Make one move of one case. ``data`` is what ``schemas.moves`` let through for that move, ``seen`` what was shown.

    Raises NotFound (also for a foreign case), StaleVersion, MoveNotOpen, NotAllowed, StepUpNeeded, InvalidInput.
    """
    case = find_case(session, actor, ref)
    if name in BY_THE_SIGNER:
        raise MoveNotOpen("made_by_the_signer")
    if name in OF_A_BATCH:
        raise MoveNotOpen("made_with_a_batch")
    if name in WITH_A_PROOF:
        raise MoveNotOpen("made_with_a_proof")
    if name in IN_THE_BOOKS:
        raise MoveNotOpen("made_in_the_books")
    asked = {"move": name, "case": case.ref, "data": dict(data)}
    if handled_before(session, actor, request_id, asked, {"case": case.ref}) is not None:
        return case
    if name in AMONG_RIVALS:
        disputes.lock_with_rivals(session, case)
    else:
        lock_all(session, [case, *companions(session, case.id)])
    _HANDLERS.get(name, _plain)(session, actor, case, {"_name": name, "_seen": seen, **data}, version)
    return case


def _plain(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """A move that carries no more than, perhaps, a text."""
    recorded: dict[str, Any] = {}
    for kind in ("question", "answer", "reason"):
        if data.get(kind):
            recorded[kind] = write_message(session, actor, case, kind, data[kind])
    advance(session, actor, case, data["_name"], data=recorded, version=version)


def _take(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    advance(session, actor, case, "take", version=version)
    case.assignee_id = actor.id


def _leave_batch(
    session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None
) -> None:
    batches.leave(session, actor, case, version)


def _give_reference(
    session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None
) -> None:
    found_hash, only = _identified(data["reference"], data.get("network"))
    twin = session.scalar(
        select(RecoveryCase.id).where(
            RecoveryCase.depositor_id == case.depositor_id,
            RecoveryCase.hash == found_hash,
            RecoveryCase.closed_at.is_(None),
            RecoveryCase.id != case.id,
        )
    )
    if twin is not None:
        raise InvalidInput("reference_has_a_case", fields={"reference": ["reference_has_a_case"]})
    advance(session, actor, case, "give_reference", data={"hash": found_hash, "network": only}, version=version)
    case.hash, case.named_network, case.network, case.looks = found_hash, only, None, 0
    case.reference = data["reference"].strip()[:2000]


def _leave(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """A move that ends the case without a recovery: the claim on the leg is let go."""
    if data["_name"] == "lose_dispute":
        disputes.lose(session, actor, case, data["reason"], version)
    else:
        claims.end(session, actor, case, data["_name"], reason=data.get("reason"), version=version)
    disputes.left(session, case)


def _check_again(
    session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None
) -> None:
    entries = claims.release(session, case)
    advance(session, actor, case, "check_again", entries=entries, version=version)
    case.looks = 0


_HANDLERS: dict[str, Handler] = {
    "take": _take,
    "give_reference": _give_reference,
    "check_again": _check_again,
    "leave_batch": _leave_batch,
    "withdraw": _leave,
    "give_up": _leave,
    "turn_down": _leave,
    "lose_dispute": _leave,
    **dict.fromkeys(SETTLES, disputes.settle),
    "refuse": _leave,
    "judge_proof": documents.accept,
    "refuse_proof": documents.refuse,
    "conclude": claims.conclude,
    "approve_credit": credits.approve,
    "quote": quotes.offer,
    "withdraw_quote": quotes.take_back,
    "contest": quotes.contest,
    "answer_contest": quotes.answer_contest,
    "accept": quotes.accept,
    "change_destination": destinations.change,
    "clear_denial": destinations.clear,
    "approve_sweep_wallet": sign_offs.sign_off,
    "approve_sweep_clearing": sign_offs.sign_off,
    "approve_sweep_lead": sign_offs.sign_off,
    "approve_refund_wallet": sign_offs.sign_off,
    "approve_refund_clearing": sign_offs.sign_off,
    "approve_refund_lead": sign_offs.sign_off,
    "break_glass_sweep": break_glass.vote,
    "break_glass_refund": break_glass.vote,
    "endorse_credit": credit_sign_offs.endorse,
    "reject_sweep": sign_offs.reject,
    "reject_refund": sign_offs.reject,
    "approve_advance": advances.approve,
    "drop_advance": advances.drop,
    "propose_write_off": advances.propose_write_off,
    "approve_write_off": advances.write_off,
}
"""Moves that make more true than the move itself; every other is plain."""
