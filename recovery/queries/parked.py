"""Parked cases, what they wait for, and which of them have waited long enough because it has changed."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    cast,
    extract,
    false,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.orm import Session

from chains.catalogue import networks
from recovery.domain.parking import WHY_OF_CAUSE
from recovery.models import CaseEvent, ListedAsset, Parked, RecoveryCase
from recovery.queries.prices import price_for, prices_for
from workflows.states import State

MOST_ASSETS = 1_000
"""Assets of parked cases whose prices are looked at together."""


def asset_mark() -> ColumnElement[str]:
    """One text of everything in an asset's row that decides whether a deposit can be credited; empty without a row."""
    opens, minimum = cast(extract("epoch", ListedAsset.deposits_from), Text), cast(ListedAsset.minimum, Text)
    parts = (opens, minimum, ListedAsset.superseded_by)
    mark: ColumnElement[str] = type_coerce(ListedAsset.state, Text)
    for part in parts:
        mark = mark + "|" + func.coalesce(part, "-")
    return func.coalesce(mark, "")  # where there is no row there is no state


def asset_now(session: Session, network: str, contract: str | None) -> str:
    """The mark of an asset as its row stands now."""
    query = select(asset_mark()).where(ListedAsset.network == network, ListedAsset.contract == (contract or ""))
    return session.scalar(query) or ""


def conditions_now(network: str) -> str:
    """The same for a network: what its row in the catalogue says of recovery; empty for one that is not in it."""
    row = networks().get(network)
    return f"{row.recoverability}|{','.join(row.conditions)}" if row is not None else ""


def price_now(session: Session, network: str, contract: str | None) -> str:
    """The price of an asset, by the id of its snapshot; empty without one."""
    price = price_for(session, network, contract)
    return str(price.snapshot_id) if price else ""


def _worth_it_by_now(session: Session) -> ColumnElement[bool]:
    """Whether another price than the one at parking makes the leg worth more than its recovery costs."""
    waiting = select(Parked.network, Parked.contract).where(
        Parked.why == "value_below_cost", Parked.ended_at.is_(None), Parked.contract.is_not(None)
    )
    assets = {(network, contract or "") for network, contract in session.execute(waiting.distinct().limit(MOST_ASSETS))}
    return or_(
        false(),
        *(
            and_(
                Parked.network == network,
                Parked.contract == contract,
                Parked.watch["price"].astext != str(price.snapshot_id),
                or_(
                    Parked.amount * price.ratio.numerator > Parked.cost * price.ratio.denominator,
                    Parked.cost.is_(None),
                    Parked.amount.is_(None),
                ),
            )
            for (network, contract), price in prices_for(session, assets).items()
        ),
    )


def changed(session: Session, configured: Collection[str], limit: int) -> list[RecoveryCase]:
    """Parked cases for which something has changed, longest parked first, locked; those somebody else holds are left out.

    ``configured``: the networks that have a node. One question for all of them, however many are parked.
    """
    reasons = or_(
        and_(Parked.why == "network_not_supported", Parked.network.in_(configured)),
        and_(Parked.contract.is_not(None), asset_mark() != Parked.watch["asset"].astext),
        and_(ListedAsset.deposits_from > Parked.since, ListedAsset.deposits_from <= func.now()),
        and_(Parked.why == "value_below_cost", _worth_it_by_now(session)),
        and_(
            Parked.network.in_(list(networks())),
            tuple_(Parked.network, Parked.watch["conditions"].astext).not_in(
                [(slug, conditions_now(slug)) for slug in networks()]
            ),
        ),
        Parked.look_at <= func.now(),
    )
    query = (
        select(RecoveryCase)
        .join(Parked, and_(Parked.case_id == RecoveryCase.id, Parked.ended_at.is_(None)))
        .outerjoin(ListedAsset, and_(ListedAsset.network == Parked.network, ListedAsset.contract == Parked.contract))
        .where(RecoveryCase.state == State.PARKED, reasons)
        .order_by(Parked.since, Parked.id)
        .limit(limit)
        .with_for_update(of=RecoveryCase, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def held_for_nothing_else(session: Session, limit: int) -> list[RecoveryCase]:
    """Cases the machine put on hold for a reason that only waiting can settle, and that nobody has touched since, locked."""
    query = (
        select(RecoveryCase)
        .join(CaseEvent, and_(CaseEvent.case_id == RecoveryCase.id, CaseEvent.seq == RecoveryCase.version))
        .where(
            RecoveryCase.state == State.ON_HOLD,
            RecoveryCase.closed_at.is_(None),
            RecoveryCase.cause.in_(list(WHY_OF_CAUSE)),
            CaseEvent.name == "hold",
        )
        .order_by(RecoveryCase.changed_at, RecoveryCase.id)
        .limit(limit)
        .with_for_update(of=RecoveryCase, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def parked_of(session: Session, case_id: uuid.UUID) -> Parked | None:
    """What the case waits for, if it is parked."""
    return session.scalars(select(Parked).where(Parked.case_id == case_id, Parked.ended_at.is_(None))).first()
