"""Who approved what: sign-offs of plans and credits, what each plan needs, limits, delegations, and broken glass.

The database itself decides whether a sign-off may stand and whether a plan may leave: see the triggers of migration 0018.
Nothing here is ever deleted; sign-offs, requirements, uses of limits and votes are never changed either.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits
from recovery.models.policy import Drafted

TEAMS = "IN ('wallet', 'clearing', 'lead')"


class SignOffPolicyVersion(Drafted, Base):
    """One version of who has to approve what. Version 1 is built in and stands in no row."""

    __tablename__ = "sign_off_policy"
    __table_args__ = (
        CheckConstraint("activated_by IS NULL OR activated_by <> drafted_by", name="activated_by_another"),
        CheckConstraint("(activated_by IS NULL) = (activated_at IS NULL)", name="activation_is_whole"),
        CheckConstraint("version > 1", name="first_version_is_built_in"),
    )

    document: Mapped[dict[str, Any]]


class PlanRequirement(Base):
    """What the policy asked of a plan when it was drafted. ``value``: worth in the network's own coin, null without a price;
    ``expires_after``, ``minimum_look`` and ``review_within`` in seconds."""

    __tablename__ = "plan_requirement"

    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    policy_version: Mapped[int]
    rule: Mapped[str]
    in_order: Mapped[bool]
    expires_after: Mapped[int]
    break_glass: Mapped[bool]
    minimum_look: Mapped[int]
    limit_needed: Mapped[bool]
    review_within: Mapped[int]
    value: Mapped[int | None] = mapped_column(BaseUnits)
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (CheckConstraint("expires_after > 0", name="approvals_count_for_a_while"),)


class PlanRequirementStage(Base):
    """How many different people of one team have to approve a plan; ``position`` counts where the order matters."""

    __tablename__ = "plan_requirement_stage"

    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan_requirement.plan_id"), primary_key=True)
    team: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    people: Mapped[int]

    __table_args__ = (
        CheckConstraint(f"team {TEAMS}", name="team_is_known"),
        CheckConstraint("people > 0", name="somebody_is_needed"),
    )


class SignOff(Base):
    """One person's approval of one plan's digest, for one team. ``shown``: SHA-256 of the summary that was on the screen.

    ``on_behalf_of``: whose limits a deputy used. Both count as one, and neither approves the plan again.
    """

    __tablename__ = "sign_off"

    plan_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    stage: Mapped[str]
    digest: Mapped[str]
    preparer_id: Mapped[uuid.UUID]
    approver_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    on_behalf_of: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    shown: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(
            ["plan_id", "digest", "preparer_id"],
            ["plan.id", "plan.digest", "plan.prepared_by"],
            name="fk_sign_off_plan",
        ),
        UniqueConstraint("plan_id", "on_behalf_of"),
        CheckConstraint("approver_id <> preparer_id", name="not_by_the_preparer"),
        CheckConstraint("on_behalf_of NOT IN (preparer_id, approver_id)", name="for_somebody_else"),
        CheckConstraint(f"stage {TEAMS}", name="stage_is_known"),
        Index("ix_sign_off_approver", "approver_id", "at"),
    )


class CreditApproval(Base):
    """One person's approval of one credit in one round: ``digest`` is of leg, amount, asset and account."""

    __tablename__ = "credit_approval"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_case.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    approver_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    stage: Mapped[str]
    digest: Mapped[str]
    policy_version: Mapped[int]
    on_behalf_of: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("case_id", "round", "on_behalf_of"),
        CheckConstraint("on_behalf_of <> approver_id", name="for_somebody_else"),
        CheckConstraint(f"stage {TEAMS}", name="stage_is_known"),
    )


class ApproverLimit(Base):
    """How much one person may approve. ``scope`` ``asset``: base units of that asset (``contract`` empty: native coin);
    ``network``: everything on the network, by its worth in the network's own coin. Null: unlimited.

    Set by one person and confirmed by another; a confirmed one replaces the one before (``ended_at``).
    """

    __tablename__ = "approver_limit"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    scope: Mapped[str]
    network: Mapped[str]
    contract: Mapped[str]
    per_case: Mapped[int | None] = mapped_column(BaseUnits)
    per_day: Mapped[int | None] = mapped_column(BaseUnits)
    reason: Mapped[str]
    set_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())
    confirmed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("scope IN ('asset', 'network')", name="scope_is_known"),
        CheckConstraint("scope = 'asset' OR contract = ''", name="a_network_has_no_contract"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> set_by", name="confirmed_by_another"),
        CheckConstraint("person_id NOT IN (set_by, confirmed_by) IS NOT FALSE", name="nobody_sets_their_own"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmation_is_whole"),
        Index(
            "uq_approver_limit_in_force",
            *("person_id", "scope", "network", "contract"),
            unique=True,
            postgresql_where=text("confirmed_at IS NOT NULL AND ended_at IS NULL"),
        ),
    )


class LimitUse(Base):
    """What one approval used of somebody's limits. ``person_id``: whose; ``actor_id``: who approved. Of a plan or a case."""

    __tablename__ = "limit_use"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    actor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    plan_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("plan.id"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recovery_case.id"))
    network: Mapped[str]
    contract: Mapped[str]
    amount: Mapped[int] = mapped_column(BaseUnits)
    value: Mapped[int | None] = mapped_column(BaseUnits)
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("kind IN ('sweep', 'refund', 'credit', 'advance')", name="kind_is_known"),
        CheckConstraint("(plan_id IS NULL) <> (case_id IS NULL)", name="of_one_matter"),
        Index("ix_limit_use_person", "person_id", "at"),
        Index("uq_limit_use_plan", "plan_id", "actor_id", unique=True, postgresql_where=text("plan_id IS NOT NULL")),
    )


class Delegation(Base):
    """Somebody lends their limits to a deputy of the same team for a time; the deputy confirms. Rights are never lent."""

    __tablename__ = "delegation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    from_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    to_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    stage: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="to_somebody_else"),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="end_is_whole"),
        CheckConstraint(f"stage {TEAMS}", name="stage_is_known"),
        Index("ix_delegation_to", "to_id", "stage"),
        Index("ix_delegation_from", "from_id"),
    )


class BreakGlassVote(Base):
    """One of three people who say, with a reason, that a plan has to go although an approver is missing or a rule blocks."""

    __tablename__ = "break_glass_vote"

    plan_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    voter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    stage: Mapped[str]
    digest: Mapped[str]
    preparer_id: Mapped[uuid.UUID]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(
            ["plan_id", "digest", "preparer_id"],
            ["plan.id", "plan.digest", "plan.prepared_by"],
            name="fk_break_glass_vote_plan",
        ),
        CheckConstraint("voter_id <> preparer_id", name="not_by_the_preparer"),
        CheckConstraint(f"stage {TEAMS}", name="stage_is_known"),
    )


class BrokenGlass(Base):
    """The alarm of a broken glass: it rings until somebody who had no part in it has reviewed it."""

    __tablename__ = "broken_glass"

    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    review_due: Mapped[datetime]
    reviewed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime | None]
    note: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("(reviewed_by IS NULL) = (reviewed_at IS NULL)", name="review_is_whole"),
        CheckConstraint("(reviewed_by IS NULL) = (note IS NULL)", name="review_has_a_note"),
        Index("ix_broken_glass_open", "review_due", postgresql_where=text("reviewed_at IS NULL")),
    )
