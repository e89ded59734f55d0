"""Which move the machine makes because of a finding: from the cause and the first step of its outcome.

The outcomes themselves are policy (``recovery.domain.cause_rows``); what they lead to in the tables is here.
"""

from __future__ import annotations

from collections.abc import Sequence

BY_FIRST_STEP: dict[str, str] = {
    "WT": "wait_for_chain",
    "AM": "ask_reference",
    "RJ": "decline",
    "HD": "hold",
    "CL": "solve",
    "CR": "propose_credit",
    "SW": "find_unlisted",
    "RF": "find_unlisted",
}
"""The move a first step leads to, unless the cause has its own."""

BY_CAUSE: dict[tuple[str, str], str] = {
    **{(code, "AM"): "ask_proof" for code in ("B01", "B02", "B06", "B11", "D16", "E04", "H05", "H06", "H12")},
    **{(code, "AM"): "hold" for code in ("B15", "F06", "G05", "H10")},
    **{(code, "WT"): "park" for code in ("E01", "E02", "G01", "G07")},
    ("D10", "SW"): "hold",
    ("H03", "CL"): "merge",
    ("H04", "HD"): "dispute",
}
"""Causes whose first step has a move of its own: somebody must prove, wait for us and not for the chain, or a person decides."""

PUBLIC_CAUSE: dict[str, str | None] = {
    "B01": None,
    "B02": None,
    "B03": "B12",
    "B08": "B12",
    "B11": None,
    "E03": None,
    "F05": None,
    "G03": None,
    "G04": None,
    "G06": None,
    "H04": None,
    "H05": None,
    "H09": None,
    "H11": None,
    "H12": "B12",
}
"""What the depositor is shown where the truth would give away whose an address is, or that a hold exists."""

REFUSED_AS = dict.fromkeys(("B01", "B02", "B03", "B08", "B11", "H04", "H12"), "B12")
"""What the depositor is shown once such a case is refused: one sentence for all of them, so that a refusal tells nothing."""

ALIKE_FOR_STRANGERS = frozenset({"B03", "B08", "B12", "H12"})
"""What a deposit address can turn out to be for somebody the books do not link to it: another customer's, nobody's, or not
ours at all. All of them end in the same move at the same look."""


def move_for(cause: str | None, outcome: Sequence[str], *, linked: bool) -> str:
    """The transition a job makes when a look at the case ends with this finding.

    ``linked``: an address of the transaction is one of the claimant's account today. Only who is linked may be asked for a
    proof where an address had no owner: to a stranger the question alone would say that the address is ours.
    """
    if cause in ALIKE_FOR_STRANGERS and not linked:
        return "decline"
    first = outcome[0]
    return BY_CAUSE.get((cause or "", first), BY_FIRST_STEP[first])


MOVES = frozenset(BY_FIRST_STEP.values()) | frozenset(BY_CAUSE.values())
"""Every move a finding can lead to."""
