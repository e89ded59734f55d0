"""The Aptos family, read through a full node's REST interface. A committed transaction is final."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chains.aptos.address import asset_identity, check_address

if TYPE_CHECKING:
    from chains.families import NodeReading
    from chains.transport import Talk
    from chains.types import Network

__all__ = ["asset_identity", "check_address", "hash_candidate", "read"]

_HASH = re.compile(r"(?:0[xX])?([0-9a-fA-F]{64})")


def hash_candidate(network: Network, text: str) -> str | None:
    """``0x`` and sixty-four lower-case digits, with or without the prefix and in either case; else ``None``."""
    match = _HASH.fullmatch(text)
    return f"0x{match[1].lower()}" if match else None


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """What one node tells of one transaction. Raises ``NodeUnavailable`` or ``NodeMistaken``."""
    from chains.aptos import rest

    return rest.read(network, talk, reference)
