"""Cardano, read through Blockfrost's or Koios' interface. Functions as :class:`chains.families.Family` asks for."""

from __future__ import annotations

import re

from chains.errors import NodeMistaken
from chains.families import NodeReading
from chains.transport import Talk
from chains.types import AddressCheck, Network

_HASH = re.compile(r"[0-9a-fA-F]{64}")


def hash_candidate(network: Network, text: str) -> str | None:
    """``text`` as 64 lower-case digits without a prefix, the way every Cardano tool writes a transaction id."""
    return text.lower() if _HASH.fullmatch(text) else None


def check_address(network: Network, text: str) -> AddressCheck:
    """See :func:`chains.cardano.address.check`."""
    from chains.cardano.address import check

    return check(network, text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.cardano.address.asset_identity`."""
    from chains.cardano import address

    return address.asset_identity(network, text)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :mod:`chains.cardano.blockfrost`, the interface meant when none is named, and :mod:`chains.cardano.koios`."""
    from chains.cardano import blockfrost, koios

    readers = {None: blockfrost.read, "blockfrost": blockfrost.read, "koios": koios.read}
    reader = readers.get(talk.node.interface)
    if reader is None:
        raise NodeMistaken(f"{talk.node.label}: no such interface in this family")
    return reader(network, talk, reference)
