"""Several claimants of one leg: all frozen, one chosen, the others refused; books right however it ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from chains.types import Transaction
from config.settings import Settings
from recovery.domain.actor import SYSTEM
from recovery.errors import AlreadyClaimed, Conflict, MoveNotOpen, NotAllowed, RecoveryError, StepUpNeeded
from recovery.jobs.parked import end_dispute
from recovery.jobs.work import lease
from recovery.models import Claim, Credit, Dispute, DisputeParty, Job, Message, PlanCase, Quote
from recovery.queries.case_view import case_view
from recovery.queries.facts import open_claim, open_dispute_of
from recovery.services import claims, disputes
from recovery.services.transitions import advance, lock
from tests.recovery.desk import DEPOSIT, LISTED, TANK, WALLET, Desk, find, new_hash, seen, transfer
from tests.recovery.rivals import claim_or_dispute
from workflows.states import State

SETTINGS = Settings(
    database_url="postgresql://unused",
    redis_url="redis://unused",
    home="/nonexistent",
    secret_key="k" * 40,
    sandbox=True,
)


def second(desk: Desk, ref: str, by: str = "stranger") -> str:
    """Another account's case for the leg that ``ref`` holds."""
    tx = seen(desk.case(ref).hash, transfer())
    other = desk.open(tx.hash, by=by)
    claim_or_dispute(desk, other, tx)
    return other


def holder(desk: Desk, ref: str) -> bool:
    """Whether the case holds a leg."""
    with desk.database.reading() as session:
        return open_claim(session, find(session, ref).id) is not None


def open_now(desk: Desk, ref: str) -> bool:
    """Whether the case is in an open dispute."""
    with desk.database.reading() as session:
        return open_dispute_of(session, find(session, ref).id) is not None


def refund_signed(desk: Desk) -> str:
    ref = desk.swept()
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund", "wallet")
    return ref


def on_hold(desk: Desk) -> str:
    ref, plan = desk.released(desk.fresh_nonce())
    desk.record(plan)
    desk.bury(ref, "sweep", 0)
    return ref


def planning(desk: Desk) -> str:
    ref = desk.accepted()
    desk.move("maker", ref, "prepare_sweep")
    return ref


def asked(desk: Desk) -> str:
    ref = desk.reviewed()
    desk.move("maker", ref, "ask_depositor", question="Which?")
    return ref


def concluded(desk: Desk) -> str:
    ref = desk.reviewed()
    desk.move("maker", ref, "conclude")
    return ref


STAGES: dict[str, tuple[Callable[[Desk], str], str]] = {
    "under_review": (Desk.reviewed, "settle_dispute"),
    "question_asked": (asked, "settle_dispute"),
    "investigated": (concluded, "settle_dispute"),
    "quoted": (Desk.quoted, "settle_dispute"),
    "accepted": (Desk.accepted, "settle_for_accepted"),
    "planning_sweep": (planning, "settle_for_accepted"),
    "sweep_sign_off": (Desk.drafted, "settle_for_accepted"),
    "sweep_on_hold": (on_hold, "settle_for_accepted"),
    "swept": (Desk.swept, "settle_for_swept"),
    "refund_sign_off": (refund_signed, "settle_for_swept"),
}
"""Every stage at which a case with a leg can be frozen, how it is reached, and how it goes on when it wins."""


@pytest.mark.parametrize("stage", STAGES)
def test_both_are_frozen_and_nothing_of_the_first_can_go_on(desk: Desk, stage: str) -> None:
    ref = STAGES[stage][0](desk)
    assert desk.state(ref) == stage
    other = second(desk, ref)
    assert (desk.state(ref), desk.state(other)) == ("disputed", "disputed")
    with desk.database.reading() as session:
        case_id = find(session, ref).id
        assert not list(session.scalars(select(Quote).where(Quote.case_id == case_id, Quote.state == "offered")))
        assert not list(session.scalars(select(PlanCase).where(PlanCase.case_id == case_id, PlanCase.state == "open")))
        before = select(DisputeParty.state_before).where(DisputeParty.case_id == case_id)
        assert session.scalar(before) == stage
    for who, name in (("owner", "accept"), ("maker", "prepare_sweep"), ("wallet", "approve_refund_wallet")):
        with pytest.raises((MoveNotOpen, RecoveryError)):
            desk.move(who, ref, name, destination=TANK, quote_digest="0" * 64, digest="0" * 64)
    desk.check_history(ref)


@pytest.mark.parametrize("stage", STAGES)
def test_the_first_wins_and_goes_on_to_the_end(desk: Desk, stage: str) -> None:
    reach, how = STAGES[stage]
    ref = reach(desk)
    other = second(desk, ref)
    for wrong in {"settle_dispute", "settle_for_accepted", "settle_for_swept"} - {how}:
        with pytest.raises(MoveNotOpen):
            desk.move("lead", ref, wrong, reason="the sender's platform confirmed it")
    desk.move("lead", ref, how, reason="the sender's platform confirmed it")
    assert desk.state(other) == "declined"
    assert holder(desk, ref)
    assert not holder(desk, other)
    finish(desk, ref)
    assert desk.state(ref) == "completed"
    assert desk.unsettled(ref) == desk.unsettled(other) == {}
    desk.check_history(ref)
    desk.check_history(other)


def finish(desk: Desk, ref: str) -> None:
    """Everything that is left to do, by those who usually do it."""
    if desk.state(ref) == "submitted":
        desk.look(ref, seen(desk.case(ref).hash, transfer()))
        desk.probe(ref)
        desk.move("maker", ref, "conclude")
        desk.move("maker", ref, "quote")
        desk.accept(ref)
    if desk.state(ref) == "accepted":
        desk.drafted(ref)
        desk.sign_off(ref, "sweep")
        nonce = desk.fresh_nonce()
        desk.record(desk.release(ref, "sweep", {TANK: nonce, DEPOSIT: nonce}))
        desk.confirm(ref, "sweep")
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    desk.record(desk.release(ref, "refund", {WALLET: desk.fresh_nonce()}))
    desk.confirm(ref, "refund")


@pytest.mark.parametrize("stage", STAGES)
def test_the_second_wins_and_the_first_owes_nothing_any_more(desk: Desk, stage: str) -> None:
    ref = STAGES[stage][0](desk)
    other = second(desk, ref)
    desk.move("lead", other, "settle_dispute", reason="signed with the sending key")
    assert (desk.state(ref), desk.state(other)) == ("declined", "submitted")
    assert not holder(desk, ref)
    assert holder(desk, other), "nobody can take the leg before the winner is looked at"
    assert desk.unsettled(ref) == {}
    assert desk.entries(other) == []
    third = desk.open(desk.case(ref).hash, by="owner")
    claim_or_dispute(desk, third, seen(desk.case(ref).hash, transfer()))
    assert (desk.state(third), desk.state(other)) == ("disputed", "disputed")


def test_the_winner_books_the_leg_once_when_it_is_looked_at_again(desk: Desk) -> None:
    ref = concluded(desk)
    other = second(desk, ref)
    desk.move("lead", ref, "settle_dispute", reason="his")
    assert desk.case(ref).workflow == "uncredited_deposit"
    assert desk.entries(ref)[-1][:2] == ("2110", "1100")
    desk.look(ref, seen(desk.case(ref).hash, transfer()))
    assert desk.state(ref) == "under_review"
    assert desk.unsettled(ref) == {("2100", transfer().asset): -transfer().amount}
    assert desk.state(other) == "declined"


def test_the_reason_stays_inside_the_desk(desk: Desk) -> None:
    ref = desk.reviewed()
    other = second(desk, ref)
    desk.move("lead", ref, "settle_dispute", reason="secret reason")
    with desk.database.reading() as session:
        for one in (ref, other):
            case = find(session, one)
            assert session.scalar(select(Message.body).where(Message.case_id == case.id)) == "secret reason"
            mine = case_view(session, desk["owner" if one == ref else "stranger"], case)
            assert mine.messages == ()
            assert {event["name"] for event in mine.events} <= {"open", "find_unlisted", "decline"}
            assert "secret reason" in str(case_view(session, desk["lead"], case).messages)
        assert case_view(session, desk["stranger"], find(session, other)).case.cause == "B12"


@pytest.mark.parametrize("winner", [0, 1, 2])
def test_three_claimants(desk: Desk, winner: int) -> None:
    desk.person("third", "depositor", account="acct-3")
    refs = [desk.quoted()]
    refs += [second(desk, refs[0]), second(desk, refs[0], by="third")]
    assert [desk.state(ref) for ref in refs] == ["disputed"] * 3
    with desk.database.reading() as session:
        assert len({open_dispute_of(session, find(session, ref).id).id for ref in refs}) == 1  # type: ignore[union-attr]
    desk.move("lead", refs[winner], "settle_dispute", reason="why")
    assert [desk.state(ref) for ref in refs] == ["submitted" if n == winner else "declined" for n in range(3)]
    assert [holder(desk, ref) for ref in refs] == [n == winner for n in range(3)]
    assert all(desk.unsettled(ref) == {} for ref in refs)


@pytest.mark.parametrize("leaver", [0, 1])
def test_who_withdraws_frees_the_other_and_settles_nothing(desk: Desk, leaver: int) -> None:
    refs = [concluded(desk)]
    refs.append(second(desk, refs[0]))
    desk.move(("owner", "stranger")[leaver], refs[leaver], "withdraw")
    assert desk.state(refs[leaver]) == "withdrawn"
    assert desk.state(refs[1 - leaver]) == "submitted"
    assert desk.unsettled(refs[0]) == desk.unsettled(refs[1]) == {}
    assert holder(desk, refs[0]) == (leaver == 1)
    assert not holder(desk, refs[1])
    with desk.database.reading() as session:
        ended = session.scalars(select(Dispute).where(Dispute.hash == desk.case(refs[0]).hash)).one()
        assert (ended.settled_by, ended.winner_case) == (SYSTEM.id, None)


@pytest.mark.parametrize("stage", ["accepted", "swept"])
def test_whoever_is_left_alone_goes_on_from_what_binds(desk: Desk, stage: str) -> None:
    ref = STAGES[stage][0](desk)
    other = second(desk, ref)
    desk.move("stranger", other, "withdraw")
    assert desk.state(ref) == stage
    finish(desk, ref)
    assert (desk.state(ref), desk.unsettled(ref)) == ("completed", {})


def test_of_three_one_is_turned_down_and_then_another(desk: Desk) -> None:
    desk.person("third", "depositor", account="acct-3")
    refs = [desk.reviewed()]
    refs += [second(desk, refs[0]), second(desk, refs[0], by="third")]
    desk.move("lead", refs[1], "lose_dispute", reason="forged")
    assert [desk.state(ref) for ref in refs] == ["disputed", "declined", "disputed"]
    desk.move("lead", refs[0], "lose_dispute", reason="forged too")
    assert [desk.state(ref) for ref in refs] == ["declined", "declined", "submitted"]
    assert all(desk.unsettled(ref) == {} for ref in refs)
    desk.look(refs[2], seen(desk.case(refs[0]).hash, transfer()))
    assert desk.state(refs[2]) == "declined"  # looked at anew: the address is another customer's


def test_who_handled_either_case_does_not_decide(desk: Desk) -> None:
    desk.person("lead_and_maker", "lead", "specialist")
    desk.person("lead_and_owner", "lead", "depositor", account="acct-9")
    ref = desk.reviewed()
    desk.move("lead_and_maker", ref, "take")
    other = second(desk, ref)
    with pytest.raises(NotAllowed) as refused:
        desk.move("lead_and_maker", ref, "settle_dispute", reason="mine")
    assert refused.value.detail in ("you_prepared_it", "handled_a_party")
    with pytest.raises(NotAllowed, match="handled_a_party"):
        desk.move("lead_and_maker", other, "settle_dispute", reason="mine")
    with pytest.raises(NotAllowed, match="handled_a_party"):
        desk.move("lead_and_maker", other, "lose_dispute", reason="mine")
    with pytest.raises(NotAllowed):
        desk.move("maker", ref, "settle_dispute", reason="no lead")
    third = second(desk, ref, by="lead_and_owner")
    for one in (ref, third):
        with pytest.raises(NotAllowed, match="your_own_case"):
            desk.move("lead_and_owner", one, "settle_dispute", reason="mine")
    assert [desk.state(one) for one in (ref, other, third)] == ["disputed"] * 3


def test_a_fresh_sign_in_is_asked(desk: Desk) -> None:
    from dataclasses import replace

    ref = desk.reviewed()
    second(desk, ref)
    stepped = desk["lead"]
    desk.actors["lead"] = replace(stepped, stepped_up=False)
    try:
        with pytest.raises(StepUpNeeded):
            desk.move("lead", ref, "settle_dispute", reason="why")
    finally:
        desk.actors["lead"] = stepped
    assert desk.state(ref) == "disputed"


# value that is leaving


def test_a_sweep_in_mid_air_is_not_frozen_until_it_has_landed(desk: Desk) -> None:
    ref, plan = desk.released(desk.fresh_nonce())
    other = second(desk, ref)
    assert (desk.state(ref), desk.state(other)) == ("sweeping", "disputed")
    with pytest.raises(Conflict, match="claimant_in_motion"):
        desk.move("lead", other, "settle_dispute", reason="why")
    desk.record(plan)
    desk.confirm(ref, "sweep")
    assert desk.state(ref) == "disputed", "frozen as soon as it has landed"
    desk.move("lead", ref, "settle_for_swept", reason="why")
    assert (desk.state(ref), desk.state(other)) == ("swept", "declined")


@pytest.mark.parametrize("how", ["bury", "freeze"])
def test_a_sweep_that_fails_is_frozen_once_it_can_pay_no_more(desk: Desk, how: str) -> None:
    ref, plan = desk.released(desk.fresh_nonce())
    second(desk, ref)
    desk.record(plan)
    if how == "bury":
        desk.bury(ref, "sweep", 0)
        assert desk.state(ref) == "disputed"
    else:
        desk.freeze(ref, "sweep")
        assert desk.state(ref) == "sweep_on_hold", "its signed bytes could still be mined"


def test_a_refund_in_mid_air_ends_the_dispute_when_it_has_arrived(desk: Desk) -> None:
    ref, plan = desk.refund_released()
    other = second(desk, ref)
    desk.record(plan)
    desk.confirm(ref, "refund")
    assert (desk.state(ref), desk.state(other)) == ("completed", "disputed")
    run_ending(desk, ref)
    assert desk.state(other) == "submitted"
    assert not open_now(desk, other)
    run_ending(desk, ref, again=True)


def test_a_refund_that_failed_cannot_be_planned_again_while_disputed(desk: Desk) -> None:
    ref, plan = desk.refund_released()
    second(desk, ref)
    desk.record(plan)
    desk.bury(ref, "refund", 0)
    assert desk.state(ref) == "disputed"
    with pytest.raises(MoveNotOpen):
        desk.move("lead", ref, "plan_refund_again")


def test_a_credit_in_mid_air(desk: Desk) -> None:
    hash = new_hash()
    tx = seen(hash, transfer(LISTED, symbol="USDX"))
    ref = desk.open(hash)
    desk.look(ref, tx)
    desk.move("clearing", ref, "approve_credit")
    other = desk.open(hash, by="stranger")
    claim_or_dispute(desk, other, tx)
    assert (desk.state(ref), desk.state(other)) == ("crediting", "disputed")
    desk.credit(ref)
    run_ending(desk, ref)
    assert (desk.state(ref), desk.state(other)) == ("completed", "submitted")
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Credit).where(Credit.hash == hash)) == 1


def run_ending(desk: Desk, ref: str, *, again: bool = False) -> None:
    """What the worker does with the job that ends a dispute; twice does no harm."""
    with desk.database.reading() as session:
        case_id = find(session, ref).id
        job = session.scalar(select(Job.id).where(Job.case_id == case_id, Job.topic == disputes.ENDING))
    assert job is not None
    if again:
        with desk.database.unit_of_work() as session:
            disputes.end_paid(session, find(session, ref))
        return
    (work,) = lease(desk.database, SETTINGS, job)
    end_dispute(work)


@pytest.mark.parametrize("name", ["approve_credit", "prepare_sweep", "plan_sweep_again", "plan_refund_again"])
def test_the_desk_reads_why_a_step_is_shut(name: str) -> None:
    from recovery.domain import texts
    from workflows.tables import WORKFLOWS

    rows = [row for table in WORKFLOWS.values() for row in table.transitions if row.name == name]
    assert all("no_dispute_is_open" in {guard.__name__ for guard in row.guards} for row in rows)
    assert "no_dispute_is_open" in texts.WHY_NOT


def test_money_leaves_past_no_open_dispute() -> None:
    """Each row that lets value go, or brings it nearer to going, asks; a depositor's own moves never do."""
    from workflows.tables import WORKFLOWS

    for row in (row for table in WORKFLOWS.values() for row in table.transitions):
        asks = "no_dispute_is_open" in {guard.__name__ for guard in row.guards}
        lets_go = row.name.startswith(
            (
                *("approve_", "endorse_", "break_glass_", "release_", "prepare_sweep"),
                *("plan_sweep_again", "plan_refund_again", "plan_advance_again"),
            )
        ) and row.name not in ("approve_correction", "approve_write_off")
        assert asks == (lets_go or row.name in ("propose_refund", "propose_advance")), row.name
        assert not (asks and "depositor" in row.by)


# stale findings


def test_a_leg_that_is_free_again_is_no_dispute(desk: Desk) -> None:
    ref = desk.reviewed()
    hash = desk.case(ref).hash
    other = desk.open(hash, by="stranger")
    desk.move("owner", ref, "give_up")
    assert dispute_directly(desk, other, seen(hash, transfer())) is None
    assert desk.state(other) == "checking"


def test_a_leg_that_was_paid_out_is_no_dispute(desk: Desk) -> None:
    ref, plan = desk.refund_released()
    desk.record(plan)
    desk.confirm(ref, "refund")
    other = desk.open(desk.case(ref).hash, by="stranger")
    assert dispute_directly(desk, other, seen(desk.case(ref).hash, transfer())) is None


def test_the_claimants_own_other_case_is_merged_instead(desk: Desk) -> None:
    ref = desk.reviewed()
    desk.person("brother", "depositor", account="acct-1")
    other = desk.open(desk.case(ref).hash, by="brother")
    assert dispute_directly(desk, other, seen(desk.case(ref).hash, transfer())) is None
    assert (desk.state(ref), desk.state(other)) == ("under_review", "merged")


def dispute_directly(desk: Desk, ref: str, tx: Transaction) -> Dispute | None:
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        advance(session, SYSTEM, case, "start_check")
        return disputes.open_dispute(session, case, tx, tx.transfers[0])


def test_a_machine_that_closes_a_winner_lets_the_leg_go(desk: Desk) -> None:
    """The winner keeps the leg while it is looked at; a look that ends the case must not keep it for ever."""
    ref = desk.reviewed()
    second(desk, ref)
    desk.move("lead", ref, "settle_dispute", reason="why")
    desk.look(ref, seen(desk.case(ref).hash))
    desk.look(ref, seen(desk.case(ref).hash, transfer(recipient=WALLET.swapcase())))
    if desk.state(ref) == "needs_information":
        desk.move("owner", ref, "withdraw")
    assert desk.case(ref).closed_at is not None
    assert not holder(desk, ref)
    assert desk.unsettled(ref) == {}


def test_at_most_one_claim_a_leg(desk: Desk) -> None:
    ref = desk.reviewed()
    other = second(desk, ref)
    with desk.database.reading() as session:
        live = (
            select(func.count())
            .select_from(Claim)
            .where(Claim.hash == desk.case(ref).hash, Claim.released_at.is_(None))
        )
        assert session.scalar(live) == 1
    with pytest.raises(AlreadyClaimed), desk.database.unit_of_work() as session:
        tx = seen(desk.case(ref).hash, transfer())
        claims.take_leg(session, find(session, other), tx, tx.transfers[0])
    assert State(desk.state(other)) is State.DISPUTED
