"""Which orders of the steps of two commands are tried.

``classes`` walks through every order that can differ from another one in its effect: two orders that only swap
neighbouring steps which commute count as one (sleep sets, stateless, by replay). ``chances`` adds orders drawn from all of
them without that judgement, so that a wrong idea of what commutes is not believed either.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.prove.stepping import Choose, Move, Played, Step

Play = Callable[[Choose], Played]


@dataclass
class Node:
    """One choice on the way: who could go, who went before in this place, and who need not go here."""

    able: dict[str, Step]
    asleep: dict[str, Move]
    done: dict[str, Move] = field(default_factory=dict)
    chosen: str = ""

    def open(self) -> list[str]:
        """Who is still to be tried here; whoever went last first, so that the first order has no change of command."""
        return [name for name in self.able if name not in self.asleep and name not in self.done]


def _commute(move: Move, step: Step) -> bool:
    """A step that has to wait where it stands would wait just the same after any step that ends nothing."""
    return move.step.commutes(step) or (move.parked and not step.ends)


class Walk:
    """The choices of one order, and what is left to try after it."""

    def __init__(self) -> None:
        self.path: list[Node] = []
        self.depth = 0

    def choose(self, able: Mapping[str, Step], moves: Sequence[Move]) -> str:
        """Replay the path, then go on with whoever is to be tried first."""
        self._note(moves)
        if self.depth < len(self.path) and self.path[self.depth].chosen in able:
            node = self.path[self.depth]
        else:
            del self.path[self.depth :]
            node = Node(dict(able), self._asleep(able))
            last = moves[-1].who if moves else ""
            candidates = sorted(node.open() or node.able, key=lambda name: (name != last, name))
            node.chosen = candidates[0]
            self.path.append(node)
        self.depth += 1
        return node.chosen

    def _note(self, moves: Sequence[Move]) -> None:
        if self.depth:
            before = self.path[self.depth - 1]
            before.done[before.chosen] = moves[-1]

    def _asleep(self, able: Mapping[str, Step]) -> dict[str, Move]:
        if not self.depth:
            return {}
        before = self.path[self.depth - 1]
        went = before.able[before.chosen]
        tried = before.asleep | {name: move for name, move in before.done.items() if name != before.chosen}
        return {
            name: move
            for name, move in tried.items()
            if name != before.chosen and name in able and _commute(move, went) and able[name] == move.step
        }

    def next(self, played: Played) -> bool:
        """Turn at the deepest place where something is left to try; false when there is none."""
        self._note(played.moves)
        while self.path:
            node = self.path[-1]
            left = node.open()
            if left:
                node.chosen, self.depth = left[0], 0
                return True
            self.path.pop()
        return False


def classes(play: Play, most: int) -> Iterator[Played]:
    """Orders of which no two are known to be alike in effect, all of them or the first ``most``."""
    walk = Walk()
    for _ in range(most):
        played = play(walk.choose)
        yield played
        if not walk.next(played):
            return
        walk.depth = 0


def chances(play: Play, number: int, seed: int) -> Iterator[Played]:
    """Orders drawn at random: in each, the commands change places now and then or all the time."""
    rng = random.Random(seed)
    for _ in range(number):
        change = rng.choice((0.1, 0.3, 0.5))

        def choose(able: Mapping[str, Step], moves: Sequence[Move], change: float = change) -> str:
            last = moves[-1].who if moves else None
            if last in able and rng.random() > change:
                return str(last)
            return rng.choice(sorted(able))

        yield play(choose)
