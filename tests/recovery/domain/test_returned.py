"""Withdrawals that come back: what is recognised, each limit from both sides, and when nobody may be named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from recovery.domain.returned import Incoming, ReturnPolicy, SentWithdrawal, match_returned

SENT_AT = datetime(2025, 3, 1, 12, tzinfo=UTC)
POLICY = ReturnPolicy()
PLATFORMS = {"their-hot": "Other", "their-deposit": "Other", "third": "Third"}
SENT = SentWithdrawal("acct-1", "0xusdt", 40_000_000, "their-deposit", None, SENT_AT, "h1")
BACK = Incoming("h9", "their-hot", "0xusdt", 39_000_000, SENT_AT + timedelta(days=3))


def test_a_returned_withdrawal_names_its_account_with_reasons() -> None:
    found = match_returned(BACK, [SENT], PLATFORMS, POLICY)
    assert (found.account, found.ambiguous) == ("acct-1", False)
    assert found.matches[0].reasons == ("same_platform", "less_by_bps:250", "after_days:3")
    assert found.matches[0].score == 30 + 25 + 18


def test_the_same_address_whole_and_at_once_scores_all() -> None:
    back = replace(BACK, sender="their-deposit", amount=SENT.amount, at=SENT_AT)
    assert match_returned(back, [SENT], {}, POLICY).matches[0].score == 100


@pytest.mark.parametrize(
    "back",
    [
        replace(BACK, amount=38_000_000 - 1),
        replace(BACK, amount=SENT.amount + 1),
        replace(BACK, amount=0),
        replace(BACK, contract=None),
        replace(BACK, contract="0xother"),
        replace(BACK, sender="third"),
        replace(BACK, sender="nobody"),
        replace(BACK, sender=None),
        replace(BACK, at=SENT_AT - timedelta(seconds=1)),
        replace(BACK, at=SENT_AT + timedelta(days=30, seconds=1)),
        replace(BACK, hash="h1"),
    ],
)
def test_near_misses(back: Incoming) -> None:
    assert match_returned(back, [SENT], PLATFORMS, POLICY).matches == ()


@pytest.mark.parametrize("back", [replace(BACK, amount=38_000_000), replace(BACK, at=SENT_AT + timedelta(days=30))])
def test_limits_are_inside(back: Incoming) -> None:
    assert match_returned(back, [SENT], PLATFORMS, POLICY).account == "acct-1"


def test_two_accounts_equally_good_name_nobody() -> None:
    other = replace(SENT, account="acct-2", hash="h2")
    found = match_returned(BACK, [SENT, other], PLATFORMS, POLICY)
    assert found.account is None and found.ambiguous and len(found.matches) == 2


def test_two_withdrawals_of_one_account_are_no_doubt_whose_it_is() -> None:
    assert match_returned(BACK, [SENT, replace(SENT, hash="h2")], PLATFORMS, POLICY).account == "acct-1"


def test_a_clearly_better_one_wins() -> None:
    other = replace(SENT, account="acct-2", hash="h2", amount=39_000_000, destination="their-hot")
    assert match_returned(BACK, [SENT, other], PLATFORMS, POLICY).account == "acct-2"


def test_what_was_matched_before_is_not_matched_again() -> None:
    other = replace(SENT, account="acct-2", hash="h2")
    assert match_returned(BACK, [SENT, other], PLATFORMS, POLICY, settled={("h2", "acct-2")}).account == "acct-1"


WITHDRAWALS = st.builds(
    SentWithdrawal,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([None, "0xusdt"]),
    st.integers(1, 10**30),
    st.sampled_from(["their-hot", "their-deposit", "third", "x"]),
    st.none(),
    st.integers(0, 60).map(lambda days: SENT_AT - timedelta(days=days)),
    st.integers(0, 999).map(str),
)


@given(st.lists(WITHDRAWALS, max_size=8), st.integers(0, 10**30), st.integers(0, 2_000), st.integers(0, 90))
def test_scores_stay_in_range_and_order_does_not_matter(
    sent: list[SentWithdrawal], amount: int, loss: int, days: int
) -> None:
    back = Incoming("h", "their-hot", "0xusdt", amount, SENT_AT)
    policy = ReturnPolicy(loss, days)
    found = match_returned(back, sent, PLATFORMS, policy)
    assert all(30 <= match.score <= 100 for match in found.matches)
    assert [m.score for m in found.matches] == sorted((m.score for m in found.matches), reverse=True)
    again = match_returned(back, sent[::-1], PLATFORMS, policy)
    assert (again.account, again.ambiguous) == (found.account, found.ambiguous)
    assert (found.account is None) == (found.ambiguous or not found.matches)


@given(st.integers(1, 10**30), st.integers(0, 10_000))
def test_the_loss_limit_is_exact(sent: int, loss: int) -> None:
    least = -(-sent * (10_000 - loss) // 10_000)
    withdrawal = replace(SENT, amount=sent)
    policy = ReturnPolicy(loss, 30)
    assert (least == 0) or match_returned(replace(BACK, amount=least), [withdrawal], PLATFORMS, policy).matches
    assert not match_returned(replace(BACK, amount=least - 1), [withdrawal], PLATFORMS, policy).matches
