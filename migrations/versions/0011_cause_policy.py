"""Policy per cause as versions, and the replays that come before one is activated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

APPEND_ONLY = (("cause_policy", "DELETE"), ("replay_run", "UPDATE OR DELETE"))


def upgrade() -> None:
    """Two tables. A version keeps its document, a replay its result."""
    op.create_table(
        "cause_policy",
        sa.Column("version", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("document", JSONB(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("activated_by", sa.Uuid(), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version > 1", name=op.f("ck_cause_policy_first_version_is_built_in")),
        sa.CheckConstraint(
            "activated_by IS NULL OR activated_by <> drafted_by", name=op.f("ck_cause_policy_activated_by_another")
        ),
        sa.CheckConstraint(
            "(activated_by IS NULL) = (activated_at IS NULL)", name=op.f("ck_cause_policy_activation_is_whole")
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_cause_policy")),
    )
    op.create_table(
        "replay_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("candidate", sa.BigInteger(), nullable=False),
        sa.Column("rules_version", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("verdicts", sa.BigInteger(), nullable=False),
        sa.Column("differences", sa.BigInteger(), nullable=False),
        sa.Column("money_differences", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("summary", JSONB(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("source IN ('evidence', 'stored')", name=op.f("ck_replay_run_source_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay_run")),
    )
    op.create_index("ix_replay_run_candidate", "replay_run", ["candidate", "at"])
    op.execute(
        """
        CREATE FUNCTION keep_cause_policy() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (OLD.version, OLD.document, OLD.note, OLD.drafted_by, OLD.drafted_at)
               IS DISTINCT FROM (NEW.version, NEW.document, NEW.note, NEW.drafted_by, NEW.drafted_at)
               OR (OLD.activated_at IS NOT NULL
                   AND (OLD.activated_by, OLD.activated_at) IS DISTINCT FROM (NEW.activated_by, NEW.activated_at))
            THEN RAISE EXCEPTION 'a policy keeps its document' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER cause_policy_keeps_document BEFORE UPDATE ON cause_policy "
        "FOR EACH ROW EXECUTE FUNCTION keep_cause_policy()"
    )
    for table, events in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {events} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def downgrade() -> None:
    """As it was before."""
    op.drop_table("replay_run")
    op.drop_table("cause_policy")
    op.execute("DROP FUNCTION keep_cause_policy()")
