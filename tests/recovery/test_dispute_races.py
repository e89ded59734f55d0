"""Claimants of one leg at the same moment, on real connections: frozen once, nobody waits for each other for ever."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import func, select, text

from recovery.errors import MoveNotOpen
from recovery.models import Claim, Dispute, DisputeParty
from recovery.services import disputes
from recovery.services.parking import reopen
from tests.recovery.desk import DEPOSIT, TANK, Desk, find, new_hash, seen, transfer
from tests.recovery.rivals import claim_or_dispute
from tests.recovery.test_races import at_once, check, in_line, names

pytestmark = pytest.mark.promise

ROUNDS = 50


def parties(desk: Desk, hash: str) -> list[int]:
    """How many claimants each open dispute of the leg has."""
    with desk.database.reading() as session:
        counted = (
            select(func.count())
            .select_from(DisputeParty)
            .join(Dispute, Dispute.id == DisputeParty.dispute_id)
            .where(Dispute.hash == hash, Dispute.settled_at.is_(None))
            .group_by(Dispute.id)
        )
        return list(session.scalars(counted))


def deadlocks(desk: Desk) -> int:
    """How many the database had to break so far."""
    with desk.database.reading() as session:
        query = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(session.scalar(query) or 0)


@pytest.mark.parametrize("claimants", [("owner", "stranger"), ("owner", "stranger", "third", "fourth")], ids=len)
def test_appeals_of_several_accounts_for_one_leg_at_once(desk: Desk, claimants: tuple[str, ...]) -> None:
    for name in ("third", "fourth"):
        desk.person(name, "depositor", account=f"acct-{name}")
    before = deadlocks(desk)
    for _ in range(ROUNDS):
        tx = seen(new_hash(), transfer())
        refs = [desk.open(tx.hash, by=name) for name in claimants]
        assert at_once(*(lambda ref=ref, tx=tx: claim_or_dispute(desk, ref, tx) for ref in refs)) == [None] * len(refs)
        assert [desk.state(ref) for ref in refs] == ["disputed"] * len(refs)
        assert all(names(desk, ref)["dispute"] == 1 for ref in refs)
        assert parties(desk, tx.hash) == [len(refs)]
        with desk.database.reading() as session:
            live = select(func.count()).select_from(Claim).where(Claim.hash == tx.hash, Claim.released_at.is_(None))
            assert session.scalar(live) == 1
        check(desk, *refs)
    assert deadlocks(desk) == before


@pytest.mark.parametrize("round_", range(12))
def test_a_dispute_against_an_approval(desk: Desk, round_: int) -> None:
    """Whoever is first: an approval before the freeze is void with its plan, one after it is refused."""
    ref = desk.drafted()
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    tx = seen(desk.case(ref).hash, transfer())
    other = desk.open(tx.hash, by="stranger")

    def approve() -> None:
        desk.move("wallet", ref, "approve_sweep_wallet", digest=plan.digest)

    def dispute() -> None:
        claim_or_dispute(desk, other, tx)

    orders = {0: lambda: in_line(desk, ref, approve, dispute), 1: lambda: in_line(desk, ref, dispute, approve)}
    outcomes = orders.get(round_, lambda: at_once(approve, dispute))()
    assert sum(one is not None for one in outcomes) <= 1
    assert (desk.state(ref), desk.state(other)) == ("disputed", "disputed")
    assert desk.plan(ref, "sweep") is None
    with pytest.raises(MoveNotOpen):
        desk.release(ref, "sweep")
    check(desk, ref, other)


@pytest.mark.parametrize("round_", range(12))
def test_a_dispute_against_the_release(desk: Desk, round_: int) -> None:
    """The plan is at the signer and the case in motion, or it is void and the case frozen; never both."""
    ref = desk.drafted()
    desk.sign_off(ref, "sweep")
    tx = seen(desk.case(ref).hash, transfer())
    other = desk.open(tx.hash, by="stranger")
    nonce = desk.fresh_nonce()

    def release() -> None:
        plan = desk.plan(ref, "sweep")
        if plan is not None and desk.state(ref) == "sweep_sign_off":
            desk.release(ref, "sweep", {TANK: nonce, DEPOSIT: nonce})

    outcomes = at_once(release, lambda: claim_or_dispute(desk, other, tx))
    plan = desk.plan(ref, "sweep")
    assert desk.state(other) == "disputed", outcomes
    if desk.state(ref) == "sweeping":
        assert plan is not None
        assert plan.state == "released"
    else:
        assert (desk.state(ref), plan) == ("disputed", None)
    check(desk, ref, other)


def disputed(desk: Desk, *claimants: str) -> list[str]:
    tx = seen(new_hash(), transfer())
    refs = [desk.open(tx.hash, by=name) for name in claimants]
    for ref in refs:
        claim_or_dispute(desk, ref, tx)
    return refs


@pytest.mark.parametrize("round_", range(10))
def test_both_withdraw_at_once(desk: Desk, round_: int) -> None:
    before = deadlocks(desk)
    refs = disputed(desk, "owner", "stranger")
    order = refs if round_ % 2 else refs[::-1]
    people = dict(zip(refs, ("owner", "stranger"), strict=True))
    at_once(*(lambda ref=ref: desk.move(people[ref], ref, "withdraw") for ref in order))
    states = sorted(desk.state(ref) for ref in refs)
    assert states == ["withdrawn", "withdrawn"]
    assert parties(desk, desk.case(refs[0]).hash) == []
    assert deadlocks(desk) == before
    check(desk, *refs)


@pytest.mark.parametrize("round_", range(10))
def test_two_leads_choose_at_once(desk: Desk, round_: int) -> None:
    """One choice stands, and there is one winner."""
    desk.person("lead2", "lead")
    desk.person("third", "depositor", account="acct-third")
    before = deadlocks(desk)
    refs = disputed(desk, "owner", "stranger", "third")
    outcomes = at_once(
        lambda: desk.move("lead", refs[round_ % 3], "settle_dispute", reason="this one"),
        lambda: desk.move("lead2", refs[(round_ + 1) % 3], "settle_dispute", reason="that one"),
        lambda: desk.move("third", refs[2], "withdraw"),
    )
    assert any(one is None for one in outcomes)
    states = [desk.state(ref) for ref in refs]
    assert "disputed" not in states
    assert states.count("submitted") <= 1
    assert parties(desk, desk.case(refs[0]).hash) == []
    assert deadlocks(desk) == before
    check(desk, *refs)


@pytest.mark.parametrize("round_", range(10))
def test_a_third_claimant_while_the_dispute_is_decided(desk: Desk, round_: int) -> None:
    desk.person("third", "depositor", account="acct-third")
    before = deadlocks(desk)
    refs = disputed(desk, "owner", "stranger")
    tx = seen(desk.case(refs[0]).hash, transfer())
    late = desk.open(tx.hash, by="third")
    outcomes = at_once(
        lambda: desk.move("lead", refs[1], "settle_dispute", reason="why"), lambda: claim_or_dispute(desk, late, tx)
    )
    assert outcomes[1] is None
    held = [ref for ref in (*refs, late) if desk.case(ref).closed_at is None]
    with desk.database.reading() as session:
        holders = list(session.scalars(select(Claim.case_id).where(Claim.hash == tx.hash, Claim.released_at.is_(None))))
    assert len(holders) == 1
    assert holders[0] in {desk.case(ref).id for ref in held}
    assert desk.state(late) in ("disputed", "declined")
    assert deadlocks(desk) == before
    check(desk, *refs, late)


@pytest.mark.parametrize("round_", range(5))
def test_a_dispute_that_ends_with_the_payout_against_a_withdrawal(desk: Desk, round_: int) -> None:
    ref, plan = desk.refund_released()
    tx = seen(desk.case(ref).hash, transfer())
    other = desk.open(tx.hash, by="stranger")
    claim_or_dispute(desk, other, tx)
    desk.record(plan)
    desk.confirm(ref, "refund")

    def end() -> None:
        with desk.database.unit_of_work() as session:
            disputes.end_paid(session, find(session, ref))

    at_once(end, lambda: desk.move("stranger", other, "withdraw"))
    end()
    assert desk.state(other) in ("submitted", "withdrawn")
    assert parties(desk, tx.hash) == []
    check(desk, ref, other)


def test_every_pair_of_locks_is_taken_in_one_order(desk: Desk) -> None:
    """Whichever two of a dispute's cases somebody begins with, the rows are locked by id: so no circle can close."""
    refs = disputed(desk, "owner", "stranger")
    for first, second in itertools.permutations(refs):

        def both(ref: str = first) -> None:
            with desk.database.unit_of_work() as session:
                disputes.lock_with_rivals(session, find(session, ref))

        assert at_once(both, lambda ref=second: both(ref), both) == [None] * 3


def test_a_withdrawal_against_the_re_opening_of_a_parked_case(desk: Desk) -> None:
    from tests.recovery.services.test_parking import parked

    for _ in range(5):
        ref = parked(desk, "asset_not_recoverable", "0x" + "77" * 20)

        def again(ref: str = ref) -> None:
            with desk.database.unit_of_work() as session:
                case = find(session, ref)
                disputes.lock_cases(session, {case.id})
                if case.state == "parked":
                    reopen(session, case)

        at_once(again, lambda ref=ref: desk.move("owner", ref, "withdraw"))
        assert desk.state(ref) == "withdrawn"
        check(desk, ref)
