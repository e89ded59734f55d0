"""Our own side of a transaction, as frozen facts for the diagnosis: whose addresses, which assets, what the books show."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from chains.types import Transaction
from recovery.domain.books import Books, KnownAsset, LegHistory, Owner
from recovery.errors import Conflict
from recovery.models import Account, Claim, Credit, ListedAsset, OwnedAddress, Posting, RecoveryCase
from recovery.queries.facts import database_now


def read_books(
    session: Session, tx: Transaction, *, claimant: str | None, case_id: uuid.UUID | None, sandbox: bool
) -> Books:
    """The snapshot for one transaction. Addresses count as owned at the time of the payment.

    ``claimant`` is the account that asks, ``case_id`` the case whose own claim is not somebody else's; both may be none.
    """
    at = tx.block.time if tx.block and tx.block.time else database_now(session)
    addresses = {side for leg in tx.transfers for side in (leg.sender, leg.recipient) if side}
    account = session.get(Account, claimant) if claimant is not None else None
    return Books(
        owners=_owners(session, tx.network, addresses, at),
        assets=_assets(session, tx.network),
        legs=_legs(session, tx, claimant, case_id),
        claimant=claimant,
        claimant_state=account.state if account else "active",
        sandbox=sandbox,
    )


def pays_us(session: Session, tx: Transaction) -> bool:
    """Whether an address of the book, of whatever time, receives something in it."""
    recipients = {leg.recipient for leg in tx.transfers if leg.recipient}
    query = select(OwnedAddress.id).where(OwnedAddress.network == tx.network, OwnedAddress.address.in_(recipients))
    return bool(recipients) and session.scalar(query.limit(1)) is not None


def _owners(session: Session, network: str, addresses: set[str], at: datetime) -> tuple[Owner, ...]:
    rows = session.scalars(
        select(OwnedAddress)
        .where(
            OwnedAddress.network == network,
            OwnedAddress.address.in_(addresses),
            OwnedAddress.valid_from <= at,
            or_(OwnedAddress.valid_until.is_(None), OwnedAddress.valid_until > at),
        )
        .order_by(OwnedAddress.address, OwnedAddress.valid_from)
    )
    return tuple(Owner(row.address, row.account, row.kind, row.custody, row.memo) for row in rows)


def _assets(session: Session, network: str) -> tuple[KnownAsset, ...]:
    rows = session.scalars(select(ListedAsset).where(ListedAsset.network == network).order_by(ListedAsset.contract))
    return tuple(
        KnownAsset(row.contract or None, row.symbol, row.state, row.deposits_from, row.minimum) for row in rows
    )


def _legs(session: Session, tx: Transaction, claimant: str | None, case_id: uuid.UUID | None) -> dict[str, LegHistory]:
    """What the books show per leg; a credit without a position is for the whole transaction.

    A refund is told to the account it went to; for everybody else the leg belongs to another case, and no more.
    """
    hashes = {tx.hash, *(tx.claim_hash(leg) for leg in tx.transfers)}
    credits = session.scalars(select(Credit).where(Credit.network == tx.network, Credit.hash.in_(hashes))).all()
    claims = session.scalars(
        select(Claim).where(Claim.network == tx.network, Claim.hash.in_(hashes), Claim.released_at.is_(None))
    ).all()
    paid_out = {
        position
        for (position,) in session.execute(
            select(Claim.position)
            .join(RecoveryCase, RecoveryCase.id == Claim.case_id)
            .join(Posting, (Posting.case_id == Claim.case_id) & (Posting.kind == "refunded"))
            .where(Claim.network == tx.network, Claim.hash.in_(hashes), RecoveryCase.account == claimant)
        )
    }
    credited = {credit.position: credit.account for credit in credits}
    elsewhere = {claim.position for claim in claims if claim.case_id != case_id}
    return {
        leg.position: LegHistory(
            credited_to=credited.get(leg.position, credited.get("")),
            claimed_elsewhere=leg.position in elsewhere,
            refunded=leg.position in paid_out,
        )
        for leg in tx.transfers
    }


def our_wallet(session: Session, network: str, kind: str) -> str:
    """The operator's own wallet of a kind on a network: ``gas_tank``, or the hot wallet labelled ``recovery wallet``.

    Raises Conflict when the address book names none.
    """
    query = select(OwnedAddress.address).where(
        OwnedAddress.network == network, OwnedAddress.valid_until.is_(None), OwnedAddress.account == ""
    )
    if kind == "recovery":
        query = query.where(OwnedAddress.kind == "hot", OwnedAddress.label == "recovery wallet")
    else:
        query = query.where(OwnedAddress.kind == kind)
    address = session.scalar(query.order_by(OwnedAddress.valid_from.desc()).limit(1))
    if address is None:
        raise Conflict("no_wallet_of_ours", network=network, kind=kind)
    return address
