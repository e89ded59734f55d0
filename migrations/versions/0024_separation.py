"""Who prepared a case or is paid by it approves nothing of it; a credit is approved by people the database knows, too."""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MADE_THE_PLAN = """
    CREATE OR REPLACE FUNCTION made_the_plan(asked uuid, who uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT EXISTS (SELECT 1 FROM plan WHERE id = asked AND prepared_by = who)
            OR EXISTS (SELECT 1 FROM recovery_case
                       WHERE id IN (SELECT plan_cases(asked)) AND {paid})
            OR EXISTS (SELECT 1 FROM case_event
                       WHERE case_id IN (SELECT plan_cases(asked)) AND actor_id = who
                         AND name IN {makers})
    $$
"""
BEFORE = ("judge_proof", "conclude", "quote", "prepare_sweep", "propose_advance")
MAKERS = (
    *("judge_proof", "conclude", "quote", "prepare_sweep", "settle_dispute", "settle_for_accepted", "settle_for_swept"),
    *("clear_denial", "propose_advance", "approve_advance"),
    *("plan_sweep_again", "plan_refund_again", "plan_advance_again"),
)
"""Those of ``workflows.unlisted_token.MAKERS``."""

CREDIT_MAKERS = ("judge_proof", "check_again", "settle_dispute")
"""Those of ``workflows.uncredited_deposit.PREPARED``."""

PAID = "(depositor_id = who OR account = (SELECT account FROM person WHERE person.id = who))"
"""Also who signs in for the case's account a second time."""

FUNCTIONS = (
    f"""
    CREATE FUNCTION made_the_credit(asked uuid, who uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT EXISTS (SELECT 1 FROM recovery_case WHERE id = asked AND {PAID})
            OR EXISTS (SELECT 1 FROM case_event
                       WHERE case_id = asked AND actor_id = who AND name IN {CREDIT_MAKERS})
    $$
    """,
    """
    CREATE FUNCTION credit_approval_is_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.at <> now()
           OR NOT EXISTS (SELECT 1 FROM recovery_case WHERE id = NEW.case_id AND round = NEW.round)
           OR NOT holds_role(NEW.approver_id, NEW.stage) OR made_the_credit(NEW.case_id, NEW.approver_id)
           OR NOT EXISTS (SELECT 1 FROM case_event
                           WHERE case_id = NEW.case_id AND actor_id = NEW.approver_id AND at = now()
                             AND name IN ('endorse_credit', 'approve_credit')) THEN
            RAISE EXCEPTION 'this person does not approve this credit' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.on_behalf_of IS NOT NULL AND (
               NOT holds_role(NEW.on_behalf_of, NEW.stage) OR made_the_credit(NEW.case_id, NEW.on_behalf_of)
            OR NOT EXISTS (SELECT 1 FROM delegation d
                            WHERE d.from_id = NEW.on_behalf_of AND d.to_id = NEW.approver_id AND d.stage = NEW.stage
                              AND d.confirmed_at IS NOT NULL AND d.ended_at IS NULL
                              AND now() BETWEEN d.starts_at AND d.ends_at)) THEN
            RAISE EXCEPTION 'nobody may be stood for like this' USING ERRCODE = 'restrict_violation';
        END IF;
        IF EXISTS (SELECT 1 FROM credit_approval a
                    WHERE a.case_id = NEW.case_id AND a.round = NEW.round AND a.approver_id <> NEW.approver_id
                      AND (a.approver_id = NEW.on_behalf_of
                           OR a.on_behalf_of IN (NEW.approver_id, NEW.on_behalf_of))) THEN
            RAISE EXCEPTION 'nobody signs twice' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION intent_is_approved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT 1 FROM recovery_case c
              JOIN claim l ON l.case_id = c.id AND l.released_at IS NULL
              JOIN credit_approval a ON a.case_id = c.id AND a.round = c.round
             WHERE c.id = NEW.case_id AND c.account = NEW.account AND a.stage = 'clearing' AND a.at = now()
               AND (l.network, l.hash, l.position, l.asset, COALESCE(l.contract, ''), l.amount)
                 = (NEW.network, NEW.hash, NEW.position, NEW.asset, NEW.contract, NEW.amount))
           OR EXISTS (SELECT 1 FROM credit
                       WHERE network = NEW.network AND hash = NEW.hash AND position IN ('', NEW.position)) THEN
            RAISE EXCEPTION 'a credit is wanted once, as it was approved by clearing' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
)
TRIGGERS = (
    ("credit_approval", "AFTER INSERT", "credit_approval_is_allowed"),
    ("credit_intent", "BEFORE INSERT", "intent_is_approved"),
)


def upgrade() -> None:
    """One function says more, two tables are guarded."""
    op.execute(MADE_THE_PLAN.format(paid=PAID, makers=MAKERS))
    for function in FUNCTIONS:
        op.execute(function)
    for table, when, name in TRIGGERS:
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    """As it was before."""
    for table, _, name in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {name}()")
    op.execute("DROP FUNCTION made_the_credit(uuid, uuid)")
    op.execute(MADE_THE_PLAN.format(paid="depositor_id = who", makers=BEFORE))
