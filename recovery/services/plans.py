"""Plans for value that leaves: drafted, released once signed off, recorded, verified. One plan may serve several cases.

No key is ever here. A plan's payload never changes; the signed bytes are stored before anybody may broadcast them;
and while a released plan could still pay, there is no second one for any of its cases.
"""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from chains.catalogue import network as find_network
from chains.sending import Sending, SignedDiffers, Step, arrivals, placed, sending, step_to_json
from chains.types import Network
from recovery.domain import accounting
from recovery.domain.accounting import Entry
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.canonical import canonical, digest
from recovery.domain.ids import new_id
from recovery.domain.settlement import Part, plan_payload, steps_of, stored_step
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed, NotFound
from recovery.models import Claim, Plan, PlanCase, PlanInput, PlanStep, Quote, RecoveryCase
from recovery.queries.clock import database_now
from recovery.queries.facts import accepted_quote, open_claim
from recovery.queries.ledger import owed
from recovery.queries.plan_members import Member, members
from recovery.services import advances
from recovery.services.requests import handled_before
from recovery.services.sign_offs import releasable, required
from recovery.services.transitions import advance, lock_all


def draft(
    session: Session,
    cases: Sequence[RecoveryCase],
    kind: str,
    network: Network,
    steps: Sequence[Step],
    *,
    prepared_by: uuid.UUID,
    destination: str,
) -> Plan:
    """Put an unsigned plan before the teams. Every case is locked; the steps serve the cases in the order given.

    Raises Conflict when an output it would spend is promised to another plan, when a sweep would bring less of a case's coins
    than it owes (the rest would be paid with other people's), and as :func:`demand_owed`.
    """
    lock_all(session, cases)
    terms = [terms_of(session, case) for case in cases]
    if kind == "refund":
        for case, (claim, quote) in zip(cases, terms, strict=True):
            demand_owed(session, case, claim, quote)
    arriving = arrivals(steps)
    after = [owed_after(session, case, quote) for case, (_, quote) in zip(cases, terms, strict=True)]
    if kind == "sweep" and any(arriving[place] < least for place, least in enumerate(after)):
        raise Conflict("sweep_brings_too_little")
    parts = [
        Part(case.ref, case.round + 1, _amount(kind, claim, quote), arriving[place], quote.digest)
        for place, (case, (claim, quote)) in enumerate(zip(cases, terms, strict=True))
    ]
    claim, quote = terms[0]
    payload = plan_payload(
        kind=kind,
        network=network.slug,
        network_id=network.id,
        asset={"contract": claim.contract, "symbol": quote.symbol, "decimals": quote.decimals},
        parts=parts,
        destination=destination,
        steps=steps,
    )
    plan = Plan(
        id=new_id(),
        kind=kind,
        network=network.slug,
        state="drafted",
        payload=canonical(payload),
        digest=digest(payload),
        prepared_by=prepared_by,
    )
    session.add(plan)
    session.flush()
    _reserve(session, plan, steps)
    for place, (case, part, (_, accepted)) in enumerate(zip(cases, parts, terms, strict=True)):
        session.add(
            PlanCase(
                plan_id=plan.id, case_id=case.id, kind=kind, place=place, round=part.round,
                amount=part.amount, arrives=part.arrives, quote_id=accepted.id, state="open",
            )
        )  # fmt: skip
    session.flush()
    required(session, plan)
    for case in cases:
        advance(session, SYSTEM, case, f"propose_{kind}", data={"plan": str(plan.id), "digest": plan.digest})
    return plan


def demand_owed(session: Session, case: RecoveryCase, claim: Claim, quote: Quote) -> None:
    """A refund pays exactly what the books owe; of an advance the rest is owed to us. Raises Conflict otherwise.

    They differ only where two people corrected them. Where less is owed, more would be paid from the coins of others; where more
    is, the case could never close.
    """
    now = owed(session, case.id, claim.network, claim.asset)
    if now < quote.net or (now > quote.net and not advances.is_advance(session, case)):
        raise Conflict("owed_differs")


def _amount(kind: str, claim: Claim, quote: Quote) -> int:
    return claim.amount if kind == "sweep" else quote.net


def owed_after(session: Session, case: RecoveryCase, quote: Quote) -> int:
    """What the coins of a sweep pay out: the accepted net amount, unless own funds paid it already."""
    return 0 if advances.was_paid(session, case) else quote.net


def _reserve(session: Session, plan: Plan, steps: Sequence[Step]) -> None:
    """Promise what the steps spend to this plan alone."""
    outpoints = [outpoint for step in steps for outpoint in step.inputs]
    taken = session.scalars(
        select(PlanInput.outpoint).where(
            PlanInput.network == plan.network, PlanInput.outpoint.in_(outpoints), PlanInput.held
        )
    ).first()
    if taken is not None:
        raise Conflict("output_is_promised")
    session.add_all(PlanInput(plan_id=plan.id, outpoint=one, network=plan.network, held=True) for one in outpoints)


def release(session: Session, plan: Plan, chain_nonces: Mapping[str, int]) -> None:
    """Give every step its place and let the signer have the plan.

    ``chain_nonces`` are what the chain expects next of each sender; a nonce promised to another live step is skipped,
    and the unique key refuses two promises made at the same moment.
    """
    lock_all(session, [one.case for one in members(session, plan)])
    session.refresh(plan, with_for_update=True)
    if plan.state != "drafted" or not releasable(session, plan):
        return
    payload = json.loads(plan.payload)
    if digest(payload) != plan.digest:
        raise Conflict("plan_changed")
    free = {sender: _free_nonces(session, plan.network, sender, first) for sender, first in chain_nonces.items()}
    for one in members(session, plan):
        data = {"plan": str(plan.id), "digest": plan.digest}
        advance(session, SYSTEM, one.case, f"release_{plan.kind}", data=data)
    for index, step in enumerate(steps_of(payload)):
        nonce = next(free[step.sender]) if step.sender in free else None
        session.add(
            PlanStep(
                plan_id=plan.id,
                index=index,
                network=plan.network,
                sender=step.sender,
                nonce=nonce,
                unsigned=step_to_json(placed(step, nonce)),
                state="waiting",
            )
        )
    plan.state, plan.changed_at = "released", database_now(session)


def _free_nonces(session: Session, network: str, sender: str, chain_says: int) -> Iterator[int]:
    """Nonces neither used on the chain nor promised to a live step, from the lowest on.

    A gap that an abandoned step left is filled first: until then the chain takes no later nonce of that sender.
    """
    promised = set(
        session.scalars(
            select(PlanStep.nonce).where(
                PlanStep.network == network, PlanStep.sender == sender, PlanStep.state.in_(("waiting", "signed"))
            )
        )
    )
    return (nonce for nonce in itertools.count(chain_says) if nonce not in promised)


def record_signed(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    transactions: Sequence[str],
    *,
    request_id: str,
) -> Plan:
    """Store the signed bytes of a released plan, step by step equal to what was approved, before any broadcast.

    The same bytes may come again; other bytes for a recorded step never. Raises NotFound, NotAllowed, InvalidInput
    (naming the fields that differ), Conflict.
    """
    plan = plan_of_signer(session, actor, plan_id)
    asked = {"record": str(plan_id), "transactions": list(transactions)}
    if handled_before(session, actor, request_id, asked, {"plan": str(plan_id)}) is not None:
        return plan
    lock_all(session, [one.case for one in members(session, plan)])
    session.refresh(plan, with_for_update=True)
    steps = plan_steps(session, plan)
    signed = _decoded(find_network(plan.network), steps, transactions)
    if plan.state in ("recorded", "confirmed") and [step.hash for step in steps] == [one for one, _ in signed]:
        return plan
    if plan.state != "released":
        raise Conflict("plan_not_released")
    for one in members(session, plan):
        claim, quote = terms_of(session, one.case)
        advance(
            session,
            actor,
            one.case,
            f"record_{plan.kind}",
            data={"plan": str(plan.id), "hashes": [hash for hash, _ in signed]},
            entries=_sent_entries(session, plan, one, claim, quote),
        )
    for step, (hash, raw) in zip(steps, signed, strict=True):
        step.signed, step.hash, step.state = raw, hash, "signed"
    plan.state, plan.changed_at = "recorded", database_now(session)
    return plan


def plan_of_signer(session: Session, actor: Actor, plan_id: uuid.UUID) -> Plan:
    """The plan somebody hands signed bytes for. Raises NotAllowed, NotFound."""
    if not actor.roles & {"signer", "wallet"}:
        raise NotAllowed("not_your_role")
    try:
        return session.get_one(Plan, plan_id)
    except NoResultFound:
        raise NotFound("not_found") from None


def _decoded(network: Network, steps: Sequence[PlanStep], transactions: Sequence[str]) -> list[tuple[str, str]]:
    """Hash and canonical bytes of each step's signed transaction."""
    if len(steps) != len(transactions):
        raise InvalidInput("signed_count_differs", expected=len(steps))
    module = sending(network.family)
    assert module is not None, "only families that send have released plans"
    signed = []
    for step, raw in zip(steps, transactions, strict=True):
        signed.append(decoded(module, network, step.index, step.unsigned, raw))
    return signed


def decoded(module: Sending, network: Network, index: int, unsigned: Mapping[str, Any], raw: str) -> tuple[str, str]:
    """Hash and canonical bytes of a signed transaction that is exactly what is stored unsigned. Raises InvalidInput."""
    try:
        one = module.read_signed(network, stored_step(unsigned), raw)
    except SignedDiffers as error:
        if not error.differing:
            raise InvalidInput("signed_is_unreadable", index=index) from None
        differing = ", ".join(error.differing)
        raise InvalidInput("signed_differs_from_plan", index=index, differing=differing) from None
    return one.hash, one.raw


def _sent_entries(session: Session, plan: Plan, one: Member, claim: Claim, quote: Quote) -> tuple[Entry, ...]:
    if plan.kind == "sweep":
        return accounting.sweep_sent(claim.network, claim.asset, one.part.round, claim.amount)
    sent = accounting.refund_sent(claim.network, claim.asset, one.part.round, quote.net)
    return *sent, *advances.sent_entries(session, one.case, str(one.part.round))


def plan_steps(session: Session, plan: Plan) -> list[PlanStep]:
    """The released steps of a plan in order."""
    return list(session.scalars(select(PlanStep).where(PlanStep.plan_id == plan.id).order_by(PlanStep.index)))


def terms_of(session: Session, case: RecoveryCase) -> tuple[Claim, Quote]:
    """The leg a case holds and the quote its depositor accepted. Raises MoveNotOpen without either."""
    claim, quote = open_claim(session, case.id), accepted_quote(session, case.id)
    if claim is None or quote is None:
        raise MoveNotOpen("quote_is_accepted")
    return claim, quote
