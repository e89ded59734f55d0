"""Checks of refund addresses, the address that binds, and notices to owners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0019"
branch_labels = None
depends_on = None

KEPT = ("destination_check", "refund_destination")


def upgrade() -> None:
    """Two tables to which rows are only added, and one of which two columns are set once."""
    _tables()
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )
    for table in (*KEPT, "notice"):
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )
    op.execute(
        "CREATE TRIGGER notice_no_delete BEFORE DELETE ON notice FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
    )
    op.execute(
        """
        CREATE FUNCTION keep_notice() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (OLD.id, OLD.case_id, OLD.person_id, OLD.seq, OLD.kind, OLD.email, OLD.data::text, OLD.at)
               IS DISTINCT FROM
               (NEW.id, NEW.case_id, NEW.person_id, NEW.seq, NEW.kind, NEW.email, NEW.data::text, NEW.at)
               OR (OLD.sent_at IS NOT NULL AND OLD.sent_at IS DISTINCT FROM NEW.sent_at)
               OR (OLD.denied_at IS NOT NULL AND OLD.denied_at IS DISTINCT FROM NEW.denied_at)
            THEN RAISE EXCEPTION 'a notice stays as it was given' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute("CREATE TRIGGER notice_keeps BEFORE UPDATE ON notice FOR EACH ROW EXECUTE FUNCTION keep_notice()")
    op.execute(
        """
        INSERT INTO refund_destination (case_id, seq, network, address)
        SELECT DISTINCT ON (quote.case_id) quote.case_id, case_event.seq, claim.network, quote.destination
        FROM quote
        JOIN case_event ON case_event.case_id = quote.case_id AND case_event.name = 'accept'
        JOIN claim ON claim.case_id = quote.case_id
        WHERE quote.state = 'accepted'
        ORDER BY quote.case_id, case_event.seq DESC, claim.claimed_at DESC
        """
    )


def _tables() -> None:
    op.create_table(
        "destination_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(78, 0), nullable=False),
        sa.Column("receiving", JSONB(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("codes", JSONB(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('allow', 'confirm', 'unknown', 'refuse')", name=op.f("ck_destination_check_verdict_is_known")
        ),
        sa.CheckConstraint("purpose IN ('typed', 'again', 'pay')", name=op.f("ck_destination_check_purpose_is_known")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_destination_check_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destination_check")),
    )
    op.create_index("ix_destination_check_case", "destination_check", ["case_id", "address", "at"])
    op.create_table(
        "refund_destination",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("cooling_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "seq"], ["case_event.case_id", "case_event.seq"], name=op.f("fk_refund_destination_case_id_seq")
        ),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_refund_destination")),
    )
    op.create_index("ix_refund_destination_address", "refund_destination", ["network", "address"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("data", JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("denied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('destination_changed')", name=op.f("ck_notice_kind_is_known")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_notice_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_case_id", "notice", ["case_id"])


def downgrade() -> None:
    """As it was before."""
    for table in ("notice", *KEPT):
        op.drop_table(table)
    op.execute("DROP FUNCTION keep_notice()")
