"""What a case says to its depositor: what became of the deposit, what comes next, and what would change that. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recovery.domain import texts
from recovery.domain.cause_wording import CREDIT, EITHER, RECOVERY

OPEN_WITH_US = frozenset({"checking", "waiting_for_network", "in_review", "solved"})
"""Labels under which the cause itself says what comes next; under the others what everybody waits for does."""


@dataclass(frozen=True)
class Explanation:
    """Sentences in English, to be said in the reader's language; ``changes`` is empty where nothing would change the answer."""

    happened: str
    next: str
    changes: str


def explanation(
    cause: str | None, outcome: Sequence[str], *, state: str, label: str, workflow: str, parked: str | None
) -> Explanation:
    """The explanation of a case. ``cause`` and ``outcome`` are those its reader may know, ``parked`` why it waits, if it does."""
    text = texts.CAUSES.get(cause or "", texts.UNKNOWN_CAUSE)
    if parked is not None:
        return Explanation(text.happened, texts.PARKED[parked][1], "")
    asked_by_the_machine = label == "your_answer_needed" and cause is not None and list(outcome[:1]) == ["AM"]
    refused_by_the_machine = state == "declined" and workflow == "uncredited_deposit" and cause is not None
    if label in OPEN_WITH_US or asked_by_the_machine or refused_by_the_machine:
        return Explanation(text.happened, _settled(text.next, outcome), text.changes)
    return Explanation(text.happened, texts.LABEL_NEXT[label], "")


def _settled(following: str, outcome: Sequence[str]) -> str:
    """What follows, without the "if" of a cause whose facts have shown by now which of the two it is."""
    if following != EITHER or not outcome:
        return following
    return {"CR": CREDIT, "SW": RECOVERY, "RF": RECOVERY}.get(outcome[0], following)
