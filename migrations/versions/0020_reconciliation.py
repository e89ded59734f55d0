"""Alarms; credits as intents to the exchange's ledger; payouts held back after a restore."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0014"
branch_labels = None
depends_on = None

KEPT = (
    *("alarm_answer", "credit_answer", "ledger_notice", "hold_release", "database_identity"),
    *("reconciliation", "reconciliation_line"),
)


def upgrade() -> None:
    """New tables only."""
    _alarms()
    _credit_intents()
    _holds()
    _outflows()
    _reconciliations()
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


def _credit_intents() -> None:
    op.create_table(
        "credit_intent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(78, 0), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("answer_sha256", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'refused')", name=op.f("ck_credit_intent_state_is_known")),
        sa.CheckConstraint(
            "(state = 'open') = (answered_at IS NULL)", name=op.f("ck_credit_intent_answer_has_its_time")
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer_sha256 IS NULL)", name=op.f("ck_credit_intent_answer_has_its_digest")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_credit_intent_amount_is_positive")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_credit_intent_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_intent")),
        sa.UniqueConstraint(
            *("case_id", "network", "hash", "position", "attempt"),
            name=op.f("uq_credit_intent_case_id_network_hash_position_attempt"),
        ),
    )
    live = sa.text("state <> 'refused'")
    leg = ["network", "hash", "position"]
    op.create_index("uq_credit_intent_leg", "credit_intent", leg, unique=True, postgresql_where=live)
    named = sa.text("external_id IS NOT NULL")
    op.create_index("uq_credit_intent_external", "credit_intent", ["external_id"], unique=True, postgresql_where=named)
    op.create_index("ix_credit_intent_state", "credit_intent", ["state", "created_at", "id"])
    op.create_table(
        "credit_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intent_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('confirmed', 'refused', 'differs', 'conflict', 'on_hold')",
            name=op.f("ck_credit_answer_verdict_is_known"),
        ),
        sa.ForeignKeyConstraint(["intent_id"], ["credit_intent.id"], name=op.f("fk_credit_answer_intent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_answer")),
        sa.UniqueConstraint("intent_id", "verdict", "sha256", name=op.f("uq_credit_answer_intent_id_verdict_sha256")),
    )
    op.create_index("ix_credit_answer_intent_id", "credit_answer", ["intent_id"])
    op.create_table(
        "ledger_notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_notice")),
    )
    op.execute(
        """
        CREATE FUNCTION keep_intent() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' OR OLD.state <> 'open' OR
               (OLD.id, OLD.case_id, OLD.attempt, OLD.network, OLD.contract, OLD.asset, OLD.hash, OLD.position,
                OLD.account, OLD.amount, OLD.payload, OLD.created_at)
               IS DISTINCT FROM
               (NEW.id, NEW.case_id, NEW.attempt, NEW.network, NEW.contract, NEW.asset, NEW.hash, NEW.position,
                NEW.account, NEW.amount, NEW.payload, NEW.created_at)
            THEN RAISE EXCEPTION 'an intent keeps what it asked for' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    _guard("credit_intent", "keeps_terms", "BEFORE UPDATE OR DELETE", "keep_intent", "ROW")
    _guard("credit_intent", "no_truncate", "BEFORE TRUNCATE", "refuse_rewriting", "STATEMENT")


def _holds() -> None:
    op.create_table(
        "payout_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Uuid(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("why IN ('restored', 'by_hand')", name=op.f("ck_payout_hold_why_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_hold")),
    )
    still = sa.text("ended_at IS NULL")
    op.create_index("uq_payout_hold_open", "payout_hold", ["why"], unique=True, postgresql_where=still)
    op.create_table(
        "hold_release",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_hold_release_says_why")),
        sa.ForeignKeyConstraint(["hold_id"], ["payout_hold.id"], name=op.f("fk_hold_release_hold_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hold_release_person_id")),
        sa.PrimaryKeyConstraint("hold_id", "person_id", name=op.f("pk_hold_release")),
    )
    op.create_table(
        "database_identity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("timeline", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_database_identity")),
    )
    op.execute(
        """
        INSERT INTO database_identity (id, system, timeline)
        SELECT gen_random_uuid(), system_identifier::text, left(pg_walfile_name(pg_current_wal_lsn()), 8)
        FROM pg_control_system()
        """
    )
    op.execute(
        """
        CREATE FUNCTION two_end_a_hold() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL OR
               (OLD.id, OLD.why, OLD.note, OLD.held_by, OLD.held_at)
               IS DISTINCT FROM (NEW.id, NEW.why, NEW.note, NEW.held_by, NEW.held_at) OR
               (SELECT count(*) FROM hold_release WHERE hold_id = OLD.id AND person_id <> OLD.held_by) < 2
            THEN RAISE EXCEPTION 'two people end a hold, and nothing else changes it'
                 USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    _guard("payout_hold", "ended_by_two", "BEFORE UPDATE OR DELETE", "two_end_a_hold", "ROW")
    _guard("payout_hold", "no_truncate", "BEFORE TRUNCATE", "refuse_rewriting", "STATEMENT")


def _outflows() -> None:
    op.create_table(
        "watched_wallet",
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_watched_wallet_counts_up")),
        sa.CheckConstraint(
            "(counted IS NULL) = (looked_at IS NULL)", name=op.f("ck_watched_wallet_counted_when_looked_at")
        ),
        sa.PrimaryKeyConstraint("network", "address", name=op.f("pk_watched_wallet")),
    )


def _reconciliations() -> None:
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("blocks", JSONB(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("unexplained", sa.BigInteger(), nullable=False),
        sa.Column("unknown", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index("ix_reconciliation_at", "reconciliation", ["at"])
    op.create_table(
        "reconciliation_line",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("body", JSONB(), nullable=False),
        sa.CheckConstraint(
            "status IN ('equal', 'explained', 'unexplained', 'unknown')",
            name=op.f("ck_reconciliation_line_status_is_known"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["reconciliation.id"], name=op.f("fk_reconciliation_line_run_id")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_reconciliation_line")),
    )
    op.create_table(
        "wallet_opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(79, 0), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("place IN ('wallet', 'tank')", name=op.f("ck_wallet_opening_place_is_known")),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_wallet_opening_is_something")),
        sa.CheckConstraint(
            "signed_by IS NULL OR signed_by <> drafted_by", name=op.f("ck_wallet_opening_signed_by_another")
        ),
        sa.CheckConstraint(
            "(signed_by IS NULL) = (signed_at IS NULL)", name=op.f("ck_wallet_opening_signature_is_whole")
        ),
        sa.ForeignKeyConstraint(["drafted_by"], ["person.id"], name=op.f("fk_wallet_opening_drafted_by")),
        sa.ForeignKeyConstraint(["signed_by"], ["person.id"], name=op.f("fk_wallet_opening_signed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_opening")),
    )
    signed = sa.text("signed_at IS NOT NULL")
    place = ["network", "asset", "place"]
    op.create_index("ix_wallet_opening_place", "wallet_opening", place, postgresql_where=signed)
    op.execute(
        """
        CREATE FUNCTION keep_opening() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' OR OLD.signed_at IS NOT NULL OR
               (OLD.id, OLD.network, OLD.asset, OLD.place, OLD.amount, OLD.reason, OLD.drafted_by, OLD.drafted_at)
               IS DISTINCT FROM
               (NEW.id, NEW.network, NEW.asset, NEW.place, NEW.amount, NEW.reason, NEW.drafted_by, NEW.drafted_at)
            THEN RAISE EXCEPTION 'an opening is signed once and never changed' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    _guard("wallet_opening", "keeps_terms", "BEFORE UPDATE OR DELETE", "keep_opening", "ROW")
    _guard("wallet_opening", "no_truncate", "BEFORE TRUNCATE", "refuse_rewriting", "STATEMENT")


def downgrade() -> None:
    """As it was before."""
    for table in (
        *("wallet_opening", "reconciliation_line", "reconciliation", "watched_wallet"),
        *("database_identity", "hold_release", "payout_hold"),
        *("ledger_notice", "credit_answer", "credit_intent"),
        *("alarm_answer", "alarm"),
    ):
        op.drop_table(table)
    for function in ("keep_opening", "two_end_a_hold", "keep_intent", "answered_by_another", "keep_alarm"):
        op.execute(f"DROP FUNCTION {function}()")
