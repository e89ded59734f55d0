"""The traps of TRON, each with a small record: what must be read, and what must not be."""

from __future__ import annotations

from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import NodeMistaken, NodeUnavailable
from chains.tron import raw, read
from chains.tron.address import to_text
from chains.tron.decode import created
from chains.types import Status, Transaction, TransferKind
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told
from tests.chains.tron.records import (
    ALICE,
    ALICE_TEXT,
    BOB,
    BOB_TEXT,
    HEIGHT,
    OTHER,
    OTHER_TEXT,
    TIME_MS,
    TOKEN,
    TOKEN_TEXT,
    block_of,
    field,
    hash_of,
    inner_of,
    json_of,
    log_of,
    message,
    signed,
    token_call,
    transfer,
    transfer_asset,
    trigger,
    word,
)
from tests.chains.tron.scenes import INFO, SOLID, TRANSACTION, FullNode, holding

ROW = network("tron")
SUCCESS = {"result": "SUCCESS", "energy_fee": 900_000}


def seen(node: FullNode, data: bytes) -> Transaction:
    return read(ROW, Played(node), hash_of(data)).transaction


def called(data: bytes, **info: Any) -> Transaction:
    return seen(holding(ROW, data, **{"receipt": SUCCESS} | info), data)


def legs(transaction: Transaction) -> list[tuple[str, str | None, str | None, str | None, int]]:
    return [(leg.position, leg.contract, leg.sender, leg.recipient, leg.amount) for leg in transaction.transfers]


@pytest.mark.parametrize("result", ["OUT_OF_ENERGY", "REVERT", "OUT_OF_TIME", "BAD_JUMP_DESTINATION", "UNKNOWN"])
def test_a_failed_call_moves_nothing_however_good_its_data_look(result: str) -> None:
    data = trigger(token_call(BOB, 5_000_000))
    node = holding(ROW, data, receipt={"result": result, "energy_fee": 1}, result="FAILED", fee=7_000_000)
    node.said[TRANSACTION] = json_of(data, ret=[{"contractRet": result}])
    told = seen(node, data)
    assert (told.status, told.final, told.transfers) == (Status.FAILED, True, ())
    assert told.failure == {"REVERT": "reverted"}.get(result, result.replace("_", " ").lower())
    assert told.fee is not None
    assert (told.fee.amount, told.fee.payer) == (7_000_000, ALICE_TEXT)


def test_one_sign_of_failure_is_enough_unless_another_contradicts_it() -> None:
    data = trigger(token_call(BOB, 5))
    log = [log_of(ALICE, BOB, 5)]
    silent = holding(ROW, data, receipt={"energy_fee": 1}, result="FAILED", log=log)
    silent.said[TRANSACTION] = json_of(data, ret=[{}])
    assert seen(silent, data).status is Status.FAILED
    torn = holding(ROW, data, receipt={"result": "REVERT"}, log=log)
    told = seen(torn, data)
    assert (told.status, told.warnings, told.transfers) == (Status.UNKNOWN, ("node_inconsistent",), ())


def test_the_words_of_a_contract_that_reverted() -> None:
    data = trigger(token_call(BOB, 5))
    words = bytes.fromhex("08c379a0") + word(32) + word(11) + b"not allowed".ljust(32, b"\0")
    node = holding(ROW, data, receipt={"result": "REVERT"}, result="FAILED", contractResult=[words.hex()])
    node.said[TRANSACTION] = json_of(data, ret=[{"contractRet": "REVERT"}])
    assert seen(node, data).failure == "reverted: not allowed"


def test_a_plain_transfer_has_neither_result_nor_fee_when_bandwidth_was_free() -> None:
    data = transfer(3)
    node = holding(ROW, data, fee=None, receipt={"net_usage": 265})
    node.said[TRANSACTION] = json_of(data, ret=[{}])
    told = seen(node, data)
    assert (told.status, told.final, legs(told)) == (
        Status.SUCCEEDED,
        True,
        [("native", None, ALICE_TEXT, BOB_TEXT, 3)],
    )
    assert told.fee is not None
    assert told.fee.amount == 0


def test_the_fee_of_a_new_account_is_whole_and_a_fee_below_its_parts_is_none() -> None:
    assert seen(holding(ROW, transfer(3)), transfer(3)).fee.amount == 1_100_000  # type: ignore[union-attr]
    told = seen(holding(ROW, transfer(3), fee=5, receipt={"net_fee": 100_000}), transfer(3))
    assert told.fee is None
    assert "fee_not_visible" in told.warnings


def test_a_call_without_any_word_of_its_outcome_is_unknown() -> None:
    data = trigger(token_call(BOB, 5))
    node = holding(ROW, data, receipt={})
    node.said[TRANSACTION] = json_of(data, ret=[{"contractRet": "DEFAULT"}])
    assert (seen(node, data).status, seen(node, data).warnings) == (Status.UNKNOWN, ("status_not_recorded",))


def test_a_token_counts_by_its_log_and_not_by_the_call() -> None:
    """Address words of calls may have TRON's 41 in front; a token may keep a part of what is sent."""
    padded = bytes.fromhex("a9059cbb") + word(BOB) + word(100)
    told = called(trigger(padded), log=[log_of(ALICE, BOB, 97)])
    assert legs(told) == [("log:0", TOKEN_TEXT, ALICE_TEXT, BOB_TEXT, 97)]
    assert told.transfers[0].symbol == "COIN"
    assert legs(called(trigger(padded), log=[])) == []


def test_a_padded_word_in_a_log_is_the_same_address() -> None:
    log = log_of(ALICE, BOB, 1)
    log["topics"][2] = word(BOB).hex()
    assert called(trigger(token_call(BOB, 1)), log=[log]).transfers[0].recipient == BOB_TEXT
    log["topics"][2] = "01" + "00" * 31
    assert "unreadable_transfer_log" in called(trigger(token_call(BOB, 1)), log=[log]).warnings


def test_logs_of_others_mints_burns_and_collectibles() -> None:
    nft = log_of(ALICE, BOB, 0)
    nft["topics"].append(word(7).hex())
    nft["data"] = ""
    nobody = b"\x41" + bytes(20)
    approval = {"address": TOKEN[1:].hex(), "topics": ["8c" * 32], "data": ""}
    logs = [approval, log_of(nobody, BOB, 4), log_of(ALICE, nobody, 5, OTHER), nft]
    told = called(trigger(b"\x12\x34\x56\x78"), log=logs)
    assert legs(told) == [
        ("log:1", TOKEN_TEXT, None, BOB_TEXT, 4),
        ("log:2", OTHER_TEXT, ALICE_TEXT, None, 5),
        ("log:3", TOKEN_TEXT, ALICE_TEXT, BOB_TEXT, 1),
    ]
    assert (told.transfers[2].kind, told.transfers[2].token_id) == (TransferKind.NFT, "7")
    assert told.transfers[2].asset == f"{ROW.id}/trc721:{TOKEN_TEXT}"


def test_several_in_one_log() -> None:
    parties = [word(ALICE[1:]).hex(), word(ALICE[1:]).hex(), word(BOB[1:]).hex()]
    single = {
        "address": TOKEN[1:].hex(),
        "topics": ["c3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62", *parties],
        "data": (word(9) + word(2)).hex(),
    }
    array = word(64) + word(160) + word(2) + word(1) + word(2) + word(2) + word(10) + word(20)
    batch = {
        "address": TOKEN[1:].hex(),
        "topics": ["4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb", *parties],
        "data": array.hex(),
    }
    told = called(trigger(b"\x12\x34\x56\x78"), log=[single, batch])
    assert [(leg.position, leg.token_id, leg.amount) for leg in told.transfers] == [
        ("log:0", "9", 2),
        ("log:1/0", "1", 10),
        ("log:1/1", "2", 20),
    ]


def test_a_trc10_token_is_its_number_and_never_its_name() -> None:
    data = transfer_asset(1_000_000_000)
    node = holding(ROW, data)
    node.said["/wallet/getassetissuebyid"] = {"id": "1002000", "abbr": b"TRX".hex(), "precision": 6}
    told = seen(node, data)
    assert legs(told) == [("token", "trc10:1002000", ALICE_TEXT, BOB_TEXT, 1_000_000_000)]
    leg = told.transfers[0]
    assert (leg.kind, leg.asset, leg.symbol, leg.decimals) == (
        TransferKind.TOKEN,
        f"{ROW.id}/trc10:1002000",
        None,  # it calls itself as the native coin does
        6,
    )
    node.said["/wallet/getassetissuebyid"] = {"id": "1002000", "abbr": b"BTT".hex(), "precision": 6}
    assert seen(node, data).transfers[0].symbol == "BTT"


def test_inner_transactions_move_value_unless_they_were_rejected() -> None:
    inner = [
        inner_of(TOKEN, BOB, {}, note="call"),
        inner_of(TOKEN, BOB, {"callValue": 11}),
        inner_of(TOKEN, BOB, {"callValue": 12}, rejected=True),
        inner_of(TOKEN, OTHER, {}, {"callValue": 13, "tokenId": "1002000"}),
        inner_of(TOKEN, OTHER, {"callValue": 14}, note="freezeBalanceV2ForEnergy"),
        inner_of(TOKEN, OTHER, {"callValue": 15}, note="delegateResourceOfEnergy"),
        inner_of(TOKEN, TOKEN, {"callValue": 16}, note="withdrawReward"),
        inner_of(TOKEN, OTHER, {"callValue": 17}, note="suicide"),
        inner_of(TOKEN, TOKEN, {"callValue": 18}, note="suicide"),
    ]
    told = called(trigger(b"\x12\x34\x56\x78"), internal_transactions=inner)
    assert legs(told) == [
        ("trace:1", None, TOKEN_TEXT, BOB_TEXT, 11),
        ("trace:3/1", "trc10:1002000", TOKEN_TEXT, OTHER_TEXT, 13),
        ("trace:6", None, None, TOKEN_TEXT, 16),
        ("trace:7", None, TOKEN_TEXT, OTHER_TEXT, 17),
        ("trace:8", None, TOKEN_TEXT, None, 18),
    ]
    assert {leg.kind for leg in told.transfers} == {TransferKind.INTERNAL}
    assert told.warnings == ()


def test_a_node_that_may_keep_no_inner_transactions_is_not_taken_for_proof() -> None:
    assert called(trigger(b"\x12\x34\x56\x78")).warnings == ("internal_transfers_not_visible",)
    plainly = trigger(token_call(BOB, 5))
    assert called(plainly, log=[log_of(ALICE, BOB, 5)]).warnings == ()
    pulled = trigger(bytes.fromhex("23b872dd") + word(OTHER[1:]) + word(BOB[1:]) + word(5))
    assert called(pulled, log=[log_of(OTHER, BOB, 5)]).warnings == ()
    assert called(pulled, log=[log_of(ALICE, BOB, 5)]).warnings == ("internal_transfers_not_visible",)
    assert called(trigger(bytes.fromhex("a9059cbb"))).warnings == ("internal_transfers_not_visible",)
    assert called(plainly, log=[log_of(ALICE, BOB, 4)]).warnings == ("internal_transfers_not_visible",)
    assert called(plainly, log=[log_of(ALICE, BOB, 5, OTHER)]).warnings == ("internal_transfers_not_visible",)


def test_what_a_call_carries() -> None:
    told = called(trigger(b"\x12\x34\x56\x78", OTHER, 500, (600, 1_002_000)))
    assert legs(told) == [
        ("native", None, ALICE_TEXT, OTHER_TEXT, 500),
        ("token", "trc10:1002000", ALICE_TEXT, OTHER_TEXT, 600),
    ]


def test_what_a_new_contract_gets() -> None:
    body = field(1, ALICE) + field(2, message({1: ALICE, 5: 77})) + field(3, 0)
    data = signed(raw.CREATE, body, fee_limit=10)
    at = created(hash_of(data), ALICE)
    assert legs(called(data)) == [("native", None, ALICE_TEXT, to_text(at), 77)]


@pytest.mark.parametrize(
    "type_",
    ["FreezeBalanceV2Contract", "VoteWitnessContract", "DelegateResourceContract", "WithdrawExpireUnfreezeContract"],
)
def test_what_stays_with_its_owner_is_no_transfer(type_: str) -> None:
    data = signed(type_, message({1: ALICE, 2: 100_000_000}))
    told = seen(holding(ROW, data, withdraw_expire_amount=5, unfreeze_amount=6), data)
    assert (told.status, told.transfers, told.warnings) == (Status.SUCCEEDED, (), ())


def test_a_reward_comes_from_nobody() -> None:
    data = signed("WithdrawBalanceContract", message({1: ALICE}))
    told = seen(holding(ROW, data, withdraw_amount=123), data)
    assert legs(told) == [("reward", None, None, ALICE_TEXT, 123)]


def test_types_whose_movements_cannot_be_read_say_so() -> None:
    data = signed("ExchangeTransactionContract", message({1: ALICE, 2: 4, 4: 5}))
    assert seen(holding(ROW, data, exchange_received_amount=5), data).warnings == ("movements_not_readable",)


def test_the_memo_is_the_data_of_the_transaction() -> None:
    assert (
        seen(holding(ROW, transfer(1, memo=b"17 \xe2\x80\xae x")), transfer(1, memo=b"17 \xe2\x80\xae x"))
        .transfers[0]
        .memo
        == "17 \u202e x"
    )
    told = seen(holding(ROW, transfer(1, memo=b"\xff\xfe")), transfer(1, memo=b"\xff\xfe"))
    assert (told.transfers[0].memo, told.warnings) == (None, ("memo_unreadable",))


def test_wallet_answers_before_solidity_does() -> None:
    data = transfer(9)
    told = seen(holding(ROW, data, solid=False), data)
    assert (told.status, told.final, told.confirmations) == (Status.SUCCEEDED, False, 31)
    told = seen(FullNode(ROW, {TRANSACTION: json_of(data)}, age=10**9), data)
    assert (told.status, told.final, told.warnings) == (Status.PENDING, False, ())
    told = seen(FullNode(ROW, {TRANSACTION: json_of(data)}), data)  # long expired: its outcome must be on record
    assert (told.status, told.final, told.warnings) == (Status.PENDING, False, ("receipt_not_visible",))


def test_a_node_without_solidified_state_is_never_final() -> None:
    node = holding(ROW, transfer(9))
    node.refused = (SOLID,)
    told = seen(node, transfer(9))
    assert (told.status, told.final, told.warnings) == (Status.SUCCEEDED, False, ("finalized_block_not_visible",))
    node.refused = (SOLID, INFO)
    with pytest.raises(NodeUnavailable):
        seen(node, transfer(9))


def test_what_is_only_good_to_know_may_be_refused() -> None:
    """A node that answers nothing but the documented questions about one transaction."""
    data = trigger(token_call(BOB, 5))
    node = holding(ROW, data, log=[log_of(ALICE, BOB, 5)], receipt=SUCCESS)

    def bare(asked: Asked) -> Told:
        return Told(node.said[asked.path]) if asked.path in node.said else Told(status=404, text="no")

    told = read(ROW, Played(bare), hash_of(data)).transaction
    assert (told.status, told.final, told.confirmations) == (Status.SUCCEEDED, True, 1)
    assert legs(told) == [("log:0", TOKEN_TEXT, ALICE_TEXT, BOB_TEXT, 5)]
    assert told.warnings == ("chain_identity_not_visible", "tip_not_visible", "block_hash_not_visible")


def test_silence_proves_nothing_without_chain_tip_and_history() -> None:
    data = transfer(1)
    for refused, warning in (
        ("/wallet/getnowblock", "tip_not_visible"),
        ("/wallet/getblockbynum", "chain_identity_not_visible"),
    ):
        told = seen(FullNode(ROW, refused=(refused,)), data)
        assert told.status is Status.UNKNOWN
        assert warning in told.warnings
    told = seen(FullNode(ROW, refused=(SOLID,)), data)
    assert told.status is Status.UNKNOWN
    another = FullNode(ROW, genesis=block_of(HEIGHT)["blockID"])  # whatever is asked, it shows the block it has
    assert "chain_identity_not_visible" in seen(another, data).warnings
    assert seen(FullNode(ROW), data).status is Status.NOT_FOUND


def test_the_block_in_full_when_a_node_does_not_know_the_question_for_its_header() -> None:
    node = holding(ROW, transfer(9))
    node.refused = ("/wallet/getblock",)
    told = seen(node, transfer(9))
    assert told.block is not None
    assert (told.block.hash, told.warnings) == (block_of(HEIGHT)["blockID"], ())
    node.said["/wallet/getblock"] = block_of(HEIGHT, TIME_MS + 3000)
    node.refused = ()
    with pytest.raises(NodeMistaken):
        seen(node, transfer(9))
