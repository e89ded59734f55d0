"""How people paste an extrinsic: by its place in a block, which says nothing where the chain is not known."""

from __future__ import annotations

import pytest

from chains.identify import identify

HASH = "0x" + "ab" * 32
PHONE = "and my number is 123456-7890"


@pytest.mark.parametrize(
    ("text", "found", "reason"),
    [
        ("10353452-2", "10353452-2", "hash"),
        ("It was extrinsic 10353452-2, please help", "10353452-2", "hash"),
        (f"{HASH}-2", f"{HASH}-2", "hash"),
        ("https://assethub-polkadot.subscan.io/extrinsic/10353452-2", "10353452-2", "explorer_link"),
        ("https://polkadot.subscan.io/extrinsic/21353452-2", None, "no_hash"),
        ("https://assethub-polkadot.subscan.io/event/10353452-41", None, "no_hash"),
        ("2024-12-24", None, "no_hash"),
        (f"0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 {PHONE}", None, "is_address"),
    ],
)
def test_places_in_blocks(text: str, found: str | None, reason: str) -> None:
    seen = identify(text)
    assert (seen.hash, seen.reason) == (found, reason)
    assert seen.candidates == (("polkadot",) if found else ())


def test_a_place_beside_a_hash_is_something_else() -> None:
    assert identify(f"{HASH} {PHONE}").hash == HASH
