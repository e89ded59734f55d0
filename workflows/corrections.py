"""The rows of a correction of the books: proposed by clearing, approved by somebody else, the case stays where it is.

Only where nothing moves: on hold with no plan that may still pay, or completed. A closed case is not left, so it stays closed.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.facts import correction_is_proposed, no_plan_is_out, something_is_booked
from workflows.machine import Transition
from workflows.states import State

AT_REST = (State.ON_HOLD, State.SWEEP_ON_HOLD, State.REFUND_ON_HOLD, State.COMPLETED)
"""States in which the books of a case can be corrected."""

WITH_A_PLAN = (State.SWEEP_ON_HOLD, State.REFUND_ON_HOLD)
"""Of these, where a stopped plan may still pay: what its end books or takes back is not known yet."""


def correction_rows(*states: State) -> Iterator[Transition]:
    """What a table needs for the books of its cases to be corrected in these of its states."""
    for state in states:
        still = (no_plan_is_out,) if state in WITH_A_PLAN else ()
        yield Transition("propose_correction", (state,), state, by=("clearing",), guards=(something_is_booked, *still))
        yield Transition(
            "approve_correction",
            (state,),
            state,
            by=("clearing", "lead"),
            unlike=("propose_correction",),
            guards=(correction_is_proposed, *still),
            step_up=True,
        )
        yield Transition(
            "reject_correction", (state,), state, by=("clearing", "lead"), guards=(correction_is_proposed,)
        )
