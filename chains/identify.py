"""What a pasted text may be: a transaction hash, a link to one in an explorer, or neither. Pure and instant.

The text may be a sentence around the hash or the link. A link of a known explorer fixes the network; a bare hash fits
every network whose hashes look like it. Codes in ``reason`` are stable:

found: ``hash``, ``explorer_link``, ``unknown_explorer`` (the hash of a link to a host that is not in the catalogue);
refused: ``empty``, ``too_long``, ``is_address``, ``is_block``, ``wrong_length``, ``several_hashes``, ``no_hash``,
``test_network`` (a link to a transaction of one), ``internal_transfer_id`` (the name of what never went over a chain).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from chains import offchain, testnets
from chains.address import check_address
from chains.catalogue import networks
from chains.families import family
from chains.types import Identification, Network

LONGEST = 10_000
"""Characters a pasted text may have; longer ones are refused unread."""

_LINK = re.compile(r"https?://[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_BARE_LINK = re.compile(r"(?<![\w.@-])(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_TOKEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z_+=.@:-]{7,199}")
_BASE64 = re.compile(
    r"(?<![0-9A-Za-z+/=_@-])(?:[0-9A-Za-z+/]{43}=?|[0-9A-Za-z_-]{43}=?|[0-9A-Za-z+/]{64}|[0-9A-Za-z_-]{64})(?![0-9A-Za-z+/=_-])"
)
_RAW_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])(?:0|-1):[0-9a-fA-F]{64}(?![0-9A-Za-z])")
"""An account of TON with its workchain, behind which a hash might seem to stand."""
_BASE58_KEY = re.compile(r"[1-9A-HJ-NP-Za-km-z]{43,44}")
_CUT_HASH = re.compile(r"(?:0[xX])?[0-9a-fA-F]{41,63}")
_ENDING = re.compile(r"\.(?:html?|json)$", re.IGNORECASE)
_PLACE = re.compile(r"[0-9]+-[0-9a-z]+")
"""A block's height and a place in it: the name of a transaction only where the chain is known, and like much else."""
_HEXISH = re.compile(r"(?:0[xX])?[0-9a-fA-F]{24,}|0[xX][0-9a-fA-F]+")
_HEX_TOKEN = re.compile(r"(?<![0-9A-Za-z])(?:0[xX])?[0-9a-fA-F]{24,}(?![0-9A-Za-z])")
_MARKS = re.compile(r"[/?&=#;,!()\[\]]")
_INNER_MARKS = re.compile(r"[/?&=#;,!()\[\]:]")
_BASE64_PATH = re.compile(r"/(?=[0-9A-Za-z+/]*[/+])[0-9A-Za-z+/]{43}=(?![0-9A-Za-z+=_-])")
"""Base64 with a slash of its own, which a careless explorer leaves in its links."""
_LANGUAGE = re.compile(r"^[a-z]{2}(-[a-z]{2,4})?/")
_BLOCK_WORDS = {"block", "blocks", "ledger", "ledgers", "slot", "round", "height"}
_OTHER_CHAINS = testnets.NAMES | {"custom", "localhost", "localnet"}
"""Words in a link by which it is not of the main network that its host stands for."""
_ADDRESS_WORDS = {
    "address", "addresses", "account", "accounts", "token", "tokens", "contract", "contracts", "object", "objects", "coin",
    "fungible_asset", "asset", "assets", "collection", "validator", "validators", "wallet", "mint", "jetton", "nft", "pool",
}  # fmt: skip

_TEST = "test_network"
_WEIGHTS = {"explorer_link": 2, _TEST: 1}
"""What decides of several finds of one hash; a link that names a network says more than the hash alone."""


@dataclass(frozen=True)
class _Find:
    """A token that may be a hash: how each network that it fits would write it, by slug."""

    token: str
    forms: Mapping[str, str]
    reason: str

    def same(self, other: _Find) -> bool:
        """Whether both are spellings of one hash."""
        return bool(self.forms.items() & other.forms.items())


def identify(text: str) -> Identification:
    """The hash in ``text`` and the slugs of the networks it may be of; see the module for the reasons."""
    if len(text) > LONGEST:
        return Identification(None, (), "too_long")
    text = _readable(text)
    if not text:
        return Identification(None, (), "empty")
    links = list(_links(text))
    found: list[_Find] = []
    refusals: list[str] = []
    for link in links:
        _note(found, refusals, _in_link(link))
    rest = text
    for link in links:
        rest = rest.replace(link, " ")
    for token in _tokens(rest):
        if forms := _forms(token, tuple(networks().values())):
            _note(found, refusals, _Find(token, forms, "hash"))
    if len(found) > 1:  # of a hash among addresses the hash is meant, although some addresses look like hashes
        found = [find for find in found if not _looks_like_account(find.token)] or found
    places = [find for find in found if find.reason == "hash" and _PLACE.fullmatch(find.token)]
    if places and (len(found) > 1 or _why_none(rest) != "no_hash"):  # beside anything better it may be any number
        found = [find for find in found if find not in places]
    if len(found) == 1:
        find = found[0]
        if find.reason == _TEST:
            return Identification(None, (), "test_network")
        return Identification(_common_form(find), tuple(find.forms), find.reason)
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


def _note(found: list[_Find], refusals: list[str], seen: _Find | str | None) -> None:
    """Keep a find once; of the same hash as link and as text the link decides, of two spellings the one more networks know."""
    if isinstance(seen, str):
        refusals.append(seen)
    elif seen is not None:
        for place, other in enumerate(found):
            if seen.same(other):
                if _weight(seen) > _weight(other):
                    found[place] = seen
                return
        found.append(seen)


def _weight(find: _Find) -> tuple[int, int]:
    return _WEIGHTS.get(find.reason, 0), len(find.forms)


def _in_link(link: str) -> _Find | str | None:
    """What a link shows; of a link inside a link (archives, what messengers put around) the inner one, if an explorer's."""
    seen = _shown(link)
    if not _of_explorer(seen) and (inner := _LINK.search(unquote(link), 8)) is not None:
        told = _shown(inner[0])
        return told if _of_explorer(told) else seen
    return seen


def _of_explorer(seen: _Find | str | None) -> bool:
    return isinstance(seen, _Find) and seen.reason in _WEIGHTS


def _shown(link: str) -> _Find | str | None:
    """The hash a link shows, or the code of what it shows instead, or ``None`` for a link with nothing of interest."""
    if "://" not in link:
        link = f"https://{link}"
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:  # a host in broken brackets; what follows may still show the hash
        parts, host = urlsplit(f"https://invalid/{link.partition('://')[2].replace('[', '').replace(']', '')}"), ""
    pieces = list(_pieces(f"{parts.path}/{parts.query}/{parts.fragment}"))
    words = {piece.lower() for piece in pieces}
    test = testnets.leads_to_one(host, parts)
    network = None if test or words & _OTHER_CHAINS else _explorer(host, parts.path.strip("/") or parts.fragment)
    known = tuple(networks().values()) if network is None else (network,)
    refusal = None
    for place, piece in enumerate(pieces):
        piece = _ENDING.sub("", piece.rstrip(".:-_*~"))
        forms = _forms(piece, known)
        if not forms or (network is None and _PLACE.fullmatch(piece)):
            continue
        before = pieces[place - 1].lower() if place else ""
        if before in _BLOCK_WORDS or before in _ADDRESS_WORDS:
            refusal = refusal or ("is_block" if before in _BLOCK_WORDS else "is_address")
            continue
        if before == "event" and _PLACE.fullmatch(piece):
            continue  # an event's place in its block, which is not its transaction's
        return _Find(piece, forms, _TEST if test else "unknown_explorer" if network is None else "explorer_link")
    if refusal or words & _BLOCK_WORDS:
        return refusal or "is_block"
    if words & _ADDRESS_WORDS or any(_is_address(piece) for piece in pieces):
        return "is_address"
    return "wrong_length" if any(_HEXISH.fullmatch(piece) for piece in pieces) else None


def _pieces(path: str) -> Iterator[str]:
    """The parts of a link. Marks may belong to a hash in base64, so each part comes whole first; then what they divide."""
    for raw in _MARKS.split(path):
        whole = unquote(raw)
        if not whole:
            continue
        yield whole
        if not _RAW_ACCOUNT.fullmatch(whole):
            yield from (piece for piece in _INNER_MARKS.split(whole) if piece and piece != whole)
    yield from (match[0][1:] for match in _BASE64_PATH.finditer(path))


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
    given = set(_RAW_ACCOUNT.findall(text))
    yield from given
    text = _RAW_ACCOUNT.sub(" ", text)
    for match in _TOKEN.finditer(text):
        whole = match[0]
        pieces = re.split(r"[:=]", whole)
        for token in (whole, whole.rstrip(".:-_"), *pieces, *(piece.rstrip(".-_") for piece in pieces)):
            if token not in given:
                given.add(token)
                yield token
    for match in _BASE64.finditer(text):
        if match[0] not in given:
            given.add(match[0])
            yield match[0]


def _forms(token: str, among: tuple[Network, ...]) -> dict[str, str]:
    """How each network of ``among`` that ``token`` fits writes it."""
    forms = ((row.slug, family(row.family).hash_candidate(row, token)) for row in among)
    return {slug: form for slug, form in forms if form is not None}


def _common_form(find: _Find) -> str:
    """The normalised hash; where the networks write it differently, the digits as pasted, hexadecimal ones in lower case."""
    only = set(find.forms.values())
    if len(only) == 1:
        return only.pop()
    return find.token.lower() if _HEXISH.fullmatch(find.token) else find.token


def _looks_like_account(token: str) -> bool:
    """Whether ``token`` is also an account somewhere: public keys in base58 look like NEAR's hashes."""
    return _BASE58_KEY.fullmatch(token) is not None


def _is_address(token: str) -> bool:
    if not 20 <= len(token) <= 130 or not any(c.isdigit() for c in token):
        return False  # a long word may be a name somewhere, but is hardly meant as one
    if _CUT_HASH.fullmatch(token):
        return False  # leading zeros may be left out of an Aptos address; a hash with digits missing is likelier
    return any(check_address(row, token).valid for row in networks().values())


def _why_none(text: str) -> str:
    tokens = list(_tokens(text))[:200]
    if any(re.fullmatch(r"(?:0[xX])?[0-9a-fA-F]{40}", token) for token in tokens) or any(map(_is_address, tokens)):
        return "is_address"
    if any(_HEXISH.fullmatch(token) for token in tokens) or _HEX_TOKEN.search(text) or _HEXISH.fullmatch(text):
        return "wrong_length"
    return "internal_transfer_id" if offchain.names_one(text) else "no_hash"
