"""Ends what is left when the supervisor is killed. Run as a script: ``python -I -S guard.py``.

The supervisor writes ``+ID`` and ``-ID`` lines for the process groups it starts and ends. When the pipe closes
although groups are left, it died without a word: whoever is in those groups is asked to end, and a little later made
to. The kernel's own signal at a parent's death reaches only children, not theirs.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

GRACE = 8.0  # seconds


def send(groups: set[int], number: signal.Signals) -> set[int]:
    """Signal each group; gives those that still exist."""
    alive = set()
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
            alive.add(group)
    return alive


def main() -> None:
    """Listen, and clean up at the end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        sign, number_text = line[0], int(line[1:])
        (groups.add if sign == "+" else groups.discard)(number_text)
    alive = send(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while alive and time.monotonic() < deadline:
        time.sleep(0.2)
        alive = {group for group in alive if exists(group)}
    send(alive, signal.SIGKILL)


def exists(group: int) -> bool:
    """Whether the group still has a process."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main()
