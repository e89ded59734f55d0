"""Readings that no single case owns, how nodes are doing, and evidence that says by which interface it came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables, and two columns that older evidence leaves empty."""
    op.add_column("evidence", sa.Column("interface", sa.Text(), nullable=True))
    op.add_column("evidence", sa.Column("http_status", sa.BigInteger(), nullable=True))
    op.create_table(
        "chain_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("nodes", ARRAY(sa.Text()), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_reading")),
        sa.UniqueConstraint("network", "hash", name=op.f("uq_chain_reading_network")),
    )
    op.create_table(
        "chain_answer",
        sa.Column("reading_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("interface", sa.Text(), nullable=True),
        sa.Column("http_status", sa.BigInteger(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_chain_answer_sha256_is_whole")),
        sa.ForeignKeyConstraint(
            ["reading_id"],
            ["chain_reading.id"],
            name=op.f("fk_chain_answer_reading_id_chain_reading"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("reading_id", "place", name=op.f("pk_chain_answer")),
    )
    op.create_table(
        "node_report",
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("lag", sa.BigInteger(), nullable=True),
        sa.Column("latency_ms", sa.BigInteger(), nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("troubles", sa.BigInteger(), nullable=False),
        sa.Column("last_trouble", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("warnings", ARRAY(sa.Text()), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("network", "node", name=op.f("pk_node_report")),
    )


def downgrade() -> None:
    """As it was before."""
    for table in ("node_report", "chain_answer", "chain_reading"):
        op.drop_table(table)
    op.drop_column("evidence", "http_status")
    op.drop_column("evidence", "interface")
