"""The Cosmos family: networks of the Cosmos SDK, read through the REST interface of a node (``lcd``).

Differences between networks are data in ``chains/networks/cosmos.toml``; what each parameter means stands in
:mod:`chains.cosmos.decode`.
"""

from __future__ import annotations

import re

from chains.families import NodeReading
from chains.transport import Talk
from chains.types import AddressCheck, Network

_HASH = re.compile(r"[0-9a-fA-F]{64}")


def hash_candidate(network: Network, text: str) -> str | None:
    """Sixty-four hexadecimal digits in upper case, however they were typed."""
    return text.upper() if _HASH.fullmatch(text) else None


def check_address(network: Network, text: str) -> AddressCheck:
    """See :func:`chains.cosmos.address.check`."""
    from chains.cosmos.address import check

    return check(network, text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.cosmos.address.asset_identity`."""
    from chains.cosmos import address

    return address.asset_identity(network, text)


def twin_key(network: Network, address: str) -> str | None:
    """See :func:`chains.cosmos.address.twin_key`."""
    from chains.cosmos import address as addresses

    return addresses.twin_key(network, address)


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """See :func:`chains.cosmos.address.twin_addresses`."""
    from chains.cosmos import address as addresses

    return addresses.twin_addresses(network, key)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :func:`chains.cosmos.lcd.read`."""
    from chains.cosmos.lcd import read as read_node

    return read_node(network, talk, reference)
