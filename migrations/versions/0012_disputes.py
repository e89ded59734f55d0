"""Disputes over a transfer leg, appeals merged into one, and cases parked until something changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEPT = ("dispute", "dispute_party", "merged_case", "parked")


def upgrade() -> None:
    """Four tables; who claimed what against whom is never deleted, and a merged case stays merged."""
    _disputes()
    op.create_table(
        "merged_case",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("case_id <> into_id", name=op.f("ck_merged_case_into_another")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_merged_case_case_id")),
        sa.ForeignKeyConstraint(["into_id"], ["recovery_case.id"], name=op.f("fk_merged_case_into_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_merged_case")),
    )
    op.create_index(op.f("ix_merged_case_into_id"), "merged_case", ["into_id"])
    _parked()
    op.create_index("ix_claim_sender", "claim", ["network", "sender"])
    op.create_index("ix_claim_contract", "claim", ["network", "contract"])
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )
    op.execute(
        "CREATE TRIGGER merged_case_no_update BEFORE UPDATE ON merged_case "
        "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
    )


def _disputes() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("winner_case", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("ck_dispute_settlement_is_whole")),
        sa.CheckConstraint(
            "winner_case IS NULL OR settled_at IS NOT NULL", name=op.f("ck_dispute_winner_with_settlement")
        ),
        sa.ForeignKeyConstraint(["winner_case"], ["recovery_case.id"], name=op.f("fk_dispute_winner_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index(
        "uq_dispute_open",
        "dispute",
        ["network", "hash", "position"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "dispute_party",
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state_before", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_party_dispute_id")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_dispute_party_case_id")),
        sa.PrimaryKeyConstraint("dispute_id", "case_id", name=op.f("pk_dispute_party")),
    )
    op.create_index(op.f("ix_dispute_party_case_id"), "dispute_party", ["case_id"])


def _parked() -> None:
    op.create_table(
        "parked",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.Column("amount", sa.Numeric(78, 0), nullable=True),
        sa.Column("cost", sa.Numeric(78, 0), nullable=True),
        sa.Column("watch", JSONB(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "why IN ('network_not_supported', 'asset_not_recoverable', 'value_below_cost', 'below_minimum', "
            "'contract_not_deployed', 'deposits_suspended')",
            name=op.f("ck_parked_why_is_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_parked_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked")),
    )
    open_ones = sa.text("ended_at IS NULL")
    op.create_index("uq_parked_open", "parked", ["case_id"], unique=True, postgresql_where=open_ones)
    op.create_index("ix_parked_open", "parked", ["since", "id"], postgresql_where=open_ones)


def downgrade() -> None:
    """As it was before."""
    op.drop_index("ix_claim_contract", "claim")
    op.drop_index("ix_claim_sender", "claim")
    for table in ("parked", "merged_case", "dispute_party", "dispute"):
        op.drop_table(table)
