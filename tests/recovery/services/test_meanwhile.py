"""What becomes untrue while a plan waits: credited by somebody, an account frozen, an address that is another's now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update

from recovery.domain.ids import new_id
from recovery.errors import MoveNotOpen
from recovery.jobs.planning import _refund_due
from recovery.models import Account, Credit, OwnedAddress
from recovery.queries.custody import our_wallet
from tests.recovery.desk import (
    GROSS,
    LISTED,
    LONG_AGO,
    NETWORK,
    OUTSIDE,
    TANK,
    TOKEN,
    WALLET,
    Desk,
    find,
    new_hash,
    seen,
    transfer,
)

pytestmark = pytest.mark.promise

NOW = datetime(2025, 1, 1, tzinfo=UTC)


def credited(desk: Desk, ref: str, contract: str = TOKEN) -> None:
    """The exchange credits the deposit by itself."""
    desk.add(
        Credit(
            id=new_id(), network=NETWORK.slug, hash=desk.case(ref).hash, position="", account="acct-1", contract=contract,
            amount=GROSS, credited_at=LONG_AGO,
        )
    )  # fmt: skip


@contextmanager
def frozen(desk: Desk) -> Iterator[None]:
    """The depositor's account is frozen."""
    desk.add(Account(account="acct-1", state="frozen"))
    try:
        yield
    finally:
        with desk.database.unit_of_work() as session:
            session.execute(delete(Account).where(Account.account == "acct-1"))


@contextmanager
def retired(desk: Desk, address: str) -> Iterator[None]:
    """A wallet of ours is out of use."""
    mine = update(OwnedAddress).where(OwnedAddress.address == address)
    with desk.database.unit_of_work() as session:
        session.execute(mine.values(valid_until=LONG_AGO))
    try:
        yield
    finally:
        with desk.database.unit_of_work() as session:
            session.execute(mine.values(valid_until=None))


@contextmanager
def now_ours(desk: Desk, address: str) -> Iterator[None]:
    """An address becomes one of ours."""
    desk.add(
        OwnedAddress(
            id=new_id(), network=NETWORK.slug, address=address, account="acct-9", kind="deposit", custody="key",
            valid_from=LONG_AGO, valid_until=None,
        )
    )  # fmt: skip
    try:
        yield
    finally:
        with desk.database.unit_of_work() as session:
            session.execute(delete(OwnedAddress).where(OwnedAddress.address == address))


def refund_drafted(desk: Desk) -> str:
    ref = desk.swept()
    desk.draft(ref, "refund")
    return ref


def refused(desk: Desk, ref: str, kind: str, guard: str) -> None:
    """Neither a sign-off nor, after both, the release."""
    plan = desk.plan(ref, kind)
    assert plan is not None
    with pytest.raises(MoveNotOpen, match=guard):
        desk.move("wallet", ref, f"approve_{kind}_wallet", digest=plan.digest)


def test_what_the_exchange_credited_meanwhile_is_not_refunded_too(desk: Desk) -> None:
    ref = refund_drafted(desk)
    desk.move("wallet", ref, "approve_refund_wallet", digest=desk.plan(ref, "refund").digest)  # type: ignore[union-attr]
    credited(desk, ref)
    with pytest.raises(MoveNotOpen, match="leg_is_not_credited"):
        desk.sign_off(ref, "refund", "clearing")
    desk.move("clearing", ref, "reject_refund", reason="credited by hand")
    assert desk.state(ref) == "refund_on_hold"


def test_a_credit_between_the_sign_offs_and_the_release_stops_the_release(desk: Desk) -> None:
    ref = refund_drafted(desk)
    desk.sign_off(ref, "refund")
    credited(desk, ref)
    with pytest.raises(MoveNotOpen, match="leg_is_not_credited"):
        desk.release(ref, "refund", {WALLET: desk.fresh_nonce()})
    assert desk.state(ref) == "refund_sign_off"


def test_a_credited_deposit_is_not_swept_for_a_refund(desk: Desk) -> None:
    ref = desk.accepted()
    credited(desk, ref)
    with pytest.raises(MoveNotOpen, match="leg_is_not_credited"):
        desk.move("maker", ref, "prepare_sweep")


def test_what_the_exchange_credited_by_itself_is_not_credited_again(desk: Desk) -> None:
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED, symbol="USDX")))
    assert desk.state(ref) == "credit_sign_off"
    credited(desk, ref, LISTED)
    with pytest.raises(MoveNotOpen, match="leg_is_not_credited"):
        desk.move("clearing", ref, "approve_credit")
    desk.move("clearing", ref, "reject_credit", reason="credited meanwhile")
    desk.move("lead", ref, "check_again")
    desk.look(ref, seen(hash, transfer(LISTED, symbol="USDX")))
    assert (desk.state(ref), desk.case(ref).cause) == ("solved", "H01")


def test_nothing_is_paid_out_while_the_account_is_frozen(desk: Desk) -> None:
    ref, late = refund_drafted(desk), refund_drafted(desk)
    desk.sign_off(late, "refund")
    with frozen(desk):
        refused(desk, ref, "refund", "account_is_not_blocked")
        with pytest.raises(MoveNotOpen, match="account_is_not_blocked"):
            desk.release(late, "refund", {WALLET: desk.fresh_nonce()})
    desk.release(late, "refund", {WALLET: desk.fresh_nonce()})
    assert desk.state(late) == "paying"


def test_the_owner_learns_nothing_of_a_frozen_account(desk: Desk) -> None:
    ref = desk.quoted()
    with frozen(desk):
        desk.accept(ref)
    assert desk.state(ref) == "accepted"


@pytest.mark.parametrize("wallet", [WALLET, TANK])
def test_nothing_is_swept_to_or_fuelled_from_a_wallet_out_of_use(desk: Desk, wallet: str) -> None:
    ref, late = desk.drafted(), desk.drafted()
    desk.sign_off(late, "sweep")
    with retired(desk, wallet):
        refused(desk, ref, "sweep", "addresses_still_hold")
        with pytest.raises(MoveNotOpen, match="addresses_still_hold"):
            desk.release(late, "sweep")
    desk.move("wallet", ref, "reject_sweep", reason="another wallet now")
    assert desk.state(ref) == "accepted"


def test_nothing_is_refunded_to_an_address_that_became_ours(desk: Desk) -> None:
    ref, late = refund_drafted(desk), refund_drafted(desk)
    desk.sign_off(late, "refund")
    with now_ours(desk, OUTSIDE):
        refused(desk, ref, "refund", "addresses_still_hold")
        with pytest.raises(MoveNotOpen, match="addresses_still_hold"):
            desk.release(late, "refund", {WALLET: desk.fresh_nonce()})


def test_a_refund_is_paid_from_where_the_coins_went(desk: Desk) -> None:
    """Another recovery wallet meanwhile holds other people's coins."""
    ref = desk.swept()
    with now_ours(desk, OUTSIDE), desk.database.unit_of_work() as session:
        session.execute(
            update(OwnedAddress)
            .where(OwnedAddress.address == OUTSIDE)
            .values(account="", kind="hot", label="recovery wallet", valid_from=NOW)
        )
        assert our_wallet(session, NETWORK.slug, "recovery") == OUTSIDE
        assert _refund_due(session, find(session, ref)).coins[0].source == WALLET
        session.rollback()
