"""Moves of a case: stale pages, guards, separation of duties, claims let go, credits delivered once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from chains.types import Status
from recovery.domain.actor import SYSTEM
from recovery.domain.ids import new_id
from recovery.errors import (
    AlreadyClaimed,
    InvalidInput,
    KeyReused,
    MoveNotOpen,
    NotAllowed,
    RecoveryError,
    StaleVersion,
)
from recovery.models import AssetProbe, Claim, Credit, ListedAsset, Quote
from recovery.queries.facts import open_claim
from recovery.services import cases, claims
from recovery.services.transitions import BooksNotSettled, advance, choices
from tests.recovery.desk import (
    DEPOSIT,
    GROSS,
    LISTED,
    LONG_AGO,
    NETWORK,
    Desk,
    find,
    new_hash,
    seen,
    transfer,
)


def test_a_page_older_than_the_case_moves_nothing(desk: Desk) -> None:
    ref = desk.reviewed()
    version = desk.case(ref).version
    desk.move("maker", ref, "take", version=version)
    with pytest.raises(StaleVersion):
        desk.move("maker", ref, "conclude", version=version)
    assert desk.state(ref) == "under_review"


def test_a_repeated_move_is_one_move(desk: Desk) -> None:
    ref = desk.reviewed()
    for _ in range(2):
        desk.move("maker", ref, "conclude", key=f"{ref} conclude")
    assert [event.name for event in desk.events(ref)].count("conclude") == 1
    with pytest.raises(KeyReused):
        desk.move("maker", ref, "reconsider", key=f"{ref} conclude")


def test_a_refused_move_does_not_use_its_key_up(desk: Desk) -> None:
    ref = desk.reviewed()
    with pytest.raises(MoveNotOpen):
        desk.move("maker", ref, "quote", key=f"{ref} quote")
    desk.move("maker", ref, "conclude")
    desk.move("maker", ref, "quote", key=f"{ref} quote")
    assert desk.state(ref) == "quoted"


def test_a_case_is_concluded_only_after_the_token_was_probed(desk: Desk) -> None:
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer()))
    with pytest.raises(MoveNotOpen, match="token_was_probed"):
        desk.move("maker", ref, "conclude")
    desk.probe(ref, "coins_are_gone")
    with pytest.raises(MoveNotOpen, match="token_was_probed"):
        desk.move("maker", ref, "conclude")
    desk.probe(ref)
    desk.move("maker", ref, "conclude")
    assert "2110" in {credit for _, credit, _, _ in desk.entries(ref)}


def test_the_last_probe_counts_by_the_clock_of_the_database(desk: Desk) -> None:
    """Row ids carry the clock of the host that made them; a host a day ahead must not keep its old probe in force."""
    ref = desk.reviewed()
    with desk.database.unit_of_work() as session:
        old = session.scalars(select(AssetProbe).where(AssetProbe.case_id == find(session, ref).id)).one()
        ahead = old.id.int | (0xFFFFFFFFFFFF << 80)
        session.execute(AssetProbe.__table__.update().where(AssetProbe.id == old.id).values(id=type(old.id)(int=ahead)))
    desk.probe(ref, "coins_are_gone")
    with pytest.raises(MoveNotOpen, match="token_was_probed"):
        desk.move("maker", ref, "conclude")


def test_the_specialist_who_is_also_of_the_wallet_team_may_not_approve(desk: Desk) -> None:
    ref = desk.reviewed()
    desk.move("maker_and_wallet", ref, "conclude")
    desk.move("maker", ref, "quote")
    desk.accept(ref)
    desk.drafted(ref)
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        desk.move("maker_and_wallet", ref, "approve_sweep_wallet", digest=plan.digest)
    desk.move("wallet", ref, "approve_sweep_wallet", digest=plan.digest)


@pytest.mark.parametrize(("first", "second"), [("wallet", "clearing"), ("clearing", "wallet")])
def test_one_person_of_both_teams_signs_once(desk: Desk, first: str, second: str) -> None:
    ref = desk.drafted()
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    desk.move("both", ref, f"approve_sweep_{first}", digest=plan.digest)
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        desk.move("both", ref, f"approve_sweep_{second}", digest=plan.digest)
    desk.move(second, ref, f"approve_sweep_{second}", digest=plan.digest)


def test_an_approval_needs_a_fresh_sign_in_and_the_digest_on_the_screen(desk: Desk) -> None:
    ref = desk.drafted()
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    fresh = desk["wallet"]
    try:
        desk.actors["wallet"] = replace(fresh, stepped_up=False)
        with pytest.raises(RecoveryError, match="needs_step_up"):
            desk.move("wallet", ref, "approve_sweep_wallet", digest=plan.digest)
    finally:
        desk.actors["wallet"] = fresh
    with pytest.raises(RecoveryError, match="plan_changed"):
        desk.move("wallet", ref, "approve_sweep_wallet", digest="0" * 64)


def test_buttons_say_what_the_move_would_say(desk: Desk) -> None:
    ref = desk.drafted()
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    desk.move("both", ref, "approve_sweep_wallet", digest=plan.digest)
    elsewhere = "0x00000000000000000000000000000000000b0b77"
    desk.check_destination(ref, elsewhere)
    for who in ("both", "wallet", "clearing", "maker", "maker_and_wallet", "owner", "lead"):
        with desk.database.reading() as session:
            offered = choices(session, desk[who], find(session, ref))
        for choice in offered:
            data = {"digest": plan.digest, "reason": "no", "destination": elsewhere}
            try:
                with desk.database.unit_of_work() as session:
                    cases.move(session, desk[who], ref, choice.name, data, request_id=f"{who} {choice.name}")
                    session.flush()
                    session.rollback()  # nothing of it stays
            except RecoveryError as refused:
                said = refused.detail
            else:
                said = None
            assert (choice.open, choice.why_not) == (said is None, said), (who, choice)


@pytest.mark.parametrize("ending", ["give_up", "turn_down"])
@pytest.mark.parametrize("concluded", [False, True])
def test_a_case_that_ends_lets_its_leg_go_for_the_rightful_owner(desk: Desk, ending: str, concluded: bool) -> None:
    hash = new_hash()
    ref = desk.reviewed(hash=hash)
    if concluded:
        desk.move("maker", ref, "conclude")
    by, data = ("owner", {}) if ending == "give_up" else ("maker", {"reason": "not yours"})
    desk.move(by, ref, ending, **data)
    assert desk.case(ref).closed_at is not None
    assert desk.unsettled(ref) == {}
    with desk.database.reading() as session:
        assert open_claim(session, find(session, ref).id) is None
    again = desk.reviewed(hash=hash)
    assert (again != ref, desk.state(again)) == (True, "under_review")


def test_an_offered_quote_ends_with_its_case(desk: Desk) -> None:
    ref = desk.quoted()
    desk.move("owner", ref, "give_up")
    with desk.database.reading() as session:
        assert session.scalars(select(Quote.state).where(Quote.case_id == desk.case(ref).id)).all() == ["superseded"]


def test_a_leg_held_by_another_case_of_the_account_is_not_claimed_twice(desk: Desk) -> None:
    hash = new_hash()
    holder = desk.reviewed(hash=hash)
    desk.person("brother", "depositor", account="acct-1")
    second = desk.open(hash, by="brother")
    with desk.database.unit_of_work() as session, pytest.raises(AlreadyClaimed):
        claims.take_leg(session, find(session, second), seen(hash, transfer()), transfer())
    desk.look(second, seen(hash, transfer()))
    assert (desk.state(second), desk.case(second).cause) == ("merged", "H03")
    assert desk.state(holder) == "under_review"


def test_a_refunded_leg_is_told_as_refunded_to_its_owner_only(desk: Desk) -> None:
    ref, plan = desk.refund_released()
    desk.record(plan)
    desk.confirm(ref, "refund")
    hash = desk.case(ref).hash
    again = desk.open(hash)
    desk.look(again, seen(hash, transfer()))
    assert (desk.state(again), desk.case(again).cause) == ("solved", "H02")
    foreign = desk.open(hash, by="stranger")
    desk.look(foreign, seen(hash, transfer()))
    assert (desk.case(foreign).cause, desk.state(foreign)) == ("B08", "declined")  # as of any address not theirs


def credit_case(desk: Desk) -> str:
    """A listed deposit that waits for clearing."""
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED, symbol="USDX")))
    assert desk.state(ref) == "credit_sign_off"
    return ref


def credits_of(desk: Desk, ref: str) -> int:
    """How many credits the exchange's book shows for the transaction."""
    with desk.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Credit).where(Credit.hash == desk.case(ref).hash)) or 0


def test_a_credit_is_delivered_once(desk: Desk) -> None:
    ref = credit_case(desk)
    desk.move("clearing", ref, "approve_credit")
    for _ in range(3):
        desk.credit(ref)
    assert (desk.state(ref), credits_of(desk, ref)) == ("completed", 1)
    assert desk.unsettled(ref) == {}


def test_a_rejected_credit_is_booked_back_when_the_case_ends(desk: Desk) -> None:
    ref = credit_case(desk)
    desk.move("clearing", ref, "reject_credit", reason="no")
    desk.move("lead", ref, "refuse", reason="no")
    assert (desk.state(ref), desk.unsettled(ref)) == ("declined", {})


def test_a_rejected_credit_can_be_looked_at_again(desk: Desk) -> None:
    ref = credit_case(desk)
    desk.move("clearing", ref, "reject_credit", reason="no")
    desk.move("lead", ref, "check_again")
    desk.look(ref, seen(desk.case(ref).hash, transfer(LISTED, symbol="USDX")))
    desk.move("clearing", ref, "approve_credit")
    desk.credit(ref)
    assert (desk.state(ref), desk.unsettled(ref)) == ("completed", {})


@pytest.mark.parametrize("position", ["", "log:0"])
@pytest.mark.parametrize(("account", "amount"), [("acct-2", GROSS), ("acct-1", GROSS - 1)])
def test_a_credit_the_book_shows_otherwise_is_never_confirmed(
    desk: Desk, position: str, account: str, amount: int
) -> None:
    ref = credit_case(desk)
    desk.move("clearing", ref, "approve_credit")
    desk.add(_credit(desk.case(ref).hash, position, account, amount))
    desk.credit(ref)
    assert (desk.state(ref), credits_of(desk, ref)) == ("credit_on_hold", 1)


@pytest.mark.parametrize("position", ["", "log:0"])
def test_a_credit_made_meanwhile_by_the_exchange_is_not_made_again(desk: Desk, position: str) -> None:
    ref = credit_case(desk)
    desk.move("clearing", ref, "approve_credit")
    desk.add(_credit(desk.case(ref).hash, position, "acct-1", GROSS))
    desk.credit(ref)
    assert (desk.state(ref), credits_of(desk, ref)) == ("completed", 1)


def _credit(hash: str, position: str, account: str, amount: int) -> Credit:
    return Credit(
        id=new_id(), network=NETWORK.slug, hash=hash, position=position, account=account, contract=LISTED,
        amount=amount, credited_at=LONG_AGO,
    )  # fmt: skip


def test_a_delisted_asset_is_not_credited(desk: Desk) -> None:
    ref = credit_case(desk)
    listed = ListedAsset.__table__.update().where(ListedAsset.contract == LISTED)
    with desk.database.unit_of_work() as session:
        session.execute(listed.values(state="delisted"))
    try:
        with pytest.raises(MoveNotOpen, match="asset_is_listed"):
            desk.move("clearing", ref, "approve_credit")
    finally:
        with desk.database.unit_of_work() as session:
            session.execute(listed.values(state="listed"))


def test_a_case_cannot_close_with_money_open(desk: Desk) -> None:
    """Even a job that moves on what is not true meets the books."""
    ref = credit_case(desk)
    desk.move("clearing", ref, "approve_credit")
    with pytest.raises(BooksNotSettled, match="2110"), desk.database.unit_of_work() as session:
        advance(
            session,
            SYSTEM,
            find(session, ref),
            "confirm_credit",
            facts={"credit_confirmed": True, "intent_confirmed": True},
        )
    assert desk.state(ref) == "crediting"


def test_not_found_is_told_only_after_some_looks(desk: Desk) -> None:
    hash = new_hash()
    ref = desk.open(hash)
    missing = seen(hash, status=Status.NOT_FOUND, final=False, block=None)
    waits = [desk.look(ref, missing) for _ in range(3)]
    assert all(waits)
    assert waits == sorted(waits, key=lambda seconds: seconds or 0)
    assert desk.look(ref, missing) is None
    assert (desk.state(ref), desk.case(ref).cause) == ("needs_information", "A03")


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001, "a\x00b", "a\ud800b"])
def test_an_unreadable_answer_is_refused(desk: Desk, text: str) -> None:
    ref = desk.reviewed()
    desk.move("maker", ref, "ask_depositor", question="Which wallet?")
    with pytest.raises(InvalidInput):
        desk.move("owner", ref, "contest" if not text.strip() else "answer", answer=text, reason=text)


def test_the_signers_moves_have_no_button(desk: Desk) -> None:
    ref, _ = desk.released(desk.fresh_nonce())
    with pytest.raises(MoveNotOpen, match="made_by_the_signer"):
        desk.move("wallet", ref, "record_sweep")
    with pytest.raises(MoveNotOpen, match="no_such_move"):
        desk.move("owner", ref, "give_up")
    with desk.database.reading() as session:
        assert session.scalar(
            select(func.count()).select_from(Claim).where(Claim.released_at.is_(None), Claim.recipient == DEPOSIT)
        )
