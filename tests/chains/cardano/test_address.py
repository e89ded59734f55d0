"""Cardano addresses: what can receive, what cannot, and why. Addresses are of CIP-19's own table or made here."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chains import bech32
from chains.cardano import hash_candidate
from chains.cardano.address import check
from chains.catalogue import network

ROW = network("cardano")
CORPUS = os.environ.get("RECOVERY_CORPUS")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3n0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgse35a3x",
            "base",
        ),
        (
            "addr1z8phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gten0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgs9yc0hh",
            "script",
        ),
        ("addr1gx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer5pnz75xxcrzqf96k", "pointer"),
        ("addr128phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gtupnz75xxcrtw79hu", "script"),
        ("addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8", "enterprise"),
        ("addr1w8phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gtcyjy7wx", "script"),
        ("Ae2tdPwUPEZ9vtyppa1FdJzvqJZkEcXgdHxVYAzTWcPaoNycVq5rc36LC1S", "byron_redeem"),
        (
            "DdzFFzCqrhtD64ZPRDSvgu2oaBCmqVo7hxGheE6QBRvxcLEGTLZq2nQQNfZnyEQGLa4jfG1VzkhKr21DopaZM2mL7ZDtNN6C7DjoB5nM",
            "byron",
        ),
    ],
)
def test_what_can_receive(text: str, kind: str) -> None:
    seen = check(ROW, text)
    assert (seen.valid, seen.normalised, seen.kind) == (True, text, kind)


def test_capitals_are_the_same_address() -> None:
    text = "addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8"
    assert check(ROW, f" {text.upper()} ").normalised == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("stake1uyehkck0lajq8gr28t9uxnuvgcqrc6070x3k9r8048z8y5gh6ffgw", "reward_address"),
        (bech32.encode("addr", bytes([0xE1]) + bytes(28)), "reward_address"),
        ("addr_test1vz2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzerspjrlsz", "test_network"),
        (bech32.encode("addr", bytes([0x60]) + bytes(28)), "wrong_network"),
        (bech32.encode("addr", bytes([0x91]) + bytes(28)), "unknown_type"),
        (bech32.encode("addr", bytes([0x61]) + bytes(27)), "wrong_length"),
        (bech32.encode("addr", bytes([0x41]) + bytes(28) + b"\x81\x01\x01"), "wrong_length"),
        ("addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl9", "bad_checksum"),
        ("Addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8", "mixed_case"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "wrong_network"),
        ("2cWKMJemoBahkhQS5QofBQxmsQMQDTxv1xzzqU9eHXBx6aDxaswBEksqurrfwhMNTYVFK", "test_network"),
        ("Ae2tdPwUPEZ9vtyppa1FdJzvqJZkEcXgdHxVYAzTWcPaoNycVq5rc36LC1T", "bad_checksum"),
        ("A" * 2000, "wrong_length"),
    ],
)
def test_what_cannot(text: str, reason: str) -> None:
    seen = check(ROW, text)
    assert (seen.valid, seen.normalised, seen.reason) == (False, None, reason)


def test_hashes_are_bare_digits() -> None:
    assert hash_candidate(ROW, "AB" * 32) == "ab" * 32
    assert hash_candidate(ROW, f"0x{'ab' * 32}") is None
    assert hash_candidate(ROW, "ab" * 31) is None


EXCEPTIONS = {
    "test_network": "valid on a test network only",
    "reward_address": "a reward account: no output can pay it",
}


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_published_vectors() -> None:
    folder = Path(str(CORPUS)) / "_address_vectors"
    rows = json.loads((folder / "multicoin.json").read_text(encoding="utf-8"))
    vectors = [(row["address"], row["valid"]) for row in rows if row["currency"].lower() in {"ada", "cardano"}]
    others = json.loads((folder / "bip_utils.json").read_text(encoding="utf-8"))
    for name in ("ada_byron_addr", "ada_shelley_addr"):
        vectors += [(text, True) for text in others[name]["valid"]]
        vectors += [(text, False) for text in others[name]["invalid"]]
    assert len(vectors) > 40
    for text, valid in vectors:
        seen = check(ROW, text)
        assert seen.valid == valid or (valid and seen.reason in EXCEPTIONS), (text, seen)
