"""The books in the database: what it refuses, snapshots equal to the fold, corrections and closings by two people."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from recovery.domain.accounting import Entry, NoSuchRule, balances as books
from recovery.domain.actor import SYSTEM
from recovery.domain.chart import CHART, NAMES
from recovery.domain.ids import new_id
from recovery.domain.reconciliation import Line
from recovery.errors import Conflict, MoveNotOpen, NotAllowed, StepUpNeeded
from recovery.models import Correction, LedgerAccount, LedgerGate, LedgerSnapshot, Plan, Posting, RecoveryCase
from recovery.queries.case_view import case_view, steps_shown
from recovery.queries.facts import current_plan
from recovery.queries.ledger import balances, cases_on, folded, postings_of, trial_balances, unbalanced
from recovery.queries.plan_members import members
from recovery.services import ledger, reconciliation, settling
from recovery.services.reconciliation import Compared
from recovery.services.settling import Ended
from recovery.services.transitions import BooksNotSettled, advance
from tests.recovery.desk import DEPOSIT, GROSS, NETWORK, Desk, find, transfer

ASSET = transfer().asset


@pytest.fixture(autouse=True)
def _people(desk: Desk) -> None:
    desk.person("bookkeeper", "clearing")


def all_postings(session: Session, *, before: datetime | None = None) -> list[Posting]:
    """Every posting there is, as the fold would see them."""
    query = select(Posting)
    return list(session.scalars(query if before is None else query.where(Posting.at < before)))


def post(session: Session, case: RecoveryCase, **values: Any) -> Posting:
    """A posting past all code, as somebody with a database shell would write it."""
    row = {
        "id": new_id(),
        "case_id": case.id,
        "seq": case.version,
        "kind": f"raw-{uuid.uuid4().hex}",
        "leg": "",
        "debit": "1100",
        "credit": "1120",
        "network": "local",
        "asset": ASSET,
        "amount": 5,
    } | values
    session.execute(insert(Posting).values(**row))
    return session.get_one(Posting, row["id"])


def test_the_chart_in_the_database_is_the_one_in_the_code(desk: Desk) -> None:
    with desk.database.reading() as session:
        rows = session.execute(select(LedgerAccount.code, LedgerAccount.name, LedgerAccount.kind)).all()
    assert {tuple(row) for row in rows} == {(one.code, one.name, one.kind) for one in CHART}
    assert len(NAMES) == len(CHART)


def test_a_move_carries_only_what_the_table_gives_for_it(desk: Desk) -> None:
    ref = desk.reviewed()
    stray = Entry("fee", "", "2110", "4100", "local", ASSET, 1)
    with pytest.raises(NoSuchRule), desk.database.unit_of_work() as session:
        advance(session, desk["maker"], find(session, ref), "take", entries=[stray])
    assert desk.state(ref) == "under_review"


def test_nobody_is_paid_more_than_is_owed(desk: Desk) -> None:
    ref = desk.swept()
    with desk.database.reading() as session:
        case = find(session, ref)
        owed = -folded(postings_of(session, case.id))["2110", "local", ASSET]
    with pytest.raises(DatabaseError, match="more is taken from 2110"), desk.database.unit_of_work() as session:
        post(session, find(session, ref), debit="2110", credit="1115", amount=owed + 1)
    with pytest.raises(DatabaseError, match="more is taken from 2110"), desk.database.unit_of_work() as session:
        case = find(session, ref)
        post(session, case, debit="2110", credit="1115", amount=owed)
        post(session, case, debit="2110", credit="1115", amount=1)


def test_two_at_once_cannot_take_the_same_debt(desk: Desk) -> None:
    """Even without the lock that services take."""
    ref = desk.swept()
    with desk.database.reading() as session:
        owed = -folded(postings_of(session, find(session, ref).id))["2110", "local", ASSET]
    ready, done = threading.Barrier(2), []

    def take() -> None:
        try:
            with desk.database.unit_of_work() as session:
                case = find(session, ref)
                ready.wait(10)
                post(session, case, debit="2110", credit="1115", amount=owed)
            done.append(True)
        except DatabaseError:
            done.append(False)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert sorted(done) == [False, True]


def test_raw_sql_closes_no_unsettled_case(desk: Desk) -> None:
    ref = desk.swept()
    for change in ({"closed_at": func.now()}, {"state": "completed"}):
        with pytest.raises(DatabaseError, match="a closed case holds"), desk.database.unit_of_work() as session:
            session.execute(update(RecoveryCase).where(RecoveryCase.ref == ref).values(**change))
    with pytest.raises((DatabaseError, BooksNotSettled)), desk.database.unit_of_work() as session:
        advance(session, SYSTEM, find(session, ref), "freeze_refund")
        session.execute(update(RecoveryCase).where(RecoveryCase.ref == ref).values(closed_at=func.now()))


def test_a_closed_case_stays_settled(desk: Desk, completed: str) -> None:
    with pytest.raises(DatabaseError, match="a closed case holds"), desk.database.unit_of_work() as session:
        post(session, find(session, completed), debit="1115", credit="1120")


@pytest.fixture
def completed(desk: Desk) -> str:
    """A case that was swept and paid out."""
    ref, plan = desk.refund_released()
    desk.record(plan)
    desk.confirm(ref, "refund")
    return ref


def test_a_reversal_is_the_exact_mirror_once(desk: Desk, completed: str) -> None:
    with desk.database.unit_of_work() as session:
        case = find(session, completed)
        original = post(session, case)
        for wrong in ({"amount": 4}, {"debit": "1190"}, {"asset": "other"}, {"network": "other"}):
            with pytest.raises(DatabaseError, match="mirrors"), session.begin_nested():
                post(session, case, **({"debit": "1120", "credit": "1100", "reverses": original.id} | wrong))
        other = find(session, desk.reviewed())
        with pytest.raises(DatabaseError, match="mirrors"), session.begin_nested():
            post(session, other, debit="1120", credit="1100", reverses=original.id)
        post(session, case, debit="1120", credit="1100", reverses=original.id)
        with pytest.raises(DatabaseError, match="uq_posting_reverses"), session.begin_nested():
            post(session, case, debit="1120", credit="1100", reverses=original.id)


def test_dead_plans_are_reversed_by_name(desk: Desk) -> None:
    ref, plan = desk.released(desk.fresh_nonce())
    desk.record(plan)
    desk.bury(ref, "sweep", failed=1)
    with desk.database.reading() as session:
        rows = {row.kind: row for row in postings_of(session, find(session, ref).id)}
    assert rows["sweep_back"].reverses == rows["sweep_sent"].id


# snapshots


def test_a_snapshot_and_what_came_after_is_the_whole_fold(desk: Desk, completed: str) -> None:
    assert completed
    with desk.database.unit_of_work() as session:
        upto = ledger.horizon(session)
    with desk.database.unit_of_work() as session:
        assert ledger.write_snapshot(session, upto)
        assert not ledger.write_snapshot(session, upto)
    desk.swept()
    with desk.database.reading() as session:
        assert session.scalar(select(func.max(LedgerSnapshot.upto))) == upto
        assert balances(session) == folded(all_postings(session))
        assert unbalanced(balances(session)) == []


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(st.integers(1, 3), st.just("snapshot")), min_size=1, max_size=12), st.data())
def test_balances_at_any_moment_are_the_fold_of_that_moment(
    desk: Desk, script: list[int | str], data: st.DataObject
) -> None:
    """Postings carry times in any order; snapshots are taken in between."""
    ref = desk.reviewed()
    moments = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(200)]
    for act in script:
        with desk.database.unit_of_work() as session:
            if act == "snapshot":
                ledger.write_snapshot(session, ledger.horizon(session))
                continue
            case = find(session, ref)
            for _ in range(int(act)):
                accounts = data.draw(st.permutations(["1100", "1120", "1190", "5100"]))
                amount, at = data.draw(st.integers(1, 2**256 - 1)), data.draw(st.sampled_from(moments))
                post(session, case, debit=accounts[0], credit=accounts[1], amount=amount, at=at)
    at = data.draw(st.sampled_from(moments))
    with desk.database.reading() as session:
        assert balances(session) == folded(all_postings(session))
        assert balances(session, at) == folded(all_postings(session, before=at))


def test_a_snapshot_waits_for_whoever_is_posting(desk: Desk) -> None:
    """A posting whose number was given out and that is not committed is neither left out nor forgotten."""
    ref = desk.reviewed()
    posting, may_commit, taken = threading.Event(), threading.Event(), threading.Event()
    told: list[int] = []

    def slow() -> None:
        with desk.database.unit_of_work() as session:
            told.append(post(session, find(session, ref)).number)
            posting.set()
            may_commit.wait(10)

    def snapshot() -> None:
        posting.wait(10)
        with desk.database.unit_of_work() as session:
            upto = ledger.horizon(session)
            ledger.write_snapshot(session, upto)
        told.append(upto)
        taken.set()

    threads = [threading.Thread(target=slow), threading.Thread(target=snapshot)]
    for one in threads:
        one.start()
    assert posting.wait(10)
    assert not taken.wait(0.5)
    may_commit.set()
    for one in threads:
        one.join(20)
    assert told[1] >= told[0]
    with desk.database.reading() as session:
        assert balances(session) == folded(all_postings(session))


def test_writers_and_snapshots_together_lose_nothing(desk: Desk) -> None:
    refs = [desk.reviewed() for _ in range(4)]
    stop = threading.Event()
    failures: list[BaseException] = []

    def write(ref: str) -> None:
        try:
            for _ in range(15):
                with desk.database.unit_of_work() as session:
                    post(session, find(session, ref))
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)

    def snap() -> None:
        while not stop.is_set():
            try:
                with desk.database.unit_of_work() as session:
                    upto = ledger.horizon(session)
                with desk.database.unit_of_work() as session:
                    ledger.write_snapshot(session, upto)
            except BaseException as error:  # noqa: BLE001 - told below
                failures.append(error)

    writers = [threading.Thread(target=write, args=(ref,)) for ref in refs]
    snapper = threading.Thread(target=snap)
    for one in (*writers, snapper):
        one.start()
    for one in writers:
        one.join(60)
    stop.set()
    snapper.join(20)
    assert failures == []
    with desk.database.reading() as session:
        assert balances(session) == folded(all_postings(session))


def test_snapshots_stay_as_they_are(desk: Desk, completed: str) -> None:
    assert completed
    with desk.database.unit_of_work() as session:
        ledger.write_snapshot(session, ledger.horizon(session))
    for statement in (update(LedgerSnapshot).values(postings=0), delete(LedgerSnapshot)):
        with pytest.raises(DatabaseError, match="append-only"), desk.database.unit_of_work() as session:
            session.execute(statement)


# the trial balance


def test_a_trial_balance_balances_and_leads_to_its_cases(desk: Desk) -> None:
    ref = desk.swept()
    with desk.database.reading() as session:
        trials = {(one.network, one.asset): one for one in trial_balances(balances(session))}
        held = cases_on(session, "2110", "local", ASSET)
    token = trials["local", ASSET]
    assert token.debit == token.credit > 0
    assert [line.account for line in token.lines] == sorted(line.account for line in token.lines)
    assert any(one[0] == ref and one[2] < 0 for one in held)


# corrections


def gas_of(desk: Desk, ref: str) -> Posting:
    with desk.database.reading() as session:
        return next(row for row in postings_of(session, find(session, ref).id) if row.kind == "gas_from_wallet")


def propose(
    desk: Desk, ref: str, posting: Posting, instead: tuple[str, str, int] | None = None, by: str = "clearing"
) -> uuid.UUID:
    with desk.database.unit_of_work() as session:
        return ledger.propose_correction(session, desk[by], find(session, ref), posting.id, "counted twice", instead).id


def decide(desk: Desk, correction: uuid.UUID, by: str = "bookkeeper", *, approve: bool = True) -> None:
    with desk.database.unit_of_work() as session:
        ledger.decide_correction(session, desk[by], correction, approve=approve)


def test_a_correction_takes_two_people_and_mirrors(desk: Desk, completed: str) -> None:
    wrong = gas_of(desk, completed)
    correction = propose(desk, completed, wrong, ("5100", "1190", wrong.amount))
    with pytest.raises(Conflict, match="already_corrected"):
        propose(desk, completed, wrong)
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        decide(desk, correction, by="clearing")
    closed = desk.case(completed).closed_at
    decide(desk, correction)
    with pytest.raises(Conflict, match="correction_is_decided"):
        decide(desk, correction)
    assert desk.state(completed) == "completed"
    assert desk.case(completed).closed_at == closed
    with desk.database.reading() as session:
        rows = {row.kind: row for row in postings_of(session, find(session, completed).id)}
    assert rows["corrected"].reverses == wrong.id
    assert (rows["correction"].credit, rows["correction"].amount) == ("1190", wrong.amount)
    desk.check_history(completed)


def test_a_rejected_correction_posts_nothing_and_may_come_again(desk: Desk, completed: str) -> None:
    wrong = gas_of(desk, completed)
    decide(desk, propose(desk, completed, wrong), approve=False)
    with desk.database.reading() as session:
        assert "corrected" not in {row.kind for row in postings_of(session, find(session, completed).id)}
    propose(desk, completed, wrong)


def test_a_correction_cannot_unsettle_a_closed_case(desk: Desk, completed: str) -> None:
    with desk.database.reading() as session:
        fee = next(row for row in postings_of(session, find(session, completed).id) if row.kind == "fee")
    correction = propose(desk, completed, fee)
    with pytest.raises((DatabaseError, BooksNotSettled)):
        decide(desk, correction)
    assert desk.state(completed) == "completed"


@pytest.mark.promise
@pytest.mark.parametrize("kind", ["sweep", "refund"])
def test_a_plan_whose_sending_was_corrected_ends_and_is_not_gone_on_with(desk: Desk, kind: str) -> None:
    """Its end would find its posting reversed already, or book beside what people put there instead."""
    ref, plan = desk.released(desk.fresh_nonce()) if kind == "sweep" else desk.refund_released()
    desk.record(plan)
    desk.freeze(ref, kind)
    with desk.database.reading() as session:
        sent = next(row for row in postings_of(session, find(session, ref).id) if row.kind == f"{kind}_sent")
    decide(desk, propose(desk, ref, sent))
    with pytest.raises(MoveNotOpen, match="sending_stands"):
        desk.move("lead", ref, f"resume_{kind}")
    with desk.database.unit_of_work() as session:
        live = session.get_one(Plan, plan.id)
        for one in members(session, live):
            settling.bury(session, live, one, Ended({}), NETWORK, move="bury")
    assert desk.state(ref) == f"{kind}_on_hold"
    held = dict.fromkeys(("1110", "1115"), 0) | {
        account: total for (account, _), total in books(desk.entries(ref)).items()
    }
    assert held["1110"] == held["1115"] == 0
    desk.move("lead", ref, f"plan_{kind}_again")


def test_who_may_not_correct(desk: Desk, completed: str) -> None:
    wrong = gas_of(desk, completed)
    with pytest.raises(NotAllowed):
        propose(desk, completed, wrong, by="wallet")
    correction = propose(desk, completed, wrong)
    with pytest.raises(NotAllowed):
        decide(desk, correction, by="wallet")
    with pytest.raises(DatabaseError, match="approved_by_another"), desk.database.unit_of_work() as session:
        row = session.get_one(Correction, correction)
        row.state, row.decided_by, row.decided_at = "approved", row.proposed_by, datetime.now(UTC)


# closed months


@pytest.fixture
def gate(desk: Desk) -> Iterator[None]:
    """The gate as it was, afterwards: the months closed here would lock out the other tests' made-up times."""
    yield
    with desk.database.unit_of_work() as session:
        session.execute(text("ALTER TABLE ledger_gate DISABLE TRIGGER ledger_gate_forward"))
        session.execute(update(LedgerGate).values(closed_until=datetime(1970, 1, 1, tzinfo=UTC)))
        session.execute(text("ALTER TABLE ledger_gate ENABLE TRIGGER ledger_gate_forward"))


def test_a_month_is_closed_by_two_people_and_stays_closed(desk: Desk, gate: None) -> None:
    month, inside = "2025-02", datetime(2025, 2, 10, tzinfo=UTC)
    ref = desk.reviewed()
    with desk.database.unit_of_work() as session:
        post(session, find(session, ref), at=inside)
        with pytest.raises(NotAllowed):
            ledger.propose_close(session, desk["wallet"], month)
        with pytest.raises(Conflict, match="month_before_is_open"):
            ledger.propose_close(session, desk["clearing"], "2025-03")
        with pytest.raises(Conflict, match="month_is_not_over"):
            ledger.propose_close(session, desk["clearing"], f"{datetime.now(UTC):%Y-%m}")
        stale = ledger.propose_close(session, desk["clearing"], month)
        assert stale.reconciled[f"local {ASSET}"] == "not_asked"
        post(session, find(session, ref), at=inside)
        period = ledger.propose_close(session, desk["clearing"], month)
        identities = stale.id, stale.digest, period.id, period.digest
    stale_id, stale_digest, period_id, digest = identities
    with desk.database.unit_of_work() as session:
        with pytest.raises(NotAllowed, match="you_prepared_it"):
            ledger.close(session, desk["clearing"], period_id, digest)
        with pytest.raises(Conflict, match="balances_changed"):
            ledger.close(session, desk["bookkeeper"], stale_id, stale_digest)
        with pytest.raises(Conflict, match="balances_changed"):
            ledger.close(session, desk["bookkeeper"], period_id, "0" * 64)
        ledger.close(session, desk["bookkeeper"], period_id, digest)
    with pytest.raises(DatabaseError, match="the books are closed"), desk.database.unit_of_work() as session:
        post(session, find(session, ref), at=inside)
    with pytest.raises(DatabaseError, match="stays closed"), desk.database.unit_of_work() as session:
        session.execute(update(LedgerGate).values(closed_until=inside))
    with pytest.raises(Conflict, match="month_is_closed"), desk.database.unit_of_work() as session:
        ledger.propose_close(session, desk["clearing"], month)
    with desk.database.unit_of_work() as session:
        post(session, find(session, ref))


def test_a_closing_asks_for_a_fresh_sign_in(desk: Desk, gate: None) -> None:
    with desk.database.unit_of_work() as session:
        period = ledger.propose_close(session, desk["clearing"], "2024-12")
        with pytest.raises(StepUpNeeded):
            ledger.close(session, replace(desk["bookkeeper"], stepped_up=False), period.id, period.digest)


def compared(session: Session, *statuses: str, asset: str = ASSET, network: str = "") -> None:
    """A reconciliation in which the lines of an asset came out so."""
    line = Line("local", asset, "wallet", "wallet", "", "as_booked", 1, 1, 1, 0)
    lines = tuple(replace(line, status=status) for status in statuses)
    reconciliation.keep(session, SYSTEM, Compared(lines), network)


@pytest.mark.promise
def test_a_closing_says_of_the_chain_what_was_found_and_not_what_somebody_says(desk: Desk, gate: None) -> None:
    """Of each asset the newest comparison since the month ended counts, and in it the worst line."""
    ref = desk.reviewed()

    def told() -> str:
        with desk.database.unit_of_work() as session:
            return str(ledger.propose_close(session, desk["clearing"], "2024-11").reconciled.get(f"local {ASSET}"))

    with desk.database.unit_of_work() as session:
        post(session, find(session, ref), at=datetime(2024, 11, 10, tzinfo=UTC))
    assert told() == "not_asked"
    for statuses, network, says in (
        (("equal", "explained"), "", "agrees"),
        (("equal", "unknown"), "", "not_asked"),
        (("unexplained", "unknown", "equal"), "", "differs"),
        (("equal",), "ethereum", "differs"),
        (("equal",), "local", "agrees"),
        ((), "local", "not_asked"),
    ):
        with desk.database.unit_of_work() as session:
            compared(session, *statuses, network=network)
        assert told() == says, (statuses, network)


# the depositor's statement


def test_the_statement_of_the_depositor_names_both_transactions(desk: Desk, completed: str) -> None:
    with desk.database.reading() as session:
        told = case_view(session, desk["owner"], find(session, completed)).statement
        refund = current_plan(session, find(session, completed).id, "refund")
        assert refund is not None
        shown = steps_shown(session, refund)
    assert told is not None
    assert told["received"] == {
        "hash": desk.case(completed).hash,
        "amount": GROSS,
        "network": "local",
        "recipient": DEPOSIT,
    }
    assert told["gross"] == told["fee"] + told["network_cost"] + told["net"]
    assert told["hash"] == shown[-1]["hash"]
