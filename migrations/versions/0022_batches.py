"""Batches of cases whose coins are swept together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A batch, and which cases are in it."""
    op.create_table(
        "sweep_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("cost", sa.Numeric(78, 0), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_sweep_batch_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweep_batch")),
    )
    op.create_index("ix_sweep_batch_made_at", "sweep_batch", ["made_at"])
    op.create_table(
        "batch_member",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("share", sa.Numeric(78, 0), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("share >= 0", name=op.f("ck_batch_member_share_is_no_debt")),
        sa.ForeignKeyConstraint(["batch_id"], ["sweep_batch.id"], name=op.f("fk_batch_member_batch_id")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_batch_member_case_id")),
        sa.PrimaryKeyConstraint("batch_id", "case_id", name=op.f("pk_batch_member")),
    )
    op.create_index(
        "uq_batch_member_case",
        "batch_member",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )


def downgrade() -> None:
    """Without batches."""
    op.drop_table("batch_member")
    op.drop_table("sweep_batch")
