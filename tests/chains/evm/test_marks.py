"""Failures inside a success, senders that stand in for others, and native coin that has a token contract besides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_utils import is_checksum_address

from chains import agreement
from chains.catalogue import network
from chains.encoding import checksummed
from chains.evm import marks
from chains.types import Source, Status, Transaction, TransferKind
from tests.chains.evm.scenes import RECIPIENT, SENDER, TOKEN, Chain, address_word, log, quantity_word
from tests.chains.evm.test_quirks import call, legs, shown, told

ARBITRUM, OPTIMISM, SCROLL, CELO, POLYGON = map(network, ("arbitrum", "optimism", "scroll", "celo", "polygon"))
ENTRY = "0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789"
OTHER = checksummed(b"\x44" * 20)


def written(contract: str, topics: list[str], *data: int, index: int = 0) -> dict[str, Any]:
    row = log(index, contract, SENDER, RECIPIENT, 0)
    return row | {"topics": topics, "data": "0x" + "".join(quantity_word(one)[2:] for one in data)}


def operation(success: int, contract: str = ENTRY, index: int = 0) -> dict[str, Any]:
    topics = ["0x" + marks.USER_OPERATION.hex(), "0x" + "0a" * 32, address_word(SENDER), address_word(OTHER)]
    return written(contract, topics, 7, success, 10, 20, index=index)


def safe(*, indexed: bool) -> dict[str, Any]:
    topics = ["0x" + marks.EXECUTION_FAILURE.hex(), *(["0x" + "0a" * 32] if indexed else [])]
    return written(OTHER, topics, *([] if indexed else [9]), 0)


@pytest.mark.parametrize(
    ("row", "failed"),
    [
        (safe(indexed=True), True),
        (safe(indexed=False), True),
        (safe(indexed=False) | {"data": "0x"}, False),
        (operation(0), True),
        (operation(1), False),
        (operation(0, "0x0000000071727De22E5E9d8BAf0edAc6f37da032"), True),
        (operation(0, OTHER), False),
        (operation(0) | {"data": "0x"}, False),
        (written(OTHER, []), False),
    ],
)
def test_what_a_wallet_contract_was_asked_and_failed_to_do(row: dict[str, Any], failed: bool) -> None:
    seen = told(shown(left={"logs": [row]}))
    assert seen.status is Status.SUCCEEDED
    assert ("inner_execution_failed" in seen.warnings) is failed


def test_a_failure_among_operations_leaves_what_the_others_moved() -> None:
    logs = [operation(0), log(1, TOKEN, SENDER, RECIPIENT, 9), operation(1, index=2)]
    seen = told(shown(left={"logs": logs}))
    assert legs(seen) == [("log:1", SENDER, RECIPIENT, 9)]
    assert "inner_execution_failed" in seen.warnings


def test_a_transaction_that_failed_itself_needs_no_word_of_inner_ones() -> None:
    seen = told(shown(left={"logs": [operation(0)], "status": "0x0"}))
    assert "inner_execution_failed" not in seen.warnings


def test_one_node_alone_does_not_make_a_failure() -> None:
    sound, other = told(shown()), told(shown(left={"logs": [operation(0)]}))
    assert sound.transfers == other.transfers

    def verdict(*stories: Transaction) -> Transaction:
        sources = [agreement.Testimony(Source(f"node {n}", 1, "00"), story) for n, story in enumerate(stories)]
        return agreement.agree(network("ethereum"), sound.hash, sources)

    assert "inner_execution_failed" not in verdict(sound, other, sound).warnings
    assert "inner_execution_failed" not in verdict(sound, other).warnings
    assert "inner_execution_failed" in verdict(other, sound, other).warnings
    assert "inner_execution_failed" in verdict(other).warnings


def test_entry_points_are_written_as_logs_name_them() -> None:
    assert all(is_checksum_address(one) for one in marks.ENTRY_POINTS)


def alias(address: str) -> str:
    raised = (int(address, 16) + 0x1111000000000000000000000000000000001111) % (1 << 160)
    return checksummed(raised.to_bytes(20, "big"))


def sent_up(
    row: Any, kind: int, sender: str = SENDER, to: str = RECIPIENT, value: int = 5, data: str = "0x"
) -> set[str]:
    what = {"type": hex(kind), "from": sender.lower(), "to": to.lower(), "value": hex(value), "input": data}
    return set(told(shown(row, sent=what, left={"from": sender.lower()})).warnings)


@pytest.mark.parametrize("kind", [0x64, 0x65, 0x66, 0x68, 0x69])
def test_arbitrum_gives_every_sender_below_its_alias(kind: int) -> None:
    assert "l1_alias_sender" in sent_up(ARBITRUM, kind)


@pytest.mark.parametrize(("row", "kind"), [(ARBITRUM, 2), (ARBITRUM, 0x6A), (OPTIMISM, 2), (OPTIMISM, 0x69)])
def test_ordinary_transactions_have_senders_of_their_own(row: Any, kind: int) -> None:
    assert not {one for one in sent_up(row, kind) if one.startswith("l1_alias")}


@pytest.mark.parametrize("row", [OPTIMISM, SCROLL], ids=lambda row: row.slug)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"data": "0xd764ad0b" + "00" * 32, "value": 0}, "l1_alias_sender"),
        ({"data": "0x8ef1332e" + "00" * 32}, "l1_alias_sender"),
        ({"sender": alias(RECIPIENT)}, "l1_alias_sender"),
        ({"sender": alias("0x" + "ff" * 20), "to": "0x" + "ff" * 20}, "l1_alias_sender"),
        ({}, "l1_alias_possible"),
        ({"to": SENDER}, None),
        ({"value": 0}, None),
    ],
)
def test_deposits_whose_sender_is_or_may_be_an_alias(row: Any, changes: dict[str, Any], code: str | None) -> None:
    seen = {one for one in sent_up(row, 0x7E, **changes) if one.startswith("l1_alias")}
    assert seen == ({code} if code else set())


def test_zksync_spares_ordinary_accounts_too() -> None:
    assert "l1_alias_possible" in sent_up(network("zksync"), 0xFF)
    assert not {one for one in sent_up(network("zksync"), 0xFE) if one.startswith("l1_alias")}


def once(chain: Chain) -> Transaction:
    seen = told(chain)
    assert len(seen.transfers) == 1, legs(seen)
    assert seen.transfers[0].contract is None
    return seen


def test_celo_through_its_contract_is_told_once() -> None:
    """As a transfer of its token contract, which moves the coin by a precompiled contract, and as value of the call."""
    coin = checksummed(bytes.fromhex("471EcE3750Da237f93B8E339c536989b8978a438"))
    inner = [call(coin, "0x" + "00" * 19 + "fd", 0), call(coin, OTHER, 0, kind="DELEGATECALL")]
    moved = once(
        shown(CELO, sent={"to": coin.lower()}, left={"logs": [log(0, coin, SENDER, RECIPIENT, 9)]}, calls=inner)
    )
    assert (moved.transfers[0].kind, moved.transfers[0].amount) == (TransferKind.NATIVE, 9)
    assert once(shown(CELO, sent={"value": "0x9"})).transfers[0].position == "native"


def test_pol_beside_the_log_of_its_contract_is_told_once() -> None:
    """The node logs every movement of the native coin under ``0x…1010``, and some pass through that contract besides."""
    coin = "0x0000000000000000000000000000000000001010"
    moved = log(0, coin, SENDER, RECIPIENT, 9)
    booked = replace(shown(POLYGON, sent={"value": "0x9"}), receipt=shown(POLYGON, left={"logs": [moved]}).receipt)
    assert legs(once(booked)) == [("native", SENDER, RECIPIENT, 9)]
    inner = [call(RECIPIENT, OTHER, 4)]
    logs = [log(0, coin, RECIPIENT, OTHER, 4)]
    assert legs(once(shown(POLYGON, left={"logs": logs}, calls=inner))) == [("trace:0", RECIPIENT, OTHER, 4)]
