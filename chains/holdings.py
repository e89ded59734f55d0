"""What addresses of ours hold on a chain at one final block, and how much they ever sent: where a family can tell.

All nodes are asked about the same block by its height, after they agreed on its hash; what not enough of them say is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from chains.errors import Refused
from chains.types import Network, Node

COUNTING: Mapping[str, str] = {"evm": "chains.evm.holdings"}
"""Family name to module, for the families whose nodes tell what an address held at a block of some time ago."""


@dataclass(frozen=True)
class FinalBlock:
    """A block that stays, by the word of enough nodes."""

    height: int
    hash: str


class Counting(Protocol):
    """What the module ``holdings`` of such a family offers.

    Everything raises :class:`~chains.errors.NoNode`, :class:`~chains.errors.NodeUnavailable`,
    :class:`~chains.errors.NodeMistaken`, :class:`~chains.errors.NodesDisagree`, :class:`~chains.errors.Refused`.
    """

    def final_block(self, network: Network, nodes: Sequence[Node]) -> FinalBlock:
        """The newest block that enough nodes hold to be final, with the hash they agree on."""
        ...

    def held_at(self, network: Network, nodes: Sequence[Node], address: str, contract: str | None, height: int) -> int:
        """What ``address`` held after that block, in base units of ``contract`` (``None``: the native coin)."""
        ...


def counting(network: Network) -> Counting:
    """The functions of the network's family. Raises :class:`Refused` (``holdings_not_offered``) where it has none."""
    module = COUNTING.get(network.family)
    if module is None:
        raise Refused("holdings_not_offered")
    return cast("Counting", import_module(module))
