"""Cases that have something in common with one: for the specialist, who then sees a pattern or a second claimant."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import Session

from recovery.models import Claim, Diagnosis, DisputeParty, Person, RecoveryCase
from recovery.queries.facts import open_claim

MOST = 10
COUNTED = 1000
"""More than these are not counted: a well-known token has any number of cases."""
WAYS = ("leg", "sender", "account", "token")


@dataclass(frozen=True)
class Linked:
    """``counts`` by what is in common (at most ``COUNTED`` each); ``cases`` the newest of each way, the closest first."""

    counts: dict[str, int]
    cases: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class _Traits:
    """What a case is known by: the names of its legs, who sent them, which token."""

    network: str
    hashes: frozenset[str]
    senders: frozenset[str]
    contract: str | None


def linked_cases(session: Session, case: RecoveryCase) -> Linked:
    """Other cases with the same leg, sender, account or token. Several indexed questions, each with a bound."""
    ways = dict(_questions(case, _traits(session, case)))
    counts = {
        way: session.scalar(select(func.count()).select_from(query.limit(COUNTED).subquery())) or 0
        for way, query in ways.items()
    }
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    for way, query in ways.items():
        if counts[way]:
            newest = select(RecoveryCase.id).where(RecoveryCase.id.in_(query)).order_by(RecoveryCase.opened_at.desc())
            for case_id in session.scalars(newest.limit(MOST)):
                found[case_id].append(way)
    closest = sorted(found, key=lambda case_id: (WAYS.index(found[case_id][0]), -len(found[case_id])))[:MOST]
    rows = {row.id: row for row in session.scalars(select(RecoveryCase).where(RecoveryCase.id.in_(closest)))}
    shown = tuple(
        {
            "ref": rows[case_id].ref,
            "state": rows[case_id].state,
            "account": rows[case_id].account,
            "opened_at": rows[case_id].opened_at,
            "same": found[case_id],
        }
        for case_id in closest
    )
    return Linked({way: counts.get(way, 0) for way in WAYS}, shown)


def _questions(case: RecoveryCase, traits: _Traits | None) -> list[tuple[str, Select[Any]]]:
    """One question for each thing in common; each gives ids of other cases."""
    other = RecoveryCase.id != case.id
    owners = select(Person.id).where(Person.account == case.account)
    account = select(RecoveryCase.id).where(RecoveryCase.depositor_id.in_(owners), other)
    if traits is None:
        leg = select(RecoveryCase.id).where(RecoveryCase.hash == case.hash, other)
        return [("leg", leg), ("account", account)]
    disputed = select(DisputeParty.dispute_id).where(DisputeParty.case_id == case.id)
    same_leg = union(
        select(RecoveryCase.id).where(RecoveryCase.hash.in_({case.hash, *traits.hashes})),
        select(Claim.case_id).where(Claim.network == traits.network, Claim.hash.in_(traits.hashes)),
        select(DisputeParty.case_id).where(DisputeParty.dispute_id.in_(disputed)),
    ).subquery()
    questions = [("leg", select(same_leg.c.id).where(same_leg.c.id != case.id)), ("account", account)]
    claimed = select(Claim.case_id).where(Claim.network == traits.network, Claim.case_id != case.id).distinct()
    if traits.senders:
        questions.append(("sender", claimed.where(Claim.sender.in_(traits.senders))))
    if traits.contract is not None:
        questions.append(("token", claimed.where(Claim.contract == traits.contract)))
    return questions


def _traits(session: Session, case: RecoveryCase) -> _Traits | None:
    """From the claimed leg, or from the legs of the last diagnosis when nothing is claimed."""
    claim = open_claim(session, case.id)
    if claim is not None:
        senders = frozenset({claim.sender} if claim.sender else ())
        return _Traits(claim.network, frozenset({claim.hash}), senders, claim.contract)
    last = session.scalars(
        select(Diagnosis).where(Diagnosis.case_id == case.id).order_by(Diagnosis.number.desc()).limit(1)
    ).first()
    if last is None or last.transaction is None:
        return None
    positions = {leg["position"] for leg in last.legs}
    legs = [leg for leg in last.transaction["transfers"] if leg["position"] in positions]
    contracts = {leg["contract"] for leg in legs}
    return _Traits(
        last.transaction["network"],
        frozenset({last.transaction["hash"], *filter(None, [last.transaction.get("root")])}),
        frozenset(leg["sender"] for leg in legs if leg["sender"]),
        contracts.pop() if len(contracts) == 1 else None,
    )
