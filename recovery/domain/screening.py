"""Screening for sanctions and risk: what is asked at which gate, what an answer is, when it still counts. Pure.

A gate is passed with a fresh ``clear`` of everybody concerned and in no other way: a tool that is down, slow or not understood
answers ``unknown``, and unknown waits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any


class Gate(StrEnum):
    """Where a case is screened: when it is judged, before its coins are moved, before they are paid out."""

    INTAKE = "intake"
    SWEEP = "sweep"
    PAY = "pay"


class Verdict(StrEnum):
    """What a provider says; the worst of several counts."""

    CLEAR = "clear"
    UNKNOWN = "unknown"
    HOLD = "hold"
    SANCTIONED = "sanctioned"


_RISING = tuple(Verdict)

SOURCE, DESTINATION = "source", "destination"

OFFLINE = "offline"
"""The provider that is always there: the lists this installation has imported."""

NO_LISTS = "none"
"""The list version of an answer that no list stands behind."""

FRESH_FOR = timedelta(hours=24)
"""An older answer opens no gate any more."""


@dataclass(frozen=True)
class Subject:
    """Who is screened: an address in canonical form and its role, ``source`` or ``destination``; whose ``account`` claims.

    The address is empty where a transaction names no single sender.
    """

    network: str
    address: str
    role: str
    account: str = ""


@dataclass(frozen=True)
class Question:
    """One subject with what is moved: ``asset`` (CAIP-19), ``amount`` in base units, ``reference`` the number of the case."""

    subject: Subject
    asset: str
    amount: int
    reference: str


@dataclass(frozen=True)
class Answer:
    """What one provider said. ``body`` is its answer word for word, empty where there was none."""

    verdict: Verdict
    provider: str
    list_version: str
    reasons: tuple[str, ...]
    at: datetime
    body: bytes | None = None


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The one that counts: sanctioned before hold before unknown before clear. Of nothing, unknown."""
    return max(verdicts, key=_RISING.index, default=Verdict.UNKNOWN)


def asked_as(question: Question) -> dict[str, str]:
    """The body of a request to a screening tool; amounts are decimal strings."""
    return {
        "network": question.subject.network,
        "address": question.subject.address,
        "asset": question.asset,
        "amount": str(question.amount),
        "direction": "in" if question.subject.role == SOURCE else "out",
        "reference": question.reference,
    }


LONGEST_ANSWER = 64 * 1024
MOST_REASONS = 20
LONGEST_REASON = 200
_PLAIN = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]*")
_SAID = {"clear": Verdict.CLEAR, "hold": Verdict.HOLD, "sanctioned": Verdict.SANCTIONED}


def understood(body: bytes) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict and reasons of a tool's answer ``{verdict, reasons, id}``; ``unknown`` and why for anything else."""
    if len(body) > LONGEST_ANSWER:
        return Verdict.UNKNOWN, ("answer_too_large",)
    try:
        answer = json.loads(body, object_pairs_hook=_without_repeats, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return Verdict.UNKNOWN, ("answer_is_no_json",)
    if not isinstance(answer, dict) or not isinstance(answer.get("id"), str) or not _is_short(answer["id"]):
        return Verdict.UNKNOWN, ("answer_is_malformed",)
    word, reasons = answer.get("verdict"), answer.get("reasons")
    if not isinstance(word, str) or word not in _SAID:
        return Verdict.UNKNOWN, ("verdict_is_unknown",)
    if not isinstance(reasons, list) or len(reasons) > MOST_REASONS or not all(map(_is_short, reasons)):
        return Verdict.UNKNOWN, ("answer_is_malformed",)
    return _SAID[word], tuple(reasons)


def _is_short(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST_REASON and _PLAIN.fullmatch(text) is not None


def _without_repeats(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _refuse(word: str) -> None:
    raise ValueError(word)


REPORT_WITHIN = 10
"""Business days within which blocked property is reported (31 CFR 501.603: within 10 business days of the blocking)."""


def report_due(blocked_at: datetime) -> date:
    """The last day for the report: Monday to Friday count, public holidays too, so it is never later than the law's day."""
    day, left = blocked_at.date(), REPORT_WITHIN
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def business_days_left(today: date, due: date) -> int:
    """Business days after ``today`` until ``due`` counts as missed, negative once it is."""
    step = 1 if due >= today else -1
    day, left = today, 0
    while day != due:
        day += timedelta(days=step)
        counted = day if step > 0 else day + timedelta(days=1)
        left += step * (counted.weekday() < 5)
    return left
