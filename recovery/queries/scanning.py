"""What scans saw: whose addresses, how far, and which legs the exchange's ledger does not have."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from recovery.models import (
    Claim,
    Credit,
    ListedAsset,
    OwnedAddress,
    Person,
    PersonRole,
    ScanCursor,
    SeenTransfer,
)
from recovery.queries.clock import database_now

AT_ONCE = 5_000
MOST_SHOWN = 200
OWN_KINDS = ("hot", "cold", "gas_tank")


@dataclass(frozen=True)
class FoundLeg:
    """A leg to an address of ours that no credit and no claim speaks of. ``symbol`` and ``decimals`` are the registry's."""

    id: uuid.UUID
    network: str
    hash: str
    position: str
    recipient: str
    memo: str | None
    contract: str
    amount: int
    symbol: str | None
    decimals: int | None
    height: int
    block_at: datetime | None
    seen_at: datetime


def owned_among(session: Session, network: str, addresses: Collection[str]) -> frozenset[str]:
    """Those of ``addresses`` that the book knows on the network, of whatever time and kind."""
    found: set[str] = set()
    asked = sorted(addresses)
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        query = select(OwnedAddress.address).where(OwnedAddress.network == network, OwnedAddress.address.in_(some))
        found.update(session.scalars(query))
    return frozenset(found)


def running_cursors(session: Session) -> Sequence[ScanCursor]:
    """The networks that are to be scanned, the one that waited longest first."""
    return session.scalars(select(ScanCursor).where(ScanCursor.running).order_by(ScanCursor.changed_at)).all()


def all_cursors(session: Session) -> Sequence[ScanCursor]:
    """Every network that was ever scanned by the machine."""
    return session.scalars(select(ScanCursor).order_by(ScanCursor.network)).all()


def uncredited(session: Session, network: str | None = None, *, limit: int = MOST_SHOWN) -> list[FoundLeg]:
    """Legs that the credits do not have, newest first: without those of nothing, between our own addresses, or in a case.

    What our own wallets receive of nobody known (change, rewards) is theirs.
    """
    query = (
        select(SeenTransfer, ListedAsset.symbol, ListedAsset.decimals)
        .outerjoin(
            ListedAsset,
            and_(ListedAsset.network == SeenTransfer.network, ListedAsset.contract == SeenTransfer.contract),
        )
        .where(*_open_pool())
        .order_by(SeenTransfer.seen_at.desc(), SeenTransfer.id.desc())
        .limit(limit)
    )
    if network:
        query = query.where(SeenTransfer.network == network)
    return [_found(leg, symbol, decimals) for leg, symbol, decimals in session.execute(query)]


def legs_to_open(session: Session, network: str, hours: int, *, limit: int) -> Sequence[SeenTransfer]:
    """Legs of a network still in nobody's books ``hours`` after they were seen, to addresses of customers, oldest first."""
    waited = SeenTransfer.seen_at <= database_now(session) - timedelta(hours=hours)
    query = (
        select(SeenTransfer)
        .where(*_open_pool(), SeenTransfer.network == network, waited, _depositor_known())
        .order_by(SeenTransfer.seen_at, SeenTransfer.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).all()


def owner_of_leg(session: Session, leg: SeenTransfer) -> str | None:
    """The account whose address it was when it was paid: by the address, at shared ones by exactly its memo."""
    at = leg.block_at or leg.seen_at
    rows = session.scalars(
        select(OwnedAddress).where(
            OwnedAddress.network == leg.network,
            OwnedAddress.address == leg.recipient,
            OwnedAddress.account != "",
            OwnedAddress.valid_from <= at,
            or_(OwnedAddress.valid_until.is_(None), OwnedAddress.valid_until > at),
        )
    )
    memo = leg.memo or ""
    accounts = {row.account for row in rows if row.kind != "shared" or (memo and row.memo == memo)}
    return accounts.pop() if len(accounts) == 1 else None


def _open_pool() -> tuple[ColumnElement[bool], ...]:
    credited = exists().where(
        Credit.network == SeenTransfer.network,
        Credit.hash == SeenTransfer.hash,
        or_(Credit.position == "", Credit.position == SeenTransfer.position),
    )
    claimed = exists().where(
        Claim.network == SeenTransfer.network,
        Claim.hash == SeenTransfer.hash,
        Claim.position == SeenTransfer.position,
        Claim.released_at.is_(None),
    )
    from_us = exists().where(OwnedAddress.network == SeenTransfer.network, OwnedAddress.address == SeenTransfer.sender)
    to_a_wallet = exists().where(
        OwnedAddress.network == SeenTransfer.network,
        OwnedAddress.address == SeenTransfer.recipient,
        OwnedAddress.kind.in_(OWN_KINDS),
    )
    unknown_sender = and_(to_a_wallet, SeenTransfer.sender.is_(None))
    return (
        SeenTransfer.case_id.is_(None), SeenTransfer.amount > 0, ~credited, ~claimed, ~from_us, ~unknown_sender,
    )  # fmt: skip


def _depositor_known() -> ColumnElement[bool]:
    """Whether somebody signs in for an account that the recipient stood for when it was paid: as :func:`owner_of_leg` decides,
    but for two accounts at once. Legs of nobody must not stand in the way of the others for ever."""
    at = func.coalesce(SeenTransfer.block_at, SeenTransfer.seen_at)
    return (
        exists()
        .where(
            OwnedAddress.network == SeenTransfer.network,
            OwnedAddress.address == SeenTransfer.recipient,
            OwnedAddress.account != "",
            OwnedAddress.valid_from <= at,
            or_(OwnedAddress.valid_until.is_(None), OwnedAddress.valid_until > at),
            or_(OwnedAddress.kind != "shared", and_(OwnedAddress.memo != "", OwnedAddress.memo == SeenTransfer.memo)),
        )
        .where(
            Person.account == OwnedAddress.account,
            Person.active,
            PersonRole.person_id == Person.id,
            PersonRole.role == "depositor",
        )
    )


def _found(leg: SeenTransfer, symbol: str | None, decimals: int | None) -> FoundLeg:
    return FoundLeg(
        id=leg.id,
        network=leg.network,
        hash=leg.hash,
        position=leg.position,
        recipient=leg.recipient,
        memo=leg.memo,
        contract=leg.contract,
        amount=leg.amount,
        symbol=symbol,
        decimals=decimals,
        height=leg.height,
        block_at=leg.block_at,
        seen_at=leg.seen_at,
    )
