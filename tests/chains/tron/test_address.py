"""Addresses of TRON: what can receive, in which spelling, and what is refused for which reason."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chains.address import check_address
from chains.catalogue import network
from chains.identify import identify

ROW = network("tron")
CORPUS = os.environ.get("RECOVERY_CORPUS", "")
USDT = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
USDT_HEX = "41a614f803b6fd780986a42c78ec9c7f77e6ded13c"


@pytest.mark.parametrize("text", [USDT, USDT_HEX, USDT_HEX.upper(), f"0x{USDT_HEX}", f" {USDT}\n"])
def test_one_address_in_every_spelling(text: str) -> None:
    checked = check_address(ROW, text)
    assert (checked.valid, checked.normalised, checked.memo) == (True, USDT, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("0x" + USDT_HEX[2:], "evm_form"),
        (USDT_HEX[2:], "not_base58"),
        (USDT[:-1] + "u", "bad_checksum"),
        (USDT[:-2], "wrong_length"),
        (USDT.lower(), "not_base58"),
        ("a0" + USDT_HEX[2:], "test_network"),
        ("27bLJCYjbH6MT8DBF9xcrK6yZnm43vx7MNQ", "test_network"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "wrong_network"),
        ("T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb", "zero_address"),
        ("5" * 90, "wrong_length"),
        ("5" * 900, "not_base58"),
        ("\u202e" + USDT, "not_base58"),
    ],
)
def test_what_cannot_receive_and_why(text: str, reason: str) -> None:
    checked = check_address(ROW, text)
    assert (checked.valid, checked.normalised, checked.reason) == (False, None, reason)


def test_the_link_of_the_explorer_everybody_uses() -> None:
    sample = ROW.params["sample_tx"]
    assert identify(f"https://tronscan.org/#/transaction/{sample}").candidates == ("tron",)


@pytest.mark.skipif(not CORPUS, reason="RECOVERY_CORPUS names no corpus")
def test_the_vectors_of_others() -> None:
    folder = Path(CORPUS, "_address_vectors")
    own = json.loads((folder / "bip_utils.json").read_text())["trx_addr"]
    for text in own["valid"]:
        assert check_address(ROW, text).normalised == text
    assert not any(check_address(ROW, text).valid for text in own["invalid"])
    rows = [
        row
        for row in json.loads((folder / "multicoin.json").read_text())
        if row["currency"] == "trx" or "tron" in str(row["network"]).lower()
    ]
    for row in rows:
        assert check_address(ROW, row["address"]).valid is row["valid"], row
    print(f"tron addresses: {len(own['valid']) + len(own['invalid']) + len(rows)} vectors")
    assert len(rows) > 10
