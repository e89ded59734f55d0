"""Open legs with what their recovery would cost, to be grouped by :mod:`recovery.domain.batches`."""

from __future__ import annotations

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from recovery.domain.batches import Batch, SmallLeg, group
from recovery.models import AssetProbe, Claim, RecoveryCase
from recovery.queries.prices import prices_for

STATES = ("under_review", "question_asked", "investigated", "quoted", "parked")
"""States in which nobody has decided yet how the leg is recovered."""
MOST_LEGS = 10_000


def open_batches(session: Session, *, further_bps: int) -> tuple[Batch, ...]:
    """Batches among the legs of open cases, by their latest probe and the price of their asset."""
    return group(_small_legs(session), further_bps=further_bps)


def _small_legs(session: Session) -> list[SmallLeg]:
    newest = (AssetProbe.at.desc(), AssetProbe.id.desc())
    place = func.row_number().over(partition_by=AssetProbe.case_id, order_by=newest).label("nth")
    probes = select(AssetProbe, place).where(AssetProbe.network_cost.is_not(None)).subquery()
    probe = aliased(AssetProbe, probes)
    rows = session.execute(
        select(RecoveryCase.ref, Claim, probe.network_cost, probe.symbol, probe.decimals)
        .join(Claim, and_(Claim.case_id == RecoveryCase.id, Claim.released_at.is_(None)))
        .join(probe, and_(probe.case_id == RecoveryCase.id, probes.c.nth == 1))
        .where(RecoveryCase.closed_at.is_(None), RecoveryCase.state.in_(STATES))
        .order_by(RecoveryCase.opened_at, RecoveryCase.id)
        .limit(MOST_LEGS)
    ).all()
    prices = prices_for(session, {(claim.network, claim.contract) for _, claim, *_ in rows if claim.contract})
    return [
        SmallLeg(
            ref=ref,
            network=claim.network,
            contract=claim.contract,
            recipient=claim.recipient,
            amount=claim.amount,
            cost=cost,
            price=known.ratio if (known := prices.get((claim.network, claim.contract or ""))) else None,
            symbol=claim.symbol or symbol,
            decimals=decimals if claim.decimals is None else claim.decimals,
        )
        for ref, claim, cost, symbol, decimals in rows
        if cost is not None
    ]
