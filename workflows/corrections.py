"""The rows of a correction of the books: proposed by clearing, approved by somebody else, the case stays where it is.

Only where nothing moves: on hold, or completed. A closed case is not left, so it stays closed.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.facts import correction_is_proposed, something_is_booked
from workflows.machine import Transition
from workflows.states import State

AT_REST = (State.ON_HOLD, State.SWEEP_ON_HOLD, State.REFUND_ON_HOLD, State.COMPLETED)
"""States in which the books of a case can be corrected."""


def correction_rows(*states: State) -> Iterator[Transition]:
    """What a table needs for the books of its cases to be corrected in these of its states."""
    for state in states:
        yield Transition("propose_correction", (state,), state, by=("clearing",), guards=(something_is_booked,))
        yield Transition(
            "approve_correction",
            (state,),
            state,
            by=("clearing", "lead"),
            unlike=("propose_correction",),
            guards=(correction_is_proposed,),
            step_up=True,
        )
        yield Transition(
            "reject_correction", (state,), state, by=("clearing", "lead"), guards=(correction_is_proposed,)
        )
