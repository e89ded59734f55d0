"""A credit instead of a payout: approved by clearing, told to the exchange's ledger, confirmed by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from recovery.domain import accounting
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.ids import new_id
from recovery.models import Claim, Credit, RecoveryCase
from recovery.queries.facts import database_now, leg_credits, open_claim
from recovery.services import credit_sign_offs, disputes
from recovery.services.transitions import advance, lock


def approve(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """Clearing found no earlier credit: what was unidentified is owed to the depositor."""
    claim = open_claim(session, case.id)
    entries = (
        accounting.identified(claim.network, claim.asset, f"{claim.position}@{case.version}", claim.amount)
        if claim
        else ()
    )
    recorded = (
        {"leg": claim.position, "amount": str(claim.amount), "account": case.account, "contract": claim.contract}
        if claim
        else {}
    )
    advance(session, actor, case, "approve_credit", data=recorded, entries=entries, version=version)
    if claim is not None:
        credit_sign_offs.approve(session, actor, case, claim, "clearing", data)


def deliver(session: Session, case: RecoveryCase) -> None:
    """Write the credit into the exchange's book once, and confirm it when the book shows it for this account.

    The book is keyed by network, hash and position, and a credit of the whole transaction is one of the leg too; whoever
    was first stays. A book that shows something else freezes nothing silently: the case stays in ``crediting`` and the
    job is stuck, which staff see.
    """
    lock(session, case)
    claim = open_claim(session, case.id)
    if claim is None or case.state != "crediting":
        return
    if not leg_credits(session, claim.network, claim.hash, claim.position):
        _write(session, case, claim)
    shown = leg_credits(session, claim.network, claim.hash, claim.position)
    if [(credit.account, credit.amount) for credit in shown] != [(case.account, claim.amount)]:
        raise CreditDiffers(case.ref)
    entries = accounting.credited(claim.network, claim.asset, claim.position, claim.amount)
    advance(session, SYSTEM, case, "confirm_credit", data={"leg": claim.position}, entries=entries)
    disputes.paid(session, case)


def _write(session: Session, case: RecoveryCase, claim: Claim) -> None:
    """The credit as the exchange's book takes it; a twin written at the same moment stays the only one."""
    session.execute(
        insert(Credit)
        .values(
            id=new_id(),
            network=claim.network,
            hash=claim.hash,
            position=claim.position,
            account=case.account,
            contract=claim.contract or "",
            amount=claim.amount,
            credited_at=database_now(session),
        )
        .on_conflict_do_nothing(index_elements=["network", "hash", "position"])
    )


class CreditDiffers(Exception):
    """The exchange's book shows another credit for the leg than the approved one."""
