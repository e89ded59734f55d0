"""The UTXO family: Bitcoin and the networks made like it, read through a daemon, Blockbook or Esplora.

Differences between networks are data in ``chains/networks/utxo.toml``; what each parameter means stands in
:mod:`chains.utxo.address` and :mod:`chains.utxo.decode`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from chains.errors import NodeMistaken
from chains.families import NodeReading
from chains.sweep import SweepOrder, SweepPlan
from chains.transport import Talk
from chains.types import Network
from chains.utxo import bitcoind, blockbook, esplora
from chains.utxo.address import check_address
from chains.utxo.decode import decode
from chains.utxo.seen import Absent, Seen

__all__ = ["check_address", "check_plan", "hash_candidate", "plan_sweep", "read"]

INTERFACES: Mapping[str | None, Callable[[Network, Talk, str], Seen | Absent]] = {
    None: bitcoind.look,
    "bitcoind": bitcoind.look,
    "blockbook": blockbook.look,
    "esplora": esplora.look,
}
"""How to ask a node, by the interface named in front of its URL; without a name the daemon's own."""

_HASH = re.compile(r"[0-9a-fA-F]{64}")


def hash_candidate(network: Network, text: str) -> str | None:
    """Sixty-four hexadecimal digits in lower case, however they were typed; None when the text is something else."""
    return text.lower() if _HASH.fullmatch(text) else None


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """What one node tells of one transaction. Raises ``NodeUnavailable`` or ``NodeMistaken``."""
    if talk.node.interface not in INTERFACES:
        raise NodeMistaken(f"{talk.node.label}: no such interface in this family")
    seen = INTERFACES[talk.node.interface](network, talk, reference)
    return NodeReading(decode(network, reference, seen), seen.tip)


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :meth:`chains.families.Planner.plan_sweep`; the files are described in :mod:`chains.utxo.sweep`."""
    from chains.utxo import sweep  # rarely needed

    return sweep.plan_sweep(network, talk, order)


def check_plan(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :meth:`chains.families.Planner.check_plan`."""
    from chains.utxo import sweep

    return sweep.check_plan(network, order, plan)
