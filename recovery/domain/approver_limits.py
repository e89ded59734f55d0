"""How much one person may approve, per case and per day: what is over a limit. Pure; amounts in base units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """``by_value``: everything on a network, by its worth in the network's own coin; else one asset. ``None``: unlimited."""

    by_value: bool
    per_case: int | None
    per_day: int | None


@dataclass(frozen=True)
class Use:
    """What an approval uses: base units of the asset, and what they are worth (``None``: no price is known)."""

    amount: int
    value: int | None

    def measured(self, limit: Limit) -> int | None:
        """In the unit of a limit."""
        return self.value if limit.by_value else self.amount


def over(limits: Iterable[Limit], use: Use, earlier: Use) -> str | None:
    """Which limit the use breaks, as a message code. ``earlier``: what the day has used before, of the asset and by value."""
    for limit in limits:
        measured, before = use.measured(limit), earlier.measured(limit)
        if measured is None or before is None:
            return "limit_needs_price"
        if limit.per_case is not None and measured > limit.per_case:
            return "limit_per_case"
        if limit.per_day is not None and before + measured > limit.per_day:
            return "limit_per_day"
    return None
