"""What the signs of fraud of a case are read from, and the signs themselves for those who may see them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from chains.transaction_json import from_json
from chains.types import Transaction, Transfer
from recovery.domain.actor import Actor
from recovery.domain.fraud import Approval, FraudFacts, Signal
from recovery.domain.lookalikes import look_alike
from recovery.models import (
    Account,
    CaseEvent,
    Claim,
    Credit,
    Diagnosis,
    FraudSignal,
    ListedAsset,
    OwnedAddress,
    OwnershipProof,
    Person,
    PersonRole,
    Plan,
    PlanCase,
    PlatformLabel,
    ProofDocument,
    RecoveryCase,
    SignOff,
)
from recovery.queries.cases import is_own
from recovery.queries.destinations import others_paid_there
from recovery.queries.facts import open_claim
from recovery.queries.policies import policy_in_force
from recovery.queries.prices import is_observed

MAY_SEE = frozenset({"specialist", "lead", "auditor"})
"""Who is shown signs of fraud. Never a depositor."""

MOST_OWN_ADDRESSES = 200
MONTH, QUARTER = timedelta(days=30), timedelta(days=90)


def signals_shown(session: Session, actor: Actor, case: RecoveryCase) -> tuple[dict[str, Any], ...]:
    """The signs on a case, the strongest first; none for anybody who may not see them."""
    if not actor.roles & MAY_SEE or is_own(actor, case):
        return ()
    rows = session.scalars(
        select(FraudSignal)
        .where(FraudSignal.case_id == case.id)
        .order_by(FraudSignal.strength.desc(), FraudSignal.at, FraudSignal.code, FraudSignal.reason)
    )
    return tuple(
        {"code": row.code, "reason": row.reason, "strength": row.strength, "evidence": row.evidence, "at": row.at}
        for row in rows
    )


def unseen(session: Session, case: RecoveryCase, found: tuple[Signal, ...]) -> bool:
    """Whether one of these signs asks for a person and none has sent the case on since it was first seen."""
    holding = [(signal.code, signal.reason) for signal in found if signal.holds]
    if not holding:
        return False
    seen_at = session.scalar(
        select(func.max(CaseEvent.at)).where(CaseEvent.case_id == case.id, CaseEvent.name == "check_again")
    )
    rows = session.execute(
        select(FraudSignal.code, FraudSignal.reason, FraudSignal.at).where(FraudSignal.case_id == case.id)
    )
    return any((row.code, row.reason) in holding and (seen_at is None or row.at > seen_at) for row in rows)


def fraud_facts(session: Session, case: RecoveryCase) -> FraudFacts:
    """The facts around a case, read from its last diagnosis and from the account's other cases."""
    last = session.scalars(
        select(Diagnosis).where(Diagnosis.case_id == case.id).order_by(Diagnosis.number.desc()).limit(1)
    ).first()
    tx = from_json(last.transaction) if last is not None and last.transaction else None
    claim = open_claim(session, case.id)
    account = session.get(Account, case.account)
    values: dict[str, Any] = {
        "opened_at": case.opened_at,
        "security_changed_at": account.security_changed_at if account else None,
        "second_claimant": _second_claimant(session, case),
        "others_paid_there": others_paid_there(session, case),
        **_velocity(session, case),
        **_people(session, case),
        **_proofs(session, case),
    }
    if last is not None and tx is not None:
        values |= _of_transaction(session, case, tx, last, claim)
    return FraudFacts(**values)


def _second_claimant(session: Session, case: RecoveryCase) -> bool:
    other = select(RecoveryCase.id).where(RecoveryCase.hash == case.hash, RecoveryCase.account != case.account)
    return session.scalar(other.limit(1)) is not None


def _velocity(session: Session, case: RecoveryCase) -> dict[str, int]:
    """How much the account reported up to this case."""
    own = RecoveryCase.account == case.account

    def count(within: timedelta, *more: ColumnElement[bool]) -> int:
        since = RecoveryCase.opened_at.between(case.opened_at - within, case.opened_at)
        return session.scalar(select(func.count()).select_from(RecoveryCase).where(own, since, *more)) or 0

    return {
        "cases_in_hour": count(timedelta(hours=1)),
        "cases_in_day": count(timedelta(days=1)),
        "cases_in_month": count(MONTH),
        "unlisted_in_month": count(MONTH, RecoveryCase.workflow == "unlisted_token"),
        "declined_in_week": count(timedelta(days=7), RecoveryCase.state == "declined"),
    }


def _people(session: Session, case: RecoveryCase) -> dict[str, Any]:
    """Who handled the case and whether they have its account; how it was approved."""
    handled = select(CaseEvent.actor_id).where(CaseEvent.case_id == case.id)
    staff = session.scalars(
        select(Person.display_name)
        .where(
            Person.account == case.account,
            Person.id.in_(handled),
            Person.id.in_(select(PersonRole.person_id).where(PersonRole.role != "depositor")),
        )
        .order_by(Person.display_name)
    )
    rows = session.execute(
        select(SignOff.approver_id, Person.display_name, SignOff.stage, SignOff.at, Plan.id, Plan.at.label("drafted"))
        .join(Plan, Plan.id == SignOff.plan_id)
        .join(Person, Person.id == SignOff.approver_id)
        .join(PlanCase, PlanCase.plan_id == Plan.id)
        .where(PlanCase.case_id == case.id)
        .order_by(SignOff.at)
    ).all()
    busiest = max((_approvals_before(session, row.approver_id, row.at) for row in rows), default=0)
    pair = {row.stage: row.approver_id for row in rows}
    return {
        "staff_with_account": tuple(staff),
        "approvals": tuple(Approval(row.display_name, row.stage, row.at, row.at - row.drafted) for row in rows),
        "most_in_an_hour": busiest,
        "pair_share": _pair_share(session, pair, rows[-1].at) if {"wallet", "clearing"} <= set(pair) else (0, 0),
    }


def _approvals_before(session: Session, approver: uuid.UUID, at: datetime) -> int:
    within = SignOff.at.between(at - timedelta(hours=1), at)
    return session.scalar(select(func.count()).where(SignOff.approver_id == approver, within)) or 0


def _pair_share(session: Session, pair: dict[str, uuid.UUID], at: datetime) -> tuple[int, int]:
    """Of the plans the one approved for the wallet team in a month, how many the other approved for clearing."""
    wallet, clearing = aliased(SignOff), aliased(SignOff)
    both = (
        select(wallet.plan_id, clearing.approver_id)
        .join(clearing, clearing.plan_id == wallet.plan_id)
        .where(
            wallet.stage == "wallet",
            clearing.stage == "clearing",
            wallet.approver_id == pair["wallet"],
            wallet.at > at - MONTH,
        )
    )
    approvers = [row.approver_id for row in session.execute(both)]
    return approvers.count(pair["clearing"]), len(approvers)


def _proofs(session: Session, case: RecoveryCase) -> dict[str, Any]:
    """What came of proofs, signatures that another proof used before, and the files that were handed in."""
    rows = session.scalars(select(OwnershipProof).where(OwnershipProof.case_id == case.id)).all()
    earlier = aliased(OwnershipProof)
    reused = (
        select(func.count())
        .select_from(OwnershipProof)
        .where(
            OwnershipProof.case_id == case.id,
            OwnershipProof.signature.is_not(None),
            select(earlier.id)
            .where(
                earlier.signature == OwnershipProof.signature,
                earlier.at < OwnershipProof.at,
                earlier.challenge_id.is_distinct_from(OwnershipProof.challenge_id),
            )
            .exists(),
        )
    )
    files = session.execute(
        select(ProofDocument.name, ProofDocument.media_type)
        .where(ProofDocument.case_id == case.id)
        .order_by(ProofDocument.at, ProofDocument.id)
    )
    return {
        "failed_proofs": sum(row.verdict is False for row in rows),
        "foreign_transfers": sum(row.why == "test_from_another_sender" for row in rows),
        "reused_proofs": session.scalar(reused) or 0,
        "uploads": tuple((row.name, row.media_type) for row in files),
    }


def _of_transaction(
    session: Session, case: RecoveryCase, tx: Transaction, last: Diagnosis, claim: Claim | None
) -> dict[str, Any]:
    """What the transaction, the survey and the registries tell of the leg the case is about."""
    positions = [claim.position] if claim else [str(row["position"]) for row in last.legs]
    leg = next((one for position in positions for one in tx.transfers if one.position == position), None)
    rows = session.execute(
        select(OwnedAddress.address, OwnedAddress.memo, OwnedAddress.kind)
        .where(OwnedAddress.account == case.account, OwnedAddress.network == tx.network)
        .limit(MOST_OWN_ADDRESSES)
    ).all()
    own = [row.address for row in rows]
    theirs = {(row.address, row.memo if row.kind == "shared" else None) for row in rows}
    paid = {(one.recipient, memo) for one in tx.transfers for memo in (None, one.memo)}
    proven = select(OwnershipProof.id).where(OwnershipProof.case_id == case.id, OwnershipProof.verdict.is_(True))
    survey = last.survey or {}
    named = [one for transfer in tx.transfers for one in (transfer.sender, transfer.recipient) if one]
    values: dict[str, Any] = {
        "paid_at": tx.block.time if tx.block else None,
        "linked": _is_linked(last, paid & theirs) or session.scalar(proven.limit(1)) is not None,
        "findings": frozenset([*(code for code in (last.cause,) if code), *last.findings]),
        "warnings": frozenset(tx.warnings),
        "look_alike_addresses": tuple(dict.fromkeys(one for one in named for mine in own if look_alike(one, mine))),
        "zero_value_legs": tuple(one.position for one in tx.transfers if not one.amount and one.recipient in own),
        "without_effect": tuple(
            one.position
            for one in tx.transfers
            if one.position in positions and _short(survey.get("moved", {}).get(one.position), one.amount)
        ),
    }
    return values if leg is None else values | _of_leg(session, case, tx, leg, survey)


def _is_linked(last: Diagnosis, paid: Collection[object]) -> bool:
    """Whether an address of the account was ``paid``, or the diagnosis found the payment to be the account's in another way.

    An address that many share is the account's with its memo alone: everybody sees what arrives there. The diagnosis
    names a credit or a recovery only for whose memo it was, whose key on another network, whose withdrawal that came back.
    """
    return bool(paid) or last.outcome[:1] in (["CR"], ["SW"], ["RF"])


def _short(moved: Any, amount: int) -> bool:
    """Whether nothing arrived of what was written down; a part that arrived is another matter."""
    return moved is not None and amount > 0 and int(moved) <= 0


def _of_leg(
    session: Session, case: RecoveryCase, tx: Transaction, leg: Transfer, survey: dict[str, Any]
) -> dict[str, Any]:
    code = survey.get("code") or {}
    platform = select(PlatformLabel.platform).where(
        PlatformLabel.network == tx.network, PlatformLabel.address == leg.sender, PlatformLabel.kind == "platform"
    )
    return {
        "source": leg.sender,
        "source_asked": leg.sender in code,
        "source_code": code.get(leg.sender),
        "source_platform": session.scalar(platform.limit(1)) if leg.sender else None,
        "unlisted_token": leg.contract if leg.contract and not _is_listed(session, tx.network, leg.contract) else None,
        "priced": leg.contract is None or is_observed(session, tx.network, leg.contract),
        "claimed_amount": leg.amount,
        "settled_before": _settled_before(session, case, tx, leg),
        "small_claims": _claims_of_asset(session, case, tx.network, leg.contract),
        "threshold": _threshold(session, tx.network, leg.contract),
    }


def _is_listed(session: Session, network: str, contract: str) -> bool:
    row = select(ListedAsset.id).where(ListedAsset.network == network, ListedAsset.contract == contract)
    return session.scalar(row.limit(1)) is not None


def _settled_before(session: Session, case: RecoveryCase, tx: Transaction, leg: Transfer) -> tuple[str, ...]:
    """Other transactions of the last three months whose like was credited or refunded to the account."""
    same = (leg.contract or "", leg.amount, tx.network)
    credits = session.scalars(
        select(Credit.hash)
        .where(
            Credit.account == case.account,
            Credit.contract == same[0],
            Credit.amount == same[1],
            Credit.network == same[2],
            Credit.hash != tx.hash,
            Credit.credited_at > case.opened_at - QUARTER,
        )
        .order_by(Credit.credited_at.desc())
        .limit(5)
    ).all()
    refunds = session.scalars(
        select(Claim.hash)
        .join(RecoveryCase, RecoveryCase.id == Claim.case_id)
        .where(
            RecoveryCase.account == case.account,
            RecoveryCase.id != case.id,
            RecoveryCase.state == "completed",
            RecoveryCase.opened_at > case.opened_at - QUARTER,
            Claim.network == same[2],
            Claim.contract == leg.contract if leg.contract else Claim.contract.is_(None),
            Claim.amount == leg.amount,
            Claim.hash != tx.hash,
        )
        .order_by(Claim.claimed_at.desc())
        .limit(5)
    ).all()
    return tuple(dict.fromkeys((*credits, *refunds)))


def _claims_of_asset(session: Session, case: RecoveryCase, network: str, contract: str | None) -> tuple[int, ...]:
    rows = session.scalars(
        select(Claim.amount)
        .join(RecoveryCase, RecoveryCase.id == Claim.case_id)
        .where(
            RecoveryCase.account == case.account,
            RecoveryCase.id != case.id,
            RecoveryCase.opened_at > case.opened_at - MONTH,
            Claim.network == network,
            Claim.contract == contract if contract else Claim.contract.is_(None),
        )
        .limit(1000)
    )
    return tuple(rows)


def _threshold(session: Session, network: str, contract: str | None) -> int | None:
    """The lowest amount of the policy in force from which more is asked for this asset."""
    given = policy_in_force(session).parameters
    tables = (given.travel_rule, given.small_amounts, given.large_amounts, given.limits)
    return min((table[network, contract] for table in tables if (network, contract) in table), default=None)
