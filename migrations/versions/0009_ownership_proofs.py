"""Proof of ownership: challenges used once, test transfers of odd amounts, documents, and every verdict."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SUBJECTS = "subject IN ('source', 'destination', 'memo')"


def _moment(name: str, *, now: bool = False, needed: bool = False) -> sa.Column[object]:
    default = sa.func.now() if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not (now or needed))


def _text(name: str, *, needed: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=not needed)


def _case(table: str) -> tuple[sa.Column[object], sa.ForeignKeyConstraint, sa.PrimaryKeyConstraint]:
    return (
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["recovery_case.id"], name=op.f(f"fk_{table}_case_id_recovery_case")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    """Four tables; a proof is never rewritten, a challenge keeps its text and is never made good again."""
    _challenges()
    _transfers()
    _documents()
    _proofs()
    op.execute(
        """
        CREATE FUNCTION keep_challenge() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (OLD.id, OLD.case_id, OLD.network, OLD.address, OLD.subject, OLD.method, OLD.nonce, OLD.domain, OLD.text,
                OLD.payload::text, OLD.issued_at, OLD.expires_at)
               IS DISTINCT FROM
               (NEW.id, NEW.case_id, NEW.network, NEW.address, NEW.subject, NEW.method, NEW.nonce, NEW.domain, NEW.text,
                NEW.payload::text, NEW.issued_at, NEW.expires_at)
               OR OLD.used_at IS NOT NULL OR OLD.voided_at IS NOT NULL
            THEN RAISE EXCEPTION 'a challenge is used once' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER ownership_challenge_used_once BEFORE UPDATE ON ownership_challenge "
        "FOR EACH ROW EXECUTE FUNCTION keep_challenge()"
    )
    op.execute(
        "CREATE TRIGGER ownership_proof_append_only BEFORE UPDATE OR DELETE ON ownership_proof "
        "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
    )
    op.execute(
        "CREATE TRIGGER ownership_proof_no_truncate BEFORE TRUNCATE ON ownership_proof "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )


def _challenges() -> None:
    op.create_table(
        "ownership_challenge",
        sa.Column("id", sa.Uuid(), nullable=False),
        *map(_text, ("network", "address", "subject", "method", "nonce", "domain", "text")),
        sa.Column("payload", JSONB(), nullable=False),
        _moment("issued_at", now=True),
        _moment("expires_at", needed=True),
        _moment("used_at"),
        _moment("voided_at"),
        sa.CheckConstraint(SUBJECTS, name=op.f("ck_ownership_challenge_subject_is_known")),
        sa.CheckConstraint("nonce ~ '^[0-9a-f]{64}$'", name=op.f("ck_ownership_challenge_nonce_is_32_bytes")),
        sa.CheckConstraint("used_at IS NULL OR voided_at IS NULL", name=op.f("ck_ownership_challenge_used_or_voided")),
        *_case("ownership_challenge"),
    )
    op.create_index(
        "uq_ownership_challenge_open",
        "ownership_challenge",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("used_at IS NULL AND voided_at IS NULL"),
    )


def _transfers() -> None:
    op.create_table(
        "test_transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        *map(_text, ("network", "contract", "symbol", "sender", "recipient", "memo")),
        sa.Column("decimals", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(78, 0), nullable=False),
        _moment("asked_at", now=True),
        _moment("expires_at", needed=True),
        _text("hash", needed=False),
        _moment("told_at"),
        _text("position", needed=False),
        _moment("closed_at"),
        sa.CheckConstraint("amount > 0", name=op.f("ck_test_transfer_amount_is_positive")),
        *_case("test_transfer"),
    )
    still_open = sa.text("closed_at IS NULL")
    for name, columns in (("amount", ["network", "contract", "amount"]), ("open", ["case_id"])):
        op.create_index(f"uq_test_transfer_{name}", "test_transfer", columns, unique=True, postgresql_where=still_open)


def _documents() -> None:
    op.create_table(
        "proof_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        *map(_text, ("name", "media_type", "sha256")),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("quarantined", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        _moment("at", now=True),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_proof_document_sha256_is_whole")),
        sa.CheckConstraint("size = octet_length(body)", name=op.f("ck_proof_document_size_is_of_the_body")),
        *_case("proof_document"),
    )
    op.create_index("uq_proof_document_file", "proof_document", ["case_id", "sha256"], unique=True)


def _proofs() -> None:
    op.create_table(
        "ownership_proof",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=True),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        *map(_text, ("subject", "network", "hash", "address", "memo", "method", "strength", "why")),
        *(_text(name, needed=False) for name in ("signature", "public_key")),
        sa.Column("extra", JSONB(), nullable=False),
        sa.Column("verdict", sa.Boolean(), nullable=True),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("judged_by", sa.Uuid(), nullable=False),
        _moment("at", now=True),
        sa.CheckConstraint(SUBJECTS, name=op.f("ck_ownership_proof_subject_is_known")),
        sa.CheckConstraint("strength IN ('weak', 'strong')", name=op.f("ck_ownership_proof_strength_is_known")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_ownership_proof_{column}_{table}"))
            for column, table in (("challenge_id", "ownership_challenge"), ("transfer_id", "test_transfer"))
        ),
        *_case("ownership_proof"),
    )
    op.create_index("ix_ownership_proof_case", "ownership_proof", ["case_id", "at"])


def downgrade() -> None:
    """As it was before."""
    for table in ("ownership_proof", "proof_document", "test_transfer", "ownership_challenge"):
        op.drop_table(table)
    op.execute("DROP FUNCTION keep_challenge()")
