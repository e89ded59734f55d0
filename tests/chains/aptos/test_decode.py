"""Every way a movement on Aptos looks like another one, on small records written for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chains.aptos import read
from chains.aptos.address import long_form, primary_store
from chains.catalogue import network
from chains.errors import NodeMistaken
from chains.redecode import read_again
from chains.types import Status, Transaction
from chains.verify import verify
from tests.chains.aptos.making import (
    APT,
    METADATA_APT,
    address,
    answers,
    coin,
    coin_store,
    event,
    moved,
    pair,
    resource,
    store,
    transaction,
)
from tests.chains.aptos.scenes import PAYER, PAYER_STORE, REFERENCE, SHOP, SHOP_STORE, simple
from tests.chains.replay import Played, replayed

APTOS = network("aptos")
USD = "0x5::usd::Usd"


def told(found: dict[str, Any], **how: Any) -> Transaction:
    return read(APTOS, Played(answers(found, **how)), REFERENCE).transaction


def legs(seen: Transaction) -> list[tuple[str, str | None, str | None, str | None, int]]:
    return [(t.position, t.contract, t.sender, t.recipient, t.amount) for t in seen.transfers]


def test_success_false_moved_nothing_although_payload_and_events_are_there() -> None:
    seen = told(simple(success=False, vm_status="Out of gas"))
    assert (seen.status, seen.final, seen.transfers, seen.failure) == (Status.FAILED, True, (), "Out of gas")
    assert seen.fee is not None
    assert (seen.fee.amount, seen.fee.payer) == (1800, PAYER)


def test_coins_of_handles_get_their_type_from_the_write_set() -> None:
    seen = told(transaction([coin(False, PAYER, 7), coin(True, SHOP, 7)], [coin_store(PAYER), coin_store(SHOP)]))
    assert legs(seen) == [("event:1", None, PAYER, SHOP, 7)]
    other = [coin_store(PAYER, USD), coin_store(SHOP, USD)]
    seen = told(transaction([coin(False, PAYER, 7), coin(True, SHOP, 7)], other))
    assert legs(seen) == [("event:1", USD, PAYER, SHOP, 7)]
    assert seen.transfers[0].asset == "aptos:1/coin:0x5%3A%3Ausd%3A%3AUsd"


def test_a_coin_whose_type_is_not_shown_leaves_the_status_unknown() -> None:
    seen = told(transaction([coin(False, PAYER, 7), coin(True, SHOP, 7)], []))
    assert (seen.status, seen.transfers) == (Status.UNKNOWN, ())
    assert "coin_type_not_visible" in seen.warnings


def test_one_movement_told_by_handle_and_module_is_one() -> None:
    both = [
        event("0x1::coin::CoinWithdraw", {"account": PAYER, "amount": "7", "coin_type": APT}),
        coin(False, PAYER, 7),
        event("0x1::coin::CoinDeposit", {"account": SHOP, "amount": "7", "coin_type": APT}),
        coin(True, SHOP, 7),
    ]
    assert legs(told(transaction(both, [coin_store(PAYER), coin_store(SHOP)]))) == [("event:2", None, PAYER, SHOP, 7)]
    twice = told(transaction([*both, *both], [coin_store(PAYER), coin_store(SHOP)]))
    assert [amount for *_, amount in legs(twice)] == [7, 7]


def test_a_movement_out_of_a_coin_into_its_fungible_form_is_one() -> None:
    metadata = address("usd")
    changes = [coin_store(PAYER, USD), *store(SHOP_STORE, SHOP, metadata), pair(USD, metadata)]
    seen = told(transaction([coin(False, PAYER, 7), moved(True, SHOP_STORE, 7)], changes))
    assert legs(seen) == [("event:1", metadata, PAYER, SHOP, 7)]
    apt = [coin_store(PAYER), *store(SHOP_STORE, SHOP, METADATA_APT)]
    assert legs(told(transaction([coin(False, PAYER, 7), moved(True, SHOP_STORE, 7)], apt))) == [
        ("event:1", None, PAYER, SHOP, 7)
    ]


def test_coins_that_only_change_their_form_are_no_deposit() -> None:
    gone = event("0x1::coin::CoinStoreDeletion", {"coin_type": APT, "event_handle_creation_address": SHOP})
    changes = store(SHOP_STORE, SHOP, METADATA_APT)
    assert told(transaction([gone, moved(True, SHOP_STORE, 7)], changes)).transfers == ()
    others = told(transaction([gone, moved(True, PAYER_STORE, 7)], store(PAYER_STORE, PAYER, METADATA_APT)))
    assert len(others.transfers) == 1


def test_the_owner_of_a_store_comes_from_the_write_set_and_not_from_the_event() -> None:
    seen = told(simple())
    assert legs(seen) == [("event:1", None, PAYER, SHOP, 250_000_000)]


def test_the_owner_of_a_primary_store_can_be_derived_or_asked_for() -> None:
    own = primary_store(SHOP, METADATA_APT)
    events = [moved(False, PAYER_STORE, 7), moved(True, own, 7)]
    changes = [*store(PAYER_STORE, PAYER, METADATA_APT), *store(own, None, METADATA_APT)]
    payload = {"function": "0x1::aptos_account::transfer", "arguments": [SHOP, "7"]}
    assert legs(told(transaction(events, changes, payload=payload))) == [("event:1", None, PAYER, SHOP, 7)]
    unwritten = transaction(events[1:], [], payload=payload)
    assert legs(told(unwritten)) == [("event:0", None, None, SHOP, 7)]
    assert legs(told(transaction(events, changes), owner=SHOP)) == [("event:1", None, PAYER, SHOP, 7)]
    seen = told(transaction(events, changes))
    assert (seen.status, seen.transfers) == (Status.UNKNOWN, ())
    assert "store_owner_not_visible" in seen.warnings


def test_a_store_of_passage_that_is_gone_costs_no_reading() -> None:
    events = [moved(False, PAYER_STORE, 7), moved(True, address("passing"), 7), moved(False, address("passing"), 7),
              moved(True, SHOP_STORE, 7)]  # fmt: skip
    changes = [*store(PAYER_STORE, PAYER, METADATA_APT), *store(SHOP_STORE, SHOP, METADATA_APT)]
    deleted = {"type": "delete_resource", "address": address("passing"), "resource": "0x1::object::ObjectGroup"}
    assert legs(told(transaction(events, [*changes, deleted]))) == [("event:3", None, PAYER, SHOP, 7)]
    assert told(transaction(events, changes)).status is Status.UNKNOWN


def test_a_batch_pays_several_from_one_withdrawal_or_from_many() -> None:
    third = address("third")
    changes = [*store(PAYER_STORE, PAYER, METADATA_APT), *store(SHOP_STORE, SHOP, METADATA_APT),
               *store(address("third's"), third, METADATA_APT)]  # fmt: skip
    one = [moved(False, PAYER_STORE, 100), moved(True, SHOP_STORE, 60), moved(True, address("third's"), 40)]
    many = [moved(False, PAYER_STORE, 60), moved(True, SHOP_STORE, 60), moved(False, PAYER_STORE, 40),
            moved(True, address("third's"), 40)]  # fmt: skip
    for events in (one, many):
        seen = told(transaction(events, changes))
        assert [(t.sender, t.recipient, t.amount) for t in seen.transfers] == [(PAYER, SHOP, 60), (PAYER, third, 40)]
        assert seen.warnings == ()


def test_a_deposit_that_two_could_have_paid_names_no_sender() -> None:
    third = address("third")
    changes = [*store(PAYER_STORE, PAYER, METADATA_APT), *store(SHOP_STORE, SHOP, METADATA_APT),
               *store(address("third's"), third, METADATA_APT)]  # fmt: skip
    events = [moved(False, PAYER_STORE, 7), moved(False, address("third's"), 7), moved(True, SHOP_STORE, 7)]
    seen = told(transaction(events, changes))
    assert [t.sender for t in seen.transfers if t.recipient == SHOP] == [None]
    assert "sender_not_unique" in seen.warnings


def test_mint_and_burn() -> None:
    changes = store(SHOP_STORE, SHOP, address("usd"))
    assert legs(told(transaction([moved(True, SHOP_STORE, 7)], changes))) == [
        ("event:0", address("usd"), None, SHOP, 7)
    ]
    assert legs(told(transaction([moved(False, SHOP_STORE, 7)], changes))) == [
        ("event:0", address("usd"), SHOP, None, 7)
    ]


def test_a_store_that_changes_hands_moves_what_is_in_it() -> None:
    over = event("0x1::object::TransferEvent", {"object": SHOP_STORE, "from": PAYER, "to": SHOP}, SHOP_STORE, 1)
    again = event("0x1::object::Transfer", {"object": SHOP_STORE, "from": PAYER, "to": SHOP})
    changes = store(SHOP_STORE, SHOP, address("usd"), balance=77)
    assert legs(told(transaction([over, again], changes))) == [("event:0", address("usd"), PAYER, SHOP, 77)]
    busy = told(transaction([moved(True, SHOP_STORE, 7), over], changes))
    assert (busy.status, "object_transfer_unclear" in busy.warnings) == (Status.UNKNOWN, True)


def test_tokens_change_hands() -> None:
    thing, collection = address("token"), address("collection")
    over = event("0x1::object::Transfer", {"object": thing, "from": PAYER, "to": SHOP})
    held = [resource(thing, "0x4::token::Token", {"collection": {"inner": collection}, "index": "1"})]
    (leg,) = told(transaction([over], held)).transfers
    assert (leg.kind.value, leg.contract, leg.token_id, leg.recipient, leg.amount) == (
        "nft",
        collection,
        thing,
        SHOP,
        1,
    )
    named = {"token_data_id": {"creator": "0x5", "collection": "Cats", "name": "Cat 1"}, "property_version": "0"}
    data = {"id": named, "amount": "1"}
    old = [event("0x3::token::WithdrawEvent", data, PAYER, 9), event("0x3::token::DepositEvent", data, SHOP, 8)]
    (leg,) = told(transaction(old, [])).transfers
    assert (leg.kind.value, leg.sender, leg.recipient) == ("nft", PAYER, SHOP)
    assert (leg.contract, leg.token_id) == (f"{long_form('0x5')}::Cats", "Cat 1/0")


def test_gas_is_no_transfer_and_its_payer_may_be_another() -> None:
    statement = event(
        "0x1::transaction_fee::FeeStatement", {"storage_fee_refund_octas": "300", "total_charge_gas_units": "18"}
    )
    signature = {"type": "fee_payer_signature", "fee_payer_address": address("sponsor")}
    found = simple(signature=signature)
    found["events"].append(statement)
    seen = told(found)
    assert len(seen.transfers) == 1
    assert seen.fee is not None
    assert (seen.fee.amount, seen.fee.payer) == (1500, address("sponsor"))


def test_a_fungible_asset_named_like_the_coin_is_not_the_coin() -> None:
    false = address("false")
    found = simple(metadata=false)
    found["changes"].append(resource(false, "0x1::fungible_asset::Metadata", {"symbol": "APT", "decimals": 8}))
    (leg,) = told(found).transfers
    assert (leg.kind.value, leg.contract, leg.symbol, leg.decimals) == ("token", false, "APT", 8)


def test_an_answer_about_another_hash_or_block_is_refused() -> None:
    honest = answers(simple())

    def other_hash(asked: Any) -> Any:
        return honest(type(asked)("GET", asked.path.replace(address("other"), REFERENCE)))

    with pytest.raises(NodeMistaken, match="another transaction"):
        read(APTOS, Played(other_hash), address("other"))
    with pytest.raises(NodeMistaken, match="another block"):
        told(simple(version="3400000000"))


def test_extra_questions_that_are_refused_cost_no_reading() -> None:
    seen = told(simple(), refused=("", "/blocks", "/accounts"))
    assert (seen.status, seen.final, seen.confirmations, seen.block) == (Status.SUCCEEDED, True, 1, None)
    assert set(seen.warnings) == {"chain_identity_not_visible", "tip_not_visible", "block_not_visible"}
    unseen = read(APTOS, Played(answers(None, refused=("",))), REFERENCE).transaction
    assert unseen.status is Status.UNKNOWN


@pytest.mark.parametrize("below", ["", "/", "/v1", "/v1/"])
def test_a_url_may_name_the_version_itself_and_its_record_reads_the_same(below: str) -> None:
    with replayed(answers(simple())) as node:
        reading = verify(APTOS, REFERENCE, [replace(node, url=f"{node.url}{below}")])
    assert reading.transaction.status is Status.SUCCEEDED
    assert read_again(APTOS, REFERENCE, reading.answers, asked=[node.label]) == reading.transaction
