"""What catch-all scans see, how far they are, and who looked at what nobody has claimed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables."""
    op.create_table(
        "seen_transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=True),
        sa.Column("contract", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("amount", sa.Numeric(78, 0), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.Text(), nullable=False),
        sa.Column("block_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_seen_transfer_case_id_recovery_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seen_transfer")),
        sa.UniqueConstraint("network", "hash", "position", name=op.f("uq_seen_transfer_network_hash_position")),
    )
    op.create_index(op.f("ix_seen_transfer_case_id"), "seen_transfer", ["case_id"])
    op.create_index("ix_seen_transfer_height", "seen_transfer", ["network", "height"])
    op.create_index(
        "ix_seen_transfer_unclaimed", "seen_transfer", ["seen_at", "id"], postgresql_where=sa.text("case_id IS NULL")
    )
    op.create_table(
        "scan_cursor",
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("next_height", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.Column("open_after_hours", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("next_height >= 0", name=op.f("ck_scan_cursor_height_is_no_debt")),
        sa.CheckConstraint("open_after_hours >= 0", name=op.f("ck_scan_cursor_waits_forward")),
        sa.PrimaryKeyConstraint("network", name=op.f("pk_scan_cursor")),
    )
    op.create_table(
        "pool_look",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_look")),
    )
    op.create_index("ix_pool_look_person", "pool_look", ["person_id", "at"])


def downgrade() -> None:
    """As it was before."""
    for table in ("pool_look", "scan_cursor", "seen_transfer"):
        op.drop_table(table)
