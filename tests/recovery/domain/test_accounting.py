"""The books: whatever way a case ends, nothing of it stays in suspense, payable or on the way."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, strategies as st

from recovery.domain import accounting as books
from recovery.domain.accounting import Entry

A, N = "eip155:31337/erc20:0xabc", "eip155:31337/slip44:60"
AMOUNT = st.integers(min_value=1, max_value=2**256 - 1)


def folded(entries: list[Entry]) -> dict[tuple[str, str], int]:
    """Balances of entries."""
    return books.balances((one.debit, one.credit, one.asset, one.amount) for one in entries)


def unsettled(entries: list[Entry]) -> dict[tuple[str, str], int]:
    """What should be nothing and is not."""
    return books.unsettled((one.debit, one.credit, one.asset, one.amount) for one in entries)


@st.composite
def completed(draw: st.DrawFn) -> tuple[list[Entry], int, int, int]:
    """Every way to a refund: rounds that failed and were reversed, then one that went well, of sweep and of refund."""
    gross = draw(AMOUNT)
    net = draw(st.integers(1, gross))
    fee = draw(st.integers(0, gross - net))
    cost = gross - net - fee
    entries = [*books.found("local", A, "log:0@1", gross), *books.identified("local", A, "log:0@2", gross)]
    rounds = iter(range(1, 20))
    for _ in range(draw(st.integers(0, 3))):
        round_ = next(rounds)
        entries += [*books.sweep_sent("local", A, round_, gross), *books.sweep_back("local", A, round_, gross)]
        entries += gas_of(draw, round_)
    entries += [*books.sweep_sent("local", A, next(rounds), gross), *books.swept("local", A, gross, fee, cost)]
    for _ in range(draw(st.integers(0, 3))):
        round_ = next(rounds)
        entries += [*books.refund_sent("local", A, round_, net), *books.refund_back("local", A, round_, net)]
        entries += books.refund_gas("local", N, f"refund@{round_}", draw(st.integers(0, 10**18)))
    last = next(rounds)
    entries += [*books.refund_sent("local", A, last, net), *books.refunded("local", A, last, net)]
    return entries, fee, cost, net


def gas_of(draw: st.DrawFn, round_: int) -> tuple[Entry, ...]:
    """What the chain took in one round."""
    some = st.integers(0, 10**18)
    return books.gas(
        "local", N, f"sweep@{round_}/0", topped_up=draw(some), from_tank=draw(some), from_address=draw(some)
    )


@given(completed())
def test_a_completed_case_owes_nothing_and_earned_exactly_its_quote(
    case: tuple[list[Entry], int, int, int],
) -> None:
    entries, fee, cost, net = case
    assert unsettled(entries) == {}
    totals = folded(entries)
    assert totals.get((books.FEE_INCOME, A), 0) == -fee
    assert totals.get((books.NETWORK_COST_INCOME, A), 0) == -cost
    assert totals.get((books.RECOVERY_WALLET, A), 0) == fee + cost
    assert totals.get((books.CUSTODY_DEPOSIT, A), 0) == 0
    assert net > 0


@given(completed())
def test_every_entry_has_two_sides_an_amount_and_a_name_of_its_own(case: tuple[list[Entry], int, int, int]) -> None:
    entries = case[0]
    assert all(one.debit != one.credit and one.amount > 0 for one in entries)
    assert max(Counter((one.kind, one.leg) for one in entries).values()) == 1
    assert all(sum(total for (_, asset), total in folded(entries).items() if asset == each) == 0 for each in (A, N))


@given(completed(), st.data())
def test_a_case_that_lost_an_entry_of_its_own_asset_is_noticed(
    case: tuple[list[Entry], int, int, int], data: st.DataObject
) -> None:
    entries = [one for one in case[0] if one.asset == A]
    left_out = data.draw(st.sampled_from(range(len(entries))))
    assert unsettled(entries[:left_out] + entries[left_out + 1 :])


@given(AMOUNT, st.booleans())
def test_a_case_that_lets_go_is_settled(amount: int, known: bool) -> None:
    entries = [*books.found("local", A, "1", amount)]
    entries += books.identified("local", A, "1", amount) if known else ()
    entries += books.undone("local", A, "1", held(entries))
    assert unsettled(entries) == {}
    assert set(folded(entries).values()) == {0}


def held(entries: list[Entry]) -> dict[str, int]:
    """The balances of asset A by account."""
    return {account: total for (account, asset), total in folded(entries).items() if asset == A}


@given(AMOUNT, st.data())
def test_a_case_undone_after_its_coins_were_collected_gives_fee_and_cost_back(amount: int, data: st.DataObject) -> None:
    fee = data.draw(st.integers(0, amount))
    cost = data.draw(st.integers(0, amount - fee))
    entries = [
        *books.found("local", A, "1", amount),
        *books.identified("local", A, "1", amount),
        *books.sweep_sent("local", A, 1, amount),
        *books.swept("local", A, amount, fee, cost),
    ]
    entries += books.undone("local", A, "1", held(entries))
    assert set(folded(entries).values()) == {0}
    assert max(Counter((one.kind, one.leg) for one in entries).values()) == 1


def test_nothing_booked_is_nothing_to_undo() -> None:
    assert books.undone("local", A, "1", {}) == ()


@given(AMOUNT)
def test_a_credit_moves_the_debt_to_the_customer_balances(amount: int) -> None:
    entries = [
        *books.found("local", A, "1", amount),
        *books.identified("local", A, "1", amount),
        *books.credited("local", A, "1", amount),
    ]
    assert unsettled(entries) == {}
    assert folded(entries)[books.CUSTOMER_BALANCES, A] == -amount
    assert folded(entries)[books.CUSTODY_DEPOSIT, A] == amount


def test_nothing_is_booked_for_nothing() -> None:
    assert [one.kind for one in books.swept("local", A, 5, 0, 0)] == ["swept"]
    assert books.gas("local", N, "x", topped_up=0, from_tank=0, from_address=0) == ()
