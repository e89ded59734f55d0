"""Prices written down: observations of sources, snapshots of what was decided, and prices two people answer for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chains.asset import check_asset
from chains.catalogue import networks
from recovery.domain.actor import Actor
from recovery.domain.fees import Ratio
from recovery.domain.ids import new_id
from recovery.domain.price_answers import Quoted, decimal_ratio
from recovery.domain.prices import NATIVE, REFERENCES, USD_DECIMALS, Observed
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, StepUpNeeded
from recovery.models import AssetPrice, ManualPrice, PriceSnapshot
from recovery.queries.clock import database_now
from recovery.queries.prices import PriceView, limits_in_force, may_keep

LONGEST_REASON = 1_000


def keep(session: Session, price: PriceView) -> uuid.UUID:
    """Store the decision something is computed with, once; its id."""
    one = price.decision
    row = insert(PriceSnapshot).values(
        id=one.id,
        network=one.network,
        contract=one.contract,
        reference=one.reference,
        kind=one.kind,
        numerator=one.ratio.numerator,
        denominator=one.ratio.denominator,
        spread_bps=one.spread_bps,
        sources=one.sources,
        oldest_at=one.oldest_at,
        content=dict(one.content),
        digest=one.digest,
    )
    session.execute(row.on_conflict_do_nothing(index_elements=[PriceSnapshot.id]))
    return one.id


def observe(session: Session, observed: Iterable[Observed]) -> int:
    """Add what sources said; how many rows that were."""
    rows = [
        AssetPrice(
            id=one.id,
            network=one.network,
            contract=one.contract,
            quote_contract=None,
            reference=one.reference,
            numerator=one.ratio.numerator,
            denominator=one.ratio.denominator,
            source=one.source,
            observed_at=one.observed_at,
            depth=one.depth,
            raw=one.raw,
            via="source",
        )
        for one in observed
    ]
    session.add_all(rows)
    session.flush()
    return len(rows)


def enter(
    session: Session,
    actor: Actor,
    *,
    network: str,
    contract: str,
    reference: str,
    price: str,
    decimals: int,
    reason: str,
) -> ManualPrice:
    """Write down a price that counts once somebody else confirms it. ``price`` is a decimal number: what one whole unit of
    an asset of so many ``decimals`` is worth in whole units of the reference.

    Raises NotAllowed, StepUpNeeded, InvalidInput naming the field.
    """
    _may_keep(actor)
    asset = _asset(network, contract)
    if reference not in REFERENCES:
        raise InvalidInput("price_reference_unknown", {"reference": ["price_reference_unknown"]})
    if not asset and reference == NATIVE:
        raise InvalidInput("price_of_itself", {"contract": ["price_of_itself"]})
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or "\x00" in reason:
        raise InvalidInput("price_needs_a_reason", {"reason": ["price_needs_a_reason"]})
    row = ManualPrice(
        id=new_id(),
        network=network,
        contract=asset,
        reference=reference,
        **vars(_ratio(network, reference, price, decimals)),
        reason=reason,
        entered_by=actor.id,
    )
    session.add(row)
    session.flush()
    session.refresh(row)
    return row


def _asset(network: str, contract: str) -> str:
    """The contract as its network writes it, empty for the native coin."""
    known = networks().get(network)
    if known is None:
        raise InvalidInput("network_is_unknown", {"network": ["network_is_unknown"]})
    if not contract.strip():
        return ""
    written = check_asset(known, contract)
    if written is None:
        raise InvalidInput("price_asset_unknown", {"contract": ["price_asset_unknown"]})
    return written


def _ratio(network: str, reference: str, price: str, decimals: int) -> Ratio:
    if not 0 <= decimals <= 77:
        raise InvalidInput("price_is_no_number", {"decimals": ["price_is_no_number"]})
    of = networks()[network].native.decimals if reference == NATIVE else USD_DECIMALS
    ratio = decimal_ratio(Quoted(price.strip()), decimals, of)
    if ratio is None:
        raise InvalidInput("price_is_no_number", {"price": ["price_is_no_number"]})
    return ratio


def confirm(session: Session, actor: Actor, entry: uuid.UUID) -> ManualPrice:
    """Put an entered price in force for the time the policy gives it. Whoever entered it may not.

    Raises NotFound, NotAllowed, StepUpNeeded, Conflict.
    """
    if not may_keep(actor):
        raise NotAllowed("not_your_role")
    row = session.get(ManualPrice, entry, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("not_found")
    if row.entered_by == actor.id:
        raise NotAllowed("you_prepared_it")
    _may_keep(actor)
    if row.confirmed_at is not None:
        raise Conflict("price_is_confirmed")
    now, limits = database_now(session), limits_in_force(session)
    if now - row.entered_at > timedelta(seconds=limits.manual_seconds):
        raise Conflict("price_waited_too_long")
    row.confirmed_by, row.confirmed_at = actor.id, now
    row.valid_until = now + timedelta(seconds=limits.manual_seconds)
    session.flush()
    return row


def _may_keep(actor: Actor) -> None:
    if not may_keep(actor):
        raise NotAllowed("not_your_role")
    if not actor.stepped_up:
        raise StepUpNeeded("needs_step_up")
