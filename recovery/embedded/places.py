"""Where embedded services keep things: folders, sockets and ports."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import tempfile
from pathlib import Path

from recovery.embedded.process import EmbeddedError

LONGEST_SOCKET_FOLDER = 80  # the kernel allows 107 bytes for a socket's whole path


def make_home(home: Path) -> Path:
    """The state folder, ours alone."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home


def socket_folder(home: Path) -> Path:
    """A folder for unix sockets whose path is short enough, whatever the depth of ``home``."""
    folder = home / "sockets"
    if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
        folder = outside(home, Path(tempfile.gettempdir())) / "sockets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def outside(home: Path, parent: Path) -> Path:
    """A folder of this ``home`` that has to lie elsewhere; noted in ``home/elsewhere`` so that cleaning finds it.

    Raises EmbeddedError when somebody else made a folder of that name.
    """
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:10]
    folder = parent / f"recovery-{os.geteuid()}-{mark}"
    folder.mkdir(exist_ok=True)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
        raise EmbeddedError(f"{folder} belongs to somebody else")
    folder.chmod(0o711)  # to be entered by all, listed by us
    notes = home / "elsewhere"
    known = notes.read_text().splitlines() if notes.exists() else []
    if str(folder) not in known:
        notes.write_text("\n".join([*known, str(folder)]) + "\n")
    return folder


def free_port(first: int | None = None, host: str = "127.0.0.1") -> int:
    """``first`` or one of the hundred after it that nobody listens on; any free port without ``first``."""
    if first is None:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((host, 0))
            return int(probe.getsockname()[1])
    for port in range(first, first + 100):
        if is_free(port, host):
            return port
    raise EmbeddedError(f"no free port from {first} on")


def listen(host: str, port: int | None = None, first: int = 8000) -> socket.socket:
    """A listening socket on ``port``, or on ``first`` or one of the hundred after it.

    Taken at once and handed on, so that nobody else can have the port in between. Raises EmbeddedError.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in [port] if port else range(first, first + 100):
        door = socket.socket(family, socket.SOCK_STREAM)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, number))
            door.listen(128)
        except OSError:
            door.close()
            continue
        return door
    raise EmbeddedError(f"port {port} is taken by another program" if port else f"no free port from {first} on")


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on this port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
