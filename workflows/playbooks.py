"""What follows from each cause: the outcome promised by the catalogue of causes, and the move the machine makes.

One table, read by the diagnosis (outcome), by the evidence job (move) and by the documentation.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Playbook:
    """``outcome``: ordered steps (CR credit, RF refund, SW sweep, AM ask, WT wait, RJ refuse, HD hold, CL close).

    ``move``: the transition a job makes when the case is looked at.
    """

    outcome: tuple[str, ...]
    move: str


PLAYBOOKS: dict[str | None, Playbook] = {
    None: Playbook(("WT",), "wait_for_chain"),
    "A01": Playbook(("AM",), "ask_reference"),
    "A03": Playbook(("AM",), "ask_reference"),
    "A04": Playbook(("WT",), "wait_for_chain"),
    "A05": Playbook(("WT",), "wait_for_chain"),
    "A08": Playbook(("WT",), "wait_for_chain"),
    "A09": Playbook(("RJ",), "decline"),
    "A11": Playbook(("AM",), "ask_reference"),
    "B01": Playbook(("AM",), "hold"),
    "B02": Playbook(("AM",), "hold"),
    "B03": Playbook(("RJ",), "decline"),
    "B08": Playbook(("RJ",), "decline"),
    "B11": Playbook(("AM",), "hold"),
    "B12": Playbook(("RJ",), "decline"),
    "B17": Playbook(("CL",), "solve"),
    "C03": Playbook(("SW", "RF"), "find_unlisted"),
    "D01": Playbook(("SW", "RF"), "find_unlisted"),
    "D02": Playbook(("SW", "RF"), "find_unlisted"),
    "D04": Playbook(("RJ",), "decline"),
    "D10": Playbook(("SW", "RF"), "hold"),
    "E01": Playbook(("WT",), "hold"),
    "F01": Playbook(("CR",), "propose_credit"),
    "F02": Playbook(("CR",), "propose_credit"),
    "G02": Playbook(("CR",), "propose_credit"),
    "G06": Playbook(("HD",), "hold"),
    "G07": Playbook(("WT",), "hold"),
    "H01": Playbook(("CL",), "solve"),
    "H02": Playbook(("CL",), "solve"),
    "H03": Playbook(("CL",), "merge"),
    "H04": Playbook(("HD",), "hold"),
    "H12": Playbook(("AM",), "hold"),
}
"""The causes this release decides alone; ``None`` is the honest unknown."""

PUBLIC_CAUSE = {
    "B01": None,
    "B02": None,
    "B03": "B12",
    "B08": "B12",
    "H04": None,
    "G06": None,
    "B11": None,
    "E01": "E01",
}
"""What the depositor is shown where the truth would give away whose an address is, or that a hold exists."""

REFUSED_AS = dict.fromkeys(("B01", "B02", "B03", "B08", "B11", "H04", "H12"), "B12")
"""What the depositor is shown once such a case is refused: one sentence for all of them, so that a refusal tells nothing."""

ALIKE_FOR_STRANGERS = frozenset({"B03", "B08", "B12", "H12"})
"""What a deposit address can turn out to be for somebody the books do not link to it: another customer's, nobody's, or not
ours at all. All of them end in the same move at the same look."""


def move_of(cause: str | None, *, linked: bool) -> str:
    """The move that follows from a cause. ``linked``: an address of the transaction is one of the claimant's account today.

    Only who is linked may be asked for a proof where an address had no owner: to a stranger the question alone would say that
    the address is ours.
    """
    return "decline" if cause in ALIKE_FOR_STRANGERS and not linked else PLAYBOOKS[cause].move
