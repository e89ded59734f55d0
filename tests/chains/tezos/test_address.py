"""Addresses and hashes of the Tezos family."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chains.address import check_address
from chains.catalogue import network
from chains.tezos import hash_candidate
from chains.tezos.address import encode

TEZ = network("tezos")
CORPUS = os.environ.get("RECOVERY_CORPUS")
ROW = bytes(range(20))


@pytest.mark.parametrize(
    ("front", "start", "kind"),
    [
        ("06a19f", "tz1", "account"),
        ("06a1a1", "tz2", "account"),
        ("06a1a4", "tz3", "account"),
        ("06a1a6", "tz4", "account"),
        ("025a79", "KT1", "contract"),
    ],
)
def test_what_can_receive(front: str, start: str, kind: str) -> None:
    text = encode(bytes.fromhex(front) + ROW)
    seen = check_address(TEZ, f" {text} ")
    assert text.startswith(start)
    assert (seen.valid, seen.normalised, seen.kind) == (True, text, kind)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("tz1foWxaV3VQyWqFbWTERS6YDJjPT6C7jPp9", "bad_checksum"),
        ("TZ1foWxaV3VQyWqFbWTERS6YDJjPT6C7jPp8", "bad_checksum"),
        ("tz1foWxaV3VQyWqFbWTERS6YDJjPT6C7jPp0", "bad_characters"),
        (encode(bytes.fromhex("067c75") + ROW), "rollup_cannot_receive"),
        (encode(bytes.fromhex("025a79") + ROW) + "%default", "has_entrypoint"),
        ("edpkvKiFTVXxttCcDa2N6QfwgsnWHoEQdYRsVfUDBWPXJbhBPQpLVk", "is_public_key"),
        ("ooLrNAP233Qvoz3AGvjRjhk1fjG7z19UfyLEGBm1rwfHn4NSVhd", "bad_prefix"),
        (encode(bytes.fromhex("06a19f") + ROW + b"\0"), "bad_prefix"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bad_prefix"),
        ("z" * 400, "bad_checksum"),
    ],
)
def test_what_cannot(text: str, reason: str) -> None:
    seen = check_address(TEZ, text)
    assert (seen.valid, seen.reason) == (False, reason)


def test_hashes_carry_a_checksum() -> None:
    sample = TEZ.params["sample_tx"]
    assert hash_candidate(TEZ, sample) == sample
    for text in (sample[:-1] + "e", sample.lower(), sample[1:], "o" * 51, f"{sample}x"):
        assert hash_candidate(TEZ, text) is None


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_vectors() -> None:
    folder = Path(str(CORPUS)) / "_address_vectors"
    pairs = [
        (row["address"], row["valid"])
        for row in json.loads((folder / "multicoin.json").read_text())
        if row["currency"].lower() in ("xtz", "tezos")
    ]
    vectors = json.loads((folder / "bip_utils.json").read_text())["xtz_addr"]
    pairs += [(text, True) for text in vectors["valid"]] + [(text, False) for text in vectors["invalid"]]
    assert len(pairs) >= 24
    wrong = {text for text, valid in pairs if check_address(TEZ, text).valid != valid}
    # That source makes addresses of Ed25519 keys alone; this is the sound one of another curve.
    assert wrong <= {"tz2Cbgh5VwSAmk5uk2XpZzmLRXhQ9KV6uExk"}
