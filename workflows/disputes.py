"""The rows of a dispute: all claimants of one transfer leg are frozen until a person has chosen, or one alone is left.

They depend on the table they stand in: which states can be frozen, and which moves count as having handled the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workflows.facts import (
    no_plan_is_out,
    nothing_was_advanced,
    quote_is_accepted,
    quote_is_not_accepted,
    sweep_is_done,
    sweep_is_not_done,
)
from workflows.machine import Guard, Transition
from workflows.states import CLOSED, State

IN_MOTION = frozenset({State.CREDITING, State.CREDIT_ON_HOLD, State.SWEEPING, State.PAYING})
"""States in which value is leaving, or may have left: nothing is frozen in mid-air. The step after it is what an open dispute
stops."""

SETTLES = ("settle_dispute", "settle_for_accepted", "settle_for_swept")
"""The moves that choose a winner. Which of them is open follows from how far the winner had come."""

FREES = ("free_dispute", "free_for_accepted", "free_for_swept")
"""The same ways out for the only claimant left, made by the machine."""

WAYS_OUT: tuple[tuple[State, tuple[Guard, ...], tuple[str, ...]], ...] = (
    (State.SUBMITTED, (quote_is_not_accepted,), ("evidence.collect",)),
    (State.ACCEPTED, (quote_is_accepted, sweep_is_not_done), ()),
    (State.SWEPT, (quote_is_accepted, sweep_is_done), ("refund.plan",)),
)
"""Looked at anew; or, where a quote binds both sides already, on from it; or on from the coins that were collected."""

BEGINNING = "uncredited_deposit"
"""The table every case begins in, and in which it is looked at anew."""

DECIDED = (
    *("take", "probe_again", "ask_depositor", "resume_review", "conclude", "reconsider", "turn_down"),
    *("quote", "withdraw_quote", "prepare_sweep", "approve_sweep_wallet", "approve_sweep_clearing", "reject_sweep"),
    *("approve_refund_wallet", "approve_refund_clearing", "reject_refund", "approve_credit", "reject_credit"),
    *("approve_sweep_lead", "approve_refund_lead", "break_glass_sweep", "break_glass_refund", "endorse_credit"),
    *("judge_proof", "refuse_proof", "answer_contest", "propose_advance", "approve_advance", "reject_advance"),
)
"""Whoever made one of these has handled the case, and does not choose between its claimant and another."""


def dispute_rows(rows: Iterable[Transition]) -> tuple[Transition, ...]:
    """What a table of these rows needs beside them for its cases to be disputed."""
    rows = tuple(rows)
    handled = tuple(name for name in DECIDED if name in {row.name for row in rows})
    return (
        Transition("dispute", tuple(_freezable(rows)), State.DISPUTED, by=("system",), guards=(no_plan_is_out,)),
        *_ways_out(rows, SETTLES, handled),
        Transition(
            "lose_dispute",
            (State.DISPUTED,),
            State.DECLINED,
            by=("lead",),
            unlike=handled,
            guards=(nothing_was_advanced,),
            step_up=True,
        ),
        *_ways_out(rows, FREES, None),
    )


def _freezable(rows: tuple[Transition, ...]) -> Iterator[State]:
    """Every state these rows leave, in their order, but those in motion and the dispute itself."""
    seen = set(IN_MOTION | CLOSED | {State.DISPUTED})
    for row in rows:
        for state in row.source:
            if state not in seen:
                seen.add(state)
                yield state


def _ways_out(
    rows: tuple[Transition, ...], names: tuple[str, ...], handled: tuple[str, ...] | None
) -> Iterator[Transition]:
    """The ways out that lead to states of these rows: by the lead, who must not have ``handled``, or by the machine."""
    known = {state for row in rows for state in row.source}
    for name, (target, guards, emits) in zip(names, WAYS_OUT, strict=True):
        if target in known:
            yield Transition(
                name,
                (State.DISPUTED,),
                target,
                by=("system",) if handled is None else ("lead",),
                unlike=handled or (),
                guards=guards,
                emits=emits,
                into=BEGINNING if target is State.SUBMITTED else None,
                step_up=handled is not None,
            )
