"""Commands played statement by statement: each on a thread and a connection of its own, each step let through by hand.

Every statement of the real services, and every commit, waits at a gate until the director lets it pass. A step that the
database makes wait for the other command is told by ``pg_blocking_pids`` and is parked until the other one lets go.
"""

from __future__ import annotations

import functools
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event

from recovery.db import Base

Act = Callable[[], object]
QUICK = 0.002
"""Seconds after which the database is asked whether a step waits for the other command."""
PATIENCE = 20.0
"""Seconds after which a step that neither ends nor waits for the other command is a fault of the test."""

_TABLES = re.compile(r"\b(" + "|".join(sorted(Base.metadata.tables, key=len, reverse=True)) + r")\b")


@dataclass(frozen=True)
class Step:
    """What the next step of a command touches. ``ends``: it is the end of a unit of work, which publishes ``writes``."""

    text: str
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    ends: bool = False

    def commutes(self, other: Step) -> bool:
        """Whether both orders lead to the same: what is written shows to others at the commit only, locks show at once."""
        if self.ends and other.ends:
            return True
        if self.ends or other.ends:
            end, step = (self, other) if self.ends else (other, self)
            return not end.writes & (step.reads | step.writes)
        return not self.writes & other.writes


@functools.cache
def step_of(text: str) -> Step:
    """The tables a statement reads, and those it writes or locks (with the rows their foreign keys hold)."""
    named = frozenset(_TABLES.findall(text))
    if text.lstrip()[:6].upper() == "SELECT" and " FOR " not in text.upper():
        return Step(text, reads=named)
    held = {key.column.table.name for name in named for key in Base.metadata.tables[name].foreign_keys}
    return Step(text, reads=named, writes=named | held)


class Broken(AssertionError):
    """The director lost control: a step neither ended nor waited for the other command."""


class Player(threading.Thread):
    """One command, stopping before each of its steps."""

    def __init__(self, name: str, act: Act) -> None:
        super().__init__(name=name, daemon=True)
        self.act = act
        self.go, self.arrived = threading.Semaphore(0), threading.Semaphore(0)
        self.step: Step | None = None
        self.backend, self.written = 0, frozenset[str]()
        self.outcome: BaseException | None = None
        self.touched: set[str] = set()

    def run(self) -> None:
        """Play the command to its end, and say how it ended."""
        try:
            self.act()
        except BaseException as error:  # noqa: BLE001 - whoever directs looks at whatever it was
            self.outcome = error
        self.step = None
        self.arrived.release()

    def wait_at_gate(self, step: Step, backend: int) -> None:
        """Called in the player's thread: the step happens when the director says so."""
        self.step, self.backend = step, backend
        self.written = frozenset() if step.ends else self.written | step.writes
        self.touched |= step.writes
        self.arrived.release()
        self.go.acquire()


def install(engine: Engine) -> None:
    """Put the gate before every statement and every end of a unit of work of this engine."""

    def before_statement(connection: Connection, _cursor: object, text: str, *_: Any) -> None:
        _at_gate(connection, step_of(text))

    def before_end(connection: Connection) -> None:
        player = threading.current_thread()
        if isinstance(player, Player) and player.written:  # what only looked leaves nothing and holds nothing
            _at_gate(connection, Step("END", writes=player.written, ends=True))

    event.listen(engine, "before_cursor_execute", before_statement)
    event.listen(engine, "commit", before_end)
    event.listen(engine, "rollback", before_end)


def _at_gate(connection: Connection, step: Step) -> None:
    player = threading.current_thread()
    if isinstance(player, Player):
        driver = connection.connection.dbapi_connection
        assert driver is not None
        player.wait_at_gate(step, driver.info.backend_pid)


@dataclass(frozen=True)
class Move:
    """One step that was let through: whose, what, and whether it had to wait for the other command."""

    who: str
    step: Step
    parked: bool


@dataclass
class Played:
    """One order of the steps of some commands, and how each command ended."""

    moves: list[Move] = field(default_factory=list)
    outcomes: dict[str, BaseException | None] = field(default_factory=dict)
    touched: frozenset[str] = frozenset()

    def __str__(self) -> str:
        lines = (
            f"{move.who}: {' '.join(move.step.text.split())[:110]}{' (waits)' * move.parked}" for move in self.moves
        )
        ends = (f"{who} ended with {outcome!r}" for who, outcome in self.outcomes.items())
        return "\n".join((*lines, *ends))


Choose = Callable[[Mapping[str, Step], Sequence[Move]], str]
"""Who goes next, of those that can."""


class Director:
    """Lets the steps of commands through, one at a time."""

    def __init__(self, watch: psycopg.Connection) -> None:
        self.watch = watch

    def play(self, acts: Mapping[str, Act], choose: Choose) -> Played:
        """Play the commands to their ends in the order that ``choose`` makes."""
        players = {name: Player(name, act) for name, act in acts.items()}
        for player in players.values():
            player.start()
            if not player.arrived.acquire(timeout=PATIENCE):
                raise Broken(f"{player.name} never came to a statement")
        played, parked = Played(), set[str]()
        while any(player.step is not None for player in players.values()):
            able = {name: p.step for name, p in players.items() if p.step is not None and name not in parked}
            if not able:
                self._anybody(players, parked)
                continue
            name = choose(able, played.moves)
            step, player = able[name], players[name]
            player.go.release()
            waits = not self._settle(player)
            if waits:
                parked.add(name)
            played.moves.append(Move(name, step, waits))
            if step.ends or player.step is None:
                parked -= {one for one in parked if self._settle(players[one])}
        for player in players.values():
            player.join(PATIENCE)
        played.outcomes = {name: player.outcome for name, player in players.items()}
        played.touched = frozenset().union(*(player.touched for player in players.values()))
        return played

    def _settle(self, player: Player) -> bool:
        """Whether the player came to its next gate or its end; false when it waits for the other command."""
        until = time.monotonic() + PATIENCE
        while not player.arrived.acquire(timeout=QUICK):
            row = self.watch.execute("SELECT cardinality(pg_blocking_pids(%s))", (player.backend,)).fetchone()
            if row is not None and row[0] and not player.arrived.acquire(blocking=False):
                return False
            if time.monotonic() > until:
                raise Broken(f"{player.name} neither ends nor waits: {player.step}")
        return True

    def _anybody(self, players: Mapping[str, Player], parked: set[str]) -> None:
        """All wait for each other: the database breaks one of them off."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for name in sorted(parked):
                if players[name].arrived.acquire(timeout=QUICK):
                    parked.remove(name)
                    return
        raise Broken("all wait for each other, and the database does not end it")


def tables(names: Iterable[str]) -> frozenset[str]:
    """Those of the names that are tables."""
    return frozenset(names) & frozenset(Base.metadata.tables)
