"""Named places where a test may kill the process, to prove that nothing is lost or done twice there."""

from __future__ import annotations

import os
import signal

POINTS = (
    "evidence:before_ask",
    "evidence:after_ask",
    "evidence:after_commit",
    "probe:before_ask",
    "probe:after_ask",
    "plan:before_ask",
    "plan:after_ask",
    "release:before_ask",
    "release:after_ask",
    "watch:before_ask",
    "watch:before_broadcast",
    "watch:after_broadcast",
    "watch:after_ask",
    "bury:before_ask",
    "bury:after_ask",
    "look:before_ask",
    "look:after_ask",
    "credit:before_deliver",
    "credit:after_deliver",
    "outflow:before_ask",
    "outflow:after_ask",
    "reconcile:before_ask",
    "reconcile:after_ask",
    "replace:before_ask",
    "replace:after_ask",
    "job:after_lease",
    "proof:before_ask",
    "proof:after_ask",
    "proof:after_commit",
    "scan:before_ask",
    "scan:after_ask",
    "nodes:before_ask",
    "nodes:after_ask",
    "screening:before_ask",
    "screening:after_ask",
    "destination:before_ask",
    "destination:after_ask",
    "prices:before_ask",
    "prices:after_ask",
    "notice:before_send",
    "notice:after_send",
)
"""Every external call stands between two of these; a test kills a worker at each."""


def crash_point(name: str) -> None:
    """Die here, at once and without clean-up, when ``RECOVERY_CRASH_AT`` names this point; otherwise nothing."""
    if os.environ.get("RECOVERY_CRASH_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
