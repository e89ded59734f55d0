"""Where prices come from, as the operator's TOML file says it: ``[[source]]`` tables of three kinds.

``http``: the answer to a GET, in JSON. The URL and the paths of price, time and depth (names joined by dots) may hold
``{network}``, ``{contract}`` and ``{platform}``, which is the source's own name of the network under ``networks``; with such
names only those networks are asked about. A URL with ``{contract}`` is asked about contracts, one without about native coins.
``feed``: contracts on a chain that answer ``latestRoundData``. ``file``: CSV or JSON on this machine, for one that reaches
nothing else.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
PATH = re.compile(r"[^\x00-\x1f\x7f]{0,200}")
KINDS = ("http", "feed", "file")
REFERENCES = ("native", "USD")
MOST_SOURCES = 20


class WrongSources(ValueError):
    """The file does not name sources; the message says where."""


@dataclass(frozen=True)
class Feed:
    """A contract at ``address`` on ``on`` that tells the price of an asset in dollars; an empty ``contract`` is the coin."""

    network: str
    contract: str
    on: str
    address: str


@dataclass(frozen=True)
class PriceSource:
    """One source. ``at`` and ``depth`` may be empty: then its prices are of the moment they are asked for, and of unknown
    depth. ``token`` is sent in ``header``."""

    name: str
    kind: str
    url: str = field(default="", repr=False)
    reference: str = "USD"
    price: str = ""
    at: str = ""
    depth: str = ""
    header: str = ""
    token: str = field(default="", repr=False)
    networks: Mapping[str, str] = field(default_factory=dict)
    feeds: tuple[Feed, ...] = ()
    path: Path | None = None


def read_sources(path: Path, environ: Mapping[str, str] | None = None) -> tuple[PriceSource, ...]:
    """The sources a file names. Raises WrongSources."""
    env = os.environ if environ is None else environ
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongSources(f"cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSources(f"is no TOML: {error}") from None
    tables = document.get("source")
    if set(document) != {"source"} or not isinstance(tables, list) or not 0 < len(tables) <= MOST_SOURCES:
        raise WrongSources(f"names no [[source]], more than {MOST_SOURCES}, or something else")
    sources = tuple(_source(number, table, path.parent, env) for number, table in enumerate(tables, start=1))
    if len({one.name for one in sources}) != len(sources):
        raise WrongSources("names a source twice")
    return sources


_Wrong = Callable[[str], WrongSources]
_FIELDS = {
    "http": {"url", "reference", "price", "at", "depth", "header", "token_env", "networks"},
    "feed": {"feeds"},
    "file": {"path"},
}


def _source(number: int, table: Any, folder: Path, env: Mapping[str, str]) -> PriceSource:
    def wrong(why: str) -> WrongSources:
        return WrongSources(f"source {number}: {why}")

    if not isinstance(table, dict) or table.get("kind") not in KINDS:
        raise wrong(f"its kind is none of {', '.join(KINDS)}")
    kind = str(table["kind"])
    texts = {key: value for key, value in table.items() if key not in ("networks", "feeds")}
    if not all(isinstance(value, str) and PATH.fullmatch(value) for value in texts.values()):
        raise wrong("a value is no short text of one line")
    if unknown := set(table) - {"name", "kind"} - _FIELDS[kind]:
        raise wrong(f"{min(unknown)} means nothing here")
    name = str(table.get("name", ""))
    if not NAME.fullmatch(name):
        raise wrong("its name is not of small letters, digits, dots and dashes")
    if kind == "feed":
        return PriceSource(name, kind, feeds=_feeds(table.get("feeds"), wrong))
    if kind == "file" and not texts.get("path"):
        raise wrong("its path is missing")
    if kind == "file":
        return PriceSource(name, kind, path=folder / texts["path"])
    return _service(name, texts, table.get("networks", {}), env, wrong)


def _service(name: str, texts: Mapping[str, str], networks: Any, env: Mapping[str, str], wrong: _Wrong) -> PriceSource:
    reference, url, price = texts.get("reference", "USD"), texts.get("url", ""), texts.get("price", "")
    if reference not in REFERENCES:
        raise wrong("its reference is neither native nor USD")
    if not url.startswith(("http://", "https://")) or not price:
        raise wrong("its url or the path of its price is missing")
    if not isinstance(networks, dict) or not all(isinstance(one, str) for one in networks.values()):
        raise wrong("networks is no table of names")
    if "{platform}" in url + price and not networks:
        raise wrong("networks is missing, which {platform} stands for")
    return PriceSource(
        name,
        "http",
        url=url,
        reference=reference,
        price=price,
        at=texts.get("at", ""),
        depth=texts.get("depth", ""),
        header=texts.get("header", ""),
        token=env.get(texts.get("token_env", ""), "").strip(),
        networks=networks,
    )


def _feeds(rows: Any, wrong: _Wrong) -> tuple[Feed, ...]:
    keys = {"network", "contract", "on", "address"}
    if not isinstance(rows, list) or not rows:
        raise wrong("feeds is no list")
    for row in rows:
        fine = isinstance(row, dict) and set(row) <= keys and all(isinstance(one, str) for one in row.values())
        if not fine or not row.get("network") or not row.get("address"):
            raise wrong("a feed has network, contract, on and address, all of them texts")
    return tuple(
        Feed(row["network"], row.get("contract", ""), row.get("on") or row["network"], row["address"]) for row in rows
    )
