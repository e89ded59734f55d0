"""Is this text an address that can receive on that network? Pure; the family knows."""

from __future__ import annotations

from chains.families import family
from chains.types import AddressCheck, Network

LONGEST = 1_000
"""Characters an address text may have; the longest real ones (unified and Byron addresses) stay below 300."""


def check_address(network: Network, text: str) -> AddressCheck:
    """The canonical form of ``text``, or a reason code why it cannot receive on ``network``. Never raises."""
    if len(text) > LONGEST:
        return AddressCheck(False, None, None, None, "too_long")
    return family(network.family).check_address(network, text.strip())
