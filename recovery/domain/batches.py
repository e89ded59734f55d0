"""Small open legs of one asset that are not worth a recovery each, and are together (E02). Pure.

What one recovery costs is mostly the sweep, and one sweep empties one address. So legs at the same address share its cost; each
further address of a batch costs its own, or the part of it that ``further_bps`` says, where several are swept together.
Nothing is moved here: a group is a suggestion to people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recovery.domain.fees import BPS, Ratio


@dataclass(frozen=True)
class SmallLeg:
    """An open leg. ``cost`` is what its sweep costs, in base units of the native coin; ``price`` what the asset is worth in it.

    ``contract`` is ``None`` for the native coin. ``ref`` is the case.
    """

    ref: str
    network: str
    contract: str | None
    recipient: str
    amount: int
    cost: int
    price: Ratio | None
    symbol: str | None = None
    decimals: int | None = None

    @property
    def value(self) -> int | None:
        """What the leg is worth in the native coin, rounded down; ``None`` when nobody knows."""
        if self.contract is None:
            return self.amount
        return None if self.price is None else self.amount * self.price.numerator // self.price.denominator


@dataclass(frozen=True)
class Batch:
    """Legs of one asset, each worth less than its cost, together worth at least theirs. Amounts in base units.

    ``total`` is of the asset, ``value`` and ``cost`` are of the native coin. ``members`` are ordered by what they are worth.
    """

    network: str
    contract: str | None
    symbol: str | None
    decimals: int | None
    members: tuple[SmallLeg, ...]
    total: int
    value: int
    cost: int

    @property
    def refs(self) -> tuple[str, ...]:
        """The cases, each once."""
        return tuple(dict.fromkeys(leg.ref for leg in self.members))


def group(legs: Iterable[SmallLeg], *, further_bps: int = BPS, least: int = 2) -> tuple[Batch, ...]:
    """The batches of ``least`` legs and more that are worth their cost, the most worthwhile first.

    Legs of unknown value are left out, and so are those that are worth their own cost: nobody should wait for others.
    """
    by_asset: dict[tuple[str, str | None], list[SmallLeg]] = {}
    for leg in legs:
        value = leg.value
        if value is not None and 0 < value < leg.cost:
            by_asset.setdefault((leg.network, leg.contract), []).append(leg)
    batches = [batch for small in by_asset.values() if (batch := _best(small, further_bps, least)) is not None]
    batches.sort(key=lambda one: (one.cost - one.value, one.network, one.contract or ""))
    return tuple(batches)


def _best(legs: list[SmallLeg], further_bps: int, least: int) -> Batch | None:
    """The batch of all addresses that bring at least what they add to its cost, if that is worthwhile.

    The dearest address of those taken pays its whole cost, every other one its part.
    """
    by_address: dict[str, list[SmallLeg]] = {}
    for leg in legs:
        by_address.setdefault(leg.recipient, []).append(leg)
    places = sorted(by_address.values(), key=lambda place: _part(place, further_bps) - _worth(place))
    taken = [place for place in places if _worth(place) >= _part(place, further_bps)]
    members = sorted((leg for place in taken for leg in place), key=lambda leg: (-_worth([leg]), leg.ref))
    if len(members) < least:
        return None
    costs = [_cost(place) for place in taken]
    whole = max(costs)
    cost = whole + _share(sum(costs) - whole, further_bps)
    value = sum(_worth(place) for place in taken)
    if value < cost:
        return None
    first = next((leg for leg in members if leg.symbol), members[0])
    return Batch(
        network=first.network,
        contract=first.contract,
        symbol=first.symbol,
        decimals=first.decimals,
        members=tuple(members),
        total=sum(leg.amount for leg in members),
        value=value,
        cost=cost,
    )


def _worth(legs: Iterable[SmallLeg]) -> int:
    return sum(leg.value or 0 for leg in legs)


def _cost(place: list[SmallLeg]) -> int:
    """One sweep empties one address: the dearest estimate of its legs."""
    return max(leg.cost for leg in place)


def _part(place: list[SmallLeg], further_bps: int) -> int:
    return _share(_cost(place), further_bps)


def _share(cost: int, bps: int) -> int:
    """Rounded up, against the batch."""
    return -(-cost * bps // BPS)
