"""Loads the sample world into the product, by the product's own commands and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.files import read_json, write_json, write_whole

SCOPES = "plans:read,plans:record"
SIGNER = "signer@example.org"
POLICIES = {kind: Path(__file__).with_name(f"{kind}_policy.json") for kind in ("fee", "price")}
"""Policies by kind. The sample world's prices come from nowhere but its own file, and never change."""
COMMAND_SECONDS = 120
TRIED_AND_DIFFERENT = 3
"""Exit status of a trial that found cases to which the rules would say something else."""


class LoadFailed(Exception):
    """A command of the product did not do what was asked; the message is the command and its last line of error."""


@dataclass(frozen=True)
class Product:
    """The product's command line, run in ``folder``."""

    command: tuple[str, ...]
    folder: Path | None

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Runs one command to its end, whatever its exit status."""
        return subprocess.run(
            [*self.command, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.folder,
            timeout=COMMAND_SECONDS,
            check=False,
        )


def installed_command() -> tuple[str, ...]:
    """The ``recovery`` script beside this interpreter, else the package run as a module."""
    script = Path(sys.executable).with_name("recovery")
    return (str(script),) if script.exists() else (sys.executable, "-m", "recovery.cli")


def load(product: Product, world: Mapping[str, Any], registries: Mapping[str, Path], notes: Path, token: Path) -> None:
    """Imports registries that changed since the last load, adds the sign-ins once, and makes the signer's token.

    ``notes`` remembers what was loaded into which database, so that a second start costs next to nothing; without it
    everything is loaded again, which changes nothing in the product. Raises :class:`LoadFailed`.
    """
    place = hashlib.sha256(os.environ.get("RECOVERY_DATABASE_URL", "embedded").encode()).hexdigest()
    loaded = read_json(notes) or {}
    if loaded.get("place") != place:
        loaded = {"place": place, "registries": {}, "people": []}
    changed = {
        kind: digest
        for kind, path in registries.items()
        if loaded["registries"].get(kind) != (digest := hashlib.sha256(path.read_bytes()).hexdigest())
    }
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:  # each command is a process of its own
        list(pool.map(lambda kind: _must(product, "import", kind, str(registries[kind]), "--json"), changed))
    loaded["registries"] |= changed
    emails = [sign_in["email"] for sign_in in world["sign_ins"]]
    if emails != loaded["people"] or not token.exists():
        _add_people(product, world["sign_ins"], notes.with_name("people.json"))
        _make_token(product, token)
    loaded["people"] = emails
    if not loaded.get("policy"):
        _load_policies(product, world["sign_ins"])
        loaded["policy"] = True
    write_json(notes, loaded)


def _add_people(product: Product, sign_ins: Sequence[Mapping[str, Any]], file: Path) -> None:
    """The sign-ins, and the signer: nobody's second job, so a service account of its own without a password."""
    keys = ("email", "display_name", "account", "password")
    people = [{key: one[key] for key in keys} | {"roles": [one["role"]]} for one in sign_ins]
    write_json(file, [*people, {"email": SIGNER, "display_name": "Signer", "roles": ["signer"]}])
    try:
        _must(product, "person", "load", str(file), "--json")
    finally:
        file.unlink(missing_ok=True)


def _make_token(product: Product, path: Path) -> None:
    answer = _must(product, "token", "create", "--person", SIGNER, "--scopes", SCOPES, "--json")
    try:
        token = json.loads(answer)["token"]
    except (ValueError, KeyError, TypeError) as error:
        raise LoadFailed("token create: no token in the answer") from error
    write_whole(path, f"{token}\n")


def _load_policies(product: Product, sign_ins: Sequence[Mapping[str, Any]]) -> None:
    """One person drafts the rules of fees and the limits of prices, another activates them, as the product asks."""
    by_role = {sign_in["role"]: sign_in["email"] for sign_in in sign_ins}
    note = "The sample world's first rules."
    for kind, path in POLICIES.items():
        drafted = ("draft", str(path), "--kind", kind, "--by", by_role["admin"], "--note", note, "--json")
        version = str(json.loads(_must(product, "policy", *drafted))["version"])
        if kind == "fee":
            tried = ("try", version, "--by", by_role["admin"], "--json")
            _must(product, "fees", *tried, passes=(0, TRIED_AND_DIFFERENT))
        _must(product, "policy", "activate", version, "--kind", kind, "--by", by_role["lead"])


def _must(product: Product, *arguments: str, stdin: str = "", passes: tuple[int, ...] = (0,)) -> str:
    """The standard output of a command that has to succeed."""
    done = product.run(*arguments, stdin=stdin)
    if done.returncode in passes:
        return done.stdout
    last = (done.stderr.strip() or done.stdout.strip() or f"exit status {done.returncode}").splitlines()[-1]
    raise LoadFailed(f"recovery {' '.join(arguments[:3])}: {last[:300]}")
