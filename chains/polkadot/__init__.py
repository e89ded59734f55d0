"""Chains of the Substrate kind, read through sidecar or Subscan. Functions as :class:`chains.families.Family` asks for.

A reference is ``HEIGHT-INDEX`` or ``BLOCKHASH-INDEX``: an extrinsic by its place in a block. ``HEIGHT-initialize`` and
``HEIGHT-finalize`` name what a block did of itself, such as crediting what another chain sent. The bare hash of an extrinsic
(``0x`` and 64 digits) is taken too, but it is not unique, and only an interface with an index can look it up.
"""

from __future__ import annotations

import re

from chains.errors import NodeMistaken
from chains.families import NodeReading
from chains.transport import Talk
from chains.types import AddressCheck, Network

_HASH = re.compile(r"0[xX]([0-9a-fA-F]{64})")
_PLACE = re.compile(r"(0[xX][0-9a-fA-F]{64}|[1-9][0-9]{4,8})-(0|[1-9][0-9]{0,4}|initialize|finalize)")
"""Heights of five to nine digits: people write dates and months as shorter ones, and no chain will be longer for a century."""


def hash_candidate(network: Network, text: str) -> str | None:
    """``text`` in lower case when it names an extrinsic in one of the ways above, digits without ``0x`` not among them."""
    return text.lower() if _HASH.fullmatch(text) or _PLACE.fullmatch(text) else None


def check_address(network: Network, text: str) -> AddressCheck:
    """See :func:`chains.polkadot.address.check`."""
    from chains.polkadot.address import check

    return check(network, text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.polkadot.assets.asset_identity`."""
    from chains.polkadot import assets

    return assets.asset_identity(network, text)


def twin_key(network: Network, address: str) -> str | None:
    """See :func:`chains.polkadot.address.twin_key`."""
    from chains.polkadot import address as addresses

    return addresses.twin_key(network, address)


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """See :func:`chains.polkadot.address.twin_addresses`."""
    from chains.polkadot import address as addresses

    return addresses.twin_addresses(network, key)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :mod:`chains.polkadot.sidecar`, the interface meant when none is named, and :mod:`chains.polkadot.subscan`."""
    from chains.polkadot import sidecar, subscan

    readers = {None: sidecar.read, "sidecar": sidecar.read, "subscan": subscan.read}
    reader = readers.get(talk.node.interface)
    if reader is None:
        raise NodeMistaken(f"{talk.node.label}: no such interface in this family")
    return reader(network, talk, reference)
