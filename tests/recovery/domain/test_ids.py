"""Case numbers: what a mistyped one costs, and row ids that grow."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, strategies as st

from recovery.domain.ids import _ALPHABET, _dressed, new_case_ref, new_id, parse_case_ref

bodies = st.text(alphabet=_ALPHABET, min_size=16, max_size=16)


@given(bodies)
def test_every_single_mistyped_character_is_noticed(body: str) -> None:
    plain = _dressed(body).removeprefix("RC-").replace("-", "")
    for place, letter in enumerate(plain):
        for wrong in _ALPHABET.replace(letter, ""):
            assert parse_case_ref(plain[:place] + wrong + plain[place + 1 :]) is None


@given(bodies)
def test_every_swap_of_neighbours_is_noticed(body: str) -> None:
    plain = _dressed(body).removeprefix("RC-").replace("-", "")
    for place in range(len(plain) - 1):
        left, right = plain[place], plain[place + 1]
        if left != right:
            assert parse_case_ref(plain[:place] + right + left + plain[place + 2 :]) is None


def test_the_ends_of_the_alphabet_differ() -> None:
    """A sum modulo 31 cannot tell the 1st from the 32nd letter."""
    assert parse_case_ref(_dressed("0" * 16).replace("RC-0", "RC-Z", 1)) is None


@given(bodies)
def test_a_number_survives_how_people_type_it(body: str) -> None:
    ref = _dressed(body)
    bare = ref.removeprefix("RC-")
    spellings = (ref.lower(), f"  {ref} ", ref.replace("-", " "), bare, bare.replace("-", ""))
    for typed in (*spellings, bare.replace("0", "o").replace("1", "l"), bare.replace("1", "I")):
        assert parse_case_ref(typed) == ref


@pytest.mark.parametrize(
    "text", ["", "RC", "RC-", "RC-0000", "U" * 17, "é" * 17, "\ud800" * 17, "0" * 10_000, "٣" * 17]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_case_ref(text) is None


def test_new_numbers_are_their_own_canonical_form_and_hold_no_lookalikes() -> None:
    refs = {new_case_ref() for _ in range(500)}
    assert len(refs) == 500
    assert all(parse_case_ref(ref) == ref for ref in refs)
    assert not set("".join(ref.removeprefix("RC-") for ref in refs)) & set("ILOU" + string.ascii_lowercase)


def test_row_ids_are_version_7_and_differ() -> None:
    ids = [new_id() for _ in range(500)]
    assert len(set(ids)) == 500
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert [one.int >> 80 for one in ids] == sorted(one.int >> 80 for one in ids)
