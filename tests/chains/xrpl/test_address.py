"""Which texts can receive on the XRP Ledger. X-addresses come from the ledger's own library."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chains.xrpl.address import check, tag_of

CORPUS = os.environ.get("RECOVERY_CORPUS")
CLASSIC = "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh"


def test_a_classic_address() -> None:
    seen = check(CLASSIC)
    assert (seen.valid, seen.normalised, seen.kind, seen.memo) == (True, CLASSIC, "classic", None)


def test_an_x_address_is_a_classic_one_and_its_tag() -> None:
    from xrpl.core.addresscodec import classic_address_to_xaddress

    for tag in (None, 0, 1, 2**32 - 1):
        seen = check(classic_address_to_xaddress(CLASSIC, tag, is_test_network=False))
        assert (seen.valid, seen.normalised, seen.kind) == (True, CLASSIC, "x_address")
        assert seen.memo == (None if tag is None else str(tag))
        assert check(classic_address_to_xaddress(CLASSIC, tag, is_test_network=True)).reason == "wrong_network"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "wrong_format"),
        (CLASSIC[:-1] + "i", "bad_checksum"),
        (CLASSIC.lower(), "bad_checksum"),
        ("sn3nxiW7v8KXzPzAqzyHXbSSKNuN9", "is_a_key"),
        # Of the pass phrase «masterpassphrase», as the ledger's own server derives them: no test of ours can make them up.
        ("n94a1u4jAz288pZLtw6yFWVbi89YamiC6JBXPVUj5zmExe5fTVg9", "is_a_key"),
        ("pnen77YEeUd4fFKG7iycBWcwKpTaeFRkW2WFostaATy1DSupwXe", "is_a_key"),
        ("p9JfM6HHi64m6mvB6v5k7G2b1cXzGmYiCNJf6GHPKvFTWdeRVjh", "is_a_key"),
        ("aBQG8RQAzjs1eTKFEAQXr2gS4utcDiEC9wmi7pfUPTi27VCahwgw", "is_a_key"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "wrong_format"),
        ("X" + "r" * 50, "bad_checksum"),
        ("r" * 1_000, "wrong_format"),
    ],
)
def test_what_cannot_receive(text: str, reason: str) -> None:
    seen = check(text)
    assert (seen.valid, seen.reason) == (False, reason)


@pytest.mark.parametrize("memo", ["", "-1", "4294967296", "x", "１", "1.0", "00000000001"])
def test_what_is_no_tag(memo: str) -> None:
    with pytest.raises(ValueError, match="tag"):
        tag_of(memo)
    assert (tag_of(None), tag_of("0"), tag_of("4294967295")) == (None, 0, 4294967295)


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_recorded_vectors() -> None:
    folder = Path(str(CORPUS)) / "_address_vectors"
    many = json.loads((folder / "multicoin.json").read_text())
    rows = [(row["address"], row["valid"]) for row in many if row["currency"].lower() in ("ripple", "xrp")]
    own = json.loads((folder / "bip_utils.json").read_text())["xrp_addr"]
    rows += [(text, True) for text in own["valid"]] + [(text, False) for text in own["invalid"]]
    assert len(rows) >= 20
    for text, valid in rows:
        assert check(text).valid is valid, text
