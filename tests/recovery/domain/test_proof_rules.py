"""Levels of proof, the odd amount, and words for everything a proof can say."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings, strategies as st

from chains import ownership as signatures
from chains.catalogue import networks
from recovery.domain import texts
from recovery.domain.documents import NoDocument, download_name, shown_name, sniffed
from recovery.domain.ownership import (
    DOCUMENTS,
    FIELDS,
    LEVELS,
    TRANSFER,
    Accepted,
    enough,
    odd_amount,
    way,
)
from recovery.services.ownership import USED_EXTRAS

STRONG = [Accepted("source", "a", "eip191", "strong"), Accepted("source", "a", TRANSFER, "strong")]
WEAK = [Accepted("source", "a", TRANSFER, "weak"), Accepted("source", "a", DOCUMENTS, "weak")]


@settings(max_examples=500)
@given(
    minimum=st.one_of(st.just(0), st.integers(1, 10**30), st.integers(0, 77).map(lambda n: 10**n)),
    decimals=st.integers(0, 77),
    seed=st.integers(0, 2**32),
)
def test_an_odd_amount_is_above_the_minimum_exact_and_never_round(minimum: int, decimals: int, seed: int) -> None:
    dice = random.Random(seed)
    amount = odd_amount(minimum, decimals, dice.randrange)
    least = 10 ** max(decimals - 4, 4 if decimals >= 4 else 3)
    assert minimum < amount <= minimum + 2 * max(minimum, least) + 20
    telling = str(amount).rstrip("0")
    assert 2 <= len(telling) <= 7 or minimum < 1000  # typed into any wallet, and no round sum
    assert telling[-1] != "0"
    assert len({odd_amount(minimum, decimals, dice.randrange) for _ in range(40)}) > 20


@given(minimum=st.integers(0, 10**24), decimals=st.integers(0, 18))
def test_the_ends_of_the_dice_stay_within_bounds(minimum: int, decimals: int) -> None:
    low = odd_amount(minimum, decimals, lambda n: 0)
    high = odd_amount(minimum, decimals, lambda n: n - 1)
    assert minimum < low < high


def test_levels_ask_for_what_they_say() -> None:
    assert [enough(level, []) for level in LEVELS] == [True, False, False, False]
    for one in STRONG:
        assert [enough(level, [one]) for level in LEVELS] == [True, True, True, False]
    for one in WEAK:
        assert [enough(level, [one]) for level in LEVELS] == [True, True, False, False]
    assert all(enough(level, WEAK) for level in LEVELS)
    assert all(enough(level, [STRONG[0], WEAK[1]]) for level in LEVELS)
    two_spellings = [STRONG[0], Accepted("source", "a", "eip712", "strong")]
    assert not enough("two", two_spellings)


def test_more_proof_never_takes_away() -> None:
    everything = [*STRONG, *WEAK]
    for level in LEVELS:
        for size in range(len(everything)):
            for some in itertools.combinations(everything, size):
                if enough(level, some):
                    assert all(enough(level, [*some, one]) for one in everything)


def test_every_way_of_every_network_has_words_and_fields() -> None:
    methods = {method for network in networks().values() for method in signatures.methods(network)}
    assert methods == set(FIELDS)
    assert methods | {TRANSFER, DOCUMENTS} == set(texts.PROOF_METHODS)
    assert {one.name for parts in FIELDS.values() for one in parts} == set(texts.PROOF_FIELDS)
    assert {one.name for parts in FIELDS.values() for one in parts} <= {"signature", "public_key"} | USED_EXTRAS
    assert set(LEVELS) == set(texts.PROOF_LEVELS)
    assert {way(method) for method in methods} == {"signature"}


def test_every_outcome_speaks() -> None:
    ours = {why for why in texts.PROOF_WHYS if why.startswith(("test_", "documents_", "network_"))}
    assert set(texts.PROOF_WHYS) - ours == set(signatures.OUTCOMES)


@given(st.binary(max_size=200))
def test_sniffing_never_breaks_and_takes_only_what_begins_right(body: bytes) -> None:
    try:
        kind = sniffed(body)
    except NoDocument as problem:
        assert str(problem) in texts.DETAILS
    else:
        assert body.startswith(
            {"application/pdf": b"%PDF-", "image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff"}[kind]
        )


@given(st.text())
def test_a_shown_name_is_short_and_steers_nothing(name: str) -> None:
    shown = shown_name(name)
    assert 0 < len(shown) <= 120
    assert shown.isprintable() or not any(letter in shown for letter in "\r\n\x00\u202e/\\")
    assert not set(shown) & set("/\\\r\n\x00\u202e")


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "image/jpeg"])
def test_a_download_has_a_name_of_ours(kind: str) -> None:
    assert download_name(kind, "ab" * 32).startswith("proof-abababababab.")
