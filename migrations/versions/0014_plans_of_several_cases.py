"""A plan moves the coins of one case or of several, and may spend outputs instead of nonces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEEP_PAYLOAD = """
    CREATE OR REPLACE FUNCTION keep_payload() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF ({old}) IS DISTINCT FROM ({new})
        THEN RAISE EXCEPTION 'a plan keeps its payload' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
"""
COLUMNS = ("kind", "network", "payload", "digest", "prepared_by")


def _keep_payload(*columns: str) -> None:
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    op.execute(KEEP_PAYLOAD.format(old=old, new=new))


def upgrade() -> None:
    """Each case's part of a plan becomes a row; what a plan spends is reserved."""
    op.add_column("asset_probe", sa.Column("token_keeps", sa.Numeric(78, 0), nullable=True))
    op.create_unique_constraint(op.f("uq_plan_id_kind"), "plan", ["id", "kind"])
    op.create_table(
        "plan_case",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(78, 0), nullable=False),
        sa.Column("arrives", sa.Numeric(78, 0), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cost", sa.Numeric(78, 0), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'confirmed', 'dead', 'void', 'returned')", name=op.f("ck_plan_case_state_is_known")
        ),
        sa.CheckConstraint(
            "amount > 0 AND arrives > 0 AND arrives <= amount", name=op.f("ck_plan_case_amounts_make_sense")
        ),
        sa.ForeignKeyConstraint(["plan_id", "kind"], ["plan.id", "plan.kind"], name="fk_plan_case_plan"),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_plan_case_case_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_plan_case_quote_id")),
        sa.PrimaryKeyConstraint("plan_id", "case_id", name=op.f("pk_plan_case")),
        sa.UniqueConstraint("case_id", "kind", "round", name=op.f("uq_plan_case_case_id_kind_round")),
        sa.UniqueConstraint("plan_id", "place", name=op.f("uq_plan_case_plan_id_place")),
    )
    op.create_index(
        "uq_plan_case_current",
        "plan_case",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'confirmed')"),
    )
    op.create_table(
        "refund_return",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(78, 0), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("why IN ('reorganised', 'bounced')", name=op.f("ck_refund_return_why_is_known")),
        sa.ForeignKeyConstraint(
            ["plan_id", "case_id"], ["plan_case.plan_id", "plan_case.case_id"], name="fk_refund_return_part"
        ),
        sa.PrimaryKeyConstraint("network", "hash", "position", name=op.f("pk_refund_return")),
    )
    op.create_table(
        "plan_input",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("outpoint", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_input_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "outpoint", name=op.f("pk_plan_input")),
    )
    op.create_index(
        "uq_plan_input_held", "plan_input", ["network", "outpoint"], unique=True, postgresql_where=sa.text("held")
    )
    op.execute(
        """
        INSERT INTO plan_case (plan_id, case_id, kind, place, round, amount, arrives, quote_id, state, cost)
        SELECT id, case_id, kind, 0, round, (payload::json ->> 'amount')::numeric, (payload::json ->> 'amount')::numeric,
               quote_id, CASE WHEN state IN ('confirmed', 'dead', 'void') THEN state ELSE 'open' END, NULL
        FROM plan
        """
    )
    op.alter_column("plan_step", "nonce", existing_type=sa.BigInteger(), nullable=True)
    op.drop_index("uq_plan_current", table_name="plan", postgresql_where=sa.text("state NOT IN ('dead', 'void')"))
    op.drop_constraint(op.f("uq_plan_case_id_kind_round"), "plan", type_="unique")
    _keep_payload(*COLUMNS)
    for column in ("case_id", "round", "quote_id"):
        op.drop_column("plan", column)
    op.execute(
        """
        CREATE FUNCTION keep_part() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (OLD.plan_id, OLD.case_id, OLD.kind, OLD.place, OLD.round, OLD.amount, OLD.arrives, OLD.quote_id)
               IS DISTINCT FROM
               (NEW.plan_id, NEW.case_id, NEW.kind, NEW.place, NEW.round, NEW.amount, NEW.arrives, NEW.quote_id)
               OR (OLD.state <> 'open' AND OLD.state <> NEW.state
                   AND NOT (OLD.kind = 'refund' AND OLD.state = 'confirmed' AND NEW.state IN ('returned', 'open')))
            THEN RAISE EXCEPTION 'a part of a plan keeps what was approved' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute("CREATE TRIGGER plan_case_keeps BEFORE UPDATE ON plan_case FOR EACH ROW EXECUTE FUNCTION keep_part()")
    for table in ("plan_case", "plan_input"):
        op.execute(
            f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def downgrade() -> None:
    """One case a plan again. Raises while a plan has several, or one that spends outputs."""
    op.execute(
        """
        DO $$ BEGIN
            IF EXISTS (SELECT 1 FROM plan_case WHERE place > 0) OR EXISTS (SELECT 1 FROM plan_input) THEN
                RAISE EXCEPTION 'plans of several cases cannot be told in the older form';
            END IF;
        END $$
        """
    )
    op.add_column("plan", sa.Column("case_id", sa.Uuid(), nullable=True))
    op.add_column("plan", sa.Column("round", sa.BigInteger(), nullable=True))
    op.add_column("plan", sa.Column("quote_id", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE plan SET case_id = part.case_id, round = part.round, quote_id = part.quote_id "
        "FROM plan_case part WHERE part.plan_id = plan.id"
    )
    for column, kind in (("case_id", sa.Uuid()), ("round", sa.BigInteger()), ("quote_id", sa.Uuid())):
        op.alter_column("plan", column, existing_type=kind, nullable=False)
    _keep_payload("case_id", "kind", "round", "network", "payload", "digest", "prepared_by", "quote_id")
    op.drop_column("asset_probe", "token_keeps")
    op.drop_table("refund_return")
    op.drop_table("plan_input")
    op.drop_table("plan_case")
    op.execute("DROP FUNCTION keep_part()")
    op.drop_constraint(op.f("uq_plan_id_kind"), "plan", type_="unique")
    op.create_foreign_key(op.f("fk_plan_case_id"), "plan", "recovery_case", ["case_id"], ["id"])
    op.create_foreign_key(op.f("fk_plan_quote_id"), "plan", "quote", ["quote_id"], ["id"])
    op.create_unique_constraint(op.f("uq_plan_case_id_kind_round"), "plan", ["case_id", "kind", "round"])
    op.create_index(
        "uq_plan_current",
        "plan",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('dead', 'void')"),
    )
    op.alter_column("plan_step", "nonce", existing_type=sa.BigInteger(), nullable=False)
