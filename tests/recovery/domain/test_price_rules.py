"""Prices decided from what sources observed: exact, refused in doubt, and computed anew from their own words."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from recovery.domain.canonical import canonical
from recovery.domain.fees import Ratio
from recovery.domain.price_policy import built_in_limits, check_limits, limits_from
from recovery.domain.prices import (
    NATIVE,
    UINT256_MAX,
    USD,
    Decision,
    NoPrice,
    Observed,
    cross,
    decide,
    fitted,
    median,
    moved_bps,
    recomputed,
)
from recovery.errors import InvalidInput

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIMITS = limits_from(built_in_limits(), 1)
ANY = replace(LIMITS, spread_bps=10**200)
RATIOS = st.builds(Ratio, st.integers(1, UINT256_MAX), st.integers(1, UINT256_MAX))
POSITIVE = st.fractions(min_value=Fraction(1, 10**40), max_value=10**40)


def said(
    source: str,
    numerator: int,
    *,
    age: float = 60,
    depth: int | None = None,
    reference: str = NATIVE,
    contract: str = "c",
    denominator: int = 1000,
) -> Observed:
    at = NOW - timedelta(seconds=age)
    ratio = Ratio(numerator, denominator)
    return Observed(uuid.uuid4(), "local", contract, reference, source, ratio, at, depth)


def why(*observed: Observed) -> str:
    found = decide(observed, LIMITS, NOW)
    assert isinstance(found, NoPrice), found
    return found.why


def test_the_median_of_three() -> None:
    found = decide([said("a", 1000), said("b", 1001), said("c", 1004, age=120)], LIMITS, NOW)
    assert isinstance(found, Decision)
    assert (found.ratio, found.sources, found.spread_bps) == (Ratio(1001, 1000), 3, 40)
    assert found.oldest_at == NOW - timedelta(seconds=120)
    assert {one["source"] for one in found.content["observations"]} == {"a", "b", "c"}


def test_what_is_refused() -> None:
    assert why() == "price_never_observed"
    assert why(said("a", 1000)) == "price_has_too_few_sources"
    assert why(said("a", 1000), said("a", 1001)) == "price_has_too_few_sources"  # one source, however often it speaks
    assert why(said("a", 1000), said("b", 1000, age=601)) == "price_too_old"
    assert why(said("a", 1000), said("b", 1060)) == "price_spread_too_wide"
    assert why(said("a", 1000), said("b", 1000, age=-121)) == "price_has_too_few_sources"  # of the future


def test_thin_markets_do_not_count() -> None:
    deep = limits_from(built_in_limits() | {"least_depth_usd": "1000"}, 2)
    thin, fine, untold = said("a", 1000, depth=999), said("b", 1000, depth=1000), said("c", 1000)
    found = decide([thin, fine], deep, NOW)
    assert isinstance(found, NoPrice)
    assert found.why == "price_too_shallow"
    assert isinstance(decide([thin, fine, untold], deep, NOW), Decision)


def test_a_pumped_source_stops_the_price_and_does_not_move_it() -> None:
    assert why(said("a", 1000), said("b", 1001), said("pumped", 9000)) == "price_spread_too_wide"


@given(st.lists(st.integers(1, 10**30), min_size=2, max_size=7), st.randoms())
def test_a_decision_is_computed_anew_from_its_own_words(prices: list[int], random: object) -> None:
    wide = limits_from(built_in_limits() | {"most_spread_bps": 10_000}, 1)
    observed = [said(f"s{n}", price) for n, price in enumerate(prices)]
    found = decide(observed, wide, NOW)
    if isinstance(found, NoPrice):
        assert found.why == "price_spread_too_wide"
        return
    kept = json.loads(canonical(dict(found.content)))
    assert recomputed(kept) == found.ratio
    ratios = [Fraction(price, 1000) for price in prices]
    assert min(ratios) <= Fraction(found.ratio.numerator, found.ratio.denominator) <= max(ratios)
    turned = decide(list(reversed(observed)), wide, NOW + timedelta(seconds=1))
    assert isinstance(turned, Decision)
    assert turned.id == found.id  # the same words are the same decision, whenever and in whatever order


@given(st.lists(POSITIVE, min_size=1, max_size=9))
def test_the_spread_is_never_understated(values: list[Fraction]) -> None:
    middle, spread = median(values)
    assert min(values) <= middle <= max(values)
    assert Fraction(spread, 10_000) * middle >= max(values) - min(values)


@given(RATIOS, RATIOS)
def test_a_move_is_the_same_both_ways(one: Ratio, other: Ratio) -> None:
    assert moved_bps(one, other) == moved_bps(other, one)
    assert moved_bps(one, one) == 0


@given(st.fractions(min_value=Fraction(1, 2**180), max_value=2**180))
def test_what_fits_is_exact(value: Fraction) -> None:
    ratio = fitted(value)
    assert 0 < ratio.numerator <= UINT256_MAX
    assert 0 < ratio.denominator <= UINT256_MAX
    assert (
        Fraction(ratio.numerator, ratio.denominator) == value or max(value.numerator, value.denominator) > UINT256_MAX
    )


@pytest.mark.parametrize("value", [Fraction(0), Fraction(-1), Fraction(2**300), Fraction(1, 2**300)])
def test_what_is_no_price(value: Fraction) -> None:
    with pytest.raises(ValueError, match="price"):
        fitted(value)


@given(st.tuples(RATIOS, RATIOS, RATIOS))
def test_whatever_sources_say_there_is_a_price_or_a_reason(told: tuple[Ratio, Ratio, Ratio]) -> None:
    """A token of its maker's decimals at its maker's market must not stop the prices of all others."""
    one, other, coin = (
        decide([said(name, ratio.numerator, denominator=ratio.denominator) for name in "ab"], LIMITS, NOW)
        for ratio in told
    )
    assert isinstance(one, Decision)
    assert isinstance(coin, Decision)
    assert isinstance(other, Decision)
    assert isinstance(
        decide([replace(said("a", 1), ratio=one.ratio), replace(said("b", 1), ratio=other.ratio)], ANY, NOW),
        Decision | NoPrice,
    )
    crossed = cross(one, coin)
    if isinstance(crossed, Decision):
        assert recomputed(crossed.content) == crossed.ratio


def test_a_price_too_small_to_be_written_is_none() -> None:
    """A token of sixty-six decimals, 1.0234567890123457 dollars apiece, where a coin of six costs 20.000001."""
    thin = decide([said(name, 10234567890123457, denominator=10**76) for name in "ab"], LIMITS, NOW)
    coin = decide([said(name, 20_000_001, denominator=10**6) for name in "ab"], LIMITS, NOW)
    assert isinstance(thin, Decision)
    assert isinstance(coin, Decision)
    assert cross(thin, coin) == NoPrice("price_beyond_bounds", 2, 0)


def test_dollars_over_dollars() -> None:
    asset = decide([said("a", 2, reference=USD), said("b", 2, reference=USD)], LIMITS, NOW)
    coins = [said(name, 3, contract="", reference=USD, age=300) for name in ("a", "b", "c")]
    coin = decide(coins, LIMITS, NOW)
    assert isinstance(asset, Decision)
    assert isinstance(coin, Decision)
    crossed = cross(asset, coin)
    assert isinstance(crossed, Decision)
    assert (crossed.ratio, crossed.reference, crossed.sources) == (Ratio(2, 3), NATIVE, 2)
    assert crossed.oldest_at == coin.oldest_at
    assert recomputed(crossed.content) == crossed.ratio


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ([], "price_policy_is_no_object"),
        ({}, "price_policy_has_other_fields"),
        (built_in_limits() | {"more": 1}, "price_policy_has_other_fields"),
        (built_in_limits() | {"least_sources": 0}, "price_policy_number_out_of_range"),
        (built_in_limits() | {"least_sources": True}, "price_policy_number_out_of_range"),
        (built_in_limits() | {"most_spread_bps": "500"}, "price_policy_number_out_of_range"),
        (built_in_limits() | {"least_depth_usd": "-1"}, "policy_amount_is_no_number"),
    ],
)
def test_limits_that_cannot_be_kept(content: object, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_limits(content)
    assert refused.value.detail == code
