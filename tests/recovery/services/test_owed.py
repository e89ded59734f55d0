"""A refund pays what the books owe the case, no more and no less, whatever a token kept and whatever people corrected."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from chains.sending import Served
from recovery.domain.accounting import balances
from recovery.domain.chart import LOSS
from recovery.domain.screening import Gate
from recovery.errors import Conflict
from recovery.models import Plan
from recovery.queries.ledger import postings_of
from recovery.services import evidence, ledger, plans
from recovery.services.transitions import lock
from tests.recovery.desk import COST, DEPOSIT, GROSS, NETWORK, TANK, TOKEN, WALLET, Desk, find, sweep_steps
from tests.recovery.jobs.test_watching import work
from tests.recovery.services.test_advances import paid
from tests.recovery.services.test_batches_of_cases import accepted as batch_accepted, drafted, steps_for

pytestmark = pytest.mark.promise

ASSET = f"eip155:31337/erc20:{TOKEN.lower()}"


def swept(desk: Desk, ref: str, keeps: int) -> str:
    """The coins of an accepted case are collected, and the token keeps this much of them."""
    desk.move("maker", ref, "prepare_sweep")
    top_up, sweep = sweep_steps()
    (move,) = sweep.moves
    short = replace(sweep, moves=(replace(move, arrives=GROSS - keeps),), serves=(Served(0, GROSS - keeps),))
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        desk._screen(session, case, Gate.SWEEP)
        maker = desk["maker"].id
        plans.draft(session, [case], "sweep", NETWORK, (top_up, short), prepared_by=maker, destination=WALLET)
    desk.sign_off(ref, "sweep")
    nonce = desk.fresh_nonce()
    desk.record(desk.release(ref, "sweep", {TANK: nonce, DEPOSIT: nonce}))
    desk.confirm(ref, "sweep")
    return ref


def keeping(desk: Desk, keeps: int) -> str:
    """A case whose quote foresees that the token keeps a part."""
    ref = desk.reviewed()
    with desk.database.unit_of_work() as session:
        evidence.write_probe(
            session, find(session, ref), problem=None, symbol="ODD", decimals=18, balance=GROSS, network_cost=COST,
            token_keeps=keeps,
        )  # fmt: skip
    desk.move("maker", ref, "conclude")
    desk.move("maker", ref, "quote")
    desk.accept(ref)
    return ref


def corrected(desk: Desk, ref: str, kind: str) -> None:
    """Two people take a posting of the case back."""
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        (posting,) = [row for row in postings_of(session, case.id) if row.kind == kind]
        wrong = ledger.propose_correction(session, desk["clearing"], case, posting.id, "ours to bear")
    with desk.database.unit_of_work() as session:
        ledger.decide_correction(session, desk["lead"], wrong.id, approve=True)


def test_another_amount_than_is_owed_is_not_planned(desk: Desk) -> None:
    """Two people let the house bear what the token keeps: more is owed than was accepted, and the case could not close."""
    ref = swept(desk, keeping(desk, 7), 7)
    desk.freeze(ref, "refund")
    corrected(desk, ref, "short_passed_on")
    desk.move("lead", ref, "plan_refund_again")
    with pytest.raises(Conflict, match="owed_differs"):
        desk.draft(ref, "refund")
    work(desk, "refund.plan", [ref], rounds=1)
    assert desk.state(ref) == "refund_on_hold"
    assert '"plan":["owed_differs"]' in desk.events(ref)[-1].body


@pytest.mark.parametrize("kept", [(8, 7), (6, 7), (9, 7)])
def test_a_unit_of_coins_that_moved_together_is_ours(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, kept: tuple[int, int]
) -> None:
    """What a token keeps of all is rounded once, what it was quoted to keep of each, each time."""
    probe = partial(evidence.write_probe, token_keeps=7)
    monkeypatch.setattr(evidence, "write_probe", probe)
    batch, refs = batch_accepted(desk, 2)
    top_up, sweep = steps_for(2)
    (move,) = sweep.moves
    serves = tuple(Served(place, GROSS - part) for place, part in enumerate(kept))
    short = replace(sweep, moves=(replace(move, arrives=2 * GROSS - sum(kept)),), serves=serves)
    plan = drafted(desk, refs, batch, (top_up, short))
    desk.sign_off(refs[0], "sweep")
    nonce = desk.fresh_nonce()
    with desk.database.unit_of_work() as session:
        plans.release(session, session.get_one(Plan, plan.id), {TANK: nonce, DEPOSIT: nonce})
    desk.record(plan)
    desk.confirm(refs[0], "sweep")
    for ref in refs:
        desk.draft(ref, "refund")
        assert desk.state(ref) == "refund_sign_off"


def test_what_was_quoted_is_paid(desk: Desk) -> None:
    ref = swept(desk, keeping(desk, 7), 7)
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    desk.record(desk.release(ref, "refund", {WALLET: desk.fresh_nonce()}))
    desk.confirm(ref, "refund")
    assert (desk.state(ref), desk.unsettled(ref)) == ("completed", {})


@pytest.mark.parametrize(("quoted", "keeps"), [(0, 5), (7, 5), (7, 7)])
def test_what_the_token_keeps_of_coins_paid_in_advance_is_ours_to_bear(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, quoted: int, keeps: int
) -> None:
    """The depositor has the accepted net already, so nothing else can be passed on; what moved is booked all the same."""
    desk.person("proposer", "clearing")
    if quoted:
        monkeypatch.setattr(Desk, "accepted", lambda self: keeping(self, quoted))
    ref = swept(desk, paid(desk), keeps)
    assert desk.state(ref) == "swept"
    assert balances(desk.entries(ref)).get((LOSS, ASSET), 0) == keeps - quoted
    work(desk, "refund.plan", [ref], rounds=1)
    assert (desk.state(ref), desk.unsettled(ref)) == ("completed", {})
