"""How to ask a node, by the interface named in front of its URL; without a name the daemon's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chains.errors import NodeMistaken
from chains.families import NodeReading
from chains.transport import Talk
from chains.types import Network
from chains.utxo import bitcoind, blockbook, esplora
from chains.utxo.decode import decode
from chains.utxo.seen import Absent, Seen

INTERFACES: Mapping[str | None, Callable[[Network, Talk, str], Seen | Absent]] = {
    None: bitcoind.look,
    "bitcoind": bitcoind.look,
    "blockbook": blockbook.look,
    "esplora": esplora.look,
}


def look(network: Network, talk: Talk, txid: str) -> Seen | Absent:
    """What one node shows of one transaction. Raises ``NodeUnavailable`` or ``NodeMistaken``."""
    if talk.node.interface not in INTERFACES:
        raise NodeMistaken(f"{talk.node.label}: no such interface in this family")
    return INTERFACES[talk.node.interface](network, talk, txid)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    seen = look(network, talk, reference)
    return NodeReading(decode(network, reference, seen), seen.tip)
