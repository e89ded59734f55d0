"""Who may move what: the whole matrix of roles and transitions, and whom separation of duties keeps away."""

from __future__ import annotations

import uuid

import pytest

from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.authorization import objection, role_for
from recovery.queries.facts import makers_of
from workflows.disputes import SETTLES
from workflows.machine import Transition
from workflows.tables import ROLES, WORKFLOWS
from workflows.unlisted_token import MAKERS, UNLISTED_TOKEN

ROWS = [(table, row) for table in WORKFLOWS.values() for row in table.transitions]


def somebody(*roles: str, stepped_up: bool = True) -> Actor:
    """A person with these roles."""
    return Actor(id=uuid.uuid4(), roles=frozenset(roles), stepped_up=stepped_up)


def row(name: str) -> Transition:
    """A row of the unlisted token's table."""
    return next(one for one in UNLISTED_TOKEN.transitions if one.name == name)


@pytest.mark.parametrize("role", ROLES)
def test_exactly_the_named_roles_may(role: str) -> None:
    for _, one in ROWS:
        open_to = objection(somebody(role), one, {}, owns_case=role == "depositor") is None
        assert open_to == (role in one.by), (role, one.name)


def test_nobody_with_every_human_role_may_do_what_only_the_machine_does() -> None:
    everybody = somebody(*ROLES)
    for _, one in ROWS:
        if one.by == ("system",):
            assert objection(everybody, one, {}, owns_case=False) == "not_your_role"
            assert objection(SYSTEM, one, {}, owns_case=False) is None


def test_a_depositor_moves_their_own_case_only() -> None:
    assert objection(somebody("depositor"), row("accept"), {}, owns_case=False) == "not_your_role"
    assert objection(somebody("depositor"), row("accept"), {}, owns_case=True) is None


@pytest.mark.parametrize("name", ["conclude", "quote", "prepare_sweep", "approve_refund_wallet", "turn_down"])
def test_staff_who_are_depositors_do_not_decide_their_own_case(name: str) -> None:
    insider = somebody("depositor", "specialist", "wallet")
    assert objection(insider, row(name), {}, owns_case=True) == "your_own_case"
    assert objection(insider, row(name), {}, owns_case=False) is None
    assert objection(insider, row(name), {}, owns_case=False, shares_account=True) == "your_own_case"


@pytest.mark.parametrize("kind", ["sweep", "refund"])
@pytest.mark.parametrize("name", ["approve_{}_wallet", "approve_{}_clearing", "approve_{}_lead", "break_glass_{}"])
def test_who_prepared_or_signed_for_any_team_may_not_sign(kind: str, name: str) -> None:
    approval = row(name.format(kind))
    actor = somebody("specialist", "wallet", "clearing", "lead")
    signed = {f"approve_{kind}_{team}" for team in ("wallet", "clearing", "lead")} | {f"break_glass_{kind}"}
    assert {"plan_sweep_again", "plan_refund_again", "clear_denial", *SETTLES} < set(MAKERS)
    assert set(approval.unlike) == {*MAKERS, *signed}
    for made in approval.unlike:
        assert objection(actor, approval, {made: {actor.id}}, owns_case=False) == "you_prepared_it"
        assert objection(actor, approval, {made: {uuid.uuid4()}}, owns_case=False) is None


@pytest.mark.parametrize("kind", ["sweep", "refund"])
def test_who_prepared_may_not_hand_in_signatures(kind: str) -> None:
    actor = somebody("specialist", "wallet")
    for made in MAKERS:
        assert objection(actor, row(f"record_{kind}"), {made: {actor.id}}, owns_case=False) == "you_prepared_it"


def test_money_asks_for_a_fresh_sign_in() -> None:
    moving = {one.name for _, one in ROWS if one.step_up}
    signed = {
        f"{act}_{kind}{team}"
        for kind in ("sweep", "refund")
        for act, team in (("approve", "_wallet"), ("approve", "_clearing"), ("approve", "_lead"), ("break_glass", ""))
    }
    assert moving == {"accept", "change_destination", "clear_denial", "lose_dispute", *SETTLES} | signed | {
        *("raise_fee_sweep", "raise_fee_refund"),
        *(
            "approve_credit",
            "endorse_credit",
            "resume_credit",
            "approve_correction",
            "approve_advance",
            "approve_write_off",
        ),
    }
    for _, one in ROWS:
        if one.step_up:
            tired = somebody(*one.by, stepped_up=False)
            assert objection(tired, one, {}, owns_case="depositor" in one.by) == "needs_step_up"


def test_approvals_count_within_their_round_and_preparing_counts_for_ever() -> None:
    maker, wallet = uuid.uuid4(), uuid.uuid4()
    log = [(1, "prepare_sweep", maker), (2, "approve_sweep_wallet", wallet), (3, "propose_sweep", uuid.UUID(int=0))]
    rounds = {one.name for one in UNLISTED_TOKEN.transitions if one.starts_round}
    per_round = {one.name for one in UNLISTED_TOKEN.transitions if one.in_round}
    assert rounds == {"propose_sweep", "propose_refund"}
    assert makers_of(log[:2], rounds, per_round)["approve_sweep_wallet"] == {wallet}
    made = makers_of(log, rounds, per_round)
    assert "approve_sweep_wallet" not in made
    assert made["prepare_sweep"] == {maker}


def test_the_role_of_a_move_is_the_first_that_allows_it() -> None:
    assert role_for(somebody("clearing", "wallet"), row("reject_sweep")) == "wallet"
    assert role_for(somebody("auditor"), row("reject_sweep")) is None


def test_auditors_and_administrators_move_nothing() -> None:
    movers = {"system", "depositor", "specialist", "wallet", "clearing", "lead", "signer"}
    assert {role for _, one in ROWS for role in one.by} == movers
