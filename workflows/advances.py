"""The rows of an advance: own funds pay the depositor now, and the coins are collected later.

An advance is a refund before the sweep, from another wallet of ours. So it goes through the refund's own sign-offs, and as
there is one live refund plan of a case, the coins that come later are never paid out a second time: they pay back the
advance, or, when they never come, two people write it off.
"""

from __future__ import annotations

from workflows.disputes import SETTLES
from workflows.facts import (
    account_is_not_blocked,
    advance_is_approved,
    advance_is_paid,
    leg_is_not_credited,
    no_dispute_is_open,
    no_plan_is_out,
    nothing_was_advanced,
    plan_is_current,
    plan_is_recorded,
    plan_is_verified,
    quote_is_accepted,
    screening_is_clear,
    sweep_is_done,
    write_off_is_proposed,
)
from workflows.machine import Guard, Transition
from workflows.states import State

PREPARED = ("judge_proof", "conclude", "quote", "prepare_sweep", *SETTLES, "clear_denial")
"""Whoever prepared the case, chose its claimant or let its refund address pass neither proposes nor approves an advance."""


def _write_off(state: State, *guards: Guard) -> tuple[Transition, Transition]:
    """Two people give the coins of an advance up."""
    return (
        Transition("propose_write_off", (state,), state, by=("clearing",), guards=(advance_is_paid, *guards)),
        Transition(
            "approve_write_off",
            (state,),
            State.COMPLETED,
            by=("lead",),
            unlike=("propose_write_off", "propose_advance"),
            guards=(advance_is_paid, write_off_is_proposed, *guards),
            step_up=True,
        ),
    )


ADVANCE: tuple[Transition, ...] = (
    Transition(
        "propose_advance",
        (State.ACCEPTED,),
        State.ADVANCE_SIGN_OFF,
        by=("clearing",),
        unlike=PREPARED,
        guards=(
            *(quote_is_accepted, leg_is_not_credited, no_dispute_is_open, account_is_not_blocked),
            nothing_was_advanced,
        ),
    ),
    Transition(
        "approve_advance",
        (State.ADVANCE_SIGN_OFF,),
        State.PLANNING_ADVANCE,
        by=("lead",),
        unlike=(*PREPARED, "propose_advance"),
        guards=(
            *(quote_is_accepted, leg_is_not_credited, no_dispute_is_open, account_is_not_blocked),
            nothing_was_advanced,
        ),
        emits=("advance.plan",),
        step_up=True,
    ),
    Transition("reject_advance", (State.ADVANCE_SIGN_OFF,), State.ACCEPTED, by=("clearing", "lead")),
    Transition(
        "propose_refund",
        (State.PLANNING_ADVANCE,),
        State.REFUND_SIGN_OFF,
        by=("system",),
        guards=(quote_is_accepted, plan_is_current, no_dispute_is_open, screening_is_clear, advance_is_approved),
        starts_round=True,
    ),
    Transition("freeze_refund", (State.PLANNING_ADVANCE,), State.REFUND_ON_HOLD, by=("system",)),
    Transition(
        "plan_advance_again",
        (State.REFUND_ON_HOLD,),
        State.PLANNING_ADVANCE,
        by=("lead",),
        guards=(no_plan_is_out, no_dispute_is_open, advance_is_approved),
        emits=("advance.plan",),
    ),
    Transition(
        "drop_advance",
        (State.REFUND_ON_HOLD,),
        State.ACCEPTED,
        by=("lead",),
        guards=(no_plan_is_out, advance_is_approved),
    ),
    Transition("drop_advance", (State.ACCEPTED,), State.ACCEPTED, by=("lead",), guards=(advance_is_approved,)),
    Transition(
        "confirm_advance",
        (State.PAYING,),
        State.ACCEPTED,
        by=("system",),
        guards=(plan_is_recorded, plan_is_verified, advance_is_approved),
    ),
    Transition(
        "repay_advance",
        (State.SWEPT,),
        State.COMPLETED,
        by=("system",),
        guards=(sweep_is_done, advance_is_paid),
    ),
    *_write_off(State.ACCEPTED),
    *_write_off(State.SWEEP_ON_HOLD, no_plan_is_out),
)
"""What a dispute left approved in ``accepted`` is dropped there, before the coins are collected."""
