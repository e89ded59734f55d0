"""A credit instead of a payout: approved by clearing, wanted of the exchange's ledger, confirmed or refused by it.

The approval writes an intent in its own unit of work. Whoever keeps the ledger answers it once: equal in everything, and the case
is done; refused, and it comes back to the desk; anything else, and it stops. Where no ledger of the exchange is configured, the
book of credits that this installation keeps answers by the same way (:func:`deliver`).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chains.catalogue import networks
from recovery.domain import accounting
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.canonical import canonical
from recovery.domain.credit_intents import Said, Wanted, differences
from recovery.domain.ids import new_id
from recovery.errors import NotAllowed, NotFound
from recovery.models import CaseEvent, Claim, Credit, CreditAnswer, CreditIntent, RecoveryCase
from recovery.queries.clock import database_now
from recovery.queries.facts import leg_credits, open_claim
from recovery.queries.intents import current_intent
from recovery.queries.limits import lock_limits
from recovery.queries.sign_offs import credit_standing, people_of
from recovery.services import credit_sign_offs, disputes
from recovery.services.alarms import ring
from recovery.services.transitions import advance, lock
from workflows.states import State

APPROVING = ("endorse_credit", "approve_credit")
"""Whoever made one of these does not answer for the ledger."""


@dataclass(frozen=True)
class Heard:
    """What became of an answer: ``confirmed``, ``refused``, or why it changed nothing: ``differs``, ``conflict``, ``on_hold``."""

    verdict: str
    intent: CreditIntent

    @property
    def problem(self) -> str | None:
        """The code of what is wrong with the answer, ``None`` when it was taken (now or before)."""
        return {
            "differs": "credit_differs",
            "conflict": "credit_answered_otherwise",
            "on_hold": "credit_is_on_hold",
        }.get(self.verdict)


def approve(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """Clearing found no earlier credit: what was unidentified is owed to the depositor, and wanted of the ledger."""
    claim = open_claim(session, case.id)
    if claim is None:
        advance(session, actor, case, "approve_credit", version=version)
        return
    entries = accounting.identified(claim.network, claim.asset, f"{claim.position}@{case.version}", claim.amount)
    wanted = _wanted(session, case, claim)
    endorsed = people_of(credit_standing(session, case, claim))
    lock_limits(session, endorsed, claim.network, claim.contract)  # whoever is over one by now does not count
    recorded = {
        "leg": claim.position,
        "amount": str(claim.amount),
        "account": case.account,
        "contract": claim.contract,
        "intent": str(wanted.id),
    }
    advance(session, actor, case, "approve_credit", data=recorded, entries=entries, version=version)
    credit_sign_offs.approve(session, actor, case, claim, "clearing", data)
    session.add(
        CreditIntent(
            id=wanted.id,
            case_id=case.id,
            attempt=wanted.attempt,
            network=claim.network,
            contract=claim.contract or "",
            asset=claim.asset,
            hash=claim.hash,
            position=claim.position,
            account=case.account,
            amount=claim.amount,
            payload=wanted.payload(),
            state="open",
        )
    )
    session.flush()


def _wanted(session: Session, case: RecoveryCase, claim: Claim) -> Wanted:
    """What the ledger shall do. A new attempt only follows a refused one: the database holds no second live intent of a leg."""
    before = select(func.count()).where(
        CreditIntent.case_id == case.id,
        CreditIntent.network == claim.network,
        CreditIntent.hash == claim.hash,
        CreditIntent.position == claim.position,
    )
    network = networks().get(claim.network)
    return Wanted(
        case_id=case.id,
        case_ref=case.ref,
        attempt=(session.scalar(before) or 0) + 1,
        network=claim.network,
        network_id=network.id if network else "",
        asset=claim.asset,
        contract=claim.contract,
        hash=claim.hash,
        position=claim.position,
        account=case.account,
        amount=claim.amount,
    )


def deliver(session: Session, case: RecoveryCase) -> None:
    """Have the own book of credits answer the open intent of the case, where no ledger of the exchange is configured.

    The book is keyed by network, hash and position, and a credit of the whole transaction is one of the leg too; whoever was
    first stays.
    """
    lock(session, case)
    intent = current_intent(session, case.id)
    if intent is None or case.state != State.CREDITING:
        return
    _write(session, intent)
    shown = leg_credits(session, intent.network, intent.hash, intent.position)
    one = shown[0]
    same_asset = len(shown) == 1 and one.contract == intent.contract
    hear(
        session,
        SYSTEM,
        intent.id,
        Said(f"own:{intent.id}", one.amount, one.account, intent.asset if same_asset else one.contract),
    )


def hear(session: Session, actor: Actor, intent_id: uuid.UUID, said: Said) -> Heard:
    """Take an answer of the ledger, once. The same answer again is taken again; nothing else ever is.

    What cannot be taken is kept and rings, so the caller must let its unit of work end well and refuse afterwards
    (:attr:`Heard.problem`). Raises NotFound, NotAllowed.
    """
    if not actor.roles & {"ledger", "system"}:
        raise NotAllowed("not_your_role")
    intent = session.get(CreditIntent, intent_id)
    if intent is None:
        raise NotFound("not_found")
    case = session.get_one(RecoveryCase, intent.case_id)
    lock(session, case)
    session.refresh(intent, with_for_update=True)
    if _approved_by(session, case, actor):
        raise NotAllowed("you_prepared_it")
    if intent.state != "open":
        if intent.answer_sha256 == said.sha256:
            return Heard(intent.state, intent)
        return _unheard(session, actor, case, intent, said, "conflict")
    if case.state != State.CREDITING:
        return _unheard(session, actor, case, intent, said, "on_hold")
    differing: tuple[str, ...] = ("external_id",) if _is_taken(session, said.external_id) else ()
    if said.refuses and not differing:
        return _refused(session, actor, case, intent, said)
    differing += differences(said, amount=intent.amount, account=intent.account, asset=intent.asset)
    if not differing:
        _write(session, intent)
    if differing or not _book_agrees(session, intent):
        heard = _unheard(session, actor, case, intent, said, "differs")
        advance(session, SYSTEM, case, "freeze_crediting", data={"problems": list(differing) or ["book"]})
        return heard
    return _confirmed(session, actor, case, intent, said)


def _confirmed(session: Session, actor: Actor, case: RecoveryCase, intent: CreditIntent, said: Said) -> Heard:
    _answer(session, actor, intent, said, "confirmed")
    entries = accounting.credited(intent.network, intent.asset, intent.position, intent.amount)
    data = {"leg": intent.position, "intent": str(intent.id), "answer": said.sha256}
    advance(session, SYSTEM, case, "confirm_credit", data=data, entries=entries)
    disputes.paid(session, case)
    return Heard("confirmed", intent)


def _refused(session: Session, actor: Actor, case: RecoveryCase, intent: CreditIntent, said: Said) -> Heard:
    """The ledger will not: the case is the desk's again. What is owed stays owed until somebody decides."""
    _answer(session, actor, intent, said, "refused")
    advance(session, SYSTEM, case, "refuse_credit", data={"intent": str(intent.id), "answer": said.sha256})
    disputes.catch_up(session, case)
    return Heard("refused", intent)


def _answer(session: Session, actor: Actor, intent: CreditIntent, said: Said, state: str) -> None:
    now = database_now(session)
    intent.state, intent.external_id = state, said.external_id
    intent.answer_sha256, intent.answered_at = said.sha256, now
    session.flush()
    _keep(session, actor, intent, said, state)


def _unheard(
    session: Session, actor: Actor, case: RecoveryCase, intent: CreditIntent, said: Said, verdict: str
) -> Heard:
    """Kept word for word, and rung for: somebody must find out what the ledger really did."""
    _keep(session, actor, intent, said, verdict)
    if verdict != "on_hold":
        facts = {"case": case.ref, "network": intent.network, "said": said.as_json(), "state": intent.state}
        ring(session, "credit_differs", str(intent.id), facts)
    return Heard(verdict, intent)


def _keep(session: Session, actor: Actor, intent: CreditIntent, said: Said, verdict: str) -> None:
    session.execute(
        insert(CreditAnswer)
        .values(
            id=new_id(),
            intent_id=intent.id,
            verdict=verdict,
            said=canonical(said.as_json()),
            sha256=said.sha256,
            by=actor.id,
        )
        .on_conflict_do_nothing(index_elements=["intent_id", "verdict", "sha256"])
    )


def _is_taken(session: Session, external_id: str) -> bool:
    """Whether the ledger named another intent's answer so: one entry of its books cannot be two credits."""
    query = select(CreditIntent.id).where(CreditIntent.external_id == external_id)
    return session.scalar(query.limit(1)) is not None


def _approved_by(session: Session, case: RecoveryCase, actor: Actor) -> bool:
    query = select(CaseEvent.seq).where(
        CaseEvent.case_id == case.id, CaseEvent.name.in_(APPROVING), CaseEvent.actor_id == actor.id
    )
    return session.scalar(query.limit(1)) is not None


def _book_agrees(session: Session, intent: CreditIntent) -> bool:
    """Whether the book of credits shows this one and no other for the leg."""
    shown = leg_credits(session, intent.network, intent.hash, intent.position)
    wanted = (intent.account, intent.contract, intent.amount)
    return [(credit.account, credit.contract, credit.amount) for credit in shown] == [wanted]


def _write(session: Session, intent: CreditIntent) -> None:
    """The credit as the book takes it; whatever stands there for the leg, or comes at the same moment, stays the only one."""
    if leg_credits(session, intent.network, intent.hash, intent.position):
        return
    session.execute(
        insert(Credit)
        .values(
            id=new_id(),
            network=intent.network,
            hash=intent.hash,
            position=intent.position,
            account=intent.account,
            contract=intent.contract,
            amount=intent.amount,
            credited_at=database_now(session),
        )
        .on_conflict_do_nothing(index_elements=["network", "hash", "position"])
    )
