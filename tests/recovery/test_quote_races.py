"""Acceptance, the market and the clock at the same moment: one of them wins, and whatever was accepted was on the table."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import func, select

from recovery.domain.ids import new_id
from recovery.errors import MarketMoved, RecoveryError
from recovery.jobs.prices import follow
from recovery.models import AssetPrice, Consent, Quote
from recovery.queries.clock import database_now
from tests.recovery.desk import NETWORK, OUTSIDE, TOKEN, Desk, find
from tests.recovery.test_races import ROUNDS, at_once, check, in_line, names

pytestmark = pytest.mark.promise


def price(desk: Desk, numerator: int) -> None:
    """The market of now, in hundredths of a coin."""
    with desk.database.unit_of_work() as session:
        session.add(
            AssetPrice(
                id=new_id(), network=NETWORK.slug, contract=TOKEN, quote_contract=None, numerator=numerator,
                denominator=100, source="market", observed_at=database_now(session),
            )
        )  # fmt: skip


@pytest.fixture(autouse=True)
def _the_price_of_always(desk: Desk) -> None:
    price(desk, 50)


def whole(desk: Desk, ref: str) -> list[Quote]:
    """What must hold of the quotes of a case however a race ended; gives them."""
    check(desk, ref)
    with desk.database.reading() as session:
        case_id = find(session, ref).id
        quotes = list(session.scalars(select(Quote).where(Quote.case_id == case_id).order_by(Quote.number)))
        consents = session.scalar(select(func.count()).select_from(Consent).where(Consent.case_id == case_id))
    states = [quote.state for quote in quotes]
    accepted = states.count("accepted")
    assert accepted == consents == names(desk, ref)["accept"] <= 1
    assert states.count("offered") <= 1
    at = {"accepted": "accepted", "quoted": "offered", "investigated": states[-1]}
    assert states[-1] == at[desk.state(ref)]
    assert [quote.replaces for quote in quotes[1:]] == [quote.id for quote in quotes[:-1]]
    for quote in quotes:
        assert quote.accepted_at is None or quote.accepted_at < quote.expires_at
    return quotes


@pytest.mark.parametrize("order", ["accept first", "market first", "free"])
def test_acceptance_against_the_market(desk: Desk, order: str) -> None:
    """The price moves while the depositor clicks: never both an acceptance and another offer, never an unseen quote."""
    ref = desk.quoted()
    desk.check_destination(ref, OUTSIDE)
    digest = desk.quote_digest(ref)

    def accept() -> None:
        desk.move("owner", ref, "accept", destination=OUTSIDE, quote_digest=digest)

    def market() -> None:
        price(desk, 90)
        follow(desk.database)

    if order == "accept first":
        assert in_line(desk, ref, accept, lambda: follow(desk.database))[0] is None
        market()
    elif order == "market first":
        _, accepted = in_line(desk, ref, market, accept)
        assert isinstance(accepted, RecoveryError)
        assert accepted.code in ("conflict", "market_moved")
    else:
        at_once(accept, market)
    quotes = whole(desk, ref)
    assert [quote.digest for quote in quotes if quote.state == "accepted"] in ([], [digest])
    if order == "market first":
        assert [quote.state for quote in quotes] == ["superseded", "offered"]


@ROUNDS
def test_many_clicks_after_the_market_moved(desk: Desk, round_: int) -> None:
    """Each is refused; the machine makes one new quote, and the old digest is worth nothing any more."""
    ref = desk.quoted()
    desk.check_destination(ref, OUTSIDE)
    digest = desk.quote_digest(ref)
    price(desk, 90)

    def accept() -> None:
        desk.move("owner", ref, "accept", destination=OUTSIDE, quote_digest=digest)

    outcomes = at_once(accept, accept, accept)
    assert sum(isinstance(one, MarketMoved) for one in outcomes) == 1
    assert all(isinstance(one, RecoveryError) for one in outcomes)
    assert [quote.state for quote in whole(desk, ref)] == ["superseded", "offered"]


@ROUNDS
def test_the_market_followed_by_several_workers(desk: Desk, round_: int) -> None:
    refs = [desk.quoted(), desk.quoted()]
    price(desk, 90)
    assert at_once(*(lambda: follow(desk.database) for _ in range(3))) == [None] * 3
    for ref in refs:
        assert [quote.state for quote in whole(desk, ref)] == ["superseded", "offered"]


@pytest.mark.parametrize("round_", range(4))
def test_acceptance_expiry_market_and_withdrawal_together(desk: Desk, round_: int) -> None:
    ref = desk.quoted()
    with desk.database.unit_of_work() as session:
        now = database_now(session)
    desk.shorten(ref, 0.05 if round_ % 2 else 5)
    digest = desk.quote_digest(ref)
    price(desk, 50 if round_ < 2 else 90)

    def accept() -> None:
        desk.move("owner", ref, "accept", destination=OUTSIDE, quote_digest=digest)

    def expire() -> None:
        time.sleep(0.05)
        desk.expire(ref)

    at_once(
        accept,
        expire,
        lambda: follow(desk.database),
        lambda: desk.move("maker", ref, "withdraw_quote"),
    )
    check(desk, ref)
    with desk.database.reading() as session:
        case_id = find(session, ref).id
        states = list(session.scalars(select(Quote.state).where(Quote.case_id == case_id).order_by(Quote.number)))
        consents = session.scalar(select(func.count()).select_from(Consent).where(Consent.case_id == case_id))
    assert states.count("accepted") == consents == names(desk, ref)["accept"] <= 1
    assert states.count("offered") == (desk.state(ref) == "quoted")
    assert (states.count("accepted") == 1) == (desk.state(ref) == "accepted")
    assert now is not None


@ROUNDS
def test_a_contest_against_an_acceptance(desk: Desk, round_: int) -> None:
    ref = desk.quoted()
    desk.check_destination(ref, OUTSIDE)
    digest = desk.quote_digest(ref)
    outcomes = at_once(
        lambda: desk.move("owner", ref, "accept", destination=OUTSIDE, quote_digest=digest),
        lambda: desk.move("owner", ref, "contest", reason="too dear"),
    )
    assert [one is None for one in outcomes].count(True) == 1
    assert desk.state(ref) == ("accepted" if outcomes[0] is None else "under_review")
    check(desk, ref)
