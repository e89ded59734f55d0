"""``docs/ledger.md``: the chart of accounts and the table of postings, written from both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from recovery.domain.chart import CHART, NAMES, NEVER_OVERDRAWN, ZERO_AT_CLOSE
from recovery.domain.posting_rules import CORRECTIONS, RULES, Line, Rule

INTRODUCTION = """\
# The books

<!-- Written by `python -m recovery.domain ledger > docs/ledger.md`; a test fails when it is stale. -->

Every posting holds both sides, debit and credit, in one row, in base units of one asset of one network, and belongs to
one event of one case. Rows are only added. `UNIQUE(case, kind, leg)` makes each happen once. A mistake is corrected by the
exact mirror of the posting (`reverses`, once only), proposed by one person and approved by another.
"""


def ledger_page() -> str:
    """The whole page."""
    return "\n".join((INTRODUCTION, *_chart(), *_rules()))


def _chart() -> Iterator[str]:
    yield from ("## Accounts", "")
    yield from _table(
        ("Number", "Name", "Kind", "Holds", "Nothing when a case closes"),
        ((one.code, f"`{one.name}`", one.kind, one.holds, "●" if one.code in ZERO_AT_CLOSE else "") for one in CHART),
    )
    kept = " and ".join(f"`{NAMES[code]}`" for code in NEVER_OVERDRAWN)
    yield from (f"Of {kept} no case can give more than it had: nobody is paid more than is owed.", "")


def _rules() -> Iterator[str]:
    yield from ("## What each event posts", "")
    for name, rule in RULES.items():
        yield from (f"### {name}", "", rule.says, "", _moves(rule), "")
        yield from _table(("Posting", "Debit", "Credit", "Amount", "Reverses"), map(_line, rule.lines))
    yield from (f"A correction ({', '.join(CORRECTIONS)}) mirrors a posting of any kind.", "")


def _moves(rule: Rule) -> str:
    return f"Carried by: {', '.join(rule.moves)}." if rule.moves else "Carried by no move of a table yet."


def _line(line: Line) -> tuple[str, ...]:
    amount = line.amount if line.of == "asset" else f"{line.amount} ({line.of})"
    return line.kind, _account(line.debit), _account(line.credit), amount, line.reverses or ""


def _account(code: str) -> str:
    return f"{code} {NAMES[code]}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(cells)} |"
    yield ""
