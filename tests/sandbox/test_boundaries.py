"""The sandbox stands beside the product: it knows it through HTTP, files and commands only."""

from __future__ import annotations

import ast
from pathlib import Path

import sandbox

PRODUCT = {"recovery", "chains", "workflows", "config"}


def _imported(path: Path) -> set[str]:
    """The top-level packages a source file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    origins = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in plain | origins}


def test_no_module_of_the_sandbox_imports_the_product() -> None:
    sources = sorted(Path(sandbox.__path__[0]).glob("**/*.py"))
    assert sources
    assert {path.name: _imported(path) & PRODUCT for path in sources if _imported(path) & PRODUCT} == {}
