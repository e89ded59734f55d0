"""The two tables: each is whole, and everything they name exists elsewhere under the same name."""

from __future__ import annotations

from pathlib import Path

import pytest

from recovery.jobs.topics import BY_SERVICES, OF_NO_CASE, TOPICS
from recovery.queries.cases import QUEUES
from recovery.queries.facts import KIND_OF_STATE
from workflows import facts
from workflows.machine import Workflow
from workflows.playbooks import ALIKE_FOR_STRANGERS, BY_CAUSE, BY_FIRST_STEP, MOVES, move_for
from workflows.readme import STEPS
from workflows.states import CLOSED, PUBLIC_LABELS, State
from workflows.tables import ROLES, WORKFLOWS
from workflows.uncredited_deposit import UNCREDITED_DEPOSIT

ROOT = Path(__file__).resolve().parents[2]
ROWS = [row for table in WORKFLOWS.values() for row in table.transitions]
NAMES = {row.name for row in ROWS}
TABLES = pytest.mark.parametrize("table", WORKFLOWS.values(), ids=WORKFLOWS)


def test_every_state_is_in_exactly_one_queue_or_closed() -> None:
    queued = [state for states in QUEUES.values() for state in states]
    assert sorted([*queued, *CLOSED]) == sorted(State)


def test_every_state_has_one_of_at_most_nine_labels() -> None:
    assert set(PUBLIC_LABELS) == set(State)
    assert len(set(PUBLIC_LABELS.values())) <= 9


def test_a_hold_looks_like_a_review() -> None:
    assert {PUBLIC_LABELS[state] for state in QUEUES["hold"]} == {PUBLIC_LABELS[State.UNDER_REVIEW]}


def test_every_topic_is_emitted_and_every_emit_has_a_topic() -> None:
    """The first look is asked for when a case is opened, the others by the tables."""
    assert {topic for row in ROWS for topic in row.emits} == set(TOPICS) - OF_NO_CASE - BY_SERVICES
    assert set(TOPICS) >= OF_NO_CASE | BY_SERVICES


def test_every_state_is_named_by_a_table() -> None:
    assert {state for table in WORKFLOWS.values() for state in table.states} == set(State)


@TABLES
def test_roles_are_real_and_only_the_machine_stands_alone(table: Workflow) -> None:
    for row in table.transitions:
        assert set(row.by) <= {*ROLES, "system"}, row.name
        assert row.by == ("system",) or "system" not in row.by, row.name


@TABLES
def test_a_move_into_another_table_arrives_where_that_table_begins(table: Workflow) -> None:
    for row in table.transitions:
        if row.into is not None:
            assert row.target in WORKFLOWS[row.into].enters


@TABLES
def test_every_closed_state_is_left_by_what_reopens_and_every_open_one_by_something(table: Workflow) -> None:
    for state in _inside(table):
        rows = list(table.leaving(state))
        if state in CLOSED:
            assert all((row.target == state and row.into is None) or row.reopens for row in rows), state
        else:
            assert rows, state
    assert {row.name for row in table.transitions if row.reopens} <= {"reopen_payment", "reopen_refund"}


@TABLES
def test_every_open_state_can_end(table: Workflow) -> None:
    """From every state some way leads to a closed one: no case is caught for ever."""
    ends = set(CLOSED)
    grew = True
    while grew:
        before = len(ends)
        for row in table.transitions:
            if row.target in ends or row.into not in (None, table.name):
                ends |= set(row.source)
        grew = len(ends) > before
    assert _inside(table) <= ends


def _inside(table: Workflow) -> set[State]:
    """The states a case of this table can rest in, without those of the table it may go on in."""
    sources = {state for row in table.transitions for state in row.source}
    return sources | {row.target for row in table.transitions if row.into in (None, table.name)}


def test_every_state_of_value_on_its_way_knows_its_plan() -> None:
    planning = {source for row in ROWS if facts.plan_is_current in row.guards for source in row.source}
    watching = {source for row in ROWS if facts.plan_is_recorded in row.guards for source in row.source}
    releasing = {
        source
        for row in ROWS
        if facts.no_plan_is_out in row.guards and row.name != "dispute"  # that one also leaves states that have no plan
        for source in row.source
    }
    assert planning | watching | releasing <= set(KIND_OF_STATE)


def test_guards_are_the_questions_of_the_facts_and_each_is_asked() -> None:
    questions = {
        name
        for name, value in vars(facts).items()
        if callable(value) and getattr(value, "__module__", "") == facts.__name__
    } - {"Facts"}
    assert {guard.__name__ for row in ROWS for guard in row.guards} == questions
    for name in questions:
        assert getattr(facts, name)(facts.Facts()) in (True, False)


def test_a_case_without_facts_opens_no_guard_that_lets_money_go() -> None:
    nothing = facts.Facts()
    for row in ROWS:
        if row.name.startswith(("accept", "prepare", "approve", "release", "record", "confirm", "propose", "conclude")):
            assert not all(guard(nothing) for guard in row.guards), row.name


@pytest.mark.parametrize("move", sorted(MOVES))
def test_the_move_of_every_finding_leaves_every_state_of_looking(move: str) -> None:
    """A case begins as an uncredited deposit; wherever it is being looked at, its finding must be able to move it."""
    row = UNCREDITED_DEPOSIT.row(State.CHECKING, move)
    assert row is not None
    assert row.by == ("system",)
    if move != "wait_for_chain":
        assert UNCREDITED_DEPOSIT.row(State.WAITING_FOR_CHAIN, move) is row


def test_every_first_step_has_a_move() -> None:
    assert set(BY_FIRST_STEP) == set(STEPS)
    assert {step for _, step in BY_CAUSE} <= set(STEPS)


def test_a_stranger_gets_one_answer_whatever_the_address_is() -> None:
    moves = {move_for(cause, ("AM",), linked=False) for cause in ALIKE_FOR_STRANGERS}
    assert moves == {"decline"}
    assert move_for("H12", ("AM",), linked=True) == "ask_proof"
