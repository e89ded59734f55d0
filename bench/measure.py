"""Measuring: floor and operation take turns, and the median of the rounds' ratios counts, so a busy machine hurts both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line of the table. ``ratio`` is compared with ``bar``: at most, or at least where ``at_least``."""

    id: str
    what: str
    floor: str
    ratio: float
    bar: float
    at_least: bool = False
    figures: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, bool] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether the ratio and every absolute limit are met."""
        met = self.ratio >= self.bar if self.at_least else self.ratio <= self.bar
        return met and all(self.limits.values())

    def as_json(self) -> dict[str, Any]:
        """The row for machines."""
        shown = {"id": self.id, "what": self.what, "floor": self.floor, "ratio": round(self.ratio, 3)}
        shown |= {"bar": self.bar, "at_least": self.at_least, "passed": self.passed, "limits": self.limits}
        return shown | {name: _rounded(value) for name, value in self.figures.items()}


@dataclass(frozen=True)
class Turns:
    """What the rounds showed: seconds of one floor and of one operation, and the ratio of operation to floor."""

    floor: float
    operation: float
    ratio: float
    rounds: int


def alternating(
    floor: Callable[[], object], operation: Callable[[], object], *, rounds: int = 7, times: int = 1, warm: int = 1
) -> Turns:
    """Run both in turns, ``times`` calls each; every other round begins with the other one."""
    for _ in range(warm):
        floor()
        operation()
    floors: list[float] = []
    operations: list[float] = []
    for number in range(rounds):
        pair = [(floors, floor), (operations, operation)]
        for taken, call in pair if number % 2 == 0 else reversed(pair):
            taken.append(seconds(call, times))
    ratios = [two / one for one, two in zip(floors, operations, strict=True)]
    return Turns(statistics.median(floors), statistics.median(operations), statistics.median(ratios), rounds)


def seconds(call: Callable[[], object], times: int = 1) -> float:
    """Seconds of one call, the mean of so many."""
    begin = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - begin) / times


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of all lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _rounded(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value
