"""T3, of the sources: whatever reaches outside stands between crash points, and every crash point is crashed somewhere."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from recovery.jobs.crash import POINTS
from recovery.jobs.topics import ASK_NO_NODE, TOPICS

pytestmark = pytest.mark.promise

ROOT = Path(__file__).resolve().parents[2]
ASK_NOTHING = {"parked.look", "screening.look"}
"""Jobs that only use the database although they are held alone."""

TESTS = (ROOT / "tests" / "recovery" / "jobs", ROOT / "tests" / "prove")


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of the jobs, by module."""
    for path in sorted((ROOT / "recovery" / "jobs").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                yield path.stem, node


def points(function: ast.FunctionDef) -> list[str]:
    """The crash points a function passes."""
    return [
        str(node.args[0].value)
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "crash_point"
        and isinstance(node.args[0], ast.Constant)
    ]


def test_every_job_that_reaches_outside_passes_two_points(record_property: Callable[[str, Any], None]) -> None:
    """A job asks a node, a tool or the exchange: it can be killed before it asks and after it was answered."""
    found = {(module, one.name): one for module, one in functions()}
    bare = []
    for topic, handler in TOPICS.items():
        if topic in ASK_NO_NODE | ASK_NOTHING:
            continue
        module = handler.__module__.rsplit(".", 1)[1]
        names = {node.func.id for node in ast.walk(found[module, handler.__name__]) if _calls_a_name(node)}
        inside = [found[module, name] for name in sorted(names) if (module, name) in found]
        if sum(len(points(one)) for one in (found[module, handler.__name__], *inside)) < 2:
            bare.append(topic)
    assert bare == []
    record_property("prove.named crash points", len(POINTS))


def _calls_a_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def test_every_broadcast_stands_between_two_points() -> None:
    """What the world sees at once: killed right before it and right after it."""
    sends = [(module, one) for module, one in functions() if ".broadcast(" in ast.unparse(one)]
    assert sends
    assert [f"{module}.{one.name}" for module, one in sends if len(points(one)) < 2] == []


def test_every_point_is_named_and_crashed() -> None:
    passed = {point for _, function in functions() for point in points(function)}
    assert passed == set(POINTS)
    tests = "".join(path.read_text() for folder in TESTS for path in folder.glob("test_*.py"))
    assert [point for point in POINTS if f'"{point}"' not in tests] == []
