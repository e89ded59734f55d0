"""Policies as they stand: which versions there are, which is in force, and what a case was decided under."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from recovery.domain import sign_off_rules
from recovery.domain.actor import Actor
from recovery.domain.cause_policy import BUILT_IN, Policy, policy_from
from recovery.domain.cause_rows import built_in_document
from recovery.domain.price_policy import BUILT_IN_VERSION, built_in_limits
from recovery.domain.sign_off_rules import SignOffPolicy, built_in_document as sign_off_document
from recovery.errors import NotAllowed, NotFound
from recovery.models import (
    CausePolicyVersion,
    Diagnosis,
    FeePolicy,
    FeeTrial,
    PricePolicy,
    RecoveryCase,
    ReplayRun,
    SignOffPolicyVersion,
)

Row = FeePolicy | CausePolicyVersion | SignOffPolicyVersion | PricePolicy

READERS = frozenset({"auditor", "lead", "admin"})
KEEPERS = frozenset({"admin", "lead"})
"""Who drafts, tries and activates."""

_KEPT = 16
_read: dict[tuple[int, datetime, uuid.UUID], Policy] = {}
"""Policies this process has taken apart. A version never changes, and the time of its draft names it beyond doubt."""


@dataclass(frozen=True)
class Kind:
    """A kind of policy: its table, the column of its content, and the version that needs no row (0: none) with what it says."""

    name: str
    model: type[FeePolicy | CausePolicyVersion | SignOffPolicyVersion | PricePolicy]
    content: str
    built_in: int
    built_in_document: Callable[[], Any] | None = None


KINDS = {
    "cause": Kind("cause", CausePolicyVersion, "document", BUILT_IN.version, built_in_document),
    "fee": Kind("fee", FeePolicy, "document", built_in=0),
    "sign_off": Kind("sign_off", SignOffPolicyVersion, "document", sign_off_rules.BUILT_IN.version, sign_off_document),
    "price": Kind("price", PricePolicy, "document", BUILT_IN_VERSION, built_in_limits),
}


@dataclass(frozen=True)
class Version:
    """One version in a list. ``state``: drafted, scheduled (activated, not begun), in_force, or replaced."""

    version: int
    note: str
    drafted_by: uuid.UUID | None
    drafted_at: datetime | None
    activated_by: uuid.UUID | None
    activated_at: datetime | None
    state: str
    effective_from: datetime | None = None


def kind_of(name: str) -> Kind:
    """The kind of policy of this name. Raises NotFound."""
    if name not in KINDS:
        raise NotFound("policy_kind_unknown")
    return KINDS[name]


def may_read(actor: Actor) -> None:
    """Policies are read by whoever answers for them. Raises NotAllowed."""
    if not actor.roles & READERS:
        raise NotAllowed("not_your_role")


def version_in_force(session: Session, kind: Kind) -> int:
    """The newest activated version that has begun by the database's clock, else the built-in one (0: there is none)."""
    newest = select(kind.model.version).where(kind.model.activated_at.is_not(None))
    if kind.model is FeePolicy:
        begun = or_(FeePolicy.effective_from.is_(None), FeePolicy.effective_from <= func.now())
        newest = newest.where(begun)
    return session.scalar(newest.order_by(kind.model.version.desc()).limit(1)) or kind.built_in


def versions(session: Session, kind: Kind) -> list[Version]:
    """Every version, the newest first."""
    model, current = kind.model, version_in_force(session, kind)
    columns = (
        model.version, model.note, model.drafted_by, model.drafted_at, model.activated_by, model.activated_at,
    )  # fmt: skip
    begins = (
        dict(session.execute(select(FeePolicy.version, FeePolicy.effective_from)).all()) if model is FeePolicy else {}
    )
    found = [
        Version(*row, state=_state(row.version, current, row.activated_at), effective_from=begins.get(row.version))
        for row in session.execute(select(*columns).order_by(model.version.desc()))
    ]
    if kind.built_in:
        state = "in_force" if current == kind.built_in else "replaced"
        found.append(Version(kind.built_in, "", None, None, None, None, state))
    return found


def _state(version: int, current: int, activated_at: datetime | None) -> str:
    if activated_at is None:
        return "drafted"
    if version > current:
        return "scheduled"
    return "in_force" if version == current else "replaced"


def content_of(session: Session, kind: Kind, version: int) -> Any:
    """What a version says, as it was drafted. Raises NotFound."""
    if version == kind.built_in and kind.built_in_document is not None:
        return kind.built_in_document()
    row = session.get(kind.model, version)
    if row is None:
        raise NotFound("not_found")
    return getattr(row, kind.content)


def newest_draft(session: Session, kind: Kind) -> int:
    """The newest version that is not in force yet and could be. Raises NotFound."""
    model, current = kind.model, version_in_force(session, kind)
    query = select(model.version).where(model.activated_at.is_(None), model.version > current)
    found = session.scalar(query.order_by(model.version.desc()).limit(1))
    if found is None:
        raise NotFound("no_draft")
    return found


def policy_in_force(session: Session) -> Policy:
    """What follows from each cause now."""
    return policy_of(session, version_in_force(session, KINDS["cause"]))


def policy_of(session: Session, version: int) -> Policy:
    """What followed from each cause under a version, drafts among them. Raises NotFound."""
    if version == BUILT_IN.version:
        return BUILT_IN
    row = CausePolicyVersion
    named = session.execute(select(row.drafted_at, row.drafted_by).where(row.version == version)).one_or_none()
    if named is None:
        raise NotFound("not_found")
    key = (version, named.drafted_at, named.drafted_by)
    if key not in _read:
        if len(_read) >= _KEPT:
            _read.clear()
        document = session.scalar(select(row.document).where(row.version == version))
        _read[key] = policy_from(document or {}, version)
    return _read[key]


def sign_off_policy_in_force(session: Session) -> SignOffPolicy:
    """Who has to approve what now."""
    version = version_in_force(session, KINDS["sign_off"])
    if version == sign_off_rules.BUILT_IN.version:
        return sign_off_rules.BUILT_IN
    return sign_off_rules.policy_from(content_of(session, KINDS["sign_off"], version), version)


def replays_of(session: Session, candidate: int, limit: int = 10) -> Sequence[ReplayRun]:
    """Replays of a version of the policy per cause, the newest first."""
    newest = (
        select(ReplayRun).where(ReplayRun.candidate == candidate).order_by(ReplayRun.at.desc(), ReplayRun.id.desc())
    )
    return session.scalars(newest.limit(limit)).all()


def deciding_replay(session: Session, candidate: int, rules_version: str) -> ReplayRun | None:
    """The newest replay of a version over all history with the checks of now: what activation asks for."""
    return session.scalars(
        select(ReplayRun)
        .where(ReplayRun.candidate == candidate, ReplayRun.rules_version == rules_version, ReplayRun.whole)
        .order_by(ReplayRun.at.desc(), ReplayRun.id.desc())
        .limit(1)
    ).first()


def fee_class_of(session: Session, case: RecoveryCase) -> str:
    """The class of the case's cause, by the policy of causes it was decided under; that of now before any decision."""
    decided = session.scalar(
        select(Diagnosis.policy_version).where(Diagnosis.case_id == case.id).order_by(Diagnosis.number.desc()).limit(1)
    )
    policy = policy_of(session, decided) if decided else policy_in_force(session)
    return policy.causes[case.cause].fee


def fee_trials_of(session: Session, version: int, limit: int = 10) -> Sequence[FeeTrial]:
    """Trials of a version of the fee policy, the newest first."""
    newest = select(FeeTrial).where(FeeTrial.version == version).order_by(FeeTrial.at.desc(), FeeTrial.id.desc())
    return session.scalars(newest.limit(limit)).all()


def deciding_trial(session: Session, version: int, engine: int) -> FeeTrial | None:
    """The newest trial of a version over all history, by the calculation of now: what activation asks for."""
    return session.scalars(
        select(FeeTrial)
        .where(FeeTrial.version == version, FeeTrial.engine == engine, FeeTrial.since.is_(None))
        .order_by(FeeTrial.at.desc(), FeeTrial.id.desc())
        .limit(1)
    ).first()
