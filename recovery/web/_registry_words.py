"""How the registries' pages show kinds, columns, cells and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from recovery.domain import registry_texts, texts
from recovery.domain.chain_text import shown
from recovery.domain.registries import SINCE_EVER, Column, Registry, cell_text
from recovery.web._rendering import chain, moment, network_name, said, short

LISTED: Mapping[str, tuple[str, ...]] = {
    "accounts": ("account", "state", "locale", "security_changed_at"),
    "addresses": ("address", "network", "memo", "account", "kind", "custody"),
    "assets": ("contract", "network", "symbol", "decimals", "state", "deposits_from"),
    "credits": ("hash", "network", "position", "account", "contract", "amount", "credited_at"),
    "labels": ("address", "network", "platform", "kind"),
    "prices": ("contract", "network", "quote_contract", "numerator", "denominator", "source", "observed_at"),
    "withdrawals": ("hash", "network", "account", "contract", "amount", "destination", "sent_at"),
}
"""The columns of a list, the one that leads to the row first; the row's page has them all."""
NUMBERS = frozenset({"amount", "minimum", "numerator", "denominator", "decimals"})


def install(blueprint: Any) -> None:
    """Give the templates these words."""
    blueprint.app_template_global("registry_title")(title)
    blueprint.app_template_global("registry_note")(note)
    blueprint.app_template_global("registry_hint")(hint)
    blueprint.app_template_global("registry_word")(word)
    blueprint.app_template_global("registry_validity")(validity)
    blueprint.app_template_global("registry_change")(change)
    blueprint.app_template_filter("column")(column_name)
    blueprint.app_template_filter("why_refused")(why_refused)


def title(kind: str) -> str:
    """The name of a registry."""
    return said(registry_texts.REGISTRIES[kind][0])


def note(kind: str) -> str:
    """What a registry holds."""
    return said(registry_texts.REGISTRIES[kind][1])


def hint(column: str) -> str:
    """What to write into a column; empty when that is plain."""
    return said(registry_texts.HINTS.get(column, ""))


def word(value: str) -> str:
    """A value of a column that has few."""
    return said(registry_texts.WORDS.get(value, "")) or shown(value)


def validity(name: str) -> str:
    """Whether a row is valid."""
    return said(registry_texts.VALIDITY[name])


def change(name: str) -> str:
    """What a load did to a row."""
    return said(registry_texts.CHANGES[name])


def column_name(name: str) -> str:
    """A column as people call it; what is no column of ours shows as it is."""
    return said(registry_texts.COLUMNS.get(name, "")) or shown(name, 40)


def why_refused(why: str) -> str:
    """The sentence of ``column: code``, ``code: value`` or ``code``."""
    first, _, rest = why.partition(": ")
    if first in registry_texts.ROW_REFUSALS or not rest:
        return sentence(why)
    return f"{column_name(first)}: {sentence(rest)}"


def sentence(code: str) -> str:
    """The sentence of one cell's code; some carry a value behind a colon."""
    name, _, value = code.partition(":")
    text = registry_texts.ROW_REFUSALS.get(name) or texts.DETAILS.get(f"address_{name}") or texts.DETAILS.get(name)
    return said(text, value=shown(value.strip().replace("|", ", "), 200)) if text else shown(code, 120)


def cells_of(registry: Registry, row: Mapping[str, Any], *, whole: bool = False) -> dict[str, Markup]:
    """Every cell of a row as it is shown; long names by their ends unless the ``whole`` is wanted."""
    return {column.name: _shown(column, row[column.name], whole=whole) for column in registry.columns}


def _shown(column: Column, value: Any, *, whole: bool) -> Markup:
    if column.name == "valid_from" and value == SINCE_EVER:
        return Markup("–")
    text = cell_text(column, value)
    if not text:
        return Markup("–")
    if column.name == "network":
        return Markup("{}").format(network_name(text))
    if isinstance(value, datetime):
        return moment(value)
    if column.words:
        return Markup("{}").format(word(text))
    return short(text, 6) if column.chain and not whole else chain(text, 1_000 if whole else 40)
