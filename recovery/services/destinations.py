"""Where a refund goes: checked before the owner agrees, bound by the event in which they do, and changed only with notice.

The network is asked outside of any unit of work (:func:`ask`), its answer kept (:func:`keep`), and the verdict made anew from the
kept answer and the books of that moment whenever something depends on it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from chains.address import check_address
from chains.catalogue import network as find_network
from chains.receivable import ReceivingOrder
from chains.receiving import Received, receiving
from chains.types import Node
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.destination import (
    ASKED_AGAIN_AFTER,
    FRESH_FOR,
    LEAST_COOLING,
    PROOF_FRESH_FOR,
    Judgement,
    Verdict,
    cooling_until,
)
from recovery.domain.ids import new_id
from recovery.errors import InvalidInput, MoveNotOpen
from recovery.models import CaseEvent, Claim, DestinationCheck, Plan, RecoveryCase, RefundDestination
from recovery.queries import denials, destinations as known
from recovery.queries.cases import find_case
from recovery.queries.clock import database_now
from recovery.queries.facts import accepted_quote, current_plan, latest_quote, open_claim
from recovery.services import alarms, disputes, notices
from recovery.services.evidence import keep_answers
from recovery.services.plan_ends import void
from recovery.services.transitions import add_job, advance

log = structlog.get_logger(__name__)

TYPED_IN = frozenset({"accept", "change_destination"})
"""Moves in which a depositor names a destination."""

TAMPERED = frozenset({"history_is_broken", "destination_differs"})
"""What no move of this program leads to: somebody wrote to the tables."""

CHECKING = "destination.check"


@dataclass(frozen=True)
class Inquiry:
    """One question for the nodes of a network, for one case."""

    case_id: uuid.UUID
    network: str
    order: ReceivingOrder


# what is asked


def to_ask(session: Session, actor: Actor, ref: str, address: str) -> Inquiry | None:
    """What must be asked of the network before the depositor can agree to ``address``; ``None`` when nothing must.

    Raises NotFound. What is no address at all, or not the actor's to say, is refused by the move itself.
    """
    case = find_case(session, actor, ref)
    claim = open_claim(session, case.id)
    if claim is None or case.depositor_id != actor.id:
        return None
    found = check_address(find_network(claim.network), address).normalised
    return inquiry(session, case, claim, found) if found is not None else None


def inquiry(session: Session, case: RecoveryCase, claim: Claim, address: str) -> Inquiry | None:
    """The question about a canonical address; ``None`` while the last answer is new enough."""
    last = known.latest_check(session, case.id, claim, address)
    told = known.receiving_of(last)
    new_enough = last is not None and last.at > database_now(session) - ASKED_AGAIN_AFTER
    if new_enough and told is not None and told.able is not None:
        return None
    quote = latest_quote(session, case.id)
    amount = quote.net if quote is not None else claim.amount
    return Inquiry(case.id, claim.network, ReceivingOrder(address, claim.contract, amount))


def ask(asked: Inquiry, nodes: Sequence[Node]) -> Received:
    """Ask the nodes. Outside of any unit of work; raises nothing for what they say."""
    return receiving(find_network(asked.network), nodes, asked.order)


def keep(session: Session, asked: Inquiry, told: Received, *, purpose: str) -> Judgement:
    """Write down what was said, word for word and as it was agreed on; a network that was silent is asked again by a job."""
    case, claim = session.get_one(RecoveryCase, asked.case_id), open_claim(session, asked.case_id)
    if claim is None:
        raise MoveNotOpen("leg_is_claimed")
    judged = known.judgement(session, case, claim, asked.order.address, told.receiving)
    session.add(
        DestinationCheck(
            id=new_id(),
            case_id=case.id,
            network=asked.network,
            contract=asked.order.contract or "",
            address=asked.order.address,
            amount=asked.order.amount,
            receiving=known.receiving_to_json(told.receiving),
            verdict=judged.verdict,
            codes=list(judged.codes),
            purpose=purpose,
        )
    )
    keep_answers(session, case, asked.network, claim.hash, told.answers, purpose="destination")
    if judged.verdict is Verdict.UNKNOWN and purpose == "typed":
        add_job(session, CHECKING, case, {"address": asked.order.address})
    session.flush()
    return judged


# what the owner agrees to


@dataclass(frozen=True)
class Agreed:
    """A canonical address the owner may agree to now; ``checked`` is no while the network has not answered."""

    address: str
    checked: bool


def agreed(session: Session, case: RecoveryCase, claim: Claim, data: Mapping[str, Any]) -> Agreed:
    """The address of the form ``data``, judged by the books of now and the network's kept answer.

    Raises InvalidInput with the reasons: refused, or to be confirmed and not confirmed (``confirmed`` names the warnings that
    were read).
    """
    address = canonical(claim.network, data["destination"])
    last = known.latest_check(session, case.id, claim, address)
    fresh = last is not None and last.at > database_now(session) - FRESH_FOR
    judged = known.judgement(session, case, claim, address, known.receiving_of(last) if fresh else None)
    if judged.verdict is Verdict.REFUSE:
        codes = [remark.code for remark in judged.remarks if remark.verdict is Verdict.REFUSE]
        raise InvalidInput(codes[0], fields={"destination": codes})
    if judged.verdict is Verdict.CONFIRM and data.get("confirmed") != judged.seen:
        raise InvalidInput("destination_confirm", fields={"destination": [*judged.codes, "destination_confirm"]})
    return Agreed(address, judged.verdict is not Verdict.UNKNOWN)


def canonical(network: str, typed: str) -> str:
    """The canonical form of a typed address. Raises InvalidInput for what is none, and for one with a memo inside.

    Nothing this program sends carries a memo: the families it sends have none, and elsewhere a wallet team pays by hand.
    """
    shape = check_address(find_network(network), typed)
    if not shape.valid or shape.normalised is None:
        reason = shape.reason or "not_an_address"
        raise InvalidInput("destination_is_invalid", fields={"destination": [f"address_{reason}"]})
    if shape.memo is not None:
        raise InvalidInput("destination_is_invalid", fields={"destination": ["address_carries_a_memo"]})
    return shape.normalised


def looked_at(session: Session, actor: Actor, ref: str, typed: str) -> str:
    """The canonical form of a typed address for the owner's page. Raises NotFound, InvalidInput."""
    case = find_case(session, actor, ref)
    claim = open_claim(session, case.id)
    if claim is None or case.depositor_id != actor.id:
        raise MoveNotOpen("no_such_move")
    return canonical(claim.network, typed)


def bind(session: Session, case: RecoveryCase, event: CaseEvent, network: str, address: str, **more: Any) -> None:
    """The address binds from this event on, which names it too."""
    session.flush()
    session.add(RefundDestination(case_id=case.id, seq=event.seq, network=network, address=address, **more))


def rest_since_earlier(session: Session, case: RecoveryCase, address: str) -> tuple[datetime | None, str | None]:
    """Until when nothing is paid because an earlier case of the account bound this payment, and to which other address.

    Giving a case up and reporting it again is no way around the rest and the notice of a change.
    """
    earlier = denials.bound_earlier(session, case)
    if earlier is None or earlier.address == address:
        return (earlier.cooling_until if earlier is not None else None), None
    rules = known.rules_of(session, case).row
    return cooling_until(database_now(session), rules.cooling, LEAST_COOLING), earlier.address


def change(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """Another destination by the owner's own act: approvals of a drafted refund are void, nothing is paid for a while, and
    the contact on record is told. Raises InvalidInput."""
    claim, quote = open_claim(session, case.id), accepted_quote(session, case.id)
    if claim is None or quote is None:
        raise MoveNotOpen("quote_is_accepted")
    now = database_now(session)
    to = agreed(session, case, claim, data)
    before = known.newest(session, case.id)
    if before is not None and before.address == to.address:
        raise InvalidInput("destination_is_the_same", fields={"destination": ["destination_is_the_same"]})
    rules = known.rules_of(session, case).row
    if rules.refund_to == "proven":
        if to.address not in known.proven_addresses(session, case, claim, since=now - PROOF_FRESH_FOR):
            raise InvalidInput("destination_not_proven", fields={"destination": ["destination_not_proven"]})
    plan = _drafted(session, case)
    until = cooling_until(now, rules.cooling, LEAST_COOLING)
    old = before.address if before is not None else None
    event = advance(
        session,
        actor,
        case,
        "change_destination",
        data={"destination": to.address, "before": old, "quote": quote.digest, "cooling_until": until.isoformat()},
        facts={"destination_checked": to.checked},
        version=version,
    )
    if plan is not None:
        void(session, plan, case)
    bind(session, case, event, claim.network, to.address, cooling_until=until)
    notices.tell(session, case, event, "destination_changed", {"address": to.address, "before": old})


def deny(session: Session, notice_id: uuid.UUID) -> bool:
    """The owner says that a change was not theirs, by the link of its notice: the address before binds again and the refund
    stops. Whether that came in time. Raises NotFound, and Conflict when it was said before."""
    notice, case = notices.use(session, notice_id)
    claim, old = open_claim(session, case.id), denials.before_denied(session, case)
    plan = _drafted(session, case)
    if claim is None or old is None:
        return False
    data = {**_again(old), "denied": notice.data["address"], "notice": str(notice.id)}
    event: CaseEvent | None
    try:
        event = advance(session, SYSTEM, case, "deny_destination", data=data)
    except MoveNotOpen:  # on its way already, or over: that it was denied stays on record and stops any later plan
        event = None
    if event is None:
        log.error("destination_denied_too_late", case=case.ref, state=case.state)
        return False
    if plan is not None:
        void(session, plan, case)
    bind(session, case, event, claim.network, old.address, cooling_until=old.cooling_until)
    disputes.catch_up(session, case)
    log.warning("destination_denied", case=case.ref)
    return True


def clear(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """Somebody looked at a denial: changes are possible again. An address that was denied when nothing could be undone any
    more is left behind here, so that no later payment goes there."""
    old, row = denials.before_denied(session, case), known.newest(session, case.id)
    undone = (
        old is not None and row is not None and (old.address, old.cooling_until) != (row.address, row.cooling_until)
    )
    event = advance(session, actor, case, "clear_denial", data=_again(old) if old and undone else {}, version=version)
    if old is not None and undone:
        bind(session, case, event, old.network, old.address, cooling_until=old.cooling_until)


def _again(row: RefundDestination) -> dict[str, Any]:
    """What an event says by which an earlier address binds again; it rests as long as it would have."""
    until = {"cooling_until": row.cooling_until.isoformat()} if row.cooling_until is not None else {}
    return {"destination": row.address, **until}


# before value leaves


def bound_destination(session: Session, case: RecoveryCase) -> str | None:
    """The address the history itself says the owner agreed to; ``None`` when it and the tables do not agree."""
    found = known.bound(session, case)
    return None if found.problems else found.address


def still_safe(session: Session, case: RecoveryCase) -> tuple[str, ...]:
    """Why nothing may be paid to where the case's refund is bound, as codes; empty when it may. Waiting is no problem."""
    found, claim = known.bound(session, case), open_claim(session, case.id)
    if found.problems or claim is None or found.address is None:
        return found.problems or ("destination_differs",)
    told = known.receiving_of(known.latest_check(session, case.id, claim, found.address))
    judged = known.judgement(session, case, claim, found.address, told)
    return tuple(remark.code for remark in judged.remarks if remark.verdict is Verdict.REFUSE)


def cooling_left(session: Session, case: RecoveryCase) -> float:
    """Seconds until a refund may be planned or released, 0 when it may."""
    until = known.rest_until(session, case, known.bound(session, case))
    return max(0.0, (until - database_now(session)).total_seconds()) if until is not None else 0.0


def due_inquiry(session: Session, case: RecoveryCase) -> Inquiry | None:
    """What must be asked of the network before the refund is planned or released; ``None`` while its answer is new enough."""
    row, claim = known.newest(session, case.id), open_claim(session, case.id)
    return inquiry(session, case, claim, row.address) if row is not None and claim is not None else None


def is_answered(session: Session, case: RecoveryCase) -> bool:
    """Whether the network's last answer about the bound address still counts."""
    row, claim = known.newest(session, case.id), open_claim(session, case.id)
    last = known.latest_check(session, case.id, claim, row.address) if row is not None and claim is not None else None
    return last is not None and last.verdict != Verdict.UNKNOWN and last.at > database_now(session) - FRESH_FOR


def stop(session: Session, case: RecoveryCase, problems: Sequence[str]) -> None:
    """Take a case out of the way whose refund would go where it must not, its drafted plan with it, and ring."""
    plan = _drafted(session, case)
    advance(session, SYSTEM, case, "freeze_refund", data={"problems": {"destination": list(problems)}})
    if plan is not None:
        void(session, plan, case)
    disputes.catch_up(session, case)
    log.error("destination_not_safe", case=case.ref, problems=list(problems))
    row = known.newest(session, case.id)
    if TAMPERED.intersection(problems):
        alarms.ring(session, "destination_tampered", case.ref, {"address": row.address if row is not None else "–"})


def _drafted(session: Session, case: RecoveryCase) -> Plan | None:
    plan = current_plan(session, case.id, "refund")
    return plan if plan is not None and plan.state == "drafted" else None
