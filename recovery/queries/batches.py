"""Open legs with what their recovery would cost, to be grouped by :mod:`recovery.domain.batches`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from recovery.domain.batches import Batch, SmallLeg, group
from recovery.models import AssetProbe, BatchMember, Claim, Parked, RecoveryCase, SweepBatch
from recovery.queries.prices import prices_for

STATES = ("under_review", "investigated")
"""States from which a case can join a batch by what was probed of it; parked ones are told apart (:func:`parked_groups`)."""
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
        .where(RecoveryCase.closed_at.is_(None), RecoveryCase.state.in_(STATES), ~_in_a_batch())
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


def _in_a_batch() -> ColumnElement[bool]:
    return exists().where(BatchMember.case_id == RecoveryCase.id, BatchMember.left_at.is_(None))


@dataclass(frozen=True)
class ParkedGroup:
    """Cases of one asset that wait because each is worth less than it costs. ``total`` is in base units of the asset,
    ``cost`` what collecting each for itself would take, in base units of the native coin, where that is known."""

    network: str
    contract: str | None
    total: int
    cost: int | None
    refs: tuple[str, ...]


def parked_groups(session: Session, *, least: int = 2) -> tuple[ParkedGroup, ...]:
    """What could be taken up together, the largest groups first."""
    rows = session.execute(
        select(Parked.network, Parked.contract, Parked.amount, Parked.cost, RecoveryCase.ref)
        .join(RecoveryCase, RecoveryCase.id == Parked.case_id)
        .where(
            Parked.ended_at.is_(None),
            Parked.why == "value_below_cost",
            Parked.contract.is_not(None),
            RecoveryCase.state == "parked",
            ~_in_a_batch(),
        )
        .order_by(Parked.since)
        .limit(MOST_LEGS)
    ).all()
    groups: dict[tuple[str, str | None], list[tuple[int, int | None, str]]] = {}
    for network, contract, amount, cost, ref in rows:
        groups.setdefault((network, contract), []).append((amount or 0, cost, ref))
    found = [
        ParkedGroup(
            network,
            contract or None,
            total=sum(amount for amount, _, _ in members),
            cost=sum(costs)
            if len(costs := [cost for _, cost, _ in members if cost is not None]) == len(members)
            else None,
            refs=tuple(ref for *_, ref in members),
        )
        for (network, contract), members in groups.items()
        if len(members) >= least
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.refs), one.network, one.contract or "")))


def membership(session: Session, case_id: uuid.UUID) -> BatchMember | None:
    """The case's place in the batch it is in now."""
    return session.scalars(
        select(BatchMember).where(BatchMember.case_id == case_id, BatchMember.left_at.is_(None))
    ).first()


def batch_cases(session: Session, batch_id: uuid.UUID) -> list[RecoveryCase]:
    """The open cases that are in a batch now, in a stable order."""
    return list(
        session.scalars(
            select(RecoveryCase)
            .join(BatchMember, BatchMember.case_id == RecoveryCase.id)
            .where(BatchMember.batch_id == batch_id, BatchMember.left_at.is_(None), RecoveryCase.closed_at.is_(None))
            .order_by(RecoveryCase.opened_at, RecoveryCase.id)
        )
    )


@dataclass(frozen=True)
class FormedBatch:
    """A batch with the states of its cases, for lists."""

    id: uuid.UUID
    network: str
    contract: str | None
    made_at: datetime
    cost: int | None
    members: tuple[tuple[str, str, int | None], ...]


def formed_batches(session: Session, limit: int = 50) -> tuple[FormedBatch, ...]:
    """The newest batches, each with number, state and share of its cases; those that left are not shown."""
    batches = session.scalars(select(SweepBatch).order_by(SweepBatch.made_at.desc(), SweepBatch.id).limit(limit)).all()
    rows = session.execute(
        select(BatchMember.batch_id, RecoveryCase.ref, RecoveryCase.state, BatchMember.share)
        .join(RecoveryCase, RecoveryCase.id == BatchMember.case_id)
        .where(BatchMember.batch_id.in_([one.id for one in batches]), BatchMember.left_at.is_(None))
        .order_by(RecoveryCase.opened_at, RecoveryCase.id)
    ).all()
    members: dict[uuid.UUID, list[tuple[str, str, int | None]]] = {}
    for batch_id, ref, state, part in rows:
        members.setdefault(batch_id, []).append((ref, state, part))
    return tuple(
        FormedBatch(one.id, one.network, one.contract or None, one.made_at, one.cost, tuple(members.get(one.id, ())))
        for one in batches
    )
