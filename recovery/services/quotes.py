"""The quote: made from facts, policy and price; offered, replaced when the market moves, accepted once; never changed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chains.address import check_address
from chains.catalogue import network as find_network
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.canonical import digest
from recovery.domain.fees import FeeFacts, Ratio, Terms, quote_terms
from recovery.domain.ids import new_id
from recovery.domain.prices import moved_bps
from recovery.errors import Conflict, InvalidInput, MarketMoved, MoveNotOpen
from recovery.models import AssetProbe, Claim, Contest, FeePolicy, OwnedAddress, PriceSnapshot, Quote, RecoveryCase
from recovery.queries.batches import membership
from recovery.queries.facts import database_now, latest_probe, latest_quote, open_claim
from recovery.queries.prices import PriceView, limits_in_force, price_for
from recovery.services import consents
from recovery.services.messages import write_message
from recovery.services.prices import keep as keep_price
from recovery.services.transitions import advance

VALID_FOR = timedelta(hours=72)


def active_policy(session: Session) -> FeePolicy:
    """The newest activated fee policy. Raises Conflict when there is none."""
    policy = session.scalars(
        select(FeePolicy).where(FeePolicy.activated_at.is_not(None)).order_by(FeePolicy.version.desc()).limit(1)
    ).first()
    if policy is None:
        raise Conflict("no_fee_policy")
    return policy


def offer(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """Make the quote and put it before the depositor.

    Raises MoveNotOpen, NotAllowed, and InvalidInput ``price_not_known`` where the policy needs a price nobody can tell.
    """
    quote = _made(session, case, actor.id, expires_at=database_now(session) + VALID_FOR)
    advance(session, actor, case, "quote", data=_told(quote), version=version)
    session.add(quote)


def _told(quote: Quote) -> dict[str, Any]:
    """What the event of a quote says of it."""
    return {
        "quote": quote.digest,
        "gross": str(quote.gross),
        "net": str(quote.net),
        "policy": quote.policy_version,
        "price": str(quote.price_snapshot_id) if quote.price_snapshot_id else None,
    }


def _made(
    session: Session,
    case: RecoveryCase,
    made_by: uuid.UUID | None,
    *,
    expires_at: datetime,
    before: Quote | None = None,
) -> Quote:
    """The quote as facts, policy and price of now make it, not yet added; its price is kept."""
    claim, probe = open_claim(session, case.id), latest_probe(session, case.id)
    if claim is None or probe is None:
        raise MoveNotOpen("token_was_probed")
    policy = active_policy(session)
    price = price_for(session, claim.network, claim.contract)
    facts = _fee_facts(session, case, claim, probe, price)
    terms = quote_terms(facts, policy.rules)
    if price is None and _a_price_is_missing(terms):
        raise InvalidInput("price_not_known")
    quote = _quote(session, case, claim, probe, policy, terms, expires_at, price)
    quote.inputs = inputs_of(facts)
    quote.price_snapshot_id = keep_price(session, price) if price else None
    quote.made_by = made_by
    if before is not None:
        quote.why, quote.replaces = "market_moved", before.id
    return quote


def _fee_facts(
    session: Session, case: RecoveryCase, claim: Claim, probe: AssetProbe, price: PriceView | None
) -> FeeFacts:
    return FeeFacts(
        network=claim.network,
        cause=case.cause or "",
        gross=claim.amount,
        network_cost_native=_network_cost(session, case, probe),
        price=price.ratio if price else None,
    )


def _a_price_is_missing(terms: Terms) -> bool:
    """Whether a part of the terms fell away only because nobody knows the price: that is no price, it is a guess of nought."""
    said = {value for line in terms.lines for value in line.explain.values()}
    costs = any(line.explain.get("native", "0") != "0" for line in terms.lines)
    return "waived_without_a_price" in said or ("absorbed_without_a_price" in said and costs)


def inputs_of(facts: Any) -> dict[str, Any]:
    """What a quote was computed from, as plain values: whole numbers as decimal strings, so that none is cut."""
    return {field.name: _plain(getattr(facts, field.name)) for field in fields(facts)}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return inputs_of(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


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
    terms: Terms,
    expires_at: datetime,
    price: PriceView | None,
) -> Quote:
    number = session.scalar(select(func.count()).select_from(Quote).where(Quote.case_id == case.id)) or 0
    lines = [{"label": one.label, "amount": str(one.amount), "explain": dict(one.explain)} for one in terms.lines]
    content = {
        "case": case.ref,
        "number": number + 1,
        "asset": claim.asset,
        "lines": lines,
        "policy": policy.version,
        "price": price.decision.digest if price else None,
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
        digest=digest(content),
        expires_at=expires_at,
    )


def accept(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """Accept exactly the quote that was seen, with a refund address that can receive on its chain.

    When the market has moved too far since, nothing is accepted: the machine offers another quote and MarketMoved is raised,
    which lets that become true.
    """
    claim, quote = open_claim(session, case.id), latest_quote(session, case.id)
    if claim is None or quote is None:
        raise MoveNotOpen("quote_is_open")
    if quote.digest != data["quote_digest"]:
        raise Conflict("quote_changed")
    destination = _checked_destination(session, claim, data["destination"])
    consent = consents.consent_to(session, actor, case, quote, destination, data.get("_seen"))
    market = _market_since(session, claim, quote)
    try:
        advance(
            session,
            actor,
            case,
            "accept",
            data={"quote": quote.digest, "destination": destination, "consent": consent.sha256},
            facts={"destination_checked": True, "market_held": market is Market.HELD},
            version=version,
        )
    except MoveNotOpen as shut:
        if shut.detail != "market_has_held" or market is Market.HELD:
            raise
        if market is Market.UNKNOWN:
            raise MoveNotOpen("market_is_not_known") from None
        replaced = requote(session, case, expires_at=database_now(session) + VALID_FOR)
        raise MarketMoved("market_has_moved" if replaced else "market_moved_too_far") from None
    quote.state, quote.accepted_at, quote.destination = "accepted", database_now(session), destination
    session.flush()
    session.add(consent)


class Market(Enum):
    """What became of the price a quote was made with. UNKNOWN: nobody can say what it is now."""

    HELD = "held"
    MOVED = "moved"
    UNKNOWN = "unknown"


def _market_since(session: Session, claim: Claim, quote: Quote) -> Market:
    """Whether the price of now is near enough to the quote's; a quote that was made without a price depends on none."""
    then = session.get(PriceSnapshot, quote.price_snapshot_id) if quote.price_snapshot_id else None
    if then is None:
        return Market.HELD
    now = price_for(session, claim.network, claim.contract)
    if now is None:
        return Market.UNKNOWN
    apart = moved_bps(Ratio(then.numerator, then.denominator), now.ratio)
    return Market.MOVED if apart > limits_in_force(session).move_bps else Market.HELD


def requote(session: Session, case: RecoveryCase, *, expires_at: datetime) -> bool:
    """Put a quote at the price of now in the place of the offered one. Where no rule makes one any more, the offered one is
    withdrawn, and a person goes on; says whether there is another. The case is locked."""
    old = latest_quote(session, case.id)
    if case.state != "quoted" or old is None or old.state != "offered":
        raise MoveNotOpen("quote_is_open")
    try:
        quote = _made(session, case, old.made_by, expires_at=expires_at, before=old)
    except InvalidInput as refusal:
        _leave_offer(session, SYSTEM, case, "drop_quote", {"why": refusal.detail}, None)
        return False
    advance(session, SYSTEM, case, "requote", data={**_told(quote), "replaces": old.digest})
    old.state = "superseded"
    session.flush()
    session.add(quote)
    session.flush()
    return True


def follow_market(session: Session, case: RecoveryCase) -> bool:
    """Replace an open quote whose price has moved away; it ends when the old one would have. Says whether that was done.

    The case is locked.
    """
    claim, quote = open_claim(session, case.id), latest_quote(session, case.id)
    if case.state != "quoted" or claim is None or quote is None or quote.state != "offered":
        return False
    if quote.expires_at <= database_now(session) or _market_since(session, claim, quote) is not Market.MOVED:
        return False
    requote(session, case, expires_at=quote.expires_at)
    return True


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
    """The depositor does not agree: the case goes back to review with their reason, once in its life."""
    quote = latest_quote(session, case.id)
    commitment = write_message(session, actor, case, "answer", data["reason"])
    _leave_offer(session, actor, case, "contest", {"reason": commitment}, version)
    if quote is not None:
        session.flush()
        session.add(
            Contest(id=new_id(), case_id=case.id, quote_id=quote.id, quoted_by=quote.made_by, reason=commitment)
        )


def answer_contest(
    session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None
) -> None:
    """Somebody else than who made the quote says what the second look found, and the depositor reads it."""
    found = session.scalars(select(Contest).where(Contest.case_id == case.id)).first()
    commitment = write_message(session, actor, case, "decision", data["answer"])
    told = {"finding": data["finding"], "answer": commitment}
    advance(session, actor, case, "answer_contest", data=told, version=version)
    if found is None:
        raise MoveNotOpen("contest_is_open")
    found.answered_by, found.answered_at = actor.id, database_now(session)
    found.finding, found.answer = data["finding"], commitment


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
