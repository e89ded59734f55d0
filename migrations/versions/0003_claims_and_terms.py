"""More of what the database itself refuses: changing a claim, re-dressing a quote, deleting what money rests on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEPT = ("recovery_case", "claim", "quote", "plan", "plan_step")

TERMS = """
CREATE OR REPLACE FUNCTION keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.case_id, OLD.number, OLD.asset{more_old}, OLD.gross, OLD.fee, OLD.network_cost, OLD.net, OLD.lines::text,
        OLD.policy_version, OLD.digest, OLD.expires_at)
       IS DISTINCT FROM
       (NEW.case_id, NEW.number, NEW.asset{more_new}, NEW.gross, NEW.fee, NEW.network_cost, NEW.net, NEW.lines::text,
        NEW.policy_version, NEW.digest, NEW.expires_at)
       OR (OLD.destination IS NOT NULL AND OLD.destination IS DISTINCT FROM NEW.destination)
       OR (OLD.state = 'accepted' AND NEW.state <> 'accepted')
    THEN RAISE EXCEPTION 'a quote keeps its terms' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Protect claims, the token a quote is about, and every row of value against deletion."""
    op.execute(
        TERMS.format(
            more_old=", OLD.contract, OLD.symbol, OLD.decimals, OLD.price_id",
            more_new=", NEW.contract, NEW.symbol, NEW.decimals, NEW.price_id",
        )
    )
    op.execute(
        """
        CREATE FUNCTION keep_claim() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF to_jsonb(OLD) - 'released_at' IS DISTINCT FROM to_jsonb(NEW) - 'released_at'
               OR (OLD.released_at IS NOT NULL AND OLD.released_at IS DISTINCT FROM NEW.released_at)
            THEN RAISE EXCEPTION 'a claim is let go and otherwise kept' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute("CREATE TRIGGER claim_is_kept BEFORE UPDATE ON claim FOR EACH ROW EXECUTE FUNCTION keep_claim()")
    _unique_hash("hash IS NOT NULL AND state <> 'abandoned'")
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def _unique_hash(where: str) -> None:
    """A re-planned step can be the very transaction that an abandoned one was."""
    op.drop_index("uq_plan_step_hash", "plan_step")
    op.create_index("uq_plan_step_hash", "plan_step", ["network", "hash"], unique=True, postgresql_where=sa.text(where))


def downgrade() -> None:
    """As it was before."""
    for table in KEPT:
        op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
        op.execute(f"DROP TRIGGER {table}_no_delete ON {table}")
    _unique_hash("hash IS NOT NULL")
    op.execute("DROP TRIGGER claim_is_kept ON claim")
    op.execute("DROP FUNCTION keep_claim()")
    op.execute(TERMS.format(more_old="", more_new=""))
