"""Pasted texts and addresses: found in any spelling, refused with the right reason, never slow, never an exception."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import given, strategies as st

from chains.address import check_address
from chains.catalogue import network, networks
from chains.identify import LONGEST, identify

EVM = tuple(row.slug for row in networks().values() if row.family == "evm")
HASH = "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060"
ADDRESS = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
DIGITS = st.text("0123456789abcdef", min_size=64, max_size=64)


def evm_only(slugs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(slug for slug in slugs if network(slug).family == "evm")


@pytest.mark.parametrize(
    ("text", "slugs", "reason"),
    [
        (HASH, EVM, "hash"),
        (HASH[2:], EVM, "hash"),
        (HASH.upper(), EVM, "hash"),
        (f"  my transfer is {HASH}, please help!", EVM, "hash"),
        (f"tx:{HASH}.", EVM, "hash"),
        (f"hash={HASH}&x=1", EVM, "hash"),
        (f"转账{HASH}。谢谢", EVM, "hash"),
        (f"“{HASH}”", EVM, "hash"),
        (f"{HASH[:30]}\u200b{HASH[30:]}", EVM, "hash"),
        (f"{HASH} or {HASH[2:].upper()}", EVM, "hash"),
        (f"https://etherscan.io/tx/{HASH}", ("ethereum",), "explorer_link"),
        (f"HTTPS://WWW.BSCSCAN.COM/tx/{HASH}#eventlog", ("bsc",), "explorer_link"),
        (f"see polygonscan.com/tx/{HASH}?lang=en.", ("polygon",), "explorer_link"),
        (f"{HASH} https://arbiscan.io/tx/{HASH}", ("arbitrum",), "explorer_link"),
        (f"https://blockchair.com/ethereum/transaction/{HASH}", ("ethereum",), "explorer_link"),
        (f"https://blockchair.com/nowhere/transaction/{HASH}", EVM, "unknown_explorer"),
        (f"https://sepolia.etherscan.io/tx/{HASH}", (), "test_network"),
        (f"https://blockchair.com/ethereum/testnet/transaction/{HASH}", (), "test_network"),
        (f"https://www.oklink.com/zh-hans/polygon/tx/{HASH}", ("polygon",), "explorer_link"),
        (f"[tx](https://basescan.org/tx/{HASH})", ("base",), "explorer_link"),
        (f"**{HASH}**", EVM, "hash"),
        (f"https://etherscan.io.evil.example/tx/{HASH}", EVM, "unknown_explorer"),
        (f"https://etherscan.io@evil.example/tx/{HASH}", EVM, "unknown_explorer"),
        (f"https://[::1/tx/{HASH}", EVM, "unknown_explorer"),
        ("", (), "empty"),
        (" \u200b\n", (), "empty"),
        ("hello", (), "no_hash"),
        (ADDRESS, (), "is_address"),
        (f"I sent it to {ADDRESS.lower()}", (), "is_address"),
        (f"https://etherscan.io/address/{ADDRESS}", (), "is_address"),
        (f"https://etherscan.io/token/{ADDRESS}?a={ADDRESS}", (), "is_address"),
        (f"https://etherscan.io/block/{HASH}", (), "is_block"),
        ("https://etherscan.io/block/19000000", (), "is_block"),
        (HASH[:-1], (), "wrong_length"),
        (HASH + "0", (), "wrong_length"),
        (f"https://etherscan.io/tx/{HASH[:-2]}", (), "wrong_length"),
        (f"{HASH} 0x{'12' * 32}", (), "several_hashes"),
        ("a" * (LONGEST + 1), (), "too_long"),
    ],
)
def test_pasted_texts(text: str, slugs: tuple[str, ...], reason: str) -> None:
    seen = identify(text)
    assert seen.reason == reason
    assert evm_only(seen.candidates) == slugs
    assert (seen.hash is None) == (not slugs)
    if seen.hash is not None:
        assert seen.hash.removeprefix("0x") == HASH[2:]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5_000_000,
        "0x" * 5000,
        "a." * 5000,
        "a/" * 5000,
        "http://" * 1400,
        "a:" * 5000,
        f"{ADDRESS} " * 200,
        "1" * 9999,
    ],
)
def test_no_text_is_slow(text: str) -> None:
    started = time.perf_counter()
    assert identify(text).hash is None
    assert time.perf_counter() - started < 0.5


@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    seen = identify(text)
    assert (seen.hash is None) == (seen.candidates == ())


@given(DIGITS, st.sampled_from(["", "0x", "0X"]), st.text(string.punctuation.replace("@", "") + " \n", max_size=5))
def test_any_hash_is_found_in_any_spelling(digits: str, prefix: str, around: str) -> None:
    seen = identify(f"{around.strip('_-+.=')} {prefix}{digits.upper()} {around.strip('_-+.=')}")
    assert seen.hash is not None
    assert seen.hash.removeprefix("0x") == digits
    assert evm_only(seen.candidates) == EVM


@given(st.binary(min_size=20, max_size=20).filter(any))
def test_addresses_round_trip(raw: bytes) -> None:
    row = network("ethereum")
    lower = check_address(row, "0x" + raw.hex())
    assert lower.valid
    assert lower.normalised is not None
    assert check_address(row, lower.normalised).normalised == lower.normalised
    assert check_address(row, raw.hex().upper()).normalised == lower.normalised
    swapped = lower.normalised[:2] + lower.normalised[2:].swapcase()
    letters = [c for c in lower.normalised[2:] if c.isalpha()]
    if any(c.islower() for c in letters) and any(c.isupper() for c in letters):
        assert check_address(row, swapped).reason == "bad_checksum"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("0x", "not_hex_address"),
        ("hello", "not_hex_address"),
        (ADDRESS[:-1], "wrong_length"),
        (HASH, "wrong_length"),
        (ADDRESS[:-1] + "8", "bad_checksum"),
        (ADDRESS.replace("A", "a", 1), "bad_checksum"),
        ("0x" + "0" * 40, "zero_address"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "not_hex_address"),
        ("0x" + "１" * 40, "not_hex_address"),
        ("x" * 1001, "too_long"),
    ],
)
def test_what_is_no_address(text: str, reason: str) -> None:
    seen = check_address(network("ethereum"), text)
    assert (seen.valid, seen.normalised, seen.reason) == (False, None, reason)


@pytest.mark.parametrize("slug", list(networks()))
def test_every_row_proves_itself(slug: str) -> None:
    """The samples of a row are an address and a transaction hash of that network."""
    row = network(slug)
    if not row.sandbox:
        assert check_address(row, row.params["sample_address"]).valid
        assert slug in identify(row.params["sample_tx"]).candidates
    for explorer in row.explorers:
        assert explorer == explorer.lower().removeprefix("www.").rstrip("/")
