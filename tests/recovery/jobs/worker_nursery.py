"""Starts real worker processes fast: everything is imported once, then each worker is a fork of its own.

Reads one JSON object of environment variables a line, answers the exit status of the worker that ran with them (minus
the signal that ended it), after at most ``seconds``. It has no threads, so that forking is safe.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import warnings

import recovery.jobs.runner
import recovery.jobs.worker
from config.logging import configure
from config.settings import Settings


def main() -> None:
    """One worker a line, until there are no more lines."""
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            os.environ.update(asked["environment"])
            os.setpgid(0, 0)
            warnings.simplefilter("ignore")
            configure("ERROR")
            status = 70
            try:
                recovery.jobs.worker.main(Settings.from_env(), burst=True)
                status = 0
            finally:
                sys.stderr.flush()
                os._exit(status)
        print(_ended(child, asked["seconds"]), flush=True)


def _ended(child: int, seconds: float) -> int:
    """The exit status; a worker that outlives its time is killed without warning."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
