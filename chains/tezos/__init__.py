"""The Tezos family, read through the TzKT index (``tzkt``)."""

from __future__ import annotations

import re

from chains.families import NodeReading
from chains.transport import Talk
from chains.types import AddressCheck, Network

_HASH = re.compile(r"o[1-9A-HJ-NP-Za-km-z]{50}")


def hash_candidate(network: Network, text: str) -> str | None:
    """``o`` and fifty base58 characters whose checksum is right; case matters."""
    if not _HASH.fullmatch(text):
        return None
    from chains.tezos.address import is_operation

    return text if is_operation(text) else None


def check_address(network: Network, text: str) -> AddressCheck:
    """See :func:`chains.tezos.address.check`."""
    from chains.tezos.address import check

    return check(text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.tezos.address.asset_identity`."""
    from chains.tezos import address

    return address.asset_identity(network, text)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :func:`chains.tezos.tzkt.read`."""
    from chains.tezos.tzkt import read as read_node

    return read_node(network, talk, reference)
