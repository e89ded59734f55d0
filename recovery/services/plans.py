"""Plans for value that leaves: drafted, released with nonces once signed off, recorded, verified.

No key is ever here. A plan's payload never changes; the signed bytes are stored before anybody may broadcast them;
and while a released plan could still pay, there is no second one.
"""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from chains.errors import ChainError
from chains.evm.signed import decode_signed, matches
from chains.types import Network, SignedTransaction, UnsignedStep
from recovery.domain import accounting
from recovery.domain.accounting import Entry
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.canonical import canonical, digest
from recovery.domain.ids import new_id
from recovery.domain.settlement import plan_payload, step_from_json, step_to_json, steps_of
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed, NotFound
from recovery.models import Claim, Plan, PlanStep, Quote, RecoveryCase
from recovery.queries.facts import database_now, open_claim
from recovery.services import disputes
from recovery.services.quotes import accepted_quote
from recovery.services.requests import handled_before
from recovery.services.sign_offs import releasable, required
from recovery.services.transitions import advance, lock


def draft(
    session: Session,
    case: RecoveryCase,
    kind: str,
    network: Network,
    steps: Sequence[UnsignedStep],
    *,
    prepared_by: uuid.UUID,
    source: str,
    destination: str,
    amount: int,
) -> Plan:
    """Put an unsigned plan before the two teams. The case is locked; its state says which kind is due."""
    lock(session, case)
    claim, quote = _claim_and_quote(session, case)
    payload = plan_payload(
        case_ref=case.ref,
        kind=kind,
        network=network,
        round_=case.round + 1,
        asset={"contract": claim.contract, "symbol": quote.symbol, "decimals": quote.decimals},
        amount=amount,
        source=source,
        destination=destination,
        quote=quote.digest,
        steps=steps,
    )
    plan = Plan(
        id=new_id(),
        case_id=case.id,
        kind=kind,
        round=case.round + 1,
        network=network.slug,
        state="drafted",
        payload=canonical(payload),
        digest=digest(payload),
        prepared_by=prepared_by,
        quote_id=quote.id,
    )
    session.add(plan)
    session.flush()
    required(session, plan)
    advance(session, SYSTEM, case, f"propose_{kind}", data={"plan": str(plan.id), "digest": plan.digest})
    return plan


def release(session: Session, case: RecoveryCase, plan: Plan, chain_nonces: Mapping[str, int]) -> None:
    """Give every step its nonce and let the signer have the plan.

    ``chain_nonces`` are what the chain expects next of each sender; a nonce promised to another live step is skipped,
    and the unique key refuses two promises made at the same moment.
    """
    lock(session, case)
    session.refresh(plan, with_for_update=True)
    if plan.state != "drafted" or not releasable(session, plan):
        return
    payload = json.loads(plan.payload)
    if digest(payload) != plan.digest:
        raise Conflict("plan_changed")
    free = {sender: _free_nonces(session, plan.network, sender, first) for sender, first in chain_nonces.items()}
    advance(session, SYSTEM, case, f"release_{plan.kind}", data={"plan": str(plan.id), "digest": plan.digest})
    for index, step in enumerate(steps_of(payload)):
        nonce = next(free[step.sender])
        session.add(
            PlanStep(
                plan_id=plan.id,
                index=index,
                network=plan.network,
                sender=step.sender,
                nonce=nonce,
                unsigned=step_to_json(replace(step, nonce=nonce)),
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
    session: Session, actor: Actor, plan_id: uuid.UUID, transactions: Sequence[str], *, request_id: str
) -> Plan:
    """Store the signed bytes of a released plan, step by step equal to what was approved, before any broadcast.

    The same bytes may come again; other bytes for a recorded step never. Raises NotFound, NotAllowed, InvalidInput
    (naming the fields that differ), Conflict.
    """
    if not actor.roles & {"signer", "wallet"}:
        raise NotAllowed("not_your_role")
    try:
        plan = session.get_one(Plan, plan_id)
    except NoResultFound:
        raise NotFound("not_found") from None
    asked = {"record": str(plan_id), "transactions": list(transactions)}
    if handled_before(session, actor, request_id, asked, {"plan": str(plan_id)}) is not None:
        return plan
    case = session.get_one(RecoveryCase, plan.case_id)
    lock(session, case)
    session.refresh(plan, with_for_update=True)
    steps = plan_steps(session, plan)
    signed = _decoded(steps, transactions)
    if plan.state in ("recorded", "confirmed") and [step.hash for step in steps] == [one.hash for one in signed]:
        return plan
    if plan.state != "released":
        raise Conflict("plan_not_released")
    advance(
        session,
        actor,
        case,
        f"record_{plan.kind}",
        data={"plan": str(plan.id), "hashes": [one.hash for one in signed]},
        entries=_sent_entries(session, case, plan),
    )
    for step, one in zip(steps, signed, strict=True):
        step.signed, step.hash, step.state = one.raw, one.hash, "signed"
    plan.state, plan.changed_at = "recorded", database_now(session)
    return plan


def _decoded(steps: Sequence[PlanStep], transactions: Sequence[str]) -> list[SignedTransaction]:
    if len(steps) != len(transactions):
        raise InvalidInput("signed_count_differs", expected=len(steps))
    signed = []
    for step, raw in zip(steps, transactions, strict=True):
        try:
            one = decode_signed(raw)
        except (ChainError, ValueError):
            raise InvalidInput("signed_is_unreadable", index=step.index) from None
        differing = matches(step_from_json(step.unsigned), one)
        if differing:
            raise InvalidInput("signed_differs_from_plan", index=step.index, differing=", ".join(differing))
        signed.append(one)
    return signed


def _sent_entries(session: Session, case: RecoveryCase, plan: Plan) -> tuple[Entry, ...]:
    claim, quote = _claim_and_quote(session, case)
    if plan.kind == "sweep":
        return accounting.sweep_sent(claim.network, claim.asset, plan.round, claim.amount)
    return accounting.refund_sent(claim.network, claim.asset, plan.round, quote.net)


def plan_steps(session: Session, plan: Plan) -> list[PlanStep]:
    """The released steps of a plan in order."""
    return list(session.scalars(select(PlanStep).where(PlanStep.plan_id == plan.id).order_by(PlanStep.index)))


def confirm(session: Session, case: RecoveryCase, plan: Plan, fees: Mapping[int, int], network: Network) -> None:
    """Every step is final and did what was approved: book it and move on. ``fees``: what each step cost, by index."""
    claim, quote = _claim_and_quote(session, case)
    for step in plan_steps(session, plan):
        step.state, step.cost = "final", fees[step.index]
    plan.state, plan.changed_at = "confirmed", database_now(session)
    session.flush()
    if plan.kind == "sweep":
        moved = accounting.swept(claim.network, claim.asset, claim.amount, quote.fee, quote.network_cost)
    else:
        moved = accounting.refunded(claim.network, claim.asset, quote.net)
    entries = (*moved, *_gas_entries(session, plan, fees, network.native.asset))
    hashes = [step.hash for step in plan_steps(session, plan)]
    data = {"plan": str(plan.id), "hashes": hashes, "fees": {str(index): str(fee) for index, fee in fees.items()}}
    advance(session, SYSTEM, case, f"confirm_{plan.kind}", data=data, entries=entries)
    if case.closed_at is None:
        disputes.catch_up(session, case)
    else:
        disputes.paid(session, case)


def _gas_entries(session: Session, plan: Plan, fees: Mapping[int, int], native: str) -> tuple[Entry, ...]:
    """What the chain took for the mined steps, from whoever paid it."""
    if plan.kind == "refund":
        return accounting.wallet_gas(plan.network, native, f"refund@{plan.round}", sum(fees.values()))
    entries: list[Entry] = []
    for step in plan_steps(session, plan):
        if step.index not in fees:
            continue
        unsigned = step_from_json(step.unsigned)
        topping_up = unsigned.purpose == "gas_top_up"
        entries += accounting.gas(
            plan.network,
            native,
            f"{plan.kind}@{plan.round}/{step.index}",
            topped_up=unsigned.value if topping_up and step.state == "final" else 0,
            from_tank=fees[step.index] if topping_up else 0,
            from_address=0 if topping_up else fees[step.index],
        )
    return tuple(entries)


def freeze(session: Session, case: RecoveryCase, kind: str, problems: Mapping[str, Any]) -> None:
    """Stop a case whose plan and chain differ, or whose plan could not be made. Nothing else changes; staff decide."""
    advance(session, SYSTEM, case, f"freeze_{kind}", data={"problems": dict(problems)})
    disputes.catch_up(session, case)


def bury(
    session: Session,
    case: RecoveryCase,
    plan: Plan,
    failed: int,
    fees: Mapping[int, int],
    network: Network,
) -> None:
    """A step failed for good on the chain, so its plan can never pay: reverse its booking and stop the case.

    Steps after the failed one were never mined; they are abandoned, and the next plan uses their nonces again, so the
    chain itself admits only one of the two. ``fees``: what the mined steps cost, by index.
    """
    claim, quote = _claim_and_quote(session, case)
    for step in plan_steps(session, plan):
        if step.index in fees:
            step.state, step.cost = "failed" if step.index == failed else "final", fees[step.index]
        else:
            step.state = "abandoned"
    plan.state, plan.changed_at = "dead", database_now(session)
    session.flush()
    back = (
        accounting.sweep_back(claim.network, claim.asset, plan.round, claim.amount)
        if plan.kind == "sweep"
        else accounting.refund_back(claim.network, claim.asset, plan.round, quote.net)
    )
    entries = (*back, *_gas_entries(session, plan, fees, network.native.asset))
    data = {"problems": {str(failed): ["transaction_failed"]}, "plan": str(plan.id)}
    advance(session, SYSTEM, case, f"freeze_{plan.kind}", data=data, entries=entries)
    disputes.catch_up(session, case)


def _claim_and_quote(session: Session, case: RecoveryCase) -> tuple[Claim, Quote]:
    claim, quote = open_claim(session, case.id), accepted_quote(session, case.id)
    if claim is None or quote is None:
        raise MoveNotOpen("quote_is_accepted")
    return claim, quote
