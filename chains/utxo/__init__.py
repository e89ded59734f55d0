"""The UTXO family: Bitcoin and the networks made like it, read through a daemon, Blockbook or Esplora.

Differences between networks are data in ``chains/networks/utxo.toml``; what each parameter means stands in
:mod:`chains.utxo.address` and :mod:`chains.utxo.decode`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.transport import Talk
from chains.types import Network
from chains.utxo import bitcoind, blockbook, esplora
from chains.utxo.address import check_address
from chains.utxo.decode import decode
from chains.utxo.seen import Absent, Seen

__all__ = ["check_address", "hash_candidate", "read"]

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
    looks = [INTERFACES[talk.node.interface]] if talk.node.interface in INTERFACES else []
    if not talk.node.url and talk.node.interface is None:
        # A recorded conversation does not name its interface; the questions on record do.
        looks = [bitcoind.look, blockbook.look, esplora.look]
    for last, look in enumerate(looks, start=1 - len(looks)):
        try:
            seen = look(network, talk, reference)
        except NodeUnavailable:
            if not last:
                raise
        else:
            return NodeReading(decode(network, reference, seen), seen.tip)
    raise NodeMistaken(f"{talk.node.label}: no such interface in this family")
