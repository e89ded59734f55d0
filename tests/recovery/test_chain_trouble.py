"""When the chain does something else than the plan: a sweep that fails for good, a refund that did not pay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from recovery.domain.accounting import unsettled
from recovery.errors import MoveNotOpen
from recovery.models import Alarm, Plan, Posting
from tests.recovery.sample_world import SampleWorld, make_world
from tests.recovery.test_journey_services import settle, sign_off, token_balance, view

pytestmark = pytest.mark.promise

SAYS_YES_AND_MOVES_NOTHING = "0x600160005260206000f3"
SOMEBODY = "0x00000000000000000000000000000000000A11cE"


@pytest.fixture
def trouble(database_url: str, start_anvil: Any, tmp_path: Path) -> Iterator[SampleWorld]:
    """A chain and a database of their own."""
    made = make_world(database_url, start_anvil(), tmp_path)
    yield made
    made.database.close()


def planned(world: SampleWorld) -> tuple[str, dict[str, Any]]:
    """A case whose sweep waits to be signed off, and its deposit."""
    deposit = world.deposit("unlisted_token")
    ref = world.open(deposit["hash"])
    world.work_until(ref, "under_review", mine=False)
    specialist = world.actor("specialist")
    world.move(specialist, ref, "conclude")
    world.move(specialist, ref, "quote")
    digest = view(world, "depositor", ref).quote["digest"]  # type: ignore[index]
    destination = world.world["outside_wallets"]["acct-1001"]
    world.move(world.actor("depositor"), ref, "accept", destination=destination, quote_digest=digest)
    world.move(specialist, ref, "prepare_sweep")
    world.work()
    assert world.case(ref).state == "sweep_sign_off"
    return ref, deposit


def send_as(world: SampleWorld, holder: str, contract: str, recipient: str, amount: int) -> None:
    """Somebody who controls an address moves its tokens."""
    world.anvil.rpc("anvil_impersonateAccount", holder)
    world.anvil.rpc("anvil_setBalance", holder, hex(10**18))
    data = "0xa9059cbb" + recipient[2:].lower().rjust(64, "0") + f"{amount:064x}"
    world.anvil.rpc("eth_sendTransaction", {"from": holder, "to": contract, "data": data})
    world.anvil.rpc("anvil_mine", "0x5")
    world.anvil.rpc("anvil_stopImpersonatingAccount", holder)


def test_a_sweep_that_failed_for_good_is_booked_back_and_done_again(trouble: SampleWorld) -> None:
    ref, deposit = planned(trouble)
    held = token_balance(trouble, deposit["contract"], deposit["recipient"])
    send_as(trouble, deposit["recipient"], deposit["contract"], SOMEBODY, held)
    sign_off(trouble, ref, "sweep")
    settle(trouble)
    trouble.work_until(ref, "sweep_on_hold")
    assert [plan["state"] for plan in view(trouble, "lead", ref).plans] == ["dead"]
    send_as(trouble, SOMEBODY, deposit["contract"], deposit["recipient"], held)
    trouble.move(trouble.actor("lead"), ref, "plan_sweep_again")
    trouble.work()
    sign_off(trouble, ref, "sweep")
    settle(trouble)
    trouble.work_until(ref, "refund_sign_off")
    sign_off(trouble, ref, "refund")
    settle(trouble)
    trouble.work_until(ref, "completed")
    with trouble.database.reading() as session:
        rows = session.execute(select(Posting.debit, Posting.credit, Posting.asset, Posting.amount)).all()
    assert not unsettled((debit, credit, asset, amount) for debit, credit, asset, amount in rows)


@pytest.mark.parametrize("kind", ["sweep", "refund"])
def test_a_wallet_used_past_the_plan_stops_the_case(trouble: SampleWorld, kind: str) -> None:
    """The nonce of a recorded step is used up by another transaction: it can never be mined, and people must know."""
    ref, _ = planned(trouble)
    sign_off(trouble, ref, "sweep")
    if kind == "refund":
        settle(trouble)
        trouble.work_until(ref, "refund_sign_off")
        sign_off(trouble, ref, "refund")
    sender = view(trouble, "wallet", ref).plans[-1]["steps"][0]["sender"]
    trouble.anvil.rpc("anvil_impersonateAccount", sender)
    trouble.anvil.rpc("eth_sendTransaction", {"from": sender, "to": SOMEBODY, "value": "0x1"})
    trouble.anvil.rpc("anvil_mine", "0x5")
    trouble.anvil.rpc("anvil_stopImpersonatingAccount", sender)
    settle(trouble)
    trouble.work_until(ref, f"{kind}_on_hold", rounds=5)
    events = [event for event in view(trouble, "lead", ref).events if event["name"] == f"freeze_{kind}"]
    assert events[-1]["data"] == {"problems": {"0": ["nonce_used_by_another_transaction"]}}
    with pytest.raises(MoveNotOpen, match="no_plan_is_out"):
        trouble.move(trouble.actor("lead"), ref, f"plan_{kind}_again")
    trouble.move(trouble.actor("lead"), ref, f"resume_{kind}")
    trouble.work_until(ref, f"{kind}_on_hold", rounds=5)


def test_a_refund_paid_under_another_hash_is_never_called_dead(trouble: SampleWorld) -> None:
    """The signer signed the same payment twice and sent the bytes nobody here knows: a second refund would pay twice."""
    ref, _ = planned(trouble)
    sign_off(trouble, ref, "sweep")
    settle(trouble)
    trouble.work_until(ref, "refund_sign_off")
    sign_off(trouble, ref, "refund")
    step = view(trouble, "wallet", ref).plans[-1]["steps"][0]
    trouble.anvil.rpc("anvil_impersonateAccount", step["sender"])
    same = {"from": step["sender"], "to": step["body"]["to"], "data": step["body"]["data"]}
    trouble.anvil.rpc("eth_sendTransaction", same)
    trouble.anvil.rpc("anvil_mine", "0x5")
    trouble.anvil.rpc("anvil_stopImpersonatingAccount", step["sender"])
    settle(trouble)
    for _ in range(3):
        trouble.work()
        assert trouble.case(ref).state == "paying"
    with pytest.raises(MoveNotOpen):
        trouble.move(trouble.actor("lead"), ref, "prove_refund_dead")
    with trouble.database.reading() as session:
        assert "outflow_without_plan" in session.scalars(select(Alarm.kind)).all()


def test_a_refund_that_did_not_pay_is_frozen_and_no_second_is_possible(trouble: SampleWorld) -> None:
    ref, deposit = planned(trouble)
    sign_off(trouble, ref, "sweep")
    settle(trouble)
    trouble.work_until(ref, "refund_sign_off")
    sign_off(trouble, ref, "refund")
    trouble.anvil.rpc("anvil_setCode", deposit["contract"], SAYS_YES_AND_MOVES_NOTHING)
    settle(trouble)
    trouble.work_until(ref, "refund_on_hold")
    with pytest.raises(MoveNotOpen, match="no_plan_is_out"):
        trouble.move(trouble.actor("lead"), ref, "plan_refund_again")
    with trouble.database.reading() as session:
        states = session.scalars(select(Plan.state).where(Plan.kind == "refund")).all()
    assert states == ["recorded"]
    trouble.move(trouble.actor("lead"), ref, "resume_refund")
    trouble.work_until(ref, "refund_on_hold")
