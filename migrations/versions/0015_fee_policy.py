"""Fee policy as a document with a beginning, trials of its versions, and the facts a quote was worked out from."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0022"
branch_labels = None
depends_on = None

KEEP_POLICY = """
CREATE OR REPLACE FUNCTION keep_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - 'activated_by' - 'activated_at') IS DISTINCT FROM (to_jsonb(NEW) - 'activated_by' - 'activated_at')
       OR (OLD.activated_at IS NOT NULL
           AND (OLD.activated_by, OLD.activated_at) IS DISTINCT FROM (NEW.activated_by, NEW.activated_at))
    THEN RAISE EXCEPTION 'a fee policy keeps its rules' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
KEEP_INPUTS = """
CREATE FUNCTION keep_inputs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.inputs IS DISTINCT FROM NEW.inputs
    THEN RAISE EXCEPTION 'a quote keeps its facts' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
NEVER = "-"
"""A network no case is on: what stands for a condition that could never hold."""


def upgrade() -> None:
    """Rules become documents that mean the same; from now on a version says when it begins."""
    op.execute("DROP TRIGGER fee_policy_keeps_rules ON fee_policy")
    op.alter_column("fee_policy", "rules", new_column_name="document")
    op.add_column("fee_policy", sa.Column("effective_from", sa.DateTime(timezone=True), nullable=True))
    connection = op.get_bind()
    for version, rules in connection.execute(sa.text("SELECT version, document FROM fee_policy")).all():
        connection.execute(
            sa.text("UPDATE fee_policy SET document = CAST(:document AS jsonb) WHERE version = :version"),
            {"document": json.dumps({"rules": _documents(rules)}), "version": version},
        )
    op.execute(KEEP_POLICY)
    op.execute(
        "CREATE TRIGGER fee_policy_keeps_rules BEFORE UPDATE ON fee_policy FOR EACH ROW EXECUTE FUNCTION keep_policy()"
    )
    op.add_column("quote", sa.Column("inputs", JSONB(), nullable=True))
    op.execute(KEEP_INPUTS)
    op.execute("CREATE TRIGGER quote_keeps_inputs BEFORE UPDATE ON quote FOR EACH ROW EXECUTE FUNCTION keep_inputs()")
    _trials()


def _trials() -> None:
    op.create_table(
        "fee_trial",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("engine", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quotes", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("possible", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("summary", JSONB(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["version"], ["fee_policy.version"], name=op.f("fk_fee_trial_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_trial")),
    )
    op.create_index("ix_fee_trial_version", "fee_trial", ["version", "at"])
    op.execute(
        "CREATE TRIGGER fee_trial_append_only BEFORE UPDATE OR DELETE ON fee_trial "
        "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
    )
    op.execute(
        "CREATE TRIGGER fee_trial_no_truncate BEFORE TRUNCATE ON fee_trial "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )


def _documents(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rules of old in the form of now. Names become different ones, as they are what a rule is known by."""
    made: list[dict[str, Any]] = []
    for place, rule in enumerate(rules, 1):
        name = "".join(letter for letter in str(rule["name"]) if letter.isprintable()).strip()[:180] or f"rule {place}"
        if any(one["name"] == name for one in made):
            name = f"{name} ({place})"
        made.append({"name": name, "match": _match(rule.get("match", {}))} | _charged(rule))
    return made


def _match(given: dict[str, list[str]]) -> dict[str, list[str]]:
    """An empty list, or none but unknown causes, was a condition that never held."""
    known = {key: sorted({str(one) for one in names}) for key, names in given.items()}
    if "causes" in known:
        known["causes"] = [
            one for one in known["causes"] if len(one) == 3 and one[0] in "ABCDEFGH" and one[1:].isdigit()
        ]
    if any(not names for names in known.values()):
        return {"networks": [NEVER]}
    return known


def _charged(rule: dict[str, Any]) -> dict[str, Any]:
    bps, flat, floor = (int(rule.get(key, 0)) for key in ("percent_bps", "flat_native", "minimum_native"))
    percent = {"kind": "percent", "bps": bps}
    fixed = {"kind": "flat", "amount": {"native": str(flat)}}
    fee: dict[str, Any] = {"kind": "sum", "parts": [percent, fixed]} if bps and flat else fixed if flat else percent
    if floor:
        fee = fee | {"floor": {"native": str(floor)}}
    if "maximum_bps" in rule:
        fee = fee | {"cap_bps": rule["maximum_bps"]}
    bearer = "depositor" if rule.get("network_cost", "passed_on") == "passed_on" else "platform"
    return {"fee": fee, "network_cost": {"borne_by": bearer}, "without_price": "waive"}


def downgrade() -> None:
    """As it was before. Versions stay as they are; the release before cannot quote by them, and refuses to."""
    op.drop_table("fee_trial")
    op.execute("DROP TRIGGER quote_keeps_inputs ON quote")
    op.execute("DROP FUNCTION keep_inputs()")
    op.drop_column("quote", "inputs")
    op.drop_column("fee_policy", "effective_from")
    op.alter_column("fee_policy", "document", new_column_name="rules")
    op.execute(
        """
        CREATE OR REPLACE FUNCTION keep_policy() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (OLD.version, OLD.rules::text, OLD.note, OLD.drafted_by, OLD.drafted_at)
               IS DISTINCT FROM (NEW.version, NEW.rules::text, NEW.note, NEW.drafted_by, NEW.drafted_at)
               OR (OLD.activated_at IS NOT NULL
                   AND (OLD.activated_by, OLD.activated_at) IS DISTINCT FROM (NEW.activated_by, NEW.activated_at))
            THEN RAISE EXCEPTION 'a fee policy keeps its rules' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
