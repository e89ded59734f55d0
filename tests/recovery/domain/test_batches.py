"""Batches of small legs: who is in, who is not, and that none is suggested that would cost more than it brings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from recovery.domain.batches import SmallLeg, group
from recovery.domain.fees import Ratio

LEG = SmallLeg("RC-1", "local", "0xodd", "address-1", 40, 100, Ratio(1, 1), "ODD", 18)


def legs(*values: int, **changes: object) -> list[SmallLeg]:
    return [replace(LEG, ref=f"RC-{n}", amount=value, **changes) for n, value in enumerate(values)]  # type: ignore[arg-type]


def test_legs_at_one_address_share_its_cost() -> None:
    (batch,) = group(legs(40, 30, 35))
    assert (batch.total, batch.value, batch.cost) == (105, 105, 100)
    assert batch.refs == ("RC-0", "RC-2", "RC-1")
    assert group(legs(40, 30)) == ()


def test_each_address_has_to_bring_its_part() -> None:
    apart = [replace(LEG, ref=f"RC-{n}", recipient=f"address-{n}", amount=60) for n in range(4)]
    assert group(apart) == ()
    (batch,) = group(apart, further_bps=3_000)
    assert (batch.value, batch.cost) == (240, 190)
    (batch,) = group([*apart, replace(LEG, recipient="poor", amount=10)], further_bps=3_000)
    assert len(batch.members) == 4


@pytest.mark.parametrize(
    "leg",
    [
        replace(LEG, amount=100),  # worth its own cost
        replace(LEG, price=None),  # nobody knows its worth
        replace(LEG, contract="0xother"),
        replace(LEG, network="bitcoin"),
        replace(LEG, amount=0),
    ],
)
def test_who_is_not_of_a_batch(leg: SmallLeg) -> None:
    assert group([*legs(60), leg]) == ()


def test_the_native_coin_is_worth_itself() -> None:
    (batch,) = group(legs(60, 70, contract=None, price=None))
    assert batch.value == 130


LEGS = st.builds(
    SmallLeg,
    st.integers(0, 99).map("RC-{}".format),
    st.sampled_from(["local", "bitcoin"]),
    st.sampled_from([None, "0xodd"]),
    st.sampled_from(["a", "b", "c"]),
    st.integers(0, 10**30),
    st.integers(0, 10**30),
    st.none() | st.builds(Ratio, st.integers(1, 10**9), st.integers(1, 10**9)),
)


@given(st.lists(LEGS, max_size=20), st.integers(0, 10_000))
def test_no_batch_costs_more_than_it_brings(given_legs: list[SmallLeg], bps: int) -> None:
    for batch in group(given_legs, further_bps=bps):
        assert batch.value >= batch.cost and len(batch.members) >= 2
        assert batch.total == sum(leg.amount for leg in batch.members)
        assert all(0 < (leg.value or 0) < leg.cost for leg in batch.members)
        assert {(leg.network, leg.contract) for leg in batch.members} == {(batch.network, batch.contract)}
