"""Accounts of Hedera: what can receive, in which spelling, and what is refused for which reason."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chains.address import check_address
from chains.catalogue import network
from chains.hedera.address import checksum
from chains.identify import identify

ROW = network("hedera")
CORPUS = os.environ.get("RECOVERY_CORPUS", "")
EXCEPTIONS = {
    "0.1.54321": "there is no realm but 0",
    "1.0.123": "there is no shard but 0",
    "2.3.45678": "there is no shard but 0",
    "0.2.789": "there is no realm but 0",
    "10.5.987": "there is no shard but 0",
}
"""Texts the vectors call valid and this network cannot deliver to."""


@pytest.mark.parametrize(
    ("text", "normalised", "kind"),
    [
        ("0.0.123", "0.0.123", "account_or_contract"),
        ("0.0.123-vfmkw", "0.0.123", "account_or_contract"),
        (" 0.0.123-VFMKW ", "0.0.123", "account_or_contract"),
        ("0x" + f"{123:040x}", "0.0.123", "account_or_contract"),
        ("0xdac17f958d2ee523a2206206994597c13d831ec7", "0xdAC17F958D2ee523a2206206994597C13D831ec7", "evm_alias"),
    ],
)
def test_what_can_receive(text: str, normalised: str, kind: str) -> None:
    checked = check_address(ROW, text)
    assert (checked.valid, checked.normalised, checked.kind) == (True, normalised, kind)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("0.0.123-vfmkx", "bad_checksum"),
        ("0.0.123-esxsf", "bad_checksum"),  # right on a test network
        ("0.0.124-vfmkw", "bad_checksum"),
        ("0.0.0", "zero_address"),
        ("0x" + "00" * 20, "zero_address"),
        ("0.0.99999999999999999999", "not_an_account"),
        ("0.0.9999999999999999999", "not_an_account"),
        ("0.0.0123", "not_an_account"),
        ("0.0.123-abcxyz", "not_an_account"),
        ("0.1.123", "wrong_network"),
        ("0xdAC17F958D2ee523a2206206994597C13D831eC7", "bad_checksum"),
        ("dac17f958d2ee523a2206206994597c13d831ec7", "not_an_account"),
        ("0.0.123@1750000000.17", "not_an_account"),
    ],
)
def test_what_cannot_receive_and_why(text: str, reason: str) -> None:
    checked = check_address(ROW, text)
    assert (checked.valid, checked.normalised, checked.reason) == (False, None, reason)


def test_checksums() -> None:
    assert checksum("0.0.123") == "vfmkw"
    assert checksum("0.0.123", bytes([1])) == "esxsf"


def test_links_of_the_explorer_everybody_uses() -> None:
    for name in ("0.0.690356@1687133220.052118241", "0.0.690356-1687133220-052118241", "1687133236.139653690"):
        assert identify(f"https://hashscan.io/mainnet/transaction/{name}").candidates == ("hedera",)
    assert identify("https://hashscan.io/testnet/transaction/0.0.690356@1687133220.052118241").reason == "test_network"


@pytest.mark.skipif(not CORPUS, reason="RECOVERY_CORPUS names no corpus")
def test_the_vectors_of_others() -> None:
    rows = [
        row
        for row in json.loads(Path(CORPUS, "_address_vectors", "multicoin.json").read_text())
        if row["currency"] in ("hbar", "hedera")
    ]
    for row in rows:
        expected = row["valid"] and row["address"] not in EXCEPTIONS
        assert check_address(ROW, row["address"]).valid is expected, row
    print(f"hedera addresses: {len(rows)} vectors, exceptions: {EXCEPTIONS}")
    assert len(rows) >= 10
