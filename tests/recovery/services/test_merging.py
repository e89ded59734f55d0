"""A second appeal of the same claimant ends in the first; a leg that was settled before points to where it was."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, InternalError

from recovery.domain.actor import SYSTEM
from recovery.domain.ids import new_id
from recovery.models import Credit, MergedCase
from recovery.queries.case_view import case_view
from recovery.queries.disputes import settled_pointer
from recovery.services.merging import merge
from recovery.services.transitions import advance, lock
from tests.recovery.desk import GROSS, LISTED, LONG_AGO, NETWORK, Desk, find, new_hash, seen, transfer


def merged(desk: Desk, ref: str, into: str) -> None:
    """What the machine does with a second appeal."""
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        if case.state == "submitted":
            advance(session, SYSTEM, case, "start_check")
        merge(session, case, find(session, into))


def test_the_second_appeal_points_to_the_first_and_keeps_its_words(desk: Desk) -> None:
    first = desk.reviewed()
    second = desk.open(new_hash(), message="the same under its other name")
    merged(desk, second, first)
    assert (desk.state(second), desk.state(first)) == ("merged", "under_review")
    desk.check_history(second)
    with desk.database.reading() as session:
        mine = case_view(session, desk["owner"], find(session, second))
        assert (mine.merged_into, mine.label, mine.closed) == (first, "solved", True)
        assert [message["body"] for message in mine.messages] == ["the same under its other name"]
        assert case_view(session, desk["owner"], find(session, first)).merged_from == (second,)
        assert case_view(session, desk["maker"], find(session, first)).merged_from == (second,)


def test_a_third_is_led_to_the_one_that_goes_on(desk: Desk) -> None:
    first = desk.reviewed()
    second, third = desk.open(new_hash()), desk.open(new_hash())
    merged(desk, second, first)
    merged(desk, third, second)
    with desk.database.reading() as session:
        assert case_view(session, desk["owner"], find(session, third)).merged_into == first


def test_nobody_is_led_to_a_strangers_case(desk: Desk) -> None:
    first = desk.reviewed()
    other = desk.open(new_hash(), by="stranger")
    with pytest.raises(ValueError, match="same claimant"):
        merged(desk, other, first)
    assert desk.state(other) == "submitted"


def test_nothing_is_merged_into_itself(desk: Desk) -> None:
    ref = desk.open(new_hash())
    with pytest.raises(ValueError, match="another case"):
        merged(desk, ref, ref)


def test_a_second_sign_in_of_the_account_does_not_see_the_number_of_the_first(desk: Desk) -> None:
    desk.person("brother", "depositor", account="acct-1")
    first, second = desk.reviewed(), desk.open(new_hash(), by="brother")
    merged(desk, second, first)
    with desk.database.reading() as session:
        assert case_view(session, desk["brother"], find(session, second)).merged_into is None
        assert case_view(session, desk["maker"], find(session, second)).merged_into == first
        assert case_view(session, desk["owner"], find(session, first)).merged_from == ()


def test_the_same_hash_still_leads_to_the_open_case(desk: Desk) -> None:
    hash = new_hash()
    assert desk.open(hash) == desk.open(hash)


def test_a_pointer_stays(desk: Desk) -> None:
    first, second = desk.reviewed(), desk.open(new_hash())
    merged(desk, second, first)
    with pytest.raises((IntegrityError, InternalError)), desk.database.unit_of_work() as session:
        session.delete(session.get_one(MergedCase, find(session, second).id))


# settled before


def credit(desk: Desk, hash: str, account: str, position: str) -> None:
    desk.add(
        Credit(
            id=new_id(), network=NETWORK.slug, hash=hash, position=position, account=account, contract=LISTED,
            amount=GROSS, credited_at=LONG_AGO,
        )
    )  # fmt: skip


@pytest.mark.parametrize("position", ["log:0", ""])
def test_a_credited_leg_points_to_the_credit_of_the_own_account(desk: Desk, position: str) -> None:
    hash = new_hash()
    credit(desk, hash, "acct-1", position)
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED, symbol="USDX")))
    assert desk.case(ref).cause == "H01"
    with desk.database.reading() as session:
        shown = case_view(session, desk["owner"], find(session, ref)).settled
        assert shown == {
            "kind": "credited", "at": LONG_AGO, "amount": GROSS, "contract": LISTED, "symbol": "USDX", "decimals": 18,
        }  # fmt: skip


def test_a_credit_to_somebody_else_is_never_pointed_to(desk: Desk) -> None:
    hash = new_hash()
    credit(desk, hash, "acct-2", "log:0")
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED, symbol="USDX")))
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        assert settled_pointer(session, case) is None
        case.cause = "H01"  # even if a diagnosis said so
        session.flush()
        assert settled_pointer(session, case) is None


def test_a_refunded_leg_points_to_the_own_case_that_paid(desk: Desk) -> None:
    first, plan = desk.refund_released()
    desk.record(plan)
    desk.confirm(first, "refund")
    hash = desk.case(first).hash
    again = desk.open(hash)
    assert again != first
    desk.look(again, seen(hash, transfer()))
    assert (desk.state(again), desk.case(again).cause) == ("solved", "H02")
    with desk.database.reading() as session:
        mine = case_view(session, desk["owner"], find(session, again)).settled
        assert mine is not None
        assert (mine["kind"], mine["case"], mine["amount"]) == ("case", first, GROSS)
    desk.person("brother", "depositor", account="acct-1")
    theirs = desk.open(hash, by="brother")
    desk.look(theirs, seen(hash, transfer()))
    with desk.database.reading() as session:
        assert case_view(session, desk["brother"], find(session, theirs)).settled is None
        assert session.scalar(select(MergedCase.case_id).where(MergedCase.case_id == find(session, theirs).id)) is None
