"""Addresses of the Cosmos family."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chains import bech32
from chains.address import check_address
from chains.catalogue import network

HUB, OSMO = network("cosmoshub"), network("osmosis")
MODULE = "cosmos1jv65s3grqf6v6jl3dp4t6c9t9rk99cd88lyufl"
CONTRACT = bech32.encode("cosmos", bytes(range(32)))


@pytest.mark.parametrize(
    ("text", "kind"),
    [(MODULE, "account"), (MODULE.upper(), "account"), (f" {MODULE}\n", "account"), (CONTRACT, "contract")],
)
def test_what_can_receive(text: str, kind: str) -> None:
    seen = check_address(HUB, text)
    assert (seen.valid, seen.normalised, seen.kind) == (True, text.strip().lower(), kind)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (MODULE[:-1] + "q", "bad_checksum"),
        (MODULE[:-3] + MODULE[-3:].upper(), "mixed_case"),
        (bech32.encode("osmo", bytes(20)), "wrong_network"),
        (bech32.encode("cosmosvaloper", bytes(20)), "not_an_account"),
        (bech32.encode("cosmosvalcons", bytes(20)), "not_an_account"),
        (bech32.encode("cosmospub", bytes(37)), "not_an_account"),
        (bech32.encode("cosmos", bytes(21)), "wrong_length"),
        (bech32.encode("cosmos", b""), "wrong_length"),
        ("cosmos1", "wrong_length"),
        ("cosmosb1jv65s3grqf6v", "bad_checksum"),
        ("hello world", "bad_prefix"),
        ("cosmos1éééééééééé", "bad_characters"),
        ("A" * 300, "wrong_length"),
    ],
)
def test_what_cannot(text: str, reason: str) -> None:
    seen = check_address(HUB, text)
    assert (seen.valid, seen.normalised, seen.reason) == (False, None, reason)


CORPUS = os.environ.get("RECOVERY_CORPUS")


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_vectors() -> None:
    vectors = json.loads((Path(str(CORPUS)) / "_address_vectors/bip_utils.json").read_text())
    ours = [text for text in vectors["atom_addr"]["valid"] if text.startswith("cosmos1")]
    others = [text for text in vectors["atom_addr"]["valid"] if not text.startswith("cosmos1")]
    assert len(ours) == 2
    assert all(check_address(HUB, text).valid for text in ours)
    assert {check_address(HUB, text).reason for text in others} == {"wrong_network"}
    # One is a sound 32-byte account of this chain; that source knows only those of 20 bytes.
    taken = [text for text in vectors["atom_addr"]["invalid"] if check_address(HUB, text).valid]
    assert all(check_address(HUB, text).kind == "contract" for text in taken)
    for name in ("inj_addr", "okex_addr"):
        assert all(check_address(HUB, text).reason == "wrong_network" for text in vectors[name]["valid"])
        assert not any(check_address(HUB, text).valid for text in vectors[name]["invalid"])
