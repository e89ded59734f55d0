"""Reconciliation over a real database and a made-up chain: from the first deposit to the refund nothing is unexplained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from chains.errors import NodesDisagree
from chains.holdings import FinalBlock
from chains.types import Block, Fee, Reading, Status, Transaction
from recovery.domain.actor import SYSTEM
from recovery.domain.reconciliation import Line
from recovery.errors import Conflict, InvalidInput, NotAllowed, StepUpNeeded
from recovery.models import Alarm, PlanStep, Posting, Reconciliation
from recovery.queries.reconciliation import at_one_moment, latest_run, lines_of, read_books
from recovery.services import reconciliation as service
from tests.recovery.desk import DEPOSIT, GROSS, NETWORK, TANK, TOKEN, WALLET, Desk, make_desk

NATIVE = NETWORK.native.asset


@dataclass
class FakeChain:
    """Balances after block 100, and which transactions are in it."""

    balances: dict[tuple[str, str | None], int] = field(default_factory=lambda: defaultdict(int))
    mined: dict[str, tuple[Status, int]] = field(default_factory=dict)
    trouble: Exception | None = None

    def final_block(self, network: Any, nodes: Any) -> FinalBlock:
        if self.trouble is not None:
            raise self.trouble
        return FinalBlock(100, "0xb")

    def held_at(self, network: Any, nodes: Any, address: str, contract: str | None, height: int) -> int:
        return self.balances[address, contract]

    def verify(self, network: Any, hash: str, nodes: Any) -> Reading:
        status, fee = self.mined.get(hash, (Status.NOT_FOUND, 0))
        block = Block(99, "0xa", None) if hash in self.mined else None
        paid = Fee(NATIVE, "ETH", fee, None)
        return Reading(Transaction("local", NETWORK.id, hash, status, bool(block), 2, 1, block=block, fee=paid), ())

    def move(self, sender: str, recipient: str, contract: str | None, amount: int) -> None:
        self.balances[sender, contract] -= amount
        self.balances[recipient, contract] += amount


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> FakeChain:
    made = FakeChain()
    monkeypatch.setattr(service, "counting", lambda network: made)
    monkeypatch.setattr("chains.attempts.verify", made.verify)
    return made


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    made = make_desk(database_url)
    yield made
    made.database.close()


def compare(desk: Desk, nodes: Mapping[str, Sequence[Any]] | None = None) -> dict[tuple[str, str], Line]:
    """One reconciliation, kept; its lines by place (or case) and asset."""
    with desk.database.reading() as session:
        at_one_moment(session)
        books = read_books(session)
    compared = service.ask_chain(books, nodes or {})
    with desk.database.unit_of_work() as session:
        service.keep(session, SYSTEM, compared)
    return {(line.place, "native" if line.asset == NATIVE else "token"): line for line in compared.lines}


def wrong(lines: Mapping[tuple[str, str], Line]) -> list[tuple[str, str, int | None]]:
    return [(place, line.reason, line.difference) for (place, _), line in lines.items() if line.status == "unexplained"]


def mine(desk: Desk, chain: FakeChain, plan: Any, *, fee: int) -> None:
    """The chain takes every step of a recorded plan."""
    with desk.database.reading() as session:
        rows = session.scalars(select(PlanStep).where(PlanStep.plan_id == plan.id).order_by(PlanStep.index)).all()
    for row, step in zip(rows, desk.steps(plan), strict=True):
        assert row.hash
        chain.mined[row.hash] = (Status.SUCCEEDED, fee + row.index)
        chain.balances[step.sender, None] -= fee + row.index
        for move in step.moves:
            chain.move(move.sender, move.recipient, move.contract, move.arrives)


def test_from_deposit_to_refund_nothing_is_unexplained(desk: Desk, chain: FakeChain) -> None:
    opening = {TANK: 10**18, WALLET: 10**17}
    for address, amount in opening.items():
        chain.balances[address, None] = amount
    assert {line.reason for line in compare(desk).values()} == {"opening_not_signed"}
    for place, address in (("tank", TANK), ("wallet", WALLET)):
        with desk.database.unit_of_work() as session:
            made = service.draft_opening(
                session,
                desk["lead"],
                network="local",
                asset=NATIVE,
                place=place,
                amount=opening[address],
                reason="begin",
            )
        with desk.database.unit_of_work() as session:
            service.sign_opening(session, desk["clearing"], made.id)
    assert {line.status for line in compare(desk).values()} == {"equal"}
    ref = desk.accepted()
    chain.balances[DEPOSIT, TOKEN] = GROSS + 5  # 5 of somebody else
    lines = compare(desk)
    assert wrong(lines) == []
    assert (lines["deposit", "token"].reason, lines["deposit", "token"].difference) == ("not_of_our_cases", 5)
    desk.drafted(ref)
    desk.sign_off(ref, "sweep")
    plan = desk.release(ref, "sweep")
    desk.record(plan)
    assert wrong(compare(desk)) == []
    mine(desk, chain, plan, fee=1000)
    lines = compare(desk)
    assert wrong(lines) == []
    assert lines["wallet", "token"].reason == "moved_not_booked"
    desk.confirm(ref, "sweep")
    lines = compare(desk)
    assert wrong(lines) == []
    assert (lines["wallet", "token"].status, lines["wallet", "token"].found) == ("equal", GROSS)
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    plan = desk.release(ref, "refund")
    desk.record(plan)
    assert wrong(compare(desk)) == []
    mine(desk, chain, plan, fee=1000)
    assert wrong(compare(desk)) == []
    desk.confirm(ref, "refund")
    assert wrong(compare(desk)) == []
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Alarm)) == 0


def test_a_single_base_unit_is_seen_and_rings(desk: Desk, chain: FakeChain) -> None:
    ref, plan = desk.released()
    desk.record(plan)
    chain.balances[DEPOSIT, TOKEN] = GROSS
    mine(desk, chain, plan, fee=1000)
    desk.confirm(ref, "sweep")
    chain.balances[WALLET, TOKEN] -= 1
    found = wrong(compare(desk))
    assert ("wallet", "chain_holds_less", -1) in found
    with desk.database.reading() as session:
        assert "not_reconciled" in set(session.scalars(select(Alarm.kind)))
        run = latest_run(session)
        assert run is not None
        assert run.unexplained == len(found)
        assert len(lines_of(session, run)) == run.lines
        assert run.blocks == {"local": {"height": 100, "hash": "0xb"}}


def test_coins_that_are_gone_from_a_deposit_address(desk: Desk, chain: FakeChain) -> None:
    desk.accepted()
    chain.balances[DEPOSIT, TOKEN] = GROSS - 1
    assert wrong(compare(desk)) == [("deposit", "chain_holds_less", -1)]


def test_what_nobody_could_tell_is_unknown_and_not_equal(desk: Desk, chain: FakeChain) -> None:
    desk.accepted()
    chain.trouble = NodesDisagree("x")
    lines = compare(desk)
    assert {line.status for line in lines.values()} == {"unknown"}
    assert {line.reason for line in lines.values()} == {"nodes_disagree"}


def test_a_booking_behind_the_back_of_the_plans_is_found(desk: Desk, chain: FakeChain) -> None:
    ref = desk.accepted()
    chain.balances[DEPOSIT, TOKEN] = GROSS
    case = desk.case(ref)
    with desk.database.reading() as session:
        asset = session.scalar(select(Posting.asset).where(Posting.case_id == case.id))
    desk.add(
        Posting(
            id=case.id, case_id=case.id, seq=case.version, kind="forged", leg="", debit="1110", credit="1100",
            network="local", asset=asset, amount=7,
        )
    )  # fmt: skip
    lines = compare(desk)
    assert ("case:1110", "sweep_is_not_the_plans", 7) in wrong(lines)


def test_openings_are_signed_by_another_and_kept(desk: Desk) -> None:
    given = {"network": "local", "asset": NATIVE, "place": "tank", "amount": 5, "reason": "begin"}
    with desk.database.unit_of_work() as session:
        opening = service.draft_opening(session, desk["lead"], **given).id  # type: ignore[arg-type]
    for changes in (
        {"network": "x"},
        {"asset": "eip155:1/slip44:60"},
        {"place": "deposit"},
        {"amount": 0},
        {"reason": " "},
    ):
        with pytest.raises(InvalidInput), desk.database.unit_of_work() as session:
            service.draft_opening(session, desk["lead"], **(given | changes))  # type: ignore[arg-type]
    with pytest.raises(NotAllowed), desk.database.unit_of_work() as session:
        service.draft_opening(session, desk["wallet"], **given)  # type: ignore[arg-type]
    for name, refusal in (("lead", NotAllowed), ("auditor", NotAllowed)):
        with pytest.raises(refusal), desk.database.unit_of_work() as session:
            service.sign_opening(session, desk[name], opening)

    with pytest.raises(StepUpNeeded), desk.database.unit_of_work() as session:
        service.sign_opening(session, replace(desk["clearing"], stepped_up=False), opening)
    with desk.database.unit_of_work() as session:
        service.sign_opening(session, desk["clearing"], opening)
    with pytest.raises(Conflict), desk.database.unit_of_work() as session:
        service.sign_opening(session, desk["clearing"], opening)
    for statement in ("UPDATE wallet_opening SET amount = 6", "DELETE FROM wallet_opening"):
        with pytest.raises(IntegrityError), desk.database.unit_of_work() as session:
            session.execute(text(statement))


def test_what_was_found_is_kept(desk: Desk, chain: FakeChain) -> None:
    compare(desk)
    for statement in ("UPDATE reconciliation SET unexplained = 0", "DELETE FROM reconciliation_line"):
        with pytest.raises(IntegrityError), desk.database.unit_of_work() as session:
            session.execute(text(statement))
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Reconciliation)) == 1
