"""A question of money to all nodes of a network: only what enough of them say alike is taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from chains.agreement import quorum
from chains.errors import ChainError, NodeMistaken, NodesDisagree, NodeUnavailable, NoNode, Refused
from chains.inquiry import inquire
from chains.transport import TOTAL_SECONDS, Talk
from chains.types import Network, Node

_T = TypeVar("_T")

APART = 5
"""How far fee rates of honest nodes may lie apart: estimates look at different blocks."""


def agreed(network: Network, nodes: Sequence[Node], question: Callable[[Talk], _T]) -> list[_T]:
    """The answers of enough nodes that are equal, a refusal counting as an answer.

    Raises :class:`Refused` when enough of them refuse, :class:`NodesDisagree`, and when too few say anything the trouble of one.
    """
    if not nodes:
        raise NoNode(network.slug)
    troubles: list[ChainError] = []
    heard_refusals: list[Refused] = []

    def ask(talk: Talk) -> _T:
        try:
            return question(talk)
        except Refused as refusal:
            heard_refusals.append(refusal)
            raise NodeUnavailable("refused") from refusal
        except (NodeUnavailable, NodeMistaken) as trouble:
            troubles.append(trouble)
            raise

    told, _ = inquire(network, nodes, ask, timeout=TOTAL_SECONDS)
    needed = quorum(len(nodes))
    refusals = list(heard_refusals)  # whoever answers from now on is not heard
    said = [one for one in told if one is not None]
    for one in said:
        alike = [other for other in said if other == one]
        if len(alike) >= needed:
            return alike
    if len(refusals) >= needed:
        raise refusals[0]
    if len(said) + len(refusals) >= needed:
        raise NodesDisagree(f"the nodes of {network.slug} disagree")
    raise troubles[0] if troubles else NodeUnavailable(f"too few nodes of {network.slug} answer")


def middle(rates: Sequence[Decimal]) -> Decimal:
    """The middle of fee rates, the higher one of two. Raises :class:`NodesDisagree` when those lie too far apart."""
    ordered = sorted(rates)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    if high > APART * low:
        raise NodesDisagree(f"fee rates between {low} and {high}")
    return high
