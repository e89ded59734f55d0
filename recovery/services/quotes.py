"""The quote: made from facts, policy and price; offered, accepted once, or withdrawn; never changed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chains.address import check_address
from chains.catalogue import network as find_network
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.canonical import digest
from recovery.domain.cause_rows import UNKNOWN
from recovery.domain.fees import FeeFacts, Prices, Ratio, Terms, quote_terms, schedule_from
from recovery.domain.ids import new_id
from recovery.errors import Conflict, InvalidInput, MoveNotOpen
from recovery.models import AssetPrice, AssetProbe, Claim, FeePolicy, OwnedAddress, Quote, RecoveryCase
from recovery.queries.batches import membership
from recovery.queries.facts import database_now, latest_probe, latest_quote, open_claim
from recovery.queries.fees import intended_network
from recovery.queries.policies import KINDS, fee_class_of, version_in_force
from recovery.services.messages import write_message
from recovery.services.transitions import advance

VALID_FOR = timedelta(hours=72)


def active_policy(session: Session) -> FeePolicy:
    """The newest activated fee policy that has begun. Raises Conflict when there is none."""
    policy = session.get(FeePolicy, version_in_force(session, KINDS["fee"]))
    if policy is None:
        raise Conflict("no_fee_policy")
    return policy


def latest_price(session: Session, network: str, contract: str | None) -> AssetPrice | None:
    """The newest price of an asset in native coin, by contract and never by symbol."""
    return session.scalars(
        select(AssetPrice)
        .where(
            AssetPrice.network == network,
            AssetPrice.contract == (contract or ""),
            AssetPrice.quote_contract.is_(None),
        )
        .order_by(AssetPrice.observed_at.desc())
        .limit(1)
    ).first()


def offer(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """Make the quote and put it before the depositor. Refused where the policy refuses, and for what no ledger of
    ours books: a fee paid in advance, a part of the cost that is given back afterwards.

    ``named_fee`` and ``own_error`` of ``data`` are the words of the person who offers; the history keeps them.
    """
    claim, probe = open_claim(session, case.id), latest_probe(session, case.id)
    if claim is None or probe is None:
        raise MoveNotOpen("token_was_probed")
    policy = active_policy(session)
    price = latest_price(session, claim.network, claim.contract)
    named, own_error = data.get("named_fee") or None, bool(data.get("own_error"))
    facts = replace(facts_of(session, case, claim, probe), named_fee=int(named) if named else None, own_error=own_error)
    terms = quote_terms(facts, schedule_from(policy.document))
    if terms.in_advance or terms.returns_unused:
        raise Conflict("fee_is_booked_elsewhere")
    quote = _quote(session, case, claim, probe, policy, price, terms)
    advance(
        session,
        actor,
        case,
        "quote",
        data={
            "quote": quote.digest,
            "gross": str(quote.gross),
            "net": str(quote.net),
            "policy": policy.version,
            **({"named_fee": named} if named else {}),
            **({"own_error": True} if own_error else {}),
        },
        version=version,
    )
    session.add(quote)


def facts_of(session: Session, case: RecoveryCase, claim: Claim, probe: AssetProbe) -> FeeFacts:
    """What the fee policy looks at, at the prices of now."""
    price = latest_price(session, claim.network, claim.contract)
    return FeeFacts(
        network=claim.network,
        contract=claim.contract,
        cause=case.cause or UNKNOWN,
        fee_class=fee_class_of(session, case),
        gross=claim.amount,
        network_cost=_network_cost(session, case, probe),
        prices=Prices(Ratio(price.numerator, price.denominator) if price else None),
        intended=intended_network(session, claim),
    )


def _network_cost(session: Session, case: RecoveryCase, probe: AssetProbe) -> int:
    """What the recovery is foreseen to cost in native coin: of a batch the case's share of it."""
    member = membership(session, case.id)
    return probe.network_cost or 0 if member is None or member.share is None else member.share


def _quote(
    session: Session,
    case: RecoveryCase,
    claim: Claim,
    probe: AssetProbe,
    policy: FeePolicy,
    price: AssetPrice | None,
    terms: Terms,
) -> Quote:
    number = session.scalar(select(func.count()).select_from(Quote).where(Quote.case_id == case.id)) or 0
    expires_at = database_now(session) + VALID_FOR
    lines = [{"label": one.label, "amount": str(one.amount), "explain": dict(one.explain)} for one in terms.lines]
    content = {
        "case": case.ref,
        "number": number + 1,
        "asset": claim.asset,
        "lines": lines,
        "policy": policy.version,
        "expires": expires_at.isoformat(),
    }
    return Quote(
        id=new_id(),
        case_id=case.id,
        number=number + 1,
        state="offered",
        asset=claim.asset,
        contract=claim.contract,
        symbol=claim.symbol or probe.symbol,
        decimals=claim.decimals if claim.decimals is not None else probe.decimals,
        gross=terms.gross,
        fee=terms.fee,
        network_cost=terms.network_cost,
        net=terms.net,
        lines=lines,
        policy_version=policy.version,
        price_id=price.id if price else None,
        digest=digest(content),
        expires_at=expires_at,
        inputs=dict(terms.fee_inputs),
    )


def accept(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """Accept exactly the quote that was seen, with a refund address that can receive on its chain."""
    claim, quote = open_claim(session, case.id), latest_quote(session, case.id)
    if claim is None or quote is None:
        raise MoveNotOpen("quote_is_open")
    if quote.digest != data["quote_digest"]:
        raise Conflict("quote_changed")
    destination = _checked_destination(session, claim, data["destination"])
    advance(
        session,
        actor,
        case,
        "accept",
        data={"quote": quote.digest, "destination": destination},
        facts={"destination_checked": True},
        version=version,
    )
    quote.state, quote.accepted_at, quote.destination = "accepted", database_now(session), destination


def _checked_destination(session: Session, claim: Claim, typed: str) -> str:
    """The canonical refund address. Refused: what cannot receive, what is ours, the token's own contract."""
    check = check_address(find_network(claim.network), typed)
    if not check.valid or check.normalised is None:
        reason = check.reason or "not_an_address"
        raise InvalidInput("destination_is_invalid", fields={"destination": [f"address_{reason}"]})
    if check.memo is not None:  # nothing that pays would carry it on, and without it the coins are lost again
        raise InvalidInput("destination_is_invalid", fields={"destination": ["address_carries_a_memo"]})
    address = check.normalised
    if address == claim.contract or set(address.removeprefix("0x")) == {"0"}:
        raise InvalidInput("destination_cannot_receive", fields={"destination": ["destination_cannot_receive"]})
    ours = session.scalar(
        select(func.count())
        .select_from(OwnedAddress)
        .where(OwnedAddress.network == claim.network, OwnedAddress.address == address)
    )
    if ours:
        raise InvalidInput("destination_is_ours", fields={"destination": ["destination_is_ours"]})
    return address


def take_back(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """The specialist withdraws an offered quote, to make another."""
    _leave_offer(session, actor, case, "withdraw_quote", {}, version)


def contest(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """The depositor does not agree: the case goes back to review with their reason."""
    commitment = write_message(session, actor, case, "answer", data["reason"])
    _leave_offer(session, actor, case, "contest", {"reason": commitment}, version)


def _leave_offer(
    session: Session, actor: Actor, case: RecoveryCase, name: str, data: Mapping[str, Any], version: int | None
) -> None:
    advance(session, actor, case, name, data=data, version=version)
    quote = latest_quote(session, case.id)
    if quote is not None and quote.state == "offered":
        quote.state = "superseded"


def expire(session: Session, case: RecoveryCase) -> float | None:
    """End an offered quote whose time is over; says how many seconds are left when it is not."""
    quote = latest_quote(session, case.id)
    if case.state != "quoted" or quote is None or quote.state != "offered":
        return None
    left = (quote.expires_at - database_now(session)).total_seconds()
    if left > 0:
        return left
    advance(session, SYSTEM, case, "expire_quote", data={"quote": quote.digest})
    quote.state = "expired"
    return None


def accepted_quote(session: Session, case_id: uuid.UUID) -> Quote | None:
    """The quote the depositor accepted."""
    return session.scalars(select(Quote).where(Quote.case_id == case_id, Quote.state == "accepted")).first()
