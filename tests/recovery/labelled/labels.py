"""What a label says: the catalogue's outcome of each cause, and the order in which causes decide.

Written from the cause catalogue, not from the program: a row of the program that says otherwise fails here.
"""

from __future__ import annotations

from dataclasses import dataclass

CREDIT, SWEEP, ASK, WAIT, REFUSE, HOLD, CLOSE = ("CR",), ("SW", "RF"), ("AM",), ("WT",), ("RJ",), ("HD",), ("CL",)

OUTCOMES: dict[str | None, tuple[str, ...]] = {
    None: WAIT,
    **dict.fromkeys(("A04", "A05", "A08", "E01", "G01", "G07"), WAIT),
    **dict.fromkeys(("A01", "A03", "A07", "A11", "B01", "B02", "D16", "H05", "H12"), ASK),
    **dict.fromkeys(("A09", "A10", "B03", "B08", "B12", "B13", "B14", "C10", "D04", "D15", "H08"), REFUSE),
    **dict.fromkeys(("A06", "B17", "G08", "H01", "H02", "H03", "H07"), CLOSE),
    **dict.fromkeys(
        ("B04", "B05", "B06", "B07", "B09", "B16", "C01", "E04", "F01", "F02", "F03", "G02", "H09"), CREDIT
    ),
    **dict.fromkeys(("C02", "C03", "C04", "C05", "C06", "C07", "C08"), SWEEP),
    **dict.fromkeys(("D01", "D02", "D03", "D05", "D06", "D07", "D10", "D14", "D17"), SWEEP),
    **dict.fromkeys(("D09", "D13", "G03", "G04", "G06", "H11", "H04"), HOLD),
    "A12": ("WT", "AM"),
    "B10": ("RF",),
    "B11": ("AM", "RF"),
}
"""The outcome of each cause when no facts decide between several."""

PRECEDENCE = (
    "H01", "G08", "H02", "H03", "H07", "B17", "A11", "B03", "H09", "H12", "B08", "A10", "E04", "B16", "H05", "B11", "B06", "B01",
    "B02", "B04", "B05", "B07", "B09", "C08", "C03", "C02", "C01", "C07", "C05", "C04", "C06", "D10", "D15", "D09", "D04", "D14",
    "D03", "D02", "D06", "D01", "E01", "F03", "F01", "F02", "G01", "G07", "G02",
)  # fmt: skip
"""The settled order: what became of it, direction, whose, which asset, how much, how delivered, our own state."""

CONDITIONS = {
    "B01": "memo_owner_proof", "B02": "memo_owner_proof", "C04": "key_export", "C05": "replay_risk", "C06": "key_export",
    "C08": "retired_chain_claim", "D16": "privacy_coin_proof",
}  # fmt: skip
"""Conditions that must be named with a cause."""


@dataclass(frozen=True)
class Expected:
    """A label. ``findings`` and ``conditions`` must be among those found; ``without`` must not."""

    cause: str | None
    outcome: tuple[str, ...]
    findings: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def label(
    cause: str | None, outcome: tuple[str, ...] | None = None, *findings: str, **more: tuple[str, ...]
) -> Expected:
    """A label with the catalogue's outcome unless the facts decide otherwise."""
    named = (CONDITIONS[cause],) if cause in CONDITIONS else ()
    conditions = (*more.get("conditions", ()), *named)
    return Expected(cause, outcome or OUTCOMES[cause], findings, conditions, more.get("without", ()))


def comes_before(cause: str, other: str) -> bool:
    """Whether one cause decides before another."""
    return PRECEDENCE.index(cause) < PRECEDENCE.index(other)
