"""The signed bytes against the node's words: whoever contradicts them is mistaken, whoever hides them is told."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import NodeMistaken
from chains.tron import hash_candidate, raw, read
from chains.types import Transaction
from tests.chains.replay import Played
from tests.chains.tron.records import (
    ALICE,
    ALICE_TEXT,
    BOB,
    BOB_TEXT,
    OTHER,
    field,
    hash_of,
    info_of,
    json_of,
    message,
    signed,
    transfer,
)
from tests.chains.tron.scenes import SOLID, TRANSACTION, FullNode, holding

ROW = network("tron")


def seen(node: FullNode, data: bytes) -> Transaction:
    return read(ROW, Played(node), hash_of(data)).transaction


def legs(transaction: Transaction) -> list[tuple[str, str | None, str | None, str | None, int]]:
    return [(leg.position, leg.contract, leg.sender, leg.recipient, leg.amount) for leg in transaction.transfers]


def _with_words(data: bytes, **words: Any) -> dict[str, Any]:
    shown = json_of(data)
    shown["raw_data"]["contract"][0]["parameter"]["value"].update(words)
    return shown


@pytest.mark.parametrize(
    "shown",
    [
        _with_words(transfer(5), amount=6),
        _with_words(transfer(5), to_address=OTHER.hex()),
        _with_words(transfer(5), owner_address=OTHER.hex()),
        json_of(transfer(5), txID=hash_of(transfer(6))),
        json_of(transfer(5), raw_data_hex=transfer(6).hex()),
        json_of(transfer(6), txID=hash_of(transfer(5))),  # another transaction in every word and byte but its name
        json_of(transfer(5), raw_data_hex="zz"),
        json_of(transfer(5), raw_data=None, raw_data_hex=None),
        json_of(transfer(5), ret=[{"contractRet": 1}]),
        json_of(transfer(5), ret="SUCCESS"),
    ],
)
def test_a_node_that_contradicts_the_bytes_is_mistaken(shown: dict[str, Any]) -> None:
    node = holding(ROW, transfer(5))
    node.said[TRANSACTION] = shown
    with pytest.raises(NodeMistaken):
        read(ROW, Played(node), hash_of(transfer(5)))


def test_an_outcome_of_another_transaction_is_refused() -> None:
    node = holding(ROW, transfer(5))
    node.said[SOLID] = info_of(transfer(6))
    with pytest.raises(NodeMistaken):
        seen(node, transfer(5))


def test_without_the_bytes_the_words_are_read_and_said_to_be_words() -> None:
    data = transfer(5, memo=b"hello")
    node = holding(ROW, data)
    node.said[TRANSACTION] = json_of(data, raw_data_hex=None)
    told = seen(node, data)
    assert legs(told) == [("native", None, ALICE_TEXT, BOB_TEXT, 5)]
    assert (told.transfers[0].memo, told.warnings) == ("hello", ("raw_transaction_not_visible",))


def test_addresses_in_words_are_read_too() -> None:
    data = transfer(5)
    node = holding(ROW, data)
    node.said[TRANSACTION] = _with_words(data, owner_address=ALICE_TEXT, to_address=BOB_TEXT)
    assert legs(seen(node, data)) == [("native", None, ALICE_TEXT, BOB_TEXT, 5)]


@pytest.mark.parametrize(
    "data",
    [
        signed(raw.TRANSFER, message({1: ALICE, 2: BOB, 3: 5}), url=raw.TRIGGER),
        signed(raw.TRANSFER, message({1: ALICE, 2: BOB, 3: -5})),
        signed(raw.TRANSFER, message({1: ALICE[1:], 2: BOB, 3: 5})),
        transfer(5) + field(11, b""),
        transfer(5)[:-1],
        transfer(5) + b"\x00",
        b"\xff" * 11,
    ],
)
def test_bytes_that_are_no_transaction_are_refused(data: bytes) -> None:
    node = FullNode(
        ROW, {TRANSACTION: json_of(transfer(5), txID=hash_of(data), raw_data_hex=data.hex(), raw_data=None)}
    )
    with pytest.raises(NodeMistaken):
        seen(node, data)


def test_a_permission_of_several_keys_changes_nothing_but_the_signatures() -> None:
    data = transfer(5, permission=2)
    assert legs(seen(holding(ROW, data), data)) == [("native", None, ALICE_TEXT, BOB_TEXT, 5)]


def test_hashes_as_people_paste_them() -> None:
    digits = hashlib.sha256(b"x").hexdigest()
    for text in (digits, digits.upper(), f"0x{digits}", f"0X{digits.upper()}"):
        assert hash_candidate(ROW, text) == digits
    for text in (digits[:-1], f"{digits}0", f"1x{digits}", digits.replace(digits[5], "g")):
        assert hash_candidate(ROW, text) is None
