"""What each cause means, said to the person whose coins it is about, and in a few words for the desk."""

from __future__ import annotations

from recovery.domain.cause_texts_arrival import ARRIVAL
from recovery.domain.cause_texts_asset import ASSET
from recovery.domain.cause_texts_claim import AMOUNT, CLAIM, DELIVERY, PLATFORM
from recovery.domain.cause_texts_network import NETWORK
from recovery.domain.cause_texts_routing import ROUTING
from recovery.domain.cause_wording import NOT_KNOWN, CauseText

__all__ = ["CAUSES", "UNKNOWN_CAUSE", "CauseText"]

UNKNOWN_CAUSE = NOT_KNOWN
CAUSES: dict[str, CauseText] = {
    **ARRIVAL, **ROUTING, **NETWORK, **ASSET, **AMOUNT, **DELIVERY, **PLATFORM, **CLAIM,
}  # fmt: skip
"""One text for every code of the catalogue."""
