"""The TON family: the whole trace of a transaction, read through an indexer that speaks toncenter's v3 interface.

A hash may be of a transaction or of a message (an external message as sent, its normalised form, an internal one); its form
here is 64 hexadecimal digits in lower case. Whatever it names, the answer tells of the whole trace: what the wallet's own
transaction shows is only that the message was accepted, the transfer succeeds in the transaction that receives it.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from chains.ton.address import asset_identity, check_address

if TYPE_CHECKING:
    from chains.families import NodeReading
    from chains.sweep import SweepOrder, SweepPlan
    from chains.transport import Talk
    from chains.types import Network

__all__ = ["asset_identity", "check_address", "check_plan", "hash_candidate", "plan_sweep", "read"]

_HEX = re.compile(r"[0-9a-fA-F]{64}")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{43}|[A-Za-z0-9_-]{43})=?")


def hash_candidate(network: Network, text: str) -> str | None:
    """Lower-case hexadecimal digits of a hash in hexadecimal, base64 or base64url, padded or not; else ``None``."""
    if _HEX.fullmatch(text):
        return text.lower()
    if not _BASE64.fullmatch(text):
        return None
    standard = text.rstrip("=").replace("-", "+").replace("_", "/") + "="
    try:
        digest = base64.b64decode(standard, validate=True)
    except binascii.Error:
        return None
    # Spellings whose unused last bits are set name no hash; most base58 texts of this length are of that kind.
    return digest.hex() if base64.b64encode(digest).decode() == standard else None


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """What one node tells of one trace. Raises ``NodeUnavailable`` or ``NodeMistaken``."""
    from chains.ton import toncenter

    return toncenter.read(network, talk, reference)


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """An unsigned wallet message; see :mod:`chains.ton.sweep`."""
    from chains.ton import sweep

    return sweep.plan_sweep(network, talk, order)


def check_plan(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """What in a plan's message differs from ``order``; see :mod:`chains.ton.sweep`."""
    from chains.ton import sweep

    return sweep.check_plan(network, order, plan)
