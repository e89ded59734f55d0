"""Every recorded answer of real nodes, read through the real client; a few of them checked by hand."""

from __future__ import annotations

import json
import os
from base64 import b64decode
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chains.catalogue import network
from chains.encoding import base58_encode
from chains.solana import read
from chains.types import Status, Transaction
from tests.chains.replay import Played
from tests.chains.solana.node import Known, node

SOLANA = network("solana")
CORPUS = os.environ.get("RECOVERY_CORPUS")

pytestmark = pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")

USDC = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
SOL = None
A1 = "HBYC51YrGFAZ8rM7Sj8e9uqKggpSrDYrinQDZzvMtqQp"
A2 = "AHy6YZA8BsHgQfVkk7MbwpAN94iyN7Nf1zN4nPqUN32Q"
A3 = "ASQQcxX1n6J1wtWEM14SoWsFmCtY2bvpV8dcKFJPZgWd"
A4 = "8wytzyCBXco7yqgrLDiecpEt452MSuNWRe7xsLgAAX1H"
A5 = "5QtyKPHtWUf45bNb5buQ6UxpL2ekSJxBCK9g8xMCsc9U"
A6 = "B1nzrk99FEDAYB2M82yepdvEv1YBRJKcx5Y5R6MSDW1Q"
A7 = "CabroWmzUzcqqGvprUoC7RnJznuwX6qf5W1tSSaomri7"
A8 = "CVxvaZ5CpzfWkYmFFS4g6xk4ArLxGE4bVqaKBuDDnuTG"
A9 = "FmAcjWaRFUxGWBfGT7G3CzcFeJFsewQ4KPJVG4f6fcob"
A10 = "3tJ67qa2GDfvv2wcMYNUfN5QBZrFpTwcU8ASZKMvCTVU"
A11 = "jupSoLaHXQiZZTSfEWMTRRgpnyFm8f6sZdosWBjx93v"
A12 = "DqsyUJ3hBSAt94pnShLW6HL4vQzxM3XrtMzfe8Yi7gGw"
A13 = "4abvSWugzSRhpAk4rpvdSruFAFoNG1D1JTStmzpGt7xA"
A14 = "HADfwkTfBeZezWZsWzEaP9fT9YSb674drrJH8hs2tTP"
A15 = "mm5G1iYsa87dCR7zwBHmDC57k7mA6HHiRTE8FFNpkju"
A16 = "818iVkyZJajuiDTrsvo3M6T1hGtPszvREd1qjU7k2o4L"
A17 = "JB5TxxRchPN1kBt6oWNURAC5DAnz88SeX2BeQEamMQva"
A18 = "5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1"
A19 = "So11111111111111111111111111111111111111112"

LEGS: dict[str, list[tuple[str, str | None, str | None, str | None, int]]] = {
    # a system transfer of 2020, without inner instructions and token balances
    "4aQuuc4X": [
        (
            "ix:0",
            SOL,
            A1,
            A2,
            1_230_000,
        )
    ],
    # a vote that failed
    "29ku1Fzy": [],
    # lamports leave a stake account
    "2BMrwZEG": [
        (
            "ix:1",
            SOL,
            A3,
            A4,
            10_483_145,
        )
    ],
    # USDC, a fee payer who is neither side, the associated account there already
    "65MevEhH": [
        (
            "ix:1",
            USDC,
            A5,
            A6,
            24_737_625,
        )
    ],
    # all inside one instruction of a program: two event accounts paid for, then the deposit
    "3qp65NuE": [
        (
            "ix:1/0",
            SOL,
            A7,
            A8,
            2_463_840,
        ),
        (
            "ix:1/1",
            SOL,
            A7,
            A9,
            222_720,
        ),
        (
            "ix:1/2",
            SOL,
            A7,
            A10,
            150_000_000,
        ),
    ],
    # an NFT kept outside the token programs: nothing a node shows says that it moved
    "3LnToWvK": [],
    # tokens come back from an order, whose token account closes; the order's own account closes without an instruction
    "4iZxoW1D": [
        (
            "ix:1/0",
            A11,
            A12,
            A13,
            178_000_000_000,
        ),
        (
            "ix:1/1",
            SOL,
            A14,
            A13,
            2_039_280,
        ),
    ],
    # a swap to SOL: wrapped SOL arrives in an account opened and closed on the way
    "2rY9ky2Y": [
        (
            "ix:2/1",
            SOL,
            A15,
            A16,
            2_039_280,
        ),
        (
            "ix:3/0",
            A17,
            A15,
            A18,
            7_287_032_271_779,
        ),
        (
            "ix:3/1",
            A19,
            A18,
            A15,
            45_130_273,
        ),
        (
            "ix:4",
            SOL,
            A16,
            A15,
            47_169_553,
        ),
    ],
}

UNEXPLAINED = {"4iZxoW1D", "4v28RP4A", "k2eGRDNq"}
"""Prefixes of records in which programs close accounts of their own without an instruction (and the NFT's delegate record)."""


def answers() -> tuple[dict[str, dict[str, Any]], Counter[str]]:
    """Answers of ``getTransaction`` by signature, and why other records were left out."""
    found: dict[str, dict[str, Any]] = {}
    skipped: Counter[str] = Counter()
    for path in sorted((Path(str(CORPUS)) / "solana").glob("*.json")):
        value = json.loads(path.read_text())
        for record in value if isinstance(value, list) else [value]:
            inside = record.get("result") or record.get("response") or {}
            inside = inside.get("result", inside) if isinstance(inside, dict) else {}
            if not isinstance(inside, dict) or "transaction" not in inside:
                skipped["no answer of getTransaction"] += 1
                continue
            signature = _signature(inside["transaction"])
            if signature is None:
                skipped["no bytes of a transaction"] += 1
            elif signature in found:
                skipped["recorded twice"] += 1
            else:
                found[signature] = inside
    return found, skipped


def _signature(transaction: Any) -> str | None:
    if isinstance(transaction, dict):
        return str(transaction["signatures"][0])
    try:
        return base58_encode(b64decode(transaction[0], validate=True)[1:65])
    except ValueError:
        return None


def seen(signature: str, answer: dict[str, Any]) -> Transaction:
    return read(SOLANA, Played(node(Known({signature: answer}, slot=answer["slot"] + 9))), signature).transaction


def test_every_record_is_read() -> None:
    found, skipped = answers()
    unexplained = set()
    for signature, answer in found.items():
        told = seen(signature, answer)
        assert told.final
        assert told.status is (Status.SUCCEEDED if answer["meta"]["err"] is None else Status.FAILED)
        assert told.fee is not None
        assert told.fee.amount == answer["meta"]["fee"]
        assert told.block is not None
        assert told.block.height == answer["slot"]
        if told.warnings:
            assert told.warnings == ("balance_change_unexplained",)
            unexplained.add(signature[:8])
    print(f"solana: {len(found)} read; skipped: {dict(skipped)}; unexplained balances: {sorted(unexplained)}")
    assert len(found) >= 35
    assert unexplained >= UNEXPLAINED
    assert len(unexplained) == len(UNEXPLAINED) + 1


@pytest.mark.parametrize("prefix", LEGS)
def test_what_really_happened(prefix: str) -> None:
    signature, answer = next(one for one in answers()[0].items() if one[0].startswith(prefix))
    told = seen(signature, answer)
    legs = [(leg.position, leg.contract, leg.sender, leg.recipient, leg.amount) for leg in told.transfers]
    assert legs == LEGS[prefix]
