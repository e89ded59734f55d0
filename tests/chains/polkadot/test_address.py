"""SS58 addresses: what can receive here, what was meant for elsewhere, and which are twins."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chains.catalogue import network
from chains.polkadot.address import check, decode, encode, public_key

ROW = network("polkadot")
CORPUS = os.environ.get("RECOVERY_CORPUS")
KEY = bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d")
"""The key every Substrate manual calls its first."""

HERE = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"
GENERIC = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
KUSAMA = "HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F"


def test_one_key_in_three_spellings() -> None:
    assert (encode(0, KEY), encode(42, KEY), encode(2, KEY)) == (HERE, GENERIC, KUSAMA)
    assert {public_key(ROW, text) for text in (HERE, GENERIC, KUSAMA)} == {KEY}


def test_numbers_above_63_take_two_bytes() -> None:
    for number in (64, 255, 1284, 16_383):
        assert decode(encode(number, KEY)) == (number, KEY)


@pytest.mark.parametrize("text", [HERE, GENERIC, f" {HERE} "])
def test_what_can_receive(text: str) -> None:
    seen = check(ROW, text)
    assert (seen.valid, seen.normalised, seen.kind) == (True, HERE, "account")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (KUSAMA, "wrong_network"),
        (encode(1284, KEY), "wrong_network"),
        (f"0x{KEY.hex()}", "public_key"),
        (KEY.hex(), "public_key"),
        (HERE[:-1] + "6", "bad_checksum"),
        (HERE[:-1] + "0", "bad_characters"),
        (HERE[:-2], "wrong_length"),
        ("0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045", "bad_characters"),
        ("1" * 45, "wrong_length"),
        ("A" * 2000, "wrong_length"),
    ],
)
def test_what_cannot(text: str, reason: str) -> None:
    seen = check(ROW, text)
    assert (seen.valid, seen.normalised, seen.reason) == (False, None, reason)
    assert (public_key(ROW, text) is None) == (reason != "wrong_network")


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_published_vectors() -> None:
    """Valid ones of other networks are refused here, but their key is found."""
    folder = Path(str(CORPUS)) / "_address_vectors"
    rows = json.loads((folder / "multicoin.json").read_text(encoding="utf-8"))
    vectors = [(row["address"], row["valid"]) for row in rows if row["currency"].lower() in {"dot", "polkadot"}]
    others = json.loads((folder / "bip_utils.json").read_text(encoding="utf-8"))["substrate_addr"]
    vectors += [(text, True) for text in others["valid"]] + [(text, False) for text in others["invalid"]]
    assert len(vectors) > 20
    for text, valid in vectors:
        seen = check(ROW, text)
        assert seen.valid == valid or (valid and seen.reason == "wrong_network"), (text, seen)
        assert public_key(ROW, text) is not None or not valid
