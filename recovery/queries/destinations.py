"""What is known of an address a refund may go to, and which address binds a case, read from its chained history."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from chains.catalogue import network as find_network
from chains.receivable import Receiving
from chains.twins import twins
from recovery.domain.cause_policy import BUILT_IN, CausePolicy, Policy
from recovery.domain.destination import (
    DestinationFacts,
    Judgement,
    SourceFacts,
    judge,
    rests_until,
)
from recovery.domain.history import GENESIS, event_hash
from recovery.models import (
    Account,
    CaseEvent,
    Claim,
    DestinationCheck,
    Diagnosis,
    OwnedAddress,
    OwnershipProof,
    PlatformLabel,
    Quote,
    RecoveryCase,
    RefundDestination,
    SentWithdrawal,
)
from recovery.queries.denials import is_denied
from recovery.queries.policies import policy_of

MOST_KNOWN = 200
"""Addresses of the claimant's own that a typed one is compared with."""


@dataclass(frozen=True)
class Rules:
    """What the policy a case was decided under says of its refund."""

    row: CausePolicy
    policy: Policy


def rules_of(session: Session, case: RecoveryCase) -> Rules:
    """The row of the case's cause, in the version it was diagnosed under."""
    version = session.scalar(
        select(Diagnosis.policy_version).where(Diagnosis.case_id == case.id).order_by(Diagnosis.number.desc()).limit(1)
    )
    policy = policy_of(session, version or BUILT_IN.version)
    return Rules(policy.causes[case.cause if case.cause in policy.causes else None], policy)


def latest_check(session: Session, case_id: uuid.UUID, claim: Claim, address: str) -> DestinationCheck | None:
    """The last answer of the network about exactly this address and asset, for this case."""
    return session.scalars(
        select(DestinationCheck)
        .where(
            DestinationCheck.case_id == case_id,
            DestinationCheck.network == claim.network,
            DestinationCheck.contract == (claim.contract or ""),
            DestinationCheck.address == address,
        )
        .order_by(DestinationCheck.at.desc(), DestinationCheck.id.desc())
        .limit(1)
    ).first()


def last_typed(session: Session, case_id: uuid.UUID) -> DestinationCheck | None:
    """The address the depositor had looked at last, with what was said of it."""
    return session.scalars(
        select(DestinationCheck)
        .where(DestinationCheck.case_id == case_id, DestinationCheck.purpose != "pay")
        .order_by(DestinationCheck.at.desc(), DestinationCheck.id.desc())
        .limit(1)
    ).first()


def receiving_of(row: DestinationCheck | None) -> Receiving | None:
    """The stored answer as it was."""
    if row is None:
        return None
    told = row.receiving
    return Receiving(told["able"], told["kind"], tuple(told["needs"]), told["deployed"], tuple(told["notes"]))


def receiving_to_json(told: Receiving) -> dict[str, Any]:
    """An answer as it is stored."""
    return {
        "able": told.able,
        "kind": told.kind,
        "needs": list(told.needs),
        "deployed": told.deployed,
        "notes": list(told.notes),
    }


def judgement(session: Session, case: RecoveryCase, claim: Claim, address: str, told: Receiving | None) -> Judgement:
    """What every rule says of a canonical address, with the network's answer ``told``."""
    return judge(destination_facts(session, case, claim, address, told))


def destination_facts(
    session: Session, case: RecoveryCase, claim: Claim, address: str, told: Receiving | None
) -> DestinationFacts:
    """The facts behind the verdict; see :class:`recovery.domain.destination.DestinationFacts`."""
    pairs = written_as(claim.network, address)
    ours = session.scalars(
        select(OwnedAddress).where(tuple_(OwnedAddress.network, OwnedAddress.address).in_(pairs)).limit(MOST_KNOWN)
    ).all()
    return DestinationFacts(
        address=address,
        contract=claim.contract,
        receiving=told,
        ours=bool(ours),
        own=any(row.account == case.account and row.account for row in ours),
        label=_label(session, pairs),
        known=_known(session, case, claim),
        permitted=rules_of(session, case).row.refund_to,
        source=source_facts(session, case, claim, told if address == claim.sender else None),
        proven=proven_addresses(session, case, claim),
    )


def source_facts(session: Session, case: RecoveryCase, claim: Claim, told: Receiving | None = None) -> SourceFacts:
    """What decides whether the coins may go back; ``told`` is the network's answer about the sender, else the stored one."""
    if claim.sender is None:
        return SourceFacts()
    told = told or receiving_of(latest_check(session, case.id, claim, claim.sender))
    label = _label(session, written_as(claim.network, claim.sender))
    findings = session.scalar(
        select(Diagnosis.findings).where(Diagnosis.case_id == case.id).order_by(Diagnosis.number.desc()).limit(1)
    )
    accounts = session.scalar(
        select(func.count(RecoveryCase.account.distinct()))
        .join(Claim, Claim.case_id == RecoveryCase.id)
        .where(Claim.network == claim.network, Claim.sender == claim.sender)
    )
    return SourceFacts(
        address=claim.sender,
        able=told.able if told else None,
        kind=told.kind if told else "unknown",
        pooled=label == "platform",
        labelled=label in ("bridge", "contract"),
        accounts=accounts or 0,
        findings=frozenset(findings or ()) | ({case.cause} if case.cause else set()),
    )


@lru_cache(maxsize=4096)
def written_as(network: str, address: str) -> tuple[tuple[str, str], ...]:
    """The address and what the same key is called elsewhere: whoever holds it there holds it here."""
    own = find_network(network)
    return ((network, address), *((twin.network, twin.address) for twin in twins(own, address)))


def _label(session: Session, pairs: Iterable[tuple[str, str]]) -> str | None:
    """The kind of the label of an address, but for those screening answers for."""
    return session.scalars(
        select(PlatformLabel.kind)
        .where(
            tuple_(PlatformLabel.network, PlatformLabel.address).in_(list(pairs)), PlatformLabel.kind != "sanctioned"
        )
        .order_by(PlatformLabel.kind.desc())
        .limit(1)
    ).first()


def _known(session: Session, case: RecoveryCase, claim: Claim) -> tuple[str, ...]:
    """Addresses that may be meant where a look-alike is given: the sender, the claimant's own, where they were paid before."""
    own = select(OwnedAddress.address).where(
        OwnedAddress.network == claim.network, OwnedAddress.account == case.account
    )
    sent = select(SentWithdrawal.destination).where(
        SentWithdrawal.network == claim.network, SentWithdrawal.account == case.account
    )
    paid = (
        select(RefundDestination.address)
        .join(RecoveryCase, RecoveryCase.id == RefundDestination.case_id)
        .where(RefundDestination.network == claim.network, RecoveryCase.account == case.account)
    )
    found = [claim.sender] if claim.sender else []
    for query in (own, sent, paid):
        found += session.scalars(query.limit(MOST_KNOWN))
    return tuple(dict.fromkeys(found))


def proven_addresses(
    session: Session, case: RecoveryCase, claim: Claim, since: datetime | None = None
) -> frozenset[str]:
    """Addresses whose control was shown by a signature in this case, ``since`` a moment if one is given."""
    query = select(OwnershipProof.address).where(
        OwnershipProof.case_id == case.id,
        OwnershipProof.verdict.is_(True),
        OwnershipProof.network == claim.network,
        OwnershipProof.subject == "source",
        OwnershipProof.strength == "strong",
    )
    if since is not None:
        query = query.where(OwnershipProof.at >= since)
    return frozenset(session.scalars(query))


def newest(session: Session, case_id: uuid.UUID) -> RefundDestination | None:
    """The row that binds now, as the table has it."""
    return session.scalars(
        select(RefundDestination)
        .where(RefundDestination.case_id == case_id)
        .order_by(RefundDestination.seq.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()


BINDING = ("accept", "change_destination", "deny_destination", "clear_denial")
"""Events that say where the refund goes; the last of them only where it still had to be undone."""


@dataclass(frozen=True)
class Bound:
    """What the history says: the address, since which event, until when nothing is paid, whether a denial waits for a person.

    ``problems`` are codes; with one of them nothing may be paid.
    """

    address: str | None
    seq: int
    cooling_until: datetime | None
    denied: bool
    problems: tuple[str, ...]


def bound(session: Session, case: RecoveryCase) -> Bound:
    """The address the owner agreed to, from the chained events alone, compared with what the tables say.

    The hashes are made again from the first event to the head, so that no row of the history can have been altered unseen.
    """
    rows = session.execute(
        select(CaseEvent.seq, CaseEvent.name, CaseEvent.body, CaseEvent.prev_hash, CaseEvent.hash, CaseEvent.at)
        .where(CaseEvent.case_id == case.id)
        .order_by(CaseEvent.seq)
    ).all()
    told = _folded(rows)
    whole = _is_whole(case, rows)
    denied = told.denied or is_denied(session, case)
    checks = (
        ("history_is_broken", not whole),
        ("destination_differs", not _tables_agree(session, case, told)),
        ("denial_is_open", denied),
    )
    problems = tuple(code for code, holds in checks if holds)
    return Bound(told.address, told.seq, told.cooling_until, denied, problems)


@dataclass(frozen=True)
class _Told:
    """What the events say one after the other; ``agreed`` is what was accepted with the quote."""

    address: str | None = None
    agreed: str | None = None
    seq: int = 0
    cooling_until: datetime | None = None
    denied: bool = False


def _is_whole(case: RecoveryCase, rows: Sequence[Any]) -> bool:
    """Whether every event follows from the one before and the last one is the case's head."""
    head = GENESIS
    for place, row in enumerate(rows, 1):
        if (row.seq, row.prev_hash, row.hash) != (place, head, event_hash(case.id, row.seq, head, row.body)):
            return False
        if json.loads(row.body)["name"] != row.name:
            return False
        head = row.hash
    return bool(head == case.head_hash)


def _folded(rows: Sequence[Any]) -> _Told:
    told = _Told()
    for row in rows:
        if row.name == "clear_denial":
            told = replace(told, denied=False)
        if row.name not in BINDING:
            continue
        said = json.loads(row.body)["data"]
        if "destination" not in said and row.name == "clear_denial":
            continue
        until = said.get("cooling_until")
        told = replace(
            told,
            address=said["destination"],
            agreed=said["destination"] if row.name == "accept" else told.agreed,
            seq=row.seq,
            cooling_until=datetime.fromisoformat(until) if until else None,
            denied=row.name == "deny_destination",
        )
    return told


def _tables_agree(session: Session, case: RecoveryCase, told: _Told) -> bool:
    """Whether the row that binds, and the quote, name what the events name."""
    row = newest(session, case.id)
    quote = session.scalars(
        select(Quote.destination).where(Quote.case_id == case.id, Quote.state == "accepted")
    ).first()
    if row is None or told.address is None:
        return False
    kept = (row.address, row.seq, row.cooling_until, quote)
    return kept == (told.address, told.seq, told.cooling_until, told.agreed)


def rest_until(session: Session, case: RecoveryCase, bound_to: Bound) -> datetime | None:
    """Until when nothing is paid: the address was changed, or the account's security (H11). ``None``: no rest at all."""
    account = session.get(Account, case.account, populate_existing=True)
    hours = rules_of(session, case).policy.parameters.security_hold_hours
    times = [bound_to.cooling_until, rests_until(account.security_changed_at if account else None, hours)]
    return max((one for one in times if one is not None), default=None)


def others_paid_there(session: Session, case: RecoveryCase) -> int:
    """How many other accounts have a refund bound to the address that binds this case."""
    row = newest(session, case.id)
    if row is None:
        return 0
    return (
        session.scalar(
            select(func.count(RecoveryCase.account.distinct()))
            .join(RefundDestination, RefundDestination.case_id == RecoveryCase.id)
            .where(
                RefundDestination.network == row.network,
                RefundDestination.address == row.address,
                RecoveryCase.account != case.account,
            )
        )
        or 0
    )
