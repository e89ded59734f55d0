"""Sources of prices as they really are: services that are down, drip, lie or redirect; feeds on chains; files."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from chains.asset import check_asset
from chains.catalogue import network
from chains.errors import NodeMistaken
from chains.evm.feeds import NoRound, latest_round
from chains.transport import Call, Outcome
from chains.types import Node
from config.prices import Feed, PriceSource, WrongSources, read_sources
from recovery.domain.fees import Ratio
from recovery.queries.prices import Wanted
from recovery.services import price_sources
from recovery.services.price_sources import ask_all
from tests.recovery.services.test_kyt import Reply, cut, drip, hang, send

ETHEREUM = network("ethereum")
USDX = check_asset(ETHEREUM, "0x" + "ab" * 20) or ""
ASSET = Wanted("ethereum", USDX, "USDX", 6)
FEED = "0x" + "cd" * 20


@contextmanager
def service(reply: Reply, **more: Any) -> Iterator[tuple[PriceSource, list[tuple[str, dict[str, str]]]]]:
    """A source on a loopback port, and what it was asked."""
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            try:
                reply(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    said = {"url": f"http://127.0.0.1:{server.server_port}/{{platform}}/{{contract}}", "price": "{contract}.usd"}
    try:
        yield PriceSource("market", "http", **(said | more)), asked
    finally:
        server.shutdown()
        server.server_close()


def nobody(_: str) -> tuple[Node, ...]:
    return ()


def test_a_service_by_contract() -> None:
    body = json.dumps({USDX.lower(): {"usd": 1.25, "at": 1767268800, "vol": 1000}}).encode()
    more = {"at": "{contract}.at", "depth": "{contract}.vol", "header": "X-Key", "token": "s3cret"}
    with service(send(body), networks={"ethereum": "eth main"}, **more) as (source, asked):
        looked = ask_all([source], [ASSET, Wanted("bitcoin", "", "BTC", 8)], nobody)
    (one,) = looked.observed
    assert one.ratio == Ratio(5, 4)  # a millionth of a dollar a millionth of the token
    assert (one.observed_at, one.depth, one.source) == (datetime(2026, 1, 1, 12, tzinfo=UTC), 10**9, "market")
    assert one.raw is not None
    ((path, headers),) = asked
    assert (path, headers["X-Key"]) == (f"/eth%20main/{USDX}", "s3cret")
    assert looked.troubles == []


def test_coins_are_asked_about_where_the_url_has_no_contract() -> None:
    with service(send(b'{"p": "2500"}'), price="p") as (source, asked):
        coins = replace(source, url=source.url.partition("{")[0] + "{network}")
        looked = ask_all([coins], [ASSET], nobody)
    assert [path for path, _ in asked] == ["/ethereum"]
    assert [(one.contract, one.ratio) for one in looked.observed] == [("", Ratio(1, 4 * 10**8))]


def far(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "http://127.0.0.1:1/")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


@pytest.mark.parametrize(
    "reply",
    [
        send(b"{}"),
        send(b'{"' + USDX.lower().encode() + b'": {"usd": -1}}'),
        send(b'{"' + USDX.lower().encode() + b'": {"usd": 0}}'),
        send(b'{"' + USDX.lower().encode() + b'": {"usd": 1}}', 500),
        send(b"<html>"),
        send(b"x" * 600_000),
        send(b"\x1f\x8b\x08\x00", Content_Encoding="gzip"),
        far,
        cut,
        drip,
        hang,
    ],
    ids=["empty", "negative", "nought", "500", "html", "huge", "zipped", "redirect", "cut", "drips", "hangs"],
)
def test_what_is_no_price_is_none(reply: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(price_sources, "SECONDS", 0.5)
    began = time.monotonic()
    with service(reply) as (source, _):
        looked = ask_all([source], [ASSET], nobody)
        took = time.monotonic() - began
    assert looked.observed == []
    assert [(name, asset) for name, asset, _ in looked.troubles] == [("market", f"ethereum/{USDX}")]
    assert took < 2.5


def test_one_that_is_down_costs_the_others_nothing() -> None:
    down = PriceSource("down", "http", url="http://127.0.0.1:1/{contract}", price="p")
    with service(send(json.dumps({USDX: {"usd": "1"}}).encode())) as (source, _):
        looked = ask_all([down, source], [ASSET], nobody)
    assert [one.source for one in looked.observed] == ["market"]
    assert [name for name, *_ in looked.troubles] == ["down"]


def test_an_asset_without_decimals_is_not_asked_about() -> None:
    with service(send(b"{}")) as (source, asked):
        ask_all([source], [Wanted("ethereum", USDX, None, None)], nobody)
    assert asked == []


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(
        "network,contract,reference,price,observed_at,source\n"
        f"ethereum,{USDX.lower()},USD,1.25,2026-01-01T12:00:00Z,desk\n"
        f"ethereum,{USDX},native,0.0005,,other\n"
        "ethereum,,USD,2500,,\n"
        "ethereum,,native,1,,\n"
        f"ethereum,0x{'ef' * 20},USD,7,,\n"
        "nowhere,,USD,7,,\n"
    )
    looked = ask_all([PriceSource("file", "file", path=path)], [ASSET], nobody)
    assert looked.troubles == []
    assert [(one.source, one.contract, one.reference, one.ratio) for one in looked.observed] == [
        ("file:desk", USDX, "USD", Ratio(5, 4)),
        ("file:other", USDX, "native", Ratio(5 * 10**8, 1)),
        ("file", "", "USD", Ratio(1, 4 * 10**8)),
    ]
    assert looked.observed[1].observed_at == datetime.fromtimestamp(path.stat().st_mtime, UTC)
    path.write_text("nonsense")
    assert [why for *_, why in ask_all([PriceSource("file", "file", path=path)], [ASSET], nobody).troubles] == [
        "columns_are_missing"
    ]
    missing = PriceSource("file", "file", path=tmp_path / "none.csv")
    assert [why for *_, why in ask_all([missing], [ASSET], nobody).troubles] == ["FileNotFoundError"]


class Chain:
    """A node that answers the two calls of a feed with what it is given."""

    node = Node("n", "http://127.0.0.1:1")

    def __init__(self, round_: object, decimals: object, chain_id: str = "0x1") -> None:
        self.said = {"0xfeaf968c": round_, "0x313ce567": decimals}
        self.chain_id = chain_id

    def rpc(self, calls: list[Call], **_: Any) -> list[Outcome]:
        return [Outcome(self.chain_id if call.method == "eth_chainId" else self.said[_data(call)]) for call in calls]

    def now(self) -> datetime:
        return datetime.now(UTC)


def _data(call: Call) -> str:
    assert isinstance(call.params, list)
    return str(call.params[0]["data"])


def words(*values: int) -> str:
    return "0x" + "".join(f"{value % 2**256:064x}" for value in values)


FINE = words(7, 250_000_000_000, 1, 1767268800, 7)


def test_a_feed_on_a_chain() -> None:
    round_ = latest_round(ETHEREUM, [Chain(FINE, words(8))], FEED)  # type: ignore[list-item]
    assert (round_.answer, round_.decimals, round_.updated_at) == (250_000_000_000, 8, 1767268800)


@pytest.mark.parametrize(
    ("round_", "decimals"),
    [
        (words(7, 0, 1, 1767268800, 7), words(8)),
        (words(7, -5, 1, 1767268800, 7), words(8)),
        (words(7, 5, 1, 0, 7), words(8)),
        (words(7, 5, 1, 1767268800, 6), words(8)),
        (words(7, 5, 1, 1767268800), words(8)),
        (FINE, words(300)),
        (FINE, "0x"),
        ("0x", words(8)),
        (None, words(8)),
        ({}, words(8)),
    ],
)
def test_a_round_that_is_none(round_: object, decimals: object) -> None:
    with pytest.raises(NoRound):
        latest_round(ETHEREUM, [Chain(round_, decimals)], FEED)  # type: ignore[list-item]


def test_a_feed_as_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = Chain(FINE, words(8))
    monkeypatch.setattr(
        price_sources, "latest_round", lambda network, nodes, address: latest_round(network, nodes, FEED)
    )
    source = PriceSource("chain", "feed", feeds=(Feed("ethereum", "", "ethereum", FEED),))
    looked = ask_all([source], [ASSET], lambda _: [chain])  # type: ignore[list-item, return-value]
    assert [(one.contract, one.ratio, one.source) for one in looked.observed] == [("", Ratio(1, 4 * 10**8), "chain")]
    assert ask_all([source], [ASSET], nobody).observed == []  # no node, no question


def test_a_feed_on_another_chain_is_not_believed() -> None:
    with pytest.raises(NodeMistaken):
        latest_round(ETHEREUM, [Chain(FINE, words(8), "0x2")], FEED)  # type: ignore[list-item]


SOURCES = """
[[source]]
name = "index"
kind = "http"
url = "https://index.example/{network}/{contract}"
price = "data.price"
header = "X-Key"
token_env = "INDEX_KEY"
[[source]]
name = "chain"
kind = "feed"
feeds = [{network = "ethereum", address = "0xcd"}]
[[source]]
name = "file"
kind = "file"
path = "prices.csv"
"""


def test_sources_as_the_operator_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(SOURCES)
    index, chain, file = read_sources(path, {"INDEX_KEY": "k"})
    assert (index.token, index.reference, chain.feeds[0].on, file.path) == (
        "k",
        "USD",
        "ethereum",
        tmp_path / "prices.csv",
    )
    assert "token" not in repr(index)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "source = 1",
        "[[source]]",
        "[[source",
        SOURCES + '[[source]]\nname = "file"\nkind = "file"\npath = "x"',
        '[[source]]\nname = "A b"\nkind = "file"\npath = "x"',
        '[[source]]\nname = "a"\nkind = "file"',
        '[[source]]\nname = "a"\nkind = "http"\nurl = "ftp://x"\nprice = "p"',
        '[[source]]\nname = "a"\nkind = "http"\nurl = "http://x"',
        '[[source]]\nname = "a"\nkind = "http"\nurl = "http://x/{platform}"\nprice = "p"',
        '[[source]]\nname = "a"\nkind = "http"\nurl = "http://x"\nprice = "p"\nreference = "EUR"',
        '[[source]]\nname = "a"\nkind = "http"\nurl = "http://x"\nprice = "p"\nmore = "x"',
        '[[source]]\nname = "a"\nkind = "feed"\nfeeds = []',
        '[[source]]\nname = "a"\nkind = "feed"\nfeeds = [{network = "ethereum"}]',
    ],
)
def test_sources_that_are_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(WrongSources):
        read_sources(path)
    with pytest.raises(WrongSources):
        read_sources(tmp_path / "missing.toml")


def test_every_asset_has_its_turn_however_slow_the_sources_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """More questions than one look has time for: the next one goes on where it ended, all sources of an asset together."""
    assets = [Wanted("ethereum", f"0x{number:040x}", None, 6) for number in range(20)]
    sources = [PriceSource(name, "http", url="http://x/{contract}", price="a") for name in ("one", "two")]
    asked, now = list[tuple[str, str]](), [0.0]

    def of_service(source: PriceSource, asset: Wanted) -> list[Any]:
        asked.append((source.name, asset.contract))
        now[0] += 7.0
        return []

    monkeypatch.setattr(price_sources, "_of_service", of_service)
    monkeypatch.setattr(price_sources.time, "monotonic", lambda: now[0])
    first, looks = 0, 0
    while len(set(asked)) < 40:
        first = ask_all(sources, assets, nobody, first).next
        looks += 1
        assert looks <= 7
    assert {contract for _, contract in asked[:8]} == {one.contract for one in assets[:4]}


def test_a_source_that_is_down_does_not_take_the_time_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    assets = [Wanted("ethereum", f"0x{number:040x}", None, 6) for number in range(20)]
    sources = [PriceSource(name, "http", url="http://x/{contract}", price="a") for name in ("down", "up")]
    asked, now = list[str](), [0.0]

    def of_service(source: PriceSource, asset: Wanted) -> list[Any]:
        asked.append(source.name)
        if source.name == "down":
            now[0] += 8.0
            raise httpx.ReadTimeout("slow")
        return []

    monkeypatch.setattr(price_sources, "_of_service", of_service)
    monkeypatch.setattr(price_sources.time, "monotonic", lambda: now[0])
    looked = ask_all(sources, assets, nobody)
    assert (asked.count("down"), asked.count("up")) == (1, 20)
    assert {(source, why) for source, _, why in looked.troubles} == {("down", "ReadTimeout")}
    assert len(looked.troubles) == 20
