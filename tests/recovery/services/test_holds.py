"""Payouts held back: a restored database holds by itself, and two people who looked let them go on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from recovery.domain.ids import new_id
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, StepUpNeeded
from recovery.models import Alarm, DatabaseIdentity, HoldRelease, PayoutHold, WatchedWallet
from recovery.queries.clock import database_now
from recovery.queries.holds import identity_now, was_restored
from recovery.queries.outflows import wallets_to_watch
from recovery.services.alarms import acknowledge, ring
from recovery.services.holds import hold_by_hand, let_go_on, notice_restore, open_holds, payouts_are_held
from tests.recovery.desk import Desk, make_desk


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    made = make_desk(database_url)
    yield made
    made.database.close()


def held(desk: Desk) -> bool:
    with desk.database.reading() as session:
        return payouts_are_held(session)


def hold(desk: Desk, by: str = "lead") -> uuid.UUID:
    with desk.database.unit_of_work() as session:
        hold_by_hand(session, desk[by], "a drill")
        return open_holds(session)[0].id


def say(desk: Desk, hold_id: uuid.UUID, by: str, reason: str = "compared", **changes: object) -> bool:
    with desk.database.unit_of_work() as session:
        return let_go_on(session, replace(desk[by], **changes), hold_id, reason)  # type: ignore[arg-type]


def look(desk: Desk) -> None:
    """As if the chain had told of every wallet just now."""
    with desk.database.unit_of_work() as session:
        now = database_now(session)
        for wallet in wallets_to_watch(session):
            row = WatchedWallet(network=wallet.network, address=wallet.address, counted=0, looked_at=now, trouble="")
            session.merge(row)


def test_a_new_installation_holds_nothing(desk: Desk) -> None:
    assert not held(desk)
    with desk.database.unit_of_work() as session:
        assert not notice_restore(session)


def test_a_copy_holds_from_the_first_moment_on(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        now = identity_now(session)
        session.add(DatabaseIdentity(id=new_id(), system=now.system, timeline="00000000"))
    assert held(desk)  # before anybody noticed
    with desk.database.unit_of_work() as session:
        assert notice_restore(session)
    with desk.database.unit_of_work() as session:
        assert not notice_restore(session)
        assert not was_restored(session)
        assert [row.why for row in open_holds(session)] == ["restored"]
        assert session.scalar(select(Alarm.kind)) == "database_restored"
    assert held(desk)


def test_an_ordinary_user_of_the_database_may_ask_which_it_is(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        session.execute(text("CREATE ROLE plain_reader"))
        session.execute(text("SET LOCAL ROLE plain_reader"))
        assert len(identity_now(session).timeline) == 8
        session.execute(text("RESET ROLE"))
        session.execute(text("DROP ROLE plain_reader"))


def test_two_others_who_looked_end_it(desk: Desk) -> None:
    hold_id = hold(desk)
    hold(desk, "clearing")  # again: still one
    assert held(desk)
    with pytest.raises(Conflict, match="wallets_not_looked_at"):
        say(desk, hold_id, "wallet")
    look(desk)
    for by, changes, refusal in (
        ("lead", {}, NotAllowed),
        ("auditor", {}, NotAllowed),
        ("owner", {}, NotFound),
        ("wallet", {"stepped_up": False}, StepUpNeeded),
    ):
        with pytest.raises(refusal):
            say(desk, hold_id, by, **changes)
    with pytest.raises(InvalidInput):
        say(desk, hold_id, "wallet", " ")
    assert [say(desk, hold_id, "wallet"), say(desk, hold_id, "wallet")] == [False, False]
    assert held(desk)
    assert say(desk, hold_id, "clearing")
    assert not held(desk)
    with pytest.raises(NotFound):
        say(desk, hold_id, "both")


def test_nobody_ends_it_while_a_wallet_sent_what_no_plan_knows(desk: Desk) -> None:
    hold_id = hold(desk)
    look(desk)
    with desk.database.unit_of_work() as session:
        alarm = ring(session, "outflow_without_plan", "local:0x1:5", {}).id
    with pytest.raises(Conflict, match="outflow_unexplained"):
        say(desk, hold_id, "wallet")
    with desk.database.unit_of_work() as session:
        acknowledge(session, desk["lead"], alarm, "the payout of case 5, made before the restore")
    assert not say(desk, hold_id, "wallet")


def test_the_database_wants_two(desk: Desk) -> None:
    hold_id = hold(desk)
    ended = update(PayoutHold).where(PayoutHold.id == hold_id).values(ended_at=text("now()"))
    with pytest.raises(IntegrityError), desk.database.unit_of_work() as session:
        session.execute(ended)
    desk.add(*(HoldRelease(hold_id=hold_id, person_id=desk[name].id, reason="x") for name in ("lead", "wallet")))
    with pytest.raises(IntegrityError), desk.database.unit_of_work() as session:
        session.execute(ended)  # one of the two began it
    for statement in (text("DELETE FROM payout_hold"), text("DELETE FROM hold_release")):
        with pytest.raises(IntegrityError), desk.database.unit_of_work() as session:
            session.execute(statement)
