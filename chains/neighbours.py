"""The payment that was meant when a hash is no transfer to us (cause A11): other transactions of the same sender, close by.

Asked are only addresses the caller names, and these must be the claimant's own: what is found is told to the claimant. Families
that can tell have ``neighbours`` (:class:`Neighbourly`); the others, and nodes without such an index, suggest nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from chains.agreement import quorum
from chains.families import FAMILIES
from chains.inquiry import heard, inquire
from chains.transport import TOTAL_SECONDS, Talk
from chains.types import Answer, Network, Node

MOST_SUGGESTED = 8
MOST_ADDRESSES = 50
BLOCKS_AROUND = 300
"""How far from the transaction the search goes, in blocks to either side; families look less far where that is dear."""


@dataclass(frozen=True)
class Near:
    """Where to look: around ``height``, for payments from ``senders`` to ``recipients``, and not for ``hash`` itself."""

    hash: str
    height: int
    senders: frozenset[str]
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class Suggestions:
    """Hashes worth reading in full, nearest first, and every verbatim answer. ``asked`` is false where nobody can tell."""

    hashes: tuple[str, ...] = ()
    asked: bool = False
    answers: tuple[Answer, ...] = ()


class Neighbourly(Protocol):
    """What a family module offers when some of its interfaces tell what an address received."""

    def neighbours(self, network: Network, talk: Talk, near: Near) -> Sequence[tuple[int, str]] | None:
        """Height and hash of payments as ``near`` says; ``None`` when this interface cannot tell.

        Raises ``NodeUnavailable`` or ``NodeMistaken``.
        """
        ...


def neighbours(network: Network, nodes: Sequence[Node], near: Near, *, timeout: float = TOTAL_SECONDS) -> Suggestions:
    """What enough of the nodes that can tell suggest; a suggestion is read and judged like any hash, and proves nothing."""
    module = _neighbourly(network)
    if module is None or not near.senders or not near.recipients or len(near.recipients) > MOST_ADDRESSES:
        return Suggestions()
    told, answers = inquire(network, nodes, lambda talk: module.neighbours(network, talk, near), timeout=timeout)
    return _weighed(near, told, answers)


def neighbours_again(network: Network, near: Near, talks: Sequence[Talk]) -> Suggestions:
    """The same from conversations on record (:class:`chains.redecode.Recorded`). Pure."""
    module = _neighbourly(network)
    if module is None:
        return Suggestions()
    told = [heard(network, one, lambda talk: module.neighbours(network, talk, near)) for one in talks]
    return _weighed(near, told, ())


def _weighed(near: Near, told: Sequence[Sequence[tuple[int, str]] | None], answers: tuple[Answer, ...]) -> Suggestions:
    """Of nodes that can tell, the majority; of suggestions, the nearest to the hash that was pasted."""
    said = [set(one) for one in told if one is not None]
    counted = Counter(found for one in said for found in one)
    agreed = [found for found, times in counted.items() if times >= quorum(len(said)) and found[1] != near.hash]
    agreed.sort(key=lambda found: (abs(found[0] - near.height), found))
    hashes = tuple(dict.fromkeys(hash for _, hash in agreed))[:MOST_SUGGESTED]
    return Suggestions(hashes, bool(said), answers)


def _neighbourly(network: Network) -> Neighbourly | None:
    module = import_module(FAMILIES[network.family])
    return cast("Neighbourly", module) if hasattr(module, "neighbours") else None
