"""What a workflow is: a table of transitions, checked when it is imported, drawn as a diagram.

A row says everything about a move: from where, to where, who may make it, who must be somebody else, what must be
true, what happens after. Nothing here runs a move; the one interpreter is ``recovery.services.transitions``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from workflows.facts import Facts
from workflows.states import State

Guard = Callable[[Facts], bool]


@dataclass(frozen=True)
class Transition:
    """One row. The name is the permission, the button, the API action and the name of the event it writes.

    ``by``: roles that may make it (``system`` is a job). ``unlike``: earlier transitions that somebody else must have
    made. ``guards``: named pure functions of :class:`Facts`; an unmet guard's name is the message key of the grey
    button. ``emits``: topics of jobs written in the same unit of work. ``step_up``: a fresh sign-in is asked.
    ``starts_round``: earlier ``in_round`` transitions are void from here on. ``into``: the case goes on in another
    workflow. ``reopens``: it leaves a closed state, because what was true when the case closed no longer is.
    """

    name: str
    source: tuple[State, ...]
    target: State
    by: tuple[str, ...]
    unlike: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    emits: tuple[str, ...] = ()
    step_up: bool = False
    starts_round: bool = False
    in_round: bool = False
    into: str | None = None
    reopens: bool = False


class BrokenWorkflow(ValueError):
    """The table contradicts itself; raised while importing it."""


@dataclass(frozen=True)
class Workflow:
    """A named table of transitions with one initial state."""

    name: str
    title: str
    initial: State
    transitions: tuple[Transition, ...]
    closed: frozenset[State]
    enters: frozenset[State] = field(default=frozenset())

    def __post_init__(self) -> None:
        self._refuse_duplicates()
        self._refuse_unknown_names()
        self._refuse_dead_ends()

    def _refuse_duplicates(self) -> None:
        seen: set[tuple[State, str]] = set()
        for row in self.transitions:
            for source in row.source:
                if (source, row.name) in seen:
                    raise BrokenWorkflow(f"{self.name}: two rows {row.name} from {source}")
                seen.add((source, row.name))

    def _refuse_unknown_names(self) -> None:
        names = {row.name for row in self.transitions}
        for row in self.transitions:
            for name in row.unlike:
                if name not in names:
                    raise BrokenWorkflow(f"{self.name}: {row.name} is unlike {name}, which is no transition")
            if not row.by:
                raise BrokenWorkflow(f"{self.name}: nobody may {row.name}")

    def _refuse_dead_ends(self) -> None:
        reached = {self.initial, *self.enters}
        grew = True
        while grew:
            grew = False
            for row in self.transitions:
                if row.into in (None, self.name) and row.target not in reached and reached & set(row.source):
                    reached.add(row.target)
                    grew = True
        for row in self.transitions:
            for state in row.source:
                if state not in reached:
                    raise BrokenWorkflow(f"{self.name}: {row.name} leaves {state}, which cannot be reached")
        for state in reached - self.closed:
            if not any(state in row.source for row in self.transitions):
                raise BrokenWorkflow(f"{self.name}: nothing leaves {state}")
        for row in self.transitions:
            if self.closed & set(row.source) and row.source != (row.target,) and not row.reopens:
                raise BrokenWorkflow(f"{self.name}: {row.name} leaves a closed state")

    @property
    def states(self) -> tuple[State, ...]:
        """Every state the table names, in order of first mention."""
        seen: dict[State, None] = {self.initial: None}
        for row in self.transitions:
            for state in (*row.source, row.target):
                seen.setdefault(state)
        return tuple(seen)

    def leaving(self, state: State) -> Iterator[Transition]:
        """Every row that leaves a state, in the order of the table."""
        return (row for row in self.transitions if state in row.source)

    def row(self, state: State, name: str) -> Transition | None:
        """The row called ``name`` that leaves ``state``, if there is one."""
        return next((row for row in self.leaving(state) if row.name == name), None)

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram; self-loops are drawn, roles stand beside the names."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        for row in self.transitions:
            for source in row.source:
                target = f"{row.target}" if row.into in (None, self.name) else f"{row.into}__{row.target}"
                lines.append(f"    {source} --> {target}: {row.name} ({', '.join(row.by)})")
        lines += [f"    {state} --> [*]" for state in self.states if state in self.closed]
        return "\n".join(lines)
