"""The page of the networks says what the catalogue and the families say."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from chains.catalogue import networks
from chains.families import FAMILIES, INTERFACES, family
from chains.handbook import ABOUT, handbook
from chains.types import Status
from chains.verify import verify
from tests.chains.replay import replayed

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_up_to_date() -> None:
    """``make docs`` writes it anew."""
    assert (ROOT / "docs" / "networks.md").read_text(encoding="utf-8") == handbook()


def test_every_family_is_told_of() -> None:
    assert set(ABOUT) == set(FAMILIES)
    assert {row.family for row in networks().values()} == set(FAMILIES)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_first_interface_is_the_one_meant_without_a_word(name: str) -> None:
    """Every scene without a word reads the same with the family's first one, and with a stranger's word not at all."""
    row = next(row for row in networks().values() if row.family == name and not row.sandbox)
    scene = next(one for one in import_module(f"tests.chains.{name}.scenes").scenes(row) if one.name == "final")
    with replayed(scene.answers) as node:
        plain = verify(row, scene.reference, [node]).transaction
        named = verify(row, scene.reference, [replace(node, interface=INTERFACES[name][0])]).transaction
        strange = verify(row, scene.reference, [replace(node, interface="telegraph")]).transaction
    assert replace(named, sources=()) == replace(plain, sources=())
    assert plain.status is not Status.UNKNOWN
    assert strange.status is Status.UNKNOWN
    assert f"unknown_interface:{node.label}" in strange.warnings


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
    row = next(row for row in networks().values() if row.family == name and not row.sandbox)
    sample = str(row.params["sample_tx"])
    hash_alone = sample.partition("@")[0]
    asked = [sample, *(text.replace("{sample}", hash_alone) for text in references)]
    taken = [family(name).hash_candidate(row, text) for text in asked]
    assert all(taken)
