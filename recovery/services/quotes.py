"""The quote: made from facts, policy and price; offered, replaced when the market moves, accepted once; never changed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.canonical import digest
from recovery.domain.cause_rows import UNKNOWN
from recovery.domain.fees import FeeFacts, Line, Prices, Ratio, Terms, quote_terms, schedule_from
from recovery.domain.ids import new_id
from recovery.domain.prices import USD, USD_DECIMALS, moved_bps
from recovery.errors import Conflict, InvalidInput, MarketMoved, MoveNotOpen
from recovery.models import AssetProbe, Claim, Contest, FeePolicy, PriceSnapshot, Quote, RecoveryCase
from recovery.queries.batches import membership
from recovery.queries.clock import database_now
from recovery.queries.facts import latest_probe, latest_quote, open_claim
from recovery.queries.fees import intended_network
from recovery.queries.policies import KINDS, fee_class_of, version_in_force
from recovery.queries.prices import IN_DOLLARS, PriceView, in_dollars, limits_in_force, price_for
from recovery.services import consents, destinations, notices
from recovery.services.messages import write_message
from recovery.services.prices import keep as keep_price
from recovery.services.transitions import advance

VALID_FOR = timedelta(hours=72)


def active_policy(session: Session) -> FeePolicy:
    """The newest activated fee policy that has begun. Raises Conflict when there is none."""
    policy = session.get(FeePolicy, version_in_force(session, KINDS["fee"]))
    if policy is None:
        raise Conflict("no_fee_policy")
    return policy


def offer(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """Make the quote and put it before the depositor. Refused where the policy refuses, and for what no ledger of
    ours books: a fee paid in advance, a part of the cost that is given back afterwards.

    ``named_fee`` and ``own_error`` of ``data`` are the words of the person who offers; the history keeps them. Raises
    MoveNotOpen, NotAllowed, Conflict, and InvalidInput where a rule needs a price nobody can tell.
    """
    said = {name: data[name] for name in ("named_fee", "own_error") if data.get(name)}
    quote = _made(session, case, actor.id, said, expires_at=database_now(session) + VALID_FOR)
    advance(session, actor, case, "quote", data={**_told(quote), **said}, version=version)
    session.add(quote)


def _told(quote: Quote) -> dict[str, Any]:
    """What the event of a quote says of it."""
    told = {
        "quote": quote.digest,
        "gross": str(quote.gross),
        "net": str(quote.net),
        "policy": quote.policy_version,
        "price": str(quote.price_snapshot_id) if quote.price_snapshot_id else None,
    }
    dollars = in_dollars(quote)
    return told | {IN_DOLLARS: str(dollars)} if dollars else told


def _made(
    session: Session,
    case: RecoveryCase,
    made_by: uuid.UUID | None,
    said: Mapping[str, Any],
    *,
    expires_at: datetime,
    before: Quote | None = None,
) -> Quote:
    """The quote as facts, policy and price of now make it, not yet added; its price is kept. ``said``: a person's words."""
    claim, probe = open_claim(session, case.id), latest_probe(session, case.id)
    if claim is None or probe is None:
        raise MoveNotOpen("token_was_probed")
    policy, worth = active_policy(session), worth_of(session, claim)
    named = said.get("named_fee")
    facts = replace(
        facts_of(session, case, claim, probe, worth),
        named_fee=int(named) if named else None,
        own_error=bool(said.get("own_error")),
    )
    terms = quote_terms(facts, schedule_from(policy.document))
    if terms.in_advance or terms.returns_unused:
        raise Conflict("fee_is_booked_elsewhere")
    used = replace(worth, dollars=worth.dollars if USD in terms.counted_in else None)
    quote = _quote(session, case, claim, probe, policy, terms, expires_at, used)
    quote.price_snapshot_id = keep_price(session, used.coin) if used.coin else None
    if used.dollars:
        quote.inputs = {**terms.fee_inputs, IN_DOLLARS: str(keep_price(session, used.dollars))}
    quote.made_by = made_by
    if before is not None:
        quote.why, quote.replaces = "market_moved", before.id
    return quote


@dataclass(frozen=True)
class Worth:
    """What an asset is worth at one moment, in the coin of its network and in dollars; ``None`` where nobody can say."""

    coin: PriceView | None
    dollars: PriceView | None


def worth_of(session: Session, claim: Claim) -> Worth:
    """What the claimed asset is worth now."""
    return Worth(
        price_for(session, claim.network, claim.contract), price_for(session, claim.network, claim.contract, USD)
    )


def facts_of(session: Session, case: RecoveryCase, claim: Claim, probe: AssetProbe, worth: Worth) -> FeeFacts:
    """What the fee policy looks at. Of a token that keeps a part only what arrives is worth anything."""
    native, dollars = worth.coin, worth.dollars
    units = (
        {"USD": Ratio(dollars.ratio.numerator, dollars.ratio.denominator * 10**USD_DECIMALS)}
        if dollars is not None
        else {}
    )
    return FeeFacts(
        network=claim.network,
        contract=claim.contract,
        cause=case.cause or UNKNOWN,
        fee_class=fee_class_of(session, case),
        gross=claim.amount - (probe.token_keeps or 0),
        network_cost=_network_cost(session, case, probe),
        prices=Prices(Ratio(native.ratio.numerator, native.ratio.denominator) if native else None, units),
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
    terms: Terms,
    expires_at: datetime,
    worth: Worth,
) -> Quote:
    number = session.scalar(select(func.count()).select_from(Quote).where(Quote.case_id == case.id)) or 0
    kept = probe.token_keeps or 0
    shown = _with_what_is_kept(terms, kept) if kept else terms.lines
    lines = [{"label": one.label, "amount": str(one.amount), "explain": dict(one.explain)} for one in shown]
    content = {
        "case": case.ref,
        "number": number + 1,
        "asset": claim.asset,
        "lines": lines,
        "policy": policy.version,
        "price": worth.coin.decision.digest if worth.coin else None,
        "expires": expires_at.isoformat(),
    } | ({IN_DOLLARS: worth.dollars.decision.digest} if worth.dollars else {})
    return Quote(
        id=new_id(),
        case_id=case.id,
        number=number + 1,
        state="offered",
        asset=claim.asset,
        contract=claim.contract,
        symbol=claim.symbol or probe.symbol,
        decimals=claim.decimals if claim.decimals is not None else probe.decimals,
        gross=terms.gross + kept,
        token_keeps=kept,
        fee=terms.fee,
        network_cost=terms.network_cost,
        net=terms.net,
        lines=lines,
        policy_version=policy.version,
        digest=digest(content),
        expires_at=expires_at,
        inputs=dict(terms.fee_inputs),
    )


def _with_what_is_kept(terms: Terms, kept: int) -> tuple[Line, ...]:
    """The lines of a token that keeps a part of every transfer: what was paid, what it keeps when it is collected, the rest."""
    gross, *others = terms.lines
    return (
        Line("gross", gross.amount + kept, gross.explain),
        Line("token_keeps", kept, {"why": "kept_by_the_token"}),
        *others,
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
    to = destinations.agreed(session, case, claim, data)
    consent = consents.consent_to(session, actor, case, quote, to.address, data.get("_seen"))
    market = _market_since(session, claim, quote)
    until, before = destinations.rest_since_earlier(session, case, to.address)
    rests = {"cooling_until": until.isoformat()} if until is not None else {}
    try:
        event = advance(
            session,
            actor,
            case,
            "accept",
            data={"quote": quote.digest, "destination": to.address, "consent": consent.sha256, **rests},
            facts={"destination_checked": to.checked, "market_held": market is Market.HELD},
            version=version,
        )
    except MoveNotOpen as shut:
        if shut.detail != "market_has_held" or market is Market.HELD:
            raise
        if market is Market.UNKNOWN:
            raise MoveNotOpen("market_is_not_known") from None
        replaced = requote(session, case, expires_at=database_now(session) + VALID_FOR)
        raise MarketMoved("market_has_moved" if replaced else "market_moved_too_far") from None
    quote.state, quote.accepted_at, quote.destination = "accepted", database_now(session), to.address
    session.flush()
    session.add(consent)
    destinations.bind(session, case, event, claim.network, to.address, cooling_until=until)
    if before is not None:
        notices.tell(session, case, event, "destination_changed", {"address": to.address, "before": before})


class Market(Enum):
    """What became of the price a quote was made with. UNKNOWN: nobody can say what it is now."""

    HELD = "held"
    MOVED = "moved"
    UNKNOWN = "unknown"


def _market_since(session: Session, claim: Claim, quote: Quote) -> Market:
    """Whether the prices of now are near enough to the quote's; a quote that was made without a price depends on none."""
    kept = [one for one in (quote.price_snapshot_id, in_dollars(quote)) if one is not None]
    found = {_price_since(session, claim, session.get_one(PriceSnapshot, one)) for one in kept}
    return next((one for one in (Market.UNKNOWN, Market.MOVED) if one in found), Market.HELD)


def _price_since(session: Session, claim: Claim, then: PriceSnapshot) -> Market:
    now = price_for(session, claim.network, claim.contract, then.reference)
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
        quote = _made(session, case, old.made_by, _said_of(old), expires_at=expires_at, before=old)
    except (InvalidInput, Conflict) as refusal:
        _leave_offer(session, SYSTEM, case, "drop_quote", {"why": refusal.detail}, None)
        return False
    advance(session, SYSTEM, case, "requote", data={**_told(quote), "replaces": old.digest})
    old.state = "superseded"
    session.flush()
    session.add(quote)
    session.flush()
    return True


def _said_of(quote: Quote) -> dict[str, Any]:
    """What the person who offered a quote had said, from the facts it was worked out from."""
    inputs = quote.inputs or {}
    said = {"named_fee": inputs.get("named_fee"), "own_error": inputs.get("own_error")}
    return {name: value for name, value in said.items() if value}


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
