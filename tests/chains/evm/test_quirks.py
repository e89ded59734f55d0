"""What has cost others money: transactions that look like deposits and are none, or are and do not look like it.

Records are written from the documented forms, one thing each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chains.catalogue import network
from chains.encoding import checksummed
from chains.evm import read
from chains.types import Network, Node, Status, Transaction, TransferKind
from tests.chains.evm.scenes import (
    BLOCK_HASH,
    GAS,
    HASH,
    L1,
    PRICE,
    RECIPIENT,
    SENDER,
    TOKEN,
    Chain,
    address_word,
    chain,
    ledger_logs,
    log,
    quantity_word,
)
from tests.chains.replay import Played

ETHEREUM, ZKSYNC, CELO = map(network, ("ethereum", "zksync", "celo"))
OTHER = checksummed(b"\x44" * 20)
ZERO = "0x" + "0" * 40
Leg = tuple[str, str | None, str | None, int]


def told(shown: Chain) -> Transaction:
    talk = Played(shown.answers())
    talk.node = Node("played", "")  # without a URL nothing is remembered of it
    return read(shown.network, talk, HASH).transaction


def shown(
    row: Network = ETHEREUM,
    *,
    sent: Mapping[str, Any] | None = None,
    left: Mapping[str, Any] | None = None,
    calls: list[dict[str, Any]] | None = None,
) -> Chain:
    """A call of a contract with these fields, logs and inner calls."""
    sound = chain(row)
    transaction = {**(sound.transaction or {}), "value": "0x0", "input": "0x01", **(sent or {})}
    receipt = {**(sound.receipt or {}), "gasUsed": hex(GAS + 1), **(left or {})}
    receipt["to"] = transaction["to"]
    root = {"type": "CALL", "from": transaction["from"], "to": transaction["to"], "value": transaction["value"]}
    trace = {"debug_traceTransaction": root | {"calls": calls or []}}
    return replace(sound, transaction=transaction, receipt=receipt, results=trace)


def call(sender: str, to: str, value: int, kind: str = "CALL", **more: Any) -> dict[str, Any]:
    return {"type": kind, "from": sender.lower(), "to": to.lower(), "value": hex(value), **more}


def legs(transaction: Transaction) -> list[Leg]:
    return [(leg.position, leg.sender, leg.recipient, leg.amount) for leg in transaction.transfers]


def test_a_failed_transfer_moves_nothing_whatever_its_calldata_says() -> None:
    data = "0xa9059cbb" + address_word(RECIPIENT)[2:] + quantity_word(1000)[2:]
    failed = told(shown(sent={"to": TOKEN.lower(), "value": "0x5", "input": data}, left={"status": "0x0"}))
    assert (failed.status, failed.transfers, failed.final) == (Status.FAILED, (), True)
    assert failed.fee is not None


@pytest.mark.parametrize("status", [None, "0x0"])
def test_a_receipt_from_before_byzantium_has_a_root_and_no_status(status: str | None) -> None:
    """Or a zero that was filled in for want of one."""
    old = {"root": "0x" + "cc" * 32, "status": status}
    seen = told(shown(left=old))
    assert (seen.status, seen.warnings) == (Status.SUCCEEDED, ())
    blind = told(replace(shown(left=old), results={}))
    assert (blind.status, blind.transfers) == (Status.UNKNOWN, ())
    assert "status_not_recorded" in blind.warnings


def test_a_root_that_is_the_blocks_hash_is_no_state() -> None:
    failed = told(shown(ZKSYNC, left={"root": BLOCK_HASH, "status": "0x0"}))
    assert failed.status is Status.FAILED


def test_a_fee_on_transfer_counts_as_the_log_says_not_the_calldata() -> None:
    data = "0xa9059cbb" + address_word(RECIPIENT)[2:] + quantity_word(1000)[2:]
    logs = [log(0, TOKEN, SENDER, OTHER, 30), log(1, TOKEN, SENDER, RECIPIENT, 970)]
    seen = told(shown(sent={"to": TOKEN.lower(), "input": data}, left={"logs": logs}))
    assert legs(seen) == [("log:0", SENDER, OTHER, 30), ("log:1", SENDER, RECIPIENT, 970)]


def test_an_asset_is_the_contract_that_logged_never_its_name() -> None:
    fake = shown(left={"logs": [log(0, OTHER, SENDER, RECIPIENT, 9)]})
    fake = replace(fake, results={**fake.results, "eth_call": "0x" + b"USDT".ljust(32, b"\0").hex()})
    (leg,) = told(fake).transfers
    assert (leg.symbol, leg.contract, leg.asset) == ("USDT", OTHER, f"eip155:1/erc20:{OTHER}")


def test_address_poisoning_moves_nothing() -> None:
    """Anybody can make a token log a transfer of nothing in another's name; it shows as the nothing it is."""
    victim = checksummed(b"\x55" * 20)
    seen = told(shown(left={"logs": [log(0, TOKEN, victim, RECIPIENT, 0)]}))
    assert legs(seen) == [("log:0", victim, RECIPIENT, 0)]


def test_a_transfer_of_four_topics_is_a_collectible() -> None:
    nft = log(0, TOKEN, SENDER, RECIPIENT, 0) | {"data": "0x"}
    nft["topics"] = [*nft["topics"], quantity_word(77)]
    (leg,) = told(shown(left={"logs": [nft]})).transfers
    assert (leg.kind, leg.token_id, leg.amount) == (TransferKind.NFT, "77", 1)


def test_a_transfer_that_indexes_nothing_is_read_and_named() -> None:
    old = log(0, TOKEN, SENDER, RECIPIENT, 9)
    old |= {
        "data": "0x" + "".join(topic[2:] for topic in old["topics"][1:]) + old["data"][2:],
        "topics": old["topics"][:1],
    }
    seen = told(shown(left={"logs": [old]}))
    assert legs(seen) == [("log:0", SENDER, RECIPIENT, 9)]
    assert seen.warnings == ("unindexed_transfer_log",)


def test_a_removed_log_makes_it_pending() -> None:
    gone = log(0, TOKEN, SENDER, RECIPIENT, 9) | {"removed": True}
    seen = told(shown(left={"logs": [gone]}))
    assert (seen.status, seen.transfers, seen.warnings) == (Status.PENDING, (), ("reorganised",))


def test_wrapping_is_a_native_movement_and_no_token_transfer() -> None:
    deposit = "0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c"
    wrapped = log(0, TOKEN, SENDER, RECIPIENT, 5)
    wrapped["topics"] = [deposit, address_word(SENDER)]
    seen = told(shown(sent={"to": TOKEN.lower(), "value": "0x5"}, left={"logs": [wrapped]}))
    assert legs(seen) == [("native", SENDER, TOKEN, 5)]


def test_inner_calls_creations_and_destructions_but_not_what_was_reverted() -> None:
    lost = call(RECIPIENT, OTHER, 9, error="execution reverted", calls=[call(OTHER, TOKEN, 8)])
    calls = [
        call(RECIPIENT, OTHER, 1),
        lost,
        call(RECIPIENT, TOKEN, 2, "CREATE"),
        call(TOKEN, OTHER, 3, "SELFDESTRUCT"),
        call(RECIPIENT, OTHER, 4, "DELEGATECALL"),
    ]
    seen = told(shown(calls=calls))
    assert legs(seen) == [
        ("trace:0", RECIPIENT, OTHER, 1),
        ("trace:2", RECIPIENT, TOKEN, 2),
        ("trace:3", TOKEN, OTHER, 3),
    ]
    assert "contract_ended:trace:3" in seen.warnings
    assert not any(warning.startswith("contract_ended") for warning in told(shown(calls=calls[:3])).warnings)


def test_the_hash_of_a_block_is_told_apart_from_a_hash_that_is_nothing() -> None:
    nowhere = replace(chain(network("ethereum")), transaction=None, receipt=None)
    for results, warnings in (
        ({"hash": HASH, "number": "0x1"}, ("hash_of_a_block",)),
        ({"hash": TOKEN}, ()),
        (None, ()),
    ):
        seen = told(replace(nowhere, results={"eth_getBlockByHash": results}))
        assert (seen.status, seen.warnings) == (Status.NOT_FOUND, warnings)


def test_many_outputs_to_one_address_are_many_legs() -> None:
    calls = [call(RECIPIENT, OTHER, n) for n in (1, 1, 2)]
    logs = [log(n, TOKEN, SENDER, OTHER, 4) for n in (3, 5)]
    seen = told(shown(sent={"value": "0x4"}, left={"logs": logs}, calls=calls))
    assert len({leg.position for leg in seen.transfers}) == len(seen.transfers) == 6
    assert sum(leg.amount for leg in seen.transfers if leg.recipient == OTHER) == 12


@pytest.mark.parametrize("kind", ["0x2", "0x4"])
def test_who_sends_a_bundle_pays_the_fee_and_not_the_transfer(kind: str) -> None:
    """Account abstraction (4337 bundles, 7702 accounts): what moved left the wallet, not who carried it there."""
    wallet = checksummed(b"\x66" * 20)
    calls = [call(RECIPIENT, wallet, 0, calls=[call(wallet, OTHER, 7)])]
    seen = told(shown(sent={"type": kind}, left={"logs": [log(0, TOKEN, wallet, OTHER, 9)]}, calls=calls))
    assert legs(seen) == [("trace:0/0", wallet, OTHER, 7), ("log:0", wallet, OTHER, 9)]
    assert seen.fee is not None
    assert seen.fee.payer == SENDER


def test_logs_of_the_other_coin_contract_are_not_counted_again() -> None:
    """A transfer through it shows as an inner call; its log tells of the same."""
    polygon = network("polygon")
    coin = checksummed(bytes.fromhex(polygon.params["native_contract"][2:]))
    moved = shown(
        polygon,
        sent={"to": coin.lower(), "value": "0x5"},
        left={"logs": [log(0, coin, SENDER, OTHER, 5)]},
        calls=[call(coin, OTHER, 5)],
    )
    assert legs(told(moved)) == [("native", SENDER, coin, 5), ("trace:0", coin, OTHER, 5)]


# A ledger of the native coin --------------------------------------------------------------------------------------------


def test_a_ledgers_transfer_is_native_once_and_fees_are_none() -> None:
    seen = told(replace(chain(ZKSYNC), results={"debug_traceTransaction": call(SENDER, RECIPIENT, 5)}))
    assert legs(seen) == [("native", SENDER, RECIPIENT, 5)]
    assert (seen.transfers[0].kind, seen.transfers[0].contract, seen.warnings) == (TransferKind.NATIVE, None, ())
    assert seen.fee is not None
    assert (seen.fee.amount, seen.fee.payer) == (GAS * PRICE, SENDER)


def test_a_ledgers_other_movements_stand_under_their_logs_in_order() -> None:
    book, collector = ZKSYNC.params["native_ledger"], ZKSYNC.params["fee_collector"]
    paymaster = checksummed(b"\x77" * 20)
    logs = [
        log(0, book, paymaster, collector, 100),
        log(1, TOKEN, SENDER, OTHER, 9),
        log(2, book, RECIPIENT, OTHER, 4),
        log(3, book, SENDER, RECIPIENT, 5),
        log(4, book, SENDER, RECIPIENT, 5),
        log(5, book, collector, paymaster, 60),
    ]
    seen = told(shown(ZKSYNC, sent={"type": "0x71", "value": "0x5"}, left={"logs": logs}))
    assert legs(seen) == [
        ("native", SENDER, RECIPIENT, 5),
        ("log:1", SENDER, OTHER, 9),
        ("log:2", RECIPIENT, OTHER, 4),
        ("log:4", SENDER, RECIPIENT, 5),
    ]
    assert [leg.kind.value for leg in seen.transfers] == ["native", "token", "internal", "internal"]
    assert [leg.contract for leg in seen.transfers] == [None, TOKEN, None, None]
    assert seen.fee is not None
    assert seen.fee.payer == paymaster


def test_an_account_that_is_a_contract_may_not_do_what_the_value_says() -> None:
    seen = told(shown(ZKSYNC, sent={"value": "0x5"}, left={"logs": ledger_logs(ZKSYNC, 0)}))
    assert (seen.status, seen.transfers) == (Status.SUCCEEDED, ())


def mint(index: int, account: str, amount: int) -> dict[str, Any]:
    made = log(index, ZKSYNC.params["native_ledger"], account, account, amount)
    event = "0x0f6798a560793a54c3bcfe86a93cde1e73087d944c0ea20544137d4121396885"
    return made | {"topics": [event, address_word(account)]}


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (SENDER, [("native", None, SENDER, 5), ("log:3", None, OTHER, 2)]),
        (
            RECIPIENT,
            [("native", SENDER, RECIPIENT, 5), ("log:1", None, SENDER, 5), ("log:3", None, OTHER, 2)],
        ),
    ],
)
def test_a_deposit_from_below_is_minted(to: str, expected: list[Leg]) -> None:
    """What is minted for the fee is no transfer; what was sent too much comes as a mint of its own."""
    book, collector = ZKSYNC.params["native_ledger"], ZKSYNC.params["fee_collector"]
    logs = [mint(0, collector, 8), mint(1, SENDER, 5), log(2, book, SENDER, to, 5), mint(3, OTHER, 2)]
    seen = told(shown(ZKSYNC, sent={"type": "0xff", "to": to.lower(), "value": "0x5"}, left={"logs": logs}))
    assert legs(seen) == expected
    assert seen.fee is None
    assert seen.warnings == (() if to == SENDER else ("l1_alias_possible",))


@pytest.mark.parametrize(
    ("details", "final"),
    [
        ({"status": "verified", "ethExecuteTxHash": "0x" + "ee" * 32}, True),
        ({"status": "verified", "ethExecuteTxHash": None}, False),
        ({"status": "included", "ethExecuteTxHash": None}, False),
        (None, False),
        ("verified", False),
    ],
)
def test_the_layer_below_may_say_what_is_final(details: Any, final: bool) -> None:
    silent = replace(chain(ZKSYNC), finalized=None, results={"zks_getTransactionDetails": details})
    seen = told(silent)
    assert seen.final is final
    assert seen.warnings == (() if final else ("finalized_block_not_visible",))


# A native coin that is a token too, and fees in tokens -------------------------------------------------------------------

COIN = checksummed(bytes.fromhex(CELO.params["native_token"][2:]))
DOLLAR = checksummed(b"\x88" * 20)
FUND, BUILDER = (checksummed(bytes([n]) * 20) for n in (0x91, 0x92))
COST = (GAS + 1) * PRICE + L1


def test_the_coins_token_moves_the_coin() -> None:
    seen = told(shown(CELO, sent={"to": COIN.lower()}, left={"logs": [log(0, COIN, SENDER, OTHER, 9)]}))
    assert legs(seen) == [("log:0", SENDER, OTHER, 9)]
    (leg,) = seen.transfers
    assert (leg.kind, leg.asset, leg.contract, leg.symbol) == (
        TransferKind.NATIVE, "eip155:42220/slip44:52752", None, "CELO",
    )  # fmt: skip


def test_the_coin_and_its_token_are_neither_lost_nor_doubled() -> None:
    calls = [call(RECIPIENT, OTHER, 4)]
    moved = shown(CELO, sent={"value": "0x6"}, left={"logs": [log(0, COIN, RECIPIENT, OTHER, 9)]}, calls=calls)
    assert legs(told(moved)) == [
        ("native", SENDER, RECIPIENT, 6),
        ("trace:0", RECIPIENT, OTHER, 4),
        ("log:0", RECIPIENT, OTHER, 9),
    ]


def in_dollars(logs: list[dict[str, Any]], currency: str = DOLLAR, kind: str = "0x7b", **left: Any) -> Transaction:
    return told(
        shown(CELO, sent={"type": kind, "feeCurrency": currency.lower()}, left={"logs": logs, "l1Fee": "0x0"} | left)
    )


GROSS = 1000
PAID = (GAS + 1) * PRICE
USER = log(1, DOLLAR, SENDER, OTHER, 9)


@pytest.mark.parametrize(
    "bookings",
    [
        # The debit, then everything given back and the parts paid on from there.
        [log(0, DOLLAR, SENDER, ZERO, PAID + GROSS), USER, log(2, DOLLAR, ZERO, SENDER, PAID + GROSS),
         log(3, DOLLAR, SENDER, BUILDER, 40), log(4, DOLLAR, SENDER, FUND, PAID - 40)],
        [log(0, DOLLAR, SENDER, ZERO, PAID + GROSS), USER, log(2, DOLLAR, ZERO, SENDER, PAID + GROSS),
         log(3, DOLLAR, SENDER, BUILDER, 0), log(4, DOLLAR, SENDER, FUND, PAID)],
        # The debit, the rest given back, each part made for who earns it.
        [log(0, DOLLAR, SENDER, ZERO, PAID + GROSS), USER, log(2, DOLLAR, ZERO, SENDER, GROSS),
         log(3, DOLLAR, ZERO, BUILDER, 40), log(4, DOLLAR, ZERO, FUND, PAID - 40)],
        # Only what was earned is logged.
        [USER, log(2, DOLLAR, SENDER, FUND, PAID - 40), log(3, DOLLAR, SENDER, BUILDER, 40)],
        [USER, log(2, DOLLAR, SENDER, FUND, PAID)],
    ],
)  # fmt: skip
def test_bookings_of_a_fee_are_no_deposits(bookings: list[dict[str, Any]]) -> None:
    for kind in ("0x7b", "0x7c", "0x0"):
        seen = in_dollars(bookings, kind=kind)
        assert legs(seen) == [("log:1", SENDER, OTHER, 9)]
        assert seen.fee is not None
        assert (seen.fee.asset, seen.fee.amount, seen.fee.payer) == (f"eip155:42220/erc20:{DOLLAR}", PAID, SENDER)
        assert (seen.fee.symbol, seen.warnings) == ("TOK", ())


def test_a_failed_transaction_still_paid_its_fee_in_the_token() -> None:
    bookings = [log(0, DOLLAR, SENDER, FUND, PAID)]
    failed = in_dollars(bookings, status="0x0")
    assert (failed.status, failed.transfers) == (Status.FAILED, ())
    assert failed.fee is not None
    assert failed.fee.amount == PAID


@pytest.mark.parametrize("amount", [PAID, 10 * PAID])
def test_the_users_own_burning_is_not_taken_for_a_booking(amount: int) -> None:
    burnt = log(0, DOLLAR, SENDER, ZERO, amount)
    seen = in_dollars([burnt, USER, log(2, DOLLAR, SENDER, FUND, PAID)])
    assert legs(seen) == [("log:0", SENDER, None, amount), ("log:1", SENDER, OTHER, 9)]


def test_bookings_that_do_not_come_to_the_fee_stay_and_are_named() -> None:
    odd = [USER, log(2, DOLLAR, SENDER, FUND, PAID - 1)]
    seen = in_dollars(odd)
    assert len(seen.transfers) == 2
    assert "fee_legs_not_recognised" in seen.warnings
    assert seen.fee is not None
    assert seen.fee.amount == PAID


def test_an_adapter_stands_in_for_a_coarser_token() -> None:
    adapter, row = next(iter(CELO.params["fee_adapters"].items()))
    token, finer = row["token"], row["finer"]
    price = 3 * finer
    paid = (GAS + 1) * 3
    user = log(1, token, SENDER, OTHER, 9)
    logs = [
        log(0, token, SENDER, ZERO, paid + 50), user, log(2, token, ZERO, SENDER, 50),
        log(3, token, ZERO, BUILDER, 20), log(4, token, ZERO, FUND, paid - 20),
    ]  # fmt: skip
    seen = in_dollars(logs, currency=adapter, effectiveGasPrice=hex(price))
    assert legs(seen) == [("log:1", SENDER, OTHER, 9)]
    assert seen.fee is not None
    assert (seen.fee.asset, seen.fee.amount) == (f"eip155:42220/erc20:{token}", paid)


def test_a_block_whose_list_was_left_out_still_stands() -> None:
    """Gateways leave the list of transactions empty; the block's hash is what counts."""
    sound = chain(ETHEREUM)
    block: dict[str, Any] = {
        "number": hex(sound.height),
        "hash": BLOCK_HASH,
        "timestamp": "0x6553f100",
        "transactions": [],
    }
    bare = replace(sound, results={"eth_getBlockByNumber": block})
    assert told(bare).status is Status.SUCCEEDED
    block["transactions"] = ["0x" + "77" * 32]
    assert told(bare).status is Status.UNKNOWN


def test_the_adapters_of_celo_stand_in_for_its_dollars() -> None:
    """Spelt out, because a fee in a token of a misspelt address would look like three transfers."""
    assert {name: row["token"] for name, row in CELO.params["fee_adapters"].items()} == {
        "0x2F25deB3848C207fc8E0c34035B3Ba7fC157602B": "0xcebA9300f2b948710d2653dD7B07f33A8B32118C",
        "0x0E2A3e05bc9A16F5292A6170456A710cb89C6f72": "0x48065fbBE25f71C9282ddf5e1cD6D6A887483D5e",
    }


def test_a_named_token_means_nothing_where_fees_are_native() -> None:
    seen = told(shown(sent={"feeCurrency": DOLLAR.lower()}, left={"logs": [log(0, DOLLAR, SENDER, OTHER, 9)]}))
    assert seen.fee is not None
    assert seen.fee.asset == ETHEREUM.native.asset
    assert (seen.block and seen.block.hash) == BLOCK_HASH
