"""T1: two commands at once, in every order of their statements that can matter: never paid twice, nothing half done.

The commands are the real services on real connections. What comes of an order must be what one of the two serial orders
gives, or what one of the commands gives alone when the other was refused; and every promise must hold.
"""

from __future__ import annotations

import itertools
import os
import random
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from recovery.errors import RecoveryError
from tests.prove import orders, stepping
from tests.prove.facts import CaseFact, read_cases
from tests.prove.scenes import SCENES, Ground
from tests.prove.snapshot import Snapshot
from tests.prove.stepping import Director, Played, tables
from tests.prove.truths import overpaid, wrong
from tests.recovery.desk import Desk

pytestmark = pytest.mark.promise

PROVE = os.environ.get("RECOVERY_PROVE") == "1"
SEED = int(os.environ.get("RECOVERY_SEED", "1"))
MOST = int(os.environ.get("RECOVERY_ORDERS", "60"))
"""Orders that differ, of one pair at most, in the long form; most pairs have fewer, and the summary says how many were whole."""
DRAWN = 20 if PROVE else 5
"""Orders of each pair drawn at random."""
PAIRS = None if PROVE or os.environ.get("RECOVERY_ALL_PAIRS") else 5
"""How many pairs of a scene the short form tries; the long one, and the search for a planted fault, try all."""

Seen = tuple[Any, ...]


class Pairs:
    """All pairs of commands of one scene, each from the same rows."""

    def __init__(self, desk: Desk, watch: psycopg.Connection, scene: Callable[[Ground], None]) -> None:
        self.desk, self.director = desk, Director(watch)
        self.ground = Ground(desk)
        scene(self.ground)
        self.snapshot = Snapshot(watch)
        self.dirty: frozenset[str] = frozenset()
        self.tried = self.overpaid = self.whole = 0
        self.alone: dict[str, Seen] = {}

    def play(self, acts: dict[str, stepping.Act], choose: stepping.Choose) -> Played:
        """One order, from the beginning."""
        self.snapshot.restore(self.dirty)
        played = self.director.play(acts, choose)
        self.dirty |= tables(played.touched)
        return played

    def look(self, played: Played) -> tuple[Seen, list[CaseFact]]:
        """What came of it, without times and ids."""
        for outcome in played.outcomes.values():
            if outcome is not None and not isinstance(outcome, RecoveryError):
                raise AssertionError(f"{played}") from outcome
        with self.desk.database.reading() as session:
            cases = read_cases(session, self.ground.refs)
        return tuple(_told(case) for case in cases), cases

    def pair(self, first: str, second: str) -> None:
        """Every order of two commands."""
        commands = self.ground.commands
        acts = {"A": commands[first], "B": commands[second]}
        allowed = {self.by_itself(first), self.by_itself(second)}
        for serial in ("AB", "BA"):
            allowed.add(self.look(self.play(acts, _one_after_the_other(serial)))[0])
        for played in self._orders(acts, f"{first}/{second}"):
            told, cases = self.look(played)
            self.tried += 1
            self.overpaid += bool(overpaid(cases))
            problems = wrong(cases)
            assert not problems, f"{first} / {second}: {problems}\n{played}"
            assert told in allowed, f"{first} / {second}: no serial order gives {told}, only {allowed}\n{played}"

    def by_itself(self, name: str) -> Seen:
        """What comes of one command alone."""
        if name not in self.alone:
            acts = {"A": self.ground.commands[name]}
            self.alone[name] = self.look(self.play(acts, _one_after_the_other("A")))[0]
        return self.alone[name]

    def _orders(self, acts: dict[str, stepping.Act], label: str) -> Iterator[Played]:
        def play(choose: stepping.Choose) -> Played:
            return self.play(acts, choose)

        if PROVE:
            before = self.tried
            yield from orders.classes(play, MOST)
            self.whole += self.tried - before < MOST
        yield from orders.chances(play, DRAWN, SEED + zlib.crc32(label.encode()))


def _one_after_the_other(names: str) -> stepping.Choose:
    return lambda able, _: next(name for name in names if name in able)


def _told(case: CaseFact) -> Seen:
    """What a case came to, as far as it does not hang on the clock or on a drawn id."""
    return (
        case.row.ref,
        case.row.state,
        tuple(event.name for event in case.events),
        tuple((plan.kind, plan.round, plan.state, len(plan.steps), len(plan.approvals)) for plan in case.plans),
        tuple((quote.state, quote.destination) for quote in case.quotes),
        tuple(sorted((row.kind, row.leg, row.debit, row.credit, row.amount) for row in case.postings)),
        tuple(claim.released_at is None for claim in case.claims),
        len(case.credits),
        case.disputed,
        tuple(sorted((job.topic, job.state) for job in case.jobs)),
    )


@pytest.fixture(scope="module", autouse=True)
def _gates(desk: Desk) -> None:
    stepping.install(desk.database.engine)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_two_commands_in_every_order(
    desk: Desk, watch: psycopg.Connection, scene: Callable[[Ground], None], record_property: Callable[[str, Any], None]
) -> None:
    pairs = Pairs(desk, watch, scene)
    every = list(itertools.combinations_with_replacement(pairs.ground.commands, 2))
    chosen = every if PAIRS is None else random.Random(SEED).sample(every, min(PAIRS, len(every)))
    tried = 0
    try:
        for first, second in chosen:
            pairs.pair(first, second)
            tried += 1
    finally:
        record_property("prove.pairs of commands", tried)
        record_property("prove.pairs tried in every order that differs", pairs.whole)
        record_property("prove.interleavings", pairs.tried)
        record_property("prove.over-payments", pairs.overpaid)
        pairs.snapshot.restore(pairs.dirty)
