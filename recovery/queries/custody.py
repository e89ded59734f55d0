"""Which addresses are ours, and which of our wallets does what."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from chains.types import Transaction
from recovery.errors import Conflict
from recovery.models import Alarm, OwnedAddress

LABELS = {"recovery": "recovery wallet", "advance": "advance wallet"}
"""Hot wallets of ours, told apart by their label: where collected coins go, and own funds for advances."""


WALLET_CHANGED = "wallet_changed"
"""The alarm that rings until somebody else has seen a wallet that one person put into the address book."""


def wallet_subject(network: str, address: str) -> str:
    """What an alarm about a wallet is about."""
    return f"{network}:{address}"


def is_seen_by_two(session: Session, network: str, address: str) -> bool:
    """Whether nobody waits to confirm that collected coins go to this wallet."""
    rings = Alarm.kind == WALLET_CHANGED, Alarm.subject == wallet_subject(network, address)
    return session.scalar(select(Alarm.id).where(*rings, Alarm.answered_at.is_(None)).limit(1)) is None


def paying_us(session: Session, transactions: Iterable[Transaction]) -> set[str]:
    """The networks on which an address of the book, of whatever time, receives something in one of these transactions."""
    places = {(tx.network, leg.recipient) for tx in transactions for leg in tx.transfers if leg.recipient}
    if not places:
        return set()
    there = tuple_(OwnedAddress.network, OwnedAddress.address).in_(places)
    return set(session.scalars(select(OwnedAddress.network).where(there).distinct()))


def our_wallet(session: Session, network: str, kind: str) -> str:
    """The operator's own wallet of a kind on a network: ``gas_tank``, or the hot wallet whose label ``LABELS`` gives.

    Raises Conflict when the address book names none.
    """
    query = select(OwnedAddress.address).where(
        OwnedAddress.network == network, OwnedAddress.valid_until.is_(None), OwnedAddress.account == ""
    )
    if kind in LABELS:
        query = query.where(OwnedAddress.kind == "hot", OwnedAddress.label == LABELS[kind])
    else:
        query = query.where(OwnedAddress.kind == kind)
    address = session.scalar(query.order_by(OwnedAddress.valid_from.desc()).limit(1))
    if address is None:
        raise Conflict("no_wallet_of_ours", network=network, kind=kind)
    return address
