"""Log lines are JSON, bounded, and hold no secret and no control character."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from config.logging import REDACTED, configure


@pytest.fixture
def logged() -> Iterator[Callable[[], dict[str, Any]]]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure("INFO", stream)

    def last() -> dict[str, Any]:
        lines = stream.getvalue().splitlines()
        entry: dict[str, Any] = json.loads(lines[-1])
        return entry

    yield last
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_secrets_are_redacted_at_any_depth(logged: Callable[[], dict[str, Any]]) -> None:
    structlog.get_logger("test").info(
        "signed in", password="hunter2", request={"Authorization": "Bearer abcdefghijkl", "path": "/x"}
    )
    entry = logged()
    assert entry["event"] == "signed in"
    assert entry["password"] == REDACTED
    assert entry["request"] == {"Authorization": REDACTED, "path": "/x"}
    assert entry["level"] == "info"


def test_credentials_inside_texts_are_redacted(logged: Callable[[], dict[str, Any]]) -> None:
    logging.getLogger("other").warning("asked %s with Bearer abcdefghijkl", "https://me:word@node/path")
    event = logged()["event"]
    assert "word" not in event
    assert "abcdefghijkl" not in event
    assert "node/path" in event


def test_control_characters_and_length(logged: Callable[[], dict[str, Any]]) -> None:
    structlog.get_logger().info("pasted", text="\x1b[2J\u202eevil" + "x" * 5_000_000, raw=b"\0" * 9)
    entry = logged()
    assert "\x1b" not in entry["text"]
    assert "\\u001b[2J\\u202eevil" in entry["text"]
    assert len(entry["text"]) < 2_100
    assert entry["raw"] == "<9 bytes>"


def test_exceptions_are_one_line_of_json(logged: Callable[[], dict[str, Any]]) -> None:
    try:
        int("no")
    except ValueError:
        structlog.get_logger().exception("failed")
    assert "ValueError: invalid literal" in logged()["exception"]
