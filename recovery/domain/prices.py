"""What an asset is worth: from what several sources observed to one decided price, or to why there is none. Pure.

A price is an exact ratio: what one base unit of the asset is worth in base units of a named reference, which is the native
coin of the asset's network or the US dollar in millionths. Decided is the median of what enough sources observed lately and
alike; the decision names its observations and limits, so that it can be computed anew from its own words.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from recovery.domain.canonical import digest
from recovery.domain.fees import BPS, Ratio

NATIVE, USD = "native", "USD"
REFERENCES = (NATIVE, USD)
USD_DECIMALS = 6
"""The dollar is counted in millionths."""
UINT256_MAX = 2**256 - 1
EXACT_BITS = 64
"""Bits that a part of a ratio keeps at least when it has to be cut: an error in the twentieth digit."""
AHEAD = timedelta(minutes=2)
"""How far a source's clock may be before the database's."""

MEDIAN, CROSSED, MANUAL, SAME = "median", "crossed", "manual", "same"
"""How a price came about: observed; the asset's dollars over the coin's; by two people; an asset in itself."""

_SPACE = uuid.UUID("70726963-6573-5000-8000-000000000001")


@dataclass(frozen=True)
class Limits:
    """What a decision asks for. ``depth`` is in millionths of a dollar and counts where a source tells its depth; ``move``
    is how far the market may be from a quote's price when the quote is accepted; a manual price lasts ``manual_seconds``."""

    version: int
    sources: int
    spread_bps: int
    age_seconds: int
    depth: int
    move_bps: int
    manual_seconds: int

    def as_json(self) -> dict[str, Any]:
        """What of them decided, as a snapshot keeps it."""
        return {
            "version": self.version,
            "sources": self.sources,
            "spread_bps": self.spread_bps,
            "age_seconds": self.age_seconds,
            "depth": str(self.depth),
        }


@dataclass(frozen=True)
class Observed:
    """What one source said of one asset at one moment. ``raw`` is the SHA-256 of its answer, where there was one."""

    id: uuid.UUID
    network: str
    contract: str
    reference: str
    source: str
    ratio: Ratio
    observed_at: datetime
    depth: int | None = None
    raw: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As a snapshot keeps it."""
        return {
            "id": str(self.id),
            "contract": self.contract,
            "reference": self.reference,
            "source": self.source,
            "numerator": str(self.ratio.numerator),
            "denominator": str(self.ratio.denominator),
            "observed_at": self.observed_at.astimezone(UTC).isoformat(),
            "depth": None if self.depth is None else str(self.depth),
            "raw": self.raw,
        }


@dataclass(frozen=True)
class Decision:
    """A decided price. ``sources`` is how many observed it (of a crossed one: the fewer), ``oldest_at`` the oldest
    observation in it."""

    network: str
    contract: str
    reference: str
    kind: str
    ratio: Ratio
    spread_bps: int
    sources: int
    oldest_at: datetime
    content: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 of the content: the same observations under the same limits are the same decision."""
        return digest(dict(self.content))

    @property
    def id(self) -> uuid.UUID:
        """The snapshot's id, which follows from its content."""
        return uuid.uuid5(_SPACE, self.digest)


@dataclass(frozen=True)
class NoPrice:
    """Why nothing was decided, as a stable code, and how far off it was."""

    why: str
    sources: int = 0
    spread_bps: int | None = None


def decide(observed: Iterable[Observed], limits: Limits, now: datetime) -> Decision | NoPrice:
    """The median of the latest word of each source, as far as it is fresh and deep enough. All are of one asset and
    reference; of a source that spoke twice the later word counts."""
    latest: dict[str, Observed] = {}
    for one in sorted(observed, key=lambda one: (one.observed_at, one.id)):
        if one.observed_at <= now + AHEAD:
            latest[one.source] = one
    if not latest:
        return NoPrice("price_never_observed")
    fresh = [one for one in latest.values() if now - one.observed_at <= timedelta(seconds=limits.age_seconds)]
    used = [one for one in fresh if one.depth is None or one.depth >= limits.depth]
    if len(used) < limits.sources:
        return NoPrice(_why_too_few(latest.values(), fresh, used, limits), len(used))
    used.sort(key=lambda one: (one.source, one.id))
    middle, spread = median([_fraction(one.ratio) for one in used])
    if spread > limits.spread_bps:
        return NoPrice("price_spread_too_wide", len(used), spread)
    first = used[0]
    return _computed(
        (first.network, first.contract, first.reference),
        MEDIAN,
        middle,
        (spread, len(used), min(one.observed_at for one in used)),
        {"observations": [one.as_json() for one in used], "limits": limits.as_json()},
    )


def _why_too_few(
    latest: Iterable[Observed], fresh: Sequence[Observed], used: Sequence[Observed], limits: Limits
) -> str:
    if len(fresh) < limits.sources <= len(tuple(latest)):
        return "price_too_old"
    return "price_too_shallow" if len(used) < limits.sources <= len(fresh) else "price_has_too_few_sources"


def cross(asset: Decision, coin: Decision) -> Decision | NoPrice:
    """The asset in native coin from the dollars of both. The spreads add up; the older of the two ages counts."""
    value = _fraction(asset.ratio) / _fraction(coin.ratio)
    told = (asset.spread_bps + coin.spread_bps, min(asset.sources, coin.sources), min(asset.oldest_at, coin.oldest_at))
    parts = {"asset": dict(asset.content), "coin": dict(coin.content)}
    return _computed((asset.network, asset.contract, NATIVE), CROSSED, value, told, parts)


def by_hand(
    network: str, contract: str, reference: str, ratio: Ratio, entry: uuid.UUID, confirmed_at: datetime
) -> Decision:
    """A price that two people answer for."""
    return _decision(
        (network, contract, reference), MANUAL, ratio, (0, 1, confirmed_at), {"entry": str(entry), "people": 2}
    )


def itself(network: str, now: datetime) -> Decision:
    """The native coin in native coin."""
    return _decision((network, "", NATIVE), SAME, Ratio(1, 1), (0, 1, now), {})


def _computed(
    of: tuple[str, str, str],
    kind: str,
    value: Fraction,
    told: tuple[int, int, datetime],
    parts: Mapping[str, Any],
) -> Decision | NoPrice:
    """A decision, unless the value cannot be written: how many decimals a token has is its maker's whim."""
    try:
        return _decision(of, kind, fitted(value), told, parts)
    except ValueError:
        return NoPrice("price_beyond_bounds", told[1], told[0])


def _decision(
    of: tuple[str, str, str], kind: str, ratio: Ratio, told: tuple[int, int, datetime], parts: Mapping[str, Any]
) -> Decision:
    (network, contract, reference), (spread, sources, oldest) = of, told
    content = {
        "network": network,
        "contract": contract,
        "reference": reference,
        "kind": kind,
        "numerator": str(ratio.numerator),
        "denominator": str(ratio.denominator),
        "spread_bps": spread,
        **parts,
    }
    return Decision(network, contract, reference, kind, ratio, spread, sources, oldest, content)


def recomputed(content: Mapping[str, Any]) -> Ratio:
    """The price a kept decision comes to when it is computed anew from the observations it names.

    A manual price and an asset in itself are what they say. Raises ValueError when the content names no observation.
    """
    if content["kind"] in (MANUAL, SAME):
        return Ratio(int(content["numerator"]), int(content["denominator"]))
    if content["kind"] == CROSSED:
        return fitted(_fraction(recomputed(content["asset"])) / _fraction(recomputed(content["coin"])))
    said = [Fraction(int(one["numerator"]), int(one["denominator"])) for one in content["observations"]]
    return fitted(median(said)[0])


def median(said: Sequence[Fraction]) -> tuple[Fraction, int]:
    """The middle (of two in the middle their mean) and how far the outermost are apart, in basis points of it, rounded up.

    Raises ValueError when nothing was said.
    """
    if not said:
        raise ValueError("a median of nothing")
    ordered = sorted(said)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    apart = (ordered[-1] - ordered[0]) / middle * BPS
    return middle, -(-apart.numerator // apart.denominator)


def moved_bps(then: Ratio, now: Ratio) -> int:
    """How far the price is from what it was, either way, in basis points of the lower of the two, rounded up: so it is
    the same distance up and down, and whoever gains by it does not matter."""
    low, high = sorted((_fraction(then), _fraction(now)))
    apart = (high - low) / low * BPS
    return -(-apart.numerator // apart.denominator)


def fitted(value: Fraction) -> Ratio:
    """The fraction as a ratio whose parts fit 256 bits; one that does not loses its last bits.

    Raises ValueError for a value that is not positive, or would lose bits that matter."""
    if value <= 0:
        raise ValueError("a price is positive")
    over = max(value.numerator.bit_length(), value.denominator.bit_length()) - 256
    if over <= 0:
        return Ratio(value.numerator, value.denominator)
    numerator, denominator = value.numerator >> over, value.denominator >> over
    if min(numerator.bit_length(), denominator.bit_length()) < EXACT_BITS:
        raise ValueError("a price beyond 256 bits")
    return Ratio(numerator, denominator)


def _fraction(ratio: Ratio) -> Fraction:
    return Fraction(ratio.numerator, ratio.denominator)
