"""A table that contradicts itself is refused while it is imported."""

from __future__ import annotations

import pytest

from workflows.machine import BrokenWorkflow, Transition, Workflow
from workflows.states import State

A, B, C, END = State.SUBMITTED, State.CHECKING, State.ON_HOLD, State.SOLVED
GOOD = (Transition("go", (A,), B, by=("system",)), Transition("end", (B,), END, by=("lead",)))


def workflow(*rows: Transition) -> Workflow:
    """A table of these rows."""
    return Workflow(name="w", title="W", initial=A, transitions=rows, closed=frozenset({END}))


def test_a_sound_table_stands() -> None:
    table = workflow(*GOOD)
    assert table.states == (A, B, END)
    assert [row.name for row in table.leaving(A)] == ["go"]
    assert table.row(B, "end") is GOOD[1]
    assert table.row(A, "end") is None


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ((*GOOD, Transition("go", (A,), END, by=("system",))), "two rows go from submitted"),
        ((*GOOD, Transition("go", (C, A), END, by=("system",))), "two rows go from submitted"),
        ((*GOOD, Transition("x", (A,), B, by=("lead",), unlike=("gone",))), "unlike gone, which is no transition"),
        ((*GOOD, Transition("x", (A,), B, by=())), "nobody may x"),
        ((*GOOD, Transition("x", (C,), B, by=("lead",))), "cannot be reached"),
        ((*GOOD, Transition("x", (A, C), B, by=("lead",))), "cannot be reached"),
        ((GOOD[0],), "nothing leaves checking"),
        ((*GOOD, Transition("x", (A,), C, by=("lead",))), "nothing leaves on_hold"),
        ((*GOOD, Transition("x", (END,), A, by=("lead",))), "leaves a closed state"),
    ],
    ids=[
        "duplicate", "duplicate among sources", "unknown name", "nobody", "unreachable source", "one source unreachable",
        "dead end", "dead branch", "reopens",
    ],
)  # fmt: skip
def test_a_broken_table_is_refused(rows: tuple[Transition, ...], complaint: str) -> None:
    with pytest.raises(BrokenWorkflow, match=complaint):
        workflow(*rows)


def test_a_move_into_another_table_reaches_nothing_in_this_one() -> None:
    away = Transition("away", (A,), C, by=("system",), into="other")
    table = workflow(*GOOD, away)
    assert "other__on_hold" in table.mermaid()
    with pytest.raises(BrokenWorkflow, match="cannot be reached"):
        workflow(*GOOD, away, Transition("back", (C,), B, by=("lead",)))


def test_states_another_table_sends_cases_to_are_reached() -> None:
    rows = (*GOOD, Transition("back", (C,), B, by=("lead",)))
    Workflow(name="w", title="W", initial=A, transitions=rows, closed=frozenset({END}), enters=frozenset({C}))
