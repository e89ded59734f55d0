"""Advances: within limits, by two people, from own funds, paid once; paid back by the coins, or written off by two."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from chains.sending import Served
from recovery.domain import verifier
from recovery.domain.accounting import unsettled
from recovery.domain.screening import Gate
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed, RecoveryError
from recovery.models import Advance, Alarm, Plan, PlanCase, Posting, SeenTransfer
from recovery.queries.facts import current_plan, latest_quote, live_advance
from recovery.queries.ledger import folded, postings_of
from recovery.queries.plan_members import members
from recovery.services import advances, export, ledger, plans, returns, settling
from recovery.services.settling import Ended
from recovery.services.transitions import lock
from tests.recovery.desk import (
    DEPOSIT,
    GROSS,
    NETWORK,
    OUTSIDE,
    TANK,
    TOKEN,
    WALLET,
    Desk,
    find,
    refund_steps,
    seen,
    sweep_steps,
    transfer,
)
from tests.recovery.rivals import claim_or_dispute

ASSET = transfer().asset
Held = dict[tuple[str, str, str], int]


@pytest.fixture(autouse=True)
def _house(desk: Desk) -> None:
    desk.person("proposer", "clearing")
    desk.person("lead", "lead")
    desk.person("boss", "lead")


def limit(desk: Desk, per_case: int = GROSS, in_total: int = 10**30, asset: str = ASSET) -> None:
    """A limit in force."""
    with desk.database.unit_of_work() as session:
        made = advances.propose_limit(session, desk["proposer"], "local", asset, per_case=per_case, in_total=in_total)
        advances.approve_limit(session, desk["lead"], "local", asset, made.number)


def proposed(desk: Desk) -> str:
    ref = desk.accepted()
    desk.move("proposer", ref, "propose_advance", reason="a month of waiting is too long")
    return ref


def drafted(desk: Desk) -> tuple[str, Plan]:
    """An advance whose plan is made; what the planning job does once the nodes answered."""
    limit(desk)
    ref = proposed(desk)
    desk.move("lead", ref, "approve_advance")
    return ref, draft(desk, ref)


def draft(desk: Desk, ref: str) -> Plan:
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        desk._screen(session, case, Gate.PAY)
        quote, live = latest_quote(session, case.id), live_advance(session, case.id)
        assert quote is not None
        assert live is not None
        steps = refund_steps(live.amount, str(quote.destination))
        to = str(quote.destination)
        return plans.draft(session, [case], "refund", NETWORK, steps, prepared_by=live.proposed_by, destination=to)


def released(desk: Desk) -> tuple[str, Plan]:
    ref, _ = drafted(desk)
    desk.sign_off(ref, "refund")
    return ref, desk.release(ref, "refund", {WALLET: desk.fresh_nonce()})


def paid(desk: Desk) -> str:
    ref, plan = released(desk)
    desk.record(plan)
    desk.confirm(ref, "refund")
    return ref


def held(desk: Desk, ref: str) -> Held:
    with desk.database.reading() as session:
        return folded(postings_of(session, find(session, ref).id))


def sweep(desk: Desk, ref: str) -> None:
    desk.drafted(ref)
    desk.sign_off(ref, "sweep")
    nonce = desk.fresh_nonce()
    desk.record(desk.release(ref, "sweep", {TANK: nonce, DEPOSIT: nonce}))
    desk.confirm(ref, "sweep")


def test_the_coins_pay_the_advance_back_and_nobody_is_paid_twice(desk: Desk) -> None:
    ref = paid(desk)
    assert desk.state(ref) == "accepted"
    now = held(desk, ref)
    net = now["1300", "local", ASSET]
    assert now["1310", "local", ASSET] == now["2300", "local", ASSET] == -net
    assert now["2110", "local", ASSET] == net - GROSS
    sweep(desk, ref)
    assert desk.state(ref) == "swept"
    with pytest.raises((Conflict, RecoveryError)):
        desk.draft(ref, "refund")
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        assert advances.repay(session, case)
    assert desk.state(ref) == "completed"
    with desk.database.reading() as session:
        case = find(session, ref)
        rows = postings_of(session, case.id)
        assert unsettled((row.debit, row.credit, row.asset, row.amount) for row in rows) == {}
        assert [row.kind for row in rows].count("refund_sent") == 1
        count = select(func.count()).select_from(PlanCase).where(PlanCase.case_id == case.id, PlanCase.kind == "refund")
        assert session.scalar(count) == 1
    desk.check_history(ref)


@pytest.mark.promise
def test_an_advance_that_did_not_stay_paid_is_for_people(desk: Desk) -> None:
    """The coins are in own funds' wallet or gone, not in the recovery wallet: nothing is booked or paid as if they were."""
    ref = paid(desk)
    net = held(desk, ref)["1300", "local", ASSET]
    sweep(desk, ref)
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        assert advances.repay(session, case)
    now = held(desk, ref)
    desk.add(
        SeenTransfer(
            id=uuid.uuid4(), network="local", hash="0xback", position="log:0", sender=OUTSIDE, recipient=WALLET,
            memo=None, contract=TOKEN, amount=net, height=1, block_hash="0x1",
        )
    )  # fmt: skip
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        back = returns.bounced(session, case)
        assert back is not None
        returns.bounce(session, case, back)
        returns.unsettle(session, case, "0xgone")
    assert (desk.state(ref), held(desk, ref)) == ("completed", now)
    with desk.database.reading() as session:
        assert list(session.scalars(select(Alarm.kind).where(Alarm.subject == ref))) == ["advance_not_settled"]


def test_there_is_no_advance_without_a_limit_nor_above_it(desk: Desk) -> None:
    ref = proposed(desk)
    limit(desk, per_case=1)
    with pytest.raises(Conflict, match="advance_over_limit"):
        desk.move("lead", ref, "approve_advance")
    limit(desk, in_total=GROSS)
    with desk.database.reading() as session:
        taken = session.scalar(select(func.count()).select_from(Advance).where(Advance.state.in_(("approved", "paid"))))
    if not taken:
        desk.move("lead", ref, "approve_advance")
    with pytest.raises(Conflict, match="advances_over_total"):
        desk.move("lead", proposed(desk), "approve_advance")
    limit(desk)


def test_two_approved_at_once_stay_within_the_total(desk: Desk) -> None:
    refs = [proposed(desk), proposed(desk)]
    with desk.database.reading() as session:
        open_now = sum(session.scalars(select(Advance.amount).where(Advance.state.in_(("approved", "paid")))))
    limit(desk, in_total=open_now + GROSS)
    ready, done = threading.Barrier(2), []

    def go(ref: str) -> None:
        ready.wait(10)
        try:
            desk.move("lead", ref, "approve_advance")
            done.append("approved")
        except Conflict as error:
            done.append(error.detail)

    threads = [threading.Thread(target=go, args=(ref,)) for ref in refs]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert sorted(done) == ["advances_over_total", "approved"]
    limit(desk)


def test_who_prepared_or_proposed_does_not_approve(desk: Desk) -> None:
    limit(desk)
    ref = desk.accepted()
    with pytest.raises(NotAllowed):
        desk.move("maker", ref, "propose_advance", reason="x")
    desk.move("proposer", ref, "propose_advance", reason="x")
    with pytest.raises(NotAllowed):
        desk.move("proposer", ref, "approve_advance")
    desk.move("lead", ref, "approve_advance")
    plan = draft(desk, ref)
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        desk.move("proposer", ref, "approve_refund_clearing", digest=plan.digest)


def test_a_limit_takes_two_people(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        made = advances.propose_limit(session, desk["lead"], "local", "other", per_case=1, in_total=2)
        with pytest.raises(NotAllowed, match="you_prepared_it"):
            advances.approve_limit(session, desk["lead"], "local", "other", made.number)
        with pytest.raises(NotAllowed, match="not_your_role"):
            advances.approve_limit(session, desk["proposer"], "local", "other", made.number)
        with pytest.raises(InvalidInput):
            advances.propose_limit(session, desk["lead"], "local", "other", per_case=3, in_total=2)
        advances.approve_limit(session, desk["boss"], "local", "other", made.number)
        with pytest.raises(Conflict, match="limit_is_in_force"):
            advances.approve_limit(session, desk["boss"], "local", "other", made.number)


def test_a_dead_advance_is_reversed_and_can_be_dropped_or_planned_again(desk: Desk) -> None:
    ref, plan = released(desk)
    desk.record(plan)
    desk.bury(ref, "refund", failed=0)
    now = held(desk, ref)
    assert not {key for key in now if key[0] in ("1300", "2300", "1115")}
    desk.move("boss", ref, "plan_advance_again")
    draft(desk, ref)
    desk.move("wallet", ref, "reject_refund", reason="not today")
    desk.move("boss", ref, "drop_advance", reason="the coins come first")
    assert desk.state(ref) == "accepted"
    sweep(desk, ref)
    desk.draft(ref, "refund")
    assert desk.state(ref) == "refund_sign_off"


@pytest.mark.promise
def test_an_advance_proven_dead_while_it_was_stopped_is_reversed_too(desk: Desk) -> None:
    ref, plan = released(desk)
    desk.record(plan)
    desk.freeze(ref, "refund")
    desk.move("boss", ref, "prove_refund_dead")
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        stored = session.get_one(Plan, plan.id)
        (one,) = members(session, stored)
        settling.bury(session, stored, one, Ended({}), NETWORK, move="bury")
    assert not {key for key in held(desk, ref) if key[0] in ("1300", "2300", "1115")}
    desk.move("boss", ref, "drop_advance", reason="the coins come first")
    assert desk.state(ref) == "accepted"


def test_what_was_never_advanced_does_not_count_after_its_case_has_ended(desk: Desk) -> None:
    """Else cases that ended in a dispute would use the limit up for ever."""
    limit(desk)
    ref = proposed(desk)
    desk.move("lead", ref, "approve_advance")
    tx = seen(desk.case(ref).hash, transfer())
    claim_or_dispute(desk, desk.open(tx.hash, by="stranger"), tx)
    desk.person("judge", "lead")
    desk.move("judge", ref, "lose_dispute", reason="not theirs")
    assert desk.state(ref) == "declined"
    with desk.database.reading() as session:
        mine = select(Advance.state).where(Advance.case_id == find(session, ref).id)
        assert list(session.scalars(mine)) == ["dropped"]


def test_after_an_advance_the_case_cannot_end_by_itself(desk: Desk) -> None:
    ref = paid(desk)
    with pytest.raises(MoveNotOpen, match="nothing_was_advanced"):
        desk.move("owner", ref, "give_up")
    with pytest.raises(MoveNotOpen, match="nothing_was_advanced"):
        desk.move("proposer", ref, "propose_advance", reason="again")


def test_an_advance_whose_coins_never_come_is_written_off_by_two(desk: Desk) -> None:
    ref = paid(desk)
    amount = held(desk, ref)["1300", "local", ASSET]
    with pytest.raises(MoveNotOpen, match="write_off_is_proposed"):
        desk.move("boss", ref, "approve_write_off")
    desk.move("clearing", ref, "propose_write_off", reason="the contract was paused for good")
    desk.move("boss", ref, "approve_write_off")
    assert desk.state(ref) == "completed"
    now = held(desk, ref)
    assert now["5190", "local", ASSET] == amount
    assert now["1310", "local", ASSET] == -amount
    assert ("1100", "local", ASSET) not in now
    desk.check_history(ref)


def test_an_advance_is_booked_once_whatever_is_repeated(desk: Desk) -> None:
    ref, plan = released(desk)
    desk.record(plan)
    desk.record(plan)
    with desk.database.reading() as session:
        case = find(session, ref)
        rows = session.scalars(select(Posting.kind).where(Posting.case_id == case.id)).all()
        live = current_plan(session, case.id, "refund")
    assert rows.count("advance_sent") == rows.count("refund_sent") == 1
    assert live is not None
    assert isinstance(live.id, uuid.UUID)


def test_an_export_of_advances_proves_itself(desk: Desk, tmp_path: Path) -> None:
    """The verifier, which knows only the tables, finds the history of an advance paid back and of one given up fine."""
    repaid, lost = paid(desk), paid(desk)
    sweep(desk, repaid)
    with desk.database.unit_of_work() as session:
        case = find(session, repaid)
        lock(session, case)
        advances.repay(session, case)
    desk.move("clearing", lost, "propose_write_off", reason="paused for good")
    desk.move("boss", lost, "approve_write_off")
    with desk.database.reading() as session:
        wrong = next(row for row in postings_of(session, find(session, repaid).id) if row.kind == "gas_from_own_funds")
    with desk.database.unit_of_work() as session:
        found = ledger.propose_correction(session, desk["clearing"], find(session, repaid), wrong.id, "not ours")
        correction = found.id
    with desk.database.unit_of_work() as session:
        ledger.decide_correction(session, desk["proposer"], correction, approve=True)
    auditor, now = desk.person("auditor", "auditor"), datetime.now(UTC)
    day = timedelta(days=1)
    path = tmp_path / "bundle.zip"
    with desk.database.reading() as session:
        about = {"start": now - day, "end": now + day, "form": "bundle", "path": path, "home": tmp_path}
        export.export_file(session, auditor, **about)
    assert [str(problem) for problem in verifier.verify(path).problems] == []


def test_an_advance_that_another_transaction_overtook_is_buried_and_reversed(desk: Desk) -> None:
    ref, plan = released(desk)
    desk.record(plan)
    desk.freeze(ref, "refund")
    assert desk.state(ref) == "refund_on_hold"
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        live = current_plan(session, case.id, "refund")
        assert live is not None
        for one in members(session, live):
            settling.bury(session, live, one, Ended({}), NETWORK, move="bury")
    assert not {key for key in held(desk, ref) if key[0] in ("1115", "1300", "2300")}
    desk.move("boss", ref, "drop_advance", reason="the coins come first")
    assert desk.state(ref) == "accepted"
    desk.check_history(ref)


def test_coins_that_bring_less_than_was_advanced_are_collected_all_the_same(desk: Desk) -> None:
    """Nobody is paid after them: own funds bear what is missing."""
    ref = paid(desk)
    net = held(desk, ref)["1300", "local", ASSET]
    desk.move("maker", ref, "prepare_sweep")
    top_up, step = sweep_steps()
    (move,) = step.moves
    short = replace(step, moves=(replace(move, arrives=net - 1),), serves=(Served(0, net - 1),))
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        desk._screen(session, case, Gate.SWEEP)
        to = {"prepared_by": desk["maker"].id, "destination": WALLET}
        plans.draft(session, [case], "sweep", NETWORK, (top_up, short), **to)
    desk.sign_off(ref, "sweep")
    nonce = desk.fresh_nonce()
    desk.record(desk.release(ref, "sweep", {TANK: nonce, DEPOSIT: nonce}))
    desk.confirm(ref, "sweep")
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        assert advances.repay(session, case)
    now = held(desk, ref)
    assert (desk.state(ref), desk.unsettled(ref)) == ("completed", {})
    assert (now["1120", "local", ASSET], now["5190", "local", ASSET]) == (net - 1, GROSS - net + 1)
