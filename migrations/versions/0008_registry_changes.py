"""Registries remember what became of each row, keep uploads until they are confirmed, and find a row by any of its names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SEARCHED = (
    ("owned_address", "account"),
    ("listed_asset", "contract"),
    ("listed_asset", "symbol"),
    ("credit", "hash"),
    ("credit", "account"),
    ("credit", "contract"),
    ("sent_withdrawal", "hash"),
    ("sent_withdrawal", "account"),
    ("sent_withdrawal", "contract"),
    ("sent_withdrawal", "destination"),
    ("platform_label", "address"),
    ("platform_label", "platform"),
    ("asset_price", "contract"),
)


def upgrade() -> None:
    """Two tables, and an index for each column a search looks into. Rows loaded before have no history."""
    op.create_table(
        "registry_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", JSONB(), nullable=False),
        sa.Column("before", JSONB(), nullable=True),
        sa.Column("after", JSONB(), nullable=True),
        sa.Column("load_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_change")),
    )
    op.create_index("ix_registry_change_key", "registry_change", ["key"], postgresql_using="hash")
    op.execute(
        "CREATE TRIGGER registry_change_append_only BEFORE UPDATE OR DELETE ON registry_change "
        "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
    )
    op.execute(
        "CREATE TRIGGER registry_change_no_truncate BEFORE TRUNCATE ON registry_change "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )
    op.create_table(
        "registry_upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("token_list", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("replaces", sa.Boolean(), nullable=False),
        sa.Column("preview", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_upload")),
    )
    for table, column in SEARCHED:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """As it was before."""
    for table, column in reversed(SEARCHED):
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    op.drop_table("registry_upload")
    op.drop_table("registry_change")
