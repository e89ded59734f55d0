"""Policies as they stand: which versions there are, which is in force, and what a case was decided under."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.cause_policy import BUILT_IN, Policy, policy_from
from recovery.domain.cause_rows import built_in_document
from recovery.domain.price_policy import BUILT_IN_VERSION, built_in_limits
from recovery.errors import NotAllowed, NotFound
from recovery.models import CausePolicyVersion, FeePolicy, PricePolicy, ReplayRun

Row = FeePolicy | CausePolicyVersion | PricePolicy

READERS = frozenset({"auditor", "lead", "admin"})
_KEPT = 16
_read: dict[tuple[int, datetime, uuid.UUID], Policy] = {}
"""Policies this process has taken apart. A version never changes, and the time of its draft names it beyond doubt."""


@dataclass(frozen=True)
class Kind:
    """A kind of policy: its table, the column of its content, and the version that needs no row (0: none) with what it says."""

    name: str
    model: type[FeePolicy | CausePolicyVersion | PricePolicy]
    content: str
    built_in: int
    first: Callable[[], Any] = dict


KINDS = {
    "cause": Kind("cause", CausePolicyVersion, "document", BUILT_IN.version, built_in_document),
    "fee": Kind("fee", FeePolicy, "rules", built_in=0),
    "price": Kind("price", PricePolicy, "document", BUILT_IN_VERSION, built_in_limits),
}


@dataclass(frozen=True)
class Version:
    """One version in a list. ``state``: drafted, in_force, or replaced."""

    version: int
    note: str
    drafted_by: uuid.UUID | None
    drafted_at: datetime | None
    activated_by: uuid.UUID | None
    activated_at: datetime | None
    state: str


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
    """The newest activated version, else the built-in one (0: there is none)."""
    newest = select(kind.model.version).where(kind.model.activated_at.is_not(None))
    return session.scalar(newest.order_by(kind.model.version.desc()).limit(1)) or kind.built_in


def versions(session: Session, kind: Kind) -> list[Version]:
    """Every version, the newest first."""
    model, current = kind.model, version_in_force(session, kind)
    columns = (
        model.version, model.note, model.drafted_by, model.drafted_at, model.activated_by, model.activated_at,
    )  # fmt: skip
    found = [
        Version(*row, state=_state(row.version, current, row.activated_at))
        for row in session.execute(select(*columns).order_by(model.version.desc()))
    ]
    if kind.built_in:
        state = "in_force" if current == kind.built_in else "replaced"
        found.append(Version(kind.built_in, "", None, None, None, None, state))
    return found


def _state(version: int, current: int, activated_at: datetime | None) -> str:
    if activated_at is None:
        return "drafted"
    return "in_force" if version == current else "replaced"


def content_of(session: Session, kind: Kind, version: int) -> Any:
    """What a version says, as it was drafted. Raises NotFound."""
    if version == kind.built_in:
        return kind.first()
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
