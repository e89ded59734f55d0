"""What left our wallets, held against the plans: a transaction that no step knows rings, once.

A wallet's transactions are counted by their nonces. Those before the first look are nobody's business here. Of each later one a
step of a plan must hold the signed bytes; else somebody used the key without us, or the signer sent before it handed in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chains.sending import Step
from recovery.models import WatchedWallet
from recovery.queries.clock import database_now
from recovery.queries.outflows import Wallet, states_of_nonces
from recovery.services.alarms import ring

HOLDING_BYTES = frozenset({"signed", "final", "failed"})
MOST_NONCES = 1_000
"""Accounted for in one look; the rest follows in the next ones."""


@dataclass(frozen=True)
class Looked:
    """How many transactions of a wallet are in blocks, or the code of why nobody could tell."""

    wallet: Wallet
    count: int | None = None
    trouble: str = ""


def account_for(session: Session, looked: Looked) -> None:
    """Note the look, and ring for every transaction since the last one that no step of a plan holds the bytes of."""
    wallet, count = looked.wallet, looked.count
    row = _row(session, wallet)
    if count is None:
        row.trouble = looked.trouble[:200]
        return
    now = database_now(session)
    if row.counted is None or count <= row.counted:
        # Fewer than before: the chain was rewound, and what is mined then counts anew from what was accounted for.
        row.counted = count if row.counted is None else row.counted
        row.looked_at, row.trouble = now, ""
        return
    upto = min(count, row.counted + MOST_NONCES)
    known = states_of_nonces(session, wallet.network, wallet.address, range(row.counted, upto))
    for nonce in range(row.counted, upto):
        states = known.get(nonce, set())
        if not states & HOLDING_BYTES:
            _ring(session, wallet.network, wallet.address, nonce, promised="waiting" in states)
    row.counted, row.looked_at, row.trouble = upto, now, ""


def taken_past(session: Session, network: str, step: Step, hash: str) -> None:
    """What a recorded step needs was used up by a transaction that no step holds the bytes of: counting does not find that one,
    since the step holds others for the same nonce."""
    if step.nonce is not None:
        _ring(session, network, step.sender, step.nonce, promised=False)
        return
    facts = {"network": network, "address": step.sender, "hash": hash}
    ring(session, "outflow_without_plan", f"{network}:{step.sender}:{hash}", facts, once=True)


def forget_others(session: Session, wallets: Collection[Wallet]) -> None:
    """Of what is no longer watched nothing is known: should it be watched again, its first look is another one."""
    kept = [(wallet.network, wallet.address) for wallet in wallets]
    key = tuple_(WatchedWallet.network, WatchedWallet.address)
    session.execute(delete(WatchedWallet).where(key.not_in(kept)))


def _row(session: Session, wallet: Wallet) -> WatchedWallet:
    """The wallet's row under lock, made at the first look."""
    key = {"network": wallet.network, "address": wallet.address}
    session.execute(insert(WatchedWallet).values(**key, trouble="").on_conflict_do_nothing())
    return session.get_one(WatchedWallet, tuple(key.values()), with_for_update=True, populate_existing=True)


def _ring(session: Session, network: str, address: str, nonce: int, *, promised: bool) -> None:
    facts = {"network": network, "address": address, "nonce": nonce}
    subject = f"{network}:{address}:{nonce}"
    ring(session, "outflow_not_recorded" if promised else "outflow_without_plan", subject, facts, once=True)
