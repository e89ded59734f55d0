"""One person in two places, and two where three are needed: what they try, and what each of them is refused."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select, text

from recovery.domain.credit_intents import Said
from recovery.errors import MoveNotOpen, NotAllowed
from recovery.models import Alarm, FraudSignal
from recovery.queries.facts import open_claim
from recovery.queries.fraud import signals_shown
from recovery.queries.intents import current_intent
from recovery.queries.screening import screenings_shown
from recovery.queries.sign_offs import credit_digest
from recovery.services import credits
from recovery.services.alarms import acknowledge
from recovery.services.registry import load_file
from recovery.services.registry_edits import put_row
from recovery.services.registry_files import CsvFile
from tests.recovery.desk import GROSS, LISTED, LONG_AGO, NETWORK, TOKEN, WALLET, Desk, find, new_hash, seen, transfer
from tests.recovery.rivals import claim_or_dispute
from tests.recovery.services.test_advances import draft as draft_advance, limit as advance_limit
from tests.recovery.services.test_disputes import second
from tests.recovery.services.test_sign_offs import (
    approve,
    break_it,
    credit_proposed,
    crew,
    lend,
    limit,
    policy,
    refused,
)

pytestmark = pytest.mark.promise

__all__ = ["crew"]


@pytest.fixture(autouse=True)
def insiders(desk: Desk, crew: None) -> None:
    """Staff who sign in for an account of the exchange too, or sit in two teams."""
    for team in ("wallet", "clearing", "lead"):
        desk.person(f"{team}_with_account", team, account="acct-1")
    desk.person("lead_and_clearing", "lead", "clearing")
    desk.person("proposer", "clearing")


SIGN = (
    "INSERT INTO sign_off (plan_id, stage, digest, preparer_id, approver_id, at) "
    "SELECT id, :team, digest, prepared_by, :who, now() FROM plan WHERE id = :id"
)


# a second sign-in for the account that is paid


def test_staff_of_the_cases_account_decide_nothing_of_it(desk: Desk) -> None:
    ref = desk.drafted()
    for team in ("wallet", "clearing"):
        with pytest.raises(NotAllowed, match="your_own_case"):
            approve(desk, f"{team}_with_account", ref, team)
    with pytest.raises(NotAllowed, match="your_own_case"):
        break_it(desk, ref, "lead_with_account")
    lend(desk, "wallet_with_account", "wallet2")
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        approve(desk, "wallet2", ref, "wallet", on_behalf_of=str(desk["wallet_with_account"].id))
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    who = desk["wallet_with_account"].id
    refused(desk, "made the case", SIGN, team="wallet", who=who, id=plan.id)


def test_staff_of_the_cases_account_credit_nothing_to_it(desk: Desk) -> None:
    ref = credit_proposed(desk)
    with pytest.raises(NotAllowed, match="your_own_case"):
        desk.move("clearing_with_account", ref, "approve_credit")
    lend(desk, "clearing_with_account", "clearing2", "clearing")
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        desk.move("clearing2", ref, "approve_credit", on_behalf_of=str(desk["clearing_with_account"].id))
    assert desk.state(ref) == "credit_sign_off"


def test_staff_of_a_claimants_account_settle_no_dispute(desk: Desk) -> None:
    ref = desk.reviewed()
    other = second(desk, ref)
    for one in (ref, other):
        with pytest.raises(NotAllowed, match="your_own_case"):
            desk.move("lead_with_account", one, "settle_dispute", reason="mine")


def test_who_judged_a_claimants_proof_settles_no_dispute_of_theirs(desk: Desk) -> None:
    desk.person("lead_and_judge", "lead", "specialist")
    ref = desk.reviewed()
    wrote_it(desk, ref, "lead_and_judge", "judge_proof")
    other = second(desk, ref)
    for one, why in ((ref, "you_prepared_it|handled_a_party"), (other, "handled_a_party")):
        with pytest.raises(NotAllowed, match=why):
            desk.move("lead_and_judge", one, "settle_dispute", reason="mine")


# who chose, cleared or sent back has prepared


def test_who_chose_the_claimant_does_not_approve_the_credit(desk: Desk) -> None:
    ref = credit_proposed(desk)
    tx = seen(desk.case(ref).hash, transfer(LISTED, symbol="USDX"))
    other = desk.open(tx.hash, by="stranger")
    claim_or_dispute(desk, other, tx)
    desk.move("lead_and_clearing", ref, "settle_dispute", reason="why")
    desk.look(ref, tx)
    assert desk.state(ref) == "credit_sign_off"
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        desk.move("lead_and_clearing", ref, "approve_credit")
    desk.move("clearing", ref, "approve_credit")


def test_who_chose_the_claimant_approves_no_plan(desk: Desk) -> None:
    ref = desk.accepted()
    second(desk, ref)
    desk.move("lead_and_clearing", ref, "settle_for_accepted", reason="why")
    desk.drafted(ref)
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        approve(desk, "lead_and_clearing", ref, "clearing")
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    refused(desk, "made the case", SIGN, team="clearing", who=desk["lead_and_clearing"].id, id=plan.id)


def test_who_sent_a_credit_on_again_does_not_approve_it(desk: Desk) -> None:
    ref = credit_proposed(desk)
    tx = seen(desk.case(ref).hash, transfer(LISTED, symbol="USDX"))
    desk.move("clearing", ref, "reject_credit", reason="not clear")
    desk.move("lead_and_clearing", ref, "check_again")
    desk.look(ref, tx)
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        desk.move("lead_and_clearing", ref, "approve_credit")
    desk.move("clearing2", ref, "approve_credit")


def test_nobody_stands_for_a_lead_who_had_the_plan_made_again(desk: Desk) -> None:
    ref, plan = desk.released(desk.fresh_nonce())
    desk.record(plan)
    desk.bury(ref, "sweep", 0)
    policy(desk, stages={"wallet": 1, "clearing": 1, "lead": 1})
    desk.move("lead2", ref, "plan_sweep_again")
    desk.draft(ref, "sweep")
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        approve(desk, "lead2", ref, "lead")
    lend(desk, "lead2", "lead3", "lead")
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        approve(desk, "lead3", ref, "lead", on_behalf_of=str(desk["lead2"].id))
    again = desk.plan(ref, "sweep")
    assert again is not None
    refused(desk, "made the case", SIGN, team="lead", who=desk["lead2"].id, id=again.id)


# credits


def test_nobody_stands_for_who_judged_the_proof_of_a_credit(desk: Desk) -> None:
    policy(desk, kind="credit", stages={"clearing": 2})
    lend(desk, "clearing3", "clearing2", "clearing")
    ref = credit_proposed(desk)
    wrote_it(desk, ref, "clearing3", "judge_proof")
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        desk.move("clearing2", ref, "endorse_credit", on_behalf_of=str(desk["clearing3"].id))


def wrote_it(desk: Desk, ref: str, who: str, name: str) -> None:
    """The history says that somebody made a move before; only with the guards of the table off."""
    with desk.database.unit_of_work() as session:
        session.execute(text("ALTER TABLE case_event DISABLE TRIGGER USER"))
        session.execute(
            text("UPDATE case_event SET name = :name, actor_id = :who WHERE case_id = :case AND name = 'start_check'"),
            {"name": name, "who": desk[who].id, "case": find(session, ref).id},
        )
        session.execute(text("ALTER TABLE case_event ENABLE TRIGGER USER"))


def test_an_endorsement_counts_only_while_its_giver_is_within_the_limit(desk: Desk) -> None:
    policy(desk, kind="credit", stages={"clearing": 2})
    desk.person("lowered_later", "clearing")
    limit(desk, "lowered_later", GROSS, None, contract=LISTED)
    ref = credit_proposed(desk)
    desk.move("lowered_later", ref, "endorse_credit")
    limit(desk, "lowered_later", GROSS - 1, None, contract=LISTED)
    with pytest.raises(MoveNotOpen, match="credit_is_endorsed"):
        desk.move("clearing", ref, "approve_credit")
    desk.move("clearing2", ref, "endorse_credit")
    desk.move("clearing", ref, "approve_credit")
    assert desk.state(ref) == "crediting"


def test_a_credit_that_was_rejected_needs_a_lead_as_soon_as_a_plan_would(desk: Desk) -> None:
    policy(desk, lead_after_rounds=1)
    ref = credit_proposed(desk)
    desk.move("clearing", ref, "reject_credit", reason="no")
    desk.move("lead", ref, "check_again")
    desk.look(ref, seen(desk.case(ref).hash, transfer(LISTED, symbol="USDX")))
    with pytest.raises(MoveNotOpen, match="credit_is_endorsed"):
        desk.move("clearing2", ref, "approve_credit")
    desk.move("lead2", ref, "endorse_credit")
    desk.move("clearing2", ref, "approve_credit")
    assert desk.state(ref) == "crediting"


def test_a_credit_keeps_the_order_of_its_rule(desk: Desk) -> None:
    document = {"wallet": 1, "lead": 1, "clearing": 1}
    policy(desk, kind="credit", stages=document, in_order=True)
    ref = credit_proposed(desk)
    with pytest.raises(NotAllowed, match="not_your_role"):
        desk.move("lead2", ref, "endorse_credit")
    for by in ("wallet", "lead2"):
        desk.move(by, ref, "endorse_credit")
    desk.move("clearing", ref, "approve_credit")


def test_who_endorsed_a_credit_does_not_answer_for_the_ledger(desk: Desk) -> None:
    policy(desk, kind="credit", stages={"clearing": 1, "lead": 1})
    desk.person("lead_and_ledger", "lead", "ledger")
    ref = credit_proposed(desk)
    desk.move("lead_and_ledger", ref, "endorse_credit")
    desk.move("clearing", ref, "approve_credit")
    with desk.database.unit_of_work() as session:
        intent = current_intent(session, find(session, ref).id)
        assert intent is not None
        said = Said("book-1", intent.amount, intent.account, intent.asset)
        with pytest.raises(NotAllowed, match="you_prepared_it"):
            credits.hear(session, desk["lead_and_ledger"], intent.id, said)


def test_no_credit_is_wanted_or_approved_by_hand(desk: Desk) -> None:
    ref = credit_proposed(desk)
    with desk.database.reading() as session:
        case = find(session, ref)
        claim = open_claim(session, case.id)
        assert claim is not None
        values = {"case": case.id, "round": case.round, "digest": credit_digest(case, claim)}
    approved = (
        "INSERT INTO credit_approval (case_id, round, approver_id, stage, digest, policy_version) "
        "VALUES (:case, :round, :who, :team, :digest, 1)"
    )
    for who, team in (("clearing2", "clearing"), ("auditor", "clearing"), ("owner", "clearing")):
        refused(desk, "does not approve this credit", approved, who=desk[who].id, team=team, **values)
    wanted = (
        "INSERT INTO credit_intent (id, case_id, attempt, network, contract, asset, hash, position, account, amount, "
        "payload, state) SELECT gen_random_uuid(), case_id, 1, network, contract, asset, hash, position, 'acct-1', "
        "amount, '{}', 'open' FROM claim WHERE case_id = :case"
    )
    refused(desk, "approved by clearing", wanted, case=values["case"])


# advances


def advance_drafted(desk: Desk) -> str:
    advance_limit(desk)
    ref = desk.accepted()
    desk.move("proposer", ref, "propose_advance", reason="long")
    desk.move("lead", ref, "approve_advance")
    draft_advance(desk, ref)
    return ref


def test_no_glass_is_broken_for_an_advance_where_the_policy_forbids_it(desk: Desk) -> None:
    ref = advance_drafted(desk)
    with pytest.raises(MoveNotOpen, match="glass_may_be_broken"):
        break_it(desk, ref, "lead2", kind="refund")


def test_an_advance_needs_as_many_as_the_policy_says_of_advances(desk: Desk) -> None:
    policy(desk, kind="advance", stages={"clearing": 1, "lead": 2})
    ref = advance_drafted(desk)
    desk.sign_off(ref, "refund")
    assert desk.release(ref, "refund").state == "drafted"
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        approve(desk, "lead", ref, "lead", kind="refund")
    approve(desk, "lead2", ref, "lead", kind="refund")
    assert desk.release(ref, "refund", {}).state == "released"


def test_an_advance_obeys_the_limits_of_who_approves_it(desk: Desk) -> None:
    advance_limit(desk)
    limit(desk, "lead3", 1, None)
    ref = desk.accepted()
    desk.move("proposer", ref, "propose_advance", reason="long")
    with pytest.raises(MoveNotOpen, match="limit_per_case"):
        desk.move("lead3", ref, "approve_advance")


# the address book


def test_nobody_alone_names_the_wallet_that_sweeps_go_to(desk: Desk) -> None:
    ref = desk.drafted()
    row = {
        "network": NETWORK.slug, "address": WALLET, "kind": "hot", "valid_from": LONG_AGO.isoformat(),
        "custody": "multisig", "label": "recovery wallet",
    }  # fmt: skip
    with desk.database.unit_of_work() as session:
        put_row(session, desk["lead"], "addresses", row)
    for by, team in (("wallet", "wallet"), ("clearing", "clearing")):
        with pytest.raises(MoveNotOpen, match="addresses_still_hold"):
            approve(desk, by, ref, team)
    with desk.database.unit_of_work() as session:
        rung = session.scalars(select(Alarm).where(Alarm.kind == "wallet_changed")).one()
        assert rung.facts == {"network": NETWORK.slug, "address": WALLET}
        with pytest.raises(NotAllowed, match="you_caused_it"):
            acknowledge(session, desk["lead"], rung.id, "mine")
        acknowledge(session, desk["lead2"], rung.id, "it is ours")
    desk.sign_off(ref, "sweep")
    with desk.database.unit_of_work() as session:
        put_row(session, desk["lead"], "addresses", row)
        assert (
            session.scalar(select(Alarm.id).where(Alarm.kind == "wallet_changed", Alarm.answered_at.is_(None))) is None
        )


def test_who_takes_an_earlier_credit_back_is_heard(desk: Desk) -> None:
    """Without it the deposit can be credited again; a new one is everyday business."""
    credit = {
        "network": NETWORK.slug, "hash": new_hash(), "account": "acct-1", "contract": TOKEN, "amount": "5",
        "credited_at": LONG_AGO.isoformat(),
    }  # fmt: skip
    rings = select(Alarm).where(Alarm.kind == "credits_rewritten", Alarm.answered_at.is_(None))
    with desk.database.unit_of_work() as session:
        put_row(session, desk["lead"], "credits", credit)
        assert session.scalars(rings).all() == []
        put_row(session, desk["lead"], "credits", credit | {"amount": "4"})
        (rung,) = session.scalars(rings)
        assert (rung.facts["rows"], rung.caused_by) == (1, [str(desk["lead"].id)])
        acknowledge(session, desk["lead2"], rung.id, "the ledger says so too")
    none_left = io.StringIO("network,hash,position,account,contract,amount,credited_at\n")
    with desk.database.unit_of_work() as session:
        load_file(session, desk["lead"], "credits", CsvFile(none_left), replace=True)
        assert len(session.scalars(rings).all()) == 1


def test_nobody_reads_what_screening_says_of_their_own_account(desk: Desk) -> None:
    ref = desk.drafted()
    desk.add(FraudSignal(case_id=desk.case(ref).id, code="V1", reason="reported_at_once", strength=3, evidence={}))
    with desk.database.reading() as session:
        case = find(session, ref)
        for shown in (screenings_shown, signals_shown):
            assert shown(session, desk["lead"], case) != ()
            assert shown(session, desk["lead_with_account"], case) == ()
