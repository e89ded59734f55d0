"""Batches among the cases there are: by the latest probe and price, and only while nobody decided otherwise."""

from __future__ import annotations

from datetime import UTC, datetime

from recovery.domain.ids import new_id
from recovery.models import AssetPrice
from recovery.queries.batches import open_batches
from tests.recovery.desk import COST, NETWORK, TOKEN, Desk, new_hash, seen, transfer

SMALL = 30 * 10**12
"""Worth half of it in the native coin: less than :data:`COST`, twice it is more."""


def _case(desk: Desk, amount: int = SMALL) -> str:
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(amount=amount)))
    desk.probe(ref)
    return ref


def _batches(desk: Desk) -> list[tuple[tuple[str, ...], int, int, int]]:
    with desk.database.reading() as session:
        return [(one.refs, one.total, one.value, one.cost) for one in open_batches(session, further_bps=10_000)]


def test_small_legs_at_one_address(desk: Desk) -> None:
    assert _batches(desk) == []
    first = _case(desk)
    assert _batches(desk) == []
    second = _case(desk)
    _case(desk, amount=3 * COST)  # worth its own recovery
    expected = (tuple(sorted((first, second))), 2 * SMALL, SMALL, COST)
    assert _batches(desk) == [expected]
    desk.probe(first)  # tried again: still one leg
    assert _batches(desk) == [expected]
    desk.move("owner", second, "withdraw")
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
