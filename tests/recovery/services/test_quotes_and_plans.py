"""Quotes and plans: what was seen is what is accepted, what was approved is what is signed, and one plan is out at a time."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from recovery.domain.ids import new_id
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed, NotFound
from recovery.models import Plan, PlanCase, PlanStep, SignOff
from recovery.queries.facts import latest_quote
from tests.recovery.desk import (
    COST,
    DEPOSIT,
    GROSS,
    LISTED,
    OUTSIDE,
    TANK,
    TOKEN,
    WALLET,
    Desk,
    find,
    sign,
)


def test_the_quote_adds_up_and_keeps_what_it_was_made_from(desk: Desk) -> None:
    ref = desk.quoted()
    with desk.database.reading() as session:
        quote = latest_quote(session, find(session, ref).id)
    assert quote is not None
    assert (quote.gross, quote.fee, quote.network_cost) == (GROSS, GROSS // 20, COST * 2)
    assert quote.net == GROSS - quote.fee - quote.network_cost


def test_an_expired_quote_is_not_accepted_and_is_ended_by_its_clock(desk: Desk) -> None:
    ref = desk.quoted()
    desk.shorten(ref, -0.000001)
    with pytest.raises(MoveNotOpen, match="quote_is_open"):
        desk.accept(ref)
    assert desk.expire(ref) is None
    assert desk.state(ref) == "investigated"
    desk.move("maker", ref, "quote")
    desk.accept(ref)
    assert desk.state(ref) == "accepted"


def test_a_quote_in_time_is_not_ended(desk: Desk) -> None:
    ref = desk.quoted()
    left = desk.expire(ref)
    assert left is not None
    assert 0 < left <= 72 * 3600
    assert desk.state(ref) == "quoted"


def test_an_older_quote_is_not_accepted(desk: Desk) -> None:
    ref = desk.quoted()
    stale = desk.quote_digest(ref)
    desk.move("maker", ref, "withdraw_quote")
    desk.move("maker", ref, "quote")
    assert desk.quote_digest(ref) != stale
    with pytest.raises(Conflict, match="quote_changed"):
        desk.move("owner", ref, "accept", destination=OUTSIDE, quote_digest=stale)


@pytest.mark.parametrize(
    ("destination", "why"),
    [
        ("", "address_empty"),
        ("hello", "address_not_hex_address"),
        (OUTSIDE[:-1], "address_wrong_length"),
        (OUTSIDE.replace("A11cE", "a11Ce"), "address_bad_checksum"),
        ("0x" + "0" * 40, "address_zero_address"),
        ("\x00", "address_not_hex_address"),
        (TOKEN, "destination_cannot_receive"),
        (TOKEN.lower(), "destination_cannot_receive"),
        (DEPOSIT, "destination_is_ours"),
        (WALLET.lower(), "destination_not_usable"),
        (TANK.upper().replace("X", "x"), "destination_not_usable"),
    ],
)
def test_a_refund_goes_where_it_can_arrive(desk: Desk, destination: str, why: str) -> None:
    ref = desk.quoted()
    with pytest.raises(InvalidInput) as refused:
        desk.accept(ref, destination)
    assert refused.value.fields == {"destination": [why]}
    assert desk.state(ref) == "quoted"


def test_only_the_owner_accepts(desk: Desk) -> None:
    ref = desk.quoted()
    with pytest.raises(NotFound):
        desk.move("stranger", ref, "accept", destination=OUTSIDE, quote_digest=desk.quote_digest(ref))
    with pytest.raises(NotAllowed):
        desk.move("lead", ref, "accept", destination=OUTSIDE, quote_digest=desk.quote_digest(ref))


# signatures


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("to", {"to": LISTED}),
        ("value", {"value": 1}),
        ("data", {"data": "0x"}),
        ("gas", {"gas": 60_001}),
        ("max_fee_per_gas", {"maxFeePerGas": 2 * 10**9 + 1}),
        ("max_priority_fee_per_gas", {"maxPriorityFeePerGas": 1}),
        ("nonce", {"nonce": 10**9}),
        ("chain_id", {"chainId": 1}),
        ("sender", {"by": WALLET}),
    ],
)
def test_signed_bytes_that_differ_in_one_field_are_refused_naming_it(
    desk: Desk, field: str, change: dict[str, Any]
) -> None:
    ref, plan = desk.released(desk.fresh_nonce())
    top_up, sweep = desk.steps(plan)
    with pytest.raises(InvalidInput, match="signed_differs_from_plan") as refused:
        desk.record(plan, [sign(top_up), sign(sweep, **change)])
    assert (refused.value.values["differing"], refused.value.values["index"]) == (field, 1)
    assert desk.state(ref) == "sweeping"
    assert not any(kind == "1110" for kind, _, _, _ in desk.entries(ref))


def test_each_step_is_signed_in_its_place(desk: Desk) -> None:
    _, plan = desk.released(desk.fresh_nonce())
    signed = [sign(step) for step in desk.steps(plan)]
    for wrong in ([], signed[:1], [*signed, signed[0]]):
        with pytest.raises(InvalidInput, match="signed_count_differs"):
            desk.record(plan, wrong)
    with pytest.raises(InvalidInput, match="signed_differs_from_plan"):
        desk.record(plan, signed[::-1])
    for wrong in ("", "0x", "0x02", "hello", signed[0][:-2], signed[0] + "00", "\ud800"):
        with pytest.raises(InvalidInput):
            desk.record(plan, [wrong, signed[1]])


def test_the_same_bytes_may_come_again_and_others_never(desk: Desk) -> None:
    ref, plan = desk.released(desk.fresh_nonce())
    top_up, sweep = desk.steps(plan)
    desk.record(plan, key=f"{ref} once")
    version = desk.case(ref).version
    desk.record(plan, key=f"{ref} once")
    desk.record(plan)
    assert desk.case(ref).version == version
    other = sign(sweep, maxFeePerGas=int(sweep.body["max_fee_per_gas"]))
    desk.record(plan, [sign(top_up), other])  # the same bytes, made again
    with pytest.raises(InvalidInput, match="signed_differs_from_plan"):
        desk.record(plan, [sign(top_up), sign(sweep, gas=70_000)])
    assert desk.case(ref).version == version


@pytest.mark.parametrize("who", ["maker", "clearing", "lead", "admin", "auditor", "owner"])
def test_only_the_signer_or_the_wallet_team_hands_in_signatures(desk: Desk, who: str) -> None:
    _, plan = desk.released(desk.fresh_nonce())
    with pytest.raises(NotAllowed):
        desk.record(plan, by=who)


def test_who_prepared_may_not_hand_in_signatures(desk: Desk) -> None:
    ref = desk.accepted()
    desk.move("maker_and_wallet", ref, "prepare_sweep")
    desk.draft(ref, "sweep", by="maker_and_wallet")
    desk.sign_off(ref, "sweep")
    nonce = desk.fresh_nonce()
    plan = desk.release(ref, "sweep", {TANK: nonce, DEPOSIT: nonce})
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        desk.record(plan, by="maker_and_wallet")


def test_a_drafted_or_unknown_plan_takes_no_signatures(desk: Desk) -> None:
    ref = desk.drafted()
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    with pytest.raises((Conflict, InvalidInput)):
        desk.record(plan, [])
    plan.id = new_id()
    with pytest.raises(NotFound):
        desk.record(plan, [])


# release


def test_a_plan_is_released_only_when_both_teams_signed(desk: Desk) -> None:
    ref = desk.drafted()
    for team in ("wallet", "clearing"):
        assert desk.release(ref, "sweep").state == "drafted"
        desk.sign_off(ref, "sweep", team)
    nonce = desk.fresh_nonce()
    assert desk.release(ref, "sweep", {TANK: nonce, DEPOSIT: nonce}).state == "released"


def test_a_rejected_plan_takes_its_approvals_with_it(desk: Desk) -> None:
    ref = desk.drafted()
    desk.sign_off(ref, "sweep", "wallet")
    desk.move("clearing", ref, "reject_sweep", reason="wrong amount")
    assert (desk.state(ref), desk.plan(ref, "sweep")) == ("accepted", None)
    desk.drafted(ref)
    assert desk.release(ref, "sweep").state == "drafted"
    desk.sign_off(ref, "sweep")
    with desk.database.reading() as session:
        rounds = session.scalars(
            select(PlanCase.round).where(PlanCase.case_id == desk.case(ref).id).order_by(PlanCase.round)
        )
        assert rounds.all() == [1, 2]


def nonces_of(desk: Desk, plan: Plan) -> list[tuple[str, int | None]]:
    """Sender and nonce of each step."""
    return [(step.sender, step.nonce) for step in desk.steps(plan)]


def test_two_plans_at_the_signer_never_share_a_nonce(desk: Desk) -> None:
    nonce = desk.fresh_nonce()
    _, first = desk.released(nonce)
    _, second = desk.released(nonce)
    assert nonces_of(desk, first) == [(TANK, nonce), (DEPOSIT, nonce)]
    assert nonces_of(desk, second) == [(TANK, nonce + 1), (DEPOSIT, nonce + 1)]


def test_a_failed_sweep_is_booked_back_and_its_unused_nonce_goes_to_the_next_plan(desk: Desk) -> None:
    """Also when another case holds a later nonce of the same address: a gap would block both for ever."""
    nonce = desk.fresh_nonce()
    ref, plan = desk.released(nonce)
    desk.record(plan)
    _, later = desk.released(nonce)
    desk.bury(ref, "sweep", failed=0)
    assert (desk.state(ref), desk.plan(ref, "sweep")) == ("sweep_on_hold", None)
    in_transit = [amount for debit, _, _, amount in desk.entries(ref) if debit == "1110"]
    assert in_transit == [amount for _, credit, _, amount in desk.entries(ref) if credit == "1110"] == [GROSS]
    desk.move("lead", ref, "plan_sweep_again")
    desk.draft(ref, "sweep")
    desk.sign_off(ref, "sweep")
    again = desk.release(ref, "sweep", {TANK: nonce + 1, DEPOSIT: nonce})
    assert nonces_of(desk, later) == [(TANK, nonce + 1), (DEPOSIT, nonce + 1)]
    assert nonces_of(desk, again) == [(TANK, nonce + 2), (DEPOSIT, nonce)]
    desk.record(again)
    desk.confirm(ref, "sweep")
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    desk.record(desk.release(ref, "refund", {WALLET: nonce}))
    desk.confirm(ref, "refund")
    assert (desk.state(ref), desk.unsettled(ref)) == ("completed", {})
    desk.check_history(ref)


def test_a_failed_refund_is_paid_by_a_second_plan_and_only_once(desk: Desk) -> None:
    ref, plan = desk.refund_released()
    desk.record(plan)
    desk.bury(ref, "refund", failed=0)
    assert desk.state(ref) == "refund_on_hold"
    desk.move("lead", ref, "plan_refund_again")
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    desk.record(desk.release(ref, "refund", {WALLET: desk.fresh_nonce()}))
    desk.confirm(ref, "refund")
    paid = [amount for debit, credit, _, amount in desk.entries(ref) if (debit, credit) == ("1115", "1120")]
    assert len(paid) == 1
    assert (desk.state(ref), desk.unsettled(ref)) == ("completed", {})


@pytest.mark.parametrize("kind", ["sweep", "refund"])
def test_a_frozen_plan_that_could_still_pay_admits_no_second(desk: Desk, kind: str) -> None:
    ref, plan = desk.released(desk.fresh_nonce()) if kind == "sweep" else desk.refund_released()
    desk.record(plan)
    desk.freeze(ref, kind)
    assert desk.state(ref) == f"{kind}_on_hold"
    with pytest.raises(MoveNotOpen, match="no_plan_is_out"):
        desk.move("lead", ref, f"plan_{kind}_again")
    desk.move("lead", ref, f"resume_{kind}")
    desk.confirm(ref, kind)


def test_a_rejected_refund_can_be_planned_again(desk: Desk) -> None:
    ref = desk.swept()
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund", "clearing")
    desk.move("wallet", ref, "reject_refund", reason="look again")
    with pytest.raises(MoveNotOpen, match="plan_is_recorded"):
        desk.move("lead", ref, "resume_refund")
    desk.move("lead", ref, "plan_refund_again")
    desk.draft(ref, "refund")
    assert desk.state(ref) == "refund_sign_off"


def test_a_second_plan_while_one_waits_is_refused(desk: Desk) -> None:
    ref = desk.drafted()
    with pytest.raises((Conflict, MoveNotOpen)):
        desk.draft(ref, "sweep")
    with desk.database.reading() as session:
        case_id = desk.case(ref).id
        assert session.scalar(select(func.count()).select_from(PlanCase).where(PlanCase.case_id == case_id)) == 1


def test_a_payload_changed_behind_the_back_of_the_teams_is_not_released(desk: Desk) -> None:
    """The trigger refuses it; whoever takes the trigger away still meets the digest."""
    ref = desk.drafted()
    desk.sign_off(ref, "sweep")
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    changed = update(Plan).where(Plan.id == plan.id).values(payload=plan.payload.replace(WALLET, OUTSIDE))
    with desk.database.unit_of_work() as session:
        session.execute(text("ALTER TABLE plan DISABLE TRIGGER plan_keeps_payload"))
        session.execute(changed)
        session.execute(text("ALTER TABLE plan ENABLE TRIGGER plan_keeps_payload"))
    with pytest.raises(Conflict, match="plan_changed"):
        desk.release(ref, "sweep", {TANK: desk.fresh_nonce()})
    with desk.database.reading() as session:
        assert session.scalars(select(PlanStep.nonce).where(PlanStep.plan_id == plan.id)).all() == []
        assert session.scalar(select(func.count()).select_from(SignOff).where(SignOff.plan_id == plan.id)) == 2
