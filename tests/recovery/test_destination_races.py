"""A change of the refund's address against everything that pays, on real connections and in either order."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from recovery.models import Notice, Plan
from recovery.services import destinations
from tests.recovery.desk import WALLET, Desk, find
from tests.recovery.test_races import Attempt, at_once, check, in_line

pytestmark = pytest.mark.promise

ELSEWHERE = "0x1d17CBcF0D6D143135aE902365D2E5e2A16538D4"
THIRD = "0x06eFdBFf2a14a7c8E15944D1F4A48F9F95F663A4"
ORDERS = pytest.mark.parametrize("order", ["change first", "other first", "free"])


def changing(desk: Desk, ref: str, to: str = ELSEWHERE) -> Attempt:
    desk.check_destination(ref, to)
    return lambda: desk.move("owner", ref, "change_destination", destination=to)


def run(desk: Desk, ref: str, order: str, change: Attempt, other: Attempt) -> list[BaseException | None]:
    if order == "free":
        return at_once(change, other)
    if order == "change first":
        return in_line(desk, ref, change, other)
    return in_line(desk, ref, other, change)[::-1]


def released_to(desk: Desk, ref: str) -> set[str]:
    """Where live plans that left the house pay to."""
    with desk.database.reading() as session:
        plan = desk.plan(ref, "refund")
        if plan is None or plan.state == "drafted":
            return set()
        assert session.get(Plan, plan.id) is not None
        return {address for address in (ELSEWHERE, THIRD) if address in plan.payload}


@ORDERS
def test_change_against_release(desk: Desk, order: str) -> None:
    """Either the plan left before, and the change is refused; or it is void, and nothing leaves."""
    ref = desk.swept()
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    nonce = desk.fresh_nonce()
    changed, _ = run(desk, ref, order, changing(desk, ref), lambda: release_as_a_job(desk, ref, nonce))
    if changed is None:
        assert (desk.state(ref), desk.plan(ref, "refund")) == ("swept", None)
    else:
        assert desk.state(ref) == "paying"
        assert released_to(desk, ref) == set()
    check(desk, ref)


def release_as_a_job(desk: Desk, ref: str, nonce: int) -> None:
    """What the job does: nothing, where no drafted plan is left."""
    if desk.plan(ref, "refund") is not None:
        try:
            desk.release(ref, "refund", {WALLET: nonce})
        except AssertionError:
            return  # the plan was void once the case was held


@ORDERS
def test_change_against_the_last_approval(desk: Desk, order: str) -> None:
    """An approval counts for the plan it was of, and never for one to the new address."""
    ref = desk.swept()
    plan = desk.draft(ref, "refund")
    desk.sign_off(ref, "refund", "wallet")
    change = changing(desk, ref)
    approve: Attempt = lambda: desk.move("clearing", ref, "approve_refund_clearing", digest=plan.digest)  # noqa: E731
    changed, _ = run(desk, ref, order, change, approve)
    assert changed is None
    assert (desk.state(ref), desk.plan(ref, "refund")) == ("swept", None)
    check(desk, ref)


def test_two_changes_at_once_bind_one_after_the_other(desk: Desk) -> None:
    ref = desk.accepted()
    one, other = changing(desk, ref), changing(desk, ref, THIRD)
    assert at_once(one, other) == [None, None]
    with desk.database.reading() as session:
        assert destinations.bound_destination(session, find(session, ref)) in (ELSEWHERE, THIRD)
    check(desk, ref)


def test_two_clicks_on_a_link_count_once(desk: Desk) -> None:
    ref = desk.accepted()
    changing(desk, ref)()
    with desk.database.reading() as session:
        notice = session.scalars(select(Notice).where(Notice.case_id == find(session, ref).id)).one()

    def click() -> None:
        with desk.database.unit_of_work() as session:
            assert destinations.deny(session, notice.id)

    ended = at_once(click, click, click)
    assert sorted(str(one) for one in ended) == ["None", "notice_was_used", "notice_was_used"]
    assert [event.name for event in desk.events(ref)].count("deny_destination") == 1
    check(desk, ref)
