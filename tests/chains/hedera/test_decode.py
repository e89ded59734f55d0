"""The traps of Hedera, each with a small record: what must be read, and what must not be."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import NodeMistaken, NodeUnavailable
from chains.hedera import hash_candidate, read
from chains.types import Status, Transaction, TransferKind
from tests.chains.hedera.records import (
    BOB,
    CAROL,
    CONSENSUS,
    FEE,
    ID,
    NODE,
    PAYER,
    TOKEN,
    entry,
    fees,
    memo,
    nft_entry,
    record,
    token_entry,
)
from tests.chains.hedera.scenes import NOTHING, Mirror
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told

ROW = network("hedera")
RESULTS = f"/api/v1/contracts/results/{ID}"
NO_EVENTS: dict[str, Any] = {RESULTS: {"logs": []}}


def seen(*records: dict[str, Any], reference: str = ID, said: dict[str, Any] | None = None) -> Transaction:
    return read(ROW, Played(Mirror(ROW, list(records), said or {})), reference).transaction


def legs(transaction: Transaction) -> list[tuple[str, str | None, str | None, int]]:
    return [(leg.position, leg.sender, leg.recipient, leg.amount) for leg in transaction.transfers]


def paid(transaction: Transaction) -> tuple[int, str | None]:
    assert transaction.fee is not None
    return transaction.fee.amount, transaction.fee.payer


def test_a_transfer_without_its_fee() -> None:
    told = seen(record())
    assert (told.status, told.final, told.confirmations) == (Status.SUCCEEDED, True, 41)
    assert legs(told) == [("transfer:4", PAYER, BOB, 500)]
    assert paid(told) == (FEE, PAYER)


@pytest.mark.parametrize(
    ("changed", "several"),
    [
        ({"transfers": [*fees(payer=None), entry(PAYER, -300 - FEE), entry(CAROL, -200), entry(BOB, 500)]}, True),
        ({"token_transfers": [token_entry(PAYER, -3), token_entry(CAROL, -2), token_entry(BOB, 5)]}, True),
        ({"token_transfers": [token_entry(PAYER, -5), token_entry(CAROL, 2), token_entry(BOB, 3)]}, False),
        ({"token_transfers": [token_entry(PAYER, -5), token_entry(BOB, 5), token_entry(CAROL, -2, "0.0.9")]}, False),
        ({}, False),
    ],
)
def test_several_who_gave_are_told(changed: dict[str, Any], several: bool) -> None:
    told = seen(record(**changed))
    assert ("several_senders" in told.warnings) is several
    assert any(leg.sender is None and leg.recipient == BOB for leg in told.transfers) is several


def test_a_failed_call_whose_list_holds_only_fees() -> None:
    told = seen(record(name="CONTRACTCALL", result="CONTRACT_REVERT_EXECUTED", transfers=fees()))
    assert (told.status, told.final, told.failure) == (Status.FAILED, True, "contract revert executed")
    assert (told.transfers, paid(told)) == ((), (FEE, PAYER))


def test_a_failed_transfer_moves_nothing_whatever_its_list_shows() -> None:
    told = seen(record(result="INSUFFICIENT_ACCOUNT_BALANCE"))
    assert (told.status, told.transfers) == (Status.FAILED, ())


@pytest.mark.parametrize("result", ["SUCCESS", "SUCCESS_BUT_MISSING_EXPECTED_OPERATION"])
def test_results_that_are_success(result: str) -> None:
    assert seen(record(result=result)).status is Status.SUCCEEDED


def test_a_result_the_node_has_no_word_for_is_not_a_failure() -> None:
    told = seen(record(result="UNKNOWN"))
    assert (told.status, told.final, told.transfers) == (Status.UNKNOWN, False, ())
    assert "status_not_visible" in told.warnings


def test_a_success_with_nothing_but_fees_moves_nothing() -> None:
    told = seen(record(name="CONSENSUSCREATETOPIC", transfers=fees()))
    assert (told.status, told.transfers, told.warnings) == (Status.SUCCEEDED, (), ())


def test_staking_rewards_are_taken_out_to_the_last_unit() -> None:
    """Bob is sent 500 and gets 70 of reward in the same entry; 0.0.800 takes a fee and pays rewards in one entry."""
    mixed = [
        entry(NODE, 100),
        entry("0.0.98", 700),
        entry("0.0.800", 200 - 70),
        entry(PAYER, -500 - FEE),
        entry(BOB, 500 + 70),
    ]
    told = seen(record(transfers=mixed, staking_reward_transfers=[{"account": BOB, "amount": 70}]))
    assert legs(told) == [("transfer:4", PAYER, BOB, 500)]
    assert told.warnings == ("rewards_not_listed",)


def test_a_reward_that_hides_the_fee_is_still_none() -> None:
    mixed = [entry("0.0.98", FEE), entry("0.0.800", -9_000), entry(PAYER, 9_000 - FEE)]
    told = seen(record(transfers=mixed, staking_reward_transfers=[{"account": PAYER, "amount": 9_000}]))
    assert (told.transfers, paid(told)) == ((), (FEE, PAYER))


def test_rewards_an_older_answer_does_not_list_apart() -> None:
    mixed = [*fees(), entry(CAROL, 77)]
    mixed[2] = entry("0.0.800", -77)
    mixed[1] = entry("0.0.98", FEE - FEE // 10)
    told = seen(record(transfers=mixed, staking_reward_transfers=[]))
    assert (told.transfers, told.warnings) == ((), ("rewards_not_listed",))


def test_several_givers_leave_the_sender_open() -> None:
    mixed = [*fees(), entry(CAROL, -300), entry("0.0.6004", -200), entry(BOB, 450), entry("0.0.6005", 50)]
    assert legs(seen(record(transfers=mixed))) == [("transfer:6", None, BOB, 450), ("transfer:7", None, "0.0.6005", 50)]


def test_a_payer_who_gives_nothing_is_not_the_sender() -> None:
    mixed = [*fees(), entry(CAROL, -300), entry(BOB, 300)]
    assert legs(seen(record(transfers=mixed))) == [("transfer:5", CAROL, BOB, 300)]


def test_a_payer_who_receives_gets_the_whole_although_the_fee_shares_the_entry() -> None:
    mixed = [*fees(payer=None), entry(PAYER, 5_000 - FEE), entry(CAROL, -5_000)]
    assert legs(seen(record(transfers=mixed))) == [("transfer:3", CAROL, PAYER, 5_000)]


def test_a_relay_and_the_sender_share_the_fee() -> None:
    """An Ethereum transaction: the relay pays a part, its sender the gas; the sender moves 900 to Bob."""
    mixed = [entry(NODE, 100), entry("0.0.98", 900), entry(PAYER, -300), entry(BOB, 900), entry(CAROL, -900 - 700)]
    told = seen(record(name="ETHEREUMTRANSACTION", transfers=mixed), said=NO_EVENTS)
    assert legs(told) == [("transfer:3", CAROL, BOB, 900)]
    assert (paid(told), told.warnings) == ((FEE, None), ())


def test_what_is_sent_to_an_account_of_the_network_on_purpose() -> None:
    mixed = [entry("0.0.98", FEE + 25), entry(PAYER, -FEE - 25)]
    assert legs(seen(record(transfers=mixed))) == [("transfer:0", PAYER, "0.0.98", 25)]


def test_fees_that_are_pooled() -> None:
    mixed = [entry(PAYER, -500 - FEE), entry("0.0.802", FEE), entry(BOB, 500)]
    assert legs(seen(record(transfers=mixed))) == [("transfer:2", PAYER, BOB, 500)]
    gift = [entry("0.0.98", 500), entry(PAYER, -500 - FEE), entry("0.0.802", FEE)]
    told = seen(record(transfers=gift))
    assert (legs(told), told.warnings) == ([("transfer:0", PAYER, "0.0.98", 500)], ())


def test_changes_that_do_not_add_up_are_told() -> None:
    assert "node_inconsistent" in seen(record(transfers=[*fees(), entry(BOB, 5)])).warnings
    assert "fee_unclear" in seen(record(charged_tx_fee=FEE + 9)).warnings


def test_a_fee_the_list_does_not_show_whole_is_no_income_of_its_payer() -> None:
    told = seen(record(charged_tx_fee=FEE + 9, transfers=fees()))
    assert (paid(told), legs(told)) == ((FEE + 9, PAYER), [])
    none = seen(record(transfers=[]))
    assert (paid(none), legs(none), none.warnings) == ((FEE, PAYER), [], ("fee_unclear",))


def test_tokens_mints_and_burns() -> None:
    other = "0.0.99001"
    tokens = [
        token_entry(PAYER, -100),
        token_entry(BOB, 97),
        token_entry(CAROL, 3),  # a custom fee of the token: somebody really got it
        token_entry(BOB, 55, other),
        token_entry(CAROL, -8, "0.0.99002"),
    ]
    told = seen(record(transfers=fees(), token_transfers=tokens))
    assert [(leg.contract, leg.position, leg.sender, leg.recipient, leg.amount) for leg in told.transfers] == [
        (TOKEN, "transfer:5", PAYER, BOB, 97),
        (TOKEN, "transfer:6", PAYER, CAROL, 3),
        (other, "transfer:7", None, BOB, 55),
        ("0.0.99002", "transfer:8", CAROL, None, 8),
    ]
    assert told.transfers[0].asset == f"{ROW.id}/token:{TOKEN}"
    assert {leg.kind for leg in told.transfers} == {TransferKind.TOKEN}


def test_collectibles() -> None:
    given = [nft_entry(PAYER, BOB, 7), nft_entry(None, CAROL, 8), nft_entry(CAROL, None, 9), nft_entry(PAYER, BOB, -1)]
    told = seen(record(transfers=fees(), nft_transfers=given))
    assert [(leg.position, leg.sender, leg.recipient, leg.amount, leg.token_id) for leg in told.transfers] == [
        ("transfer:4", PAYER, BOB, 1, "7"),
        ("transfer:5", None, CAROL, 1, "8"),
        ("transfer:6", CAROL, None, 1, "9"),
    ]
    assert (told.transfers[0].kind, told.transfers[0].asset) == (TransferKind.NFT, f"{ROW.id}/nft:{TOKEN}")
    assert told.warnings == ("movements_not_readable",)  # serial -1: all of a treasury at once


def test_of_two_submissions_the_one_that_succeeded_counts() -> None:
    duplicate = record(
        result="DUPLICATE_TRANSACTION", transfers=fees(300, payer=NODE), charged_tx_fee=300, node="0.0.9"
    )
    late = record(result="INVALID_NODE_ACCOUNT", transfers=fees())
    for order in ([duplicate, record()], [record(), duplicate], [late, duplicate, record()]):
        told = seen(*order)
        assert (told.status, legs(told), paid(told)) == (
            Status.SUCCEEDED,
            [("transfer:4", PAYER, BOB, 500)],
            (FEE, PAYER),
        )
    assert seen(duplicate, late).failure == "invalid node account"


def test_children_are_part_of_it_and_only_those_that_succeeded() -> None:
    call = record(name="CONTRACTCALL", transfers=fees())
    child = {"transfers": [], "charged_tx_fee": 0, "node": None, "parent_consensus_timestamp": CONSENSUS}
    first = record(nonce=1, consensus_timestamp="1750000009.123456790", token_transfers=[token_entry(BOB, 4)], **child)
    undone = {"result": "REVERTED_SUCCESS", "token_transfers": [token_entry(BOB, 5)]}
    second = record(nonce=2, consensus_timestamp="1750000009.123456791", **child | undone)
    third = record(nonce=3, **child | {"transfers": [entry(CAROL, -6), entry(BOB, 6)]})
    told = seen(call, third, second, first, said=NO_EVENTS)
    assert legs(told) == [("transfer:3/1", CAROL, BOB, 6), ("transfer:1/0", None, BOB, 4)]
    failed = seen(record(name="CONTRACTCALL", result="CONTRACT_REVERT_EXECUTED", transfers=fees()), first)
    assert (failed.status, failed.transfers) == (Status.FAILED, ())


def test_what_was_scheduled_counts_and_not_the_order_to_schedule_it() -> None:
    order = record(name="SCHEDULECREATE", transfers=fees())
    waiting = seen(order)
    assert (waiting.status, waiting.transfers, waiting.warnings) == (Status.SUCCEEDED, (), ("schedule_not_executed",))
    # another account pays for what is executed
    mixed = [entry("0.0.98", FEE), entry("0.0.7777", -FEE), entry(CAROL, -40), entry(BOB, 40)]
    done = record(scheduled=True, node=None, transfers=mixed, consensus_timestamp="1750000009.200000000")
    told = seen(order, done)
    assert (legs(told), told.warnings, paid(told)) == ([("transfer:3", CAROL, BOB, 40)], (), (FEE, "0.0.7777"))
    foreign = record(nonce=1, transfers=[entry(CAROL, -9), entry(BOB, 9)], charged_tx_fee=0, node=None)
    assert legs(seen(order, foreign, done)) == [
        ("transfer:3", CAROL, BOB, 40)
    ]  # a child of the order, not of what it ordered
    refused = record(
        scheduled=True, node=None, result="INVALID_SIGNATURE", transfers=[entry("0.0.98", FEE), entry(PAYER, -FEE)]
    )
    assert seen(order, refused).status is Status.FAILED


def test_parts_of_a_batch_are_transactions_of_their_own() -> None:
    part = record(transaction_id="0.0.6002-1750000000-000000018", node="0.0.0")
    whole = record(name="ATOMICBATCH", transfers=fees())
    for order in ([whole, part], [part, whole]):
        told = seen(*order)
        assert (told.transfers, told.warnings) == ((), ("batch_has_own_transactions",))


def test_tokens_that_live_in_contracts() -> None:
    signature = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"

    def log(contract: str, amount: int, to: str = f"{6002:064x}") -> dict[str, Any]:
        topics = [signature, "0x" + "00" * 12 + "ab" * 20, "0x" + to]
        return {"contract_id": contract, "topics": topics, "data": f"0x{amount:064x}", "index": 0}

    broken = log("0.0.88", 1) | {"data": "0x01"}
    result = {"logs": [{"contract_id": "0.0.9", "topics": [], "data": "0x"}, log("0.0.77", 12), log(TOKEN, 3), broken]}
    call = record(name="CONTRACTCALL", transfers=fees(), token_transfers=[token_entry(PAYER, -3), token_entry(BOB, 3)])
    told = seen(call, said={RESULTS: result})
    assert [(leg.position, leg.contract, leg.recipient, leg.amount) for leg in told.transfers] == [
        ("transfer:5", TOKEN, BOB, 3),
        ("log:1", "0.0.77", BOB, 12),
    ]
    assert told.transfers[1].sender is not None
    assert told.transfers[1].sender.lower() == "0x" + "ab" * 20
    assert told.warnings == ("unreadable_transfer_log",)
    assert seen(call).warnings == ("evm_tokens_not_visible",)


def test_the_memo() -> None:
    assert seen(record(memo_base64=memo(b"17\n"))).transfers[0].memo == "17\n"
    assert seen(record(memo_base64=memo(b"\xff"))).warnings == ("memo_unreadable",)


def test_only_the_transaction_itself_is_needed() -> None:
    def bare(asked: Asked) -> Told:
        return (
            Told({"transactions": [record()]})
            if asked.path == f"/api/v1/transactions/{ID}"
            else Told(status=404, text="")
        )

    told = read(ROW, Played(bare), ID).transaction
    assert (told.status, told.final, told.confirmations, told.block) == (Status.SUCCEEDED, True, 1, None)
    assert told.warnings == ("chain_identity_not_visible", "tip_not_visible", "block_not_visible")
    assert legs(told) == [("transfer:4", PAYER, BOB, 500)]


def test_a_page_that_is_missing_is_not_a_transaction_that_is_missing() -> None:
    with pytest.raises(NodeUnavailable):
        read(ROW, Played(lambda asked: Told(status=404, text="no such page")), ID)


def test_a_block_that_does_not_hold_the_moment_is_not_its_block() -> None:
    one = {
        "number": 5,
        "hash": "0x" + "00" * 48,
        "timestamp": {"from": "1750000010.000000000", "to": "1750000011.000000000"},
    }
    assert seen(record(), said={"/api/v1/blocks": {"blocks": [one]}}).block is None


@pytest.mark.parametrize("spelling", ["hash", "base64", "base64url", "moment"])
def test_other_names_of_a_transaction_lead_to_its_id(spelling: str) -> None:
    raw = base64.b64decode(record()["transaction_hash"])
    text = {
        "hash": "0x" + raw.hex().upper(),
        "base64": base64.b64encode(raw).decode(),
        "base64url": base64.urlsafe_b64encode(raw).decode(),
        "moment": CONSENSUS,
    }[spelling]
    reference = hash_candidate(ROW, text)
    assert reference is not None
    told = seen(record(), reference=reference)
    assert (told.hash, legs(told)) == (ID, [("transfer:4", PAYER, BOB, 500)])


def test_a_name_that_leads_nowhere_or_elsewhere() -> None:
    told = read(ROW, Played(Mirror(ROW)), "ab" * 48).transaction
    assert (told.status, told.hash) == (Status.NOT_FOUND, "ab" * 48)
    with pytest.raises(NodeMistaken):
        seen(record(), reference="ab" * 48)
    with pytest.raises(NodeMistaken):
        seen(record(), reference="1750000009.000000001")
    with pytest.raises(NodeMistaken):
        seen(record(transaction_id="0.0.5001-1750000000-000000018"))
    assert read(ROW, Played(lambda asked: NOTHING), ID).transaction.status is Status.UNKNOWN


def test_ids_as_people_paste_them() -> None:
    for text in (
        "0.0.5001@1750000000.17",
        "0.0.5001@1750000000.000000017",
        "0.0.5001-1750000000-17",
        "0.0.5001-1750000000-000000017",
        "0.0.5001@1750000000-000000017",
        "0.0.5001@1750000000.000000017?scheduled",
        "0.0.5001@1750000000.000000017/3",
    ):
        assert hash_candidate(ROW, text) == ID
    for text in (
        "0.0.5001",
        "0.1.5001-1750000000-17",
        "0.0.05001-1750000000-17",
        "ab" * 32,
        "0x" + "ab" * 32,
        "1.750000000",
    ):
        assert hash_candidate(ROW, text) is None
