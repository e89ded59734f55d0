"""What became of a transaction that was seen once and is gone: whether another took its place, and which (cause A07).

A transaction that no node has any more tells nothing by itself. What an earlier look left of it does: who sent it with which
nonce, or which outputs it spent (:func:`remains_of`, from the verbatim answers of that look). With that a node can be asked
who used the nonce, or who spent the outputs, since. Only families where a place can be taken can tell (``remains`` and
``replacement`` in the family's module, :class:`Replaceable`); of the others nothing is claimed.
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
from chains.redecode import Recorded
from chains.transport import TOTAL_SECONDS, Talk
from chains.types import Answer, Network, Node
from chains.verify import normalise


@dataclass(frozen=True)
class Outpoint:
    """An output that was spent; ``address`` is whose it was, where that was shown."""

    txid: str
    vout: int
    address: str | None = None


@dataclass(frozen=True)
class Remains:
    """What an earlier look left of a transaction: ``sender`` and ``nonce``, or the outputs it ``spent``.

    ``height`` is the tip at that look, below which its place was not taken yet.
    """

    sender: str | None = None
    nonce: int | None = None
    height: int | None = None
    spent: tuple[Outpoint, ...] = ()


@dataclass(frozen=True)
class Word:
    """What one node says. ``replaced`` is ``None`` when it cannot tell, ``False`` when the place is still free or its own."""

    replaced: bool | None
    hash: str | None = None


@dataclass(frozen=True)
class Replacement:
    """What enough nodes say alike, and every verbatim answer.

    ``replaced`` without ``hash``: the place is taken for certain, and no node shows by which transaction.
    """

    replaced: bool | None
    hash: str | None = None
    answers: tuple[Answer, ...] = ()


class Replaceable(Protocol):
    """What a family module offers when transactions of its networks can be replaced."""

    def remains(self, network: Network, talk: Talk, reference: str) -> Remains | None:
        """What a recorded conversation with one node shows of the transaction; ``None`` when it showed none."""
        ...

    def replacement(self, network: Network, talk: Talk, reference: str, remains: Remains) -> Word:
        """What one node tells of the place that the transaction had. Raises ``NodeUnavailable`` or ``NodeMistaken``."""
        ...


def remains_of(network: Network, hash: str, answers: Sequence[Answer]) -> Remains | None:
    """What the stored ``answers`` of an earlier look show of ``hash``; ``None`` when none showed it. Pure.

    The first node that showed it is taken: sender, nonce and inputs are part of what the hash was made from.
    Raises :class:`~chains.errors.NotAReference`.
    """
    module = _replaceable(network)
    if module is None:
        return None
    reference = normalise(network, hash)
    by_node: dict[str, list[Answer]] = {}
    for answer in answers:
        by_node.setdefault(answer.node, []).append(answer)
    for label, said in by_node.items():
        found = heard(network, Recorded(label, said), lambda talk: module.remains(network, talk, reference))
        if found is not None:
            return found
    return None


def find_replacement(
    network: Network, nodes: Sequence[Node], hash: str, remains: Remains, *, timeout: float = TOTAL_SECONDS
) -> Replacement:
    """Whether enough of ``nodes`` say that another transaction took the place of ``hash``, and which one.

    Raises :class:`~chains.errors.NotAReference`; never for what nodes say.
    """
    module = _replaceable(network)
    reference = normalise(network, hash)
    if module is None:
        return Replacement(None)
    told, answers = inquire(
        network, nodes, lambda talk: module.replacement(network, talk, reference, remains), timeout=timeout
    )
    return _agreed(told, answers)


def replacement_again(
    network: Network, hash: str, remains: Remains, talks: Sequence[Talk], *, silent: int = 0
) -> Replacement:
    """The same from conversations on record (:class:`chains.redecode.Recorded`); ``silent`` nodes left none, and count. Pure."""
    module = _replaceable(network)
    reference = normalise(network, hash)
    if module is None:
        return Replacement(None)
    told = [heard(network, t, lambda talk: module.replacement(network, talk, reference, remains)) for t in talks]
    return _agreed([*told, *(None for _ in range(silent))], ())


def _agreed(told: Sequence[Word | None], answers: tuple[Answer, ...]) -> Replacement:
    """What a majority of all nodes says; the hash is named when those who name one are enough by themselves."""
    needed = quorum(len(told))
    words = [word for word in told if word is not None]
    verdicts = Counter(word.replaced for word in words if word.replaced is not None)
    replaced = next((verdict for verdict, times in verdicts.items() if times >= needed), None)
    hashes = Counter(word.hash for word in words if word.replaced and word.hash)
    named = next((hash for hash, times in hashes.items() if times >= needed), None)
    return Replacement(replaced, named if replaced else None, answers)


def _replaceable(network: Network) -> Replaceable | None:
    module = import_module(FAMILIES[network.family])
    return cast("Replaceable", module) if hasattr(module, "replacement") else None
