"""Where a matter stands among those who have to approve it: whose approvals count now, who is due, what is missing. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from recovery.domain.sign_off_rules import GLASS_NEEDS, STAGES, Requirement


@dataclass(frozen=True)
class Approval:
    """One approval. ``holds``: whoever gave it (and in whose place) still is of that team. ``within``: inside the limits as
    they are now."""

    stage: str
    approver: uuid.UUID
    at: datetime
    on_behalf_of: uuid.UUID | None = None
    holds: bool = True
    within: bool = True


@dataclass(frozen=True)
class Counted:
    """An approval, until when it counts, and why it does not (a message code) if it does not."""

    approval: Approval
    expires_at: datetime
    why_not: str | None


@dataclass(frozen=True)
class Standing:
    """``done``: teams with nothing left to do. ``due``: teams whose turn it is. ``glass``: votes to break the glass that
    count, ``broken`` when they are enough."""

    requirement: Requirement
    counted: tuple[Counted, ...]
    done: frozenset[str]
    due: frozenset[str]
    glass: int
    broken: bool

    @property
    def complete(self) -> bool:
        """Whether it may go."""
        return self.broken or all(stage.team in self.done for stage in self.requirement.stages)

    def missing(self, team: str) -> int:
        """How many of a team are still needed."""
        given = sum(1 for one in self.counted if one.why_not is None and one.approval.stage == team)
        return max(0, self.requirement.people(team) - given)


def standing(
    requirement: Requirement, approvals: Iterable[Approval], votes: Sequence[Approval], now: datetime
) -> Standing:
    """Count what counts at a moment. Nobody counts twice, neither by their own hand nor as the one somebody stands for."""
    counted: list[Counted] = []
    seen: set[uuid.UUID] = set()
    for one in sorted(approvals, key=lambda one: (one.at, one.approver)):
        people = {one.approver, *([one.on_behalf_of] if one.on_behalf_of else [])}
        expires_at = one.at + timedelta(seconds=requirement.expires_after)
        why_not = "approval_is_twice" if people & seen else _why_not(one, expires_at, now)
        seen |= people
        counted.append(Counted(one, expires_at, why_not))
    given = [one.approval.stage for one in counted if one.why_not is None]
    done = frozenset(team for team in STAGES if given.count(team) >= requirement.people(team))
    glass = [one for one in votes if one.holds and now < one.at + timedelta(seconds=requirement.expires_after)]
    voters = {one.approver for one in glass}
    broken = requirement.break_glass and len(voters) >= GLASS_NEEDS and any(one.stage == "lead" for one in glass)
    return Standing(requirement, tuple(counted), done, _due(requirement, done), len(voters), broken)


def _why_not(one: Approval, expires_at: datetime, now: datetime) -> str | None:
    if not one.holds:
        return "approver_left_the_team"
    if now >= expires_at:
        return "approval_expired"
    return None if one.within else "approver_over_limit"


def _due(requirement: Requirement, done: frozenset[str]) -> frozenset[str]:
    """Teams whose turn it is: all that are not done, or the first of them where there is an order."""
    waiting = [stage.team for stage in requirement.stages if stage.team not in done]
    return frozenset(waiting[:1] if requirement.in_order else waiting)
