"""One case from report to refund, with its books at every stretch."""

from __future__ import annotations

from recovery.domain.accounting import FEE_INCOME, NETWORK_COST_INCOME, RECOVERY_WALLET, balances
from tests.recovery.desk import GROSS, Desk


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
