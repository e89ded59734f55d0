"""Addresses and signatures of Solana as people paste them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chains.catalogue import network
from chains.solana import check_address, hash_candidate, programs
from tests.chains.solana.node import signature

SOLANA = network("solana")
CORPUS = os.environ.get("RECOVERY_CORPUS")
OFF_CURVE = {"F9vSypJrvid1y1ckLUJoT1Ke4R5TgeMiyoZdFKBAA91j"}
"""Called invalid in the vectors because no key can exist for it; on the chain that is a program's address and can receive."""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("HBYC51YrGFAZ8rM7Sj8e9uqKggpSrDYrinQDZzvMtqQp", "account"),
        (" HBYC51YrGFAZ8rM7Sj8e9uqKggpSrDYrinQDZzvMtqQp\n", "account"),
        ("F9vSypJrvid1y1ckLUJoT1Ke4R5TgeMiyoZdFKBAA91j", "program_derived"),
    ],
)
def test_what_can_receive(text: str, kind: str) -> None:
    told = check_address(SOLANA, text)
    assert (told.valid, told.normalised, told.kind) == (True, text.strip(), kind)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("HBYC51YrGFAZ8rM7Sj8e9uqKggpSrDYrinQDZzvMtqQ0", "bad_characters"),
        ("HBYC51YrGFAZ8rM7Sj8e9uqKggpSrDYrinQDZzvM", "wrong_length"),
        ("1HBYC51YrGFAZ8rM7Sj8e9uqKggpSrDYrinQDZzvMtqQp", "wrong_length"),
        ("H" * 2000, "wrong_length"),
        (signature("a"), "is_signature"),
        (programs.SYSTEM, "program_address"),
        (programs.TOKEN, "program_address"),
        ("SysvarC1ock11111111111111111111111111111111", "program_address"),
        (programs.INCINERATOR, "zero_address"),
        (programs.WRAPPED_SOL, "token_contract"),
    ],
)
def test_what_cannot(text: str, reason: str) -> None:
    told = check_address(SOLANA, text)
    assert (told.valid, told.normalised, told.reason) == (False, None, reason)


def test_signatures() -> None:
    for name in map(str, range(200)):
        text = signature(name)
        assert hash_candidate(SOLANA, text) == text
        assert hash_candidate(SOLANA, text[:-3]) is None
    assert hash_candidate(SOLANA, "HBYC51YrGFAZ8rM7Sj8e9uqKggpSrDYrinQDZzvMtqQp") is None
    assert hash_candidate(SOLANA, "a" * 64) is None  # 64 hexadecimal digits are another chain's
    assert hash_candidate(SOLANA, "z" * 88) is None  # more than 64 bytes hold


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_the_vectors() -> None:
    folder = Path(str(CORPUS)) / "_address_vectors"
    rows = [row for row in json.loads((folder / "multicoin.json").read_text()) if row["currency"] in ("sol", "solana")]
    told = json.loads((folder / "bip_utils.json").read_text())["sol_addr"]
    vectors = [(row["address"], row["valid"]) for row in rows]
    vectors += [(text, True) for text in told["valid"]] + [(text, False) for text in told["invalid"]]
    print(f"solana addresses: {len(vectors)} read")
    assert len(vectors) >= 19
    for text, valid in vectors:
        assert check_address(SOLANA, text).valid is (valid or text in OFF_CURVE), text
