"""A screening tool over HTTP: one question, one answer kept word for word. Whatever goes wrong is ``unknown``, never clear.

Asked is ``POST {network, address, asset, amount, direction, reference}``; understood is status 200 with
``{verdict: clear|hold|sanctioned, reasons: [text], id: text}``. The address of the tool is the operator's word, so it may be
one of the operator's own network; redirects are not followed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import structlog

from chains.http_client import client, deadline_of_thread
from config.settings import Settings
from recovery.domain.screening import LONGEST_ANSWER, Answer, Question, Verdict, asked_as, understood

PROVIDER = "http"
OK = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Tool:
    """Where the tool is and how it is told who asks. ``seconds`` bound a whole exchange."""

    url: str = field(repr=False)
    header: str
    token: str = field(repr=False)
    seconds: float


def tool_of(settings: Settings) -> Tool | None:
    """The tool of this installation, if it has one."""
    if not settings.screening_url:
        return None
    return Tool(settings.screening_url, settings.screening_header, settings.screening_token, settings.screening_seconds)


LONGEST_ASKING = 60.0
"""Seconds that all questions of one case take together; what is not asked by then is unknown."""


def ask_all(tool: Tool, questions: Sequence[Question]) -> tuple[Answer, ...]:
    """One answer for each question, in their order. Raises nothing."""
    until = time.monotonic() + LONGEST_ASKING
    return tuple(
        ask(tool, question) if time.monotonic() < until else _answer(Verdict.UNKNOWN, ("no_time_left",), None)
        for question in questions
    )


def ask(tool: Tool, question: Question) -> Answer:
    """Put one question. Raises nothing: no answer is an answer, ``unknown``."""
    if not question.subject.address:
        return _answer(Verdict.CLEAR, ("no_single_sender",), None)
    try:
        status, body = _exchange(tool, question)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, OverflowError) as error:
        log.warning("screening.unreachable", error=type(error).__name__)
        return _answer(Verdict.UNKNOWN, ("no_answer",), None)
    if status != OK:
        log.warning("screening.refused", status=status)
        return _answer(Verdict.UNKNOWN, ("status_is_not_200",), body[:LONGEST_ANSWER])
    verdict, reasons = understood(body)
    if verdict is Verdict.UNKNOWN:
        log.warning("screening.not_understood", why=reasons)
    return _answer(verdict, reasons, body[:LONGEST_ANSWER])


def _exchange(tool: Tool, question: Question) -> tuple[int, bytes]:
    """Status and body, which is read no further than one byte beyond what is allowed."""
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    if tool.token:
        headers[tool.header] = tool.token
    sent = json.dumps(asked_as(question)).encode()
    with (
        deadline_of_thread(time.monotonic() + tool.seconds),
        client().stream("POST", tool.url, content=sent, headers=headers, timeout=tool.seconds) as answer,
    ):
        body = bytearray()
        for piece in answer.iter_raw():
            body += piece
            if len(body) > LONGEST_ANSWER:
                break
        return answer.status_code, bytes(body)


def _answer(verdict: Verdict, reasons: tuple[str, ...], body: bytes | None) -> Answer:
    return Answer(verdict, PROVIDER, "", reasons, datetime.now(UTC), body)
