"""Rules of this house that import-linter cannot see, read from the sources themselves."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("chains", "workflows", "config", "recovery")
ALL = (*PRODUCT, "sandbox", "bin", "tests", "migrations", "bench")
KEYLESS_PARTS = {"eth_account.messages", "eth_account.typed_transactions"}  # verify and encode; hold no key
LONGEST_FUNCTION = 70
LONGEST_MODULE = 400
LONG_ON_PURPOSE = {
    "recovery/domain/texts.py",  # sentences for people, no code
    "recovery/domain/verifier.py",  # one file an auditor can run alone, and read in one go
}


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Every module under these folders, by its path, parsed."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def imported(tree: ast.Module) -> Iterator[str]:
    """Dotted names that the module imports, at the top or inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_private_keys_in_the_product() -> None:
    """Of eth_account only the parts that verify; nothing that makes, reads or uses a key."""
    wrong = [
        f"{path}: {name}"
        for path, tree in modules(*PRODUCT)
        for name in imported(tree)
        if name.split(".")[0] in {"eth_account", "eth_keys", "eth_keyfile"}
        and not any(name == part or name.startswith(f"{part}.") for part in KEYLESS_PARTS)
    ]
    assert wrong == []


LOAD_ALL = """
import importlib, pkgutil, sys
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
print(sys.getrecursionlimit(), *sorted({"eth_account.account", "eth_keys", "py_ecc", "sandbox"} & set(sys.modules)))
"""


def test_the_whole_product_loads_no_key_code_and_keeps_the_recursion_limit() -> None:
    """py_ecc, which comes with key handling, lifts the limit that keeps deeply nested input from ending a process."""
    command = [sys.executable, "-c", LOAD_ALL, *PRODUCT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1000"]


def test_only_the_session_module_commits() -> None:
    wrong = [
        f"{path}:{node.lineno} {node.func.attr}"
        for path, tree in modules("recovery")
        if path != "recovery/db.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "begin", "rollback"}
    ]
    assert wrong == []


def test_only_transitions_change_the_state_of_a_case() -> None:
    """``case.state = …`` stands in one place; all else goes through its interpreter."""
    places = {
        path
        for path, tree in modules("recovery")
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute)
        and target.attr == "state"
        and isinstance(target.value, ast.Name)
        and "case" in target.value.id
    }
    assert places <= {"recovery/services/transitions.py"}


def test_no_binary_fractions_near_money() -> None:
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree in modules("recovery/domain", "recovery/models", "recovery/services", "recovery/schemas")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
    ]
    assert wrong == []


def test_functions_and_modules_stay_readable() -> None:
    long_modules, long_functions = [], []
    for path, tree in modules(*PRODUCT, "sandbox", "bin"):
        if path in LONG_ON_PURPOSE:
            continue
        if (length := len((ROOT / path).read_text().splitlines())) > LONGEST_MODULE:
            long_modules.append(f"{path}: {length} lines")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long_functions.append(f"{path}: {node.name} has {length} lines")
    assert long_modules == []
    assert long_functions == []


def test_network_slugs_live_in_the_catalogue() -> None:
    """A comparison with a network's name in Python is a rule that belongs in the catalogue's table."""
    slugs = {
        slug
        for table in (ROOT / "chains" / "networks").glob("*.toml")
        for slug in _slugs(tomllib.loads(table.read_text()))
    }
    assert slugs
    wrong = [
        f"{path}:{node.lineno} {side.value}"
        for path, tree in modules("chains", "recovery")
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Constant) and side.value in slugs and ".params" not in ast.unparse(node)
    ]
    assert wrong == []


def _slugs(table: dict[str, object]) -> set[str]:
    """The keys of the tables that describe a network, wherever the file puts them."""
    found: set[str] = set()
    for name, value in table.items():
        if isinstance(value, dict):
            found |= {name} if "id" in value else _slugs(value)
        elif isinstance(value, list):
            found |= {str(entry["slug"]) for entry in value if isinstance(entry, dict) and "slug" in entry}
    return found


def test_no_unfinished_notes() -> None:
    pattern = re.compile(r"\b(?:TO[D]O|FIX[M]E|HA[C]K)\b")
    wrong = [path for path, _tree in modules(*ALL) if pattern.search((ROOT / path).read_text())]
    assert wrong == []


def test_names_say_what_is_inside() -> None:
    empty = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "managers"}
    assert [path for path, _tree in modules(*ALL) if Path(path).stem in empty] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [path for path, tree in modules(*PRODUCT, "sandbox", "bin") if not ast.get_docstring(tree)] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locks_hold_exact_versions_and_hashes_only(name: str) -> None:
    """Every line pins a package or gives a hash: no address, no path, no loose version."""
    lines = (ROOT / name).read_text().splitlines()
    pin = re.compile(r"[a-z0-9][a-z0-9._-]*==[^ ]+(?: ; [^\\]+)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")
    assert [line for line in lines if not (pin.fullmatch(line) or digest.fullmatch(line))] == []


def test_the_lock_is_of_these_requirements() -> None:
    """Each direct requirement is pinned; ``make lock`` writes the files anew."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    pinned = {line.split("==")[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line}
    named = {re.split(r"[\[<>=!~ ]", text)[0].lower() for text in declared["project"]["dependencies"]}
    assert named - pinned == set()


def test_vendored_files_are_what_they_were() -> None:
    """Front-end files of others stand beside a list of their digests."""
    for sums in ROOT.glob("static/**/SHA256SUMS"):
        for line in sums.read_text().splitlines():
            digest, _, name = line.partition("  ")
            assert hashlib.sha256((sums.parent / name).read_bytes()).hexdigest() == digest, name


def test_no_address_of_a_registry_or_of_one_machine() -> None:
    done = subprocess.run(["sh", "bin/check-sources"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
