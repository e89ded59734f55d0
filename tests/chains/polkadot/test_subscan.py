"""Subscan tells the same story as sidecar, finds by hash, and is not believed where it names no chain."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import NodeMistaken, NodeUnavailable
from chains.polkadot import read
from chains.types import Status, Transaction
from tests.chains.polkadot.scenes import AMOUNT, FEE, HASH, HEIGHT, REFERENCE, account, sidecar, state
from tests.chains.replay import Played
from tests.chains.scene import Answers, Asked, Told

ROW = network("polkadot")
PAYER = account(ROW, 1)


def _subscan(number: int = 41, **changed: Any) -> Answers:
    def value(told: Any) -> Any:
        return f"0x{bytes([told]).hex() * 32}" if isinstance(told, int) else told

    def entry(place: int, pallet: str, name: str, *data: Any) -> dict[str, Any]:
        return {
            "event_idx": place,
            "module_id": pallet,
            "event_id": name,
            "params": json.dumps([{"name": "x", "value": value(part)} for part in data]),
        }

    events = [
        entry(40, "balances", "Withdraw", 1, str(FEE)),
        entry(number, "balances", "Transfer", 1, 2, str(AMOUNT)),
        entry(42, "transactionpayment", "TransactionFeePaid", 1, str(FEE), "0"),
        entry(43, "system", "ExtrinsicSuccess", {"class": "Normal"}),
    ]
    data = {
        "block_timestamp": 1_735_689_600,
        "block_num": HEIGHT,
        "block_hash": HASH,
        "extrinsic_index": REFERENCE,
        "extrinsic_hash": "0x" + "e1" * 32,
        "account_id": PAYER,
        "signature": "0x51",
        "success": True,
        "finalized": True,
        "event": events,
        "event_count": len(events),
        "fee_used": str(FEE),
        **changed,
    }
    return lambda asked: (
        Told({"code": 0, "message": "Success", "data": data}) if asked.path == "/api/scan/extrinsic" else Told({}, 404)
    )


def _by_subscan(answers: Answers, reference: str) -> Transaction:
    return read(ROW, Played(answers, interface="subscan"), reference).transaction


def test_subscan_tells_the_same_story_and_finds_by_hash() -> None:
    by_place, by_sidecar = (
        _by_subscan(_subscan(), REFERENCE),
        read(ROW, Played(sidecar(ROW, state(ROW))), REFERENCE).transaction,
    )
    by_hash = _by_subscan(_subscan(), "0x" + "e1" * 32)
    for result in (by_place, by_hash):
        assert result.transfers == by_sidecar.transfers
        assert (result.status, result.final, result.fee) == (by_sidecar.status, True, by_sidecar.fee)
        assert result.hash == REFERENCE
    assert "extrinsic_hash_not_unique" in by_hash.warnings


def test_subscan_may_not_leave_events_out() -> None:
    with pytest.raises(NodeMistaken):
        _by_subscan(_subscan(number=45), REFERENCE)
    with pytest.raises(NodeMistaken):
        _by_subscan(_subscan(event_count=9), REFERENCE)


def test_subscan_may_not_answer_about_another_extrinsic() -> None:
    with pytest.raises(NodeMistaken):
        _by_subscan(_subscan(), f"{HEIGHT}-7")
    with pytest.raises(NodeMistaken):
        _by_subscan(_subscan(), "0x" + "e2" * 32)


def test_subscan_is_not_believed_about_an_absence() -> None:
    def nothing(asked: Asked) -> Told:
        return Told({"code": 0, "message": "Success", "data": None})

    assert _by_subscan(nothing, REFERENCE).status is Status.UNKNOWN
    assert _by_subscan(_subscan(pending=True), REFERENCE).status is Status.PENDING
    assert _by_subscan(_subscan(), f"{HASH}-2").warnings == ("extrinsic_index_needed",)
    with pytest.raises(NodeUnavailable):
        _by_subscan(lambda asked: Told({"code": 10_004, "message": "Record Not Found"}), REFERENCE)
