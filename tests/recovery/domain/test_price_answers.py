"""Answers of price sources as a stranger may send them: an exact price, or a refusal, and never anything else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from recovery.domain.price_answers import Quoted, WrongAnswer, decimal_ratio, in_micro_dollars, lines_of, told

KNOWN = ("a", "price", "t")


def test_a_price_by_contract() -> None:
    body = b'{"0xabc1": {"usd": 0.000123, "last_updated_at": 1767268800, "usd_24h_vol": 12.5}}'
    found = told(body, ["0xABC1", "usd"], ["0xABC1", "last_updated_at"], ["0xABC1", "usd_24h_vol"])
    assert (found.price, found.at) == (Quoted("0.000123"), datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert found.depth is not None
    assert in_micro_dollars(found.depth) == 12_500_000
    assert decimal_ratio(found.price, 18, 6) is not None
    assert Fraction(*vars(decimal_ratio(found.price, 18, 6)).values()) == Fraction(123, 10**18)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"p": 1, "p": 2}',
        b'{"p": NaN}',
        b'{"p": Infinity}',
        b'{"p": true}',
        b'{"p": -1}',
        b'{"p": "1,5"}',
        b'{"p": "0x10"}',
        b'{"p": "1_000"}',
        b'{"p": " 1"}',
        '{"p": "١"}'.encode(),
        b'{"p": {"p": 1}}',
        b'{"p": 1e999999}',
        b'{"p": 1E-999999}',
        b'{"p": "1e100"}',
        b'{"p": "' + b"9" * 500 + b'"}',
        b"[" * 5000,
        b'{"p": "\xff"}',
        b" " * 300_000 + b'{"p": 1}',
        b"<html>busy</html>",
    ],
)
def test_hostile_answers(body: bytes) -> None:
    with pytest.raises(WrongAnswer):
        told(body, ["p"])


@pytest.mark.parametrize("price", ["0", "0.0", "0e5", ""])
def test_nothing_is_no_price(price: str) -> None:
    assert decimal_ratio(Quoted(price), 18, 6) is None


@pytest.mark.parametrize(
    "at", ['"yesterday"', "1", "-5", '"2026-01-01T00:00:00"', "true", "[]", "1e30", "99999999999999999"]
)
def test_a_time_that_is_none(at: str) -> None:
    with pytest.raises(WrongAnswer, match="time_is_none"):
        told(f'{{"p": 1, "t": {at}}}'.encode(), ["p"], ["t"])


def test_only_hexadecimal_names_forgive_their_capitals() -> None:
    with pytest.raises(WrongAnswer, match="answer_has_no_price"):
        told(b'{"abc": 1}', ["ABC"])
    with pytest.raises(WrongAnswer, match="answer_has_no_price"):
        told(b'{"0xab": 1, "0xAB": 2}', ["0xaB"])


@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KNOWN), inner),
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_answer_is_a_price_or_a_refusal(body: bytes) -> None:
    try:
        found = told(body, ["a", "price"], ["t"], ["a", "t"])
    except WrongAnswer:
        return
    ratio = decimal_ratio(found.price, 18, 6)
    assert ratio is None or (ratio.numerator > 0 and ratio.denominator > 0)


@given(st.integers(1, 10**20), st.integers(0, 30), st.integers(0, 77), st.integers(0, 30))
def test_no_digit_is_lost(digits: int, places: int, decimals: int, of: int) -> None:
    text = f"{digits}e-{places}"
    ratio = decimal_ratio(Quoted(text), decimals, of)
    value = Fraction(digits * 10**of, 10 ** (places + decimals))
    if max(value.numerator, value.denominator) < 2**256:
        assert ratio is not None
        assert Fraction(ratio.numerator, ratio.denominator) == value
    else:
        assert ratio is None or abs(Fraction(ratio.numerator, ratio.denominator) / value - 1) < Fraction(1, 10**18)


CSV = b"network,contract,reference,price,observed_at,source,depth\n"


def test_a_file_of_prices() -> None:
    rows = list(
        lines_of(CSV + b"local,0xAB,native,0.5,2026-01-01T00:00:00Z,desk one,\nlocal,,,2000,,,9\n", is_json=False)
    )
    assert [(row.contract, row.reference, row.source) for row in rows] == [
        ("0xAB", "native", "desk one"),
        ("", "USD", ""),
    ]
    assert rows[1].told.at is None
    assert rows[1].told.depth == Quoted("9")
    same = json.dumps([{"network": "local", "contract": "0xAB", "reference": "native", "price": "0.5"}]).encode()
    assert [row.told.price for row in lines_of(same, is_json=True)] == [Quoted("0.5")]


@pytest.mark.parametrize(
    ("data", "is_json"),
    [
        (b"network,price\nlocal,1\n", False),
        (CSV + b"local,,EUR,1,,,\n", False),
        (CSV + b"local,,USD,one,,,\n", False),
        (CSV + b"local,,USD,1,soon,,\n", False),
        (CSV + b"local,,USD,1\n", False),
        (CSV + b"local,,USD,1,,,,\n", False),
        (CSV + b"local,,USD,1,,<script>,\n", False),
        (b"\xff\xfe", False),
        (b"{}", True),
        (b"[1]", True),
        (b'[{"network": 1, "price": 1}]', True),
        (b'[{"network": "local"}]', True),
    ],
)
def test_files_that_are_refused(data: bytes, is_json: bool) -> None:
    with pytest.raises(WrongAnswer):
        list(lines_of(data, is_json=is_json))
