"""Answers of a screening tool, files of lists, the clock of the report: what is understood, and what is not."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from recovery.domain.screening import (
    LONGEST_ANSWER,
    Verdict,
    business_days_left,
    report_due,
    understood,
    worst,
)
from recovery.domain.screening_lists import Listed, WrongList, canonical_forms, read_list

EVM = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
BTC = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
FINE = {"verdict": "clear", "reasons": [], "id": "a-1"}


def said(**changes: Any) -> tuple[Verdict, tuple[str, ...]]:
    return understood(json.dumps(FINE | changes).encode())


def test_the_three_words_are_understood() -> None:
    assert said() == (Verdict.CLEAR, ())
    assert said(verdict="hold", reasons=["mixer"]) == (Verdict.HOLD, ("mixer",))
    assert said(verdict="sanctioned", more="is fine") == (Verdict.SANCTIONED, ())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"clear",
        b"\xff",
        b"[]",
        b'"clear"',
        b"[" * 100_000,
        json.dumps(FINE | {"verdict": "CLEAR"}).encode(),
        json.dumps(FINE | {"verdict": True}).encode(),
        json.dumps(FINE | {"verdict": "unknown"}).encode(),
        json.dumps(FINE | {"verdict": None}).encode(),
        json.dumps({"verdict": "clear"}).encode(),
        json.dumps(FINE | {"id": 7}).encode(),
        json.dumps(FINE | {"reasons": "none"}).encode(),
        json.dumps(FINE | {"reasons": ["x" * 201]}).encode(),
        json.dumps(FINE | {"reasons": ["line\nbreak"]}).encode(),
        json.dumps(FINE | {"reasons": ["x"] * 21}).encode(),
        b'{"verdict": "sanctioned", "verdict": "clear", "reasons": [], "id": "a"}',
        b'{"verdict": "clear", "reasons": [], "id": "a", "score": NaN}',
        json.dumps(FINE).encode() + b" " * LONGEST_ANSWER,
    ],
)
def test_anything_else_is_unknown(body: bytes) -> None:
    verdict, reasons = understood(body)
    assert verdict is Verdict.UNKNOWN
    assert reasons


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps).map(str.encode)
)
def test_nothing_by_chance_is_clear(body: bytes) -> None:
    assert understood(body)[0] is Verdict.UNKNOWN


def test_the_worst_counts_and_nothing_is_unknown() -> None:
    assert worst([Verdict.CLEAR, Verdict.UNKNOWN]) is Verdict.UNKNOWN
    assert worst([Verdict.UNKNOWN, Verdict.HOLD, Verdict.CLEAR]) is Verdict.HOLD
    assert worst([Verdict.SANCTIONED, Verdict.HOLD]) is Verdict.SANCTIONED
    assert worst([]) is Verdict.UNKNOWN


def test_each_form_of_a_list_is_read() -> None:
    assert read_list(f"# remark\n{BTC}\n\n{EVM} # why\n{BTC}\n".encode()) == [Listed(5, BTC), Listed(4, EVM)]
    assert read_list(json.dumps([BTC, {"address": EVM, "network": "ethereum", "reason": "x"}]).encode()) == [
        Listed(1, BTC),
        Listed(2, EVM, "ethereum", "x"),
    ]
    assert read_list(json.dumps({"addresses": [BTC]}).encode()) == [Listed(1, BTC)]
    assert read_list(f"\ufeffreason,Address,network\nbad,{EVM},ethereum\n".encode()) == [
        Listed(2, EVM, "ethereum", "bad")
    ]
    remarks = (
        f"DOB 1 Jan 1980; Digital Currency Address - XBT {BTC}; alt. Digital Currency Address - ETH {EVM}; Passport 1."
    )
    row = f'12345,"SOMEBODY, Some","individual","CYBER2","-0-","{remarks}"\n7,"OTHER","-0-","SDGT","-0-","-0-"\n'
    assert read_list(row.encode()) == [Listed(1, BTC, "", "SDN 12345", "XBT"), Listed(1, EVM, "", "SDN 12345", "ETH")]


@pytest.mark.parametrize(
    "data", [b"", b"# nothing\n", b"\xff\xfe", b"[1]", b"{}", b"[", b'[{"network": "x"}]', b"[" * 50_000]
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(WrongList):
        read_list(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_refused(data: bytes) -> None:
    with suppress(WrongList):
        assert read_list(data)


def test_an_address_is_taken_in_every_form_it_has() -> None:
    assert canonical_forms("", EVM.lower()) == canonical_forms("ethereum", EVM.lower()) == (
        EVM,
    ) or EVM in canonical_forms("", EVM.lower())
    assert BTC in canonical_forms("", BTC)
    assert canonical_forms("ethereum", BTC) == ()
    assert canonical_forms("", "nonsense") == ()


def test_ten_business_days() -> None:
    friday = datetime(2025, 6, 6, 23, tzinfo=UTC)
    assert report_due(friday) == date(2025, 6, 20)
    assert report_due(friday + timedelta(days=1)) == report_due(friday + timedelta(days=2)) == date(2025, 6, 20)
    assert business_days_left(date(2025, 6, 6), date(2025, 6, 20)) == 10
    assert business_days_left(date(2025, 6, 20), date(2025, 6, 20)) == 0
    assert business_days_left(date(2025, 6, 23), date(2025, 6, 20)) == -1


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year < 9999))
def test_the_days_left_agree_with_the_day_due(at: datetime) -> None:
    due = report_due(at)
    assert due.weekday() < 5
    assert business_days_left(at.date(), due) == 10
