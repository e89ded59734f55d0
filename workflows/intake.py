"""The rows both workflows begin with: from a pasted hash to a finding, and the ways a machine ends a case alone."""

from __future__ import annotations

from workflows.facts import nothing_was_advanced, proof_suffices
from workflows.machine import Transition
from workflows.states import State

LOOKING = (State.CHECKING, State.WAITING_FOR_CHAIN)

PROVING: tuple[Transition, ...] = (
    Transition("ask_proof", LOOKING, State.PROOF_ASKED, by=("system",)),
    Transition(
        "hand_in_proof",
        (State.PROOF_ASKED,),
        State.PROOF_ASKED,
        by=("depositor",),
        emits=("proof.check",),
    ),
    Transition("hand_in_documents", (State.PROOF_ASKED,), State.PROOF_IN_REVIEW, by=("depositor",)),
    Transition("judge_proof", (State.PROOF_IN_REVIEW,), State.PROOF_ASKED, by=("specialist",)),
    Transition("refuse_proof", (State.PROOF_IN_REVIEW,), State.PROOF_ASKED, by=("specialist",)),
    Transition(
        "accept_proof",
        (State.PROOF_ASKED, State.PROOF_IN_REVIEW),
        State.SUBMITTED,
        by=("system",),
        guards=(proof_suffices,),
        emits=("evidence.collect",),
    ),
)
"""Proof of ownership. ``judge_proof`` accepts documents; whether that is enough, ``accept_proof`` asks. An accepted proof is
a fact like any other, so the case is looked at anew."""

INTAKE: tuple[Transition, ...] = (
    Transition("start_check", (State.SUBMITTED,), State.CHECKING, by=("system",)),
    Transition("wait_for_chain", (State.CHECKING,), State.WAITING_FOR_CHAIN, by=("system",)),
    Transition("ask_reference", LOOKING, State.NEEDS_INFORMATION, by=("system",)),
    Transition(
        "give_reference",
        (State.NEEDS_INFORMATION,),
        State.SUBMITTED,
        by=("depositor",),
        emits=("evidence.collect",),
    ),
    Transition("solve", LOOKING, State.SOLVED, by=("system",)),
    Transition("decline", LOOKING, State.DECLINED, by=("system",)),
    Transition("hold", LOOKING, State.ON_HOLD, by=("system",)),
    Transition("merge", LOOKING, State.MERGED, by=("system",)),
    Transition("park", (*LOOKING, State.ON_HOLD), State.PARKED, by=("system",)),
    Transition(
        "reopen_parked",
        (State.PARKED,),
        State.SUBMITTED,
        by=("system",),
        emits=("evidence.collect",),
    ),
    Transition("join_batch", (State.PARKED,), State.SUBMITTED, by=("specialist", "lead"), emits=("evidence.collect",)),
    Transition(
        "check_again",
        (State.ON_HOLD, State.PARKED),
        State.SUBMITTED,
        by=("lead",),
        emits=("evidence.collect",),
    ),
    Transition(
        "refuse",
        (State.ON_HOLD, State.PARKED, State.PROOF_ASKED, State.PROOF_IN_REVIEW),
        State.DECLINED,
        by=("lead",),
    ),
    Transition(
        "withdraw",
        (
            *(State.SUBMITTED, *LOOKING, State.NEEDS_INFORMATION, State.PROOF_ASKED, State.PROOF_IN_REVIEW),
            *(State.PARKED, State.DISPUTED),
        ),
        State.WITHDRAWN,
        by=("depositor",),
        guards=(nothing_was_advanced,),
    ),
    *PROVING,
)
"""Shared by value: each workflow is still one whole table of its own."""
