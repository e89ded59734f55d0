"""NEAR accounts and references as people paste them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chains.catalogue import network
from chains.near import check_address, hash_candidate
from tests.chains.near.node import hash_of

NEAR = network("near")
CORPUS = os.environ.get("RECOVERY_CORPUS")


@pytest.mark.parametrize(
    ("text", "normalised", "kind"),
    [
        ("alice.near", "alice.near", "named"),
        (" Alice.NEAR ", "alice.near", "named"),
        ("a-b_c.d0.near", "a-b_c.d0.near", "named"),
        ("near", "near", "named"),
        (
            "D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "implicit",
        ),
        ("0x" + "AB" * 20, "0x" + "ab" * 20, "ethereum_implicit"),
        (
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "ethereum_implicit",
        ),
        ("0s" + "ab" * 20, "0s" + "ab" * 20, "deterministic"),
        ("17208628f84f5d6ad33f0da3bbbeb27ffcb398eac501a31bd6ad2011e36133a1.x.near"[-64:], None, "named"),
    ],
)
def test_what_can_receive(text: str, normalised: str | None, kind: str) -> None:
    told = check_address(NEAR, text)
    assert (told.valid, told.kind) == (True, kind), told.reason
    assert normalised is None or told.normalised == normalised


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("a", "wrong_length"),
        ("a" * 65, "wrong_length"),
        ("alice..near", "not_an_address"),
        ("-alice.near", "not_an_address"),
        ("alice__b.near", "not_an_address"),
        ("alice@near", "not_an_address"),
        ("alice.testnet", "test_network"),
        ("alice", "top_level_name"),
        ("system", "program_address"),
        ("02" + "00" * 31, "not_on_curve"),
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAee", "bad_checksum"),
        ("ab" * 30, "top_level_name"),
        (hash_of("a"), "not_an_address"),
    ],
)
def test_what_cannot(text: str, reason: str) -> None:
    told = check_address(NEAR, text)
    assert (told.valid, told.normalised, told.reason) == (False, None, reason)


def test_references() -> None:
    text = hash_of("a")
    assert hash_candidate(NEAR, text) == text
    assert hash_candidate(NEAR, f"{text}@Alice.near") == f"{text}@alice.near"
    assert hash_candidate(NEAR, f"{text}@") is None
    assert hash_candidate(NEAR, f"{text}@no account") is None
    assert hash_candidate(NEAR, text[:-2]) is None
    assert hash_candidate(NEAR, "z" * 44) is None
    assert hash_candidate(NEAR, "ab" * 32) is None


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_the_vectors() -> None:
    folder = Path(str(CORPUS)) / "_address_vectors"
    told = json.loads((folder / "bip_utils.json").read_text())["near_addr"]
    vectors = [(text, True) for text in told["valid"]] + [(text, False) for text in told["invalid"]]
    print(f"near addresses: {len(vectors)} read")
    for text, valid in vectors:
        assert check_address(NEAR, text).valid is valid, text
