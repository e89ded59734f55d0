"""What the desk reads instead of base units, ratios and raw questions; and that it is offered no step without a meaning."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recovery.web._assets import price_of_one, units
from recovery.web._evidence_words import asked
from tests.recovery.web.conftest import transfer


@pytest.mark.parametrize(
    ("ratio", "reference", "name", "words"),
    [
        ((1, 2000), "native", ("MDW", 18), "1 MDW = 0.0005 ETH"),
        ((400_000_000, 1), "native", ("SUSD", 6), "1 SUSD = 0.0004 ETH"),
        ((1, 1), "USD", ("SUSD", 6), "1 SUSD = 1 USD"),
        ((3, 10**12), "USD", ("ETH", 18), "1 ETH = 3 USD"),
        ((2, 3), "native", ("X", 18), "1 X = 0.666666666667 ETH"),
        ((10**40, 1), "USD", ("BIG", 0), "1 BIG = " + "10" + ",000" * 11 + " USD"),
        ((1, 2000), "native", ("MDW", None), "1 / 2000"),
    ],
)
def test_a_price_is_of_one_whole_unit(
    app: Flask, ratio: tuple[int, int], reference: str, name: tuple[str, int | None], words: str
) -> None:
    with app.test_request_context():
        assert price_of_one(*ratio, reference, "local", name).striptags() == words


def test_an_amount_whose_decimals_nobody_knows_says_so(app: Flask) -> None:
    with app.test_request_context():
        assert units(1500, "a", {"a": ("X", 3)}).striptags() == "1.5 X"
        assert units(1500, "a", {"a": ("X", None)}).striptags() == "1,500 base units of X"
        assert units(1500, "b", {}).striptags() == "1,500 base units"


def test_a_question_to_a_node_is_named_by_its_methods() -> None:
    batch = '[{"jsonrpc":"2.0","id":1,"method":"eth_chainId"},{"id":2, "method": "eth_call"},{"method":"eth_call"}]'
    assert asked(batch).striptags() == "eth_chainId, eth_call"
    assert asked("GET /tx/<b>").striptags().startswith("GET /tx/")
    assert "<b>" not in asked("GET /tx/<b>")


def test_the_review_screen_offers_what_means_something_here(
    client_of: Callable[[str], FlaskClient], look_at: Callable[..., str]
) -> None:
    page = client_of("specialist").get(f"/cases/{look_at(transfer())}").text
    buttons = re.findall(r"<button[^>]*>([^<]+)</button>", page.split('id="moves"')[1])
    assert "Take this case" in buttons
    assert "Answer the depositor" not in buttons  # no quote was contested
    assert "Take out of the batch" not in buttons  # it is in none
    books = page.split('aria-labelledby="books"')[1] if 'aria-labelledby="books"' in page else ""
    assert "suspense:" not in books
    assert "custody:" not in unescape(books)
