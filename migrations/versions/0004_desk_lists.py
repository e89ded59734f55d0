"""Every list the desk shows is the beginning of an index: somebody's own, all open ones, all closed ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_recovery_case_assignee", ["assignee_id", "changed_at", "id"], "closed_at IS NULL AND assignee_id IS NOT NULL"),
    ("ix_recovery_case_open", ["opened_at", "id"], "closed_at IS NULL"),
    ("ix_recovery_case_closed", ["opened_at", "id"], "closed_at IS NOT NULL"),
)


def upgrade() -> None:
    """However many cases of the other kind there are, none of them is read."""
    for name, columns, where in INDEXES:
        op.create_index(name, "recovery_case", columns, postgresql_where=sa.text(where))


def downgrade() -> None:
    """As it was before."""
    for name, _, _ in INDEXES:
        op.drop_index(name, "recovery_case")
