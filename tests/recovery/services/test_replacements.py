"""A stuck step is replaced by the same movement, dearer: what may be offered, what is recorded, and what the database refuses."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from chains.evm.unsigned import take_apart
from chains.sending import Move, Served, Step, step_to_json
from chains.sweep import SweepFile
from recovery.db import Database
from recovery.domain.ids import new_id
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed, NotFound, StepUpNeeded
from recovery.models import Plan, PlanStep, StepReplacement
from recovery.queries.attempts import attempts_of, mined_hash
from recovery.queries.plan_files import plan_files
from recovery.queries.plan_members import members
from recovery.queries.plans import find_plan
from recovery.services import plans, settling
from recovery.services.replacements import answer, record_replacement
from recovery.services.settling import Ended
from recovery.services.transitions import lock, lock_all
from tests.recovery.desk import NETWORK, Desk, find, sign

pytestmark = pytest.mark.promise

SWEEP = 1  # the step that moves the coins; the first brings gas


def recorded(desk: Desk) -> tuple[str, Plan]:
    """A sweep whose signed bytes are stored."""
    ref, plan = desk.released(desk.fresh_nonce())
    desk.record(plan)
    return ref, plan


def dearer(step: Step, percent: int = 25) -> Step:
    """The step at a higher fee."""
    fee, tip = (
        int(step.body[name]) * (100 + percent) // 100 for name in ("max_fee_per_gas", "max_priority_fee_per_gas")
    )
    body = {**step.body, "max_fee_per_gas": str(fee), "max_priority_fee_per_gas": str(tip)}
    return replace(step, body=body, highest_cost=int(step.body["gas"]) * fee)


def offer(desk: Desk, plan: Plan, made: dict[int, Step], refused: dict[int, str] | None = None) -> None:
    """What the job does once the nodes answered."""
    with desk.database.unit_of_work() as session:
        kept = session.get_one(Plan, plan.id)
        lock_all(session, [one.case for one in members(session, kept)])
        answer(session, kept, desk["wallet"].id, made, refused or {})


def hand_in(desk: Desk, plan: Plan, number: int, raw: str, by: str = "signer") -> None:
    with desk.database.unit_of_work() as session:
        record_replacement(session, desk[by], plan.id, number, raw, request_id=str(new_id()))


def names(desk: Desk, ref: str) -> list[str]:
    return [event.name for event in desk.events(ref)]


def test_a_replacement_is_offered_signed_and_the_one_that_was_mined_is_told(desk: Desk) -> None:
    ref, plan = recorded(desk)
    desk.move("wallet", ref, "raise_fee_sweep")
    step = desk.steps(plan)[SWEEP]
    offer(desk, plan, {SWEEP: dearer(step)})
    hand_in(desk, plan, 1, sign(dearer(step)))
    hand_in(desk, plan, 1, sign(dearer(step)))  # the same bytes again: nothing new
    assert names(desk, ref)[-3:] == ["raise_fee_sweep", "offer_fee_sweep", "record_fee_sweep"]
    with desk.database.reading() as session:
        shown = find_plan(session, desk["signer"], plan.id)["steps"][SWEEP]
        row = session.get_one(PlanStep, (plan.id, SWEEP))
        tries = attempts_of(session, row)
    (one,) = shown["replacements"]
    assert one["hash"] == tries[1].hash != shown["hash"] == tries[0].hash
    assert (one["nonce"], one["moves"]) == (shown["nonce"], shown["moves"])
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        kept = session.get_one(Plan, plan.id)
        ended = Ended({0: 1000, SWEEP: 5000}, hashes={SWEEP: str(tries[1].hash)})
        settling.mark(session, kept, ended)
        for member in members(session, kept):
            settling.confirm(session, kept, member, ended, NETWORK)
    assert desk.state(ref) == "swept"
    with desk.database.reading() as session:
        row = session.get_one(PlanStep, (plan.id, SWEEP))
        assert mined_hash(row) == tries[1].hash
        assert row.hash == tries[0].hash
    desk.check_history(ref)
    told = json.loads(desk.events(ref)[-1].body)["data"]
    assert told["hashes"][SWEEP] == tries[1].hash


def test_the_signer_gets_files_of_what_waits_for_it_and_none_that_chooses_its_own_place(desk: Desk) -> None:
    ref, plan = desk.released(desk.fresh_nonce())
    before = handed_out(desk, plan)
    desk.record(plan)
    desk.move("wallet", ref, "raise_fee_sweep")
    step = dearer(desk.steps(plan)[SWEEP])
    offer(desk, plan, {SWEEP: step})
    found = handed_out(desk, plan)
    raw, request = "2-sweep.json", "2-sweep-fireblocks-raw.json"
    assert found.keys() == {f"dearer-1-{raw}", f"dearer-1-{request}"}
    said = take_apart(json.loads(found[f"dearer-1-{raw}"].body)["unsigned"])
    assert (str(said.max_fee_per_gas), said.nonce) == (step.body["max_fee_per_gas"], step.nonce)
    asked = [json.loads(file.body)["externalTxId"] for file in (before[request], found[f"dearer-1-{request}"])]
    assert len(set(asked)) == 2
    hand_in(desk, plan, 1, sign(step))
    with pytest.raises(Conflict):
        handed_out(desk, plan)


def handed_out(desk: Desk, plan: Plan) -> dict[str, SweepFile]:
    """The files of a plan by their names."""
    with desk.database.reading() as session:
        return {file.name: file for file in plan_files(session, desk["signer"], plan.id)}


def test_nobody_but_wallet_asks_for_more_and_only_while_bytes_are_out(desk: Desk) -> None:
    ref, plan = desk.released(desk.fresh_nonce())
    with pytest.raises(MoveNotOpen):
        desk.move("wallet", ref, "raise_fee_sweep")
    desk.record(plan)
    for name in ("clearing", "lead", "maker", "admin", "owner"):
        with pytest.raises((NotAllowed, NotFound)):
            desk.move(name, ref, "raise_fee_sweep")
    stale = replace(desk["wallet"], stepped_up=False)
    desk.actors["stale"] = stale
    with pytest.raises(StepUpNeeded):
        desk.move("stale", ref, "raise_fee_sweep")


def test_a_refusal_is_kept_and_changes_nothing(desk: Desk) -> None:
    ref, plan = recorded(desk)
    desk.move("wallet", ref, "raise_fee_sweep")
    offer(desk, plan, {}, {0: "step_not_stuck"})
    assert names(desk, ref)[-1] == "keep_fee_sweep"
    assert json.loads(desk.events(ref)[-1].body)["data"]["problems"] == {"0": "step_not_stuck"}
    assert desk.state(ref) == "sweeping"


def test_other_bytes_than_offered_are_never_recorded(desk: Desk) -> None:
    ref, plan = recorded(desk)
    step = desk.steps(plan)[SWEEP]
    offer(desk, plan, {SWEEP: dearer(step)})
    wanted = dearer(step)
    for raw in (
        sign(wanted, nonce=int(step.nonce or 0) + 1),
        sign(wanted, to="0x" + "12" * 20),
        sign(wanted, data="0x"),
        sign(wanted, maxFeePerGas=int(wanted.body["max_fee_per_gas"]) + 1),
        sign(step),
        "0x02",
    ):
        with pytest.raises(InvalidInput):
            hand_in(desk, plan, 1, raw)
    for number in (0, 2, 2**70):
        with pytest.raises(NotFound):
            hand_in(desk, plan, number, sign(wanted))
    for name in ("clearing", "lead", "owner", "admin"):
        with pytest.raises(NotAllowed):
            hand_in(desk, plan, 1, sign(wanted), by=name)
    assert names(desk, ref)[-1] == "offer_fee_sweep"


def test_what_may_be_out_is_recorded_even_when_the_case_was_stopped(desk: Desk) -> None:
    ref, plan = recorded(desk)
    step = desk.steps(plan)[SWEEP]
    offer(desk, plan, {SWEEP: dearer(step)})
    desk.freeze(ref, "sweep")
    hand_in(desk, plan, 1, sign(dearer(step)))
    assert desk.state(ref) == "sweep_on_hold"
    assert names(desk, ref)[-1] == "record_fee_sweep"


def test_there_is_one_unsigned_replacement_of_a_step_at_a_time(desk: Desk) -> None:
    _, plan = recorded(desk)
    step = desk.steps(plan)[SWEEP]
    offer(desk, plan, {SWEEP: dearer(step)})
    with pytest.raises(IntegrityError, match="dearer"):
        offer(desk, plan, {SWEEP: dearer(step, 60)})
    hand_in(desk, plan, 1, sign(dearer(step)))
    with pytest.raises(IntegrityError, match="dearer"):
        offer(desk, plan, {SWEEP: dearer(step)})  # not dearer than the last one
    offer(desk, plan, {SWEEP: dearer(step, 60)})
    hand_in(desk, plan, 2, sign(dearer(step, 60)))


def test_a_plan_whose_bytes_are_not_stored_has_no_replacement(desk: Desk) -> None:
    _, plan = desk.released(desk.fresh_nonce())
    step = desk.steps(plan)[SWEEP]
    with pytest.raises(IntegrityError):
        insert(desk.database, desk, plan, SWEEP, step_to_json(dearer(step)))


def insert(database: Database, desk: Desk, plan: Plan, index: int, unsigned: Any) -> None:
    """What somebody at the database's console would try."""
    statement = text(
        'INSERT INTO step_replacement (plan_id, number, "index", unsigned, asked_by) '
        "VALUES (:plan, (SELECT count(*) + 1 FROM step_replacement WHERE plan_id = :plan), :at, (:unsigned)::jsonb, :by)"
    )
    values = {"plan": plan.id, "at": index, "unsigned": json.dumps(unsigned), "by": desk["wallet"].id}
    with database.unit_of_work() as session:
        session.execute(statement, values)


Change = Callable[[dict[str, Any]], object]
EVM_ATTACKS: dict[str, Change] = {
    "another nonce": lambda it: it.update(nonce=str(int(it["nonce"]) + 1)),
    "no nonce": lambda it: it.pop("nonce"),
    "another sender": lambda it: it.update(sender="0x" + "12" * 20),
    "another purpose": lambda it: it.update(purpose="refund"),
    "another form": lambda it: it.update(form="utxo"),
    "no form": lambda it: it.pop("form"),
    "inputs": lambda it: it.update(inputs=["ab:0"]),
    "another recipient": lambda it: it["moves"][0].update(recipient="0x" + "12" * 20),
    "another amount": lambda it: it["moves"][0].update(amount="1"),
    "less arrives": lambda it: it["moves"][0].update(arrives="1"),
    "one more movement": lambda it: it["moves"].append(it["moves"][0]),
    "no movement": lambda it: it.update(moves=[]),
    "it serves another": lambda it: it["serves"][0].update(place=7),
    "another call": lambda it: it["body"].update(data="0x"),
    "another target": lambda it: it["body"].update(to="0x" + "12" * 20),
    "value": lambda it: it["body"].update(value="1"),
    "another chain": lambda it: it["body"].update(chain_id="1"),
    "more gas": lambda it: it["body"].update(gas="61000"),
    "something more": lambda it: it["body"].update(access_list="[]"),
    "the old price": lambda it: it["body"].update(max_fee_per_gas=str(2 * 10**9)),
    "a lower tip": lambda it: it["body"].update(max_priority_fee_per_gas="1"),
    "no price": lambda it: it["body"].pop("max_fee_per_gas"),
    "the old cost": lambda it: it.update(highest_cost=str(60_000 * 2 * 10**9)),
    "no cost": lambda it: it.pop("highest_cost"),
    "too dear": lambda it: it.update(highest_cost=str(60_000 * 2 * 10**9 * 10 + 1)),
}


@pytest.mark.parametrize("attack", EVM_ATTACKS)
def test_the_database_takes_no_other_movement_for_a_replacement(desk: Desk, attack: str) -> None:
    _, plan = recorded(desk)
    honest = step_to_json(dearer(desk.steps(plan)[SWEEP]))
    forged = copy.deepcopy(honest)
    EVM_ATTACKS[attack](forged)
    with pytest.raises((IntegrityError, StatementError)):
        insert(desk.database, desk, plan, SWEEP, forged)
    insert(desk.database, desk, plan, SWEEP, honest)


def utxo_step(purpose: str) -> Step:
    """Two outputs: of a sweep both go to one wallet, of a refund the second is change."""
    second = "ltc1wallet" if purpose == "sweep" else "ltc1source"
    moves = (Move(None, "ltc1source", "ltc1wallet", 900, 900), Move(None, "ltc1source", second, 500, 500))
    serves = (Served(0, 900, "vout:0"), Served(1, 500, "vout:1")) if purpose == "sweep" else (Served(0, 900, "vout:0"),)
    body = {"hex": "00", "fee": "10", "inputs": [{"outpoint": "ab:0", "amount": "1410"}]}
    return Step(purpose, "utxo", "ltc1source", moves, body, 10, inputs=("ab:0",), serves=serves)


def utxo_dearer(purpose: str, lost: int = 20) -> Step:
    """A sweep pays out of the coins, a refund out of the change."""
    step = utxo_step(purpose)
    first, second = step.moves
    less = replace(second, amount=500 - lost, arrives=500 - lost)
    serves = (step.serves[0], replace(step.serves[1], arrives=500 - lost)) if purpose == "sweep" else step.serves
    return replace(step, moves=(first, less), highest_cost=10 + lost, serves=serves)


def allowed(session: Session, was: Any, wanted: Any) -> bool:
    statement = text("SELECT replaces_step((:was)::jsonb, (:wanted)::jsonb, (:was)::jsonb)")
    return bool(session.scalar(statement, {"was": json.dumps(was), "wanted": json.dumps(wanted)}))


UTXO_ATTACKS: dict[str, Change] = {
    "other inputs": lambda it: it.update(inputs=["cd:0"]),
    "inputs of the body": lambda it: it["body"]["inputs"][0].update(outpoint="cd:0"),
    "another recipient": lambda it: it["moves"][0].update(recipient="ltc1thief"),
    "change to another": lambda it: it["moves"][1].update(recipient="ltc1thief"),
    "more to one": lambda it: it["moves"][0].update(amount="901", arrives="901"),
    "amount and arrives differ": lambda it: it["moves"][1].update(amount="500"),
    "less than the fee explains": lambda it: it["moves"][1].update(amount="400", arrives="400"),
    "a cost nobody pays": lambda it: it.update(highest_cost="31"),
    "one more": lambda it: it["moves"].append(it["moves"][0]),
    "none": lambda it: it.update(moves=[]),
    "another place": lambda it: it["serves"][0].update(position="vout:1"),
    "another case": lambda it: it["serves"][0].update(place=9),
    "too dear": lambda it: it.update(highest_cost="101"),
}


@pytest.mark.parametrize("purpose", ["sweep", "refund"])
def test_outputs_are_kept_but_for_the_fee(desk: Desk, purpose: str) -> None:
    was = step_to_json(utxo_step(purpose))
    with desk.database.reading() as session:
        assert allowed(session, was, step_to_json(utxo_dearer(purpose)))
        assert not allowed(session, was, was)
        for attack, change in UTXO_ATTACKS.items():
            forged = step_to_json(utxo_dearer(purpose))
            change(forged)
            assert not allowed(session, was, forged), attack


def test_what_is_paid_is_never_less_and_the_change_may_end(desk: Desk) -> None:
    was = step_to_json(replace(utxo_step("refund"), highest_cost=60))
    paid = utxo_step("refund").moves[0]
    bare = replace(utxo_step("refund"), moves=(paid,), highest_cost=560)
    less = replace(bare, moves=(replace(paid, amount=899, arrives=899),), highest_cost=561)
    with desk.database.reading() as session:
        assert allowed(session, was, step_to_json(bare))
        assert not allowed(session, was, step_to_json(less))


def test_bytes_of_a_replacement_never_change(desk: Desk) -> None:
    _, plan = recorded(desk)
    step = desk.steps(plan)[SWEEP]
    offer(desk, plan, {SWEEP: dearer(step)})
    for change in ("unsigned = '{}'", "number = 2", '"index" = 0', "signed = '0x02'", "hash = 'x'"):
        console(desk, f"UPDATE step_replacement SET {change} WHERE plan_id = :plan", plan)
    hand_in(desk, plan, 1, sign(dearer(step)))
    for change in ("signed = '0x02'", "hash = 'x'", "signed = NULL, hash = NULL"):
        console(desk, f"UPDATE step_replacement SET {change} WHERE plan_id = :plan", plan)
    console(desk, "DELETE FROM step_replacement WHERE plan_id = :plan", plan)
    console(desk, "UPDATE plan_step SET mined_hash = '0xfe' WHERE plan_id = :plan", plan)
    with desk.database.reading() as session:
        kept = session.get_one(StepReplacement, (plan.id, 1))
        assert kept.signed == sign(dearer(step))
        assert plans.plan_steps(session, session.get_one(Plan, plan.id))[SWEEP].mined_hash is None


def console(desk: Desk, statement: str, plan: Plan) -> None:
    with pytest.raises((IntegrityError, Conflict)), desk.database.unit_of_work() as session:
        session.execute(text(statement), {"plan": plan.id})
