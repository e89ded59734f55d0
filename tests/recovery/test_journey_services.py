"""The journey of the mission, told through the services alone: from a pasted hash to a refund on a real chain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from recovery.domain.accounting import balances, unsettled
from recovery.embedded.anvil import Anvil
from recovery.errors import MoveNotOpen, NotAllowed, NotFound
from recovery.models import Posting, Quote
from recovery.queries.case_view import CaseView, case_view
from recovery.queries.cases import find_case
from recovery.queries.plans import list_plans
from tests.recovery.sample_world import SampleWorld, make_world


@pytest.fixture
def world(database_url: str, start_anvil: Any, tmp_path: Path) -> Iterator[SampleWorld]:
    """A chain and a database of their own."""
    anvil: Anvil = start_anvil()
    made = make_world(database_url, anvil, tmp_path)
    yield made
    made.database.close()


def view(world: SampleWorld, role: str, ref: str) -> CaseView:
    """The case as a role sees it."""
    actor = world.actor(role)
    with world.database.reading() as session:
        return case_view(session, actor, find_case(session, actor, ref))


def sign_off(world: SampleWorld, ref: str, kind: str) -> None:
    """Both teams approve the digest they see."""
    digest = view(world, "wallet", ref).plans[-1]["digest"]
    world.move(world.actor("wallet"), ref, f"approve_{kind}_wallet", digest=digest)
    world.move(world.actor("clearing"), ref, f"approve_{kind}_clearing", digest=digest)
    world.work()


def settle(world: SampleWorld) -> None:
    """The signer signs what is released and hands it in; the product broadcasts."""
    with world.database.reading() as session:
        plans = list_plans(session, world.actor("signer"), state="released")
    for plan in plans:
        world.record(plan, world.sign(plan))


def test_an_unlisted_token_comes_back_to_its_owner(world: SampleWorld) -> None:
    deposit = world.deposit("unlisted_token")
    ref = world.open(deposit["hash"])
    world.work_until(ref, "under_review", mine=False)
    assert world.case(ref).cause == "D01"
    specialist = world.actor("specialist")
    world.move(specialist, ref, "take")
    world.move(specialist, ref, "ask_depositor", question="Which wallet did you send from?")
    world.move(world.actor("depositor"), ref, "answer", answer="My own.")
    world.move(specialist, ref, "conclude")
    world.move(specialist, ref, "quote")
    quote = view(world, "depositor", ref).quote
    assert quote is not None
    assert quote["gross"] == int(deposit["amount"])
    assert quote["fee"] > 0
    assert quote["net"] == quote["gross"] - quote["fee"] - quote["network_cost"]
    destination = world.world["outside_wallets"]["acct-1001"]
    world.move(world.actor("depositor"), ref, "accept", destination=destination.lower(), quote_digest=quote["digest"])
    world.move(specialist, ref, "prepare_sweep")
    world.work()
    assert world.case(ref).state == "sweep_sign_off"
    sign_off(world, ref, "sweep")
    assert world.case(ref).state == "sweeping"
    settle(world)
    world.work_until(ref, "refund_sign_off")
    sign_off(world, ref, "refund")
    before = token_balance(world, deposit["contract"], destination)
    settle(world)
    world.work_until(ref, "completed")
    assert token_balance(world, deposit["contract"], destination) - before == quote["net"]
    statement = view(world, "depositor", ref).statement
    assert statement is not None
    assert statement["net"] == quote["net"]
    with world.database.reading() as session:
        rows = session.execute(select(Posting.debit, Posting.credit, Posting.asset, Posting.amount)).all()
        assert not unsettled(rows)
        asset = session.scalars(select(Quote.asset)).one()
        assert -balances(rows)["4100", asset] == quote["fee"]


def token_balance(world: SampleWorld, contract: str, holder: str) -> int:
    """What the chain itself says somebody holds."""
    data = "0x70a08231" + holder.removeprefix("0x").lower().rjust(64, "0")
    return int(world.anvil.rpc("eth_call", {"to": contract, "data": data}, "latest"), 16)


@pytest.mark.parametrize(
    ("kind", "state", "cause"),
    [
        ("reverted", "declined", "A09"),
        ("foreign_address", "declined", "B12"),
        ("credited", "solved", "H01"),
        ("other_user", "declined", "B08"),
        ("internal_native", "credit_sign_off", "F01"),
        ("uncredited_listed", "credit_sign_off", "G02"),
    ],
)
def test_the_machine_settles_what_it_can_alone(world: SampleWorld, kind: str, state: str, cause: str) -> None:
    ref = world.open(world.deposit(kind)["hash"])
    world.work_until(ref, state, mine=False)
    assert world.case(ref).cause == cause


@pytest.mark.parametrize(("kind", "problem"), [("unsweepable_token", "refused_by_node")])
def test_a_token_that_does_not_do_what_it_says_is_never_quoted(world: SampleWorld, kind: str, problem: str) -> None:
    ref = world.open(world.deposit(kind)["hash"])
    world.work_until(ref, "under_review", mine=False)
    world.work()
    probe = view(world, "specialist", ref).probe
    assert probe is not None
    assert (probe["ok"], probe["problem"]) == (False, problem)
    with pytest.raises(MoveNotOpen, match="token_was_probed"):
        world.move(world.actor("specialist"), ref, "conclude")


def test_a_confirming_deposit_is_looked_at_again_by_itself(world: SampleWorld) -> None:
    ref = world.open(world.deposit("confirming")["hash"])
    world.work()
    assert world.case(ref).state == "waiting_for_chain"
    world.work_until(ref, "credit_sign_off")


def test_a_foreign_case_number_is_not_found(world: SampleWorld) -> None:
    ref = world.open(world.deposit("unlisted_token")["hash"])
    with world.database.reading() as session, pytest.raises(NotFound):
        find_case(session, world.actor("depositor", 1), ref)


def test_a_credit_is_approved_by_clearing_and_booked(world: SampleWorld) -> None:
    ref = world.open(world.deposit("internal_native")["hash"])
    world.work_until(ref, "credit_sign_off", mine=False)
    with pytest.raises(NotAllowed):
        world.move(world.actor("specialist"), ref, "approve_credit")
    world.move(world.actor("clearing"), ref, "approve_credit")
    world.work()
    assert world.case(ref).state == "completed"


def test_not_found_names_the_networks_nobody_could_be_asked_about(world: SampleWorld) -> None:
    ref = world.open("0x" + "9e" * 32)
    world.work_until(ref, "needs_information", mine=False)
    diagnosis = view(world, "specialist", ref).diagnosis
    assert diagnosis is not None
    assert diagnosis["cause"] == "A03"
    unasked = diagnosis["checks"][-1]
    assert (unasked["answer"], unasked["why"]) == ("unknown", "no_node_for_some_candidates")
    assert "ethereum" in unasked["evidence"]
    assert "local" not in unasked["evidence"]
