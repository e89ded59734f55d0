"""Typed memos: each way people write one, what must stay ambiguous, and what must never be taken for a number."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given, strategies as st

from recovery.domain.memos import MOST_CANDIDATES, candidates, canonical_digits, digit_keys, owners_of_memo

BOOK = ("1022", "1022568865", "000777", "wolf-7", "Ab3xQ", "88", "1227")
NUMBERS = st.integers(10_000, 2**63).map(str)


@pytest.mark.parametrize(
    ("typed", "meant", "step"),
    [
        (" 1022 ", "1022", "spaces"),
        ("1022568865bi", "1022568865", "digits"),
        ("UID 1022568865", "1022568865", "words"),
        ("memo: 1022", "1022", "words"),
        ("10\u200b22", "1022", "invisible"),
        ("\u202e1022\u202c", "1022", "invisible"),
        ("10\u316422", "1022", "invisible"),
        ("\ufeff1022", "1022", "invisible"),
        ("１０２２", "1022", "compatibility"),
        ("١٠٢٢", "1022", "digits_of_a_script"),
        ("१०२२", "1022", "digits_of_a_script"),
        ("一〇二二", "1022", "digits_of_a_script"),
        ("“1022”", "1022", "quotes"),
        ("'1022'", "1022", "quotes"),
        ('{"memo":"1022"}', "1022", "json"),
        ('{"tag":1022}', "1022", "json"),
        ('{"to":{"tag":[1022]}}', "1022", "json"),
        ("anna.77@mail.example 1022", "1022", "words"),
        ("1022@mail.example", "1022", "email"),
        ("me+1022@mail.example", "1022", "email"),
        ("user1022568865@mail.example", "1022568865", "email"),
        ("0001022", "1022", "leading_zeros"),
        ("777", "000777", "leading_zeros"),
        ("UID:00777", "000777", "leading_zeros"),
        ("0x31303232", "1022", "hex"),
        ("31303232353638383635", "1022568865", "hex"),
        ("0" * 61 + "3fe", "1022", "hex"),
        ("31303232" + "0" * 56, "1022", "hex"),
        ("MTAyMg==", "1022", "base64"),
        ("MTAyMg", "1022", "base64"),
        (base64.b64encode(b'{"memo": "1022"}').decode(), "1022", "json"),
        ("memo%3A%201022", "1022", "percent"),
        ("1 022 568 865", "1022568865", "joined"),
        ("1,022,568,865", "1022568865", "joined"),
        ("WOLF-7", "wolf-7", "case"),
        ("1o22x7", "1227", "digits_only"),
    ],
)
def test_what_people_type(typed: str, meant: str, step: str) -> None:
    found = owners_of_memo(typed, BOOK)
    assert (found.exact, found.normalised, found.ambiguous) == (None, meant, False)
    assert step in found.how


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "hello",
        "12 of 27",  # no number that somebody wrote
        "10221",
        "0xdeadbeef",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b88cd15d6c15b0f00a088",  # a hash with an 88 in it
        "550e8400-e29b-88d4-a716-446655440000",
        "anna88@mail.example",
        "bc1q88mjlk2l8d88cq0fk7n6t88qyeqhu8adw5tx",
        " ".join(str(n) for n in range(1, 200)),
        "{" * 900,
        "[" * 1024,
    ],
)
def test_what_is_nobodys(typed: str) -> None:
    assert owners_of_memo(typed, BOOK).normalised is None


def test_two_numbers_are_ambiguous_only_when_both_are_known() -> None:
    assert owners_of_memo("order 55 of UID 1022", BOOK).normalised == "1022"
    both = owners_of_memo("88 or 1022", BOOK)
    assert both.ambiguous and both.normalised is None and both.possible == ("1022", "88")


def test_leading_zeros_of_two_owners_are_ambiguous() -> None:
    assert owners_of_memo("01022", ("1022", "001022")).ambiguous
    assert owners_of_memo("1022", ("1022", "001022")).exact == "1022"


def test_an_exact_memo_needs_no_reading() -> None:
    assert owners_of_memo("wolf-7", BOOK).exact == "wolf-7"
    assert owners_of_memo("", ("", "1")).exact is None


@given(st.text(max_size=1200))
def test_any_text_is_bounded_and_the_same_twice(memo: str) -> None:
    found = candidates(memo)
    assert len(found) <= MOST_CANDIDATES and found == candidates(memo)
    assert len({text for text, _ in found}) == len(found)
    assert all(text for text, _ in found)


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=8))
def test_one_owner_or_none_or_ambiguous(memo: str, known: list[str]) -> None:
    found = owners_of_memo(memo, known)
    assert [found.exact is not None, found.normalised is not None, found.ambiguous].count(True) <= 1
    assert set(found.possible) <= set(known)
    assert found.ambiguous == (len(found.possible) > 1)


@given(st.text(alphabet="0123456789 aéb@.:-x", max_size=40), st.sets(st.integers(0, 999).map(str), max_size=20))
def test_asking_for_candidates_only_gives_the_same_answer(memo: str, known: set[str]) -> None:
    texts, keys = {text for text, _ in candidates(memo)}, set(digit_keys(memo))
    asked_for = {one for one in known if one in texts or canonical_digits(one) in keys}
    assert owners_of_memo(memo, known) == owners_of_memo(memo, asked_for)


WRAPPINGS = {
    "spaces": lambda n: f"  {n}\n",
    "zero width": "\u200b".join,
    "full width": lambda n: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in n),
    "words": lambda n: f"Memo/Tag: {n}, please",
    "json": lambda n: json.dumps({"memo": n, "network": "x"}),
    "hex": lambda n: "0x" + n.encode().hex(),
    "base64": lambda n: base64.b64encode(n.encode()).decode(),
    "percent": lambda n: quote(f"“{n}”"),
    "zeros": lambda n: f"00{n}",
    "suffix": lambda n: f"{n}bi",
}


@given(NUMBERS, st.sampled_from(sorted(WRAPPINGS)), st.sets(st.integers(1, 9_999).map(str), max_size=3))
def test_a_wrapped_number_is_found(number: str, wrapping: str, others: set[str]) -> None:
    found = owners_of_memo(WRAPPINGS[wrapping](number), {number, *others} - {""})
    assert number in found.possible
    assert found.normalised == number or found.ambiguous


@given(NUMBERS, st.sampled_from(sorted(WRAPPINGS)), st.sampled_from(sorted(WRAPPINGS)))
def test_one_wrapping_inside_another(number: str, inner: str, outer: str) -> None:
    if {inner, outer} & {"suffix", "zeros", "zero width"}:
        return  # a suffix or zeros outside a code belong to the code
    assert owners_of_memo(WRAPPINGS[outer](WRAPPINGS[inner](number)), {number}).normalised == number
