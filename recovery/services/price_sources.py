"""Asking price sources, outside of any unit of work: services over HTTP, feeds on chains, and files on this machine.

Addresses of services are the operator's word, so they may be of the operator's own network; redirects are not followed. A
source that does not answer, or answers nonsense, has said nothing: that is noted, and never a price.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial
from urllib.parse import quote

import httpx

from chains.asset import check_asset
from chains.catalogue import networks
from chains.errors import ChainError
from chains.evm.feeds import latest_round
from chains.http_client import client, deadline_of_thread
from chains.types import Node
from config.prices import PriceSource
from recovery.domain.fees import Ratio
from recovery.domain.ids import new_id
from recovery.domain.price_answers import (
    LARGEST_ANSWER,
    LARGEST_FILE,
    Told,
    WrongAnswer,
    decimal_ratio,
    in_micro_dollars,
    lines_of,
    told,
)
from recovery.domain.prices import NATIVE, USD, USD_DECIMALS, Observed, fitted
from recovery.queries.prices import Wanted

OK = 200
SECONDS = 8.0
"""How long one exchange may take."""
LONGEST_ASKING = 40.0
"""How long all sources together are asked in one look."""


@dataclass
class Looked:
    """What the sources said, and of which nothing was heard: the name of the source, the asset, and why. ``next`` is the
    question another look begins with."""

    observed: list[Observed] = field(default_factory=list)
    troubles: list[tuple[str, str, str]] = field(default_factory=list)
    next: int = 0


Nodes = Callable[[str], Sequence[Node]]


def ask_all(sources: Sequence[PriceSource], assets: Sequence[Wanted], nodes: Nodes, first: int = 0) -> Looked:
    """Ask every source about every asset it can tell of, beginning with question ``first``, asset after asset: what there is
    no time for comes first in the next look. A source that could not be reached is not waited for again. Raises nothing."""
    looked, until, down = Looked(), time.monotonic() + LONGEST_ASKING, dict[str, str]()
    wanted = _with_coins(assets)
    questions = [(name, source.name, ask) for source in sources for name, ask in _questions(source, wanted, nodes)]
    questions.sort(key=lambda one: one[0])
    first = first % max(len(questions), 1)
    questions = questions[first:] + questions[:first]
    for number, (name, source, question) in enumerate(questions):
        if time.monotonic() > until:
            looked.next = (first + number) % len(questions)
            looked.troubles += [(of, about, "no_time_left") for about, of, _ in questions[number:]]
            break
        if source in down:
            looked.troubles.append((source, name, down[source]))
            continue
        try:
            looked.observed += question()
        except WrongAnswer as wrong:
            looked.troubles.append((source, name, str(wrong)))
        except ChainError as trouble:
            looked.troubles.append((source, name, trouble.code))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, OverflowError) as error:
            looked.troubles.append((source, name, type(error).__name__))
            if isinstance(error, httpx.TransportError):
                down[source] = type(error).__name__
    return looked


def _with_coins(assets: Sequence[Wanted]) -> dict[tuple[str, str], Wanted]:
    """The assets, and the native coin of each of their networks, whose dollars turn dollars into coin."""
    found = {(one.network, one.contract): one for one in assets}
    for one in assets:
        known = networks().get(one.network)
        if known is not None:
            coin = Wanted(one.network, "", known.native.symbol, known.native.decimals)
            found[one.network, ""] = coin
    return found


Question = tuple[str, Callable[[], list[Observed]]]


def _questions(source: PriceSource, wanted: Mapping[tuple[str, str], Wanted], nodes: Nodes) -> Iterator[Question]:
    if source.kind == "file":
        yield "file", partial(_of_file, source, wanted)
    elif source.kind == "feed":
        for feed in source.feeds:
            asset = wanted.get((feed.network, feed.contract))
            if asset is not None and nodes(feed.on):
                yield _named(asset), partial(_of_feed, source, asset, feed.on, feed.address, nodes)
    else:
        for asset in wanted.values():
            if _is_asked(source, asset):
                yield _named(asset), partial(_of_service, source, asset)


def _named(asset: Wanted) -> str:
    return f"{asset.network}/{asset.contract or 'native'}"


def _is_asked(source: PriceSource, asset: Wanted) -> bool:
    if asset.decimals is None or (source.networks and asset.network not in source.networks):
        return False
    if not asset.contract and source.reference == NATIVE:
        return False
    return bool(asset.contract) == ("{contract}" in source.url)


def _of_service(source: PriceSource, asset: Wanted) -> list[Observed]:
    """One exchange with a service. Raises WrongAnswer, and what httpx raises."""
    names = {
        "{network}": asset.network,
        "{contract}": asset.contract,
        "{platform}": source.networks.get(asset.network, asset.network),
    }
    body = _fetched(source, _filled(source.url, names, lambda text: quote(text, safe="")))
    price, at, depth = (_way(path, names) for path in (source.price, source.at, source.depth))
    return [_observed(source.name, asset, source.reference, told(body, price, at, depth), body)]


def _way(path: str, names: Mapping[str, str]) -> list[str]:
    """A path name by name. It is taken apart first: an asset's own name may hold dots."""
    return [_filled(part, names, str) for part in path.split(".")] if path else []


def _filled(text: str, names: Mapping[str, str], written: Callable[[str], str]) -> str:
    for name, value in names.items():
        text = text.replace(name, written(value))
    return text


def _fetched(source: PriceSource, url: str) -> bytes:
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    if source.header and source.token:
        headers[source.header] = source.token
    with (
        deadline_of_thread(time.monotonic() + SECONDS),
        client().stream("GET", url, headers=headers, timeout=SECONDS) as answer,
    ):
        body = bytearray()
        for piece in answer.iter_raw():
            body += piece
            if len(body) > LARGEST_ANSWER:
                raise WrongAnswer("answer_too_large")
        if answer.status_code != OK:
            raise WrongAnswer(f"status_{answer.status_code}")
        return bytes(body)


def _observed(name: str, asset: Wanted, reference: str, said: Told, body: bytes) -> Observed:
    of = networks()[asset.network].native.decimals if reference == NATIVE else USD_DECIMALS
    ratio = None if asset.decimals is None else decimal_ratio(said.price, asset.decimals, of)
    if ratio is None:
        raise WrongAnswer("price_is_no_number")
    depth = in_micro_dollars(said.depth) if said.depth else None
    at = said.at or datetime.now(UTC)
    return _row(name, asset, reference, ratio, at, depth, hashlib.sha256(body).hexdigest())


def _row(
    name: str, asset: Wanted, reference: str, ratio: Ratio, at: datetime, depth: int | None, raw: str | None
) -> Observed:
    return Observed(new_id(), asset.network, asset.contract, reference, name, ratio, at, depth, raw)


def _of_feed(source: PriceSource, asset: Wanted, on: str, address: str, nodes: Nodes) -> list[Observed]:
    """What a feed on a chain tells, as far as its nodes agree. Raises ChainError, WrongAnswer."""
    network = networks().get(on)
    if network is None or network.family != "evm" or asset.decimals is None:
        raise WrongAnswer("feed_is_not_readable")
    round_ = latest_round(network, nodes(on), address)
    value = Fraction(round_.answer * 10**USD_DECIMALS, 10 ** (round_.decimals + asset.decimals))
    at = datetime.fromtimestamp(round_.updated_at, UTC)
    return [_row(source.name, asset, USD, fitted(value), at, None, None)]


def _of_file(source: PriceSource, wanted: Mapping[tuple[str, str], Wanted]) -> list[Observed]:
    """Prices of a file that are of wanted assets; where a row has no time, it is as old as the file. Raises WrongAnswer."""
    assert source.path is not None
    with source.path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    changed = datetime.fromtimestamp(source.path.stat().st_mtime, UTC)
    found: list[Observed] = []
    for line in lines_of(data, is_json=source.path.suffix == ".json"):
        known = networks().get(line.network)
        written = None if known is None else check_asset(known, line.contract) if line.contract else ""
        asset = wanted.get((line.network, written)) if written is not None else None
        if asset is None or (not asset.contract and line.reference == NATIVE):
            continue
        said = line.told if line.told.at else Told(line.told.price, changed, line.told.depth)
        name = f"{source.name}:{line.source}" if line.source else source.name
        found.append(_observed(name, asset, line.reference, said, data))
    return found
