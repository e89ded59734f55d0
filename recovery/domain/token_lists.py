"""Token lists (https://uniswap.org/tokenlist.schema.json), read into rows of the asset registry and written from them.

A list knows the chain, the address, the symbol and the decimals of a token; its name, logo, tags and extensions have no
place in the registry and are not kept, ``extensions.bridgeInfo`` (where a bridge keeps the same token) among them: what
a list says about other chains is no fact about ours. Native coins have no address and so no place in a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from recovery.domain.chain_text import hides_something
from recovery.domain.registries import WrongCell

STATES = ("listed", "suspended", "delisted")
"""What an operator may say of all tokens of a list; a list itself says nothing of it."""
LONGEST_SYMBOL = 40
"""The schema allows 20; lists in use are not that strict."""
MOST_WRITTEN = 10_000
"""Tokens a list may hold."""
_WRITABLE = re.compile(r"\S{1,20}")
_NAMESPACE = "eip155:"


def tokens_of(document: Any) -> list[Any]:
    """The tokens of a list. Raises WrongCell when the document is none."""
    tokens = document.get("tokens") if isinstance(document, dict) else None
    if not isinstance(tokens, list):
        raise WrongCell("not_a_token_list")
    return tokens


def token_cells(token: Any, slugs: Mapping[str, str], state: str) -> dict[str, str]:
    """The cells of one token; ``slugs`` names our networks by CAIP-2 id. Raises WrongCell ``field: why``."""
    if not isinstance(token, dict):
        raise WrongCell("not_a_token")
    chain, places = token.get("chainId"), token.get("decimals")
    if not _whole(chain):
        raise WrongCell("chainId: not_a_chain")
    slug = slugs.get(f"{_NAMESPACE}{chain}")
    if slug is None:
        raise WrongCell("chainId: unknown_network")
    if not _whole(places):
        raise WrongCell("decimals: not_decimals")
    return {
        "network": slug,
        "contract": _text(token, "address"),
        "symbol": _symbol(_text(token, "symbol")),
        "decimals": str(places),
        "state": state,
        "deposits_from": "",
        "minimum": "",
        "superseded_by": "",
    }


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _text(token: Mapping[str, Any], name: str) -> str:
    value = token.get(name)
    if not isinstance(value, str):
        raise WrongCell(f"{name}: required" if value is None else f"{name}: not_a_text")
    if not value.strip():
        raise WrongCell(f"{name}: required")
    return value


def _symbol(symbol: str) -> str:
    """A symbol a person can tell from others: strangers write these lists."""
    if len(symbol) > LONGEST_SYMBOL:
        raise WrongCell("symbol: too_long")
    if hides_something(symbol):
        raise WrongCell("symbol: hidden_character")
    return symbol


def token_list(
    rows: Iterable[Mapping[str, Any]], ids: Mapping[str, str], *, at: datetime, edition: int
) -> dict[str, Any]:
    """The listed tokens among asset rows as a list; ``ids`` gives the CAIP-2 id of a network, ``edition`` grows with every load.

    What the schema cannot say is left out: native coins, other families' assets, symbols with a space or beyond 20
    characters. The registry holds no names, so the symbol stands for the name. Raises WrongCell when they are too many.
    """
    tokens = list(_written(rows, ids))
    if len(tokens) > MOST_WRITTEN:
        raise WrongCell("too_many_for_a_token_list")
    return {
        "name": "Asset registry",
        "timestamp": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "version": {"major": 1, "minor": edition, "patch": 0},
        "tokens": tokens,
    }


def _written(rows: Iterable[Mapping[str, Any]], ids: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for row in rows:
        network_id = ids.get(row["network"], "")
        fits = network_id.startswith(_NAMESPACE) and row["contract"] and _WRITABLE.fullmatch(row["symbol"])
        if fits and row["state"] == "listed":
            yield {
                "chainId": int(network_id.removeprefix(_NAMESPACE)),
                "address": row["contract"],
                "name": row["symbol"],
                "symbol": row["symbol"],
                "decimals": row["decimals"],
            }
