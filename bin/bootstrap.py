"""Makes ``.venv`` with the locked requirements. Standard library only: it runs before anything is installed.

``bootstrap.py run`` installs what the product needs, ``bootstrap.py dev`` also what its tests and checks need, and
``bootstrap.py clean`` removes the state folder. A stamp in ``.venv`` holds the hash of the locks, so that a second
call does nothing. uv installs when it can be had; plain pip when not. Both check the hash of every file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".installed"
UV = "uv==0.13.9"
LOCKS = {"run": ["requirements.txt"], "dev": ["requirements.txt", "requirements-dev.txt"]}
STARTED = time.monotonic()
COMMAND = """#!{python}
import sys

from recovery.cli import main

sys.exit(main())
"""


class SetupFailed(Exception):
    """Setting up stopped; the message says why and what to do."""


def say(text: str) -> None:
    """One plain line of progress, with the seconds since the start."""
    print(f"[{time.monotonic() - STARTED:5.1f} s] {text}", flush=True)


def state_folder() -> Path:
    """Where the embedded services keep their data."""
    return Path(os.environ.get("RECOVERY_HOME") or ROOT / ".recovery").absolute()


def wanted_stamp(kind: str) -> str:
    """What the stamp of a finished installation says: the place, the Python and the content of the locks."""
    digest = hashlib.sha256(f"{VENV}\0{sys.version_info[:2]}\0".encode())
    for name in LOCKS[kind]:
        digest.update((ROOT / name).read_bytes())
    return f"{kind} {digest.hexdigest()}"


def installed(kind: str) -> bool:
    """Whether the environment holds what ``kind`` needs."""
    if not (STAMP.exists() and PYTHON.exists()):
        return False
    return wanted_stamp(kind) in STAMP.read_text().splitlines()


def run(*command: str | Path, environment: dict[str, str] | None = None) -> bool:
    """Run quietly; on failure show the last lines of what it said."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        print("\n".join("    " + line for line in done.stdout.splitlines()[-12:]), file=sys.stderr, flush=True)
    return done.returncode == 0


def make_environment() -> None:
    """A fresh ``.venv``; the hint for Debian, where venv is a package of its own."""
    say(f"Making .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    if not run(sys.executable, "-m", "venv", VENV):
        shutil.rmtree(VENV, ignore_errors=True)
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise SetupFailed(
            f"Python cannot make a virtual environment (on Debian: apt-get install python{version}-venv)."
        )


def install(kind: str) -> None:
    """Every locked file, by uv if it can be had, else by pip."""
    locks = [part for name in LOCKS[kind] for part in ("-r", name)]
    if os.environ.get("RECOVERY_INSTALLER", "uv") == "uv" and install_with_uv(locks):
        return
    say("Installing the packages with pip (about a minute)")
    if not run(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "--only-binary", ":all:", *locks):
        raise SetupFailed("The packages could not be installed. Is the package index reachable from here?")


def install_with_uv(locks: list[str]) -> bool:
    """True when uv came and installed everything."""
    say("Fetching the installer (uv)")
    if not run(PYTHON, "-m", "pip", "install", "-q", "--only-binary", ":all:", UV):
        return False
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": str(VENV), "UV_LINK_MODE": "copy"}
    environment.setdefault("UV_SYSTEM_CERTS", "1")  # a company's own authority is trusted as pip trusts it
    if not os.access(Path.home(), os.W_OK):
        environment["UV_NO_CACHE"] = "1"
    say("Installing the packages")
    return run(
        VENV / "bin" / "uv", "pip", "install", "-q", "--require-hashes", "--no-build", *locks, environment=environment
    )


def link_project() -> None:
    """The project itself: its folder on the path, and the ``recovery`` command. Nothing is built or copied."""
    packages = next((VENV / "lib").glob("python3*/site-packages"))
    (packages / "recovery-project.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "recovery"
    command.write_text(COMMAND.format(python=PYTHON))
    command.chmod(0o755)


def prepare(kind: str) -> None:
    """The environment for ``kind``, made only when it is not there yet."""
    if installed(kind):
        return
    if not PYTHON.exists() or not any(installed(other) for other in LOCKS):
        make_environment()
    install(kind)
    link_project()
    done = [wanted_stamp(name) for name in LOCKS if set(LOCKS[name]) <= set(LOCKS[kind])]
    STAMP.write_text("\n".join(done) + "\n")
    say("Environment ready")


def clean() -> None:
    """Remove the state folder, unless something runs in it."""
    home = state_folder()
    for name in ("run.lock", "guard.lock", "database.users"):
        if not (home / name).exists():
            continue
        with (home / name).open("r+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise SetupFailed(f"{home} is in use: stop `make run` (Ctrl-C) first. Nothing was removed.") from None
    if home.exists() and not ((home / "run.lock").exists() or (home / "tools").exists() or not any(home.iterdir())):
        raise SetupFailed(f"{home} does not look like a state folder of this program. Nothing was removed.")
    elsewhere = home / "elsewhere"  # what had to be put outside (embedded/places.py), one path a line
    for line in elsewhere.read_text().splitlines() if elsewhere.exists() else []:
        if Path(line).name.startswith("recovery-"):
            shutil.rmtree(line, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)
    print(f"Removed {home}")


def main(arguments: list[str]) -> int:
    """Exit status of ``bootstrap.py run|dev|clean``."""
    try:
        if arguments == ["clean"]:
            clean()
        elif len(arguments) == 1 and arguments[0] in LOCKS:
            handle = os.open(ROOT, os.O_RDONLY)  # two at once: the second waits for the first
            fcntl.flock(handle, fcntl.LOCK_EX)
            prepare(arguments[0])
        else:
            print(f"usage: bootstrap.py {'|'.join([*LOCKS, 'clean'])}", file=sys.stderr)
            return 2
    except SetupFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
