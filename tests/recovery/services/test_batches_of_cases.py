"""Many small cases, one sweep: what is decided about the plan is decided for all, what the chain says for each alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from chains.sending import Served, Step
from recovery.domain.accounting import NETWORK_COST, SWEEP_IN_TRANSIT, USER_PAYABLE, balances
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed
from recovery.models import BatchMember, CaseEvent, Plan, PlanCase, SweepBatch
from recovery.queries.batches import batch_cases, formed_batches
from recovery.queries.facts import current_plan
from recovery.queries.plan_members import companions, members
from recovery.queries.sweeping import swept_together
from recovery.services import batches, fee_trials, plans, policies, screening, settling
from recovery.services.settling import Ended
from recovery.services.transitions import lock_all
from tests.recovery.desk import (
    DEPOSIT,
    GROSS,
    NETWORK,
    POLICY,
    TANK,
    TOKEN,
    WALLET,
    Desk,
    find,
    new_hash,
    seen,
    sign,
    sweep_steps,
    transfer,
)

NATIVE = NETWORK.native.asset


def formed(desk: Desk, count: int = 3, by: str = "maker") -> tuple[SweepBatch, list[str]]:
    """A batch of cases just before the specialist."""
    refs = [desk.reviewed() for _ in range(count)]
    with desk.database.unit_of_work() as session:
        return batches.form(session, desk[by], refs), refs


def accepted(desk: Desk, count: int = 3) -> tuple[SweepBatch, list[str]]:
    """A batch all of whose quotes are accepted."""
    batch, refs = formed(desk, count)
    with desk.database.unit_of_work() as session:
        assert batches.offer_all(session, desk["maker"], session.get_one(SweepBatch, batch.id)) == (count, 0)
    for ref in refs:
        desk.accept(ref)
    return batch, refs


def steps_for(count: int) -> tuple[Step, ...]:
    """One top-up and one transfer of everything at the shared address."""
    top_up, sweep = sweep_steps(GROSS * count)
    helped = tuple(Served(place, 0) for place in range(count))
    served = tuple(Served(place, GROSS) for place in range(count))
    return replace(top_up, serves=helped), replace(sweep, serves=served)


def steps_apart(count: int) -> tuple[Step, ...]:
    """A transfer for each case, from addresses of their own."""
    _, sweep = sweep_steps(GROSS)
    return tuple(replace(sweep, serves=(Served(place, GROSS),)) for place in range(count))


def drafted(desk: Desk, refs: list[str], batch: SweepBatch, steps: tuple[Step, ...]) -> Plan:
    """The sweep of a whole batch, before the teams."""
    with desk.database.unit_of_work() as session:
        assert batches.prepare_all(session, desk["maker"], session.get_one(SweepBatch, batch.id)) == len(refs)
    with desk.database.unit_of_work() as session:
        cases = swept_together(session, find(session, refs[0]))
        assert [case.ref for case in cases] == refs
        lock_all(session, cases)
        for case in cases:
            unclear = screening.not_clear(session, case, screening.questions(session, case))
            screening.keep(session, case, screening.Gate.SWEEP, screening.ask(None, unclear))
        return plans.draft(session, cases, "sweep", NETWORK, steps, prepared_by=desk["maker"].id, destination=WALLET)


def recorded(desk: Desk, count: int, steps: tuple[Step, ...]) -> tuple[Plan, list[str]]:
    """A batch whose signed sweep is stored."""
    batch, refs = accepted(desk, count)
    plan = drafted(desk, refs, batch, steps)
    desk.sign_off(refs[1], "sweep")
    nonce = desk.fresh_nonce()
    with desk.database.unit_of_work() as session:
        plans.release(session, session.get_one(Plan, plan.id), {TANK: nonce, DEPOSIT: nonce})
    desk.record(plan, [sign(step) for step in desk.steps(plan)])
    return plan, refs


def states(desk: Desk, refs: list[str]) -> set[str]:
    return {desk.state(ref) for ref in refs}


def test_the_cost_is_shared_by_what_each_brings(desk: Desk) -> None:
    batch, refs = accepted(desk)
    with desk.database.reading() as session:
        stored = session.get_one(SweepBatch, batch.id)
        shares = list(session.scalars(select(BatchMember.share).where(BatchMember.batch_id == batch.id)))
        (shown,) = formed_batches(session)
        costs = [event.body for event in session.scalars(select(CaseEvent).where(CaseEvent.name == "quote"))]
    assert stored.cost == sum(share or 0 for share in shares)
    assert max(share or 0 for share in shares) - min(share or 0 for share in shares) <= 1
    assert [(ref, state) for ref, state, _ in shown.members] == [(ref, "accepted") for ref in refs]
    assert len(costs) == 3


def test_one_decision_moves_every_case(desk: Desk) -> None:
    batch, refs = accepted(desk)
    plan = drafted(desk, refs, batch, steps_for(3))
    assert states(desk, refs) == {"sweep_sign_off"}
    desk.sign_off(refs[2], "sweep", "wallet")
    for ref in refs:
        assert [event.name for event in desk.events(ref)][-1] == "approve_sweep_wallet"
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        desk.sign_off(refs[0], "sweep", "wallet")
    desk.move("clearing", refs[0], "reject_sweep", reason="no")
    assert states(desk, refs) == {"accepted"}
    with desk.database.reading() as session:
        assert session.get_one(Plan, plan.id).state == "void"
        assert {part.state for part in session.scalars(select(PlanCase))} == {"void"}


def test_whoever_prepared_one_of_the_cases_approves_none(desk: Desk) -> None:
    refs = [desk.reviewed() for _ in range(2)]
    with desk.database.unit_of_work() as session:
        batch = batches.form(session, desk["maker"], refs)
    desk.move("maker_and_wallet", refs[1], "conclude")
    with desk.database.unit_of_work() as session:
        batches.offer_all(session, desk["maker"], session.get_one(SweepBatch, batch.id))
    for ref in refs:
        desk.accept(ref)
    plan = drafted(desk, refs, batch, steps_for(2))
    with pytest.raises(NotAllowed):  # not even by way of the case somebody else prepared
        desk.move("maker_and_wallet", refs[0], "approve_sweep_wallet", digest=plan.digest)
    assert states(desk, refs) == {"sweep_sign_off"}


def test_the_chain_settles_a_shared_sweep_for_all_and_shares_its_cost_to_the_unit(desk: Desk) -> None:
    plan, refs = recorded(desk, 3, steps_for(3))
    with desk.database.unit_of_work() as session:
        stored = session.get_one(Plan, plan.id)
        ended = Ended({0: 1_001, 1: 2_003})
        settling.mark(session, stored, ended)
        for one in members(session, stored):
            settling.confirm(session, stored, one, ended, NETWORK)
        assert stored.state == "confirmed"
    assert states(desk, refs) == {"swept"}
    spent = [balances(desk.entries(ref)).get((NETWORK_COST, NATIVE), 0) for ref in refs]
    assert sum(spent) == 3_004
    assert max(spent) - min(spent) <= 2


def test_one_failed_transfer_stops_its_own_case_alone(desk: Desk) -> None:
    plan, refs = recorded(desk, 3, steps_apart(3))
    with desk.database.unit_of_work() as session:
        stored = session.get_one(Plan, plan.id)
        ended = Ended({0: 7, 1: 8, 2: 9}, frozenset({1}))
        settling.mark(session, stored, ended)
        for one in members(session, stored):
            (settling.bury if one.part.place == 1 else settling.confirm)(session, stored, one, ended, NETWORK)
        assert stored.state == "confirmed"
    assert [desk.state(ref) for ref in refs] == ["swept", "sweep_on_hold", "swept"]
    asset = f"eip155:31337/erc20:{TOKEN.lower()}"
    for ref in refs:
        assert balances(desk.entries(ref)).get((SWEEP_IN_TRANSIT, asset), 0) == 0
        desk.check_history(ref)
    assert balances(desk.entries(refs[1]))[USER_PAYABLE, asset] == -GROSS
    desk.move("lead", refs[1], "plan_sweep_again")
    with desk.database.reading() as session:
        assert [case.ref for case in swept_together(session, find(session, refs[1]))] == [refs[1]]
        assert companions(session, find(session, refs[1]).id) == []


def test_a_case_that_is_disputed_leaves_the_plan_and_the_others_are_planned_anew(desk: Desk) -> None:
    batch, refs = accepted(desk)
    plan = drafted(desk, refs, batch, steps_for(3))
    with desk.database.unit_of_work() as session:
        case = find(session, refs[1])
        lock_all(session, [case])
        screening.stop(session, case, screening.Verdict.HOLD)
    assert [desk.state(ref) for ref in refs] == ["planning_sweep", "sweep_on_hold", "planning_sweep"]
    with desk.database.reading() as session:
        assert session.get_one(Plan, plan.id).state == "void"
        assert current_plan(session, find(session, refs[0]).id, "sweep") is None
        together = [case.ref for case in swept_together(session, find(session, refs[2]))]
    assert together == [refs[0], refs[2]]


def test_who_may_bring_together_what(desk: Desk) -> None:
    first, second = desk.reviewed(), desk.reviewed()
    for who in ("wallet", "clearing", "auditor", "admin"):
        with pytest.raises(NotAllowed), desk.database.unit_of_work() as session:
            batches.form(session, desk[who], [first, second])
    with pytest.raises(InvalidInput, match="batch_size"), desk.database.unit_of_work() as session:
        batches.form(session, desk["maker"], [first, first])
    with desk.database.unit_of_work() as session:
        batch = batches.form(session, desk["maker"], [first, second])
    with pytest.raises(Conflict, match="case_is_in_a_batch"), desk.database.unit_of_work() as session:
        batches.form(session, desk["maker"], [first, desk.reviewed()])
    desk.move("maker", first, "leave_batch")
    with desk.database.reading() as session:
        assert [case.ref for case in batch_cases(session, batch.id)] == [second]
    with pytest.raises(MoveNotOpen, match="is_in_a_batch"):
        desk.move("maker", first, "leave_batch")


def test_a_batch_has_one_asset(desk: Desk) -> None:
    hash, other = new_hash(), "0x00000000000000000000000000000000000C0DE5"
    second = desk.open(hash)
    desk.look(second, seen(hash, transfer(other)))
    with pytest.raises(InvalidInput, match="batch_of_several_assets"), desk.database.unit_of_work() as session:
        batches.form(session, desk["maker"], [desk.reviewed(), second])


def test_nobody_leaves_a_batch_because_a_price_is_missing(desk: Desk) -> None:
    """Then nobody knows whether a share is more than its case is worth."""
    batch, refs = formed(desk)
    without = {
        "rules": [POLICY["rules"][0] | {"without_price": "refuse", "match": {"value": {"below": {"native": "1"}}}}]
    }
    priced = {
        "rules": [
            {
                "name": "dollars",
                "fee": {"kind": "flat", "amount": {"reference": "1"}},
                "network_cost": {"borne_by": "platform"},
            }
        ],
        "reference": {"unit": "KRW", "decimals": 0},
    }
    for document in (without, priced):
        activate(desk, document)
        with pytest.raises(InvalidInput), desk.database.unit_of_work() as session:
            batches.offer_all(session, desk["maker"], session.get_one(SweepBatch, batch.id))
    activate(desk, POLICY)
    with desk.database.reading() as session:
        assert {case.ref for case in batch_cases(session, batch.id)} == set(refs)


def activate(desk: Desk, document: dict[str, Any]) -> None:
    with desk.database.unit_of_work() as session:
        version = policies.draft_policy(session, desk["lead"], document, "for this test").version
        fee_trials.keep_trial(session, desk["admin"], version, fee_trials.try_version(session, version))
        policies.activate_policy(session, desk["admin"], version)
