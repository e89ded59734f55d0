"""Is this text the identity of an asset on that network? Pure; the family knows."""

from __future__ import annotations

from chains.families import family
from chains.types import Network

LONGEST = 2_000
"""Characters an identity may have; the longest real ones are types of Aptos and locations of Polkadot."""


def check_asset(network: Network, text: str) -> str | None:
    """The identity as ``Transfer.contract`` writes it, ``None`` when ``text`` is none. The native coin has none. Never raises."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    return family(network.family).asset_identity(network, text)
