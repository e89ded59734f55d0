"""Addresses and ids of the Algorand family."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chains.address import check_address
from chains.algorand import hash_candidate
from chains.algorand.address import ZERO, encode
from chains.catalogue import network

ALGO = network("algorand")
GOOD = encode(bytes(range(32)))


def test_what_can_receive() -> None:
    seen = check_address(ALGO, f" {GOOD}\n")
    assert (seen.valid, seen.normalised, seen.kind) == (True, GOOD, "account")
    assert encode(bytes(32)) == ZERO


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (ZERO, "zero_address"),
        (GOOD.lower(), "bad_characters"),
        (GOOD[:-1], "wrong_length"),
        (GOOD + "A", "wrong_length"),
        ("B" + GOOD[1:], "bad_checksum"),
        (GOOD[:-1] + chr(ord(GOOD[-1]) + 1), "bad_padding"),
        (GOOD[:-2] + "10", "bad_characters"),
    ],
)
def test_what_cannot(text: str, reason: str) -> None:
    seen = check_address(ALGO, text)
    assert (seen.valid, seen.reason) == (False, reason)


def test_ids() -> None:
    sample = ALGO.params["sample_tx"]
    assert hash_candidate(ALGO, sample) == hash_candidate(ALGO, sample.lower()) == sample
    for text in (sample[:-1], sample + "A", sample[:-1] + "B", sample[:-1] + "0", sample.capitalize(), GOOD):
        assert hash_candidate(ALGO, text) is None


CORPUS = os.environ.get("RECOVERY_CORPUS")


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_vectors() -> None:
    folder = Path(str(CORPUS)) / "_address_vectors"
    pairs = [
        (row["address"], row["valid"])
        for row in json.loads((folder / "multicoin.json").read_text())
        if row["currency"].lower() == "algo"
    ]
    vectors = json.loads((folder / "bip_utils.json").read_text())["algo_addr"]
    pairs += [(text, True) for text in vectors["valid"]] + [(text, False) for text in vectors["invalid"]]
    assert len(pairs) >= 18
    # Refused there because the bytes are no point of the curve; here an application's account is a hash and none either.
    off_curve = "2JGLE66OO2F6RYBXYSGR6A6UXVSB7JWSCJZY6YORSZ37UCBYKIBBR4J2TA"
    assert [text for text, valid in pairs if check_address(ALGO, text).valid != valid] == [off_curve]
