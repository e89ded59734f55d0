"""One case from report to refund, with its books at every stretch."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chains.errors import ArrivesShort, CostNotHeld, Refused
from chains.sending import Served, Step
from recovery.domain.accounting import FEE_INCOME, NETWORK_COST_INCOME, RECOVERY_WALLET, balances
from recovery.domain.actor import SYSTEM
from recovery.domain.chart import LOSS, USER_PAYABLE
from recovery.domain.screening import Gate
from recovery.errors import Conflict
from recovery.jobs import planning
from recovery.queries.facts import latest_quote
from recovery.services import plans
from recovery.services.transitions import lock
from tests.recovery.desk import (
    DEPOSIT,
    GROSS,
    NETWORK,
    TANK,
    TOKEN,
    WALLET,
    Desk,
    find,
    new_hash,
    seen,
    sweep_steps,
    transfer,
)

KEEPS = 10


def test_the_books_of_a_completed_case_are_at_zero_and_the_fee_is_earned(desk: Desk) -> None:
    ref, plan = desk.refund_released()
    desk.record(plan)
    desk.confirm(ref, "refund")
    assert desk.state(ref) == "completed"
    assert desk.unsettled(ref) == {}
    desk.check_history(ref)
    totals = {account: total for (account, asset), total in balances(desk.entries(ref)).items() if "erc20" in asset}
    assert totals[FEE_INCOME] == -GROSS * 5 // 100
    assert totals[RECOVERY_WALLET] == -(totals[FEE_INCOME] + totals[NETWORK_COST_INCOME])


def taxed(desk: Desk) -> str:
    """An accepted case of a token that kept :data:`KEEPS` when it was probed, about to be swept."""
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer()))
    desk.probe(ref, keeps=KEEPS)
    desk.move("maker", ref, "conclude")
    desk.move("maker", ref, "quote")
    desk.accept(ref)
    desk.move("maker", ref, "prepare_sweep")
    return ref


def arriving(amount: int) -> tuple[Step, ...]:
    """Gas and a sweep of everything, of which so much arrives."""
    top_up, sweep = sweep_steps()
    (move,) = sweep.moves
    return top_up, replace(sweep, moves=(replace(move, arrives=amount),), serves=(Served(0, amount),))


def draft(desk: Desk, ref: str, steps: tuple[Step, ...]) -> None:
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        desk._screen(session, case, Gate.SWEEP)
        plans.draft(session, [case], "sweep", NETWORK, steps, prepared_by=desk["maker"].id, destination=WALLET)


@pytest.mark.promise
@pytest.mark.parametrize("keeps", [0, KEEPS - 1, KEEPS, KEEPS + 1])
def test_what_is_owed_is_the_quote_whatever_the_token_keeps_in_the_end(desk: Desk, keeps: int) -> None:
    """Its keeper may change what it keeps, and of several legs at one address it rounds only once."""
    ref = taxed(desk)
    draft(desk, ref, arriving(GROSS - keeps))
    desk.sign_off(ref, "sweep")
    nonce = desk.fresh_nonce()
    desk.record(desk.release(ref, "sweep", {TANK: nonce, DEPOSIT: nonce}))
    desk.confirm(ref, "sweep")
    with desk.database.reading() as session:
        quote = latest_quote(session, find(session, ref).id)
    assert quote is not None
    totals = {account: total for (account, asset), total in balances(desk.entries(ref)).items() if "erc20" in asset}
    assert (-totals[USER_PAYABLE], totals[RECOVERY_WALLET]) == (quote.net, GROSS - keeps)
    assert totals.get(LOSS, 0) == keeps - KEEPS
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    desk.record(desk.release(ref, "refund", {WALLET: desk.fresh_nonce()}))
    desk.confirm(ref, "refund")
    assert (desk.state(ref), desk.unsettled(ref)) == ("completed", {})


@pytest.mark.promise
def test_a_sweep_that_brings_less_than_is_owed_is_not_planned(desk: Desk) -> None:
    """The rest would be paid with other people's coins."""
    ref = taxed(desk)
    with desk.database.reading() as session:
        quote = latest_quote(session, find(session, ref).id)
    assert quote is not None
    with pytest.raises(Conflict, match="sweep_brings_too_little"):
        draft(desk, ref, arriving(quote.net - 1))
    draft(desk, ref, arriving(quote.net))


@pytest.mark.parametrize(("contract", "why"), [(TOKEN, ArrivesShort), (None, CostNotHeld)])
def test_who_plans_such_a_sweep_is_told_why(
    monkeypatch: pytest.MonkeyPatch, contract: str | None, why: type[Refused]
) -> None:
    class Sender:
        def plan_sweep(self, *_: object, **__: object) -> tuple[Step, ...]:
            return arriving(99)

    monkeypatch.setattr(planning, "sender_for", lambda network: Sender())
    due = planning.Due(NETWORK, contract, (), (), WALLET, TANK, (), SYSTEM.id, (), owed=(99,))
    assert len(planning._sweep_steps(due, ())) == 2
    with pytest.raises(why):
        planning._sweep_steps(replace(due, owed=(100,)), ())
