"""A deposit the books did not see: explained, waited for, or credited once clearing has looked."""

from __future__ import annotations

from workflows.corrections import correction_rows
from workflows.disputes import BEGINNING, dispute_rows
from workflows.facts import (
    asset_is_listed,
    credit_is_confirmed,
    credit_is_endorsed,
    credit_is_out,
    credit_needs_more,
    ledger_has_confirmed,
    leg_is_claimed,
    leg_is_not_credited,
    no_dispute_is_open,
    screening_is_clear,
)
from workflows.intake import INTAKE, LOOKING
from workflows.machine import Transition, Workflow
from workflows.states import CLOSED, State

PREPARED = ("judge_proof", "check_again", "settle_dispute")
"""Whoever made one of these prepared the credit, and does not approve it."""

MAY_CREDIT = (leg_is_claimed, leg_is_not_credited, asset_is_listed, no_dispute_is_open, screening_is_clear)
"""What can become untrue while a credit waits, so it is asked again at each approval."""

CREDIT: tuple[Transition, ...] = (
    Transition(
        "find_unlisted",
        LOOKING,
        State.UNDER_REVIEW,
        by=("system",),
        guards=(leg_is_claimed,),
        emits=("case.probe",),
        into="unlisted_token",
    ),
    Transition(
        "propose_credit",
        LOOKING,
        State.CREDIT_SIGN_OFF,
        by=("system",),
        guards=(leg_is_claimed,),
        starts_round=True,
    ),
    Transition(
        "endorse_credit",
        (State.CREDIT_SIGN_OFF,),
        State.CREDIT_SIGN_OFF,
        by=("clearing", "wallet", "lead"),
        unlike=(*PREPARED, "endorse_credit"),
        guards=(*MAY_CREDIT, credit_needs_more),
        step_up=True,
        in_round=True,
    ),
    Transition(
        "approve_credit",
        (State.CREDIT_SIGN_OFF,),
        State.CREDITING,
        by=("clearing",),
        unlike=(*PREPARED, "endorse_credit"),
        guards=(*MAY_CREDIT, credit_is_endorsed),
        emits=("credit.deliver",),
        step_up=True,
    ),
    Transition("freeze_credit", (State.CREDIT_SIGN_OFF,), State.ON_HOLD, by=("system",)),
    Transition("reject_credit", (State.CREDIT_SIGN_OFF,), State.ON_HOLD, by=("clearing",)),
    Transition(
        "confirm_credit",
        (State.CREDITING,),
        State.COMPLETED,
        by=("system",),
        guards=(credit_is_confirmed, ledger_has_confirmed),
    ),
    Transition("freeze_crediting", (State.CREDITING,), State.CREDIT_ON_HOLD, by=("system",)),
    Transition("refuse_credit", (State.CREDITING,), State.ON_HOLD, by=("system",)),
    Transition(
        "resume_credit",
        (State.CREDIT_ON_HOLD,),
        State.CREDITING,
        by=("lead",),
        unlike=("approve_credit",),
        guards=(credit_is_out,),
        emits=("credit.deliver",),
        step_up=True,
    ),
)

UNCREDITED_DEPOSIT = Workflow(
    name=BEGINNING,
    title="Uncredited deposit",
    initial=State.SUBMITTED,
    closed=CLOSED,
    enters=frozenset({State.SUBMITTED}),
    transitions=(*INTAKE, *CREDIT, *dispute_rows((*INTAKE, *CREDIT)), *correction_rows(State.ON_HOLD, State.COMPLETED)),
)
