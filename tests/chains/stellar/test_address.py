"""Which texts can receive on Stellar."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chains.stellar.address import ACCOUNT, CLAIMABLE, CONTRACT, POOL, check, strkey
from tests.chains.stellar.book import ANNA, key, muxed

CORPUS = os.environ.get("RECOVERY_CORPUS")


def test_accounts_muxed_accounts_and_contracts() -> None:
    assert (check(ANNA).normalised, check(ANNA).kind, check(ANNA).memo) == (ANNA, "account", None)
    for number in (0, 1, 2**64 - 1):
        seen = check(muxed("anna", number))
        assert (seen.valid, seen.normalised, seen.kind, seen.memo) == (True, ANNA, "muxed", str(number))
    contract = strkey(CONTRACT, key("token"))
    assert (check(contract).normalised, check(contract).kind) == (contract, "contract")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "wrong_format"),
        (ANNA.lower(), "wrong_format"),
        (ANNA[:-1] + ("A" if ANNA[-1] != "A" else "B"), "bad_checksum"),
        (ANNA + "A", "wrong_length"),
        (ANNA + "AA", "bad_checksum"),
        (strkey(18 << 3, key("anna")), "is_a_key"),
        (strkey(19 << 3, key("anna")), "wrong_prefix"),
        (strkey(23 << 3, key("anna")), "wrong_prefix"),
        (strkey(POOL, key("anna")), "wrong_prefix"),
        (strkey(CLAIMABLE, b"\x00" + key("anna")), "wrong_prefix"),
        (strkey(ACCOUNT, key("anna") + b"\x00" * 5), "wrong_length"),
        ("anna*example.org", "federation_address"),
    ],
)
def test_what_cannot_receive(text: str, reason: str) -> None:
    seen = check(text)
    assert (seen.valid, seen.reason) == (False, reason)


def test_bits_beyond_the_last_byte_must_be_zero() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    honest = muxed("anna", 5)
    other = honest[:-1] + letters[letters.index(honest[-1]) ^ 1]
    assert check(other).reason == "wrong_format"


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_recorded_vectors() -> None:
    folder = Path(str(CORPUS)) / "_address_vectors"
    many = json.loads((folder / "multicoin.json").read_text())
    rows = [(row["address"], row["valid"]) for row in many if row["currency"].lower() in ("stellar", "xlm")]
    own = json.loads((folder / "bip_utils.json").read_text())["xlm_addr"]
    rows += [(text, True) for text in own["valid"]] + [(text, False) for text in own["invalid"]]
    assert len(rows) >= 40
    for text, valid in rows:
        assert check(text).valid is valid, text
