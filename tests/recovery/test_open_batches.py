"""Batches among the cases there are: by the latest probe and price, and only while nobody decided otherwise."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select, update

from recovery.domain.ids import new_id
from recovery.models import AssetPrice, AssetProbe, Claim, RecoveryCase
from recovery.queries.batches import open_batches
from tests.recovery.desk import COST, DEPOSIT, NETWORK, TOKEN, Desk, new_hash

SMALL = 30 * 10**12
"""Worth half of it in the native coin: less than :data:`COST`, twice it is more."""


def _case(desk: Desk, amount: int = SMALL, state: str = "under_review") -> str:
    """A case with a claimed and probed leg, in whatever state."""
    hash = new_hash()
    ref = desk.open(hash)
    with desk.database.unit_of_work() as session:
        case_id = session.scalar(select(RecoveryCase.id).where(RecoveryCase.ref == ref))
        session.execute(update(RecoveryCase).where(RecoveryCase.ref == ref).values(state=state))
        session.add(
            Claim(
                id=new_id(), network=NETWORK.slug, hash=hash, position="log:0", case_id=case_id, contract=TOKEN,
                asset="a", amount=amount, recipient=DEPOSIT,
            )
        )  # fmt: skip
    _probe(desk, ref)
    return ref


def _probe(desk: Desk, ref: str, cost: int | None = COST) -> None:
    with desk.database.unit_of_work() as session:
        case_id = session.scalar(select(RecoveryCase.id).where(RecoveryCase.ref == ref))
        session.add(AssetProbe(id=new_id(), case_id=case_id, ok=True, symbol="ODD", decimals=18, network_cost=cost))


def _batches(desk: Desk) -> list[tuple[tuple[str, ...], int, int, int]]:
    with desk.database.reading() as session:
        return [(one.refs, one.total, one.value, one.cost) for one in open_batches(session, further_bps=10_000)]


def test_small_legs_at_one_address(desk: Desk) -> None:
    assert _batches(desk) == []
    first = _case(desk)
    assert _batches(desk) == []
    second = _case(desk, state="investigated")
    _case(desk, amount=3 * COST)  # worth its own recovery
    _case(desk, state="sweeping")  # decided already
    expected = (tuple(sorted((first, second))), 2 * SMALL, SMALL, COST)
    assert _batches(desk) == [expected]
    _probe(desk, first)  # tried again: still one leg
    _probe(desk, first, cost=None)  # a trial that told nothing
    assert _batches(desk) == [expected]
    with desk.database.unit_of_work() as session:
        session.execute(update(Claim).values(released_at=func.now()))
    assert _batches(desk) == []


def test_the_latest_price_counts(desk: Desk) -> None:
    for _ in range(2):
        _case(desk)
    assert len(_batches(desk)) == 1
    desk.add(
        AssetPrice(
            id=new_id(), network=NETWORK.slug, contract=TOKEN, quote_contract=None, numerator=1, denominator=1000,
            source="test", observed_at=datetime(2025, 6, 1, tzinfo=UTC),
        )
    )  # fmt: skip
    assert _batches(desk) == []
