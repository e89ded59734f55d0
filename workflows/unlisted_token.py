"""An unlisted token on one of our addresses: investigated, quoted, swept, refunded."""

from __future__ import annotations

from workflows.advances import ADVANCE, PREPARED
from workflows.corrections import AT_REST, correction_rows
from workflows.disputes import dispute_rows
from workflows.facts import (
    account_is_not_blocked,
    addresses_still_hold,
    clearing_has_not_signed,
    clearing_is_due,
    contest_is_answered,
    contest_is_open,
    cooling_is_over,
    denial_is_open,
    destination_is_checked,
    destination_is_safe,
    everybody_signed,
    glass_may_be_broken,
    is_in_a_batch,
    lead_has_not_signed,
    lead_is_due,
    leg_is_claimed,
    leg_is_not_credited,
    market_has_held,
    no_advance_is_approved,
    no_denial_is_open,
    no_dispute_is_open,
    no_plan_is_out,
    not_contested_before,
    nothing_was_advanced,
    plan_is_current,
    plan_is_recorded,
    plan_is_released,
    plan_is_verified,
    quote_has_expired,
    quote_is_accepted,
    quote_is_open,
    screening_is_clear,
    sending_stands,
    token_was_probed,
    wallet_has_not_signed,
    wallet_is_due,
)
from workflows.intake import INTAKE
from workflows.machine import Guard, Transition, Workflow
from workflows.replacements import dearer
from workflows.states import CLOSED, State

AGAIN = ("plan_sweep_again", "plan_refund_again", "plan_advance_again")
"""A lead who had a plan made again has prepared it."""

MAKERS = (*PREPARED, "propose_advance", "approve_advance", *AGAIN)
"""Whoever made one of these prepared the case, and may approve neither its sweep nor its refund."""

MAY_SWEEP = (leg_is_not_credited, addresses_still_hold, no_dispute_is_open)
"""What can become untrue while a plan waits, so it is asked again at each sign-off and at the release."""

MAY_PAY = (*MAY_SWEEP, account_is_not_blocked, destination_is_safe)
"""The same for a plan that pays out. Only the desk meets these guards: a depositor learns nothing from them."""

MAY_BE_PAID_THERE = (destination_is_checked, destination_is_safe, cooling_is_over)
"""What a refund's address must be when its plan is made and when it is released."""
APPROVALS = {
    "wallet": (wallet_has_not_signed, wallet_is_due),
    "clearing": (clearing_has_not_signed, clearing_is_due),
    "lead": (lead_has_not_signed, lead_is_due),
}
"""Teams that approve plans, and when each may: while it still has to, and no other team comes first."""


def approvals(kind: str, state: State, still_true: tuple[Guard, ...]) -> tuple[Transition, ...]:
    """The rows by which people approve a plan of a kind, each person once and for one team; and the one by which three
    of them release it against a rule that blocks, but against none of these guards."""
    names = tuple(f"approve_{kind}_{team}" for team in APPROVALS)
    glass = f"break_glass_{kind}"
    nobody_twice = (*MAKERS, *names, glass)

    def row(name: str, by: tuple[str, ...], guards: tuple[Guard, ...]) -> Transition:
        return Transition(
            name,
            (state,),
            state,
            by=by,
            unlike=nobody_twice,
            guards=(plan_is_current, *guards, *still_true),
            emits=("plan.release",),
            step_up=True,
            in_round=True,
        )

    return (
        *(row(name, (team,), APPROVALS[team]) for name, team in zip(names, APPROVALS, strict=True)),
        row(glass, ("lead", "wallet", "clearing"), (glass_may_be_broken,)),
    )


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
        guards=(leg_is_claimed, token_was_probed, contest_is_answered),
    ),
    Transition(
        "answer_contest",
        (State.UNDER_REVIEW,),
        State.UNDER_REVIEW,
        by=("specialist", "lead"),
        unlike=("quote",),
        guards=(contest_is_open,),
    ),
    Transition("join_batch", (State.UNDER_REVIEW,), State.UNDER_REVIEW, by=("specialist", "lead")),
    Transition("join_batch", (State.INVESTIGATED,), State.INVESTIGATED, by=("specialist", "lead")),
    *(
        Transition("leave_batch", (state,), state, by=("specialist", "lead"), guards=(is_in_a_batch,))
        for state in (State.UNDER_REVIEW, State.INVESTIGATED, State.QUOTED, State.ACCEPTED)
    ),
    Transition("reconsider", (State.INVESTIGATED,), State.UNDER_REVIEW, by=("specialist",)),
    Transition(
        "give_up",
        (State.UNDER_REVIEW, State.QUESTION_ASKED, State.INVESTIGATED, State.QUOTED, State.ACCEPTED),
        State.WITHDRAWN,
        by=("depositor",),
        guards=(nothing_was_advanced,),
    ),
)

QUOTE: tuple[Transition, ...] = (
    Transition(
        "quote",
        (State.INVESTIGATED,),
        State.QUOTED,
        by=("specialist",),
        guards=(token_was_probed,),
        emits=("quote.expire", "destination.check"),
    ),
    Transition("expire_quote", (State.QUOTED,), State.INVESTIGATED, by=("system",), guards=(quote_has_expired,)),
    Transition("withdraw_quote", (State.QUOTED,), State.INVESTIGATED, by=("specialist",)),
    Transition("drop_quote", (State.QUOTED,), State.INVESTIGATED, by=("system",)),
    Transition("requote", (State.QUOTED,), State.QUOTED, by=("system",), guards=(quote_is_open, token_was_probed)),
    Transition(
        "accept",
        (State.QUOTED,),
        State.ACCEPTED,
        by=("depositor",),
        guards=(quote_is_open, destination_is_checked, market_has_held),
        step_up=True,
    ),
    Transition(
        "contest",
        (State.QUOTED,),
        State.UNDER_REVIEW,
        by=("depositor",),
        guards=(quote_is_open, not_contested_before),
    ),
)

SWEEP: tuple[Transition, ...] = (
    Transition(
        "prepare_sweep",
        (State.ACCEPTED,),
        State.PLANNING_SWEEP,
        by=("specialist",),
        guards=(quote_is_accepted, leg_is_not_credited, no_dispute_is_open, no_advance_is_approved),
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
    *approvals("sweep", State.SWEEP_SIGN_OFF, MAY_SWEEP),
    Transition("reject_sweep", (State.SWEEP_SIGN_OFF,), State.ACCEPTED, by=("wallet", "clearing", "lead")),
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
        guards=(plan_is_recorded, sending_stands),
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
        guards=(
            *(quote_is_accepted, plan_is_current, no_dispute_is_open, *MAY_BE_PAID_THERE),
            *(screening_is_clear, nothing_was_advanced),
        ),
        starts_round=True,
    ),
    Transition(
        "plan_refund_again",
        (State.REFUND_ON_HOLD,),
        State.SWEPT,
        by=("lead",),
        guards=(no_plan_is_out, no_dispute_is_open, no_advance_is_approved),
        emits=("refund.plan",),
    ),
    *approvals("refund", State.REFUND_SIGN_OFF, MAY_PAY),
    Transition("reject_refund", (State.REFUND_SIGN_OFF,), State.REFUND_ON_HOLD, by=("wallet", "clearing", "lead")),
    Transition("redraft_refund", (State.REFUND_SIGN_OFF,), State.SWEPT, by=("system",), emits=("refund.plan",)),
    Transition(
        "release_refund",
        (State.REFUND_SIGN_OFF,),
        State.PAYING,
        by=("system",),
        guards=(plan_is_current, everybody_signed, screening_is_clear, *MAY_PAY, *MAY_BE_PAID_THERE),
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
        guards=(plan_is_recorded, plan_is_verified, no_advance_is_approved),
        emits=("refund.look",),
    ),
    Transition(
        "look_at_refund",
        (State.COMPLETED,),
        State.COMPLETED,
        by=("depositor",),
        emits=("refund.look_now",),
    ),
    Transition("reopen_payment", (State.COMPLETED,), State.PAYING, by=("system",), emits=("plan.watch",), reopens=True),
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
        guards=(plan_is_recorded, sending_stands),
        emits=("plan.watch",),
    ),
)

BEFORE_PAYING = (
    State.ACCEPTED,
    State.PLANNING_SWEEP,
    State.SWEEP_SIGN_OFF,
    State.SWEEPING,
    State.SWEEP_ON_HOLD,
)
"""Where a quote binds both sides and no refund is planned yet."""


def _change(source: State, target: State, *emits: str) -> Transition:
    return Transition(
        "change_destination",
        (source,),
        target,
        by=("depositor",),
        guards=(destination_is_checked, no_denial_is_open, no_plan_is_out)
        if source in (State.PAYING, State.REFUND_ON_HOLD)
        else (destination_is_checked, no_denial_is_open),
        emits=emits,
        step_up=True,
    )


DESTINATION: tuple[Transition, ...] = (
    *(_change(state, state) for state in (*BEFORE_PAYING, State.SWEPT, State.REFUND_ON_HOLD)),
    _change(State.PAYING, State.PAYING),  # never open; shown like the hold beside it, so that neither tells which it is
    _change(State.REFUND_SIGN_OFF, State.SWEPT, "refund.plan"),
    *(
        Transition("deny_destination", (state,), state, by=("system",))
        for state in (*BEFORE_PAYING, State.REFUND_ON_HOLD)
    ),
    Transition("deny_destination", (State.SWEPT, State.REFUND_SIGN_OFF), State.REFUND_ON_HOLD, by=("system",)),
    *(
        Transition("clear_denial", (state,), state, by=("lead",), guards=(denial_is_open,), step_up=True)
        for state in (*BEFORE_PAYING, State.SWEPT, State.REFUND_ON_HOLD)
    ),
)
"""A refund's destination changes by its owner's act alone, until the refund is released."""

DEARER = (
    *dearer("sweep", State.SWEEPING, State.SWEEP_ON_HOLD, MAKERS),
    *dearer("refund", State.PAYING, State.REFUND_ON_HOLD, MAKERS),
)

ASIDE = frozenset(row.name for row in (*DESTINATION, *DEARER))
"""Moves beside the way: they are possible, and nobody is waited for because of them."""

ROWS = (*INTAKE, *REVIEW, *QUOTE, *SWEEP, *REFUND, *ADVANCE, *DESTINATION, *DEARER)

UNLISTED_TOKEN = Workflow(
    name="unlisted_token",
    title="Unlisted token",
    initial=State.SUBMITTED,
    closed=CLOSED,
    enters=frozenset({State.UNDER_REVIEW}),
    transitions=(*ROWS, *dispute_rows(ROWS), *correction_rows(*AT_REST)),
)
