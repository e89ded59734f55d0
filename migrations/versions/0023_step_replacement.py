"""A stuck step is replaced by the same movement at a higher fee, with the same nonce or inputs; nothing else is a replacement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0016"
branch_labels = None
depends_on = None

MOST_DEARER = 10

SAME = """
    CREATE FUNCTION replaces_step(was jsonb, wanted jsonb, newest jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
    DECLARE
        field text; old jsonb; new jsonb; place integer; lost numeric := 0; dearer numeric;
    BEGIN
        FOREACH field IN ARRAY ARRAY['purpose', 'form', 'sender', 'nonce', 'inputs'] LOOP
            IF NOT (was ? field AND wanted ? field) OR was -> field IS DISTINCT FROM wanted -> field
            THEN RETURN false; END IF;
        END LOOP;
        dearer := (wanted ->> 'highest_cost')::numeric - (was ->> 'highest_cost')::numeric;
        IF COALESCE((wanted ->> 'highest_cost')::numeric <= (newest ->> 'highest_cost')::numeric
           OR (wanted ->> 'highest_cost')::numeric > {most} * (was ->> 'highest_cost')::numeric, true)
        THEN RETURN false; END IF;

        IF was ->> 'form' = 'evm' THEN
            RETURN COALESCE(
                was ->> 'nonce' IS NOT NULL
                AND was -> 'moves' = wanted -> 'moves' AND was -> 'serves' = wanted -> 'serves'
                AND (was -> 'body') - 'max_fee_per_gas' - 'max_priority_fee_per_gas'
                  = (wanted -> 'body') - 'max_fee_per_gas' - 'max_priority_fee_per_gas'
                AND (wanted #>> '{{body,max_fee_per_gas}}')::numeric > (newest #>> '{{body,max_fee_per_gas}}')::numeric
                AND (wanted #>> '{{body,max_priority_fee_per_gas}}')::numeric
                  >= (newest #>> '{{body,max_priority_fee_per_gas}}')::numeric,
                false);
        END IF;

        IF was ->> 'form' <> 'utxo' OR jsonb_array_length(was -> 'inputs') = 0
           OR was #> '{{body,inputs}}' IS DISTINCT FROM wanted #> '{{body,inputs}}'
           OR jsonb_array_length(wanted -> 'moves') > jsonb_array_length(was -> 'moves')
           OR jsonb_array_length(wanted -> 'serves') <> jsonb_array_length(was -> 'serves')
        THEN RETURN false; END IF;
        FOR place IN 0 .. jsonb_array_length(was -> 'moves') - 1 LOOP
            old := was #> ARRAY['moves', place::text];
            new := wanted #> ARRAY['moves', place::text];
            IF was ->> 'purpose' <> 'sweep' AND (place = 0 OR old ->> 'recipient' <> old ->> 'sender') THEN
                IF new IS DISTINCT FROM old THEN RETURN false; END IF;
            ELSIF new IS NULL THEN
                IF was ->> 'purpose' = 'sweep' THEN RETURN false; END IF;
                lost := lost + (old ->> 'arrives')::numeric;
            ELSE
                IF (new - 'amount' - 'arrives') IS DISTINCT FROM (old - 'amount' - 'arrives')
                   OR new ->> 'amount' IS DISTINCT FROM new ->> 'arrives'
                   OR COALESCE((new ->> 'arrives')::numeric > (old ->> 'arrives')::numeric, true)
                THEN RETURN false; END IF;
                lost := lost + (old ->> 'arrives')::numeric - (new ->> 'arrives')::numeric;
            END IF;
        END LOOP;
        FOR place IN 0 .. jsonb_array_length(was -> 'serves') - 1 LOOP
            old := was #> ARRAY['serves', place::text];
            new := wanted #> ARRAY['serves', place::text];
            IF (new - 'arrives') IS DISTINCT FROM (old - 'arrives')
               OR (was ->> 'purpose' <> 'sweep' AND new IS DISTINCT FROM old)
            THEN RETURN false; END IF;
        END LOOP;
        RETURN COALESCE(lost = dearer, false);
    END $$
"""

KEEP = """
    CREATE FUNCTION keep_replacement() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        step plan_step; newest jsonb;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF (OLD.signed IS NOT NULL AND (OLD.signed, OLD.hash) IS DISTINCT FROM (NEW.signed, NEW.hash))
               OR (OLD.plan_id, OLD.number, OLD."index", OLD.unsigned::text, OLD.asked_by, OLD.at)
                  IS DISTINCT FROM (NEW.plan_id, NEW.number, NEW."index", NEW.unsigned::text, NEW.asked_by, NEW.at)
            THEN RAISE EXCEPTION 'a replacement keeps what it is' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        SELECT * INTO step FROM plan_step WHERE plan_id = NEW.plan_id AND "index" = NEW."index" FOR UPDATE;
        SELECT unsigned::jsonb INTO newest FROM step_replacement
            WHERE plan_id = NEW.plan_id AND "index" = NEW."index" ORDER BY number DESC LIMIT 1;
        IF step.state IS DISTINCT FROM 'signed' OR step.signed IS NULL
           OR EXISTS (SELECT 1 FROM step_replacement
                      WHERE plan_id = NEW.plan_id AND "index" = NEW."index" AND signed IS NULL)
           OR NOT replaces_step(step.unsigned::jsonb, NEW.unsigned::jsonb, COALESCE(newest, step.unsigned::jsonb))
        THEN RAISE EXCEPTION 'a replacement is the same movement, dearer' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
"""

MINED = """
    CREATE FUNCTION keep_mined() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.mined_hash IS NULL AND NEW.state IN ('final', 'failed')
           OR NEW.mined_hash IS NOT NULL AND NEW.mined_hash IS DISTINCT FROM NEW.hash AND NOT EXISTS (
               SELECT 1 FROM step_replacement one
               WHERE one.plan_id = NEW.plan_id AND one."index" = NEW."index" AND one.hash = NEW.mined_hash)
        THEN RAISE EXCEPTION 'what was mined is the step or a replacement of it' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
"""


def upgrade() -> None:
    """Replacements, what the database itself holds them to, and which attempt of a step was mined."""
    op.create_table(
        "step_replacement",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("index", sa.BigInteger(), nullable=False),
        sa.Column("unsigned", postgresql.JSONB(), nullable=False),
        sa.Column("signed", sa.Text(), nullable=True),
        sa.Column("hash", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(signed IS NULL) = (hash IS NULL)", name=op.f("ck_step_replacement_signed_has_hash")),
        sa.CheckConstraint("number > 0", name=op.f("ck_step_replacement_number_counts")),
        sa.ForeignKeyConstraint(
            ["plan_id", "index"], ["plan_step.plan_id", "plan_step.index"], name="fk_step_replacement_step"
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_step_replacement_asked_by")),
        sa.PrimaryKeyConstraint("plan_id", "number", name=op.f("pk_step_replacement")),
    )
    op.create_index("ix_step_replacement_step", "step_replacement", ["plan_id", "index"])
    op.add_column("plan_step", sa.Column("mined_hash", sa.Text(), nullable=True))
    op.execute("UPDATE plan_step SET mined_hash = hash WHERE state IN ('final', 'failed')")
    op.execute(SAME.format(most=MOST_DEARER))
    op.execute(KEEP)
    op.execute(MINED)
    op.execute(
        "CREATE TRIGGER step_replacement_keeps BEFORE INSERT OR UPDATE ON step_replacement "
        "FOR EACH ROW EXECUTE FUNCTION keep_replacement()"
    )
    op.execute(
        "CREATE TRIGGER step_replacement_not_deleted BEFORE DELETE OR TRUNCATE ON step_replacement "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )
    op.execute(
        "CREATE TRIGGER plan_step_keeps_mined BEFORE INSERT OR UPDATE OF mined_hash, state ON plan_step "
        "FOR EACH ROW EXECUTE FUNCTION keep_mined()"
    )


def downgrade() -> None:
    """Without replacements again. Raises while there are any: their bytes may be on the chain."""
    op.execute(
        """
        DO $$ BEGIN
            IF EXISTS (SELECT 1 FROM step_replacement) THEN
                RAISE EXCEPTION 'replacements cannot be told in the older form';
            END IF;
        END $$
        """
    )
    op.execute("DROP TRIGGER plan_step_keeps_mined ON plan_step")
    op.drop_column("plan_step", "mined_hash")
    op.drop_table("step_replacement")
    for function in ("keep_mined()", "keep_replacement()", "replaces_step(jsonb, jsonb, jsonb)"):
        op.execute(f"DROP FUNCTION {function}")
