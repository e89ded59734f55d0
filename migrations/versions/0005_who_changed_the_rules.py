"""A fee policy keeps its rules, and every import of a registry leaves a line that stays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Protect what quotes were made by; remember who loaded which registry, when, and with what effect."""
    op.execute(
        """
        CREATE FUNCTION keep_policy() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (OLD.version, OLD.rules::text, OLD.note, OLD.drafted_by, OLD.drafted_at)
               IS DISTINCT FROM (NEW.version, NEW.rules::text, NEW.note, NEW.drafted_by, NEW.drafted_at)
               OR (OLD.activated_at IS NOT NULL
                   AND (OLD.activated_by, OLD.activated_at) IS DISTINCT FROM (NEW.activated_by, NEW.activated_at))
            THEN RAISE EXCEPTION 'a fee policy keeps its rules' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER fee_policy_keeps_rules BEFORE UPDATE ON fee_policy FOR EACH ROW EXECUTE FUNCTION keep_policy()"
    )
    op.create_table(
        "registry_load",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_load")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_registry_load_sha256_is_whole")),
    )
    op.create_index("ix_registry_load_kind", "registry_load", ["kind", "at"])
    for table, events in (("registry_load", "UPDATE OR DELETE"), ("fee_policy", "DELETE")):
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
    op.drop_table("registry_load")
    op.execute("DROP TRIGGER fee_policy_no_truncate ON fee_policy")
    op.execute("DROP TRIGGER fee_policy_append_only ON fee_policy")
    op.execute("DROP TRIGGER fee_policy_keeps_rules ON fee_policy")
    op.execute("DROP FUNCTION keep_policy()")
