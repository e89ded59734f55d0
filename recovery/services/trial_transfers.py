"""Proof by test transfer: an exact odd amount, asked for after the report, from the sender of the first payment.

The network is asked about it as about any transaction, and nothing is credited because of it: crediting stays where deposits
are credited.
"""

from __future__ import annotations

import secrets
import uuid

from sqlalchemy import func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chains.catalogue import network as find_network
from chains.errors import NotAReference
from chains.types import Transaction
from chains.verify import normalise
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.ids import new_id
from recovery.domain.ownership import (
    TRANSFER,
    TRANSFER_FOR,
    Judged,
    ProofOrder,
    TransferOrder,
    judge_transfer,
    odd_amount,
)
from recovery.errors import Conflict, InvalidInput, MoveNotOpen
from recovery.models import OwnershipProof, RecoveryCase, TestTransfer
from recovery.queries.clock import database_now
from recovery.queries.ownership import PROVING, is_platform, proof_order, transfer_way
from recovery.services.transitions import advance, lock

TRIES = 20
"""Amounts tried before giving up on finding one that nobody else was asked for."""


def ask(session: Session, case: RecoveryCase, order: ProofOrder) -> TestTransfer:
    """Ask for a test transfer of an amount no other open one has. Raises Conflict when none was found."""
    found = transfer_way(session, case, order)
    assert found is not None and order.source is not None  # the way is not offered otherwise
    close(session, case)
    now = database_now(session)
    session.execute(
        update(TestTransfer)
        .where(
            TestTransfer.network == order.network,
            TestTransfer.closed_at.is_(None),
            TestTransfer.hash.is_(None),
            TestTransfer.expires_at <= now,
        )
        .values(closed_at=now)
    )
    asset = found.asset
    values = {
        "case_id": case.id,
        "network": order.network,
        "contract": asset.contract,
        "symbol": asset.symbol,
        "decimals": asset.decimals,
        "sender": order.source,
        "recipient": found.recipient,
        "memo": found.memo,
        "asked_at": now,
        "expires_at": now + TRANSFER_FOR,
    }
    for _ in range(TRIES):
        amount = odd_amount(asset.minimum or 0, asset.decimals, secrets.randbelow)
        made = session.scalar(
            insert(TestTransfer)
            .values(id=new_id(), amount=amount, **values)
            .on_conflict_do_nothing()
            .returning(TestTransfer.id)
        )
        if made is not None:
            return session.get_one(TestTransfer, made)
    raise Conflict("conflict")


def close(session: Session, case: RecoveryCase) -> None:
    """Let go of what the case was asked to send."""
    session.execute(
        update(TestTransfer)
        .where(TestTransfer.case_id == case.id, TestTransfer.closed_at.is_(None))
        .values(closed_at=func.now())
    )


def tell(session: Session, actor: Actor, case: RecoveryCase, transfer: TestTransfer, text: str) -> Judged:
    """The claimant says which transaction it was; the nodes are asked by a job.

    Raises InvalidInput for what is no hash of the network, MoveNotOpen when the time is over.
    """
    try:
        hash = normalise(find_network(transfer.network), text)
    except NotAReference:
        raise InvalidInput("test_hash_is_no_hash", fields={"hash": ["test_hash_is_no_hash"]}) from None
    told = session.execute(
        update(TestTransfer)
        .where(
            TestTransfer.id == transfer.id,
            TestTransfer.closed_at.is_(None),
            or_(TestTransfer.hash.is_not(None), TestTransfer.expires_at > func.now()),
        )
        .values(hash=hash, told_at=func.now())
        .returning(TestTransfer.id)
    ).scalar_one_or_none()
    if told is None:
        raise MoveNotOpen("test_transfer_is_over")
    advance(session, actor, case, "hand_in_proof", data={"method": TRANSFER, "hash": hash})
    return Judged(None, "network_is_asked")


def conclude(session: Session, case: RecoveryCase, transfer_id: uuid.UUID, hash: str, tx: Transaction) -> Judged | None:
    """Take what the nodes said of ``hash``; nothing when it is not what the case waits for any more. Safe to run twice.

    What cannot be known yet waits. A wrong transaction is told and kept, and another can be named while there is time.
    """
    lock(session, case)
    transfer = session.get_one(TestTransfer, transfer_id, populate_existing=True)
    order = proof_order(session, case)
    if transfer.hash != hash or transfer.closed_at is not None or case.state not in PROVING or order is None:
        return None
    judged = judge_transfer(_order(transfer), tx, database_now(session))
    if judged.ok is None:
        return judged
    _keep(session, case, order, transfer, judged)
    if judged.ok:
        transfer.position, transfer.closed_at = judged.position, database_now(session)
    else:
        transfer.hash = transfer.told_at = None
    session.flush()
    return judged


def _order(transfer: TestTransfer) -> TransferOrder:
    return TransferOrder(
        network=transfer.network,
        contract=transfer.contract or None,
        sender=transfer.sender,
        recipient=transfer.recipient,
        memo=transfer.memo,
        amount=transfer.amount,
        asked_at=transfer.asked_at,
        expires_at=transfer.expires_at,
        told_at=transfer.told_at or transfer.asked_at,
    )


def _keep(session: Session, case: RecoveryCase, order: ProofOrder, transfer: TestTransfer, judged: Judged) -> None:
    """Who moved money from the sender again commands it. With the claimant's own memo it also ties that memo to the sender."""
    ends = [("source", transfer.sender, "")]
    if judged.ok and transfer.memo:
        ends.append(("memo", transfer.recipient, transfer.memo))
    platform = is_platform(session, transfer.network, transfer.sender)
    for subject, address, memo in ends:
        session.add(
            OwnershipProof(
                id=new_id(),
                case_id=case.id,
                transfer_id=transfer.id,
                subject=subject,
                network=transfer.network,
                hash=order.hash,
                address=address,
                memo=memo,
                method=TRANSFER,
                strength="weak" if platform else "strong",
                extra={"hash": transfer.hash, "position": judged.position},
                verdict=judged.ok,
                why=judged.why,
                judged_by=SYSTEM.id,
            )
        )
