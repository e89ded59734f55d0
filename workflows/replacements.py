"""The rows by which a plan that is stuck is sent with a higher fee."""

from __future__ import annotations

from workflows.facts import plan_is_recorded
from workflows.machine import Transition
from workflows.states import State


def dearer(kind: str, moving: State, held: State, makers: tuple[str, ...]) -> tuple[Transition, ...]:
    """A plan that is stuck is sent with a higher fee: asked by wallet, offered by the machine, recorded by the signer.

    What the signer may have signed is recorded even when the case was stopped meanwhile. ``makers`` do neither of their case.
    """
    return (
        Transition(
            f"raise_fee_{kind}",
            (moving,),
            moving,
            by=("wallet",),
            unlike=makers,
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
                unlike=makers,
                guards=(plan_is_recorded,),
            )
            for state in (moving, held)
        ),
    )
