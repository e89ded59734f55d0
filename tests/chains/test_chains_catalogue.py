"""Rows that do not hold together are refused; JSON of strangers is read strictly."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from chains import strict_json
from chains.catalogue import CatalogueError, as_json, network, networks, read_row
from chains.encoding import as_written, plain, quantity
from chains.errors import NodeMistaken, UnknownNetwork
from chains.families import FAMILIES
from chains.nodes import nodes_from_urls

ROW: dict[str, Any] = {
    "id": "eip155:5", "name": "N", "native": {"symbol": "N", "decimals": 18, "asset": "eip155:5/slip44:60"},
    "confirmations": 3, "finality": "depth", "recoverability": "direct", "sample_address": "x", "sample_tx": "y",
}  # fmt: skip


def test_a_sound_row() -> None:
    row = read_row("evm", "n", ROW)
    assert (row.slug, row.family, row.params["sample_tx"]) == ("n", "evm", "y")
    assert hash(row) == hash(read_row("evm", "n", ROW))


@pytest.mark.parametrize(
    "change",
    [
        {"id": "1"},
        {"finality": "soon"},
        {"recoverability": "maybe"},
        {"memo": "x"},
        {"confirmations": 0},
        {"confirmations": True},
        {"native": {"symbol": "N", "decimals": 18}},
        {"native": {"symbol": "N", "decimals": 99, "asset": "eip155:5/x"}},
        {"native": {"symbol": "N", "decimals": 18, "asset": "eip155:50/x"}},
        {"sample_tx": ""},
        {"explorers": "etherscan.io"},
        {"colour": "blue"},
        {"retired": "2024-12-03"},
        {"retired": datetime(2024, 12, 3, tzinfo=UTC)},
        {"claim_page": "https://example.org/claim"},
        {"retired": date(2024, 12, 3), "claim_page": "http://example.org/claim"},
    ],
)
def test_an_unsound_row_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(CatalogueError, match=r"^n:"):
        read_row("evm", "n", ROW | change)


def test_a_retired_network_says_since_when_and_where_it_is_claimed() -> None:
    row = read_row("evm", "n", ROW | {"retired": date(2024, 12, 3), "claim_page": "https://example.org/claim"})
    shown = as_json(row, 0)
    assert (shown["retired"], shown["claim_page"]) == ("2024-12-03", "https://example.org/claim")
    shown = as_json(read_row("evm", "n", ROW), 0)
    assert (shown["retired"], shown["claim_page"]) == (None, None)


def test_the_catalogue() -> None:
    assert {row.family for row in networks().values()} <= FAMILIES.keys()
    assert network("ethereum").id == "eip155:1"
    with pytest.raises(UnknownNetwork):
        network("nowhere")
    assert all(
        row.params["chain_id"] == int(row.id.split(":")[1]) for row in networks().values() if row.family == "evm"
    )


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b'{"a":1,"a":2}', b"NaN", b"[Infinity]", b"-Infinity", b"\xff", b"1 2", b"'a'", b"9" * 5000, b"[1,]"],
)
def test_what_is_not_strict_json(text: bytes) -> None:
    with pytest.raises(NodeMistaken):
        strict_json.parse(text)


def test_numbers_are_exact() -> None:
    assert strict_json.parse(b"[0.1, 1e2, 12345678901234567890123]") == [
        Decimal("0.1"),
        Decimal("1e2"),
        12345678901234567890123,
    ]
    assert all(not isinstance(n, float) for n in strict_json.parse(b"[0.1, 1e2, 5]"))


def test_brackets_in_strings_do_not_count() -> None:
    text = b'["' + b"[" * 1000 + b'\\"' + b"{" * 1000 + b'"]'
    assert strict_json.parse(text) == ["[" * 1000 + '"' + "{" * 1000]


@pytest.mark.parametrize(
    "text", [b"[" * 1_000_000, b'"' * 1_000_001, b'\\"' * 1_000_000, b'["' + b'\\"' * 1_000_000, b"[{" * 500_000]
)
def test_hostile_json_is_refused_quickly(text: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(NodeMistaken):
        strict_json.parse(text)
    assert time.perf_counter() - started < 1


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_ordinary_json_comes_through(value: Any) -> None:
    import json

    assert strict_json.parse(json.dumps(value).encode("utf-8", "surrogatepass"), depth=100) == value


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1022 ", "1022 "),
        ("\u200b1022", "\u200b1022"),
        ("10\x0022", "1022"),
        ("1022\ud800", "1022"),
        (" \u200b", None),
        ("", None),
    ],
)
def test_a_memo_is_kept_as_it_was_written(text: str, kept: str | None) -> None:
    assert as_written(text, 64) == kept
    assert as_written("x" * 100, 64) == "x" * 64


@given(st.text())
def test_plain_text_is_plain(text: str) -> None:
    import unicodedata

    shown = plain(text)
    assert len(shown) <= 64
    assert all(unicodedata.category(c)[0] != "C" for c in shown)
    assert plain(shown) == shown


@pytest.mark.parametrize(
    "value", [None, 5, "5", "0x", "-0x5", "0x-5", "0xg", "0x" + "f" * 65, True, ["0x1"], "0x1 ", "０x1"]
)
def test_what_is_no_quantity(value: object) -> None:
    with pytest.raises(NodeMistaken):
        quantity(value)


def test_node_urls() -> None:
    one, two, three = nodes_from_urls(
        ["https://user:word@a.example/key", "blockbook+https://a.example/x", "http://[::1]:8545"]
    )
    assert (one.label, one.interface, one.url) == ("a.example", None, "https://user:word@a.example/key")
    assert (two.label, two.interface, two.url) == ("a.example#2", "blockbook", "https://a.example/x")
    assert three.label == "[::1]:8545"
    with pytest.raises(ValueError, match=r"^node 1 "):
        nodes_from_urls(["ftp://s3cret@a"])
