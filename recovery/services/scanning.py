"""Catch-all scans: what is written down of a block, where the scan goes on, and cases opened before anybody asks.

A scan never credits and never moves a case: it notes legs, and may open a case for the customer whose leg it is. From there the
case goes the way of every other, evidence and approvals included.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chains.catalogue import networks
from chains.scanning import PaidBlock, offered
from chains.types import Status, Transaction
from recovery.domain.actor import Actor
from recovery.domain.ids import new_id
from recovery.errors import InvalidInput, NotFound
from recovery.models import PoolLook, RecoveryCase, ScanCursor, SeenTransfer
from recovery.queries.people import depositor_of
from recovery.queries.scanning import FoundLeg, legs_to_open, owner_of_leg, uncredited
from recovery.services.cases import open_case

MAY_LOOK = frozenset({"lead", "auditor"})
MOST_OPENED = 20
"""Cases opened by one round of the scan; the rest follow in the next ones."""


@dataclass(frozen=True)
class ScannedBlock:
    """A block, the transactions of it that pay addresses of ours as they were read in full, and which addresses are ours."""

    block: PaidBlock
    transactions: tuple[Transaction, ...]
    ours: frozenset[str]


def record(session: Session, network: str, blocks: Sequence[ScannedBlock]) -> int:
    """Write down every leg to ``ours``; a leg seen before keeps its case and moves to the block it is in now. Says how many."""
    rows = [row for scanned in blocks for row in _rows(network, scanned)]
    for row in rows:
        place = {name: row[name] for name in ("height", "block_hash", "block_at")}
        session.execute(
            insert(SeenTransfer)
            .values(**row)
            .on_conflict_do_update(index_elements=["network", "hash", "position"], set_=place)
        )
    return len(rows)


def _rows(network: str, scanned: ScannedBlock) -> list[dict[str, object]]:
    return [
        {
            "id": new_id(),
            "network": network,
            "hash": tx.claim_hash(leg),
            "position": leg.position,
            "sender": leg.sender,
            "recipient": leg.recipient,
            "memo": leg.memo,
            "contract": leg.contract or "",
            "amount": leg.amount,
            "height": scanned.block.height,
            "block_hash": scanned.block.hash,
            "block_at": tx.block.time if tx.block else None,
        }
        for tx in scanned.transactions
        if tx.status is Status.SUCCEEDED
        for leg in tx.transfers
        if leg.recipient in scanned.ours
    ]


def go_on(session: Session, network: str, at: int, blocks: Sequence[ScannedBlock], trouble: str = "") -> None:
    """Move the cursor behind the last of ``blocks``, unless somebody moved it from ``at`` meanwhile."""
    values: dict[str, object] = {"trouble": trouble[:200], "changed_at": func.now()}
    if blocks:
        values |= {"next_height": blocks[-1].block.height + 1, "last_hash": blocks[-1].block.hash}
    session.execute(
        update(ScanCursor).where(ScanCursor.network == network, ScanCursor.next_height == at).values(values)
    )


def step_back(session: Session, network: str, at: int, blocks: int) -> None:
    """The chain has another block than the one scanned last: scan the last ``blocks`` again, and forget what was seen there.

    A leg that has a case stays: the case looks at the chain by itself.
    """
    height = max(at - max(blocks, 1), 0)
    session.execute(
        delete(SeenTransfer).where(
            SeenTransfer.network == network, SeenTransfer.height >= height, SeenTransfer.case_id.is_(None)
        )
    )
    session.execute(
        update(ScanCursor)
        .where(ScanCursor.network == network, ScanCursor.next_height == at)
        .values(next_height=height, last_hash="", trouble="reorganised", changed_at=func.now())
    )


def start_scan(session: Session, network: str, height: int, open_after_hours: int | None) -> None:
    """Scan a network from ``height`` on, also when it was scanned before. Raises InvalidInput."""
    if network not in networks():
        raise InvalidInput("network_is_unknown", fields={"network": ["network_is_unknown"]})
    if not offered(networks()[network]):
        raise InvalidInput("scan_not_offered", fields={"network": ["scan_not_offered"]})
    values = {"next_height": height, "last_hash": "", "running": True, "open_after_hours": open_after_hours}
    session.execute(
        insert(ScanCursor)
        .values(network=network, trouble="", **values)
        .on_conflict_do_update(index_elements=["network"], set_={**values, "trouble": "", "changed_at": func.now()})
    )


def stop_scan(session: Session, network: str) -> None:
    """Scan a network no more. Raises NotFound."""
    found = session.scalars(
        update(ScanCursor).where(ScanCursor.network == network).values(running=False).returning(ScanCursor.network)
    )
    if found.one_or_none() is None:
        raise NotFound


def open_found(session: Session, actor: Actor, leg: SeenTransfer) -> RecoveryCase | None:
    """A case for the customer whose address it was, before they ask; ``None`` when it is nobody's or nobody signs in for it.

    Later legs of the same transaction lead to the same case. Raises what opening a case raises.
    """
    account = owner_of_leg(session, leg)
    if account is None or depositor_of(session, account) is None:
        return None
    case = open_case(
        session,
        actor,
        reference=leg.hash,
        network=leg.network,
        account=account,
        request_id=f"found-{leg.id.hex}",
    )
    leg.case_id = case.id
    return case


def open_by_hand(session: Session, actor: Actor, leg_id: uuid.UUID) -> RecoveryCase:
    """:func:`open_found` for one leg of the list, by a lead. Raises NotFound, InvalidInput when no customer can answer for it."""
    if "lead" not in actor.roles:
        raise NotFound
    leg = session.get(SeenTransfer, leg_id, with_for_update=True)
    if leg is None:
        raise NotFound
    case = open_found(session, actor, leg)
    if case is None:
        raise InvalidInput("leg_has_no_customer")
    return case


def open_due(session: Session, actor: Actor, network: str, hours: int) -> int:
    """Open cases for legs that were in nobody's books for so long; says how many."""
    legs = legs_to_open(session, network, hours, limit=MOST_OPENED)
    return sum(open_found(session, actor, leg) is not None for leg in legs)


def look_at_pool(session: Session, actor: Actor, network: str | None) -> list[FoundLeg]:
    """What nobody has claimed, for a lead or an auditor; every look is written down. Raises NotFound for anybody else."""
    if not actor.roles & MAY_LOOK:
        raise NotFound
    legs = uncredited(session, network)
    session.add(PoolLook(id=new_id(), person_id=actor.id, network=network or "", rows=len(legs)))
    return legs
