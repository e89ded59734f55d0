"""First tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "account",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("security_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('active', 'frozen', 'closed')", name=op.f("ck_account_state_is_known")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_account")),
    )
    op.create_table(
        "asset_price",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("quote_contract", sa.Text(), nullable=True),
        sa.Column("numerator", sa.Numeric(78, 0), nullable=False),
        sa.Column("denominator", sa.Numeric(78, 0), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("numerator > 0 AND denominator > 0", name=op.f("ck_asset_price_ratio_is_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_price")),
    )
    op.create_index("ix_asset_price_latest", "asset_price", ["network", "contract", "observed_at"], unique=False)
    op.create_table(
        "credit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(78, 0), nullable=False),
        sa.Column("credited_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit")),
        sa.UniqueConstraint("network", "hash", "position", name=op.f("uq_credit_network_hash_position")),
    )
    op.create_table(
        "fee_policy",
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("activated_by", sa.Uuid(), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(activated_by IS NULL) = (activated_at IS NULL)", name=op.f("ck_fee_policy_activation_is_whole")
        ),
        sa.CheckConstraint(
            "activated_by IS NULL OR activated_by <> drafted_by", name=op.f("ck_fee_policy_activated_by_another")
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_fee_policy")),
    )
    op.create_table(
        "handled_request",
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("pk_handled_request")),
    )
    op.create_table(
        "ledger_account",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('asset', 'liability', 'income', 'expense')", name=op.f("ck_ledger_account_kind_is_known")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint("name", name=op.f("uq_ledger_account_name")),
    )
    op.create_table(
        "listed_asset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("decimals", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("deposits_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minimum", sa.Numeric(78, 0), nullable=True),
        sa.Column("superseded_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('listed', 'suspended', 'delisted', 'superseded')", name=op.f("ck_listed_asset_state_is_known")
        ),
        sa.CheckConstraint("decimals BETWEEN 0 AND 77", name=op.f("ck_listed_asset_decimals_in_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_asset")),
        sa.UniqueConstraint("network", "contract", name=op.f("uq_listed_asset_network_contract")),
    )
    op.create_table(
        "owned_address",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custody", sa.Text(), nullable=False),
        sa.Column("factory", sa.Text(), nullable=True),
        sa.Column("salt", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "custody IN ('key', 'contract', 'multisig', 'third_party', 'archived')",
            name=op.f("ck_owned_address_custody_is_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('deposit', 'shared', 'hot', 'cold', 'gas_tank', 'contract')",
            name=op.f("ck_owned_address_kind_is_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owned_address")),
        sa.UniqueConstraint(
            "network",
            "address",
            "memo",
            "account",
            "valid_from",
            name=op.f("uq_owned_address_network_address_memo_account_valid_from"),
        ),
    )
    op.create_index("ix_owned_address_address", "owned_address", ["address"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failed_sign_ins", sa.BigInteger(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_is_lower_case")),
        sa.CheckConstraint("length(email) <= 254", name=op.f("ck_person_email_is_short")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "platform_label",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('platform', 'bridge', 'contract', 'sanctioned')", name=op.f("ck_platform_label_kind_is_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_label")),
        sa.UniqueConstraint("network", "address", name=op.f("uq_platform_label_network_address")),
    )
    op.create_table(
        "registry_import",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_registry_import")),
    )
    op.create_table(
        "sent_withdrawal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(78, 0), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_withdrawal")),
        sa.UniqueConstraint("network", "hash", "account", name=op.f("uq_sent_withdrawal_network_hash_account")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stepped_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_api_token_secret_sha256")),
    )
    op.create_index(op.f("ix_api_token_person_id"), "api_token", ["person_id"], unique=False)
    op.create_table(
        "person_role",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_role_person_id")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_role")),
    )
    op.create_table(
        "recovery_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.Text(), nullable=False),
        sa.Column("depositor_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=True),
        sa.Column("named_network", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("looks", sa.BigInteger(), nullable=False),
        sa.Column("next_look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_recovery_case_version_counts_from_one")),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_recovery_case_assignee_id")),
        sa.ForeignKeyConstraint(["depositor_id"], ["person.id"], name=op.f("fk_recovery_case_depositor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_case")),
        sa.UniqueConstraint("ref", name=op.f("uq_recovery_case_ref")),
    )
    op.create_index("ix_recovery_case_depositor", "recovery_case", ["depositor_id", "opened_at", "id"], unique=False)
    op.create_index("ix_recovery_case_hash", "recovery_case", ["hash"], unique=False)
    op.create_index("ix_recovery_case_opened", "recovery_case", ["opened_at", "id"], unique=False)
    op.create_index(
        "ix_recovery_case_queue",
        "recovery_case",
        ["state", "changed_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "uq_recovery_case_open_hash",
        "recovery_case",
        ["depositor_id", "hash"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "user_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("stepped_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_user_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_user_session_secret_sha256")),
    )
    op.create_index(op.f("ix_user_session_person_id"), "user_session", ["person_id"], unique=False)
    op.create_table(
        "asset_probe",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("symbol", sa.Text(), nullable=True),
        sa.Column("decimals", sa.BigInteger(), nullable=True),
        sa.Column("balance", sa.Numeric(78, 0), nullable=True),
        sa.Column("network_cost", sa.Numeric(78, 0), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_asset_probe_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_probe")),
    )
    op.create_index(op.f("ix_asset_probe_case_id"), "asset_probe", ["case_id"], unique=False)
    op.create_table(
        "case_event",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_case_event_hash_is_sha256")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_case_event_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_case_event")),
        sa.UniqueConstraint("id", name=op.f("uq_case_event_id")),
    )
    op.create_index("ix_case_event_at", "case_event", ["at", "case_id", "seq"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=True),
        sa.Column("decimals", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.Numeric(78, 0), nullable=False),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_claim_amount_is_positive")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_claim_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_case_id"), "claim", ["case_id"], unique=False)
    op.create_index(
        "uq_claim_leg",
        "claim",
        ["network", "hash", "position"],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "diagnosis",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("look", sa.BigInteger(), nullable=False),
        sa.Column("rules_version", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("outcome", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("legs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("checks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("transaction", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_diagnosis_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnosis")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_diagnosis_case_id_number")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("look", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_evidence_sha256_is_whole")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_evidence_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_case", "evidence", ["case_id", "look"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_id", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('due', 'done', 'stuck')", name=op.f("ck_job_state_is_known")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_job_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_case_id"), "job", ["case_id"], unique=False)
    op.create_index("ix_job_due", "job", ["due_at", "id"], unique=False, postgresql_where=sa.text("state = 'due'"))
    op.create_index("ix_job_stuck", "job", ["topic"], unique=False, postgresql_where=sa.text("state = 'stuck'"))
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('appeal', 'question', 'answer', 'note', 'reason', 'decision')",
            name=op.f("ck_message_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_message_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("case_id", "commitment", name=op.f("uq_message_case_id_commitment")),
    )
    op.create_index(op.f("ix_message_case_id"), "message", ["case_id"], unique=False)
    op.create_table(
        "quote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.Column("symbol", sa.Text(), nullable=True),
        sa.Column("decimals", sa.BigInteger(), nullable=True),
        sa.Column("gross", sa.Numeric(78, 0), nullable=False),
        sa.Column("fee", sa.Numeric(78, 0), nullable=False),
        sa.Column("network_cost", sa.Numeric(78, 0), nullable=False),
        sa.Column("net", sa.Numeric(78, 0), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("policy_version", sa.BigInteger(), nullable=False),
        sa.Column("price_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("destination", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'accepted') = (accepted_at IS NOT NULL)", name=op.f("ck_quote_acceptance_is_whole")
        ),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'expired', 'superseded')", name=op.f("ck_quote_state_is_known")
        ),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (destination IS NULL)", name=op.f("ck_quote_destination_with_acceptance")
        ),
        sa.CheckConstraint("gross = fee + network_cost + net", name=op.f("ck_quote_lines_add_up")),
        sa.CheckConstraint("net > 0", name=op.f("ck_quote_net_is_positive")),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_quote_case_id")),
        sa.ForeignKeyConstraint(["policy_version"], ["fee_policy.version"], name=op.f("fk_quote_policy_version")),
        sa.ForeignKeyConstraint(["price_id"], ["asset_price.id"], name=op.f("fk_quote_price_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_quote_case_id_number")),
    )
    op.create_index(
        "uq_quote_accepted", "quote", ["case_id"], unique=True, postgresql_where=sa.text("state = 'accepted'")
    )
    op.create_index(
        "uq_quote_offered", "quote", ["case_id"], unique=True, postgresql_where=sa.text("state = 'offered'")
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('sweep', 'refund')", name=op.f("ck_plan_kind_is_known")),
        sa.CheckConstraint(
            "state IN ('drafted', 'released', 'recorded', 'confirmed', 'dead', 'void')",
            name=op.f("ck_plan_state_is_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f("fk_plan_case_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_plan_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("case_id", "kind", "round", name=op.f("uq_plan_case_id_kind_round")),
        sa.UniqueConstraint("id", "digest", "prepared_by", name=op.f("uq_plan_id_digest_prepared_by")),
    )
    op.create_index("ix_plan_state", "plan", ["state", "at"], unique=False)
    op.create_index(
        "uq_plan_current",
        "plan",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('dead', 'void')"),
    )
    op.create_table(
        "posting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("debit", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(78, 0), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_posting_amount_is_positive")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_posting_two_accounts")),
        sa.ForeignKeyConstraint(
            ["case_id", "seq"], ["case_event.case_id", "case_event.seq"], name=op.f("fk_posting_case_id_seq")
        ),
        sa.ForeignKeyConstraint(["credit"], ["ledger_account.code"], name=op.f("fk_posting_credit")),
        sa.ForeignKeyConstraint(["debit"], ["ledger_account.code"], name=op.f("fk_posting_debit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("case_id", "kind", "leg", name=op.f("uq_posting_case_id_kind_leg")),
    )
    op.create_index("ix_posting_asset", "posting", ["network", "asset"], unique=False)
    op.create_table(
        "plan_step",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("index", sa.BigInteger(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("unsigned", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("signed", sa.Text(), nullable=True),
        sa.Column("hash", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cost", sa.Numeric(78, 0), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'signed', 'final', 'failed', 'abandoned')", name=op.f("ck_plan_step_state_is_known")
        ),
        sa.CheckConstraint("(signed IS NULL) = (hash IS NULL)", name=op.f("ck_plan_step_signed_has_hash")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_step_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "index", name=op.f("pk_plan_step")),
    )
    op.create_index(
        "uq_plan_step_hash",
        "plan_step",
        ["network", "hash"],
        unique=True,
        postgresql_where=sa.text("hash IS NOT NULL AND state <> 'abandoned'"),
    )
    op.create_index(
        "uq_plan_step_nonce",
        "plan_step",
        ["network", "sender", "nonce"],
        unique=True,
        postgresql_where=sa.text("state <> 'abandoned'"),
    )
    op.create_table(
        "sign_off",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("preparer_id", sa.Uuid(), nullable=False),
        sa.Column("approver_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("stage IN ('wallet', 'clearing')", name=op.f("ck_sign_off_stage_is_known")),
        sa.CheckConstraint("approver_id <> preparer_id", name=op.f("ck_sign_off_not_by_the_preparer")),
        sa.ForeignKeyConstraint(["approver_id"], ["person.id"], name=op.f("fk_sign_off_approver_id")),
        sa.ForeignKeyConstraint(
            ["plan_id", "digest", "preparer_id"],
            ["plan.id", "plan.digest", "plan.prepared_by"],
            name="fk_sign_off_plan",
        ),
        sa.PrimaryKeyConstraint("plan_id", "stage", name=op.f("pk_sign_off")),
        sa.UniqueConstraint("plan_id", "approver_id", name=op.f("uq_sign_off_plan_id_approver_id")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("sign_off")
    op.drop_index("uq_plan_step_nonce", table_name="plan_step", postgresql_where=sa.text("state <> 'abandoned'"))
    op.drop_index(
        "uq_plan_step_hash",
        table_name="plan_step",
        postgresql_where=sa.text("hash IS NOT NULL AND state <> 'abandoned'"),
    )
    op.drop_table("plan_step")
    op.drop_index("ix_posting_asset", table_name="posting")
    op.drop_table("posting")
    op.drop_index("uq_plan_current", table_name="plan", postgresql_where=sa.text("state NOT IN ('dead', 'void')"))
    op.drop_index("ix_plan_state", table_name="plan")
    op.drop_table("plan")
    op.drop_index("uq_quote_offered", table_name="quote", postgresql_where=sa.text("state = 'offered'"))
    op.drop_index("uq_quote_accepted", table_name="quote", postgresql_where=sa.text("state = 'accepted'"))
    op.drop_table("quote")
    op.drop_index(op.f("ix_message_case_id"), table_name="message")
    op.drop_table("message")
    op.drop_index("ix_job_stuck", table_name="job", postgresql_where=sa.text("state = 'stuck'"))
    op.drop_index("ix_job_due", table_name="job", postgresql_where=sa.text("state = 'due'"))
    op.drop_index(op.f("ix_job_case_id"), table_name="job")
    op.drop_table("job")
    op.drop_index("ix_evidence_case", table_name="evidence")
    op.drop_table("evidence")
    op.drop_table("diagnosis")
    op.drop_index("uq_claim_leg", table_name="claim", postgresql_where=sa.text("released_at IS NULL"))
    op.drop_index(op.f("ix_claim_case_id"), table_name="claim")
    op.drop_table("claim")
    op.drop_index("ix_case_event_at", table_name="case_event")
    op.drop_table("case_event")
    op.drop_index(op.f("ix_asset_probe_case_id"), table_name="asset_probe")
    op.drop_table("asset_probe")
    op.drop_index(op.f("ix_user_session_person_id"), table_name="user_session")
    op.drop_table("user_session")
    op.drop_index(
        "uq_recovery_case_open_hash", table_name="recovery_case", postgresql_where=sa.text("closed_at IS NULL")
    )
    op.drop_index("ix_recovery_case_queue", table_name="recovery_case", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("ix_recovery_case_opened", table_name="recovery_case")
    op.drop_index("ix_recovery_case_hash", table_name="recovery_case")
    op.drop_index("ix_recovery_case_depositor", table_name="recovery_case")
    op.drop_table("recovery_case")
    op.drop_table("person_role")
    op.drop_index(op.f("ix_api_token_person_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_table("sent_withdrawal")
    op.drop_table("registry_import")
    op.drop_table("platform_label")
    op.drop_table("person")
    op.drop_index("ix_owned_address_address", table_name="owned_address")
    op.drop_table("owned_address")
    op.drop_table("listed_asset")
    op.drop_table("ledger_account")
    op.drop_table("handled_request")
    op.drop_table("fee_policy")
    op.drop_table("credit")
    op.drop_index("ix_asset_price_latest", table_name="asset_price")
    op.drop_table("asset_price")
    op.drop_table("account")
