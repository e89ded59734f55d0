"""Alarms, and who acknowledged them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0013"
branch_labels = None
depends_on = None

KEPT = ("alarm_answer",)


def upgrade() -> None:
    """New tables only."""
    _alarms()
    for table in KEPT:
        _guard(table, "append_only", "BEFORE UPDATE OR DELETE", "refuse_rewriting", "ROW")
        _guard(table, "no_truncate", "BEFORE TRUNCATE", "refuse_rewriting", "STATEMENT")


def _guard(table: str, name: str, when: str, function: str, each: str) -> None:
    op.execute(f"CREATE TRIGGER {table}_{name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()")


def _alarms() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("facts", JSONB(), nullable=False),
        sa.Column("caused_by", JSONB(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    unanswered = sa.text("answered_at IS NULL")
    op.create_index("uq_alarm_open", "alarm", ["kind", "subject"], unique=True, postgresql_where=unanswered)
    op.create_index("ix_alarm_raised", "alarm", ["raised_at", "id"])
    op.create_index("ix_alarm_subject", "alarm", ["kind", "subject"])
    op.create_table(
        "alarm_answer",
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_alarm_answer_says_why")),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name=op.f("fk_alarm_answer_alarm_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_alarm_answer_person_id")),
        sa.PrimaryKeyConstraint("alarm_id", name=op.f("pk_alarm_answer")),
    )
    op.execute(
        """
        CREATE FUNCTION keep_alarm() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' OR OLD.answered_at IS NOT NULL OR
               (OLD.id, OLD.kind, OLD.subject, OLD.facts, OLD.caused_by, OLD.raised_at)
               IS DISTINCT FROM (NEW.id, NEW.kind, NEW.subject, NEW.facts, NEW.caused_by, NEW.raised_at)
            THEN RAISE EXCEPTION 'an alarm keeps what it said' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    _guard("alarm", "keeps_facts", "BEFORE UPDATE OR DELETE", "keep_alarm", "ROW")
    _guard("alarm", "no_truncate", "BEFORE TRUNCATE", "refuse_rewriting", "STATEMENT")
    op.execute(
        """
        CREATE FUNCTION answered_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM alarm WHERE id = NEW.alarm_id AND caused_by ? NEW.person_id::text)
            THEN RAISE EXCEPTION 'whoever rang an alarm does not end it' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    _guard("alarm_answer", "by_another", "BEFORE INSERT", "answered_by_another", "ROW")


def downgrade() -> None:
    """As it was before."""
    op.drop_table("alarm_answer")
    op.drop_table("alarm")
    for function in ("answered_by_another", "keep_alarm"):
        op.execute(f"DROP FUNCTION {function}()")
