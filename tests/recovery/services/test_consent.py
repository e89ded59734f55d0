"""A quote and the market, what was seen when it was accepted, and a second look by somebody else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from recovery.domain.canonical import digest
from recovery.domain.fees import Ratio
from recovery.domain.ids import new_id
from recovery.domain.prices import recomputed
from recovery.domain.seen import PAGE, Seen
from recovery.errors import InvalidInput, MarketMoved, MoveNotOpen, NotAllowed, StepUpNeeded
from recovery.jobs.prices import follow
from recovery.models import AssetPrice, Consent, Contest, PriceSnapshot, Quote
from recovery.queries.case_view import case_view
from recovery.queries.clock import database_now
from recovery.queries.facts import latest_quote
from recovery.services import cases, fee_trials, policies, quotes
from recovery.services.transitions import lock
from tests.recovery.desk import GROSS, LONG_AGO, NETWORK, ONE_OLD_SOURCE, OUTSIDE, POLICY, TOKEN, Desk, find


def price(desk: Desk, numerator: int, denominator: int) -> None:
    """The market of now: all imports are one source, whose last word counts."""
    with desk.database.unit_of_work() as session:
        session.add(
            AssetPrice(
                id=new_id(), network=NETWORK.slug, contract=TOKEN, quote_contract=None, numerator=numerator,
                denominator=denominator, source="market", observed_at=database_now(session),
            )
        )  # fmt: skip


@pytest.fixture(autouse=True)
def _the_price_of_always(desk: Desk) -> None:
    price(desk, 1, 2)


@contextmanager
def limits(desk: Desk, **changes: object) -> Iterator[None]:
    """Other limits of prices for a while."""

    def in_force(document: object) -> None:
        with desk.database.unit_of_work() as session:
            version = policies.draft_policy(session, desk["lead"], document, "test", kind="price").version
            policies.activate_policy(session, desk["admin"], version, kind="price")

    in_force(ONE_OLD_SOURCE | changes)
    try:
        yield
    finally:
        in_force(ONE_OLD_SOURCE)


def quotes_of(desk: Desk, ref: str) -> list[Quote]:
    with desk.database.reading() as session:
        query = select(Quote).where(Quote.case_id == find(session, ref).id).order_by(Quote.number)
        return list(session.scalars(query))


def test_a_quote_names_its_price_and_what_it_was_made_from(desk: Desk) -> None:
    ref = desk.quoted()
    (quote,) = quotes_of(desk, ref)
    with desk.database.reading() as session:
        kept = session.get_one(PriceSnapshot, quote.price_snapshot_id)
        assert (kept.numerator, kept.denominator) == (1, 2)
        assert recomputed(kept.content).denominator == 2
        shown = case_view(session, desk["owner"], find(session, ref)).quote
    assert shown is not None
    assert (shown["price"]["kind"], shown["price"]["names"], shown["price"]["sources"]) == ("median", ["import"], 1)
    assert quote.inputs is not None
    assert quote.inputs["gross"] == str(GROSS)
    assert quote.made_by == desk["maker"].id
    told = json.loads(desk.events(ref)[-1].body)["data"]
    assert told["price"] == str(quote.price_snapshot_id)


def in_force(desk: Desk, **rule: Any) -> None:
    """The rule of the desk with changes, tried and activated."""
    document = {"rules": [POLICY["rules"][0] | rule]}
    with desk.database.unit_of_work() as session:
        version = policies.draft_policy(session, desk["lead"], document, "for this test").version
        fee_trials.keep_trial(session, desk["admin"], version, fee_trials.try_version(session, version))
        policies.activate_policy(session, desk["admin"], version)


def test_no_price_is_said_and_not_guessed(desk: Desk) -> None:
    ref = desk.reviewed()
    desk.move("maker", ref, "conclude")
    in_force(desk, without_price="refuse")
    with limits(desk, least_sources=2), pytest.raises(InvalidInput) as refused:
        desk.move("maker", ref, "quote")
    assert refused.value.detail == "fee_needs_price"
    assert desk.state(ref) == "investigated"
    in_force(desk, network_cost={"borne_by": "platform"})
    with limits(desk, least_sources=2):
        desk.move("maker", ref, "quote")
        assert quotes_of(desk, ref)[-1].price_snapshot_id is None
        desk.accept(ref)  # what needs no price depends on none
    in_force(desk)


@pytest.mark.parametrize(("numerator", "denominator"), [(106, 200), (94, 200)])
def test_when_the_market_moved_nothing_is_accepted(desk: Desk, numerator: int, denominator: int) -> None:
    ref = desk.quoted()
    before = desk.quote_digest(ref)
    price(desk, numerator, denominator)
    desk.check_destination(ref, OUTSIDE)
    with pytest.raises(MarketMoved):
        desk.move("owner", ref, "accept", destination=OUTSIDE, quote_digest=before)
    old, new = quotes_of(desk, ref)
    assert (old.state, new.state, new.why, new.replaces) == ("superseded", "offered", "market_moved", old.id)
    assert (desk.state(ref), new.made_by, new.gross) == ("quoted", old.made_by, old.gross)
    assert new.network_cost != old.network_cost
    with desk.database.reading() as session:
        view = case_view(session, desk["owner"], find(session, ref))
        assert view.replaced is not None
        assert (view.replaced["digest"], [row["number"] for row in view.quotes]) == (before, [2])
        assert view.consent is None
    desk.check_history(ref)
    desk.accept(ref)
    assert [quote.state for quote in quotes_of(desk, ref)] == ["superseded", "accepted"]


def test_a_small_move_is_passed_over(desk: Desk) -> None:
    ref = desk.quoted()
    price(desk, 105, 200)
    desk.accept(ref)
    assert [quote.state for quote in quotes_of(desk, ref)] == ["accepted"]


def test_when_nobody_knows_the_price_the_quote_waits(desk: Desk) -> None:
    ref = desk.quoted()
    with limits(desk, least_sources=2), pytest.raises(MoveNotOpen) as refused:
        desk.accept(ref)
    assert refused.value.detail == "market_is_not_known"
    assert (desk.state(ref), [quote.state for quote in quotes_of(desk, ref)]) == ("quoted", ["offered"])


def test_only_who_may_accept_makes_the_machine_quote_again(desk: Desk) -> None:
    from dataclasses import replace

    ref = desk.quoted()
    price(desk, 9, 10)
    tired = replace(desk["owner"], stepped_up=False)
    for actor, refused in ((desk["maker"], NotAllowed), (tired, StepUpNeeded)):
        data = {"destination": OUTSIDE, "quote_digest": desk.quote_digest(ref)}
        with pytest.raises(refused), desk.database.unit_of_work() as session:
            cases.move(session, actor, ref, "accept", data, request_id=str(new_id()))
    assert len(quotes_of(desk, ref)) == 1


def test_a_price_that_leaves_nothing_takes_the_quote_back(desk: Desk) -> None:
    ref = desk.quoted()
    price(desk, 1, 10**9)
    with pytest.raises(MarketMoved) as refused:
        desk.accept(ref)
    assert refused.value.detail == "market_moved_too_far"
    assert (desk.state(ref), [quote.state for quote in quotes_of(desk, ref)]) == ("investigated", ["superseded"])
    desk.check_history(ref)


def test_open_quotes_follow_the_market(desk: Desk) -> None:
    moved, accepted = desk.quoted(), desk.accepted()
    follow(desk.database)
    assert len(quotes_of(desk, moved)) == 1
    price(desk, 9, 10)
    follow(desk.database)
    follow(desk.database)
    old, new = quotes_of(desk, moved)
    assert (new.why, new.expires_at) == ("market_moved", old.expires_at)  # an unread quote does not live for ever
    assert len(quotes_of(desk, accepted)) == 1


def test_what_was_seen_is_kept_and_bound_to_the_history(desk: Desk) -> None:
    ref = desk.quoted()
    seen = Seen(PAGE, "de", ("Gefunden: 1", "Sie erhalten: 1"), "t" * 64, "s" * 16, "b" * 64)
    data = {"destination": OUTSIDE, "quote_digest": desk.quote_digest(ref)}
    desk.check_destination(ref, OUTSIDE)
    with desk.database.unit_of_work() as session:
        cases.move(session, desk["owner"], ref, "accept", data, request_id=str(new_id()), seen=seen)
    with desk.database.reading() as session:
        case = find(session, ref)
        row = session.scalars(select(Consent).where(Consent.case_id == case.id)).one()
        assert row.sha256 == digest(row.content) == json.loads(desk.events(ref)[-1].body)["data"]["consent"]
        assert (row.content["destination"], row.content["person"]) == (OUTSIDE, str(desk["owner"].id))
        assert row.content["seen"]["lines"] == list(seen.lines)
        for who in ("owner", "auditor"):
            shown = case_view(session, desk[who], case).consent
            assert shown is not None
            assert (shown["lines"], shown["language"]) == (list(seen.lines), "de")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent SET content = '{}'",
        "DELETE FROM consent",
        "UPDATE quote SET inputs = '{}'",
        "UPDATE quote SET price_snapshot_id = NULL WHERE price_snapshot_id IS NOT NULL",
        "UPDATE quote SET made_by = NULL",
        "UPDATE quote SET accepted_at = now() WHERE state = 'accepted'",
        "UPDATE quote SET state = 'offered' WHERE state = 'superseded'",
        "UPDATE quote SET state = 'accepted', accepted_at = expires_at, destination = 'x' WHERE state = 'offered'",
        "UPDATE contest SET answered_by = quoted_by, answered_at = now(), finding = 'upheld', answer = 'x'",
        "UPDATE contest SET reason = 'another'",
        "DELETE FROM contest",
    ],
)
def test_the_database_keeps_it(desk: Desk, statement: str) -> None:
    desk.quoted()
    desk.accepted()
    moved, contested = desk.quoted(), desk.quoted()
    desk.move("maker", moved, "withdraw_quote")
    desk.move("owner", contested, "contest", reason="too dear")
    with pytest.raises(DBAPIError), desk.database.unit_of_work() as session:
        session.execute(text(statement))


def test_somebody_else_looks_a_second_time_and_only_once(desk: Desk) -> None:
    desk.person("second", "specialist")
    ref = desk.quoted()
    desk.move("owner", ref, "contest", reason="too dear")
    assert desk.state(ref) == "under_review"
    with pytest.raises(MoveNotOpen) as waits:
        desk.move("second", ref, "conclude")
    assert waits.value.detail == "contest_is_answered"
    with pytest.raises(NotAllowed) as own:
        desk.move("maker", ref, "answer_contest", finding="upheld", answer="it is right")
    assert own.value.detail == "you_prepared_it"
    desk.move("second", ref, "answer_contest", finding="upheld", answer="We looked again.")
    with desk.database.reading() as session:
        case = find(session, ref)
        row = session.scalars(select(Contest).where(Contest.case_id == case.id)).one()
        assert (row.finding, row.answered_by, row.quoted_by) == ("upheld", desk["second"].id, desk["maker"].id)
        view = case_view(session, desk["owner"], case)
        assert [message["body"] for message in view.messages][-1] == "We looked again."
        assert view.contest is not None
        assert set(view.contest) == {"at", "answered_at", "finding"}
    with pytest.raises(MoveNotOpen):
        desk.move("second", ref, "answer_contest", finding="changed", answer="again")
    desk.move("second", ref, "conclude")
    desk.move("second", ref, "quote")
    with pytest.raises(MoveNotOpen) as again:
        desk.move("owner", ref, "contest", reason="still too dear")
    assert again.value.detail == "not_contested_before"
    desk.accept(ref)
    desk.check_history(ref)


def test_an_offer_that_ended_is_not_replaced(desk: Desk) -> None:
    ref = desk.quoted()
    desk.shorten(ref, -1)
    price(desk, 9, 10)
    follow(desk.database)
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        quote = latest_quote(session, case.id)
        assert quote is not None
        assert quote.why == "offered"
        with pytest.raises(MoveNotOpen):
            quotes.requote(session, case, expires_at=database_now(session))
    assert desk.case(ref).opened_at > LONG_AGO


def dollars(desk: Desk, numerator: int, denominator: int, contract: str = TOKEN) -> None:
    """The market in dollars."""
    with desk.database.unit_of_work() as session:
        session.add(
            AssetPrice(
                id=new_id(), network=NETWORK.slug, contract=contract, quote_contract=None, numerator=numerator,
                denominator=denominator, source="market", reference="USD", observed_at=database_now(session),
            )
        )  # fmt: skip


FIFTY_DOLLARS = {
    "reference": {"unit": "USD", "decimals": 2},
    "rules": [
        {
            "name": "standard",
            "fee": {"kind": "flat", "amount": {"reference": "5000"}},
            "network_cost": {"borne_by": "platform"},
        }
    ],
}


def whole_policy(desk: Desk, document: dict[str, Any]) -> None:
    with desk.database.unit_of_work() as session:
        version = policies.draft_policy(session, desk["lead"], document, "for this test").version
        fee_trials.keep_trial(session, desk["admin"], version, fee_trials.try_version(session, version))
        policies.activate_policy(session, desk["admin"], version)


@pytest.fixture
def in_dollars(desk: Desk) -> Iterator[None]:
    """A fee of fifty dollars, of a token worth one dollar a piece."""
    dollars(desk, 10**6, 10**18)
    whole_policy(desk, FIFTY_DOLLARS)
    yield
    whole_policy(desk, POLICY)


@pytest.mark.promise
def test_a_fee_in_dollars_follows_the_dollar(desk: Desk, in_dollars: None) -> None:
    """The price in the network's coin stays where it was: what the fee was counted with is what must hold."""
    ref = desk.quoted()
    (quote,) = quotes_of(desk, ref)
    assert quote.fee == 50 * 10**18
    dollars(desk, 2 * 10**6, 10**18)
    desk.check_destination(ref, OUTSIDE)
    with pytest.raises(MarketMoved):
        desk.move("owner", ref, "accept", destination=OUTSIDE, quote_digest=quote.digest)
    assert [(one.state, one.fee) for one in quotes_of(desk, ref)] == [
        ("superseded", 50 * 10**18),
        ("offered", 25 * 10**18),
    ]
    desk.accept(ref)


def test_what_a_fee_in_dollars_was_counted_with_is_kept(desk: Desk, in_dollars: None) -> None:
    ref = desk.quoted()
    (quote,) = quotes_of(desk, ref)
    told = json.loads(desk.events(ref)[-1].body)["data"]
    with desk.database.reading() as session:
        kept = session.get_one(PriceSnapshot, told["price_in_dollars"])
        assert (kept.reference, recomputed(kept.content)) == ("USD", Ratio(1, 10**12))
        shown = case_view(session, desk["owner"], find(session, ref)).quote
    assert quote.inputs is not None
    assert quote.inputs["price_in_dollars"] == told["price_in_dollars"]
    assert shown is not None
    assert (shown["price_in_dollars"]["reference"], shown["price_in_dollars"]["names"]) == ("USD", ["import"])
    with limits(desk, most_age_seconds=1), pytest.raises(MoveNotOpen) as refused:
        time.sleep(1.1)
        desk.accept(ref)
    assert refused.value.detail == "market_is_not_known"


def test_a_fee_that_counts_no_dollars_does_not_follow_them(desk: Desk) -> None:
    dollars(desk, 10**6, 10**18)
    ref = desk.quoted()
    dollars(desk, 3 * 10**6, 10**18)
    desk.accept(ref)
    (quote,) = quotes_of(desk, ref)
    assert quote.inputs is not None
    assert (quote.state, quote.inputs.get("price_in_dollars")) == ("accepted", None)
