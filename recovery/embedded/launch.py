"""Starts one program so that it ends with the one who started it. Run as a script: ``python -I -S launch.py …``.

    launch.py --parent PID --signal NUMBER [--namespace | --nobody] -- PROGRAM ARGUMENT…

The program replaces this process. ``--signal`` is what the kernel sends it when its parent dies (Linux). PostgreSQL
refuses to run as root: ``--namespace`` gives it a user namespace in which it is somebody else (its files stay ours),
``--nobody`` gives up root for the user nobody. A process of its own does this, and not code between fork and exec,
because that is not safe in a program with threads.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
INSIDE = 1000  # the user id in the namespace; any but 0


def enter_namespace() -> None:
    """A user namespace where we are user 1000. Raises OSError where the kernel forbids it."""
    uid, gid = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed here")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{INSIDE} {uid} 1"), ("gid_map", f"{INSIDE} {gid} 1")):
        Path(f"/proc/self/{name}").write_text(text)


def become_nobody() -> None:
    """Give up root for good."""
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def end_with_parent(parent: int, number: int) -> None:
    """Ask for the signal at the parent's death; when it died before we asked, end now.

    Comes after every change of identity, which would forget it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if parent and os.getppid() != parent:
        sys.exit(1)


def main(arguments: list[str]) -> None:
    """Read the options, prepare, and become the program."""
    split = arguments.index("--")
    options, program = arguments[:split], arguments[split + 1 :]
    parent = int(options[options.index("--parent") + 1])
    number = int(options[options.index("--signal") + 1])
    if "--namespace" in options:
        enter_namespace()
    if "--nobody" in options:
        become_nobody()
    if parent:
        end_with_parent(parent, number)
    os.execvp(program[0], program)  # noqa: S606 - the caller's own list


if __name__ == "__main__":
    main(sys.argv[1:])
