"""A verdict recomputed, beside the one of its day: in what they differ, why, and whether money hangs on it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PAYS = frozenset({"CR", "RF", "SW"})
APPENDED = frozenset({"node_configured", "found_on_one_network"})
"""Checks that a look adds to the trace from what it knows beside the transaction; no rule asks them."""

SOURCES = ("evidence", "stored")
"""What a verdict is recomputed from: the verbatim answers, or the transaction as it was read that day."""


@dataclass(frozen=True)
class Verdict:
    """What was decided, without the words.

    ``legs``: by position the cause, the outcome, and the amount that counts where it is another one than was written.
    ``checks``: names and answers in order.
    """

    cause: str | None
    outcome: tuple[str, ...]
    findings: frozenset[str]
    conditions: frozenset[str]
    legs: Mapping[str, tuple[str | None, tuple[str, ...], str | None]]
    checks: tuple[tuple[str, str], ...]

    @property
    def short(self) -> str:
        """Cause and outcome in one word, as summaries count them: ``D01 SW+RF``."""
        return f"{self.cause or 'unknown'} {'+'.join(self.outcome)}"


def verdict_of(
    cause: str | None,
    outcome: Sequence[str],
    findings: Sequence[str],
    conditions: Sequence[str],
    legs: Sequence[Mapping[str, Any]],
    checks: Iterable[tuple[str, str]],
) -> Verdict:
    """The verdict in what a diagnosis stores as JSON; of its checks only names and answers."""
    return Verdict(
        cause,
        tuple(outcome),
        frozenset(findings),
        frozenset(conditions),
        {str(leg["position"]): (leg["cause"], tuple(leg["outcome"]), leg.get("amount")) for leg in legs},
        tuple((name, str(answer)) for name, answer in checks if name not in APPENDED),
    )


@dataclass(frozen=True)
class Difference:
    """One verdict that would be another today. ``because``: decoder, rules or policy; ``check``: the first that differs."""

    case: str
    number: int
    was: str
    now: str
    changed: tuple[str, ...]
    check: str | None
    because: str
    money: bool

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "case": self.case,
            "number": self.number,
            "was": self.was,
            "would_be": self.now,
            "changed": list(self.changed),
            "check": self.check,
            "because": self.because,
            "money": self.money,
        }


def changes(was: Verdict, now: Verdict) -> tuple[str, ...]:
    """In what two verdicts differ; another trace that ends the same is no difference."""
    names = ("cause", "outcome", "conditions", "findings", "legs")
    return tuple(name for name in names if getattr(was, name) != getattr(now, name))


def first_check(was: Verdict, now: Verdict) -> str | None:
    """The first question that was answered differently, or that only one of both asked."""
    for before, after in zip(was.checks, now.checks, strict=False):
        if before != after:
            if before[0] == after[0]:
                return f"{before[0]}: {before[1]} → {after[1]}"
            return f"{before[0]}: {before[1]} → {after[0]}: {after[1]}"
    if len(was.checks) == len(now.checks):
        return None
    longer, sign = (was.checks, "−") if len(was.checks) > len(now.checks) else (now.checks, "+")
    name, answer = longer[min(len(was.checks), len(now.checks))]
    return f"{sign} {name}: {answer}"


def concerns_money(was: Verdict, now: Verdict) -> bool:
    """Whether another sum would have moved, or to another end: paying steps or the sums of legs differ."""
    return _paying(was) != _paying(now)


def _paying(verdict: Verdict) -> tuple[tuple[str, ...], dict[str, tuple[tuple[str, ...], str | None]]]:
    legs = {place: (_pays(outcome), amount) for place, (_, outcome, amount) in verdict.legs.items()}
    return _pays(verdict.outcome), {place: paid for place, paid in legs.items() if paid[0]}


def _pays(outcome: Sequence[str]) -> tuple[str, ...]:
    return tuple(step for step in outcome if step in PAYS)


@dataclass
class Tally:
    """What a replay counted; batches are added together.

    ``lacking``: verdicts that keep no snapshot to judge from. ``unproven``: whose answers could not be told apart, so the
    transaction as read that day stood in. ``failed``: whose evidence today's code cannot read, by case.
    """

    cases: int = 0
    verdicts: int = 0
    lacking: int = 0
    unproven: int = 0
    decoded_otherwise: int = 0
    failed: list[str] = field(default_factory=list)
    differences: int = 0
    money: int = 0
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, difference: Difference) -> None:
        """Count one difference."""
        self.differences += 1
        self.money += difference.money
        self.pairs[difference.was, difference.now] += 1

    def add(self, other: Tally) -> None:
        """Take in another batch."""
        for name in ("cases", "verdicts", "lacking", "unproven", "decoded_otherwise", "differences", "money"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.failed += other.failed
        self.pairs.update(other.pairs)

    def summary(self) -> list[dict[str, Any]]:
        """Pairs of verdicts with their counts, the most frequent first."""
        ordered = sorted(self.pairs.items(), key=lambda pair: (-pair[1], pair[0]))
        return [{"from": was, "to": now, "count": count} for (was, now), count in ordered]

    def as_json(self) -> dict[str, Any]:
        """For programs; at most a hundred failed cases are named."""
        return {
            "cases": self.cases,
            "verdicts": self.verdicts,
            "differences": self.differences,
            "money_differences": self.money,
            "lacking_snapshot": self.lacking,
            "unproven_evidence": self.unproven,
            "decoded_otherwise": self.decoded_otherwise,
            "failed": len(self.failed),
            "failed_cases": self.failed[:100],
            "summary": self.summary(),
        }
