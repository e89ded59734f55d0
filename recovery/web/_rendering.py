"""How values become text in templates: amounts, times, codes, and what strangers wrote on a chain."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import quote

from babel import Locale
from babel.dates import TIMEDELTA_UNITS, format_timedelta
from babel.numbers import get_decimal_symbol, get_group_symbol
from flask import Flask, g, request, url_for
from flask_babel import format_datetime
from markupsafe import Markup

from chains import catalogue
from chains.errors import ChainError
from chains.types import Network
from recovery.domain import (
    amounts,
    chain_text,
    fee_texts,
    policy_texts,
    posting_texts,
    reconciliation_texts,
    sign_off_texts,
    texts,
)
from recovery.domain.capability import NEVER
from recovery.domain.marking import mark
from recovery.errors import RecoveryError
from recovery.queries import ledger as books
from recovery.queries.alarms import may_read
from recovery.web._language import language, languages, spoken
from recovery.web._wall import local_path

THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")
ROUND_UP = 0.95
"""From this share of a unit on, a time is told in that unit."""
_SAID_DURATIONS: dict[tuple[str, str, str, str, int], str] = {}
"""Durations in words; there are only so many, since all are rounded to one unit."""
LEFT_TO_RIGHT, END = Markup('<bdi dir="ltr">'), Markup("</bdi>")
TITLED, CLOSED = Markup('<bdi dir="ltr" title="'), Markup('">')
AMOUNT = Markup('<bdi dir="ltr" class="amount">')
UNIT, UNIT_END = Markup(' <span class="unit">'), Markup("</span>")
TIME, TIME_TITLED, TIME_END = Markup('<time datetime="'), Markup('" title="'), Markup("</time>")
"""Pieces of markup to put text between: adding text to them escapes it, and is much faster than formatting."""
LEAD_MOVES = frozenset(
    {
        "take", "conclude", "quote", "prepare_sweep", "approve_credit", "approve_sweep_wallet", "approve_sweep_clearing",
        "approve_refund_wallet", "approve_refund_clearing", "check_again", "resume_sweep", "resume_refund",
        "give_reference", "answer", "judge_proof", "approve_sweep_lead", "approve_refund_lead", "endorse_credit",
    }
)  # fmt: skip
"""Moves whose button is the one to look for."""
TABLES = {
    "state": texts.STATES,
    "label": texts.LABELS,
    "label_note": texts.LABEL_NOTES,
    "move": texts.TRANSITIONS,
    "done": texts.EVENTS,
    "why_not": texts.WHY_NOT,
    "queue": texts.QUEUES,
    "workflow": texts.WORKFLOWS,
    "condition": texts.CONDITIONS,
    "confidence": texts.CONFIDENCES,
    "check": texts.CHECKS,
    "answer": texts.ANSWERS,
    "node_state": texts.NODE_STATES,
    "line": texts.QUOTE_LINES,
    "purpose": texts.PURPOSES,
    "plan_state": texts.PLAN_STATES,
    "step_state": texts.STEP_STATES,
    "message": texts.MESSAGES,
    "posting": texts.POSTINGS,
    "problem": texts.PROBLEMS,
    "outcome": texts.OUTCOMES,
    "status": texts.STATUSES,
    "role": texts.ROLES,
    "memo": texts.MEMOS,
    "recoverability": texts.RECOVERABILITY,
    "recovery_group": texts.RECOVERY_GROUPS,
    "recovery_note": texts.RECOVERY_NOTES,
    "quote_state": texts.QUOTE_STATES,
    "kind": texts.KINDS,
    "matter": sign_off_texts.MATTERS,
    "why": texts.WHYS,
    "public_event": texts.PUBLIC_EVENTS,
    "parked": {why: text for why, (text, _) in texts.PARKED.items()},
    "parked_until": {why: until for why, (_, until) in texts.PARKED.items()},
    "link": texts.LINKS,
    "signal": texts.SIGNALS,
    "verdict": texts.VERDICTS,
    "gate": texts.GATES,
    "side": texts.SIDES,
    "format": texts.FORMATS,
    "file_format": texts.FILE_FORMATS,
    "proof_method": texts.PROOF_METHODS,
    "proof_how": texts.PROOF_HOWS,
    "proof_limit": texts.PROOF_LIMITS,
    "proof_level": texts.PROOF_LEVELS,
    "proof_field": texts.PROOF_FIELDS,
    "proof_why": texts.PROOF_WHYS,
    "proof": policy_texts.PROOFS,
    "fee": policy_texts.FEES,
    "eligible": policy_texts.ELIGIBLE,
    "refund_to": policy_texts.TARGETS,
    "parameter": policy_texts.PARAMETERS,
    "choice": policy_texts.CHOICES,
    "policy_state": policy_texts.STATES,
    "fee_change": fee_texts.CHANGES,
    "scan_trouble": texts.SCAN_TROUBLES,
    "account": posting_texts.ACCOUNTS,
    "correction_state": posting_texts.CORRECTION_STATES,
    "reconciled": posting_texts.RECONCILED,
    "why_no_price": texts.WHY_NO_PRICE,
    "price_kind": texts.PRICE_KINDS,
    "price_reference": texts.PRICE_REFERENCES,
    "finding": texts.FINDINGS,
    "alarm": texts.ALARMS,
    "compared": reconciliation_texts.STATUSES,
    "place": reconciliation_texts.PLACES,
    "difference": reconciliation_texts.REASONS,
    "hold": reconciliation_texts.HOLDS,
    "alarm_next": texts.ALARM_NEXTS,
    "alarm_fact": texts.ALARM_FACTS,
    "counts": sign_off_texts.COUNTS,
    "limit_scope": sign_off_texts.SCOPES,
}


def install(app: Flask) -> None:
    """Add filters and what every template may ask."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        chain=chain, amount=amount, moment=moment, ago=ago, until=until, code=code, pretty=pretty, short=short
    )
    app.jinja_env.filters.update(
        detail=detail_text, lasting=lasting, percent=percent, said=said, survey_note=survey_note, warning=warning
    )
    app.jinja_env.globals.update(
        asset_amount=asset_amount,
        cause_text=cause_text,
        cost_text=cost_text,
        explorer=explorer,
        language_name=language_name,
        looks_foreign=chain_text.looks_foreign,
        native_decimals=native_decimals,
        native_symbol=native_symbol,
        never_text=never_text,
        network_name=network_name,
        public_events=frozenset(texts.PUBLIC_EVENTS),
    )
    app.context_processor(_page)


def said(text: str, **values: object) -> str:
    """One text of the catalogue in the visitor's language."""
    if not text:
        return ""
    words = spoken(language(), text)
    return words % _Lenient(values) if values else words


def detail_text(detail: str, values: Mapping[str, object] | None = None) -> str:
    """The sentence of a refusal's detail; a code without a sentence shows as its own words."""
    text = texts.DETAILS.get(detail) or texts.WHY_NOT.get(detail)
    return said(text, **dict(values or {})) if text else code(detail)


def refusal_words(error: RecoveryError | None) -> dict[str, str] | None:
    """A refusal in words, above the page it refers to."""
    if error is None:
        return None
    title, advice = texts.ERRORS.get(error.code, texts.ERRORS["error"])
    detail = detail_text(error.detail, error.values) if error.detail != error.code else ""
    return {"title": said(title), "detail": detail, "advice": said(advice)}


def code(value: object, table: str = "") -> str:
    """The text of a code. One without a text is a failing test, and here only its own words."""
    if value is None or value == "":
        return ""
    text = TABLES[table].get(str(value)) if table else None
    return said(text) if text else chain_text.shown(str(value).replace("_", " ").capitalize(), 120)


def warning(value: str) -> str:
    """The sentence of a reading's warning; behind a colon some name the node they are about."""
    name, _, node = value.partition(":")
    text = texts.NODE_WARNINGS.get(name) if node else texts.WARNINGS.get(name)
    return said(text, node=chain_text.shown(node, 100)) if text else code(value)


def survey_note(value: str) -> str:
    """The sentence of what was, or was not, to be learnt beside a transaction; some notes name a node as warnings do."""
    return said(texts.SURVEY_NOTES[value]) if value in texts.SURVEY_NOTES else warning(value)


def never_text(cause: str | None) -> str:
    """Why nothing could ever be recovered, where that is so; else nothing."""
    return said(texts.NEVERS[NEVER[cause]]) if cause in NEVER else ""


def cause_text(cause: str | None, part: str) -> str:
    """The ``title`` of a cause, or another part of its text."""
    entry = texts.CAUSES.get(cause or "", texts.UNKNOWN_CAUSE)
    return said(str(getattr(entry, part)))


def chain(value: object, longest: int = 200) -> Markup:
    """Text from a chain: stripped of what is invisible, kept left to right, escaped."""
    return LEFT_TO_RIGHT + chain_text.shown(str(value), longest) + END


def short(value: object, ends: int = 8) -> Markup:
    """A long hash or address by its two ends; the whole stands in the title."""
    text = chain_text.shown(str(value), 200)
    view = text if len(text) <= 2 * ends + 3 else f"{text[: ends + 2]}…{text[-ends:]}"
    return TITLED + text + CLOSED + view + END


def amount(value: object, decimals: int | None, symbol: str | None = None) -> Markup:
    """An exact amount with its symbol; base units, and said to be, when nobody knows the decimals."""
    units = int(str(value))
    group, point = _separators(language())
    digits = amounts.grouped(amounts.decimal_text(units, decimals or 0), group=group, point=point)
    name = chain_text.shown(symbol, 24) if symbol else ""
    if decimals is None:
        name = said(mark("base units of %(symbol)s"), symbol=name) if name else said(mark("base units"))
    return AMOUNT + digits + (UNIT + name + UNIT_END if name else "") + END


def moment(value: datetime | str | None) -> Markup:
    """A time, in words a person reads and in the form a machine reads; always UTC, and says so."""
    when = _time(value)
    if when is None:
        return Markup("–")
    return Markup('<time datetime="{}">{} UTC</time>').format(
        when.strftime("%Y-%m-%dT%H:%M:%SZ"), format_datetime(when, "d MMM y, HH:mm")
    )


def ago(value: datetime | str | None) -> Markup:
    """How long ago, short; the exact time in the title."""
    when = _time(value)
    if when is None:
        return Markup("–")
    words = _duration(datetime.now(UTC) - when, "second", "short")
    exact = f"{when:%Y-%m-%dT%H:%M:%S}Z"
    return TIME + exact + TIME_TITLED + exact + CLOSED + words + TIME_END


def until(value: datetime | str | None) -> str:
    """How much time is left, in words; empty when none is."""
    when = _time(value)
    if when is None or when <= datetime.now(UTC):
        return ""
    return _duration(when - datetime.now(UTC), "minute", "long")


def lasting(seconds: int) -> str:
    """A span of time in words, rounded to one unit."""
    return _duration(timedelta(seconds=seconds), "second", "long")


def pretty(value: object) -> str:
    """A value as JSON to read; a text that holds JSON is taken apart first."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return chain_text.shown(str(value), 20_000)
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True, default=str)


def network_name(slug: str | None) -> str:
    """The name of a network of the catalogue."""
    row = _network(slug)
    return row.name if row else chain_text.shown(slug or "", 40)


def explorer(slug: str | None, hash_: str | None) -> str | None:
    """The page of a transaction at the network's first explorer. Only the catalogue names hosts, never a chain."""
    row = _network(slug)
    if row is None or not hash_ or row.transaction_page is None or row.sandbox:
        return None
    return row.transaction_page.replace("{hash}", quote(hash_, safe=""))


def native_decimals(slug: str | None) -> int | None:
    """How many decimals a network's own coin has."""
    row = _network(slug)
    return row.native.decimals if row else None


def native_symbol(slug: str | None) -> str | None:
    """What a network's own coin is called."""
    row = _network(slug)
    return row.native.symbol if row else None


def asset_amount(row: Mapping[str, Any], view: Any) -> Markup:
    """An amount of the books: in the claimed asset or quote's terms, in native coin, else in base units."""
    for known in (view.quote, view.claim):
        if known and known["asset"] == row["asset"]:
            return amount(row["amount"], known["decimals"], known["symbol"])
    native = _network(view.case.network)
    if native and native.native.asset == row["asset"]:
        return amount(row["amount"], native.native.decimals, native.native.symbol)
    return amount(row["amount"], None)


def cost_text(outcome: Sequence[str] | None, quote: Mapping[str, Any] | None) -> str:
    """What a case costs the depositor, in a sentence."""
    if quote and quote["state"] in ("offered", "accepted"):
        return said(texts.COSTS["quote_stands"])
    return said(texts.COSTS["quote_follows" if {"RF", "SW"} & set(outcome or ()) else "nothing"])


def language_name(locale: str) -> str:
    """A language by the name its own readers use."""
    return str(Locale.parse(locale).get_display_name(locale) or locale).capitalize()


def _duration(span: timedelta, finest: Literal["second", "minute"], form: Literal["short", "long"]) -> str:
    seconds = abs(span.days * 86400 + span.seconds)
    unit, length = next(
        (unit, length) for unit, length in TIMEDELTA_UNITS if seconds / length >= ROUND_UP or unit == finest
    )
    key = (language(), form, finest, unit, max(1, round(seconds / length)) if seconds else 0)
    if key not in _SAID_DURATIONS:
        _SAID_DURATIONS[key] = format_timedelta(
            span, granularity=finest, format=form, threshold=ROUND_UP, locale=language()
        )
    return _SAID_DURATIONS[key]


@lru_cache(maxsize=64)
def _separators(locale: str) -> tuple[str, str]:
    """What groups digits in a language, and what stands before the fraction."""
    return get_group_symbol(locale), get_decimal_symbol(locale)


def percent(bps: object) -> str:
    """Basis points as a percentage: ``500`` is ``5``, ``125`` is ``1.25``."""
    return amounts.decimal_text(int(str(bps)), 2)


def _network(slug: str | None) -> Network | None:
    if not slug:
        return None
    try:
        return catalogue.network(slug)
    except ChainError:
        return None


class _Lenient(dict[str, object]):
    """A value nobody supplied stays visible as its name instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return key


def _time(value: datetime | str | None) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if value is None:
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _page() -> dict[str, Any]:
    theme = request.cookies.get(THEME_COOKIE)
    here = request.full_path.rstrip("?") if request.method == "GET" else url_for("appeals.home")
    return {
        "actor": g.get("actor"),
        "theme": theme if theme in THEMES else "auto",
        "locale": language(),
        "languages": languages(),
        "here": local_path(here),
        "can_price": bool(g.get("actor") and g.actor.roles & {"lead", "clearing", "auditor"}),
        "can_policy": bool(g.get("actor") and g.actor.roles & {"auditor", "lead", "admin"}),
        "can_approvals": bool(g.get("actor") and g.actor.roles & {"auditor", "lead", "admin", "wallet", "clearing"}),
        "can_batch": bool(g.get("actor") and g.actor.roles & {"specialist", "lead"}),
        "can_books": bool(g.get("actor") and books.may_read(g.actor)),
        "can_export": bool(g.get("actor") and g.actor.roles & {"auditor", "lead"}),
        "can_reconcile": bool(g.get("actor") and g.actor.roles & {"clearing", "auditor", "lead", "wallet"}),
        "can_alarms": may_read(g.get("actor")),
        "open_alarms": g.get("open_alarms", 0),
        "lead_moves": LEAD_MOVES,
    }
