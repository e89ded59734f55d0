"""The networks this installation can read: rows of ``chains/networks/*.toml``, checked once and kept.

The file's name is the family. A row that does not hold together stops the program with the row and the field named,
because a wrong prefix or chain id would credit money on the wrong chain.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from chains.errors import UnknownNetwork
from chains.types import NativeCoin, Network

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CAIP2 = re.compile(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}")
_CHOICES = {
    "finality": ("tag", "depth"),
    "recoverability": ("direct", "conditional"),
    "memo": ("none", "optional", "required"),
}
_REQUIRED = {"id", "name", "native", "confirmations", "finality", "recoverability"}
_OPTIONAL = {
    "conditions",
    "memo",
    "explorers",
    "public_nodes",
    "transaction_page",
    "claimed_on",
    "claim_page",
    "sandbox",
    "retired",
    "params",
    "sample_address",
    "sample_tx",
}


class CatalogueError(ValueError):
    """A row of the catalogue is wrong; a fault of the installation, never of a caller."""


@lru_cache(maxsize=1)
def networks() -> Mapping[str, Network]:
    """All networks by slug, the directly recoverable ones first, else in the order of the files.

    Raises :class:`CatalogueError` for a row that is not sound.
    """
    found: dict[str, Network] = {}
    sources = sorted(
        (entry for entry in files("chains").joinpath("networks").iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    for source in sources:
        rows = tomllib.loads(source.read_text(encoding="utf-8"))
        for slug, row in rows.items():
            if slug in found:
                raise CatalogueError(f"{slug}: listed twice")
            found[slug] = read_row(source.name.removesuffix(".toml"), slug, row)
    _refuse_shared(found)
    ordered = sorted(found.items(), key=lambda item: item[1].recoverability != "direct")
    return MappingProxyType(dict(ordered))


def network(slug: str) -> Network:
    """The network named ``slug``. Raises :class:`UnknownNetwork`."""
    try:
        return networks()[slug]
    except KeyError:
        raise UnknownNetwork(slug[:64]) from None


def read_row(family: str, slug: str, row: Any) -> Network:
    """One row as a :class:`Network`; ``sample_address`` and ``sample_tx`` are found in its ``params``.

    Raises :class:`CatalogueError` naming the row and the field.
    """
    if not isinstance(row, dict):
        raise CatalogueError(f"{slug}: not a table")
    wrong = (_REQUIRED - row.keys()) | (row.keys() - _REQUIRED - _OPTIONAL)
    if wrong:
        raise CatalogueError(f"{slug}: missing or unknown: {', '.join(sorted(wrong))}")
    if not _SLUG.fullmatch(slug):
        raise CatalogueError(f"{slug}: not a slug")
    for key, allowed in _CHOICES.items():
        if row.get(key, "none") not in allowed:
            raise CatalogueError(f"{slug}: {key} must be one of {', '.join(allowed)}")
    if not isinstance(row["id"], str) or not _CAIP2.fullmatch(row["id"]):
        raise CatalogueError(f"{slug}: id is not CAIP-2")
    if ("claimed_on" in row or "claim_page" in row) and "retired" not in row:
        raise CatalogueError(f"{slug}: claims are of a retired network")
    sandbox = _of(bool, slug, row, "sandbox", False)
    params = dict(_of(dict, slug, row, "params", {}))
    for sample in ("sample_address", "sample_tx"):
        value = _of(str, slug, row, sample, "")
        if not value and not sandbox:
            raise CatalogueError(f"{slug}: {sample} is missing")
        if value:
            params[sample] = value
    confirmations = _of(int, slug, row, "confirmations", 0)
    if confirmations < 1:
        raise CatalogueError(f"{slug}: confirmations must be at least 1")
    return Network(
        slug=slug,
        id=row["id"],
        name=_of(str, slug, row, "name", ""),
        family=family,
        native=_native(slug, row["id"], row["native"]),
        confirmations=confirmations,
        finality=row["finality"],
        recoverability=row["recoverability"],
        conditions=_words(slug, row, "conditions"),
        memo=row.get("memo", "none"),
        explorers=_words(slug, row, "explorers"),
        public_nodes=_words(slug, row, "public_nodes"),
        transaction_page=_page(slug, row),
        claimed_on=_of(str, slug, row, "claimed_on", "") or None,
        claim_page=_https(slug, row, "claim_page") or None,
        sandbox=sandbox,
        retired=_retired(slug, row),
        params=MappingProxyType(params),
    )


def _native(slug: str, network_id: str, row: Any) -> NativeCoin:
    if not isinstance(row, dict) or row.keys() != {"symbol", "decimals", "asset"}:
        raise CatalogueError(f"{slug}: native needs symbol, decimals and asset")
    coin = NativeCoin(
        _of(str, slug, row, "symbol", ""), _of(int, slug, row, "decimals", -1), _of(str, slug, row, "asset", "")
    )
    if not coin.symbol or not 0 <= coin.decimals <= 77 or not coin.asset.startswith(f"{network_id}/"):
        raise CatalogueError(f"{slug}: native is not sound")
    return coin


def _of(kind: type, slug: str, row: Mapping[str, Any], key: str, default: Any) -> Any:
    value = row.get(key, default)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise CatalogueError(f"{slug}: {key} must be {kind.__name__}")
    return value


def _words(slug: str, row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        raise CatalogueError(f"{slug}: {key} must be a list of words")
    return tuple(value)


def _https(slug: str, row: Mapping[str, Any], key: str) -> str:
    page: str = _of(str, slug, row, key, "")
    if page and not page.startswith("https://"):
        raise CatalogueError(f"{slug}: {key} must be https")
    return page


def _page(slug: str, row: Mapping[str, Any]) -> str | None:
    """The page of a transaction: what the row says, else the usual form at its first explorer."""
    explorers = _words(slug, row, "explorers")
    page: str = _of(str, slug, row, "transaction_page", f"https://{explorers[0]}/tx/{{hash}}" if explorers else "")
    if page and (not page.startswith("https://") or page.count("{hash}") != 1):
        raise CatalogueError(f"{slug}: transaction_page must be https and name {{hash}} once")
    return page or None


def _retired(slug: str, row: Mapping[str, Any]) -> date | None:
    """The day a network was shut down; a time of day would only pretend to be exact."""
    value = row.get("retired")
    if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
        raise CatalogueError(f"{slug}: retired must be a date")
    return value


def _refuse_shared(found: Mapping[str, Network]) -> None:
    """No two rows may claim one CAIP-2 id or one explorer: either would make a link or an id ambiguous.

    What is claimed on another network must be claimed on one there is.
    """
    owners: dict[str, str] = {}
    for slug, row in found.items():
        if row.claimed_on is not None and row.claimed_on not in found:
            raise CatalogueError(f"{slug}: claimed_on names no network")
        for claim in (row.id, *row.explorers):
            if claim in owners:
                raise CatalogueError(f"{slug} and {owners[claim]} both claim {claim}")
            owners[claim] = slug


def shown(configured: Collection[str]) -> list[Network]:
    """The networks a list names: all of the catalogue, sandbox rows only where a node is configured for them."""
    return [row for row in networks().values() if not row.sandbox or row.slug in configured]


def as_json(row: Network, nodes: int) -> dict[str, Any]:
    """A row as other programs read it; ``nodes`` says how many are configured."""
    return {
        "slug": row.slug,
        "id": row.id,
        "name": row.name,
        "family": row.family,
        "recoverability": row.recoverability,
        "conditions": list(row.conditions),
        "confirmations": row.confirmations,
        "memo": row.memo,
        "symbol": row.native.symbol,
        "decimals": row.native.decimals,
        "retired": row.retired.isoformat() if row.retired else None,
        "claimed_on": row.claimed_on,
        "claim_page": row.claim_page,
        "nodes": nodes,
    }
