"""What a diagnosis is made of: answers to questions, a cause a leg, and the finding as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Says(StrEnum):
    """The three answers a check can give."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Check:
    """One question asked, its answer, why, and what shows it (a position, a block, a registry)."""

    name: str
    answer: Says
    why: str
    evidence: str | None = None


def told(name: str, answer: bool | None, why: str, evidence: str | None = None) -> Check:
    """A check from yes (``True``), no (``False``) or unknown (``None``)."""
    says = Says.UNKNOWN if answer is None else Says.YES if answer else Says.NO
    return Check(name, says, why, evidence)


@dataclass(frozen=True)
class LegFinding:
    """The cause and outcome of one leg; ``amount`` is what counts, in base units, where that is not what was written."""

    position: str
    cause: str | None
    outcome: tuple[str, ...]
    amount: int | None = None


def leg_to_json(leg: LegFinding) -> dict[str, Any]:
    """A leg as other programs read it; amounts are decimal strings, and only there where they differ."""
    told = {"position": leg.position, "cause": leg.cause, "outcome": list(leg.outcome)}
    return told if leg.amount is None else told | {"amount": str(leg.amount)}


@dataclass(frozen=True)
class Finding:
    """The diagnosis: one cause (or honestly none), what else is true, and the trace that led there.

    ``confidence``: ``certain``, ``likely`` (a question that could refine the cause stayed open) or ``unknown``.
    ``unanswered`` names the checks whose answer would change it. ``leg`` is the position that decided.
    """

    cause: str | None
    outcome: tuple[str, ...]
    findings: tuple[str, ...]
    conditions: tuple[str, ...]
    legs: tuple[LegFinding, ...]
    checks: tuple[Check, ...]
    confidence: str
    leg: str | None
    unanswered: tuple[str, ...] = ()
