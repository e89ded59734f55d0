"""Proof by test transfer: exact amount, same sender, our claimant's address, after the report; the rest is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from chains.types import Block, Status, Transaction, TransferKind
from recovery.domain.ids import new_id
from recovery.errors import InvalidInput, MoveNotOpen, NotFound
from recovery.models import Credit, Job, OwnedAddress, PlatformLabel, Posting, TestTransfer
from recovery.services import trial_transfers
from tests.recovery.desk import DEPOSIT, LISTED, LONG_AGO, NETWORK, OUTSIDE, TOKEN, Desk, find, new_hash, seen, transfer
from tests.recovery.proving import Proving, asked, list_native, new_key


@pytest.fixture
def case(desk: Desk) -> Proving:
    """A case that was asked for a test transfer."""
    list_native(desk)
    made = asked(desk)
    made.ask("test_transfer")
    return made


def told(case: Proving, **changes: Any) -> Transaction:
    """The claimant names a transaction; what the network shows of it."""
    order = case.transfer()
    tx = case.sent(order, **changes)
    assert case.answer(order.id, hash=tx.hash).why == "network_is_asked"
    return tx


def test_the_instruction_is_exact_and_to_the_claimants_own_address(case: Proving) -> None:
    order = case.transfer()
    assert (order.sender, order.recipient, order.contract) == (case.key.address, DEPOSIT, "")
    assert 10**15 < order.amount <= 2 * 10**15
    assert order.expires_at - order.asked_at == timedelta(days=3)


def test_exactly_what_was_asked_proves_and_credits_nothing(case: Proving, desk: Desk) -> None:
    tx = told(case)
    assert case.tell(tx) is False
    proof = case.last()
    assert (proof.verdict, proof.why, proof.strength) == (True, "test_fits", "strong")
    assert proof.extra == {"hash": tx.hash, "position": "native"}
    assert case.state() == "submitted"
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Credit).where(Credit.hash == tx.hash)) == 0
        assert not session.scalars(select(Posting).where(Posting.case_id == find(session, case.ref).id)).all()


WRONG: dict[str, tuple[str, Callable[[TestTransfer], dict[str, Any]]]] = {
    "wrong sender": ("test_from_another_sender", lambda order: {"sender": new_key().address}),
    "nobody seen to send": ("test_from_another_sender", lambda order: {"sender": None}),
    "too early": ("test_too_early", lambda order: {"after": timedelta(seconds=-1)}),
    "long before": ("test_too_early", lambda order: {"after": timedelta(days=-1)}),
    "too late": ("test_too_late", lambda order: {"after": timedelta(days=3, seconds=1)}),
    "one unit more": ("test_of_another_amount", lambda order: {"amount": order.amount + 1}),
    "one unit less": ("test_of_another_amount", lambda order: {"amount": order.amount - 1}),
    "to somebody else": ("test_to_another_address", lambda order: {"recipient": OUTSIDE}),
    "another token": (
        "test_of_another_asset",
        lambda order: {"contract": TOKEN, "kind": TransferKind.TOKEN, "position": "log:0"},
    ),
    "a collectible": ("test_to_another_address", lambda order: {"kind": TransferKind.NFT}),
    "failed": ("test_failed", lambda order: {"status": Status.FAILED}),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_differs_is_refused_with_its_reason_and_another_may_be_named(case: Proving, name: str) -> None:
    why, changes = WRONG[name]
    order = case.transfer()
    tx = told(case, **changes(order))
    assert case.tell(tx) is False
    assert (case.last().verdict, case.last().why) == (False, why)
    assert case.state() == "proof_asked"
    assert case.transfer().hash is None
    assert case.tell(told(case)) is False
    assert case.state() == "submitted"


WAITS: dict[str, dict[str, Any]] = {
    "not known yet": {"status": Status.NOT_FOUND},
    "nodes silent": {"status": Status.UNKNOWN},
    "pending": {"status": Status.PENDING},
    "not final": {"final": False},
    "no block shown": {"block": None},
    "no time shown": {"block": Block(9, "", None)},
}


@pytest.mark.parametrize("name", WAITS)
def test_what_cannot_be_known_yet_waits(case: Proving, name: str) -> None:
    tx = told(case, **WAITS[name])
    assert case.tell(tx) is True
    assert case.proofs() == []
    assert case.view()["waiting"] is True
    assert case.state() == "proof_asked"


def test_silence_never_becomes_a_refusal_but_an_unknown_hash_does(case: Proving) -> None:
    tx = told(case, status=Status.UNKNOWN)
    case.age(60)
    assert case.tell(tx) is True
    assert case.tell(replace(tx, status=Status.NOT_FOUND)) is False
    assert case.last().why == "test_not_found"


def test_a_leg_beside_the_wrong_ones_is_found_and_two_halves_are_not_one(case: Proving) -> None:
    order = case.transfer()
    right = case.sent(order)
    leg = right.transfers[0]
    halves = [replace(leg, amount=order.amount // 2, position=f"trace:{n}") for n in (0, 1)]
    tx = replace(right, transfers=tuple(halves))
    case.answer(order.id, hash=tx.hash)
    case.tell(tx)
    assert case.last().why == "test_of_another_amount"
    # sender of one leg and amount of another do not add up to the transfer that was asked for
    mixed = (replace(leg, sender=OUTSIDE), replace(leg, amount=order.amount + 1, position="trace:1"))
    tx = replace(case.sent(order), transfers=mixed)
    case.answer(order.id, hash=tx.hash)
    case.tell(tx)
    assert case.last().why == "test_of_another_amount"
    tx = replace(case.sent(order), transfers=(*halves, *mixed, replace(leg, position="trace:7")))
    case.answer(order.id, hash=tx.hash)
    case.tell(tx)
    assert (case.last().verdict, case.last().extra["position"]) == (True, "trace:7")


def test_another_network_of_the_same_hash_says_nothing(case: Proving) -> None:
    tx = replace(told(case), network="ethereum")
    assert case.tell(tx) is True
    assert case.proofs() == []


def test_an_answer_about_a_hash_no_longer_meant_is_dropped(case: Proving) -> None:
    first = told(case)
    told(case)
    assert case.tell(first, hash=first.hash) is False
    assert case.proofs() == []


def test_a_transfer_that_was_asked_of_somebody_else_is_not_mine_to_answer(case: Proving, desk: Desk) -> None:
    other = asked(desk)
    other.ask("test_transfer")
    with pytest.raises(NotFound):
        case.answer(other.transfer().id, hash=new_hash())


def test_the_watcher_who_copies_the_amount_proves_nothing(case: Proving, desk: Desk) -> None:
    """Somebody sees the instruction and sends the very amount from a wallet of their own."""
    other = asked(desk)
    other.ask("test_transfer")
    order = other.transfer()
    tx = case.sent(case.transfer(), sender=order.sender, amount=case.transfer().amount)
    other.answer(order.id, hash=tx.hash)
    other.tell(tx)
    assert other.last().why == "test_of_another_amount"


@pytest.mark.parametrize("text", ["", "0x12", "hello", "0x" + "g" * 64, DEPOSIT, "x" * 5000, "\x00"])
def test_what_is_no_hash_is_refused_at_once(case: Proving, text: str) -> None:
    with pytest.raises(InvalidInput, match=r"test_hash_is_no_hash|field_is_invalid"):
        case.answer(case.transfer().id, hash=text)


def test_a_new_amount_ends_the_old_one_and_time_ends_both(case: Proving, desk: Desk) -> None:
    old = case.transfer()
    case.ask("test_transfer")
    assert case.transfer().amount != old.amount
    with pytest.raises(MoveNotOpen, match="test_transfer_is_over"):
        case.answer(old.id, hash=new_hash())
    late = case.transfer()
    case.age(100)
    assert case.view()["transfer"] is None
    with pytest.raises(MoveNotOpen, match="test_transfer_is_over"):
        case.answer(late.id, hash=new_hash())
    asked(desk).ask("test_transfer")  # which lets the amount of the late one go
    with desk.database.reading() as session:
        assert session.get_one(TestTransfer, late.id).closed_at is not None


def test_open_amounts_are_unique(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    list_native(desk)
    amounts = iter([7_000_001, 7_000_001, 7_000_001, 7_000_003])
    monkeypatch.setattr(trial_transfers, "odd_amount", lambda *_: next(amounts))
    first, second = asked(desk), asked(desk)
    first.ask("test_transfer")
    second.ask("test_transfer")
    assert [first.transfer().amount, second.transfer().amount] == [7_000_001, 7_000_003]


def test_the_job_is_asked_for(case: Proving, desk: Desk) -> None:
    told(case)
    with desk.database.reading() as session:
        row = find(session, case.ref)
        assert "proof.check" in set(session.scalars(select(Job.topic).where(Job.case_id == row.id)))


def test_a_listed_token_is_tested_with_itself(desk: Desk) -> None:
    list_native(desk)
    case = asked(desk, contract=LISTED, asset=f"{NETWORK.id}/erc20:{LISTED.lower()}")
    case.ask("test_transfer")
    order = case.transfer()
    assert (order.contract, order.symbol) == (LISTED, "USDX")
    leg = replace(transfer(LISTED), sender=order.sender, recipient=order.recipient, amount=order.amount)
    tx = replace(seen(new_hash(), leg), block=Block(1, "", order.asked_at + timedelta(seconds=1)))
    case.answer(order.id, hash=tx.hash)
    assert case.tell(tx) is False
    assert case.state() == "submitted"


def shared(account: str, memo: str) -> OwnedAddress:
    """A shared address that is the account's by its memo."""
    return OwnedAddress(
        id=new_id(), network=NETWORK.slug, address=OUTSIDE, memo=memo, account=account, kind="shared", custody="key",
        valid_from=LONG_AGO,
    )  # fmt: skip


def test_with_the_own_memo_the_memo_is_proven_too(desk: Desk) -> None:
    list_native(desk)
    desk.person("by_memo", "depositor", account="acct-memo")
    desk.add(shared("acct-memo", "777"))
    case = asked(desk, recipient=OUTSIDE, by="by_memo")
    with desk.database.unit_of_work() as session:
        from recovery.services import ownership

        ownership.ask(
            session,
            desk["by_memo"],
            find(session, case.ref),
            "test_transfer",
            domain="desk.example",
            request_id="m" * 20,
        )
    order = case.transfer()
    assert (order.recipient, order.memo) == (OUTSIDE, "777")
    for memo, why in ((None, "test_with_another_memo"), ("778", "test_with_another_memo"), (" 777 ", "test_fits")):
        tx = case.sent(order, memo=memo)
        case.answer(order.id, by="by_memo", hash=tx.hash)
        case.tell(tx)
        assert case.proofs()[-1].why == why
    assert {(one.subject, one.memo) for one in case.proofs() if one.verdict} == {("source", ""), ("memo", "777")}
    assert case.state() == "submitted"


def test_from_a_platforms_wallet_it_is_weak_and_alone_not_enough(desk: Desk) -> None:
    list_native(desk)
    hot = new_key().address
    desk.add(PlatformLabel(id=new_id(), network=NETWORK.slug, address=hot, platform="elsewhere", kind="platform"))
    case = asked(desk, sender=hot)
    case.ask("test_transfer")
    case.tell(told(case))
    assert (case.last().verdict, case.last().strength) == (True, "weak")
    assert case.state() == "proof_asked"
    assert case.view()["ways"] == ("documents",)


def test_without_an_address_of_their_own_there_is_no_such_way(desk: Desk) -> None:
    list_native(desk)
    assert "test_transfer" not in asked(desk, by="stranger").view("stranger")["ways"]
