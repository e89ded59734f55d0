"""Aptos addresses: forms of AIP-40, and what looks like one but is another chain's."""

from __future__ import annotations

import pytest

from chains.aptos import hash_candidate
from chains.aptos.address import check_address, primary_store
from chains.catalogue import network

APTOS = network("aptos")
LONG = "0x07" + "1e1d7330597e99001aad667d6deea321e95771d6975dd66bfb185f5cfd7d58"


@pytest.mark.parametrize("text", [LONG, LONG.upper().replace("X", "x")])
def test_every_spelling_of_an_account_is_one_address(text: str) -> None:
    seen = check_address(APTOS, text)
    assert (seen.valid, seen.normalised, seen.kind) == (True, LONG, "account_or_object")


def test_special_addresses_are_short() -> None:
    assert check_address(APTOS, "0xa").normalised == "0x" + "a".rjust(64, "0")
    assert check_address(APTOS, "0xa").kind == "special"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("0x0", "zero_address"),
        ("0x" + "0" * 64, "zero_address"),
        ("0xE37c0D48d68da5c5b14E5c1a9f1CFE802776D9FF", "wrong_length"),
        (LONG + "0", "wrong_length"),
        ("0x" + LONG[3:], "wrong_length"),
        ("0x10", "wrong_length"),
        (LONG[2:], "not_hex_address"),
        (LONG[:-1] + "g", "not_hex_address"),
    ],
)
def test_what_cannot_receive_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert (check_address(APTOS, text).valid, check_address(APTOS, text).reason) == (False, reason)


def test_a_primary_store_is_derived_from_owner_and_asset() -> None:
    """A store of the coin itself that the main network shows for this account."""
    owner = "0x6467997d9c3a5bc9f714e17a168984595ce9bec7350645713a1fe7983a7f5fcc"
    expected = "0xba019ce4c1cd7fa53a5ebd6b4252008731e92ad0e80fdbaf7e170fac35ac95f9"
    assert primary_store(owner, "0x" + "a".rjust(64, "0")) == expected


def test_hashes_are_taken_with_and_without_prefix() -> None:
    digits = "AB" * 32
    assert hash_candidate(APTOS, digits) == hash_candidate(APTOS, f"0x{digits}") == f"0x{digits.lower()}"
    assert hash_candidate(APTOS, digits[1:]) is None
