"""Planning what moves value: whatever keeps a plan from being made comes back to people, with its reason."""

from __future__ import annotations

import pytest
from sqlalchemy import func, update

from recovery.models import OwnedAddress
from tests.recovery.desk import WALLET, Desk
from tests.recovery.jobs.test_watching import work
from tests.recovery.services.test_advances import limit

pytestmark = pytest.mark.promise


def test_an_advance_without_its_wallet_comes_back_to_people(desk: Desk) -> None:
    """Nobody could move the case while its job failed again and again."""
    desk.person("proposer", "clearing")
    limit(desk)
    ref = desk.accepted()
    desk.move("proposer", ref, "propose_advance", reason="a month of waiting is too long")
    desk.move("lead", ref, "approve_advance")
    work(desk, "advance.plan", [ref], rounds=1)
    assert desk.state(ref) == "refund_on_hold"
    assert '"plan":["no_wallet_of_ours"]' in desk.events(ref)[-1].body
    desk.move("lead", ref, "drop_advance", reason="the coins come first")
    assert desk.state(ref) == "accepted"


def test_a_sweep_without_a_wallet_of_ours_comes_back_to_people(desk: Desk) -> None:
    ref = desk.accepted()
    desk.move("maker", ref, "prepare_sweep")
    with desk.database.unit_of_work() as session:
        session.execute(update(OwnedAddress).where(OwnedAddress.address == WALLET).values(valid_until=func.now()))
    work(desk, "sweep.plan", [ref], rounds=1)
    with desk.database.unit_of_work() as session:
        session.execute(update(OwnedAddress).where(OwnedAddress.address == WALLET).values(valid_until=None))
    assert desk.state(ref) == "accepted"
    assert '"problem":"no_wallet_of_ours"' in desk.events(ref)[-1].body
