"""Which wallets of ours are watched for what leaves them, and which of their transactions the plans know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, or_, select, union
from sqlalchemy.orm import Session

from recovery.models import Claim, OwnedAddress, PlanStep, RecoveryCase, WatchedWallet
from workflows.states import State

NOT_ASKED = ("no_node", "not_watched")
"""Troubles of wallets nobody can ask about here: nothing is sent from here either."""

OUR_SWEEP = (
    *(State.PLANNING_SWEEP, State.SWEEP_SIGN_OFF, State.SWEEPING, State.SWEEP_ON_HOLD, State.SWEPT),
    *(State.REFUND_SIGN_OFF, State.PAYING, State.REFUND_ON_HOLD),
)
"""From here on the coins at a deposit address are moved by our plans alone; before, whoever keeps its keys may move what else is
there."""


@dataclass(frozen=True)
class Wallet:
    """An address of ours on a network; ``counted`` is ``None`` before the first look."""

    network: str
    address: str
    counted: int | None


def wallets_to_watch(session: Session) -> list[Wallet]:
    """Recovery wallets and gas tanks of the book, whoever else of us sent a step of a plan, deposit addresses whose sweep is
    planned. A deposit address that was swept is watched on while an open case has coins there; then it is the exchange's."""
    own = select(OwnedAddress.network, OwnedAddress.address).where(
        OwnedAddress.account == "",
        or_(
            OwnedAddress.kind == "gas_tank",
            and_(OwnedAddress.kind == "hot", OwnedAddress.label == "recovery wallet"),
        ),
    )
    deposit = exists().where(
        OwnedAddress.network == PlanStep.network,
        OwnedAddress.address == PlanStep.sender,
        OwnedAddress.kind.in_(("deposit", "shared")),
    )
    claimed = exists().where(
        Claim.network == PlanStep.network,
        Claim.recipient == PlanStep.sender,
        Claim.released_at.is_(None),
        RecoveryCase.id == Claim.case_id,
        RecoveryCase.closed_at.is_(None),
    )
    senders = select(PlanStep.network, PlanStep.sender).where(or_(~deposit, claimed))
    deposits = (
        select(Claim.network, Claim.recipient)
        .join(RecoveryCase, RecoveryCase.id == Claim.case_id)
        .where(Claim.released_at.is_(None), RecoveryCase.state.in_(OUR_SWEEP))
    )
    places = union(own, senders, deposits).subquery()
    network, address = places.c
    rows = session.execute(
        select(network, address, WatchedWallet.counted)
        .outerjoin(WatchedWallet, and_(WatchedWallet.network == network, WatchedWallet.address == address))
        .order_by(network, address)
    )
    return [Wallet(*row) for row in rows]


def states_of_nonces(session: Session, network: str, sender: str, nonces: Collection[int]) -> dict[int, set[str]]:
    """By nonce, the states of the steps that were ever promised it."""
    found: dict[int, set[str]] = {}
    rows = session.execute(
        select(PlanStep.nonce, PlanStep.state).where(
            PlanStep.network == network, PlanStep.sender == sender, PlanStep.nonce.in_(nonces)
        )
    )
    for nonce, state in rows:
        assert nonce is not None  # the query asked for numbers
        found.setdefault(nonce, set()).add(state)
    return found


def watched_wallets(session: Session) -> Sequence[WatchedWallet]:
    """All that were ever looked at, or tried to."""
    return session.scalars(select(WatchedWallet).order_by(WatchedWallet.network, WatchedWallet.address)).all()


def all_looked_at_since(session: Session, since: datetime) -> bool:
    """Whether the chain told of every wallet it can be asked about, after ``since``."""
    rows = {(row.network, row.address): row for row in watched_wallets(session)}
    for wallet in wallets_to_watch(session):
        row = rows.get((wallet.network, wallet.address))
        if row is None or (row.trouble not in NOT_ASKED and (row.looked_at is None or row.looked_at < since)):
            return False
    return True
