"""What a pasted text may be: a transaction hash, a link to one in an explorer, or neither. Pure and instant.

The text may be a sentence around the hash or the link. A link of a known explorer fixes the network; a bare hash fits
every network whose hashes look like it. Codes in ``reason`` are stable:

found: ``hash``, ``explorer_link``, ``unknown_explorer`` (the hash of a link to a host that is not in the catalogue);
refused: ``empty``, ``too_long``, ``is_address``, ``is_block``, ``wrong_length``, ``several_hashes``, ``no_hash``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from chains.address import check_address
from chains.catalogue import networks
from chains.families import family
from chains.types import Identification, Network

LONGEST = 10_000
"""Characters a pasted text may have; longer ones are refused unread."""

_LINK = re.compile(r"https?://[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_BARE_LINK = re.compile(r"(?<![\w.@-])(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_TOKEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z_+=.@:-]{10,199}")
_PLACE = re.compile(r"(?<![\w.@-])[0-9]+-[0-9a-z]+(?![\w@-])")
"""A block's height and a place in it: the name of a transaction only where the chain is known, and like much else."""
_HEXISH = re.compile(r"(?:0[xX])?[0-9a-fA-F]{24,}|0[xX][0-9a-fA-F]+")
_HEX_TOKEN = re.compile(r"(?<![0-9A-Za-z])(?:0[xX])?[0-9a-fA-F]{24,}(?![0-9A-Za-z])")
_LANGUAGE = re.compile(r"^[a-z]{2}(-[a-z]{2,4})?/")
_BLOCK_WORDS = {"block", "blocks", "ledger", "ledgers"}
_TEST_WORDS = {"testnet", "testnet3", "testnet4", "signet", "regtest", "sepolia", "holesky", "hoodi", "goerli", "amoy"}
_ADDRESS_WORDS = {"address", "addresses", "account", "accounts", "token", "tokens", "contract"}


def identify(text: str) -> Identification:
    """The hash in ``text`` and the slugs of the networks it may be of; see the module for the reasons."""
    if len(text) > LONGEST:
        return Identification(None, (), "too_long")
    text = _readable(text)
    if not text:
        return Identification(None, (), "empty")
    links = list(_links(text))
    found: dict[str, tuple[str, tuple[str, ...], str]] = {}
    refusals: list[str] = []
    for link in links:
        _note(found, refusals, _in_link(link))
    rest = text
    for link in links:
        rest = rest.replace(link, " ")
    tokens = [token for token in _tokens(rest) if not _PLACE.fullmatch(token)]
    if not links and not any(_fitting(token, tuple(networks().values())) for token in tokens):
        tokens += _PLACE.findall(rest) if _why_none(rest) == "no_hash" else []
    for token in tokens:
        if candidates := _fitting(token, tuple(networks().values())):
            _note(found, refusals, (token, candidates, "hash"))
    if len(found) == 1:
        token, slugs, reason = next(iter(found.values()))
        return Identification(_common_form(token, slugs), slugs, reason)
    if len(found) > 1:
        return Identification(None, (), "several_hashes")
    return Identification(None, (), refusals[0] if refusals else _why_none(rest))


def _readable(text: str) -> str:
    """Compatibility forms folded and invisible characters dropped: they come along when people copy from web pages."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if c.isspace() or unicodedata.category(c)[0] != "C").strip()


def _links(text: str) -> Iterator[str]:
    seen = text
    for pattern in (_LINK, _BARE_LINK):
        for match in pattern.finditer(seen):
            yield match[0]
        seen = pattern.sub(" ", seen)


def _note(
    found: dict[str, tuple[str, tuple[str, ...], str]],
    refusals: list[str],
    seen: tuple[str, tuple[str, ...], str] | str | None,
) -> None:
    """Keep a find under its own spelling-free form; the same hash as link and as text is one find, the link deciding."""
    if isinstance(seen, str):
        refusals.append(seen)
    elif seen is not None:
        key = seen[0].lower().removeprefix("0x")
        if key not in found or (found[key][2] != "explorer_link" and seen[2] == "explorer_link"):
            found[key] = seen


def _in_link(link: str) -> tuple[str, tuple[str, ...], str] | str | None:
    """The hash a link shows, or the code of what it shows instead, or ``None`` for a link with nothing of interest."""
    if "://" not in link:
        link = f"https://{link}"
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:  # a host in broken brackets; what follows may still show the hash
        parts, host = urlsplit(f"https://invalid/{link.partition('://')[2].replace('[', '').replace(']', '')}"), ""
    path = unquote(f"{parts.path}/{parts.query}/{parts.fragment}")
    pieces = [piece for piece in re.split(r"[/?&=#;,!()\[\]]", path) if piece]
    network = None if _TEST_WORDS.intersection(map(str.lower, pieces)) else _explorer(host, parts.path)
    known = tuple(networks().values()) if network is None else (network,)
    for place, piece in enumerate(pieces):
        piece = piece.rstrip(".:-_*~")
        candidates = _fitting(piece, known)
        if not candidates or (network is None and _PLACE.fullmatch(piece)):
            continue
        before = pieces[place - 1].lower() if place else ""
        if before in _BLOCK_WORDS:
            return "is_block"
        if before == "event" and _PLACE.fullmatch(piece):
            continue  # an event's place in its block, which is not its transaction's
        return piece, candidates, "unknown_explorer" if network is None else "explorer_link"
    words = {piece.lower() for piece in pieces}
    if words & _BLOCK_WORDS:
        return "is_block"
    if words & _ADDRESS_WORDS or any(_is_address(piece) for piece in pieces):
        return "is_address"
    return "wrong_length" if any(_HEXISH.fullmatch(piece) for piece in pieces) else None


@lru_cache(maxsize=1)
def _explorers() -> Mapping[str, tuple[tuple[str, Network], ...]]:
    """Networks by explorer host, each with the path prefix that is its own, longest prefix first."""
    by_host: dict[str, list[tuple[str, Network]]] = {}
    for network in networks().values():
        for explorer in network.explorers:
            host, _, prefix = explorer.partition("/")
            by_host.setdefault(host, []).append((prefix, network))
    return {host: tuple(sorted(rows, key=lambda row: len(row[0]), reverse=True)) for host, rows in by_host.items()}


def _explorer(host: str, path: str) -> Network | None:
    place = f"{path.strip('/').lower()}/"
    for prefix, network in _explorers().get(host, ()):
        if not prefix or place.startswith(f"{prefix}/") or _LANGUAGE.sub("", place).startswith(f"{prefix}/"):
            return network
    return None


def _tokens(text: str) -> Iterator[str]:
    """Runs of characters that hashes are written in, each once, with and without what punctuation may cling to them."""
    given: set[str] = set()
    for match in _TOKEN.finditer(text):
        whole = match[0]
        pieces = re.split(r"[:=]", whole)
        for token in (whole, whole.rstrip(".:-_"), *pieces, *(piece.rstrip(".-_") for piece in pieces)):
            if token not in given:
                given.add(token)
                yield token


def _fitting(token: str, among: tuple[Network, ...]) -> tuple[str, ...]:
    return tuple(row.slug for row in among if family(row.family).hash_candidate(row, token) is not None)


def _common_form(token: str, slugs: tuple[str, ...]) -> str:
    """The normalised hash; where the candidates' families write it differently, the bare lower-case digits as pasted."""
    rows = networks()
    forms = {family(rows[slug].family).hash_candidate(rows[slug], token) for slug in slugs}
    only = next(iter(forms))
    return only if len(forms) == 1 and only is not None else token.lower()


def _is_address(token: str) -> bool:
    return 20 <= len(token) <= 130 and any(check_address(row, token).valid for row in networks().values())


def _why_none(text: str) -> str:
    tokens = list(_tokens(text))[:200]
    if any(re.fullmatch(r"(?:0[xX])?[0-9a-fA-F]{40}", token) or _is_address(token) for token in tokens):
        return "is_address"
    if any(_HEXISH.fullmatch(token) for token in tokens) or _HEX_TOKEN.search(text) or _HEXISH.fullmatch(text):
        return "wrong_length"
    return "no_hash"
