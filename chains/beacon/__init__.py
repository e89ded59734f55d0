"""The retired BNB Beacon Chain: recognised, explained, and read where somebody still runs an archive (``dex``).

The chain stopped on 3 December 2024. What lies on it can move only through the recovery contract of BNB Smart Chain (BEP-299),
for tokens that had been bound to that network, against the final snapshot and with the old account's signature. How it is done
stands beside the row in ``chains/networks/beacon.toml``.
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
    """See :func:`chains.beacon.address.check`."""
    from chains.beacon.address import check

    return check(network, text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.beacon.address.asset_identity`."""
    from chains.beacon import address

    return address.asset_identity(network, text)


def twin_key(network: Network, address: str) -> str | None:
    """See :func:`chains.beacon.address.twin_key`."""
    from chains.beacon import address as addresses

    return addresses.twin_key(network, address)


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """See :func:`chains.beacon.address.twin_addresses`."""
    from chains.beacon import address as addresses

    return addresses.twin_addresses(network, key)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :func:`chains.beacon.dex.read`."""
    from chains.beacon.dex import read as read_node

    return read_node(network, talk, reference)
