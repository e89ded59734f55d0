"""Noting what was seen of a transaction that was not final: later it is the only proof that it was ever there."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chains.catalogue import network as find_network
from chains.replacement import Outpoint, Remains, remains_of
from chains.types import Reading, Status, Transaction
from recovery.domain.ids import new_id
from recovery.models import Sighting

SEEN = (Status.SUCCEEDED, Status.FAILED, Status.PENDING)


def note_sighting(session: Session, reading: Reading) -> None:
    """Keep that the network showed the transaction as waiting, or in this very block; what is final needs no note."""
    tx = reading.transaction
    if tx.final or tx.status not in SEEN:
        return
    remains = remains_of(find_network(tx.network), tx.hash, reading.answers)
    session.execute(
        insert(Sighting)
        .values(
            id=new_id(),
            network=tx.network,
            hash=tx.hash,
            in_block=tx.block is not None,
            block_hash=(tx.block.hash or "") if tx.block else "",
            remains=asdict(remains) if remains else None,
        )
        .on_conflict_do_nothing()
    )


def what_remains(session: Session, tx: Transaction) -> Remains | None:
    """What the last sighting left of a transaction that no node shows any more, to ask after it; ``None`` when none did."""
    row = session.scalars(
        select(Sighting)
        .where(Sighting.network == tx.network, Sighting.hash == tx.hash, Sighting.remains.is_not(None))
        .order_by(Sighting.seen_at.desc(), Sighting.id.desc())
        .limit(1)
    ).first()
    return _remains(row.remains) if row is not None and row.remains else None


def _remains(told: dict[str, Any]) -> Remains:
    return Remains(**told | {"spent": tuple(Outpoint(**one) for one in told["spent"])})
