"""Canonical JSON and the history hash: the same value is the same bytes for ever, another value never."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, strategies as st

from recovery.domain.canonical import canonical, digest
from recovery.domain.history import GENESIS, event_body, event_hash

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_canonical_text_reads_back_and_is_stable(value: Any) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@given(st.dictionaries(st.text(max_size=5), st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert digest(dict(reversed(value.items()))) == digest(value)


def test_golden_digest() -> None:
    value = {"b": [1, "ü", None, True], "a": 2**256}
    assert canonical(value) == f'{{"a":{2**256},"b":[1,"ü",null,true]}}'
    assert digest(value) == hashlib.sha256(canonical(value).encode()).hexdigest()


@pytest.mark.parametrize("value", [1.0, {"a": 1.5}, [[1.0]], (0.1,), float("nan"), {"a": {"b": [float("inf")]}}])
def test_a_float_is_never_part_of_a_digest(value: Any) -> None:
    with pytest.raises(TypeError):
        digest(value)


@pytest.mark.parametrize("value", [{1: "a"}, {"1": "a", 1: "b"}, {1.5: 1}, {"a": {None: 1}}])
def test_a_key_is_text_since_two_keys_could_be_written_alike(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical(value)


CASE = uuid.UUID("01890000-0000-7000-8000-000000000001")
BODY: dict[str, Any] = {
    "case_ref": "RC-0000-0000-0000-0000-0",
    "seq": 2,
    "name": "start_check",
    "workflow": "uncredited_deposit",
    "source": "submitted",
    "target": "checking",
    "actor_id": uuid.UUID(int=0),
    "role": "system",
    "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "data": {"amount": "1"},
}


def test_golden_body_and_hash() -> None:
    body = event_body(**BODY)
    assert body == (
        '{"actor":"00000000-0000-0000-0000-000000000000","at":"2026-01-02T03:04:05.000000+00:00",'
        '"case":"RC-0000-0000-0000-0000-0","data":{"amount":"1"},"from":"submitted","name":"start_check",'
        '"role":"system","seq":2,"to":"checking","version":1,"workflow":"uncredited_deposit"}'
    )
    plain = b"\x02" + CASE.bytes + (2).to_bytes(8, "big") + bytes(32) + hashlib.sha256(body.encode()).digest()
    assert event_hash(CASE, 2, GENESIS, body) == hashlib.sha256(plain).hexdigest()


def test_a_moment_is_the_same_in_every_zone() -> None:
    elsewhere = BODY["at"].astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert event_body(**{**BODY, "at": elsewhere}) == event_body(**BODY)


@pytest.mark.parametrize(
    "change",
    [
        {"case_ref": "RC-1"}, {"seq": 3}, {"name": "x"}, {"workflow": "x"}, {"source": None}, {"target": "x"},
        {"actor_id": uuid.UUID(int=1)}, {"role": "lead"}, {"at": datetime(2026, 1, 2, tzinfo=UTC)}, {"data": {}},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_every_part_of_an_event_is_in_its_hash(change: dict[str, Any]) -> None:
    assert event_body(**{**BODY, **change}) != event_body(**BODY)


def test_the_hash_depends_on_case_number_and_predecessor() -> None:
    body = event_body(**BODY)
    hashes = {
        event_hash(CASE, 2, GENESIS, body),
        event_hash(CASE, 3, GENESIS, body),
        event_hash(uuid.UUID(int=CASE.int + 1), 2, GENESIS, body),
        event_hash(CASE, 2, "11" * 32, body),
        event_hash(CASE, 2, GENESIS, body + " "),
    }
    assert len(hashes) == 5
