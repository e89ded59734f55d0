"""``docs/causes.md``, written from the tables: every cause with what follows from it as the product is delivered."""

from __future__ import annotations

from collections.abc import Iterator

from recovery.domain.cause_policy import BUILT_IN, CausePolicy
from recovery.domain.cause_rows import CODES
from recovery.domain.texts import CAUSES, OUTCOMES, UNKNOWN_CAUSE
from workflows.playbooks import PUBLIC_CAUSE

WRITTEN_BY = "<!-- Written by `python -m recovery.domain > docs/causes.md`; a test fails when it is stale. -->"

INTRODUCTION = """\
A cause says why a deposit was not credited. The diagnosis names exactly one, or none while a question that would decide is
open; other codes that are true as well stand beside it as findings. What follows from a cause is policy: this page shows the
policy as it is delivered, and an operator may draft another one (`recovery policy`). Facts can change what follows, for
instance whether the asset is listed; `recovery/domain/cause_rows.py` names the causes for which they do.

- *Follows*: the steps, in order.
- *Fee*: the rule the fee policy works out. *free* costs the depositor nothing.
- *Proof*: `none`; `link`, one proof of whichever kind; `signature`, a strong one; `two`, two made in different ways.
- *Approve*: who must agree before anything moves.
- *Clock*: acknowledged, decided and finished within, from the day it is reported.
- *Depositor reads*: its own words, or those of another code where its own would tell whose an address is, or that a decision
  is waited for.
"""

SERIES = {
    "A": "Not there, or not final",
    "B": "Right network, wrong routing",
    "C": "Wrong network or kind of address",
    "D": "Wrong or special asset",
    "E": "Amount",
    "F": "How it was delivered",
    "G": "State of the platform",
    "H": "The claim itself",
}

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def causes_page() -> str:
    """The whole text of ``docs/causes.md``."""
    return "\n".join(("# Causes", "", WRITTEN_BY, "", INTRODUCTION, *_unknown(), *_series()))


def _unknown() -> Iterator[str]:
    yield from _table((_row("–", UNKNOWN_CAUSE.title, BUILT_IN.causes[None], "its own words"),))


def _series() -> Iterator[str]:
    for letter, title in SERIES.items():
        yield from (f"## {letter}: {title}", "")
        yield from _table(_cause(code) for code in CODES if code.startswith(letter))


def _cause(code: str) -> str:
    return _row(code, CAUSES[code].title, BUILT_IN.causes[code], _read(code))


def _read(code: str) -> str:
    if code not in PUBLIC_CAUSE:
        return "its own words"
    told = PUBLIC_CAUSE[code]
    return f"as {told}" if told else "as not known yet"


def _row(code: str, title: str, policy: CausePolicy, read: str) -> str:
    cells = (
        code,
        title,
        " → ".join(OUTCOMES[step] for step in policy.outcome),
        policy.fee,
        policy.proof,
        ", ".join(policy.approvals) or "–",
        " / ".join(_span(seconds) for seconds in (policy.acknowledge, policy.decide, policy.finish)),
        read,
    )
    return f"| {' | '.join(cells)} |"


def _span(seconds: int) -> str:
    """A span in the largest unit that divides it."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}"


def _table(rows: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    yield "| Code | Cause | Follows | Fee | Proof | Approve | Clock | Depositor reads |"
    yield "|---|---|---|---|---|---|---|---|"
    yield from rows
    yield ""
