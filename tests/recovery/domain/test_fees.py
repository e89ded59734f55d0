"""What a recovery costs: golden shapes, and what no policy may ever do to a depositor."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from recovery.domain.fees import FeeFacts, Ratio, Terms, check_rules, quote_terms
from recovery.errors import InvalidInput

AMOUNTS = st.integers(min_value=1, max_value=2**256 - 1)
NATIVE = st.integers(min_value=0, max_value=10**24)
PRICES = st.none() | st.builds(Ratio, st.integers(1, 10**30), st.integers(1, 10**30))
RULES = st.fixed_dictionaries(
    {"name": st.just("any")},
    optional={
        "percent_bps": st.integers(0, 10_000),
        "flat_native": NATIVE.map(str),
        "minimum_native": NATIVE.map(str),
        "maximum_bps": st.integers(0, 10_000),
        "network_cost": st.sampled_from(["passed_on", "absorbed"]),
    },
)


def facts(gross: int = 10**21, cost: int = 0, price: Ratio | None = None, cause: str = "D01") -> FeeFacts:
    """Facts of a case on the sample chain."""
    return FeeFacts("local", cause, gross, cost, price)


def terms(given_facts: FeeFacts, **rule: Any) -> Terms:
    """The terms of one rule."""
    return quote_terms(given_facts, check_rules([{"name": "rule", **rule}]))


def terms_or_none(given_facts: FeeFacts, rule: dict[str, Any]) -> Terms | None:
    """The terms, or nothing when nothing would be left."""
    try:
        return quote_terms(given_facts, check_rules([rule]))
    except InvalidInput as refused:
        if refused.detail != "value_below_cost":
            raise
        return None


@given(AMOUNTS, NATIVE, PRICES, RULES)
def test_gross_is_fee_and_cost_and_net_and_something_is_left(
    gross: int, cost: int, price: Ratio | None, rule: dict[str, Any]
) -> None:
    made = terms_or_none(facts(gross, cost, price), rule)
    if made is None:
        return
    assert made.fee + made.network_cost + made.net == gross == made.gross
    assert made.net > 0
    assert min(made.fee, made.network_cost) >= 0
    assert [line.amount for line in made.lines] == [made.gross, made.fee, made.network_cost, made.net]
    if "maximum_bps" in rule:
        assert made.fee * 10_000 <= gross * rule["maximum_bps"]


@given(st.integers(1, 10**40), st.integers(0, 10**40), PRICES, RULES)
def test_the_fee_never_falls_when_the_amount_grows(
    gross: int, more: int, price: Ratio | None, rule: dict[str, Any]
) -> None:
    small, large = (terms_or_none(facts(amount, 0, price), rule) for amount in (gross, gross + more))
    if small and large:
        assert small.fee <= large.fee


@given(AMOUNTS, st.integers(0, 10_000))
def test_a_share_is_rounded_down(gross: int, bps: int) -> None:
    made = terms_or_none(facts(gross), {"name": "share", "percent_bps": bps})
    if made:
        assert made.fee * 10_000 <= gross * bps < (made.fee + 1) * 10_000


HALF = Ratio(1, 2)  # a unit of the asset is worth half a unit of native coin


@pytest.mark.parametrize(
    ("shape", "gross", "cost", "rule", "expected"),
    [
        ("five percent", 1_000, 0, {"percent_bps": 500}, (50, 0, 950)),
        ("five percent of little", 19, 0, {"percent_bps": 500}, (0, 0, 19)),
        ("flat", 1_000, 0, {"flat_native": "25"}, (50, 0, 950)),
        ("share and flat", 1_000, 0, {"percent_bps": 500, "flat_native": "25"}, (100, 0, 900)),
        ("floor", 1_000, 0, {"percent_bps": 500, "minimum_native": "100"}, (200, 0, 800)),
        ("floor below the share", 10_000, 0, {"percent_bps": 500, "minimum_native": "100"}, (500, 0, 9_500)),
        ("cap over floor", 1_000, 0, {"minimum_native": "400", "maximum_bps": 2_500}, (250, 0, 750)),
        ("cost passed on", 1_000, 30, {"percent_bps": 500, "network_cost": "passed_on"}, (50, 60, 890)),
        ("cost is passed on unless told otherwise", 1_000, 30, {}, (0, 60, 940)),
        ("cost absorbed", 1_000, 30, {"percent_bps": 500, "network_cost": "absorbed"}, (50, 0, 950)),
        ("free", 1_000, 30, {"network_cost": "absorbed"}, (0, 0, 1_000)),
    ],
)
def test_golden_shapes(shape: str, gross: int, cost: int, rule: dict[str, Any], expected: tuple[int, int, int]) -> None:
    made = terms(facts(gross, cost, HALF), **rule)
    assert (made.fee, made.network_cost, made.net) == expected, shape


def test_without_a_price_native_parts_are_waived_and_said_to_be() -> None:
    made = terms(facts(1_000, 30, None), percent_bps=500, minimum_native="100")
    assert (made.fee, made.network_cost, made.net) == (50, 0, 950)
    assert made.lines[1].explain["native_part"] == "waived_without_a_price"
    assert made.lines[2].explain["why"] == "absorbed_without_a_price"


@pytest.mark.parametrize("gross", [1, 60, 61])
def test_nothing_left_is_no_offer(gross: int) -> None:
    if gross == 61:
        assert terms(facts(gross, 30, HALF)).net == 1
        return
    with pytest.raises(InvalidInput, match="value_below_cost"):
        terms(facts(gross, 30, HALF))


def test_the_first_rule_that_matches_decides() -> None:
    rules = check_rules(
        [
            {"name": "elsewhere", "match": {"networks": ["base"]}, "percent_bps": 9_000},
            {"name": "delisted", "match": {"causes": ["D02"]}, "percent_bps": 0},
            {"name": "here", "match": {"networks": ["local"], "causes": ["D01"]}, "percent_bps": 500},
            {"name": "rest", "percent_bps": 1_000},
        ]
    )
    assert quote_terms(facts(), rules).rule == "here"
    assert quote_terms(facts(cause="D02"), rules).rule == "delisted"
    assert quote_terms(facts(cause="C03"), rules).rule == "rest"
    with pytest.raises(InvalidInput, match="no_fee_rule_matches"):
        quote_terms(facts(cause="C03"), rules[:3])


@pytest.mark.parametrize(
    "rule",
    [
        {"match": {"networks": "local"}},
        {"match": {"network": ["local"]}},
        {"match": ["local"]},
        {"match": {"causes": [1]}},
        {"match": None},
        {"percent_bps": 10_001},
        {"percent_bps": -1},
        {"percent_bps": True},
        {"percent_bps": 5.5},
        {"percent_bps": "500"},
        {"maximum_bps": None},
        {"flat_native": "-1"},
        {"flat_native": "1.5"},
        {"flat_native": 1.5},
        {"minimum_native": True},
        {"minimum_native": ""},
        {"minimum_native": "9" * 5_000},
        {"network_cost": "sometimes"},
        {"percent": 5},
        {"name": None},
    ],
)
def test_a_rule_that_does_not_mean_anything_exact_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        check_rules([{"name": "rule", **rule}])


@pytest.mark.parametrize("rules", [None, {}, [], "rules", [1], [{"percent_bps": 1}]])
def test_a_policy_is_a_list_of_named_rules(rules: object) -> None:
    with pytest.raises(InvalidInput):
        check_rules(rules)
