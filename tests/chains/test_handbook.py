"""The page of the networks says what the catalogue and the families say."""

from __future__ import annotations

from pathlib import Path

import pytest

from chains.catalogue import networks
from chains.families import FAMILIES, family
from chains.handbook import ABOUT, handbook

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_up_to_date() -> None:
    """``make docs`` writes it anew."""
    assert (ROOT / "docs" / "networks.md").read_text(encoding="utf-8") == handbook()


def test_every_family_is_told_of() -> None:
    assert set(ABOUT) == set(FAMILIES)
    assert {row.family for row in networks().values()} == set(FAMILIES)


@pytest.mark.parametrize("name", ABOUT)
def test_interfaces_are_those_the_family_looks_at(name: str) -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "chains" / name).glob("*.py")]
    assert all(any(f'"{word}"' in source for source in sources) for word in ABOUT[name].interfaces)
    assert bool(ABOUT[name].interfaces) == any("talk.node.interface" in source for source in sources)


@pytest.mark.parametrize(
    ("name", "references"),
    [
        ("algorand", ["A" * 52]),
        ("aptos", ["0x" + "ab" * 32]),
        ("beacon", ["AB" * 32]),
        ("cardano", ["ab" * 32]),
        ("cosmos", ["ab" * 32, "AB" * 32]),
        ("evm", ["0x" + "ab" * 32, "AB" * 32]),
        (
            "hedera",
            ["0.0.7-1700000000-000000001", "0.0.7@1700000000.000000001", "ab" * 48, "x" * 64, "1700000000.000000001"],
        ),
        ("near", ["{sample}", "{sample}@alice.near"]),
        ("solana", []),
        ("tezos", []),
        (
            "polkadot",
            ["1234567-2", "0x" + "ab" * 32 + "-2", "1234567-initialize", "1234567-finalize", "0x" + "ab" * 32],
        ),
        ("stellar", ["ab" * 32]),
        ("ton", ["ab" * 32, "+/" * 21 + "8=", "-_" * 21 + "8"]),
        ("tron", ["ab" * 32]),
        ("utxo", ["ab" * 32]),
        ("xrpl", ["ab" * 32]),
    ],
)
def test_references_are_taken_as_the_page_says(name: str, references: list[str]) -> None:
    row = next(row for row in networks().values() if row.family == name)
    sample = str(row.params["sample_tx"])
    hash_alone = sample.partition("@")[0]
    asked = [sample, *(text.replace("{sample}", hash_alone) for text in references)]
    taken = [family(name).hash_candidate(row, text) for text in asked]
    assert all(taken)
