"""What an asset is worth now: the one place that says so, from what sources observed and what two people confirmed.

The market comes first; a manual price counts only where the market gives none. Nothing here is written: a decision becomes
a snapshot when something is computed with it (:func:`recovery.services.prices.keep`).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, and_, case, cast, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.fees import Ratio
from recovery.domain.price_policy import limits_from
from recovery.domain.prices import (
    AHEAD,
    NATIVE,
    SAME,
    USD,
    Decision,
    Limits,
    NoPrice,
    Observed,
    by_hand,
    cross,
    decide,
    itself,
)
from recovery.errors import NotAllowed
from recovery.models import AssetPrice, AssetProbe, Claim, ListedAsset, ManualPrice, PriceSnapshot, Quote, RecoveryCase
from recovery.queries.clock import database_now
from recovery.queries.policies import KINDS, content_of, version_in_force

Asset = tuple[str, str]
"""Network and contract; an empty contract is the native coin."""

READERS = frozenset({"specialist", "wallet", "clearing", "auditor", "lead", "admin"})
KEEPERS = frozenset({"lead", "clearing"})
"""Who enters and confirms prices."""

IMPORT = "import"
"""The one source that all imported rows are."""

LOOKS_BACK = timedelta(days=1)
"""How far back observations are read at least, to say of an old price that it is old."""


@dataclass(frozen=True)
class PriceView:
    """A price as it is now. ``ratio``: base units of the reference per base unit of the asset. ``snapshot_id`` is the id
    its snapshot has or will have once something is computed with it."""

    ratio: Ratio
    snapshot_id: uuid.UUID
    kind: str
    spread_bps: int
    sources: int
    oldest_at: datetime
    age_seconds: int
    decision: Decision


def limits_in_force(session: Session) -> Limits:
    """What a decision asks for now."""
    version = version_in_force(session, KINDS["price"])
    return limits_from(content_of(session, KINDS["price"], version), version)


def price_for(session: Session, network: str, contract: str | None, reference: str = NATIVE) -> PriceView | None:
    """What an asset is worth in the reference; ``None`` where nobody can say. Never by symbol."""
    asset = (network, contract or "")
    return prices_for(session, [asset], reference).get(asset)


def prices_for(session: Session, assets: Collection[Asset], reference: str = NATIVE) -> dict[Asset, PriceView]:
    """The same for many assets at the cost of one; those without a price are left out."""
    if not assets:
        return {}
    now = database_now(session)
    found = decided(session, assets, reference, now)
    return {asset: _view(one, now) for asset, one in found.items() if isinstance(one, Decision)}


def decided(
    session: Session, assets: Collection[Asset], reference: str, now: datetime
) -> dict[Asset, Decision | NoPrice]:
    """For every asset its price, or why there is none."""
    limits = limits_in_force(session)
    wanted = set(assets)
    observed = _observed(session, wanted | {(network, "") for network, _ in wanted}, limits, now)
    by_people = _confirmed(session, wanted, reference, now)

    def market(asset: Asset, of: str) -> Decision | NoPrice:
        return decide(observed.get((*asset, of), ()), limits, now)

    found: dict[Asset, Decision | NoPrice] = {}
    for asset in wanted:
        network, contract = asset
        if not contract and reference == NATIVE:
            found[asset] = itself(network, now)
            continue
        one = market(asset, reference)
        if isinstance(one, NoPrice) and reference == NATIVE:
            dollars, coin = market(asset, USD), market((network, ""), USD)
            if isinstance(dollars, Decision) and isinstance(coin, Decision):
                one = cross(dollars, coin)
            elif one.why == "price_never_observed" and isinstance(dollars, NoPrice):
                one = dollars
        if isinstance(one, NoPrice):
            one = by_people.get(asset, one)
        found[asset] = one
    return found


def _view(one: Decision, now: datetime) -> PriceView:
    age = max(0, int((now - one.oldest_at).total_seconds()))
    return PriceView(one.ratio, one.id, one.kind, one.spread_bps, one.sources, one.oldest_at, age, one)


def _observed(
    session: Session, assets: Collection[Asset], limits: Limits, now: datetime
) -> Mapping[tuple[str, str, str], list[Observed]]:
    """The latest word of each source on each asset, by network, contract and reference.

    What was of the future when it was told never counts: when its time has come it is as old as that.
    """
    since = now - max(LOOKS_BACK, timedelta(seconds=limits.age_seconds))
    row = AssetPrice
    spoken_by = case((row.via == "import", ""), else_=row.source)  # all imports are one source
    query = (
        select(row)
        .where(
            row.network.in_({network for network, _ in assets}),
            row.contract.in_({contract for _, contract in assets}),
            row.quote_contract.is_(None),
            row.observed_at > since,
            row.observed_at <= now + AHEAD,
            row.observed_at <= row.recorded_at + AHEAD,
        )
        .ext(distinct_on(row.network, row.contract, row.reference, spoken_by))
        .order_by(row.network, row.contract, row.reference, spoken_by, row.observed_at.desc(), row.id.desc())
    )
    found: dict[tuple[str, str, str], list[Observed]] = {}
    for one in session.scalars(query):
        if (one.network, one.contract) in assets:
            found.setdefault((one.network, one.contract, one.reference), []).append(_as_observed(one))
    return found


def _as_observed(row: AssetPrice) -> Observed:
    return Observed(
        id=row.id,
        network=row.network,
        contract=row.contract,
        reference=row.reference,
        source=IMPORT if row.via == IMPORT else row.source,
        ratio=Ratio(row.numerator, row.denominator),
        observed_at=row.observed_at,
        depth=row.depth,
        raw=row.raw,
    )


def _confirmed(session: Session, assets: Collection[Asset], reference: str, now: datetime) -> dict[Asset, Decision]:
    """Manual prices in force; of several for one asset the one that was confirmed last."""
    rows = session.scalars(
        select(ManualPrice)
        .where(
            ManualPrice.network.in_({network for network, _ in assets}),
            ManualPrice.reference == reference,
            ManualPrice.confirmed_at <= now,
            ManualPrice.valid_until > now,
        )
        .order_by(ManualPrice.confirmed_at, ManualPrice.id)
    )
    return {
        (row.network, row.contract): by_hand(
            row.network,
            row.contract,
            reference,
            Ratio(row.numerator, row.denominator),
            row.id,
            row.confirmed_at or row.entered_at,
        )
        for row in rows
    }


def is_observed(session: Session, network: str, contract: str) -> bool:
    """Whether anybody ever observed a price of this very contract, or two people confirmed one."""
    seen = select(AssetPrice.id).where(AssetPrice.network == network, AssetPrice.contract == contract)
    kept = select(ManualPrice.id).where(
        ManualPrice.network == network, ManualPrice.contract == contract, ManualPrice.confirmed_at.is_not(None)
    )
    return bool(session.scalar(select(or_(seen.exists(), kept.exists()))))


@dataclass(frozen=True)
class Wanted:
    """An asset whose price open cases need. ``decimals`` are null where nobody told them."""

    network: str
    contract: str
    symbol: str | None
    decimals: int | None


MOST_WANTED = 1_000


def wanted_assets(session: Session) -> tuple[Wanted, ...]:
    """What the legs of open cases are of, with their decimals as registry, claim or probe know them."""
    listed = and_(ListedAsset.network == Claim.network, ListedAsset.contract == func.coalesce(Claim.contract, ""))
    rows = session.execute(
        select(
            Claim.network,
            func.coalesce(cast(Claim.contract, Text), "").label("of_contract"),
            func.max(func.coalesce(ListedAsset.symbol, Claim.symbol, AssetProbe.symbol)),
            func.max(func.coalesce(ListedAsset.decimals, Claim.decimals, AssetProbe.decimals)),
            func.min(func.coalesce(ListedAsset.decimals, Claim.decimals, AssetProbe.decimals)),
        )
        .join(RecoveryCase, and_(RecoveryCase.id == Claim.case_id, RecoveryCase.closed_at.is_(None)))
        .outerjoin(ListedAsset, listed)
        .outerjoin(AssetProbe, and_(AssetProbe.case_id == Claim.case_id, AssetProbe.decimals.is_not(None)))
        .where(Claim.released_at.is_(None))
        .group_by(Claim.network, "of_contract")
        .order_by(Claim.network, "of_contract")
        .limit(MOST_WANTED)
    )
    return tuple(
        Wanted(network, contract, symbol, most if most == least else None)
        for network, contract, symbol, most, least in rows
    )


def may_read(actor: Actor) -> None:
    """Prices are read by the desk. Raises NotAllowed."""
    if not actor.roles & READERS:
        raise NotAllowed("not_your_role")


def may_keep(actor: Actor) -> bool:
    """Whether the actor enters and confirms prices."""
    return bool(actor.roles & KEEPERS)


Shown = dict[str, Any]


def prices_shown(session: Session, actor: Actor) -> list[Shown]:
    """Every asset open cases need, and every one with a manual price in force, with its price or why there is none, in
    both references. Raises NotAllowed."""
    may_read(actor)
    now = database_now(session)
    wanted = {(one.network, one.contract): one for one in wanted_assets(session)}
    for entry in _entries(session, now):
        asset = (entry.network, entry.contract)
        wanted.setdefault(asset, Wanted(*asset, None, None))
    found = {of: decided(session, wanted.keys(), of, now) for of in (NATIVE, USD)} if wanted else {}
    return [
        _shown(wanted[asset], reference, one, now)
        for asset in sorted(wanted)
        for reference, decisions in found.items()
        if not (isinstance(one := decisions[asset], Decision) and one.kind == SAME)
    ]


def _shown(asset: Wanted, reference: str, one: Decision | NoPrice, now: datetime) -> Shown:
    row: Shown = {
        "network": asset.network,
        "contract": asset.contract,
        "symbol": asset.symbol,
        "decimals": asset.decimals,
        "reference": reference,
        "why_not": None,
    }
    if isinstance(one, NoPrice):
        told: Shown = {"kind": None, "numerator": None, "denominator": None, "age_seconds": None, "names": []}
        return row | told | {"why_not": one.why, "spread_bps": one.spread_bps, "sources": one.sources}
    return row | {
        "kind": one.kind,
        "numerator": str(one.ratio.numerator),
        "denominator": str(one.ratio.denominator),
        "spread_bps": one.spread_bps,
        "sources": one.sources,
        "age_seconds": max(0, int((now - one.oldest_at).total_seconds())),
        "names": _names(one.content),
    }


def _names(content: Mapping[str, Any]) -> list[str]:
    own: Iterable[Mapping[str, Any]] = content.get("observations", ())
    names = [str(one["source"]) for one in own]
    for part in ("asset", "coin"):
        names += _names(content[part]) if part in content else []
    return sorted(set(names))


def _entries(session: Session, now: datetime) -> list[ManualPrice]:
    live = or_(ManualPrice.valid_until > now, ManualPrice.valid_until.is_(None))
    return list(session.scalars(select(ManualPrice).where(live).order_by(ManualPrice.entered_at.desc()).limit(200)))


def entries_shown(session: Session, actor: Actor) -> list[ManualPrice]:
    """Manual prices that wait for a second person or are in force, the newest first. Raises NotAllowed."""
    may_read(actor)
    return _entries(session, database_now(session))


IN_DOLLARS = "price_in_dollars"
"""Under this name a quote keeps the snapshot of the price in dollars that it depends on."""


def in_dollars(quote: Quote) -> uuid.UUID | None:
    """That snapshot, of a quote that depends on one."""
    kept = (quote.inputs or {}).get(IN_DOLLARS)
    return uuid.UUID(kept) if kept else None


def snapshot_told(session: Session, snapshot_id: uuid.UUID | None, at: datetime) -> Shown | None:
    """A kept price in the words a quote tells it with; ``age_seconds`` as of ``at``."""
    row = session.get(PriceSnapshot, snapshot_id) if snapshot_id else None
    if row is None:
        return None
    return {
        "kind": row.kind,
        "reference": row.reference,
        "numerator": str(row.numerator),
        "denominator": str(row.denominator),
        "sources": row.sources,
        "names": _names(row.content),
        "spread_bps": row.spread_bps,
        "age_seconds": max(0, int((at - row.oldest_at).total_seconds())),
        "digest": row.digest,
    }
