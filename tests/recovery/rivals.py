"""What the evidence job does for several claimants of one leg, without asking whose the address is."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.types import Transaction
from recovery.domain.actor import SYSTEM
from recovery.errors import AlreadyClaimed
from recovery.models import Claim, RecoveryCase
from recovery.services import claims, disputes
from recovery.services.transitions import advance, lock
from tests.recovery.desk import Desk, find
from workflows.states import State

TRIES = 20
LOOKING = (State.CHECKING, State.WAITING_FOR_CHAIN)


def claim_or_dispute(desk: Desk, ref: str, tx: Transaction) -> bool:
    """Claim the first leg for the case, or dispute it with whoever has it; again when somebody was faster, as a job would.

    False when there is nothing to claim or to dispute: the leg is paid out.
    """
    for _ in range(TRIES):
        try:
            with desk.database.unit_of_work() as session:
                case = find(session, ref)
                lock(session, case)
                if case.state == State.SUBMITTED:
                    advance(session, SYSTEM, case, "start_check")
                if case.state not in LOOKING or _decided(session, case, tx):
                    return True
        except AlreadyClaimed:
            continue
    return False


def _decided(session: Session, case: RecoveryCase, tx: Transaction) -> bool:
    leg = tx.transfers[0]
    held = select(Claim.case_id).where(
        Claim.network == tx.network,
        Claim.hash == tx.claim_hash(leg),
        Claim.position == leg.position,
        Claim.released_at.is_(None),
    )
    if session.scalar(held) not in (None, case.id):
        return disputes.open_dispute(session, case, tx, leg) is not None or case.state == State.MERGED
    claim = claims.take_leg(session, case, tx, leg)
    session.flush()
    advance(session, SYSTEM, case, "find_unlisted", entries=claims.found_entries(claim, case))
    return True
