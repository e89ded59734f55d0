"""The NEAR family: networks that answer NEAR's JSON-RPC. Functions as :class:`chains.families.Family` asks for.

A node finds a transaction by its hash and its signer's account, so a reference is ``HASH`` or ``HASH@signer``. A node that
follows all shards finds it under any account; others do not, and then the bare hash ends in ``unknown`` with the warning
``sender_needed``.
"""

from __future__ import annotations

import re

from chains.families import NodeReading
from chains.transport import Talk
from chains.types import AddressCheck, Network

_SHAPE = re.compile(r"([1-9A-HJ-NP-Za-km-z]{41,44})(?:@(\S{2,66}))?")


def hash_candidate(network: Network, text: str) -> str | None:
    """``text`` when it is the base58 of 32 bytes, with or without ``@`` and an account behind it.

    Addresses of Solana have the same form; which is meant, only nodes can tell.
    """
    match = _SHAPE.fullmatch(text)
    if not match:
        return None
    from chains.encoding import base58_decode
    from chains.near.address import is_account

    try:
        if len(base58_decode(match[1])) != 32:
            return None
    except ValueError:
        return None
    if match[2] is None:
        return match[1]
    sender = match[2].lower()
    return f"{match[1]}@{sender}" if is_account(sender) else None


def check_address(network: Network, text: str) -> AddressCheck:
    """See :func:`chains.near.address.check`."""
    from chains.near.address import check

    return check(network, text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.near.address.asset_identity`."""
    from chains.near import address

    return address.asset_identity(network, text)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :func:`chains.near.jsonrpc.read`."""
    from chains.near.jsonrpc import read as read_node

    return read_node(network, talk, reference)
