"""What the database refuses by itself, whatever a program tries: the second wall behind every promise."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from recovery.domain.ids import new_id
from recovery.errors import Conflict
from recovery.models import Claim, Plan, PlanCase, PlanInput, PlanStep, Posting, Quote, RecoveryCase, SignOff
from recovery.queries.facts import latest_quote, open_claim
from tests.recovery.desk import TANK, Desk, find

pytestmark = pytest.mark.promise


def copy(row: Any, **changes: Any) -> Any:
    """The same row again, with changes."""
    values = {column.name: getattr(row, column.name) for column in row.__table__.columns}
    return type(row)(**values | changes)


def refused(desk: Desk, statement: str, **values: Any) -> None:
    """A statement by somebody with a database console; it must fail."""
    with pytest.raises(IntegrityError), desk.database.unit_of_work() as session:
        session.execute(text(statement), values)


def sign_off(plan: Plan, stage: str, approver: Any, **changes: Any) -> SignOff:
    """An approval as a row."""
    values = {"plan_id": plan.id, "stage": stage, "digest": plan.digest, "preparer_id": plan.prepared_by}
    return SignOff(**values | {"approver_id": approver} | changes)


def test_nobody_approves_what_they_prepared(desk: Desk) -> None:
    plan = desk.plan(desk.drafted(), "sweep")
    assert plan is not None
    with pytest.raises(IntegrityError, match="not_by_the_preparer"):
        desk.add(sign_off(plan, "wallet", plan.prepared_by))
    with pytest.raises(IntegrityError, match="fk_sign_off_plan"):
        desk.add(sign_off(plan, "wallet", plan.prepared_by, preparer_id=desk["lead"].id))
    with pytest.raises(IntegrityError, match="fk_sign_off_plan"):
        desk.add(sign_off(plan, "wallet", desk["wallet"].id, digest="0" * 64))


def test_nobody_approves_twice_and_nobody_without_a_trace(desk: Desk) -> None:
    ref = desk.drafted()
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    desk.move("both", ref, "approve_sweep_wallet", digest=plan.digest)
    with pytest.raises(Conflict):
        desk.add(sign_off(plan, "clearing", desk["both"].id))
    with pytest.raises(IntegrityError, match="the history knows nothing"):
        desk.add(sign_off(plan, "clearing", desk["clearing"].id))


def quote_of(session: Session, ref: str) -> Quote:
    """The last quote."""
    quote = latest_quote(session, find(session, ref).id)
    assert quote is not None
    return quote


def test_a_case_accepts_one_quote_and_offers_one(desk: Desk) -> None:
    accepted, offered = desk.accepted(), desk.quoted()
    for ref in (accepted, offered):
        with pytest.raises(Conflict), desk.database.unit_of_work() as session:
            session.add(copy(quote_of(session, ref), id=new_id(), number=2))


def test_a_quote_adds_up_and_leaves_something(desk: Desk) -> None:
    ref = desk.quoted()
    for change in ({"fee": 0}, {"net": 0, "fee": 10**21, "network_cost": 0}):
        with pytest.raises(IntegrityError), desk.database.unit_of_work() as session:
            session.add(copy(quote_of(session, ref), id=new_id(), number=2, state="superseded", **change))


@pytest.mark.parametrize(
    "change",
    [
        "gross = gross + 1, net = net + 1", "fee = 0, net = net + fee", "digest = repeat('0', 64)", "lines = '[]'",
        "expires_at = now()", "asset = 'x'", "policy_version = policy_version + 0, number = 7",
        "contract = '0x'", "symbol = 'USDT'", "decimals = 6",
    ],
)  # fmt: skip
def test_a_quote_keeps_its_terms(desk: Desk, change: str) -> None:
    case = desk.case(desk.quoted())
    refused(desk, f"UPDATE quote SET {change} WHERE case_id = :case", case=case.id)


def test_an_accepted_quote_keeps_its_destination_and_stays_accepted(desk: Desk) -> None:
    case = desk.case(desk.accepted())
    refused(desk, "UPDATE quote SET destination = '0x' WHERE case_id = :case", case=case.id)
    refused(
        desk,
        "UPDATE quote SET state = 'superseded', accepted_at = NULL, destination = NULL WHERE case_id = :case",
        case=case.id,
    )
    refused(desk, "DELETE FROM quote WHERE case_id = :case", case=case.id)


def test_a_leg_has_one_live_claim(desk: Desk) -> None:
    ref, other = desk.reviewed(), desk.reviewed()
    with desk.database.reading() as session:
        claim = open_claim(session, find(session, ref).id)
    with pytest.raises(Conflict):
        desk.add(copy(claim, id=new_id(), case_id=desk.case(other).id))


def test_a_claim_is_let_go_and_otherwise_never_changed(desk: Desk) -> None:
    case = desk.case(desk.reviewed())
    for change in ("amount = amount + 1", "recipient = '0x'", "position = 'log:9'", "hash = '0x'", "contract = NULL"):
        refused(desk, f"UPDATE claim SET {change} WHERE case_id = :case", case=case.id)
    refused(desk, "DELETE FROM claim WHERE case_id = :case", case=case.id)
    desk.move("owner", case.ref, "give_up")
    refused(desk, "UPDATE claim SET released_at = NULL WHERE case_id = :case", case=case.id)


@pytest.mark.parametrize("table", ["case_event", "posting", "diagnosis", "handled_request", "message", "sign_off"])
def test_what_happened_is_never_rewritten(desk: Desk, table: str) -> None:
    ref = desk.drafted()
    desk.sign_off(ref, "sweep", "wallet")
    desk.open("0x" + "e" * 64, message="hello")
    column = {"case_event": "name", "posting": "kind", "diagnosis": "cause", "message": "body", "sign_off": "stage"}
    refused(desk, f"UPDATE {table} SET {column.get(table, 'fingerprint')} = 'x'")
    refused(desk, f"DELETE FROM {table}")
    with pytest.raises(IntegrityError), desk.database.unit_of_work() as session:
        session.execute(text(f"TRUNCATE {table} CASCADE"))


@pytest.mark.parametrize("change", ["payload = '{}'", "digest = repeat('0', 64)", "kind = 'refund'", "network = 'x'"])
def test_a_plan_keeps_its_payload(desk: Desk, change: str) -> None:
    plan = desk.plan(desk.drafted(), "sweep")
    assert plan is not None
    refused(desk, f"UPDATE plan SET {change} WHERE id = :plan", plan=plan.id)
    refused(desk, "DELETE FROM plan WHERE id = :plan", plan=plan.id)


@pytest.mark.parametrize(
    "change", ["amount = 1", "arrives = 1", "place = 5", "round = 9", "kind = 'refund'", "quote_id = gen_random_uuid()"]
)
def test_a_part_of_a_plan_keeps_what_was_approved(desk: Desk, change: str) -> None:
    case = desk.case(desk.drafted())
    refused(desk, f"UPDATE plan_case SET {change} WHERE case_id = :case", case=case.id)
    refused(desk, "DELETE FROM plan_case WHERE case_id = :case", case=case.id)
    desk.move("wallet", case.ref, "reject_sweep", reason="no")
    refused(desk, "UPDATE plan_case SET state = 'open' WHERE case_id = :case", case=case.id)


def test_an_output_is_promised_once(desk: Desk) -> None:
    first, second = (desk.plan(desk.drafted(), "sweep") for _ in range(2))
    assert first is not None
    assert second is not None
    desk.add(PlanInput(plan_id=first.id, outpoint="ab:0", network="local", held=True))
    with pytest.raises(Conflict):
        desk.add(PlanInput(plan_id=second.id, outpoint="ab:0", network="local", held=True))
    refused(desk, "DELETE FROM plan_input")


def test_a_step_keeps_its_nonce_and_its_signed_bytes(desk: Desk) -> None:
    _, plan = desk.released(desk.fresh_nonce())
    for change in ("nonce = nonce + 1", "sender = '0x'", "unsigned = '{}'"):
        refused(desk, f"UPDATE plan_step SET {change} WHERE plan_id = :plan", plan=plan.id)
    desk.record(plan)
    for change in ("signed = '0x02'", "signed = NULL, hash = NULL", "hash = 'x'"):
        refused(desk, f"UPDATE plan_step SET {change} WHERE plan_id = :plan AND index = 0", plan=plan.id)
    refused(desk, "DELETE FROM plan_step WHERE plan_id = :plan", plan=plan.id)


def test_a_nonce_is_promised_once(desk: Desk) -> None:
    nonce = desk.fresh_nonce()
    _, first = desk.released(nonce)
    other = desk.plan(desk.drafted(), "sweep")
    assert other is not None
    with desk.database.reading() as session:
        step = session.get_one(PlanStep, (first.id, 0))
    assert (step.sender, step.nonce) == (TANK, nonce)
    with pytest.raises(Conflict):
        desk.add(copy(step, plan_id=other.id))


def test_a_case_has_one_plan_of_a_kind_that_could_pay(desk: Desk) -> None:
    case, other = desk.case(desk.drafted()), desk.plan(desk.drafted(), "sweep")
    assert other is not None
    with desk.database.reading() as session:
        part = session.scalars(select(PlanCase).where(PlanCase.case_id == case.id)).one()
    with pytest.raises(Conflict):
        desk.add(copy(part, plan_id=other.id, place=1, round=9))


def posting_of(desk: Desk, ref: str) -> Posting:
    """The one booking of a case just found."""
    with desk.database.reading() as session:
        return session.scalars(select(Posting).where(Posting.case_id == desk.case(ref).id)).one()


@pytest.mark.parametrize("change", [{"amount": 0}, {"debit": "2100"}, {"debit": "9999"}, {"seq": 99}])
def test_a_posting_moves_something_between_two_accounts_because_of_an_event(desk: Desk, change: dict[str, Any]) -> None:
    found = posting_of(desk, desk.reviewed())
    with pytest.raises(IntegrityError):
        desk.add(copy(found, id=new_id(), kind="again", **change))


def test_the_same_booking_is_made_once_a_case(desk: Desk) -> None:
    found = posting_of(desk, desk.reviewed())
    with pytest.raises(Conflict):
        desk.add(copy(found, id=new_id()))


@pytest.mark.parametrize("amount", [-1, 2**256, 1.5, True, "1"])
def test_an_amount_is_a_whole_number_of_base_units(desk: Desk, amount: Any) -> None:
    with pytest.raises(StatementError), desk.database.unit_of_work() as session:
        session.add(Claim(id=new_id(), case_id=new_id(), network="local", hash="x", position="p", amount=amount))


def test_the_largest_amount_is_kept_to_the_unit(desk: Desk) -> None:
    case = desk.case(desk.reviewed())
    claim = Claim(
        id=new_id(), case_id=case.id, network="local", hash="0xlarge", position="log:0", asset="a", recipient="r",
        amount=2**256 - 1,
    )  # fmt: skip
    desk.add(claim)
    with desk.database.reading() as session:
        assert session.get_one(Claim, claim.id).amount == 2**256 - 1


def test_one_open_case_of_a_depositor_for_a_hash(desk: Desk) -> None:
    case = desk.case(desk.reviewed())
    with pytest.raises(Conflict):
        desk.add(copy(case, id=new_id(), ref="RC-other"))


def test_a_history_has_one_event_of_a_number(desk: Desk) -> None:
    ref = desk.reviewed()
    event = desk.events(ref)[-1]
    with pytest.raises(Conflict):
        desk.add(copy(event, id=new_id()))


def test_a_case_is_not_deleted(desk: Desk) -> None:
    with desk.database.reading() as session:
        assert session.get(RecoveryCase, desk.case(desk.reviewed()).id)
    refused(desk, "DELETE FROM recovery_case")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE fee_policy SET document = '{}'",
        "UPDATE fee_policy SET effective_from = now()",
        "UPDATE fee_trial SET changed = 7",
        "DELETE FROM fee_trial",
        "TRUNCATE fee_trial",
        "UPDATE fee_policy SET drafted_by = activated_by, activated_by = drafted_by",
        "UPDATE fee_policy SET activated_at = now()",
        "DELETE FROM fee_policy",
        "TRUNCATE fee_policy CASCADE",
    ],
)
def test_a_fee_policy_in_force_keeps_its_rules(desk: Desk, change: str) -> None:
    refused(desk, change)
