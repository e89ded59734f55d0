"""Lists of sanctioned addresses, what screening said of each case, and signs of fraud."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEPT = ("screening_list", "screening_entry", "screening", "fraud_signal")


def upgrade() -> None:
    """Four tables to which rows are only added."""
    op.create_table(
        "screening_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("loaded_by", sa.Uuid(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_screening_list_sha256_is_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_list")),
        sa.UniqueConstraint("name", "number", name=op.f("uq_screening_list_name_number")),
    )
    op.create_table(
        "screening_entry",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["screening_list.id"], name=op.f("fk_screening_entry_list_id")),
        sa.PrimaryKeyConstraint("list_id", "address", "network", name=op.f("pk_screening_entry")),
    )
    op.create_index("ix_screening_entry_address", "screening_entry", ["address"])
    _screening()
    op.create_table(
        "fraud_signal",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("strength", sa.BigInteger(), nullable=False),
        sa.Column("evidence", JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("strength BETWEEN 1 AND 3", name=op.f("ck_fraud_signal_strength_is_known")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_fraud_signal_case_id")),
        sa.PrimaryKeyConstraint("case_id", "code", "reason", name=op.f("pk_fraud_signal")),
    )
    op.create_index("ix_recovery_case_account", "recovery_case", ["account", "opened_at"])
    bound = sa.text("destination IS NOT NULL")
    op.create_index("ix_quote_destination", "quote", ["destination"], postgresql_where=bound)
    op.create_index("ix_ownership_proof_signature", "ownership_proof", ["signature"], postgresql_using="hash")
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def _screening() -> None:
    op.create_table(
        "screening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Uuid(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(78, 0), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("list_version", sa.Text(), nullable=False),
        sa.Column("reasons", JSONB(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("gate IN ('intake', 'sweep', 'pay')", name=op.f("ck_screening_gate_is_known")),
        sa.CheckConstraint("role IN ('source', 'destination')", name=op.f("ck_screening_role_is_known")),
        sa.CheckConstraint(
            "verdict IN ('clear', 'unknown', 'hold', 'sanctioned')", name=op.f("ck_screening_verdict_is_known")
        ),
        sa.CheckConstraint("(answer IS NULL) = (sha256 IS NULL)", name=op.f("ck_screening_answer_has_its_digest")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_screening_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
    )
    op.create_index("ix_screening_case", "screening", ["case_id", "at"])
    found = sa.text("verdict = 'sanctioned'")
    op.create_index("ix_screening_sanctioned", "screening", ["case_id", "at"], postgresql_where=found)


def downgrade() -> None:
    """As it was before."""
    op.drop_index("ix_ownership_proof_signature", "ownership_proof")
    op.drop_index("ix_quote_destination", "quote")
    op.drop_index("ix_recovery_case_account", "recovery_case")
    for table in reversed(KEPT):
        op.drop_table(table)
