"""Prices in the database: who observed them, who answers for those by hand, and what stays for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chains.asset import check_asset
from recovery.domain.fees import Ratio
from recovery.domain.ids import new_id
from recovery.domain.prices import NATIVE, USD, Observed, recomputed
from recovery.errors import Conflict, InvalidInput, NotAllowed, StepUpNeeded
from recovery.models import AssetPrice, ManualPrice, PriceSnapshot
from recovery.queries.clock import database_now
from recovery.queries.prices import price_for, prices_shown, wanted_assets
from recovery.services import policies, prices
from tests.recovery.desk import NETWORK, ONE_OLD_SOURCE, TOKEN, Desk

STRICT = ONE_OLD_SOURCE | {"least_sources": 2, "most_age_seconds": 600}
OTHER = check_asset(NETWORK, "0x" + "ab" * 20) or ""


@pytest.fixture(scope="module", autouse=True)
def _strict(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        version = policies.draft_policy(session, desk["lead"], STRICT, "two fresh sources", kind="price").version
        policies.activate_policy(session, desk["admin"], version, kind="price")


def observe(
    desk: Desk, source: str, numerator: int, *, contract: str = OTHER, age: float = 0, reference: str = NATIVE
) -> None:
    with desk.database.unit_of_work() as session:
        at = database_now(session) - timedelta(seconds=age)
        ratio = Ratio(numerator, 1000)
        one = Observed(new_id(), NETWORK.slug, contract, reference, source, ratio, at, None, "0" * 64)
        prices.observe(session, [one])


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "network": NETWORK.slug, "contract": OTHER, "reference": NATIVE, "price": "1.5", "decimals": 18, "reason": "thin",
    } | changes  # fmt: skip


def test_two_sources_make_a_price_that_is_kept_once(desk: Desk) -> None:
    contract = "0x00000000000000000000000000000000000000a1"
    with desk.database.reading() as session:
        assert price_for(session, NETWORK.slug, contract) is None
    observe(desk, "one", 1000, contract=contract)
    observe(desk, "two", 1010, contract=contract, age=60)
    with desk.database.unit_of_work() as session:
        found = price_for(session, NETWORK.slug, contract)
        assert found is not None
        assert (found.ratio, found.sources, found.spread_bps) == (Ratio(201, 200), 2, 100)
        assert 60 <= found.age_seconds < 120
        assert prices.keep(session, found) == prices.keep(session, found) == found.snapshot_id
    with desk.database.reading() as session:
        kept = session.get_one(PriceSnapshot, found.snapshot_id)
        assert recomputed(kept.content) == found.ratio
        assert {one["raw"] for one in kept.content["observations"]} == {"0" * 64}


def test_all_imports_are_one_source(desk: Desk) -> None:
    """Whoever may import registries must not be able to play three sources."""
    contract = "0x00000000000000000000000000000000000000a2"
    with desk.database.unit_of_work() as session:
        now = database_now(session)
        for source in ("one", "two", "three"):
            row = {"network": NETWORK.slug, "contract": contract, "quote_contract": None, "source": source}
            session.add(AssetPrice(id=new_id(), **row, numerator=9, denominator=1, observed_at=now))
    with desk.database.reading() as session:
        assert price_for(session, NETWORK.slug, contract) is None
    observe(desk, "import", 9000, contract=contract)  # nor can a source take the name of the imports
    with desk.database.reading() as session:
        assert price_for(session, NETWORK.slug, contract) is None


def test_dollars_become_coin(desk: Desk) -> None:
    contract = "0x00000000000000000000000000000000000000a3"
    for source in ("one", "two"):
        observe(desk, source, 500, contract=contract, reference=USD)
        observe(desk, source, 2000, contract="", reference=USD)
    with desk.database.reading() as session:
        found = price_for(session, NETWORK.slug, contract)
        assert found is not None
        assert (found.kind, found.ratio) == ("crossed", Ratio(1, 4))
        dollars = price_for(session, NETWORK.slug, contract, USD)
        assert dollars is not None
        assert dollars.ratio == Ratio(1, 2)
        coin = price_for(session, NETWORK.slug, None)
        assert coin is not None
        assert coin.ratio == Ratio(1, 1)


def test_a_price_by_hand_takes_two_people(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        entered = prices.enter(session, desk["clearing"], **entry()).id
    with desk.database.reading() as session:
        assert price_for(session, NETWORK.slug, OTHER) is None
    for who, refused in (("clearing", NotAllowed), ("maker", NotAllowed), ("admin", NotAllowed), ("owner", NotAllowed)):
        with pytest.raises(refused), desk.database.unit_of_work() as session:
            prices.confirm(session, desk[who], entered)
    with desk.database.unit_of_work() as session:
        prices.confirm(session, desk["lead"], entered)
    with pytest.raises(Conflict), desk.database.unit_of_work() as session:
        prices.confirm(session, desk["both"], entered)
    with desk.database.reading() as session:
        found = price_for(session, NETWORK.slug, OTHER)
        assert found is not None
        assert (found.kind, found.ratio) == ("manual", Ratio(3, 2))
        shown = [row for row in prices_shown(session, desk["lead"]) if row["contract"] == OTHER]
        assert {row["reference"]: row["why_not"] for row in shown} == {"native": None, "USD": "price_never_observed"}
    observe(desk, "one", 1000)
    observe(desk, "two", 1000)
    with desk.database.reading() as session:
        market = price_for(session, NETWORK.slug, OTHER)
        assert market is not None
        assert market.kind == "median"  # people stand in where the market is silent, not against it


def test_a_price_by_hand_ends(desk: Desk) -> None:
    contract = "0x00000000000000000000000000000000000000a4"
    with desk.database.unit_of_work() as session:
        now = database_now(session)
        session.add(
            ManualPrice(
                id=new_id(), network=NETWORK.slug, contract=contract, reference=NATIVE, numerator=1, denominator=1,
                reason="old", entered_by=desk["lead"].id, confirmed_by=desk["clearing"].id,
                confirmed_at=now - timedelta(hours=2), valid_until=now - timedelta(hours=1),
            )
        )  # fmt: skip
    with desk.database.reading() as session:
        assert price_for(session, NETWORK.slug, contract) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"network": "nowhere"}, "network"),
        ({"contract": "not an address"}, "contract"),
        ({"contract": ""}, "contract"),
        ({"reference": "EUR"}, "reference"),
        ({"price": "0"}, "price"),
        ({"price": "-1"}, "price"),
        ({"price": "1,5"}, "price"),
        ({"decimals": 78}, "decimals"),
        ({"decimals": -1}, "decimals"),
        ({"reason": "  "}, "reason"),
    ],
)
def test_what_cannot_be_entered(desk: Desk, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused, desk.database.unit_of_work() as session:
        prices.enter(session, desk["lead"], **entry(**changes))
    assert set(refused.value.fields) == {field}


def test_entering_and_confirming_ask_who_it_is(desk: Desk) -> None:
    from dataclasses import replace

    tired = {name: replace(desk[name], stepped_up=False) for name in ("lead", "clearing")}
    with pytest.raises(StepUpNeeded), desk.database.unit_of_work() as session:
        prices.enter(session, tired["lead"], **entry())
    with desk.database.unit_of_work() as session:
        entered = prices.enter(session, desk["lead"], **entry()).id
    with pytest.raises(StepUpNeeded), desk.database.unit_of_work() as session:
        prices.confirm(session, tired["clearing"], entered)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE manual_price SET confirmed_by = entered_by, confirmed_at = now(), valid_until = now() + interval '1 hour'",
        "UPDATE manual_price SET numerator = 9",
        "UPDATE manual_price SET valid_until = valid_until + interval '1 year' WHERE confirmed_at IS NOT NULL",
        "DELETE FROM manual_price",
        "UPDATE asset_price SET numerator = 9",
        "DELETE FROM asset_price",
        "TRUNCATE asset_price CASCADE",
        "UPDATE price_snapshot SET numerator = 9",
        "DELETE FROM price_snapshot",
        "UPDATE price_policy SET document = '{}'",
        "DELETE FROM price_policy",
    ],
)
def test_the_database_keeps_it(desk: Desk, statement: str) -> None:
    with desk.database.unit_of_work() as session:
        prices.enter(session, desk["lead"], **entry(reason="for the database"))
    with pytest.raises(DBAPIError), desk.database.unit_of_work() as session:
        session.execute(text(statement))


def test_what_open_cases_need(desk: Desk) -> None:
    desk.reviewed()
    with desk.database.reading() as session:
        assert [(one.network, one.contract, one.decimals) for one in wanted_assets(session)] == [
            (NETWORK.slug, TOKEN, 18)
        ]


@pytest.mark.promise
def test_what_was_of_tomorrow_when_it_was_told_is_not_fresh_tomorrow(desk: Desk) -> None:
    """A source or a host whose clock is ahead must not make a price that is a day old by the time it counts."""
    contract = "0x00000000000000000000000000000000000000a9"
    with desk.database.unit_of_work() as session:
        now = database_now(session)
        for source in ("one", "two"):
            row = {
                "network": NETWORK.slug,
                "contract": contract,
                "quote_contract": None,
                "source": source,
                "via": "source",
            }
            told = now - timedelta(days=1)
            session.add(AssetPrice(id=new_id(), **row, numerator=9, denominator=1, observed_at=now, recorded_at=told))
    with desk.database.reading() as session:
        assert price_for(session, NETWORK.slug, contract) is None
    for source in ("one", "two"):
        observe(desk, source, 9000, contract=contract, age=60)
    with desk.database.reading() as session:
        assert price_for(session, NETWORK.slug, contract) is not None
