"""The limits of prices as a policy: which document may be kept, and the one that is built in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from recovery.domain.prices import Limits
from recovery.errors import InvalidInput

BUILT_IN_VERSION = 1
_NUMBERS: Mapping[str, tuple[int, int, int]] = {
    "least_sources": (2, 1, 20),
    "most_spread_bps": (500, 0, 10_000),
    "most_age_seconds": (600, 1, 10**9),
    "most_move_bps": (500, 0, 10_000),
    "manual_seconds": (86_400, 60, 10**7),
}
"""Field: what is built in, the least, the most."""
_DEPTH = re.compile(r"[0-9]{1,30}")


def built_in_limits() -> dict[str, Any]:
    """Two sources of at least, 5 % apart at most, ten minutes old at most, whatever their depth."""
    return {name: default for name, (default, _, _) in _NUMBERS.items()} | {"least_depth_usd": "0"}


def check_limits(content: object) -> dict[str, Any]:
    """A document as it may be kept: every field, and no other. Raises InvalidInput naming the first thing wrong."""
    if not isinstance(content, dict):
        raise InvalidInput("price_policy_is_no_object")
    known = {*_NUMBERS, "least_depth_usd"}
    for field in sorted(str(name) for name in set(content) ^ known):
        raise InvalidInput("price_policy_has_other_fields", field=field)
    for name, (_, least, most) in _NUMBERS.items():
        value = content[name]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise InvalidInput("price_policy_number_out_of_range", field=name, least=least, most=most)
    if not isinstance(content["least_depth_usd"], str) or not _DEPTH.fullmatch(content["least_depth_usd"]):
        raise InvalidInput("policy_amount_is_no_number", field="least_depth_usd")
    return content


def limits_from(document: Mapping[str, Any], version: int) -> Limits:
    """The limits of a document that passed :func:`check_limits`."""
    return Limits(
        version=version,
        sources=document["least_sources"],
        spread_bps=document["most_spread_bps"],
        age_seconds=document["most_age_seconds"],
        depth=int(document["least_depth_usd"]),
        move_bps=document["most_move_bps"],
        manual_seconds=document["manual_seconds"],
    )
