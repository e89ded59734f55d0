"""Which addresses each transaction of a block pays: the coarse sieve of a catch-all scan.

A block is asked for without naming any address of ours, so a node learns nothing of them; the caller keeps the transactions that
pay one, and reads those in full (:func:`chains.verify.verify`). The sieve therefore may hold back too little, never too much.
Families that can give blocks have ``paid`` (:class:`Scannable`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol, cast

from chains.errors import NodeMistaken, NodeUnavailable, NoNode, Refused
from chains.families import FAMILIES, speaks
from chains.transport import TOTAL_SECONDS, Session, Talk
from chains.types import Network, Node


@dataclass(frozen=True)
class PaidBlock:
    """One block: ``paid`` is, by transaction hash, every address in it that may have received something.

    ``parent`` is the hash of the block before. ``tip`` is the node's best height. ``notes`` are codes of what the node could not
    show (``internal_transfers_not_visible``).
    """

    height: int
    hash: str
    parent: str
    tip: int
    paid: Mapping[str, frozenset[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Scannable(Protocol):
    """What a family module offers when its nodes give whole blocks."""

    def paid(self, network: Network, talk: Talk, height: int) -> PaidBlock | None:
        """The block at ``height``, ``None`` when the chain has not come that far.

        Raises :class:`~chains.errors.Refused` (``scan_not_offered``) for an interface without blocks, ``NodeUnavailable``,
        ``NodeMistaken``.
        """
        ...


def offered(network: Network) -> bool:
    """Whether blocks of the network's family can be scanned at all."""
    return _scannable(network) is not None


def paid_in(
    network: Network, nodes: Sequence[Node], height: int, *, timeout: float = TOTAL_SECONDS
) -> PaidBlock | None:
    """The block at ``height`` from the first node that gives it; ``None`` when the chain has not come that far.

    One node is enough: what is found is verified like any hash, by all of them. Raises :class:`~chains.errors.Refused`
    (``scan_not_offered``), :class:`~chains.errors.NoNode`, :class:`~chains.errors.NodeUnavailable`,
    :class:`~chains.errors.NodeMistaken`.
    """
    module = _scannable(network)
    if module is None:
        raise Refused("scan_not_offered")
    if not nodes:
        raise NoNode(network.slug)
    deadline = time.monotonic() + timeout
    trouble: NodeUnavailable | NodeMistaken | Refused = NodeUnavailable(f"no node of {network.slug} answers")
    for node in nodes:
        if not speaks(network, node):
            continue
        try:
            return module.paid(network, Session(node, deadline=deadline), height)
        except (NodeUnavailable, NodeMistaken, Refused) as error:
            trouble = error
        except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
            trouble = NodeMistaken(f"{node.label}: answer not understood")
    raise trouble


def _scannable(network: Network) -> Scannable | None:
    module = import_module(FAMILIES[network.family])
    return cast("Scannable", module) if hasattr(module, "paid") else None
