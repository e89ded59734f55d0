"""Prices from several sources, the limits of deciding one, manual prices; consent to a quote, and disagreement with one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0018"
branch_labels = None
depends_on = None

APPEND_ONLY = ("price_snapshot", "consent")
NEVER_DELETED = ("asset_price", "manual_price", "price_policy", "contest")
REFERENCE = "reference IN ('native', 'USD')"
POSITIVE = "numerator > 0 AND denominator > 0"

TERMS = """
CREATE OR REPLACE FUNCTION keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - '{state,accepted_at,destination}'::text[]
       IS DISTINCT FROM to_jsonb(NEW) - '{state,accepted_at,destination}'::text[]
       OR (OLD.destination IS NOT NULL AND OLD.destination IS DISTINCT FROM NEW.destination)
       OR (OLD.accepted_at IS NOT NULL AND OLD.accepted_at IS DISTINCT FROM NEW.accepted_at)
       OR (OLD.state <> 'offered' AND NEW.state <> OLD.state)
    THEN RAISE EXCEPTION 'a quote keeps its terms' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
EARLIER_TERMS = """
CREATE OR REPLACE FUNCTION keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.case_id, OLD.number, OLD.asset, OLD.contract, OLD.symbol, OLD.decimals, OLD.price_id, OLD.gross, OLD.fee,
        OLD.network_cost, OLD.net, OLD.lines::text, OLD.policy_version, OLD.digest, OLD.expires_at)
       IS DISTINCT FROM
       (NEW.case_id, NEW.number, NEW.asset, NEW.contract, NEW.symbol, NEW.decimals, NEW.price_id, NEW.gross, NEW.fee,
        NEW.network_cost, NEW.net, NEW.lines::text, NEW.policy_version, NEW.digest, NEW.expires_at)
       OR (OLD.destination IS NOT NULL AND OLD.destination IS DISTINCT FROM NEW.destination)
       OR (OLD.state = 'accepted' AND NEW.state <> 'accepted')
    THEN RAISE EXCEPTION 'a quote keeps its terms' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
ONCE = """
CREATE FUNCTION fill_in_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kept jsonb := to_jsonb(OLD) - TG_ARGV; filled jsonb := to_jsonb(NEW) - TG_ARGV;
BEGIN
    IF kept IS DISTINCT FROM filled OR to_jsonb(OLD) -> TG_ARGV[0] <> 'null'::jsonb
    THEN RAISE EXCEPTION '% is filled in once', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
FILLED = {
    "manual_price": ("confirmed_at", "confirmed_by", "valid_until"),
    "contest": ("answered_at", "answered_by", "finding", "answer"),
    "price_policy": ("activated_at", "activated_by"),
}
"""Table: the columns that may be filled in, together and once; every other one never changes."""


def upgrade() -> None:
    """Observations keep their source's words, quotes their price and what they were made from."""
    op.add_column("asset_price", sa.Column("reference", sa.Text(), server_default="native", nullable=False))
    op.add_column("asset_price", sa.Column("depth", sa.Numeric(78, 0), nullable=True))
    op.add_column("asset_price", sa.Column("raw", sa.Text(), nullable=True))
    op.add_column("asset_price", sa.Column("via", sa.Text(), server_default="import", nullable=False))
    op.add_column(
        "asset_price",
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.create_check_constraint(op.f("ck_asset_price_reference_is_known"), "asset_price", REFERENCE)
    op.create_check_constraint(op.f("ck_asset_price_via_is_known"), "asset_price", "via IN ('import', 'source')")
    _prices()
    _quotes()
    for table in APPEND_ONLY:
        _guard(table, "append_only", "UPDATE OR DELETE")
    for table in NEVER_DELETED:
        _guard(table, "no_delete", "DELETE")
    _guard("asset_price", "kept", "UPDATE")
    op.execute(ONCE)
    for table, columns in FILLED.items():
        named = ", ".join(f"'{name}'" for name in columns)
        op.execute(
            f"CREATE TRIGGER {table}_filled_once BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION fill_in_once({named})"
        )
    op.execute(TERMS)


def _guard(table: str, name: str, events: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
    )
    if "DELETE" in events:
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def _prices() -> None:
    op.create_table(
        "price_snapshot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("numerator", sa.Numeric(78, 0), nullable=False),
        sa.Column("denominator", sa.Numeric(78, 0), nullable=False),
        sa.Column("spread_bps", sa.BigInteger(), nullable=False),
        sa.Column("sources", sa.BigInteger(), nullable=False),
        sa.Column("oldest_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint(POSITIVE, name=op.f("ck_price_snapshot_ratio_is_positive")),
        sa.CheckConstraint(REFERENCE, name=op.f("ck_price_snapshot_reference_is_known")),
        sa.CheckConstraint(
            "kind IN ('median', 'crossed', 'manual', 'same')", name=op.f("ck_price_snapshot_kind_is_known")
        ),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_price_snapshot_digest_is_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_snapshot")),
    )
    op.create_index("ix_price_snapshot_asset", "price_snapshot", ["network", "contract", "at"])
    op.create_table(
        "manual_price",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("numerator", sa.Numeric(78, 0), nullable=False),
        sa.Column("denominator", sa.Numeric(78, 0), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(POSITIVE, name=op.f("ck_manual_price_ratio_is_positive")),
        sa.CheckConstraint(REFERENCE, name=op.f("ck_manual_price_reference_is_known")),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> entered_by", name=op.f("ck_manual_price_confirmed_by_another")
        ),
        sa.CheckConstraint(
            "num_nulls(confirmed_by, confirmed_at, valid_until) IN (0, 3)",
            name=op.f("ck_manual_price_confirmation_is_whole"),
        ),
        sa.CheckConstraint("valid_until > confirmed_at", name=op.f("ck_manual_price_valid_for_a_time")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_manual_price_entered_by")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name=op.f("fk_manual_price_confirmed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_price")),
    )
    op.create_index("ix_manual_price_asset", "manual_price", ["network", "contract", "entered_at"])
    op.create_table(
        "price_policy",
        sa.Column("version", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("document", JSONB(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("activated_by", sa.Uuid(), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version > 1", name=op.f("ck_price_policy_first_version_is_built_in")),
        sa.CheckConstraint(
            "activated_by IS NULL OR activated_by <> drafted_by", name=op.f("ck_price_policy_activated_by_another")
        ),
        sa.CheckConstraint(
            "(activated_by IS NULL) = (activated_at IS NULL)", name=op.f("ck_price_policy_activation_is_whole")
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_price_policy")),
    )


def _quotes() -> None:
    op.add_column("quote", sa.Column("price_snapshot_id", sa.Uuid(), nullable=True))
    op.add_column("quote", sa.Column("token_keeps", sa.Numeric(78, 0), server_default="0", nullable=False))
    op.drop_constraint(op.f("ck_quote_lines_add_up"), "quote", type_="check")
    op.create_check_constraint(op.f("ck_quote_lines_add_up"), "quote", "gross = token_keeps + fee + network_cost + net")
    op.add_column("quote", sa.Column("made_by", sa.Uuid(), nullable=True))
    op.add_column("quote", sa.Column("why", sa.Text(), server_default="offered", nullable=False))
    op.add_column("quote", sa.Column("replaces", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_quote_price_snapshot_id"), "quote", "price_snapshot", ["price_snapshot_id"], ["id"])
    op.create_foreign_key(op.f("fk_quote_replaces"), "quote", "quote", ["replaces"], ["id"])
    for name, rule in (
        ("accepted_in_time", "accepted_at IS NULL OR accepted_at < expires_at"),
        ("why_is_known", "why IN ('offered', 'market_moved')"),
        ("replacement_names_the_replaced", "(why = 'market_moved') = (replaces IS NOT NULL)"),
    ):
        op.create_check_constraint(op.f(f"ck_quote_{name}"), "quote", rule)
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_consent_sha256_is_whole")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_consent_case_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_consent_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("quote_id", name=op.f("uq_consent_quote_id")),
    )
    op.create_index("ix_consent_case", "consent", ["case_id"])
    op.create_table(
        "contest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("quoted_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "answered_by IS NULL OR answered_by IS DISTINCT FROM quoted_by", name=op.f("ck_contest_answered_by_another")
        ),
        sa.CheckConstraint(
            "num_nulls(answered_by, answered_at, finding, answer) IN (0, 4)", name=op.f("ck_contest_answer_is_whole")
        ),
        sa.CheckConstraint("finding IN ('upheld', 'changed')", name=op.f("ck_contest_finding_is_known")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_contest_case_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_contest_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest")),
        sa.UniqueConstraint("case_id", name=op.f("uq_contest_case_id")),
    )


def downgrade() -> None:
    """As it was before."""
    op.execute(EARLIER_TERMS)
    for table in ("contest", "consent"):
        op.drop_table(table)
    for name in ("replacement_names_the_replaced", "why_is_known", "accepted_in_time"):
        op.drop_constraint(op.f(f"ck_quote_{name}"), "quote", type_="check")
    op.drop_constraint(op.f("ck_quote_lines_add_up"), "quote", type_="check")
    op.create_check_constraint(op.f("ck_quote_lines_add_up"), "quote", "gross = fee + network_cost + net")
    for column in ("replaces", "why", "made_by", "token_keeps", "price_snapshot_id"):
        op.drop_column("quote", column)
    for table in ("price_policy", "manual_price", "price_snapshot"):
        op.drop_table(table)
    op.execute("DROP FUNCTION fill_in_once()")
    for trigger in ("kept", "no_delete", "no_truncate"):
        op.execute(f"DROP TRIGGER asset_price_{trigger} ON asset_price")
    for name in ("via", "reference"):
        op.drop_constraint(op.f(f"ck_asset_price_{name}_is_known"), "asset_price", type_="check")
    for column in ("recorded_at", "via", "raw", "depth", "reference"):
        op.drop_column("asset_price", column)
