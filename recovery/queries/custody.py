"""Which addresses are ours, and which of our wallets does what."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.types import Transaction
from recovery.errors import Conflict
from recovery.models import OwnedAddress


def pays_us(session: Session, tx: Transaction) -> bool:
    """Whether an address of the book, of whatever time, receives something in it."""
    recipients = {leg.recipient for leg in tx.transfers if leg.recipient}
    query = select(OwnedAddress.id).where(OwnedAddress.network == tx.network, OwnedAddress.address.in_(recipients))
    return bool(recipients) and session.scalar(query.limit(1)) is not None


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
