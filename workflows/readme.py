"""The documentation of the tables, written from the tables: diagrams, moves with their conditions, roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workflows.machine import Transition, Workflow
from workflows.playbooks import BY_CAUSE, BY_FIRST_STEP
from workflows.states import PUBLIC_LABELS, State
from workflows.tables import ROLES, WORKFLOWS

WRITTEN_BY = "<!-- Written by `python -m workflows > workflows/README.md`; a test fails when it is stale. -->"

INTRODUCTION = """\
A case moves only along a row of one of these tables. A row says from where to where, who may make the move, who must
be somebody else, what must be true, and which jobs follow. `recovery/services/transitions.py` is the only interpreter;
buttons, API actions and permissions come from the rows.
"""

STEPS = {
    "CR": "credit",
    "RF": "refund",
    "SW": "sweep",
    "AM": "ask",
    "WT": "wait",
    "RJ": "refuse",
    "HD": "hold",
    "CL": "close",
}


def readme() -> str:
    """The whole text of ``workflows/README.md``."""
    return "\n".join(
        (
            "# Workflows",
            "",
            WRITTEN_BY,
            "",
            INTRODUCTION,
            *(line for table in WORKFLOWS.values() for line in _workflow(table)),
            *_roles(),
            *_labels(),
            *_playbooks(),
        )
    )


def _workflow(table: Workflow) -> Iterator[str]:
    yield from (f"## {table.title}", "", "```mermaid", table.mermaid(), "```", "")
    yield from _table(
        ("Move", "From", "To", "By", "Never by who made", "Needs", "Then"),
        (_row(table, row) for row in table.transitions),
    )


def _row(table: Workflow, row: Transition) -> tuple[str, ...]:
    target = row.target if row.into in (None, table.name) else f"{row.target} ({row.into})"
    needs = [guard.__name__ for guard in row.guards] + (["a fresh sign-in"] if row.step_up else [])
    return row.name, _list(row.source), target, _list(row.by), _list(row.unlike), _list(needs), _list(row.emits)


def _roles() -> Iterator[str]:
    """Role × move, over all tables."""
    rows = {row.name: row for table in WORKFLOWS.values() for row in table.transitions}
    yield from ("## Who may do what", "")
    yield from ("● may, ○ may in their own case only. Nobody among the staff decides a case of their own.", "")
    columns = ("system", *ROLES)
    yield from _table(
        ("Move", *columns), ((name, *(_mark(role, row) for role in columns)) for name, row in rows.items())
    )


def _mark(role: str, row: Transition) -> str:
    if role not in row.by:
        return ""
    return "○" if role == "depositor" else "●"


def _labels() -> Iterator[str]:
    yield from ("## What the depositor reads", "")
    yield from _table(("State", "Label"), ((state, PUBLIC_LABELS[state]) for state in State))


def _playbooks() -> Iterator[str]:
    yield from ("## What the machine does with a finding", "")
    yield from _table(
        ("First step of the outcome", "Move of the machine"),
        ((STEPS[step], move) for step, move in BY_FIRST_STEP.items()),
    )
    yield from ("Some causes have a move of their own:", "")
    yield from _table(
        ("Cause", "First step", "Move of the machine"),
        ((cause, STEPS[step], move) for (cause, step), move in BY_CAUSE.items()),
    )


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(cells)} |"
    yield ""
