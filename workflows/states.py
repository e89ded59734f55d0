"""The states a case can be in, and the plain labels the depositor sees for them."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a case stands. A state is left only along a row of its workflow's table."""

    SUBMITTED = "submitted"
    CHECKING = "checking"
    WAITING_FOR_CHAIN = "waiting_for_chain"
    NEEDS_INFORMATION = "needs_information"
    PROOF_ASKED = "proof_asked"
    PROOF_IN_REVIEW = "proof_in_review"
    CREDIT_SIGN_OFF = "credit_sign_off"
    CREDITING = "crediting"
    CREDIT_ON_HOLD = "credit_on_hold"
    UNDER_REVIEW = "under_review"
    QUESTION_ASKED = "question_asked"
    INVESTIGATED = "investigated"
    QUOTED = "quoted"
    ACCEPTED = "accepted"
    ADVANCE_SIGN_OFF = "advance_sign_off"
    PLANNING_ADVANCE = "planning_advance"
    PLANNING_SWEEP = "planning_sweep"
    SWEEP_SIGN_OFF = "sweep_sign_off"
    SWEEPING = "sweeping"
    SWEPT = "swept"
    REFUND_SIGN_OFF = "refund_sign_off"
    PAYING = "paying"
    ON_HOLD = "on_hold"
    SWEEP_ON_HOLD = "sweep_on_hold"
    REFUND_ON_HOLD = "refund_on_hold"
    DISPUTED = "disputed"
    PARKED = "parked"
    COMPLETED = "completed"
    SOLVED = "solved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


CLOSED = frozenset({State.COMPLETED, State.SOLVED, State.DECLINED, State.WITHDRAWN, State.MERGED})

PUBLIC_LABELS: dict[State, str] = {
    State.SUBMITTED: "checking",
    State.CHECKING: "checking",
    State.WAITING_FOR_CHAIN: "waiting_for_network",
    State.NEEDS_INFORMATION: "your_answer_needed",
    State.PROOF_ASKED: "your_answer_needed",
    State.PROOF_IN_REVIEW: "in_review",
    State.QUESTION_ASKED: "your_answer_needed",
    State.CREDIT_SIGN_OFF: "in_review",
    State.CREDITING: "on_its_way",
    State.UNDER_REVIEW: "in_review",
    State.INVESTIGATED: "in_review",
    State.QUOTED: "your_decision_needed",
    State.ACCEPTED: "on_its_way",
    State.ADVANCE_SIGN_OFF: "on_its_way",
    State.PLANNING_ADVANCE: "on_its_way",
    State.PLANNING_SWEEP: "on_its_way",
    State.SWEEP_SIGN_OFF: "on_its_way",
    State.SWEEPING: "on_its_way",
    State.SWEPT: "on_its_way",
    State.REFUND_SIGN_OFF: "on_its_way",
    State.PAYING: "on_its_way",
    State.ON_HOLD: "in_review",
    State.CREDIT_ON_HOLD: "in_review",
    State.SWEEP_ON_HOLD: "in_review",
    State.REFUND_ON_HOLD: "in_review",
    State.DISPUTED: "in_review",
    State.PARKED: "in_review",
    State.COMPLETED: "completed",
    State.SOLVED: "solved",
    State.DECLINED: "closed",
    State.WITHDRAWN: "closed",
    State.MERGED: "solved",
}
"""What the depositor is told; a hold looks like a review, so that a hold gives nothing away."""
