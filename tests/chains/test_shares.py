"""Shares of one amount: exact, fair to a unit, the same each time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from chains.shares import share

AMOUNT = st.integers(0, 2**256 - 1)


@given(AMOUNT, st.lists(st.integers(0, 2**128), min_size=1, max_size=40))
def test_shares_are_exact_and_never_a_unit_from_their_quota(total: int, weights: list[int]) -> None:
    parts = share(total, weights)
    assert sum(parts) == total
    whole = sum(weights) or len(weights)
    for part, weight in zip(parts, weights if sum(weights) else [1] * len(weights), strict=True):
        assert total * weight // whole <= part <= -(-total * weight // whole)
    assert share(total, weights) == parts


@given(AMOUNT, st.lists(st.integers(1, 2**64), min_size=2, max_size=20))
def test_who_weighs_more_never_bears_less(total: int, weights: list[int]) -> None:
    pairs = sorted(zip(weights, share(total, weights), strict=True))
    assert all(one[1] <= other[1] for one, other in pairwise(pairs) if one[0] < other[0])


def test_shares_by_hand() -> None:
    assert share(10, [1, 1, 1]) == (4, 3, 3)
    assert share(7, [0, 0]) == (4, 3)
    assert share(5, [0, 3]) == (0, 5)
    for total, weights in ((0, []), (1, []), (-1, [1]), (1, [-1, 2])):
        with pytest.raises(ValueError, match=r"nothing to share"):
            share(total, weights)
