"""A refund that did not stay paid: the case is open again, owes what it paid, pays once more, and the books are right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from chains.sending import Move, Step
from recovery.domain.accounting import PAYOUT_IN_TRANSIT, RECOVERY_WALLET, USER_PAYABLE, balances
from recovery.domain.ids import new_id
from recovery.errors import Conflict, MoveNotOpen
from recovery.models import Alarm, PlanCase, PlanStep, SeenTransfer
from recovery.queries.attempts import mined_step
from recovery.queries.facts import latest_quote
from recovery.queries.ledger import postings_of
from recovery.services import ledger, returns
from recovery.services.transitions import lock
from tests.recovery.desk import DEPOSIT, OUTSIDE, TOKEN, WALLET, Desk, find

ASSET = f"eip155:31337/erc20:{TOKEN.lower()}"


def completed(desk: Desk) -> str:
    """A case whose refund is final."""
    ref, plan = desk.refund_released()
    desk.record(plan)
    desk.confirm(ref, "refund")
    assert desk.state(ref) == "completed"
    return ref


def net(desk: Desk, ref: str) -> int:
    with desk.database.reading() as session:
        quote = latest_quote(session, find(session, ref).id)
        assert quote is not None
        return quote.net


def unsettle(desk: Desk, ref: str) -> None:
    """The chain took the refund back."""
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        returns.unsettle(session, case, f"0xgone{ref}")


def bounce(desk: Desk, ref: str) -> bool:
    """The job's look at what came back; whether it was this case's."""
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        back = returns.bounced(session, case)
        if back is not None:
            returns.bounce(session, case, back)
        return back is not None


def came_back(
    desk: Desk, amount: int, *, sender: str = OUTSIDE, recipient: str = WALLET, block_at: datetime | None = None
) -> None:
    """The scan of whole blocks shows coins that came back, to the recovery wallet or wherever they went."""
    desk.add(
        SeenTransfer(
            id=new_id(), network="local", hash=f"0x{new_id().hex}", position="log:0", sender=sender, recipient=recipient,
            memo=None, contract=TOKEN, amount=amount, height=1, block_hash="0x1", block_at=block_at,
        )
    )  # fmt: skip


@pytest.mark.promise
def test_a_refund_the_chain_took_back_is_sent_again_and_nothing_else_pays(desk: Desk) -> None:
    """The same bytes may still be mined: a second payment with another nonce would pay twice."""
    ref = completed(desk)
    before = balances(desk.entries(ref))
    for _ in range(2):
        unsettle(desk, ref)
        assert (desk.state(ref), desk.case(ref).closed_at) == ("paying", None)
        plan = desk.plan(ref, "refund")
        assert plan is not None
        assert plan.state == "recorded"
        held = balances(desk.entries(ref))
        assert held[PAYOUT_IN_TRANSIT, ASSET] == -net(desk, ref)
        assert held[RECOVERY_WALLET, ASSET] == before[RECOVERY_WALLET, ASSET] + net(desk, ref)
        unsettle(desk, ref)  # seen once more: nothing more
        assert balances(desk.entries(ref)) == held
        with pytest.raises(MoveNotOpen):
            desk.move("lead", ref, "plan_refund_again")
        desk.confirm(ref, "refund")
        assert desk.state(ref) == "completed"
        assert balances(desk.entries(ref)) == before | {(PAYOUT_IN_TRANSIT, ASSET): 0}
    desk.check_history(ref)
    assert desk.unsettled(ref) == {}
    with desk.database.reading() as session:
        assert list(session.scalars(select(Alarm.kind).where(Alarm.subject == ref))) == ["refund_reorganised"]


@pytest.mark.promise
def test_a_corrected_cost_does_not_keep_a_case_closed_whose_refund_is_gone(desk: Desk) -> None:
    ref = completed(desk)
    with desk.database.reading() as session:
        gas = next(row for row in postings_of(session, find(session, ref).id) if row.kind == "gas_from_wallet")
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        wrong = ledger.propose_correction(
            session, desk["clearing"], case, gas.id, "the tank", ("5100", "1190", gas.amount)
        )
        ledger.decide_correction(session, desk["lead"], wrong.id, approve=True)
    with pytest.raises(Conflict, match="already_corrected"), desk.database.unit_of_work() as session:
        ledger.propose_correction(session, desk["clearing"], find(session, ref), gas.id, "again")
    unsettle(desk, ref)
    assert desk.state(ref) == "paying"
    desk.confirm(ref, "refund")
    assert (desk.state(ref), desk.unsettled(ref)) == ("completed", {})
    with desk.database.reading() as session:
        rows = postings_of(session, find(session, ref).id)
    back = next(row for row in rows if row.kind == "refund_not_final")
    with pytest.raises(Conflict, match="already_corrected"), desk.database.unit_of_work() as session:
        assert back.reverses is not None
        ledger.propose_correction(session, desk["clearing"], find(session, ref), back.reverses, "taken back by itself")


@pytest.mark.promise
def test_a_refund_that_came_back_is_owed_again_and_paid_once_more(desk: Desk) -> None:
    ref = completed(desk)
    before = balances(desk.entries(ref))[RECOVERY_WALLET, ASSET]
    assert not bounce(desk, ref)
    came_back(desk, net(desk, ref))
    assert bounce(desk, ref)
    assert desk.state(ref) == "refund_on_hold"
    assert balances(desk.entries(ref))[USER_PAYABLE, ASSET] == -net(desk, ref)
    assert not bounce(desk, ref)
    desk.move("lead", ref, "plan_refund_again")
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    desk.record(desk.release(ref, "refund", {WALLET: desk.fresh_nonce()}))
    desk.confirm(ref, "refund")
    assert desk.state(ref) == "completed"
    assert desk.unsettled(ref) == {}
    assert balances(desk.entries(ref))[RECOVERY_WALLET, ASSET] == before
    with desk.database.reading() as session:
        own = select(PlanCase.state).where(PlanCase.kind == "refund", PlanCase.case_id == find(session, ref).id)
        assert sorted(session.scalars(own)) == ["confirmed", "returned"]


def test_only_exactly_what_was_paid_from_where_it_went_is_a_refund_that_came_back(desk: Desk) -> None:
    ref = completed(desk)
    came_back(desk, net(desk, ref) - 1)
    came_back(desk, net(desk, ref), sender=WALLET)
    came_back(desk, net(desk, ref), block_at=datetime.now(UTC) - timedelta(days=1))
    assert not bounce(desk, ref)
    came_back(desk, net(desk, ref), block_at=datetime.now(UTC))
    assert bounce(desk, ref)


@pytest.mark.promise
def test_who_deposits_what_they_were_paid_is_not_paid_again(desk: Desk) -> None:
    """The same person sends the same coins on to their deposit address with us: another deposit, not the refund."""
    ref = completed(desk)
    came_back(desk, net(desk, ref), recipient=DEPOSIT)
    assert not bounce(desk, ref)
    assert desk.state(ref) == "completed"


@pytest.mark.promise
def test_change_of_our_own_wallet_is_no_refund_that_came_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of outputs the rest goes back to the wallet that pays: so much as a refund once, and that one would be paid again."""
    ref = completed(desk)

    def with_change(session: Session, row: PlanStep) -> Step:
        step = mined_step(session, row)
        return replace(step, moves=(*step.moves, Move(TOKEN, WALLET, WALLET, 7, 7)))

    monkeypatch.setattr(returns, "mined_step", with_change)
    came_back(desk, net(desk, ref), sender=WALLET)
    assert not bounce(desk, ref)
    came_back(desk, net(desk, ref))
    assert bounce(desk, ref)


@pytest.mark.promise
def test_one_movement_that_came_back_counts_for_one_case(desk: Desk) -> None:
    first, second = completed(desk), completed(desk)
    came_back(desk, net(desk, first))
    assert [bounce(desk, ref) for ref in (first, second)] == [True, False]
    assert [desk.state(ref) for ref in (first, second)] == ["refund_on_hold", "completed"]


@pytest.mark.promise
def test_no_other_part_of_a_plan_can_be_undone(desk: Desk) -> None:
    ref = desk.swept()
    with pytest.raises(Exception, match="keeps what was approved"), desk.database.unit_of_work() as session:
        session.execute(text("UPDATE plan_case SET state = 'returned' WHERE kind = 'sweep'"))
    assert desk.state(ref) == "swept"


def test_the_depositor_may_ask_and_nobody_else(desk: Desk) -> None:
    ref = completed(desk)
    closed = desk.case(ref).closed_at
    desk.move("owner", ref, "look_at_refund")
    assert (desk.state(ref), desk.case(ref).closed_at) == ("completed", closed)
    with pytest.raises(Exception, match=r"not_your_role|not_found"):
        desk.move("maker", ref, "look_at_refund")
