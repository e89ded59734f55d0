"""Recorded blocks of sidecar and answers of Subscan, read in place through the clients, every extrinsic of them.

Blocks of other chains of the kind (the relay chains, Kusama's Asset Hub) are read with rows of their own, made here: the
code has no network in it. Skipped where ``RECOVERY_CORPUS`` names no folder.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import NodeMistaken
from chains.polkadot import read
from chains.types import NativeCoin, Network, Status, Transaction
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told

CORPUS = os.environ.get("RECOVERY_CORPUS")
ROW = network("polkadot")


def _row(slug: str, symbol: str, decimals: int, ss58: int) -> Network:
    return replace(
        ROW,
        slug=slug,
        native=NativeCoin(symbol, decimals, f"{ROW.id}/slip44:434"),
        params=MappingProxyType({**ROW.params, "ss58": ss58}),
    )


ROWS = {
    "asset_hub_polkadot": ROW,
    "polkadot": _row("polkadot-relay", "DOT", 10, 0),
    "kusama": _row("kusama", "KSM", 12, 2),
    "asset_hub_kusama": _row("kusama-asset-hub", "KSM", 12, 2),
}
UNSIGNED = {"timestamp", "finalityTracker", "parachains", "parachainSystem", "paraInherent", "imOnline"}


def _block(folder: str, height: int) -> dict[str, Any]:
    path = Path(str(CORPUS)) / folder / f"sidecar_block_{height}.json"
    block: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return block


def _read(folder: str, block: Mapping[str, Any], index: int | str, *, by_hash: bool = False) -> Transaction:
    name = block["hash"] if by_hash else block["number"]

    def answer(asked: Asked) -> Told:
        return Told(block) if asked.path == f"/blocks/{name}" else Told({"code": 404}, 404)

    return read(ROWS[folder], Played(answer), f"{name}-{index}").transaction


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_recorded_blocks(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    for folder in ROWS:
        for file in sorted((Path(str(CORPUS)) / folder).iterdir()):
            if not file.name.startswith("sidecar_block_"):
                counts[f"skipped here: {file.name}, another tool's form"] += 1
                continue
            block = json.loads(file.read_text(encoding="utf-8"))
            counts[f"read: blocks of {folder}"] += 1
            for index in (*range(len(block["extrinsics"])), "initialize", "finalize"):
                seen = _read(folder, block, index)
                assert seen == _read(folder, block, index, by_hash=True)
                assert seen.final
                counts[f"read: {seen.status.value}"] += 1
                counts["read: transfers"] += len(seen.transfers)
                if isinstance(index, int):
                    _against_the_record(block["extrinsics"][index], seen)
    with capsys.disabled():
        print("\n" + "\n".join(f"  {number:>4}  {what}" for what, number in sorted(counts.items())))
    assert counts["read: transfers"] == 42
    assert counts["read: failed"] == 8


def _against_the_record(told: Mapping[str, Any], seen: Transaction) -> None:
    """Simple payments must agree with their own arguments where they succeeded, and every fee with the node's figure."""
    assert seen.status is (Status.SUCCEEDED if told["success"] else Status.FAILED)
    if not told["success"]:
        assert not seen.transfers
        assert seen.failure
    elif told["method"]["method"] in ("transfer", "transferKeepAlive"):
        dest, signer = told["args"]["dest"], told["signature"]["signer"]
        (leg,) = seen.transfers
        assert leg.recipient == (dest["id"] if isinstance(dest, dict) else dest)
        assert leg.sender == (signer["id"] if isinstance(signer, dict) else signer)
        assert leg.amount == int(told["args"]["value"])
    if told["method"]["pallet"] in UNSIGNED:
        assert seen.fee is None
    elif "partialFee" in told["info"]:
        assert seen.fee is not None
        reckoned = int(told["info"]["partialFee"]) + int(told["tip"] or 0)
        assert abs(seen.fee.amount - reckoned) <= 300  # the node knows nothing of refunded weight


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_what_the_quirky_ones_really_did() -> None:
    relay = _block("polkadot", 1662525)
    emptied = _read("polkadot", relay, 2)
    (leg,) = emptied.transfers
    assert (leg.position, leg.amount) == ("event:4", 1_233_920_000_000)
    assert leg.recipient == "1WrCDTLQUd1ggwgFX3S3DV4XCEk6qfef2nz2RssHVQCKox6"
    assert "dust_removed" in emptied.warnings
    assert emptied.block is not None
    assert emptied.block.time is not None
    assert emptied.block.time.isoformat() == "2020-09-19T12:38:30+00:00"
    claim = _read("polkadot", relay, 3)
    assert (claim.status, claim.failure) == (Status.FAILED, "module index 5, error 2")
    assert claim.fee is not None
    assert (claim.fee.amount, claim.fee.payer) == (120_000_000, "15fJ41osdUd5tAUujE3gr9H68dKT3o3CjTTWHWyzmR1xuhWT")
    batches = _block("kusama", 6566865)
    whole, undone = _read("kusama", batches, 3), _read("kusama", batches, 5)
    assert [(leg.position, leg.amount) for leg in whole.transfers] == [
        ("event:0", 66_696_909_890),
        ("event:1", 53_123_993_865),
        ("event:2", 101_947_602_577),
    ]
    assert (undone.status, undone.transfers) == (Status.FAILED, ())
    assert undone.fee is not None
    assert undone.fee.amount == 4_033_332_350  # what the author got; the node reckons 272 more
    tipped = _read("polkadot", _block("polkadot", 6400003), 1)
    assert tipped.fee is not None
    assert tipped.fee.amount == 159_000_015 + 10_000_000
    recovered = _read("kusama", _block("kusama", 3102680), 3)
    assert [(leg.position, leg.amount) for leg in recovered.transfers] == [("event:0", 833_333_333_330)]
    old = _read("kusama", _block("kusama", 9253), 3)
    assert (old.transfers, old.warnings[0]) == ((), "inner_call_failed")


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_recorded_answers_of_subscan() -> None:
    """One as a server gave it, and one edited until it contradicts itself: ``success`` beside an event of failure."""
    folder = Path(str(CORPUS)) / "polkadot"

    def told(name: str) -> Transaction:
        record = json.loads((folder / f"{name}_TestFetchTxInfo.json").read_text(encoding="utf-8"))
        talk = Played(lambda asked: Told(record["response"]), interface="subscan")
        return read(ROWS["polkadot"], talk, "16097417-2").transaction

    seen = told("xc_001")
    assert (seen.status, seen.final) == (Status.SUCCEEDED, True)
    assert seen.fee is not None
    assert (seen.fee.amount, seen.fee.payer) == (157_316_518, "138DFvwTQfQN9ZttPm1HDBVRcEwGfsPxdWRfKktrquziu8c2")
    (leg,) = seen.transfers
    assert (leg.position, leg.amount) == ("event:1", 872_321_233_400)
    assert leg.recipient == "12nr7GiDrYHzAYT9L8HdeXnMfWcBuYfAXpgfzf3upujeCciz"
    with pytest.raises(NodeMistaken):
        told("xc_003")
