"""Token lists as strangers publish them: what is taken, what is refused row by row, what a known asset keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from chains.catalogue import networks
from recovery.db import Database
from recovery.domain.actor import SYSTEM
from recovery.domain.registries import WrongCell
from recovery.domain.token_lists import token_cells, token_list, tokens_of
from recovery.errors import InvalidInput
from recovery.models import ListedAsset
from recovery.queries.registry import export_token_list
from recovery.services.registry import ImportResult, load_file
from recovery.services.registry_files import TokenListFile
from tests.recovery.services.test_registry import a_file, load

USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
TOKEN = {"chainId": 1, "address": USDC, "name": "USD Coin", "symbol": "USDC", "decimals": 6}
SLUGS = {row.id: row.slug for row in networks().values()}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def take(database: Database, *tokens: Any, state: str = "listed", **options: Any) -> ImportResult:
    document = {"name": "List", "timestamp": "2024-01-01T00:00:00Z", "version": {"major": 1}, "tokens": tokens}
    with database.unit_of_work() as session:
        return load_file(
            session, SYSTEM, "assets", TokenListFile(json.dumps(document).encode(), state=state), **options
        )


def asset(database: Database) -> ListedAsset:
    with database.reading() as session:
        return session.scalars(select(ListedAsset)).one()


def test_a_token_becomes_an_asset_and_what_has_no_place_is_left(database: Database) -> None:
    bridge = {"bridgeInfo": {"10": {"tokenAddress": "0x7F5c764cBc14f9669B88837ca1490cCa17c31607"}}}
    more = {"logoURI": "ipfs://x", "tags": ["stablecoin"], "extensions": bridge, "unheard_of": 1.5}
    result = take(database, TOKEN | more | {"address": USDC.lower()})
    assert (result.rows, result.added, result.refused) == (1, 1, [])
    row = asset(database)
    assert (row.network, row.contract, row.symbol, row.decimals, row.state) == ("ethereum", USDC, "USDC", 6, "listed")


@pytest.mark.parametrize(
    ("different", "why"),
    [
        ({"chainId": 2**40}, "chainId: unknown_network"),
        ({"chainId": "1"}, "chainId: not_a_chain"),
        ({"chainId": True}, "chainId: not_a_chain"),
        ({"chainId": 1.0}, "chainId: not_a_chain"),
        ({"chainId": None}, "chainId: not_a_chain"),
        ({"address": USDC.swapcase().replace("0X", "0x")}, "contract: bad_checksum"),
        ({"address": "0x12"}, "contract: no_such_asset"),
        ({"address": ""}, "address: required"),
        ({"address": None}, "address: required"),
        ({"address": 7}, "address: not_a_text"),
        ({"decimals": 256}, "decimals: not_decimals"),
        ({"decimals": -1}, "decimals: not_decimals"),
        ({"decimals": "6"}, "decimals: not_decimals"),
        ({"decimals": 6.5}, "decimals: not_decimals"),
        ({"symbol": ""}, "symbol: required"),
        ({"symbol": ["USDC"]}, "symbol: not_a_text"),
        ({"symbol": "US\u202eDC"}, "symbol: hidden_character"),
        ({"symbol": "US\u200bDC"}, "symbol: hidden_character"),
        ({"symbol": "US\nDC"}, "symbol: hidden_character"),
        ({"symbol": "U" * 41}, "symbol: too_long"),
    ],
)
def test_a_wrong_token_is_refused_with_its_reason(database: Database, different: Any, why: str) -> None:
    result = take(database, TOKEN | different, TOKEN, partial=True)
    assert result.refused == [{"row": 1, "why": why}] and result.added == 1


@pytest.mark.parametrize("token", [None, 1, "x", [], [TOKEN]])
def test_what_is_no_token_at_all(database: Database, token: Any) -> None:
    assert take(database, token).refused == [{"row": 1, "why": "not_a_token"}]


def test_the_same_token_twice_is_refused(database: Database) -> None:
    result = take(database, TOKEN, TOKEN | {"address": USDC.lower()})
    assert result.refused == [{"row": 2, "why": "same_key_as_row: 1"}]


def test_a_known_asset_keeps_what_a_list_does_not_know(database: Database) -> None:
    load(database, "assets", a_file("assets", f"ethereum,{USDC},OLD,18,listed,2024-01-01,1000,{USDC}"))
    result = take(database, TOKEN, state="suspended")
    assert (result.added, result.changed) == (0, 1)
    row = asset(database)
    assert (row.symbol, row.decimals, row.state, row.minimum, row.superseded_by) == ("USDC", 6, "suspended", 1000, USDC)
    assert row.deposits_from == datetime(2024, 1, 1, tzinfo=UTC)
    assert take(database, TOKEN, state="suspended").unchanged == 1


def test_what_was_superseded_stays_so(database: Database) -> None:
    load(database, "assets", a_file("assets", f"ethereum,{USDC},OLD,6,superseded,,,{USDC}"))
    take(database, TOKEN)
    assert (asset(database).symbol, asset(database).state) == ("USDC", "superseded")


def test_a_list_removes_nothing_and_is_for_assets_alone(database: Database) -> None:
    with pytest.raises(InvalidInput, match="replace_needs_csv"):
        take(database, TOKEN, replace=True)
    with pytest.raises(InvalidInput, match="only_assets"), database.unit_of_work() as session:
        load_file(session, SYSTEM, "labels", TokenListFile(b'{"tokens": []}'))
    with pytest.raises(InvalidInput, match="unknown_state"):
        TokenListFile(b'{"tokens": []}', "superseded")


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"tokens": [NaN]}', b'{"tokens": null}']
)
def test_what_is_no_list_is_refused_whole(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="not_a_token_list"):
        TokenListFile(content)


def test_a_written_list_says_what_the_schema_can_say_and_is_read_again(database: Database) -> None:
    rows = [
        "ethereum,,ETH,18,listed,,,",
        f"ethereum,{USDC},USDC,6,listed,,,",
        "ethereum,0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,A B,6,listed,,,",
        "ethereum,0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359,OFF,6,delisted,,,",
        "tron,TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t,USDT,6,listed,,,",
    ]
    load(database, "assets", a_file("assets", *rows))
    with database.reading() as session:
        written = export_token_list(session, SYSTEM)
    assert written["tokens"] == [TOKEN | {"name": "USDC"}]
    assert written["version"] == {"major": 1, "minor": 1, "patch": 0} and len(written["name"]) <= 20
    with database.unit_of_work() as session:
        file = TokenListFile(json.dumps(written).encode())
        assert load_file(session, SYSTEM, "assets", file).unchanged == 1


def test_more_than_a_list_may_hold_is_not_cut_off() -> None:
    row = {"network": "ethereum", "contract": USDC, "symbol": "X", "decimals": 1, "state": "listed"}
    with pytest.raises(WrongCell, match="too_many"):
        token_list([row] * 10_001, {"ethereum": "eip155:1"}, at=datetime(2024, 1, 1, tzinfo=UTC), edition=1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries(dict.fromkeys(TOKEN, JSON)) | JSON)
def test_anything_is_cells_or_a_reason(token: Any) -> None:
    try:
        cells = token_cells(token, SLUGS, "listed")
    except WrongCell:
        return
    assert all(isinstance(cell, str) for cell in cells.values())


@given(JSON)
def test_any_document_is_a_list_or_none(document: Any) -> None:
    try:
        assert isinstance(tokens_of(document), list)
    except WrongCell as wrong:
        assert wrong.code == "not_a_token_list"
