"""A quote in the words of its page: for the page itself, and for the record of what was seen when it is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import Flask, request
from sqlalchemy.orm import Session

from recovery.domain import fee_texts, money_texts, price_texts
from recovery.domain.marking import mark
from recovery.domain.seen import PAGE, Seen, digest_of, digest_of_texts
from recovery.queries.case_view import quote_shown
from recovery.queries.cases import find_case
from recovery.queries.facts import latest_quote
from recovery.web._fee_words import explain
from recovery.web._language import language, spoken
from recovery.web._rendering import amount, code, lasting, moment, percent, said
from recovery.web._wall import current_actor, session_secret

FROM_SOURCES = mark("Price: %(kind)s (%(names)s), %(spread)s %% apart, %(age)s old when the quote was made.")
BY_PEOPLE = mark("Price: entered and confirmed by two people, %(age)s before the quote was made.")
NO_PRICE = mark("This quote needs no price.")
UNTIL = mark("Valid until %(moment)s")
_NAMES_SHOWN = 6


def install(app: Flask) -> None:
    """Let templates tell a quote's price."""
    app.jinja_env.globals["price_words"] = price_words


def price_words(quote: Mapping[str, Any]) -> str:
    """Where the prices of a quote came from, how far their sources were apart, and how old they were."""
    told = (quote["price"], quote["price_in_dollars"])
    words = [_price_words(one) for one in told if one is not None and one["kind"] != "same"]
    return " ".join(dict.fromkeys(words)) or said(NO_PRICE)


def _price_words(price: Mapping[str, Any]) -> str:
    age = lasting(price["age_seconds"])
    if price["kind"] == "manual":
        return said(BY_PEOPLE, age=age)
    kind, names = code(price["kind"], "price_kind"), ", ".join(price["names"][:_NAMES_SHOWN])
    return said(FROM_SOURCES, kind=kind, names=names, spread=percent(price["spread_bps"]), age=age)


def quote_words(quote: Mapping[str, Any], network: str | None) -> tuple[str, ...]:
    """Every line of a quote as its page shows it, then its price and its end."""
    lines = []
    for line in quote["lines"]:
        words = explain(line, network, quote).striptags()
        sign = "− " if line["label"] in ("fee", "network_cost", "token_keeps") else ""
        value = amount(line["amount"], quote["decimals"], quote["symbol"]).striptags()
        lines.append(f"{code(line['label'], 'line')}: {sign}{value}" + (f" ({words})" if words else ""))
    ends = moment(quote["expires_at"]).striptags()
    return (*lines, price_words(quote), said(UNTIL, moment=ends))


def seen_on_page(work: Session, ref: str) -> Seen | None:
    """What the page of a case shows of its quote at this moment, in this browser's language. Raises NotFound."""
    case = find_case(work, current_actor(), ref)
    quote = latest_quote(work, case.id)
    if quote is None:
        return None
    return Seen(
        door=PAGE,
        language=language(),
        lines=quote_words(quote_shown(work, quote), case.network),
        texts=_texts(language()),
        session=digest_of(session_secret() or "")[:16],
        browser=digest_of(request.headers.get("User-Agent", "")),
    )


@lru_cache(maxsize=16)
def _texts(locale: str) -> str:
    """One digest of every sentence a quote can be told in."""
    tables = (money_texts.QUOTE_LINES, fee_texts.STEPS, price_texts.KINDS)
    sentences = [text for table in tables for _, text in sorted(table.items())]
    return digest_of_texts([spoken(locale, text) for text in (*sentences, FROM_SOURCES, BY_PEOPLE, NO_PRICE, UNTIL)])
