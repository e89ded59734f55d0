"""What was seen before it was settled, and what a verdict was made from: books, survey and policy of its day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, and columns that older verdicts leave empty."""
    op.create_table(
        "sighting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("in_block", sa.Boolean(), nullable=False),
        sa.Column("block_hash", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("remains", JSONB(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting")),
        sa.UniqueConstraint("network", "hash", "in_block", "block_hash", name=op.f("uq_sighting_network")),
    )
    op.add_column("diagnosis", sa.Column("books", JSONB(), nullable=True))
    op.add_column("diagnosis", sa.Column("survey", JSONB(), nullable=True))
    op.add_column("diagnosis", sa.Column("policy_version", sa.BigInteger(), nullable=True))
    op.add_column("diagnosis", sa.Column("confidence", sa.Text(), server_default=sa.text("'certain'"), nullable=False))
    op.add_column("diagnosis", sa.Column("unanswered", JSONB(), server_default=sa.text("'[]'"), nullable=False))
    op.create_index(
        "ix_owned_address_digits",
        "owned_address",
        ["network", "address", sa.text("ltrim(memo, '0')")],
        postgresql_where=sa.text("kind = 'shared'"),
    )
    op.create_index(
        "ix_owned_address_personal",
        "owned_address",
        ["network", "address"],
        postgresql_where=sa.text("kind <> 'shared'"),
    )


def downgrade() -> None:
    """As it was before."""
    op.drop_index("ix_owned_address_personal", table_name="owned_address")
    op.drop_index("ix_owned_address_digits", table_name="owned_address")
    for column in ("unanswered", "confidence", "policy_version", "survey", "books"):
        op.drop_column("diagnosis", column)
    op.drop_table("sighting")
