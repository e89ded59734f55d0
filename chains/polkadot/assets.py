"""Which asset an event names: an id of the assets pallet, a place elsewhere, the coin itself. Pure.

``contract`` is the assets pallet's id (``1984``), for a foreign asset its location as canonical JSON, for a share of a
liquidity pool ``pool:ID``.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from chains.errors import NodeMistaken
from chains.polkadot.shown import location, whole
from chains.types import Network

PALLETS = ("assets", "foreignassets", "poolassets")
COLLECTIONS = ("nfts", "uniques")
_NAMED = re.compile(r"(pool:|nfts:|uniques:)?([0-9]{1,39})")


@dataclass(frozen=True)
class Asset:
    """``asset`` is the CAIP-19 id; ``contract`` is ``None`` for the coin itself."""

    asset: str
    contract: str | None
    symbol: str | None = None
    decimals: int | None = None


def native(network: Network) -> Asset:
    """The coin itself."""
    coin = network.native
    return Asset(coin.asset, None, coin.symbol, coin.decimals)


def of_pallet(network: Network, pallet: str, number: Any) -> Asset:
    """What ``number`` means to ``pallet``. Raises :class:`NodeMistaken`."""
    if pallet == "assets":
        own = str(whole(number))
        return Asset(f"{network.id}/assets:{own}", own)
    if pallet == "poolassets":
        share = str(whole(number))
        return Asset(f"{network.id}/pool:{share}", f"pool:{share}")
    if pallet == "foreignassets":
        return _elsewhere(network, location(number))
    raise NodeMistaken("not a pallet of assets")


def of_fee(network: Network, named: Any) -> Asset:
    """What a fee was paid in: an id of the assets pallet, a location, or nothing for the coin. Raises :class:`NodeMistaken`."""
    if named is None:
        return native(network)
    if not isinstance(named, dict):
        return of_pallet(network, "assets", named)
    text = location(named)
    place = json.loads(text)
    if (place["parents"], place["interior"]) == ("1", []):
        return native(network)
    match place["interior"]:
        case [{"palletInstance": pallet}, {"generalIndex": number}] if place["parents"] == "0":
            if pallet == str(network.params.get("assets_pallet")):
                return of_pallet(network, "assets", number)
    return _elsewhere(network, text)


def _elsewhere(network: Network, text: str) -> Asset:
    """CAIP-19 has no room for a location; its digest stands there."""
    short = hashlib.blake2b(text.encode(), digest_size=20).hexdigest()
    return Asset(f"{network.id}/foreign:{short}", text)


def asset_identity(network: Network, text: str) -> str | None:
    """A number of the assets pallet, ``pool:N``, ``nfts:N``, ``uniques:N``, or a location as canonical JSON.

    ``None`` for what is none of these, and for a location that is the coin itself.
    """
    if (named := _NAMED.fullmatch(text)) is not None:
        return f"{named[1] or ''}{int(named[2])}"
    if not text.startswith("{"):
        return None
    try:
        return of_fee(network, json.loads(text)).contract
    except (NodeMistaken, ValueError, RecursionError):
        return None
