"""An unlisted token on one of our addresses: investigated, quoted, swept, refunded."""

from __future__ import annotations

from workflows.disputes import dispute_rows
from workflows.facts import (
    account_is_not_blocked,
    addresses_still_hold,
    clearing_has_not_signed,
    destination_is_checked,
    everybody_signed,
    leg_is_claimed,
    leg_is_not_credited,
    no_dispute_is_open,
    no_plan_is_out,
    plan_is_current,
    plan_is_recorded,
    plan_is_released,
    plan_is_verified,
    quote_has_expired,
    quote_is_accepted,
    quote_is_open,
    screening_is_clear,
    token_was_probed,
    wallet_has_not_signed,
)
from workflows.intake import INTAKE
from workflows.machine import Transition, Workflow
from workflows.states import CLOSED, State

MAKERS = ("judge_proof", "conclude", "quote", "prepare_sweep")
"""Whoever made one of these prepared the case, and may approve neither its sweep nor its refund."""

MAY_SWEEP = (leg_is_not_credited, addresses_still_hold, no_dispute_is_open)
"""What can become untrue while a plan waits, so it is asked again at each sign-off and at the release."""

MAY_PAY = (*MAY_SWEEP, account_is_not_blocked)
"""The same for a plan that pays out. Only the desk meets these guards: a depositor learns nothing from them."""

REVIEW: tuple[Transition, ...] = (
    Transition("take", (State.UNDER_REVIEW,), State.UNDER_REVIEW, by=("specialist",)),
    Transition("probe_again", (State.UNDER_REVIEW,), State.UNDER_REVIEW, by=("specialist",), emits=("case.probe",)),
    Transition("ask_depositor", (State.UNDER_REVIEW,), State.QUESTION_ASKED, by=("specialist",)),
    Transition("answer", (State.QUESTION_ASKED,), State.UNDER_REVIEW, by=("depositor",)),
    Transition("resume_review", (State.QUESTION_ASKED,), State.UNDER_REVIEW, by=("specialist",)),
    Transition("turn_down", (State.UNDER_REVIEW, State.INVESTIGATED), State.DECLINED, by=("specialist",)),
    Transition(
        "conclude",
        (State.UNDER_REVIEW,),
        State.INVESTIGATED,
        by=("specialist",),
        guards=(leg_is_claimed, token_was_probed),
    ),
    Transition("join_batch", (State.UNDER_REVIEW,), State.UNDER_REVIEW, by=("specialist", "lead")),
    Transition("join_batch", (State.INVESTIGATED,), State.INVESTIGATED, by=("specialist", "lead")),
    Transition("leave_batch", (State.UNDER_REVIEW,), State.UNDER_REVIEW, by=("specialist", "lead")),
    Transition("leave_batch", (State.INVESTIGATED,), State.INVESTIGATED, by=("specialist", "lead")),
    Transition("leave_batch", (State.QUOTED,), State.QUOTED, by=("specialist", "lead")),
    Transition("leave_batch", (State.ACCEPTED,), State.ACCEPTED, by=("specialist", "lead")),
    Transition("reconsider", (State.INVESTIGATED,), State.UNDER_REVIEW, by=("specialist",)),
    Transition(
        "give_up",
        (State.UNDER_REVIEW, State.QUESTION_ASKED, State.INVESTIGATED, State.QUOTED, State.ACCEPTED),
        State.WITHDRAWN,
        by=("depositor",),
    ),
)

QUOTE: tuple[Transition, ...] = (
    Transition(
        "quote",
        (State.INVESTIGATED,),
        State.QUOTED,
        by=("specialist",),
        guards=(token_was_probed,),
        emits=("quote.expire",),
    ),
    Transition("expire_quote", (State.QUOTED,), State.INVESTIGATED, by=("system",), guards=(quote_has_expired,)),
    Transition("withdraw_quote", (State.QUOTED,), State.INVESTIGATED, by=("specialist",)),
    Transition(
        "accept",
        (State.QUOTED,),
        State.ACCEPTED,
        by=("depositor",),
        guards=(quote_is_open, destination_is_checked),
        step_up=True,
    ),
    Transition(
        "contest",
        (State.QUOTED,),
        State.UNDER_REVIEW,
        by=("depositor",),
    ),
)

SWEEP: tuple[Transition, ...] = (
    Transition(
        "prepare_sweep",
        (State.ACCEPTED,),
        State.PLANNING_SWEEP,
        by=("specialist",),
        guards=(quote_is_accepted, leg_is_not_credited, no_dispute_is_open),
        emits=("sweep.plan",),
    ),
    Transition("plan_failed", (State.PLANNING_SWEEP,), State.ACCEPTED, by=("system",)),
    Transition(
        "propose_sweep",
        (State.PLANNING_SWEEP,),
        State.SWEEP_SIGN_OFF,
        by=("system",),
        guards=(plan_is_current, screening_is_clear),
        starts_round=True,
    ),
    Transition(
        "approve_sweep_wallet",
        (State.SWEEP_SIGN_OFF,),
        State.SWEEP_SIGN_OFF,
        by=("wallet",),
        unlike=(*MAKERS, "approve_sweep_clearing"),
        guards=(plan_is_current, wallet_has_not_signed, *MAY_SWEEP),
        emits=("plan.release",),
        step_up=True,
        in_round=True,
    ),
    Transition(
        "approve_sweep_clearing",
        (State.SWEEP_SIGN_OFF,),
        State.SWEEP_SIGN_OFF,
        by=("clearing",),
        unlike=(*MAKERS, "approve_sweep_wallet"),
        guards=(plan_is_current, clearing_has_not_signed, *MAY_SWEEP),
        emits=("plan.release",),
        step_up=True,
        in_round=True,
    ),
    Transition("reject_sweep", (State.SWEEP_SIGN_OFF,), State.ACCEPTED, by=("wallet", "clearing")),
    Transition("redraft_sweep", (State.SWEEP_SIGN_OFF,), State.PLANNING_SWEEP, by=("system",), emits=("sweep.plan",)),
    Transition(
        "release_sweep",
        (State.SWEEP_SIGN_OFF,),
        State.SWEEPING,
        by=("system",),
        guards=(plan_is_current, everybody_signed, screening_is_clear, *MAY_SWEEP),
    ),
    Transition(
        "record_sweep",
        (State.SWEEPING,),
        State.SWEEPING,
        by=("signer", "wallet"),
        unlike=MAKERS,
        guards=(plan_is_released,),
        emits=("plan.watch",),
    ),
    Transition(
        "confirm_sweep",
        (State.SWEEPING,),
        State.SWEPT,
        by=("system",),
        guards=(plan_is_recorded, plan_is_verified),
        emits=("refund.plan",),
    ),
    Transition(
        "prove_sweep_dead",
        (State.SWEEP_ON_HOLD,),
        State.SWEEP_ON_HOLD,
        by=("lead",),
        guards=(plan_is_recorded,),
        emits=("plan.bury",),
    ),
    Transition("bury_sweep", (State.SWEEP_ON_HOLD,), State.SWEEP_ON_HOLD, by=("system",)),
    Transition(
        "freeze_sweep",
        (State.PLANNING_SWEEP, State.SWEEP_SIGN_OFF, State.SWEEPING),
        State.SWEEP_ON_HOLD,
        by=("system",),
    ),
    Transition(
        "resume_sweep",
        (State.SWEEP_ON_HOLD,),
        State.SWEEPING,
        by=("lead",),
        guards=(plan_is_recorded,),
        emits=("plan.watch",),
    ),
    Transition(
        "plan_sweep_again",
        (State.SWEEP_ON_HOLD,),
        State.PLANNING_SWEEP,
        by=("lead",),
        guards=(no_plan_is_out, no_dispute_is_open),
        emits=("sweep.plan",),
    ),
)

REFUND: tuple[Transition, ...] = (
    Transition(
        "propose_refund",
        (State.SWEPT,),
        State.REFUND_SIGN_OFF,
        by=("system",),
        guards=(quote_is_accepted, plan_is_current, no_dispute_is_open, screening_is_clear),
        starts_round=True,
    ),
    Transition(
        "plan_refund_again",
        (State.REFUND_ON_HOLD,),
        State.SWEPT,
        by=("lead",),
        guards=(no_plan_is_out, no_dispute_is_open),
        emits=("refund.plan",),
    ),
    Transition(
        "approve_refund_wallet",
        (State.REFUND_SIGN_OFF,),
        State.REFUND_SIGN_OFF,
        by=("wallet",),
        unlike=(*MAKERS, "approve_refund_clearing"),
        guards=(plan_is_current, wallet_has_not_signed, *MAY_PAY),
        emits=("plan.release",),
        step_up=True,
        in_round=True,
    ),
    Transition(
        "approve_refund_clearing",
        (State.REFUND_SIGN_OFF,),
        State.REFUND_SIGN_OFF,
        by=("clearing",),
        unlike=(*MAKERS, "approve_refund_wallet"),
        guards=(plan_is_current, clearing_has_not_signed, *MAY_PAY),
        emits=("plan.release",),
        step_up=True,
        in_round=True,
    ),
    Transition("reject_refund", (State.REFUND_SIGN_OFF,), State.REFUND_ON_HOLD, by=("wallet", "clearing")),
    Transition("redraft_refund", (State.REFUND_SIGN_OFF,), State.SWEPT, by=("system",), emits=("refund.plan",)),
    Transition(
        "release_refund",
        (State.REFUND_SIGN_OFF,),
        State.PAYING,
        by=("system",),
        guards=(plan_is_current, everybody_signed, screening_is_clear, *MAY_PAY),
    ),
    Transition(
        "record_refund",
        (State.PAYING,),
        State.PAYING,
        by=("signer", "wallet"),
        unlike=MAKERS,
        guards=(plan_is_released,),
        emits=("plan.watch",),
    ),
    Transition(
        "confirm_refund",
        (State.PAYING,),
        State.COMPLETED,
        by=("system",),
        guards=(plan_is_recorded, plan_is_verified),
        emits=("refund.look",),
    ),
    Transition(
        "look_at_refund",
        (State.COMPLETED,),
        State.COMPLETED,
        by=("depositor",),
        emits=("refund.look_now",),
        reopens=True,
    ),
    Transition("reopen_refund", (State.COMPLETED,), State.REFUND_ON_HOLD, by=("system",), reopens=True),
    Transition(
        "prove_refund_dead",
        (State.REFUND_ON_HOLD,),
        State.REFUND_ON_HOLD,
        by=("lead",),
        guards=(plan_is_recorded,),
        emits=("plan.bury",),
    ),
    Transition("bury_refund", (State.REFUND_ON_HOLD,), State.REFUND_ON_HOLD, by=("system",)),
    Transition(
        "freeze_refund",
        (State.SWEPT, State.REFUND_SIGN_OFF, State.PAYING),
        State.REFUND_ON_HOLD,
        by=("system",),
    ),
    Transition(
        "resume_refund",
        (State.REFUND_ON_HOLD,),
        State.PAYING,
        by=("lead",),
        guards=(plan_is_recorded,),
        emits=("plan.watch",),
    ),
)


def _dearer(kind: str, moving: State, held: State) -> tuple[Transition, ...]:
    """A plan that is stuck is sent with a higher fee: asked by wallet, offered by the machine, recorded by the signer. What the
    signer may have signed is recorded even when the case was stopped meanwhile."""
    return (
        Transition(
            f"raise_fee_{kind}",
            (moving,),
            moving,
            by=("wallet",),
            unlike=MAKERS,
            guards=(plan_is_recorded,),
            emits=("plan.replace",),
            step_up=True,
        ),
        *(
            Transition(f"{name}_fee_{kind}", (state,), state, by=("system",), guards=(plan_is_recorded,))
            for name in ("offer", "keep")
            for state in (moving, held)
        ),
        *(
            Transition(
                f"record_fee_{kind}",
                (state,),
                state,
                by=("signer", "wallet"),
                unlike=MAKERS,
                guards=(plan_is_recorded,),
            )
            for state in (moving, held)
        ),
    )


DEARER = (
    *_dearer("sweep", State.SWEEPING, State.SWEEP_ON_HOLD),
    *_dearer("refund", State.PAYING, State.REFUND_ON_HOLD),
)

ROWS = (*INTAKE, *REVIEW, *QUOTE, *SWEEP, *REFUND, *DEARER)

UNLISTED_TOKEN = Workflow(
    name="unlisted_token",
    title="Unlisted token",
    initial=State.SUBMITTED,
    closed=CLOSED,
    enters=frozenset({State.UNDER_REVIEW}),
    transitions=(*ROWS, *dispute_rows(ROWS)),
)
