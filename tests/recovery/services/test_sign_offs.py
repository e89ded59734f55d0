"""Who has to approve what, on a real database: policies, orders, limits, delegations, expiry, and what raw SQL cannot do."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from recovery.domain.ids import new_id
from recovery.domain.sign_off_rules import built_in_document
from recovery.errors import Conflict, MoveNotOpen, NotAllowed, NotFound, RecoveryError
from recovery.models import (
    BrokenGlass,
    Plan,
    PlanRequirement,
    PlanRequirementStage,
    SignOff,
)
from recovery.queries.clock import database_now
from recovery.queries.sign_offs import standing_of
from recovery.services import break_glass, delegations, limits
from recovery.services.policies import activate_policy, draft_policy
from tests.recovery.desk import DEPOSIT, GROSS, LISTED, NETWORK, TANK, TOKEN, Desk, new_hash, seen, transfer
from tests.recovery.test_races import at_once
from workflows.uncredited_deposit import PREPARED
from workflows.unlisted_token import MAKERS

pytestmark = pytest.mark.promise

TEAMS: dict[str, tuple[str, ...]] = {
    **{f"wallet{n}": ("wallet",) for n in (2, 3)},
    **{f"clearing{n}": ("clearing",) for n in (2, 3)},
    **{f"lead{n}": ("lead",) for n in (2, 3)},
    "admin2": ("admin",),
}


@pytest.fixture(autouse=True)
def crew(desk: Desk) -> Iterator[None]:
    """More people, and the built-in policy in force again afterwards."""
    for name, roles in TEAMS.items():
        desk.person(name, *roles)
    yield
    with desk.database.unit_of_work() as session:
        session.execute(text("ALTER TABLE approver_limit DISABLE TRIGGER USER"))
        session.execute(text("ALTER TABLE sign_off_policy DISABLE TRIGGER USER"))
        session.execute(text("DELETE FROM approver_limit"))
        session.execute(text("DELETE FROM sign_off_policy"))
        session.execute(text("ALTER TABLE approver_limit ENABLE TRIGGER USER"))
        session.execute(text("ALTER TABLE sign_off_policy ENABLE TRIGGER USER"))


def policy(desk: Desk, *, stages: dict[str, int] | None = None, kind: str = "", **changes: Any) -> int:
    """Put a changed policy in force: ``changes`` of the whole, or of the rule about plans."""
    document = copy.deepcopy(built_in_document())
    rule = document["rules"][{"advance": 1, "credit": 2}.get(kind, 0)]
    for name, value in changes.items():
        (rule if name in rule else document)[name] = value
    if stages:
        rule["stages"] = [{"team": team, "people": people} for team, people in stages.items()]
    with desk.database.unit_of_work() as session:
        version = draft_policy(session, desk["lead"], document, "test", kind="sign_off").version
    with desk.database.unit_of_work() as session:
        activate_policy(session, desk["admin"], version, kind="sign_off")
    return version


def approve(desk: Desk, by: str, ref: str, team: str, kind: str = "sweep", **more: Any) -> None:
    plan = desk.plan(ref, kind)
    desk.move(by, ref, f"approve_{kind}_{team}", digest=plan.digest if plan else "", **more)


def released(desk: Desk, ref: str) -> bool:
    """Whether the release job lets the sweep go now."""
    nonce = desk.fresh_nonce()
    return desk.release(ref, "sweep", {TANK: nonce, DEPOSIT: nonce}).state == "released"


def limit(
    desk: Desk, name: str, per_case: int | None, per_day: int | None, scope: str = "asset", contract: str = TOKEN
) -> None:
    given = {
        "scope": scope, "network": NETWORK.slug, "contract": contract, "per_case": per_case, "per_day": per_day,
        "reason": "test",
    }  # fmt: skip
    with desk.database.unit_of_work() as session:
        made = limits.set_limit(session, desk["admin"], desk[name].id, given).id
    with desk.database.unit_of_work() as session:
        limits.confirm_limit(session, desk["admin2"], made)


def lend(desk: Desk, whose: str, to: str, team: str = "wallet", *, confirmed: bool = True) -> Any:
    with desk.database.unit_of_work() as session:
        now = database_now(session)
        start, end = now - timedelta(hours=1), now + timedelta(days=2)
        made = delegations.delegate(session, desk[whose], desk[to].id, team, start, end, "away").id
    if confirmed:
        with desk.database.unit_of_work() as session:
            delegations.confirm_delegation(session, desk[to], made)
    return made


@contextmanager
def changed(desk: Desk, statement: str, back: str, **values: Any) -> Iterator[None]:
    """Something about a person is otherwise for a while."""
    for one, when in ((statement, True), (back, False)):
        if not when:
            yield
        with desk.database.unit_of_work() as session:
            session.execute(text(one), values)


def refused(desk: Desk, match: str, statement: str, **values: Any) -> None:
    """A statement by somebody with a database console; it must fail for this reason."""
    with pytest.raises(IntegrityError, match=match), desk.database.unit_of_work() as session:
        session.execute(text(statement), values)


# policy


def test_the_plan_keeps_what_the_policy_asked_when_it_was_drafted(desk: Desk) -> None:
    before = desk.drafted()
    version = policy(desk, stages={"wallet": 2, "clearing": 1})
    after = desk.drafted()
    for ref, people, under in ((before, 1, 1), (after, 2, version)):
        plan = desk.plan(ref, "sweep")
        assert plan is not None
        with desk.database.reading() as session:
            kept = session.get_one(PlanRequirement, plan.id)
            assert kept.policy_version == under
            assert session.get_one(PlanRequirementStage, (plan.id, "wallet")).people == people
    desk.sign_off(before, "sweep")
    assert released(desk, before)
    desk.sign_off(after, "sweep")
    assert not released(desk, after)
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        approve(desk, "wallet", after, "wallet")
    approve(desk, "wallet2", after, "wallet")
    with pytest.raises(MoveNotOpen, match="wallet_has_not_signed"):
        approve(desk, "wallet3", after, "wallet")
    assert released(desk, after)


def test_an_order_is_kept(desk: Desk) -> None:
    policy(desk, stages={"clearing": 1, "wallet": 1, "lead": 1}, in_order=True)
    ref = desk.drafted()
    for by, team in (("wallet", "wallet"), ("lead2", "lead")):
        with pytest.raises(MoveNotOpen, match=f"{team}_is_due"):
            approve(desk, by, ref, team)
    approve(desk, "clearing", ref, "clearing")
    approve(desk, "wallet", ref, "wallet")
    assert not released(desk, ref)
    approve(desk, "lead2", ref, "lead")
    assert released(desk, ref)


def test_after_so_many_rounds_a_lead_approves_too(desk: Desk) -> None:
    policy(desk, lead_after_rounds=1)
    ref = desk.drafted()
    with pytest.raises(MoveNotOpen, match="lead_has_not_signed"):
        approve(desk, "lead2", ref, "lead")
    desk.move("wallet", ref, "reject_sweep", reason="no")
    desk.drafted(ref)
    desk.sign_off(ref, "sweep")
    assert not released(desk, ref)
    approve(desk, "lead2", ref, "lead")
    assert released(desk, ref)


def test_a_plan_lies_before_a_team_for_a_while(desk: Desk) -> None:
    policy(desk, minimum_look=3600)
    ref = desk.drafted()
    with pytest.raises(MoveNotOpen, match="look_longer"):
        approve(desk, "wallet", ref, "wallet")


def test_what_was_shown_is_kept_and_compared(desk: Desk) -> None:
    ref = desk.drafted()
    with pytest.raises(Conflict, match="plan_changed"):
        approve(desk, "wallet", ref, "wallet", shown="0" * 64)
    approve(desk, "wallet", ref, "wallet")
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    with desk.database.reading() as session:
        shown = session.scalars(select(SignOff.shown).where(SignOff.plan_id == plan.id)).one()
    assert shown is not None
    assert len(shown) == 64


# who counts at the moment of the release


def test_who_left_the_team_does_not_count(desk: Desk) -> None:
    ref = desk.drafted()
    approve(desk, "wallet2", ref, "wallet")
    approve(desk, "clearing", ref, "clearing")
    who = desk["wallet2"].id
    gone = "DELETE FROM person_role WHERE person_id = :who AND role = 'wallet'"
    with changed(desk, gone, "INSERT INTO person_role VALUES (:who, 'wallet')", who=who):
        assert not released(desk, ref)
        plan = desk.plan(ref, "sweep")
        assert plan is not None
        refused(desk, "leaves with its sign-offs", "UPDATE plan SET state = 'released' WHERE id = :id", id=plan.id)
    with changed(
        desk,
        "UPDATE person SET active = false WHERE id = :who",
        "UPDATE person SET active = true WHERE id = :who",
        who=who,
    ):
        assert not released(desk, ref)
    assert released(desk, ref)


def test_an_approval_expires_and_says_so(desk: Desk) -> None:
    policy(desk, expires_after=600)
    ref = desk.drafted()
    desk.sign_off(ref, "sweep")
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    age(desk, plan, "wallet", 601)
    assert not released(desk, ref)
    refused(desk, "leaves with its sign-offs", "UPDATE plan SET state = 'released' WHERE id = :id", id=plan.id)
    with desk.database.reading() as session:
        told = standing_of(session, session.get_one(Plan, plan.id))
    assert {one.approval.stage: one.why_not for one in told.counted} == {"wallet": "approval_expired", "clearing": None}
    approve(desk, "wallet2", ref, "wallet")
    assert released(desk, ref)


def age(desk: Desk, plan: Plan, team: str, seconds: int) -> None:
    """Let time pass for an approval; only with the guards of the table off."""
    with desk.database.unit_of_work() as session:
        session.execute(text("ALTER TABLE sign_off DISABLE TRIGGER USER"))
        mine = update(SignOff).where(SignOff.plan_id == plan.id, SignOff.stage == team)
        session.execute(mine.values(at=func.now() - timedelta(seconds=seconds)))
        session.execute(text("ALTER TABLE sign_off ENABLE TRIGGER USER"))


# limits


def test_a_limit_per_case_and_per_day(desk: Desk) -> None:
    desk.person("daily", "wallet")
    limit(desk, "daily", GROSS - 1, None)
    ref = desk.drafted()
    with pytest.raises(MoveNotOpen, match="limit_per_case"):
        approve(desk, "daily", ref, "wallet")
    limit(desk, "daily", GROSS, 2 * GROSS)
    approve(desk, "daily", ref, "wallet")
    others = [desk.drafted(), desk.drafted()]
    approve(desk, "daily", others[0], "wallet")
    with pytest.raises(MoveNotOpen, match="limit_per_day"):
        approve(desk, "daily", others[1], "wallet")
    approve(desk, "wallet", others[1], "wallet")


def test_a_limit_by_value_counts_every_asset_of_the_network(desk: Desk) -> None:
    desk.person("valued", "wallet")
    limit(desk, "valued", None, GROSS // 2, scope="network")  # two base units are worth one of the coin
    refs = [desk.drafted(), desk.drafted()]
    approve(desk, "valued", refs[0], "wallet")
    with pytest.raises(MoveNotOpen, match="limit_per_day"):
        approve(desk, "valued", refs[1], "wallet")


def test_a_policy_may_ask_for_a_limit(desk: Desk) -> None:
    policy(desk, without_limit="refused")
    ref = desk.drafted()
    with pytest.raises(MoveNotOpen, match="limit_missing"):
        approve(desk, "wallet", ref, "wallet")


def test_a_limit_that_was_lowered_counts_at_the_release(desk: Desk) -> None:
    desk.person("lowered", "clearing")
    limit(desk, "lowered", GROSS, None)
    ref = desk.drafted()
    approve(desk, "wallet", ref, "wallet")
    approve(desk, "lowered", ref, "clearing")
    limit(desk, "lowered", GROSS - 1, None)
    assert not released(desk, ref)
    approve(desk, "clearing3", ref, "clearing")
    assert released(desk, ref)


@pytest.mark.parametrize("round_", range(3))
def test_two_approvals_at_once_stay_within_the_day(desk: Desk, round_: int) -> None:
    name = f"racer{round_}"
    desk.person(name, "wallet")
    limit(desk, name, None, GROSS)
    refs = [desk.drafted(), desk.drafted(), desk.drafted()]
    outcomes = at_once(*(lambda ref=ref: approve(desk, name, ref, "wallet") for ref in refs))
    assert [getattr(one, "detail", None) for one in outcomes].count(None) == 1
    assert {getattr(one, "detail", None) for one in outcomes} == {None, "limit_per_day"}


@pytest.mark.parametrize("round_", range(3))
def test_a_lowered_limit_and_approvals_at_once(desk: Desk, round_: int) -> None:
    """Whoever waited for the old limit meets the new one."""
    name = f"runner{round_}"
    desk.person(name, "wallet")
    limit(desk, name, None, 10 * GROSS)
    refs = [desk.drafted(), desk.drafted()]
    at_once(
        lambda: limit(desk, name, None, GROSS), *(lambda ref=ref: approve(desk, name, ref, "wallet") for ref in refs)
    )
    with desk.database.reading() as session:
        plans = [session.get_one(Plan, plan.id) for ref in refs if (plan := desk.plan(ref, "sweep"))]
        counted = [one for plan in plans for one in standing_of(session, plan).counted if one.why_not is None]
    assert len(counted) <= 1


def test_nobody_sets_or_confirms_their_own_limit(desk: Desk) -> None:
    desk.person("boss", "admin", "wallet")
    given = {"scope": "asset", "network": NETWORK.slug, "contract": None, "per_case": 1, "per_day": None, "reason": "x"}
    with desk.database.unit_of_work() as session:
        with pytest.raises(NotAllowed, match="limit_is_your_own"):
            limits.set_limit(session, desk["boss"], desk["boss"].id, given)
        with pytest.raises(NotAllowed, match="not_your_role"):
            limits.set_limit(session, desk["wallet"], desk["boss"].id, given)
        made = limits.set_limit(session, desk["admin"], desk["boss"].id, given).id
    for who, why in (("admin", "you_prepared_it"), ("boss", "limit_is_your_own"), ("clearing", "not_your_role")):
        with pytest.raises(NotAllowed, match=why), desk.database.unit_of_work() as session:
            limits.confirm_limit(session, desk[who], made)
    mine = {"id": made, "who": desk["boss"].id, "admin": desk["admin"].id}
    sets = "UPDATE approver_limit SET confirmed_at = now(), confirmed_by = {} WHERE id = :id"
    refused(desk, "nobody_sets_their_own", sets.format(":who"), id=made, who=mine["who"])
    refused(desk, "confirmed_by_another", sets.format(":who"), id=made, who=mine["admin"])
    refused(desk, "keeps its terms", "UPDATE approver_limit SET per_case = 5 WHERE id = :id", id=made)


# delegation


def test_a_deputy_uses_the_limits_of_the_one_who_is_away(desk: Desk) -> None:
    limit(desk, "wallet2", GROSS - 1, None)
    ref = desk.drafted()
    with pytest.raises(MoveNotOpen, match="no_delegation"):
        approve(desk, "wallet2", ref, "wallet", on_behalf_of=str(desk["wallet"].id))
    made = lend(desk, "wallet", "wallet2", confirmed=False)
    with pytest.raises(MoveNotOpen, match="no_delegation"):
        approve(desk, "wallet2", ref, "wallet", on_behalf_of=str(desk["wallet"].id))
    with desk.database.unit_of_work() as session:
        delegations.confirm_delegation(session, desk["wallet2"], made)
    approve(desk, "wallet2", ref, "wallet", on_behalf_of=str(desk["wallet"].id))
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    with desk.database.reading() as session:
        row = session.scalars(select(SignOff).where(SignOff.plan_id == plan.id)).one()
    assert (row.approver_id, row.on_behalf_of) == (desk["wallet2"].id, desk["wallet"].id)
    with pytest.raises(RecoveryError):
        approve(desk, "wallet", ref, "wallet")
    with desk.database.unit_of_work() as session:
        delegations.end_delegation(session, desk["lead"], made)
    with pytest.raises(MoveNotOpen, match="no_delegation"):
        approve(desk, "wallet2", desk.drafted(), "wallet", on_behalf_of=str(desk["wallet"].id))


def test_both_people_of_a_delegation_count_as_one(desk: Desk) -> None:
    policy(desk, stages={"wallet": 2, "clearing": 1})
    lend(desk, "wallet2", "wallet3")
    ref = desk.drafted()
    approve(desk, "wallet3", ref, "wallet", on_behalf_of=str(desk["wallet2"].id))
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        approve(desk, "wallet2", ref, "wallet")
    other = desk.drafted()
    approve(desk, "wallet2", other, "wallet")
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        approve(desk, "wallet3", other, "wallet", on_behalf_of=str(desk["wallet2"].id))


def test_rights_are_not_lent_and_a_maker_is_not_stood_for(desk: Desk) -> None:
    with pytest.raises(RecoveryError, match="deputy_is_of_another_team"):
        lend(desk, "wallet", "clearing")
    with pytest.raises(NotAllowed, match="not_your_role"):
        lend(desk, "auditor", "wallet")
    lend(desk, "maker_and_wallet", "wallet2")
    ref = desk.reviewed()
    for name in ("conclude", "quote"):
        desk.move("maker_and_wallet", ref, name)
    desk.accept(ref)
    desk.drafted(ref)
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        approve(desk, "wallet2", ref, "wallet", on_behalf_of=str(desk["maker_and_wallet"].id))
    with pytest.raises(NotFound), desk.database.unit_of_work() as session:
        delegations.confirm_delegation(session, desk["wallet3"], new_id())


# the glass


def break_it(desk: Desk, ref: str, *names: str, kind: str = "sweep") -> None:
    plan = desk.plan(ref, kind)
    for name in names:
        desk.move(name, ref, f"break_glass_{kind}", digest=plan.digest if plan else "", reason="nobody is there")


def alarm(desk: Desk, ref: str) -> BrokenGlass | None:
    plan = desk.plan(ref, "sweep")
    with desk.database.reading() as session:
        return session.get(BrokenGlass, plan.id if plan else None)


def test_three_people_break_the_glass_and_it_rings(desk: Desk) -> None:
    ref = desk.drafted()
    break_it(desk, ref, "wallet", "clearing")
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        break_it(desk, ref, "wallet")
    assert not released(desk, ref)
    break_it(desk, ref, "wallet2")
    assert (released(desk, ref), alarm(desk, ref)) == (False, None)  # no lead among them
    break_it(desk, ref, "lead2")
    rung = alarm(desk, ref)
    assert rung is not None
    assert rung.reviewed_at is None
    assert released(desk, ref)
    with pytest.raises(NotAllowed, match="you_prepared_it"), desk.database.unit_of_work() as session:
        break_glass.review(session, desk["lead2"], rung.plan_id, "fine")
    with desk.database.unit_of_work() as session:
        break_glass.review(session, desk["auditor"], rung.plan_id, "fine")
    rewritten = "UPDATE broken_glass SET note = 'other' WHERE plan_id = :id"
    refused(desk, "reviewed once", rewritten, id=rung.plan_id)


def test_the_glass_overrides_no_separation_and_no_guard(desk: Desk) -> None:
    ref = desk.drafted()
    approve(desk, "wallet", ref, "wallet")
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        break_it(desk, ref, "wallet")
    plan = desk.plan(ref, "sweep")
    with pytest.raises(Conflict, match="plan_changed"):
        desk.move("lead2", ref, "break_glass_sweep", digest="0" * 64, reason="x")
    break_it(desk, ref, "lead2", "wallet2", "clearing")
    with pytest.raises(RecoveryError):
        approve(desk, "clearing", ref, "clearing")
    assert plan is not None
    retired = "UPDATE owned_address SET valid_until = {} WHERE address = :tank"
    with (
        changed(desk, retired.format("now()"), retired.format("NULL"), tank=TANK),
        pytest.raises(MoveNotOpen, match="addresses_still_hold"),
    ):
        released(desk, ref)
    assert released(desk, ref)


def test_a_policy_may_forbid_breaking_the_glass(desk: Desk) -> None:
    policy(desk, break_glass=False)
    ref = desk.drafted()
    with pytest.raises(MoveNotOpen, match="glass_may_be_broken"):
        break_it(desk, ref, "lead2")


# what raw SQL cannot do


def test_the_database_knows_the_makers(desk: Desk) -> None:
    with desk.database.reading() as session:
        for function, makers in (("made_the_plan", MAKERS), ("made_the_credit", PREPARED)):
            source = session.scalar(text("SELECT prosrc FROM pg_proc WHERE proname = :name"), {"name": function})
            assert f"name IN {makers}" in str(source)


def test_no_plan_leaves_by_hand(desk: Desk) -> None:
    ref = desk.drafted()
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    for state in ("released", "recorded", "confirmed", "dead"):
        refused(desk, "leaves with|released first", f"UPDATE plan SET state = '{state}' WHERE id = :id", id=plan.id)
    approve(desk, "wallet", ref, "wallet")
    refused(desk, "leaves with", "UPDATE plan SET state = 'released' WHERE id = :id", id=plan.id)
    fresh = (
        "INSERT INTO plan (id, kind, network, state, payload, digest, prepared_by) "
        "SELECT gen_random_uuid(), kind, network, 'released', payload, digest, prepared_by FROM plan WHERE id = :id"
    )
    refused(desk, "begins as a draft", fresh, id=plan.id)
    desk.move("clearing", ref, "reject_sweep", reason="no")
    for state in ("drafted", "released"):
        refused(desk, "does not come back", f"UPDATE plan SET state = '{state}' WHERE id = :id", id=plan.id)


def test_requirements_and_approvals_cannot_be_made_weaker(desk: Desk) -> None:
    policy(desk, stages={"wallet": 2, "clearing": 1})
    ref = desk.drafted()
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    desk.sign_off(ref, "sweep")
    for statement in (
        "UPDATE plan_requirement_stage SET people = 1 WHERE plan_id = :id",
        "DELETE FROM plan_requirement_stage WHERE plan_id = :id",
        "UPDATE plan_requirement SET expires_after = 99999999 WHERE plan_id = :id",
        "UPDATE sign_off SET stage = 'clearing' WHERE plan_id = :id",
        "DELETE FROM limit_use WHERE plan_id = :id",
    ):
        refused(desk, "append-only", statement, id=plan.id)
    insert = (
        "INSERT INTO sign_off (plan_id, stage, digest, preparer_id, approver_id, at) "
        "SELECT id, 'wallet', digest, prepared_by, :who, {} FROM plan WHERE id = :id"
    )
    refused(desk, "history knows nothing", insert.format("now()"), id=plan.id, who=desk["wallet2"].id)
    refused(desk, "signed off, and now", insert.format("now() + interval '1 year'"), id=plan.id, who=desk["wallet2"].id)
    refused(desk, "not of that team", insert.format("now()"), id=plan.id, who=desk["auditor"].id)
    refused(desk, "not of that team", insert.format("now()"), id=plan.id, who=desk["owner"].id)
    vote = (
        "INSERT INTO break_glass_vote (plan_id, stage, digest, preparer_id, voter_id, reason) "
        "SELECT id, 'lead', digest, prepared_by, :who, 'x' FROM plan WHERE id = :id"
    )
    refused(desk, "does not break the glass", vote, id=plan.id, who=desk["lead2"].id)
    assert not released(desk, ref)


def test_a_maker_of_the_case_cannot_be_written_in_as_approver(desk: Desk) -> None:
    ref = desk.reviewed()
    desk.move("maker_and_wallet", ref, "conclude")
    desk.move("maker", ref, "quote")
    desk.accept(ref)
    desk.drafted(ref)
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        approve(desk, "maker_and_wallet", ref, "wallet")
    insert = (
        "INSERT INTO sign_off (plan_id, stage, digest, preparer_id, approver_id) "
        "SELECT id, 'wallet', digest, prepared_by, :who, now() FROM plan WHERE id = :id"
    ).replace("approver_id)", "approver_id, at)")
    refused(desk, "made the case", insert, id=plan.id, who=desk["maker_and_wallet"].id)


# credits


def credit_proposed(desk: Desk) -> str:
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED, symbol="USDX")))
    assert desk.state(ref) == "credit_sign_off"
    return ref


def test_a_credit_needs_as_many_as_the_policy_says(desk: Desk) -> None:
    policy(desk, kind="credit", stages={"clearing": 2, "lead": 1})
    ref = credit_proposed(desk)
    with pytest.raises(MoveNotOpen, match="credit_is_endorsed"):
        desk.move("clearing", ref, "approve_credit")
    desk.move("clearing", ref, "endorse_credit")
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        desk.move("clearing", ref, "approve_credit")
    with pytest.raises(NotAllowed, match="not_your_role"):
        desk.move("wallet", ref, "endorse_credit")
    desk.move("lead2", ref, "endorse_credit")
    with pytest.raises(MoveNotOpen, match="credit_needs_more"):
        desk.move("lead3", ref, "endorse_credit")
    desk.move("clearing2", ref, "approve_credit")
    assert desk.state(ref) == "crediting"


def test_a_credit_obeys_the_limits(desk: Desk) -> None:
    limit(desk, "clearing3", None, GROSS // 2, scope="network")
    ref = credit_proposed(desk)
    with pytest.raises(MoveNotOpen, match="limit_needs_price"):
        desk.move("clearing3", ref, "approve_credit")
    assert desk.state(ref) == "credit_sign_off"
    desk.move("clearing", ref, "approve_credit")
