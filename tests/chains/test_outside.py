"""URLs that are not the operator's word, and the nodes that are: what is reached, what is refused, what is never shown."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any

import pytest

from chains.catalogue import networks
from chains.errors import NodeUnavailable
from chains.nodes import USUAL_RATE, node_table, nodes_from_urls
from chains.outside import NotOutside, check_url, is_public
from chains.transport import Session
from chains.types import Node
from tests.chains.faulty_node import faulty_node
from tests.chains.replay import replayed
from tests.chains.scene import Asked, Told

GOOD = (
    "https://ethereum.example.com/", "https://a.b.c.example.org/v1?key=1", "https://example.com:8443/x",
    "https://93.184.216.34/", "https://[2606:2800:220:1:248:1893:25c8:1946]/", "https://xn--bcher-kva.example.com/",
    "https://example.com./",
)  # fmt: skip

BAD = (
    "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/", "example.com",
    "javascript:alert(1)", "data:text/plain,x", "", "https://", "https:///x", "https://user@example.com/",
    "https://user:pw@example.com/", "https://example.com@127.0.0.1/", "https://127.0.0.1/", "https://127.1/",
    "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://017700000001/",
    "https://localhost/", "https://localhost./", "https://sub.localhost/", "https://metadata.google.internal/",
    "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", "https://172.16.5.4/", "https://192.168.1.1/",
    "https://100.64.0.1/", "https://198.18.0.1/", "https://0.0.0.0/", "https://0/", "https://255.255.255.255/",
    "https://224.0.0.1/", "https://240.0.0.1/", "https://192.0.2.1/", "https://[::1]/", "https://[::]/",
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::ffff:93.184.216.34]/", "https://[::127.0.0.1]/",
    "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fc00::1]/", "https://[fd12:3456::1]/", "https://[fec0::1]/",
    "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[2001:0:4136:e378::]/", "https://[ff02::1]/",
    "https://[2001:db8::1]/", "https://router/", "https://printer.lan/", "https://db.corp/", "https://x.test/",
    "https://hidden.onion/", "https://example.com:22/", "https://example.com:6379/", "https://example.com:0/",
    "https://example.com:99999/", "https://exam ple.com/", "https://example.com/\r\nHost: x", "https://example.com\\@127.0.0.1/",
    "https://example.com/#x", "https://ex\u0430mple.com/", "https://\uff11\uff12\uff17.0.0.1/", "https://..com/", "https://[::1/",
    "https://example.com/" + "a" * 2000,
)  # fmt: skip


@pytest.mark.parametrize("url", GOOD)
def test_public_hosts_over_https_may_be_asked(url: str) -> None:
    assert check_url(url) == url


@pytest.mark.parametrize("url", BAD)
def test_nothing_else_may(url: str) -> None:
    assert len(BAD) >= 60
    with pytest.raises(NotOutside):
        check_url(url)


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"], ["::ffff:10.0.0.1"], []])
def test_a_name_that_leads_inside_is_not_followed(monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> None:
    def resolve(host: str, port: int, **how: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answers]

    monkeypatch.setattr("chains.http_client.socket.getaddrinfo", resolve)
    with pytest.raises(NodeUnavailable):
        Session(Node("guarded", "https://rebinding.example.com/", guarded=True)).get("/")


def test_a_guarded_node_on_this_machine_is_not_reached_and_an_operators_is() -> None:
    with faulty_node() as node:
        with pytest.raises(NodeUnavailable):
            Session(Node("guarded", node.url, guarded=True)).post("", {})
        assert node.rounds == 0


def test_addresses_of_everybody_and_of_nobody_else() -> None:
    assert is_public("8.8.8.8")
    assert is_public("2606:4700:4700::1111")
    assert not is_public("not an address")


def test_options_behind_the_hash_are_for_us_and_not_part_of_the_url() -> None:
    (node,) = nodes_from_urls(["blockfrost+https://cardano.example/api/v0#project_id=secret&rate=7"])
    assert (node.label, node.url, node.interface) == ("cardano.example", "https://cardano.example/api/v0", "blockfrost")
    assert node.headers == (("project_id", "secret"),)
    assert node.rate == 7
    assert "secret" not in repr(node)


@pytest.mark.parametrize(
    ("url", "rate"),
    [
        ("https://far.example/", USUAL_RATE),
        ("http://127.0.0.1:8545", None),
        ("https://far.example/#rate=0", None),
    ],
)
def test_nodes_elsewhere_have_a_usual_budget(url: str, rate: int | None) -> None:
    assert nodes_from_urls([url])[0].rate == rate


@pytest.mark.parametrize(
    "url", ["https://x.example/#rate=fast", "https://x.example/#a%20b=c", "https://x.example/#k=%0d%0a"]
)
def test_options_that_are_none_are_refused_by_place(url: str) -> None:
    with pytest.raises(ValueError, match=r"^node 1 has an option"):
        nodes_from_urls([url])


def test_a_node_written_twice_is_one_and_cannot_agree_with_itself() -> None:
    spellings = [
        "https://a.example/v1",
        "https://a.example/v1/",
        "https://A.example:443/v1",
        " https://a.example/v1#rate=3",
    ]
    assert [node.label for node in nodes_from_urls(spellings)] == ["a.example"]
    others = ["https://a.example/v2", "https://a.example/v1?key=2", "https://a.example/v1#key=2", "http://a.example/v1"]
    assert len(nodes_from_urls(spellings + others)) == 5


def test_a_key_in_a_header_reaches_the_node_and_no_record() -> None:
    seen: list[str | None] = []

    def look(handler: Any, asked: Any, told: Any) -> None:
        seen.append(handler.headers.get("project_id"))
        raise OSError

    with replayed(lambda asked: Told({}), fault=look) as node:
        session = Session(nodes_from_urls([f"{node.url}#project_id=s3cret"])[0])
        with pytest.raises(NodeUnavailable) as trouble:
            session.get("/")
    assert seen[0] == "s3cret"
    assert "s3cret" not in str(trouble.value)


def test_public_nodes_stand_in_only_when_asked_for_and_only_where_there_is_none() -> None:
    urls = {"ethereum": ("http://127.0.0.1:8545",), "nobody-knows": ("http://127.0.0.1:1",)}
    assert list(node_table(urls, public=False)) == ["ethereum"]
    found = node_table(urls, public=True)
    assert [node.url for node in found.pop("ethereum")] == ["http://127.0.0.1:8545"]
    assert set(found) == {row.slug for row in networks().values() if row.public_nodes} - {"ethereum"}
    assert all(node.guarded and node.rate and check_url(node.url) for nodes in found.values() for node in nodes)


def test_a_bad_url_is_named_by_place_not_by_words() -> None:
    with pytest.raises(ValueError, match=r"^ethereum: node 2 is not an http or https URL$"):
        node_table({"ethereum": ("http://127.0.0.1:1", "redis://secret@x")}, public=False)


@pytest.mark.parametrize(
    ("below", "path", "reached"),
    [
        ("", "/api/v1/blocks/0", "/api/v1/blocks/0"),
        ("/api/v1", "/api/v1/blocks/0", "/api/v1/blocks/0"),
        ("/api/v1/?key=1", "/api/v1/blocks?limit=1", "/api/v1/blocks?key=1&limit=1"),
        ("/indexer/v2", "/v2/transactions/T", "/indexer/v2/transactions/T"),
        ("/api/v2", "/api/v2", "/api/v2"),
        ("/v2", "/v1/head", "/v2/v1/head"),
        ("/xv1", "/v1/head", "/xv1/v1/head"),
        ("/v1", "/v10/head", "/v1/v10/head"),
    ],
)
def test_a_version_that_stands_in_the_url_already_is_not_said_twice(below: str, path: str, reached: str) -> None:
    asked: list[str] = []

    def answer(one: Asked) -> Told:
        asked.append(one.path)
        return Told({})

    with replayed(answer) as node:
        Session(replace(node, url=f"{node.url}{below}")).get(path)
    assert asked == [reached]


def test_a_node_written_with_and_without_its_interface_is_one() -> None:
    urls = {"bitcoin": ("http://10.0.0.1:8332", "bitcoind+http://10.0.0.1:8332/", "esplora+http://10.0.0.1:8332")}
    assert [node.interface for node in node_table(urls, public=False)["bitcoin"]] == [None, "esplora"]
