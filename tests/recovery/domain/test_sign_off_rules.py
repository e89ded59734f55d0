"""The sign-off policy: which rule fits what, what no policy may allow, and how approvals are counted."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from recovery.domain.approver_limits import Limit, Use, over
from recovery.domain.sign_off_check import check_sign_off_policy
from recovery.domain.sign_off_rules import (
    BUILT_IN,
    KINDS,
    NEEDED,
    STAGES,
    Matter,
    Requirement,
    Stage,
    built_in_document,
    policy_from,
    requirement,
    strictest,
)
from recovery.domain.standing import Approval, standing
from recovery.errors import InvalidInput

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
SWEEP = Matter("sweep", "ethereum", "0xToken", 10**18, 5 * 10**17, "D01")


def rule(name: str, stages: dict[str, int], **changes: Any) -> dict[str, Any]:
    """A rule for plans, changed."""
    first = copy.deepcopy(built_in_document()["rules"][0])
    people = [{"team": team, "people": number} for team, number in stages.items()]
    return first | {"name": name, "stages": people} | changes


def document(*rules: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The built-in policy with other rules before its own."""
    whole = built_in_document()
    return whole | {"rules": [*rules, *whole["rules"]]} | changes


PAIR = {"wallet": 1, "clearing": 1}
STRONG = {"wallet": 2, "clearing": 2}


@pytest.mark.parametrize(
    ("conditions", "matter", "fits"),
    [
        ({"from_value": "500000000000000000"}, {}, True),
        ({"from_value": "500000000000000001"}, {}, False),
        ({"from_value": "500000000000000001"}, {"value": None}, True),  # what nobody can value is treated as much
        ({"assets": [{"network": "ethereum", "contract": "0xToken"}], "from_amount": str(10**18)}, {}, True),
        ({"assets": [{"network": "ethereum", "contract": "0xToken"}], "from_amount": str(10**18 + 1)}, {}, False),
        ({"assets": [{"network": "base", "contract": "0xToken"}]}, {}, False),
        ({"assets": [{"network": "ethereum", "contract": None}]}, {}, False),
        ({"assets": [{"network": "ethereum", "contract": None}]}, {"contract": None}, True),
        ({"networks": ["ethereum"]}, {}, True),
        ({"networks": ["base"]}, {}, False),
        ({"causes": ["D01"]}, {}, True),
        ({"causes": ["D02"]}, {}, False),
        ({"causes": ["D01"]}, {"cause": None}, False),
        ({"kinds": ["refund"]}, {}, False),
        ({"kinds": ["refund"]}, {"kind": "refund"}, True),
    ],
)
def test_which_rule_fits(conditions: dict[str, Any], matter: dict[str, Any], fits: bool) -> None:
    written = check_sign_off_policy(document(rule("special", STRONG, **conditions)))
    asked = requirement(policy_from(written, 2), replace(SWEEP, **matter))
    assert (asked.rule == "special", asked.people("wallet")) == (fits, 2 if fits else 1)


def test_the_first_rule_that_fits_decides() -> None:
    policy = policy_from(document(rule("one", STRONG), rule("two", PAIR)), 2)
    assert requirement(policy, SWEEP).rule == "one"


def test_the_policy_of_the_cause_and_many_rounds_add_teams() -> None:
    assert requirement(BUILT_IN, SWEEP, ("lead", "wallet")).people("lead") == 1
    assert requirement(BUILT_IN, replace(SWEEP, round=BUILT_IN.lead_after_rounds)).people("lead") == 0
    assert requirement(BUILT_IN, replace(SWEEP, round=BUILT_IN.lead_after_rounds + 1)).people("lead") == 1


def test_the_built_in_policy_is_one_that_may_be_drafted() -> None:
    assert check_sign_off_policy(built_in_document()) == built_in_document()
    for kind in KINDS:
        asked = requirement(BUILT_IN, replace(SWEEP, kind=kind))
        assert {stage.team for stage in asked.stages} == NEEDED[kind]


def without(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda whole: whole["rules"][0].pop(name)


def put(**changes: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda whole: whole["rules"][0].update(changes)


def whole(**changes: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda document: document.update(changes)


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (without("kinds"), "policy_key_missing", "rules[0].kinds"),
        (put(more=1), "policy_unknown_key", "rules[0].more"),
        (put(stages=[{"team": "wallet", "people": 1}]), "sign_off_team_missing", "rules[0].stages"),
        (put(kinds=[], stages=[{"team": "clearing", "people": 1}]), "sign_off_team_missing", "rules[0].stages"),
        (put(stages=[{"team": "admin", "people": 1}]), "policy_unknown_value", "rules[0].stages[0].team"),
        (put(stages=[{"team": "wallet", "people": 0}]), "policy_number_out_of_range", "rules[0].stages[0].people"),
        (put(stages=[{"team": "wallet", "people": True}]), "policy_number_out_of_range", "rules[0].stages[0].people"),
        (put(stages=2 * [{"team": "wallet", "people": 1}]), "policy_value_twice", "rules[0].stages"),
        (put(from_amount="5"), "sign_off_amount_of_which_asset", "rules[0].from_amount"),
        (put(from_value=5), "policy_amount_is_no_number", "rules[0].from_value"),
        (put(from_value="-5"), "policy_amount_is_no_number", "rules[0].from_value"),
        (put(causes=["Z99"]), "policy_unknown_value", "rules[0].causes"),
        (put(in_order="yes"), "policy_unknown_value", "rules[0].in_order"),
        (put(expires_after=1), "policy_number_out_of_range", "rules[0].expires_after"),
        (put(name=" "), "policy_not_a_name", "rules[0].name"),
        (put(networks="ethereum"), "policy_not_a_list", "rules[0].networks"),
        (put(kinds=["refund"]), "sign_off_kind_left_out", None),
        (put(causes=["D01"]), "sign_off_kind_left_out", None),
        (whole(rules=[]), "sign_off_kind_left_out", None),
        (whole(without_limit="perhaps"), "policy_unknown_value", "without_limit"),
        (whole(minimum_look=-1), "policy_number_out_of_range", "minimum_look"),
    ],
)
def test_what_no_policy_may_say(change: Callable[[dict[str, Any]], Any], code: str, place: str | None) -> None:
    broken = built_in_document()
    change(broken)
    with pytest.raises(InvalidInput) as refused:
        check_sign_off_policy(broken)
    assert (refused.value.detail, refused.value.values.get("field")) == (code, place)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*built_in_document(), "x"]), inner),
)


@given(ANYTHING)
def test_whatever_comes_is_refused_in_our_own_words(document: object) -> None:
    with pytest.raises(InvalidInput):
        check_sign_off_policy(document)


def needs(stages: dict[str, int], *, in_order: bool = False) -> Requirement:
    """A requirement of these stages."""
    asked = tuple(Stage(team, people) for team, people in stages.items())
    return replace(requirement(BUILT_IN, SWEEP), stages=asked, in_order=in_order, expires_after=3600)


PEOPLE = [uuid.UUID(int=number) for number in range(1, 7)]
STAGED = st.dictionaries(st.sampled_from(STAGES), st.integers(1, 3), min_size=1)
APPROVALS = st.lists(
    st.builds(
        Approval,
        stage=st.sampled_from(STAGES),
        approver=st.sampled_from(PEOPLE),
        at=st.integers(0, 7200).map(lambda ago: NOW - timedelta(seconds=ago)),
        on_behalf_of=st.none() | st.sampled_from(PEOPLE),
        holds=st.booleans(),
        within=st.booleans(),
    ),
    max_size=12,
)


@given(STAGED, APPROVALS)
def test_nobody_counts_twice_and_nothing_stale_counts(stages: dict[str, int], approvals: list[Approval]) -> None:
    shown = standing(needs(stages), approvals, (), NOW)
    counting = [one.approval for one in shown.counted if one.why_not is None]
    people = [who for one in counting for who in {one.approver, one.on_behalf_of or one.approver}]
    assert len(people) == len(set(people))
    assert all(one.holds and one.within and one.at > NOW - timedelta(hours=1) for one in counting)
    if shown.complete:
        for team, number in stages.items():
            assert len({one.approver for one in counting if one.stage == team}) >= number
    assert shown.complete == all(shown.missing(team) == 0 for team in stages)
    assert shown.due & shown.done == frozenset()


@given(STAGED, APPROVALS)
def test_in_an_order_one_team_is_due(stages: dict[str, int], approvals: list[Approval]) -> None:
    shown = standing(needs(stages, in_order=True), approvals, (), NOW)
    assert len(shown.due) == (0 if shown.complete else 1)


@given(APPROVALS)
def test_the_glass_breaks_by_three_people_one_of_them_a_lead(votes: list[Approval]) -> None:
    asked = needs({"wallet": 1})
    shown = standing(asked, (), votes, NOW)
    fresh = [one for one in votes if one.holds and one.at > NOW - timedelta(hours=1)]
    enough = len({one.approver for one in fresh}) >= 3 and "lead" in {one.stage for one in fresh}
    assert shown.broken == shown.complete == enough
    assert not standing(replace(asked, break_glass=False), (), votes, NOW).broken


@given(st.lists(st.tuples(STAGED, st.integers(600, 9999), st.booleans()), min_size=1, max_size=4))
def test_the_strictest_of_several_satisfies_each(asked: list[tuple[dict[str, int], int, bool]]) -> None:
    several = [replace(needs(stages, in_order=order), expires_after=time) for stages, time, order in asked]
    together = strictest(several)
    for one in several:
        assert all(together.people(stage.team) >= stage.people for stage in one.stages)
        assert together.expires_after <= one.expires_after
        assert together.in_order >= one.in_order


AMOUNT = st.integers(0, 2**256 - 1)


@given(AMOUNT, AMOUNT, AMOUNT | st.none(), AMOUNT | st.none(), st.booleans())
def test_what_is_over_a_limit(
    amount: int, before: int, per_case: int | None, per_day: int | None, by_value: bool
) -> None:
    limit = Limit(by_value, per_case, per_day)
    why = over([limit], Use(amount, amount), Use(before, before))
    within = (per_case is None or amount <= per_case) and (per_day is None or before + amount <= per_day)
    assert (why is None) == within
    if by_value:
        assert over([limit], Use(amount, None), Use(before, before)) == "limit_needs_price"
