"""The two tables: each is whole, and everything they name exists elsewhere under the same name."""

from __future__ import annotations

from pathlib import Path

import pytest

from recovery.jobs.topics import BY_SERVICES, OF_NO_CASE, TOPICS
from recovery.queries.cases import QUEUES, QUEUES_OF_ROLE
from recovery.queries.facts import KIND_OF_STATE
from recovery.services.cases import _HANDLERS
from recovery.services.transitions import BY_THE_SIGNER, FORMS
from workflows import facts
from workflows.intake import INTAKE
from workflows.machine import Workflow
from workflows.playbooks import PLAYBOOKS, PUBLIC_CAUSE
from workflows.readme import STEPS, readme
from workflows.states import CLOSED, PUBLIC_LABELS, State
from workflows.tables import ROLES, WORKFLOWS
from workflows.uncredited_deposit import UNCREDITED_DEPOSIT
from workflows.unlisted_token import UNLISTED_TOKEN

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
def test_every_closed_state_is_left_by_nothing_and_every_open_one_by_something(table: Workflow) -> None:
    for state in _inside(table):
        assert bool(list(table.leaving(state))) == (state not in CLOSED), state


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


@pytest.mark.parametrize("cause", PLAYBOOKS, ids=str)
def test_the_move_of_every_cause_leaves_every_state_of_looking(cause: str | None) -> None:
    """A case begins as an uncredited deposit; wherever it is being looked at, its finding must be able to move it."""
    playbook = PLAYBOOKS[cause]
    row = UNCREDITED_DEPOSIT.row(State.CHECKING, playbook.move)
    assert row is not None
    assert row.by == ("system",)
    if playbook.move != "wait_for_chain":
        assert UNCREDITED_DEPOSIT.row(State.WAITING_FOR_CHAIN, playbook.move) is row
    assert set(playbook.outcome) <= set(STEPS)


def test_what_is_hidden_from_the_depositor_is_a_cause() -> None:
    assert set(PUBLIC_CAUSE) <= set(PLAYBOOKS)
    assert set(PUBLIC_CAUSE.values()) <= set(PLAYBOOKS)


def test_forms_handlers_and_the_signers_moves_name_real_transitions() -> None:
    assert set(FORMS) | set(_HANDLERS) | BY_THE_SIGNER <= NAMES
    people = {row.name for row in ROWS if row.by != ("system",)}
    assert set(FORMS) | set(_HANDLERS) | BY_THE_SIGNER <= people


def test_queues_of_roles_exist() -> None:
    assert set(QUEUES_OF_ROLE) <= set(ROLES)
    assert {queue for queues in QUEUES_OF_ROLE.values() for queue in queues} <= set(QUEUES)


def test_whatever_ends_a_case_without_a_recovery_lets_its_leg_go() -> None:
    """A person's move into declined or withdrawn goes through the door that releases the claim."""
    ending = {row.name for row in ROWS if row.target in (State.DECLINED, State.WITHDRAWN) and row.by != ("system",)}
    assert {_HANDLERS[name].__name__ for name in ending} == {"_leave"}


def test_the_machine_ends_a_case_only_before_a_leg_is_claimed() -> None:
    looking = {State.CHECKING, State.WAITING_FOR_CHAIN}
    for row in ROWS:
        if row.by == ("system",) and row.target in (State.DECLINED, State.SOLVED):
            assert set(row.source) <= looking


def test_both_tables_begin_with_the_same_rows() -> None:
    assert UNCREDITED_DEPOSIT.transitions[: len(INTAKE)] == UNLISTED_TOKEN.transitions[: len(INTAKE)] == INTAKE


def test_the_readme_is_what_the_tables_say() -> None:
    """``make docs`` writes it anew."""
    assert (ROOT / "workflows" / "README.md").read_text(encoding="utf-8") == readme()


@TABLES
def test_the_diagram_shows_every_row(table: Workflow) -> None:
    drawn = table.mermaid().splitlines()
    assert drawn[:2] == ["stateDiagram-v2", f"    [*] --> {table.initial}"]
    for row in table.transitions:
        for source in row.source:
            assert any(line.startswith(f"    {source} --> ") and f": {row.name} (" in line for line in drawn)
