"""What the database itself refuses: rewriting history; and the chart of accounts it starts with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("case_event", "posting", "evidence", "sign_off", "diagnosis", "message", "handled_request")

CHART = (
    ("1100", "custody:deposit_address", "asset"),
    ("1110", "custody:sweep_in_transit", "asset"),
    ("1115", "custody:payout_in_transit", "asset"),
    ("1120", "custody:recovery_wallet", "asset"),
    ("1190", "gas_tank", "asset"),
    ("2100", "suspense:unidentified", "liability"),
    ("2110", "user_payable", "liability"),
    ("2200", "customer_balances", "liability"),
    ("4100", "income:recovery_fee", "income"),
    ("4110", "income:network_cost", "income"),
    ("5100", "cost:network", "expense"),
    ("5190", "loss:write_off", "expense"),
)


def upgrade() -> None:
    """Protect the append-only tables and the terms of a quote; open the books."""
    op.execute(
        """
        CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
        """
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )
    op.execute(
        """
        CREATE FUNCTION keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (OLD.case_id, OLD.number, OLD.asset, OLD.gross, OLD.fee, OLD.network_cost, OLD.net, OLD.lines::text,
                OLD.policy_version, OLD.digest, OLD.expires_at)
               IS DISTINCT FROM
               (NEW.case_id, NEW.number, NEW.asset, NEW.gross, NEW.fee, NEW.network_cost, NEW.net, NEW.lines::text,
                NEW.policy_version, NEW.digest, NEW.expires_at)
               OR (OLD.destination IS NOT NULL AND OLD.destination IS DISTINCT FROM NEW.destination)
               OR (OLD.state = 'accepted' AND NEW.state <> 'accepted')
            THEN RAISE EXCEPTION 'a quote keeps its terms' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute("CREATE TRIGGER quote_keeps_terms BEFORE UPDATE ON quote FOR EACH ROW EXECUTE FUNCTION keep_terms()")
    op.execute(
        """
        CREATE FUNCTION keep_payload() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (OLD.case_id, OLD.kind, OLD.round, OLD.network, OLD.payload, OLD.digest, OLD.prepared_by, OLD.quote_id)
               IS DISTINCT FROM
               (NEW.case_id, NEW.kind, NEW.round, NEW.network, NEW.payload, NEW.digest, NEW.prepared_by, NEW.quote_id)
            THEN RAISE EXCEPTION 'a plan keeps its payload' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute("CREATE TRIGGER plan_keeps_payload BEFORE UPDATE ON plan FOR EACH ROW EXECUTE FUNCTION keep_payload()")
    op.execute(
        """
        CREATE FUNCTION keep_signed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.signed IS NOT NULL AND (OLD.signed, OLD.hash) IS DISTINCT FROM (NEW.signed, NEW.hash)
               OR (OLD.nonce, OLD.sender, OLD.unsigned::text) IS DISTINCT FROM (NEW.nonce, NEW.sender, NEW.unsigned::text)
            THEN RAISE EXCEPTION 'a step keeps its signed bytes' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER plan_step_keeps_signed BEFORE UPDATE ON plan_step FOR EACH ROW EXECUTE FUNCTION keep_signed()"
    )
    chart = sa.table("ledger_account", sa.column("code"), sa.column("name"), sa.column("kind"))
    op.bulk_insert(chart, [{"code": code, "name": name, "kind": kind} for code, name, kind in CHART])


def downgrade() -> None:
    """Take the guards away again, and the chart while nothing was booked."""
    op.execute("DROP TRIGGER plan_step_keeps_signed ON plan_step")
    op.execute("DROP TRIGGER plan_keeps_payload ON plan")
    op.execute("DROP TRIGGER quote_keeps_terms ON quote")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    for function in ("keep_signed", "keep_payload", "keep_terms", "refuse_rewriting"):
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DELETE FROM ledger_account")
