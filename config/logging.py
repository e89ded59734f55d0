"""Structured logs: one JSON object a line, secrets redacted, control characters escaped, lengths bounded."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, TextIO

import structlog

MAX_TEXT = 2_000
MAX_ITEMS = 50
MAX_DEPTH = 5
REDACTED = "[redacted]"
_SECRET_NAME = re.compile(
    r"passw|secret|token_value|authorization|cookie|api_?key|private|mnemonic|seed_phrase|csrf|session_id|otp",
    re.IGNORECASE,
)
_CREDENTIALS_IN_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/\s:@]*:[^/\s@]+@", re.IGNORECASE)
_BEARER = re.compile(r"\bBearer\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's logging to ``stream`` (standard error) as JSON lines."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            clean,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "alembic.runtime.plugins"):  # each line of theirs holds a node's whole URL
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def clean(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last step before a line is written: nothing secret, nothing unbounded, nothing that moves the cursor."""
    return {name: REDACTED if _SECRET_NAME.search(name) else _clean_value(value, 0) for name, value in event.items()}


def _clean_value(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if depth >= MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {
            _clean_text(str(name)): REDACTED if _SECRET_NAME.search(str(name)) else _clean_value(inner, depth + 1)
            for name, inner in list(value.items())[:MAX_ITEMS]
        }
    if isinstance(value, Sequence | set | frozenset):
        return [_clean_value(inner, depth + 1) for inner in list(value)[:MAX_ITEMS]]
    return _clean_text(str(value))


def _clean_text(text: str) -> str:
    if len(text) > MAX_TEXT:
        text = f"{text[:MAX_TEXT]}… ({len(text)} characters)"
    text = _CREDENTIALS_IN_URL.sub(rf"\g<scheme>{REDACTED}@", text)
    text = _BEARER.sub(f"Bearer {REDACTED}", text)
    return "".join(char if char.isprintable() or char == "\n" else f"\\u{ord(char):04x}" for char in text)
