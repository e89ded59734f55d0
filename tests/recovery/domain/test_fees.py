"""What a recovery costs: every shape by hand, and what no policy may ever do to a depositor."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, strategies as st

from recovery.domain.fees import (
    FeeFacts,
    Prices,
    Ratio,
    Terms,
    facts_from_json,
    facts_to_json,
    quote_terms,
    recompute,
    schedule_from,
    unused_cost,
)
from recovery.domain.fees.shapes import Tiers, Work
from recovery.domain.fees.units import Scale
from recovery.errors import InvalidInput

TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
HALF = Ratio(1, 2)  # a unit of the asset is worth half a unit of native coin
CENT = Ratio(1, 100)  # and a hundredth of a dollar: a unit is a cent
OURS, THEIRS = {"borne_by": "platform"}, {"borne_by": "depositor"}
USD = {"unit": "USD", "decimals": 2}


def facts(gross: int = 1_000, cost: int = 0, **changes: Any) -> FeeFacts:
    """Facts of a case on the sample chain, with prices unless told otherwise."""
    values: dict[str, Any] = {
        "network": "local",
        "contract": TOKEN,
        "cause": "D01",
        "fee_class": "standard",
        "gross": gross,
        "network_cost": cost,
        "prices": Prices(HALF, {"USD": CENT}),
    }
    return FeeFacts(**values | changes)


def document(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A version of these rules; a rule without a name or a bearer of costs gets one."""
    filled = [{"name": f"rule {place}", "network_cost": OURS} | rule for place, rule in enumerate(rules)]
    return {"reference": USD, "rules": filled} | more


def terms(given_facts: FeeFacts, **rule: Any) -> Terms:
    """The terms of one rule."""
    return quote_terms(given_facts, schedule_from(document(rule)))


def amounts(made: Terms) -> tuple[int, int, int]:
    return made.fee, made.network_cost, made.net


FREE = {"kind": "free"}
NAMED = {"kind": "range", "from": {"reference": "20"}, "to": {"reference": "50"}}
TWICE = {"kind": "sum", "parts": [{"kind": "percent", "bps": 15}, {"kind": "percent", "bps": 15}]}

# each shape by hand; a unit of the asset is a cent and half a unit of the coin

EXCESS = {"kind": "percent_of_excess", "bps": 500, "over": {"reference": "10000"}}
STEPS = {
    "kind": "tiers",
    "brackets": [
        {"below": {"reference": "1000"}, "fee": {"kind": "free"}},
        {"below": {"reference": "5000"}, "fee": {"kind": "flat", "amount": {"reference": "100"}}},
        {"fee": {"kind": "percent", "bps": 500, "floor": {"reference": "300"}}},
    ],
}
SLICES = {
    "kind": "tiers",
    "progressive": True,
    "brackets": [
        {"below": {"asset": "100"}, "fee": {"kind": "free"}},
        {"below": {"asset": "1000"}, "fee": {"kind": "percent", "bps": 1_000}},
        {"fee": {"kind": "percent", "bps": 2_000}},
    ],
}
TABLE = {
    "kind": "by_asset",
    "rows": [
        {"network": "local", "contract": TOKEN, "fee": {"kind": "flat", "amount": {"asset": "7"}}},
        {
            "network": "local",
            "contract": TOKEN,
            "intended": "ethereum",
            "fee": {"kind": "flat", "amount": {"asset": "9"}},
        },
        {"network": "local", "contract": None, "fee": {"kind": "flat", "amount": {"asset": "1"}}},
    ],
    "otherwise": {"kind": "percent", "bps": 100},
}


@pytest.mark.parametrize(
    ("shape", "given_facts", "rule", "expected"),
    [
        ("free", facts(1_000, 30), {"fee": {"kind": "free"}}, (0, 0, 1_000)),
        ("flat in dollars", facts(1_000), {"fee": {"kind": "flat", "amount": {"reference": "25"}}}, (25, 0, 975)),
        ("flat in native", facts(1_000), {"fee": {"kind": "flat", "amount": {"native": "25"}}}, (50, 0, 950)),
        ("flat in kind", facts(1_000), {"fee": {"kind": "flat", "amount": {"asset": "25"}}}, (25, 0, 975)),
        ("a share", facts(19), {"fee": {"kind": "percent", "bps": 500}}, (0, 0, 19)),
        ("floor", facts(1_000), {"fee": {"kind": "percent", "bps": 500, "floor": {"native": "100"}}}, (200, 0, 800)),
        ("over the floor", facts(9_000), {"fee": {"kind": "percent", "bps": 500, "floor": {"native": "100"}}}, (450, 0, 8_550)),
        ("cap", facts(9_000), {"fee": {"kind": "percent", "bps": 500, "cap": {"reference": "333"}}}, (333, 0, 8_667)),
        (
            "cap over floor",
            facts(1_000),
            {"fee": {"kind": "percent", "bps": 0, "floor": {"native": "400"}, "cap_bps": 2_500}},
            (250, 0, 750),
        ),
        ("excess, below", facts(9_999), {"fee": EXCESS}, (0, 0, 9_999)),
        ("excess, at", facts(10_000), {"fee": EXCESS}, (0, 0, 10_000)),
        ("excess, above", facts(10_039), {"fee": EXCESS}, (1, 0, 10_038)),
        ("by hand", facts(1_000, named_fee=30), {"fee": NAMED}, (30, 0, 970)),
        ("a sum", facts(1_000), {"fee": TWICE}, (3, 0, 997)),
        ("bracket 1", facts(999), {"fee": STEPS}, (0, 0, 999)),
        ("bracket 2 begins at its edge", facts(1_000), {"fee": STEPS}, (100, 0, 900)),
        ("bracket 3 has a floor", facts(5_000), {"fee": STEPS}, (300, 0, 4_700)),
        ("bracket 3", facts(10_000), {"fee": STEPS}, (500, 0, 9_500)),
        ("slices", facts(1_500), {"fee": SLICES}, (190, 0, 1_310)),  # 0 of 100, a tenth of 900, a fifth of 500
        ("one slice", facts(60), {"fee": SLICES}, (0, 0, 60)),
        ("of its own row", facts(1_000), {"fee": TABLE}, (7, 0, 993)),
        ("of its pair", facts(1_000, intended="ethereum"), {"fee": TABLE}, (9, 0, 991)),
        ("of another pair", facts(1_000, intended="base"), {"fee": TABLE}, (7, 0, 993)),
        ("of the coin", facts(1_000, contract=None), {"fee": TABLE}, (1, 0, 999)),
        ("of another asset", facts(1_000, network="base"), {"fee": TABLE}, (10, 0, 990)),
        ("cost passed on", facts(1_000, 30), {"fee": FREE, "network_cost": THEIRS}, (0, 60, 940)),
        ("cost times 1.2", facts(1_000, 31), {"fee": FREE, "network_cost": THEIRS | {"factor_bps": 12_000}}, (0, 74, 926)),
        ("cost capped", facts(1_000, 31), {"fee": FREE, "network_cost": THEIRS | {"cap": {"reference": "9"}}}, (0, 9, 991)),
        ("cost in coin", facts(1_000, 31, contract=None), {"fee": FREE, "network_cost": THEIRS}, (0, 31, 969)),
    ],
)  # fmt: skip
def test_shapes_by_hand(
    shape: str, given_facts: FeeFacts, rule: dict[str, Any], expected: tuple[int, int, int]
) -> None:
    assert amounts(terms(given_facts, **rule)) == expected, shape


def test_a_multiple_of_what_a_withdrawal_costs() -> None:
    fees = [{"network": "local", "contract": TOKEN, "amount": "8"}]
    rule = {"fee": {"kind": "withdrawal_fee", "factor_bps": 50_000}}
    schedule = schedule_from(document(rule, withdrawal_fees=fees))
    assert amounts(quote_terms(facts(100), schedule)) == (40, 0, 60)
    with pytest.raises(InvalidInput, match="fee_needs_withdrawal_fee"):
        quote_terms(facts(100, contract=None), schedule)
    with pytest.raises(InvalidInput, match="value_below_cost"):
        quote_terms(facts(40), schedule)


def test_a_person_names_a_fee_within_its_bounds() -> None:
    rule = {"fee": {"kind": "range", "from": {"reference": "20"}, "to": {"reference": "50"}}}
    for named, code in ((None, "fee_is_named_by_hand"), (19, "fee_out_of_bounds"), (51, "fee_out_of_bounds")):
        with pytest.raises(InvalidInput, match=code):
            terms(facts(1_000, named_fee=named), **rule)
    assert [terms(facts(1_000, named_fee=named), **rule).fee for named in (20, 50)] == [20, 50]


def test_waivers() -> None:
    rule = {
        "fee": {"kind": "percent", "bps": 500},
        "network_cost": THEIRS,
        "waivers": [
            {"name": "our mistake", "own_error": True, "network_cost": True},
            {"name": "small", "value": {"below": {"reference": "500"}}},
            {"name": "by cause", "causes": ["D02"], "network_cost": True},
            {"name": "by class", "fee_classes": ["memo"]},
        ],
    }
    assert amounts(terms(facts(1_000, 30), **rule)) == (50, 60, 890)
    assert amounts(terms(facts(1_000, 30, own_error=True), **rule)) == (0, 0, 1_000)
    assert amounts(terms(facts(499, 30), **rule)) == (0, 60, 439)
    assert amounts(terms(facts(500, 30), **rule)) == (25, 60, 415)
    assert amounts(terms(facts(1_000, 30, cause="D02"), **rule)) == (0, 0, 1_000)
    made = terms(facts(1_000, 30, fee_class="memo"), **rule)
    assert amounts(made) == (0, 60, 940)
    assert made.lines[1].explain["steps"] == [{"code": "waived", "waiver": "by class"}]


def test_smallest_values_and_what_has_to_be_left() -> None:
    rule = {"fee": {"kind": "percent", "bps": 1_000}, "minimum_value": {"reference": "100"}}
    assert terms(facts(100), **rule).net == 90
    with pytest.raises(InvalidInput, match="value_below_minimum"):
        terms(facts(99), **rule)
    rule = {"fee": {"kind": "percent", "bps": 1_000}, "minimum_net": {"reference": "90"}}
    assert terms(facts(99), **rule).net == 90
    with pytest.raises(InvalidInput, match="value_below_cost"):
        terms(facts(98), **rule)
    with pytest.raises(InvalidInput, match="value_below_cost"):
        terms(facts(60, 30), fee={"kind": "free"}, network_cost=THEIRS)


def test_a_fee_in_advance_is_not_taken_from_the_coins() -> None:
    rule = {"fee": {"kind": "percent", "bps": 500}, "collected": "advance", "refundable": False}
    made = terms(facts(1_000), **rule)
    assert (made.fee, made.in_advance, made.net, made.refundable) == (0, 50, 1_000, False)
    assert [line.label for line in made.lines] == ["gross", "fee_in_advance", "network_cost", "net"]
    with pytest.raises(InvalidInput, match="value_below_cost"):
        terms(facts(10), collected="advance", fee={"kind": "flat", "amount": {"asset": "10"}})


def test_without_a_price_a_rule_refuses_waives_or_lets_the_next_one_decide() -> None:
    unknown = facts(1_000, 30, prices=Prices())
    flat = {"fee": {"kind": "percent", "bps": 500, "floor": {"native": "100"}}, "network_cost": THEIRS}
    with pytest.raises(InvalidInput, match="fee_needs_price"):
        terms(unknown, **flat)
    made = terms(unknown, **flat, without_price="waive")
    assert amounts(made) == (50, 0, 950)
    assert {"code": "waived_without_a_price", "unit": "native", "amount": "100"} in made.lines[1].explain["steps"]
    fixed = {"fee": {"kind": "flat", "amount": {"reference": "10"}}, "without_price": "waive"}
    assert amounts(terms(unknown, **fixed)) == (0, 0, 1_000)
    in_kind = {"name": "in kind", "fee": {"kind": "percent", "bps": 800}}
    both = schedule_from(document(flat | {"without_price": "next"}, in_kind))
    assert quote_terms(unknown, both).rule == "in kind"
    assert quote_terms(facts(1_000, 30), both).rule == "rule 0"
    # a cap or a threshold nobody can express protects the depositor, so nothing at all is charged
    capped = {"fee": {"kind": "percent", "bps": 500, "cap": {"reference": "1"}}, "without_price": "waive"}
    assert terms(unknown, **capped).fee == 0
    assert terms(unknown, fee=EXCESS, without_price="waive").fee == 0
    band = document({"match": {"value": {"below": {"reference": "1"}}}, "fee": {"kind": "free"}}, in_kind)
    assert quote_terms(unknown, schedule_from(band)).rule == "in kind"


def test_the_first_rule_that_matches_decides() -> None:
    percent = {"kind": "percent", "bps": 500}
    schedule = schedule_from(
        document(
            {"name": "elsewhere", "match": {"networks": ["base"]}, "fee": percent},
            {"name": "this asset", "match": {"assets": [{"network": "local", "contract": None}]}, "fee": percent},
            {"name": "delisted", "match": {"causes": ["D02"]}, "fee": percent},
            {"name": "memo", "match": {"fee_classes": ["memo"]}, "fee": percent},
            {"name": "large", "match": {"value": {"from": {"reference": "5000"}}}, "fee": percent},
            {"name": "here", "match": {"networks": ["local"], "causes": ["D01"]}, "fee": percent},
        )
    )
    assert quote_terms(facts(), schedule).rule == "here"
    assert quote_terms(facts(contract=None), schedule).rule == "this asset"
    assert quote_terms(facts(cause="D02"), schedule).rule == "delisted"
    assert quote_terms(facts(fee_class="memo"), schedule).rule == "memo"
    assert quote_terms(facts(4_999), schedule).rule == "here"
    assert quote_terms(facts(5_000), schedule).rule == "large"
    with pytest.raises(InvalidInput, match="no_fee_rule_matches"):
        quote_terms(facts(cause="C03"), schedule)


def test_a_free_cause_is_free_unless_a_rule_means_it() -> None:
    percent = {"kind": "percent", "bps": 500}
    free = facts(1_000, 30, fee_class="free", cause="B04")
    made = terms(free, fee=percent, network_cost=THEIRS)
    assert amounts(made) == (0, 0, 1_000)
    assert made.lines[1].explain["steps"] == [{"code": "free_cause", "cause": "B04"}]
    assert terms(free, fee=percent, match={"networks": ["local"]}).fee == 0
    assert terms(free, fee=percent, match={"fee_classes": ["free"]}).fee == 50
    assert terms(free, fee=percent, match={"causes": ["B04"]}).fee == 50


def test_what_is_not_used_of_the_cost_comes_back() -> None:
    rule = {"fee": {"kind": "free"}, "network_cost": THEIRS | {"factor_bps": 12_000, "unused": "returned"}}
    version = document(rule)
    made = quote_terms(facts(1_000, 30), schedule_from(version))
    assert made.network_cost == 72
    assert made.returns_unused
    assert [unused_cost(made, version, spent) for spent in (0, 30, 35, 36, 50)] == [72, 12, 2, 0, 0]
    kept = document(rule | {"network_cost": THEIRS})
    assert unused_cost(quote_terms(facts(1_000, 30), schedule_from(kept)), kept, 0) == 0


# what holds for every policy

AMOUNTS = st.integers(min_value=1, max_value=2**256 - 1)
UNITS = st.sampled_from(["reference", "native", "asset"])
AMOUNT = st.builds(lambda unit, number: {unit: str(number)}, UNITS, st.integers(0, 10**24))
BPS = st.integers(0, 10_000)
RATIOS = st.builds(Ratio, st.integers(1, 10**30), st.integers(1, 10**30))
PRICES = st.builds(Prices, st.none() | RATIOS, st.fixed_dictionaries({}, optional={"USD": RATIOS}))
PLAIN = st.one_of(
    st.just({"kind": "free"}),
    st.builds(lambda amount: {"kind": "flat", "amount": amount}, AMOUNT),
    st.builds(lambda bps: {"kind": "percent", "bps": bps}, BPS),
    st.builds(lambda bps, over: {"kind": "percent_of_excess", "bps": bps, "over": over}, BPS, AMOUNT),
    st.builds(lambda factor: {"kind": "withdrawal_fee", "factor_bps": factor}, st.integers(0, 100_000)),
)
BOUNDED = st.builds(
    lambda shape, bounds: shape | bounds,
    PLAIN,
    st.fixed_dictionaries({}, optional={"floor": AMOUNT, "cap": AMOUNT, "cap_bps": BPS}),
)


@st.composite
def tiers(draw: st.DrawFn, *, progressive: bool) -> dict[str, Any]:
    unit = draw(UNITS)
    edges = sorted(draw(st.sets(st.integers(1, 10**24), max_size=4)))
    fees = st.builds(lambda bps: {"kind": "percent", "bps": bps}, BPS) if progressive else BOUNDED
    brackets: list[dict[str, Any]] = [{"below": {unit: str(edge)}, "fee": draw(fees)} for edge in edges]
    return {"kind": "tiers", "progressive": progressive, "brackets": [*brackets, {"fee": draw(fees)}]}


FEES = st.one_of(BOUNDED, tiers(progressive=False), tiers(progressive=True),
                 st.builds(lambda parts: {"kind": "sum", "parts": parts}, st.lists(BOUNDED, min_size=1, max_size=3)))  # fmt: skip
COSTS = st.fixed_dictionaries(
    {"borne_by": st.sampled_from(["platform", "depositor"])},
    optional={"factor_bps": st.integers(0, 30_000), "cap": AMOUNT, "unused": st.sampled_from(["kept", "returned"])},
)
RULES = st.fixed_dictionaries(
    {"fee": FEES, "network_cost": COSTS, "without_price": st.sampled_from(["refuse", "waive", "next"])},
    optional={
        "minimum_net": AMOUNT,
        "minimum_value": AMOUNT,
        "collected": st.sampled_from(["deducted", "advance"]),
        "waivers": st.just([{"name": "small", "value": {"below": {"reference": "500"}}}]),
    },
)
WITHDRAWAL = [{"network": "local", "contract": TOKEN, "amount": "12345678901234567"}]


def in_order(rule: dict[str, Any]) -> bool:
    try:
        schedule_from(document(rule))
    except InvalidInput as refused:
        assert refused.detail == "policy_bounds_out_of_order"
        return False
    return True


def made_or_none(given_facts: FeeFacts, version: dict[str, Any]) -> Terms | None:
    """The terms, or nothing when they are refused for a reason a policy may have."""
    try:
        return quote_terms(given_facts, schedule_from(version))
    except InvalidInput as refused:
        assert refused.detail in ("value_below_cost", "value_below_minimum", "fee_needs_price", "no_fee_rule_matches")
        return None


@given(AMOUNTS, st.integers(0, 10**24), PRICES, RULES)
def test_gross_is_fee_and_cost_and_net_and_something_is_left(
    gross: int, cost: int, prices: Prices, rule: dict[str, Any]
) -> None:
    assume(in_order(rule))
    version = document(rule, withdrawal_fees=WITHDRAWAL)
    made = made_or_none(facts(gross, cost, prices=prices), version)
    if made is None:
        return
    assert made.fee + made.network_cost + made.net == gross == made.gross
    assert made.net > 0
    assert 0 <= made.fee + made.in_advance <= gross
    assert made.network_cost >= 0
    assert not (made.fee and made.in_advance)
    taken = [line.amount for line in made.lines if line.label not in ("gross", "fee_in_advance", "net")]
    assert made.lines[0].amount - sum(taken) == made.lines[-1].amount == made.net
    stored = json.loads(json.dumps(dict(made.fee_inputs)))
    assert recompute(stored, json.loads(json.dumps(version))) == made


@given(
    AMOUNTS, PRICES, st.booleans(), st.none() | st.integers(0, 10**30), st.none() | st.sampled_from(["base", "tron"])
)
def test_facts_are_kept_exactly(gross: int, prices: Prices, own: bool, named: int | None, intended: str | None) -> None:
    given_facts = facts(gross, prices=prices, own_error=own, named_fee=named, intended=intended)
    assert facts_from_json(json.loads(json.dumps(facts_to_json(given_facts)))) == given_facts
    with pytest.raises(ValueError, match="form 2"):
        facts_from_json(facts_to_json(given_facts) | {"form": 2})


@given(st.integers(1, 10**40), st.integers(0, 10**40), PRICES, st.one_of(BOUNDED, tiers(progressive=True)))
def test_the_fee_never_falls_when_the_amount_grows(gross: int, more: int, prices: Prices, fee: dict[str, Any]) -> None:
    assume(in_order({"fee": fee}))
    version = document({"fee": fee, "without_price": "waive"}, withdrawal_fees=WITHDRAWAL)
    small, large = (made_or_none(facts(amount, prices=prices), version) for amount in (gross, gross + more))
    if small and large:
        assert small.fee <= large.fee


@given(st.integers(1, 10**30), st.integers(1, 10**30), RATIOS, tiers(progressive=False))
def test_within_a_bracket_the_fee_never_falls(gross: int, other: int, price: Ratio, fee: dict[str, Any]) -> None:
    assume(in_order({"fee": fee}))
    version = document({"fee": fee, "without_price": "waive"}, withdrawal_fees=WITHDRAWAL)
    prices = Prices(price, {"USD": price})
    small, large = (made_or_none(facts(one, prices=prices), version) for one in sorted((gross, other)))
    if small and large and small.lines[1].explain["steps"][0] == large.lines[1].explain["steps"][0]:
        assert small.fee <= large.fee


@given(st.integers(2, 10**30), st.integers(1, 10**24))
def test_an_edge_belongs_to_the_bracket_above_it(edge: int, high: int) -> None:
    brackets = [
        {"below": {"asset": str(edge)}, "fee": {"kind": "free"}},
        {"fee": {"kind": "flat", "amount": {"asset": "1"}}},
    ]
    fee = {"kind": "tiers", "brackets": brackets}
    assert terms(facts(edge - 1), fee=fee).fee == 0
    assert terms(facts(edge), fee=fee).fee == terms(facts(edge + high), fee=fee).fee == 1


@given(st.integers(0, 10**40), RATIOS, tiers(progressive=True))
def test_slices_add_up_to_the_whole(gross: int, price: Ratio, fee: dict[str, Any]) -> None:
    schedule = schedule_from(document({"fee": fee}))
    shape = schedule.rules[0].fee.shape
    assert isinstance(shape, Tiers)
    prices = Prices(price, {"USD": price})
    work = Work(facts(gross, prices=prices), Scale(prices, schedule.reference), {})
    cut = work.slices(shape.brackets, Fraction(gross))
    assert sum(cut) == gross
    assert min(cut) >= 0


@given(AMOUNTS, BPS)
def test_a_share_is_rounded_down(gross: int, bps: int) -> None:
    made = made_or_none(facts(gross), document({"fee": {"kind": "percent", "bps": bps}}))
    if made:
        assert made.fee * 10_000 <= gross * bps < (made.fee + 1) * 10_000


@given(st.integers(1, 10**12), RATIOS)
def test_a_fixed_fee_is_worth_no_more_than_it_says(cents: int, price: Ratio) -> None:
    fee = {"kind": "flat", "amount": {"reference": str(cents)}}
    made = made_or_none(facts(10**60, prices=Prices(None, {"USD": price})), document({"fee": fee}))
    assert made is not None
    assert made.fee * price.exact <= Fraction(cents, 100) < (made.fee + 1) * price.exact
