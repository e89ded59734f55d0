"""Quirks of Stellar that have cost somebody money, each in a small record of its own."""

from __future__ import annotations

from typing import Any

import pytest
from stellar_sdk import (
    AccountMerge,
    Claimant,
    ClaimClaimableBalance,
    Clawback,
    ClawbackClaimableBalance,
    CreateAccount,
    CreateClaimableBalance,
    HashMemo,
    IdMemo,
    Inflation,
    InvokeHostFunction,
    LiquidityPoolWithdraw,
    ManageSellOffer,
    PathPaymentStrictReceive,
    PathPaymentStrictSend,
    Payment,
    ReturnHashMemo,
    TextMemo,
    scval,
    xdr,
)  # fmt: skip

from chains.stellar.address import CLAIMABLE, CONTRACT, POOL, strkey
from chains.stellar.horizon import read
from chains.stellar.money import LUMENS, issued, own_contract
from chains.types import Status, Transaction
from tests.chains.replay import Played
from tests.chains.scene import Told
from tests.chains.stellar import book
from tests.chains.stellar.book import ANNA, BANK, BERT, CARL, USD, XLM, Sent, int64, ok, reading

COIN = f"USD:{BANK}"


def moved(seen: Transaction) -> list[tuple[str, str | None, str | None, int, str | None]]:
    return [(leg.position, leg.sender, leg.recipient, leg.amount, leg.contract) for leg in seen.transfers]


def atom(seller: str, sold: Any, out: int, bought: Any, into: int) -> xdr.ClaimAtom:
    offer = xdr.ClaimOfferAtom(
        book.account_id(seller), int64(5), sold.to_xdr_object(), int64(out), bought.to_xdr_object(), int64(into)
    )
    return xdr.ClaimAtom(xdr.ClaimAtomType.CLAIM_ATOM_TYPE_ORDER_BOOK, order_book=offer)


def test_several_operations_to_one_address_are_several_legs() -> None:
    sent = Sent([Payment(BERT, XLM, "1"), Payment(BERT, XLM, "1"), Payment(CARL, USD, "2")], [ok("payment")] * 3)
    assert moved(reading(sent)) == [
        ("op:0", ANNA, BERT, 10_000_000, None),
        ("op:1", ANNA, BERT, 10_000_000, None),
        ("op:2", ANNA, CARL, 20_000_000, COIN),
    ]


def test_an_operation_may_have_a_source_of_its_own() -> None:
    sent = Sent([Payment(BERT, XLM, "1", source=CARL)], [ok("payment")])
    assert moved(reading(sent))[0][1] == CARL


def test_a_stored_failure_moves_nothing_and_costs_its_fee() -> None:
    done = xdr.PaymentResult(xdr.PaymentResultCode.PAYMENT_NO_TRUST)
    seen = reading(Sent([Payment(BERT, USD, "1")], None, failed=[ok("payment", done)]))
    assert (seen.status, seen.final, seen.transfers) == (Status.FAILED, True, ())
    assert seen.failure == "tx_failed: payment_no_trust (operation 0)"
    assert seen.fee is not None
    assert (seen.fee.amount, seen.fee.payer) == (100, ANNA)


def test_a_success_whose_result_failed_is_believed_neither_way() -> None:
    done = xdr.PaymentResult(xdr.PaymentResultCode.PAYMENT_NO_TRUST)
    seen = reading(Sent([Payment(BERT, USD, "1")], None, failed=[ok("payment", done)]), successful=True)
    assert (seen.status, seen.warnings) == (Status.UNKNOWN, ("node_inconsistent",))


def test_a_path_brings_what_its_result_says_and_pays_the_makers() -> None:
    atoms = [atom(CARL, USD, 30, XLM, 50)]
    last = xdr.SimplePaymentResult(book.account_id(BERT), USD.to_xdr_object(), int64(30))
    done = xdr.PathPaymentStrictSendResult(
        xdr.PathPaymentStrictSendResultCode.PATH_PAYMENT_STRICT_SEND_SUCCESS,
        success=xdr.PathPaymentStrictSendResultSuccess(atoms, last),
    )
    operation = PathPaymentStrictSend(BERT, XLM, "0.000005", USD, "0.0000001", [])
    assert moved(reading(Sent([operation], [ok("path_payment_strict_send", done)]))) == [
        ("op:0", ANNA, BERT, 30, COIN),
        ("op:0/trade:0", ANNA, CARL, 50, None),
    ]
    received = xdr.PathPaymentStrictReceiveResult(
        xdr.PathPaymentStrictReceiveResultCode.PATH_PAYMENT_STRICT_RECEIVE_SUCCESS,
        success=xdr.PathPaymentStrictReceiveResultSuccess(atoms, last),
    )
    exact = PathPaymentStrictReceive(BERT, XLM, "9", USD, "0.000003", [])
    legs = moved(reading(Sent([exact], [ok("path_payment_strict_receive", received)])))
    assert legs[0] == ("op:0", ANNA, BERT, 30, COIN)


def test_a_merge_brings_what_was_left() -> None:
    done = xdr.AccountMergeResult(xdr.AccountMergeResultCode.ACCOUNT_MERGE_SUCCESS, int64(777))
    sent = Sent([AccountMerge(BERT)], [ok("account_merge", done)], memo=TextMemo("12"))
    seen = reading(sent)
    assert moved(seen) == [("op:0", ANNA, BERT, 777, None)]
    assert seen.transfers[0].memo == "12"


def test_an_offer_that_trades_credits_both_sides() -> None:
    success = xdr.ManageOfferSuccessResult(
        [atom(CARL, USD, 30, XLM, 50)], xdr.ManageOfferSuccessResultOffer(xdr.ManageOfferEffect.MANAGE_OFFER_DELETED)
    )
    done = xdr.ManageSellOfferResult(xdr.ManageSellOfferResultCode.MANAGE_SELL_OFFER_SUCCESS, success=success)
    sent = Sent([ManageSellOffer(XLM, USD, "1", "1")], [ok("manage_sell_offer", done)])
    assert moved(reading(sent)) == [
        ("op:0/trade:0", ANNA, CARL, 50, None),
        ("op:0/fill:0", CARL, ANNA, 30, COIN),
    ]


def test_a_claimable_balance_is_nobodys_until_it_is_claimed() -> None:
    name = xdr.ClaimableBalanceID(xdr.ClaimableBalanceIDType.CLAIMABLE_BALANCE_ID_TYPE_V0, xdr.Hash(b"\x07" * 32))
    code = xdr.CreateClaimableBalanceResultCode.CREATE_CLAIMABLE_BALANCE_SUCCESS
    done = xdr.CreateClaimableBalanceResult(code, name)
    sent = Sent([CreateClaimableBalance(USD, "5", [Claimant(BERT)])], [ok("create_claimable_balance", done)])
    seen = reading(sent)
    kept = strkey(CLAIMABLE, b"\x00" + b"\x07" * 32)
    assert moved(seen) == [("op:0", ANNA, kept, 50_000_000, COIN)]
    assert seen.warnings == ("claimable_balance_created",)
    balance = "00000000" + "07" * 32
    sent = Sent([ClaimClaimableBalance(balance)], [ok("claim_claimable_balance")])
    claimed = book.effect(
        0, "claimable_balance_claimed", balance_id=balance, account=ANNA, asset=COIN, amount="5.0000000"
    )
    records = [sent.record(0, "claim_claimable_balance", balance_id=balance)]
    assert moved(reading(sent, records, [claimed])) == [("op:0", kept, ANNA, 50_000_000, COIN)]
    hidden = reading(sent, records)
    assert (hidden.status, hidden.warnings) == (Status.UNKNOWN, ("effects_not_visible",))


def test_an_issuer_takes_back_what_is_kept_in_a_claimable_balance() -> None:
    balance, kept = "00000000" + "07" * 32, strkey(CLAIMABLE, b"\x00" + b"\x07" * 32)
    sent = Sent([ClawbackClaimableBalance(balance)], [ok("clawback_claimable_balance")])
    records = [sent.record(0, "clawback_claimable_balance", balance_id=balance)]
    asset = {"asset_type": "credit_alphanum4", "asset_code": "USD", "asset_issuer": BANK}
    taken = [
        book.effect(0, "claimable_balance_clawed_back", balance_id=balance, account=ANNA),
        book.effect(0, "account_credited", account=ANNA, amount="5.0000000", **asset),
    ]
    assert moved(reading(sent, records, taken)) == [("op:0", kept, ANNA, 50_000_000, COIN)]
    assert reading(sent, records).warnings == ("effects_not_visible",)


def test_a_pool_gives_back_two_assets() -> None:
    pool = "05" * 32
    sent = Sent([LiquidityPoolWithdraw(pool, "1", "0", "0")], [ok("liquidity_pool_withdraw")])
    reserves = [{"asset": "native", "amount": "0.0000004"}, {"asset": COIN, "amount": "0.0000006"}]
    told = book.effect(
        0, "liquidity_pool_withdrew", account=ANNA, liquidity_pool={"id": pool}, reserves_received=reserves
    )
    address = strkey(POOL, b"\x05" * 32)
    assert moved(reading(sent, [sent.record(0, "liquidity_pool_withdraw")], [told])) == [
        ("op:0", address, ANNA, 4, None), ("op:0/1", address, ANNA, 6, COIN),
    ]  # fmt: skip


def test_a_clawback_and_an_inflation() -> None:
    seen = reading(Sent([Clawback(USD, BERT, "3")], [ok("clawback")]))
    assert moved(seen) == [("op:0", BERT, ANNA, 30_000_000, COIN)]
    payouts = [
        xdr.InflationPayout(book.account_id(BERT), int64(9)),
        xdr.InflationPayout(book.account_id(CARL), int64(8)),
    ]
    done = xdr.InflationResult(xdr.InflationResultCode.INFLATION_SUCCESS, payouts)
    assert moved(reading(Sent([Inflation()], [ok("inflation", done)]))) == [
        ("op:0", None, BERT, 9, None), ("op:0/1", None, CARL, 8, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("memo", "text"),
    [
        (None, None),
        (IdMemo(0), "0"),
        (IdMemo(2**64 - 1), "18446744073709551615"),
        (TextMemo("a  b\u202e"), "a  b\u202e"),
        (TextMemo(b"\xff7"), "\ufffd7"),
        (TextMemo(""), None),
        (HashMemo(b"\xab" * 32), "ab" * 32),
        (ReturnHashMemo(b"\xcd" * 32), "cd" * 32),
    ],
)
def test_memos(memo: Any, text: str | None) -> None:
    assert reading(Sent([Payment(BERT, XLM, "1")], [ok("payment")], memo=memo)).transfers[0].memo == text


def test_a_muxed_recipient_is_an_account_and_a_memo() -> None:
    to = book.muxed("bert", 0)
    seen = reading(Sent([Payment(to, XLM, "1")], [ok("payment")]))
    assert (seen.transfers[0].recipient, seen.transfers[0].memo) == (BERT, "0")
    assert seen.warnings == ("memo_in_address",)
    both = reading(Sent([Payment(to, XLM, "1")], [ok("payment")], memo=IdMemo(4)))
    assert (both.transfers[0].memo, both.warnings) == ("4", ("memo_conflict",))
    same = reading(Sent([Payment(book.muxed("bert", 4), XLM, "1")], [ok("payment")], memo=IdMemo(4)))
    assert same.warnings == ()


def test_a_fee_bump_is_found_by_both_of_its_hashes_and_another_pays() -> None:
    sent = Sent([Payment(BERT, XLM, "1")], [ok("payment")], payer=CARL)
    assert sent.hash != sent.inner
    outer = reading(sent)
    inner = reading(sent, reference=sent.inner, hash=sent.inner)
    assert outer.transfers == inner.transfers
    assert outer.fee is not None
    assert outer.fee.payer == CARL
    assert (outer.status, inner.status, inner.hash) == (Status.SUCCEEDED, Status.SUCCEEDED, sent.inner)
    other = reading(sent, reference="ab" * 32, hash="ab" * 32)
    assert other.warnings == ("node_inconsistent",)


def test_an_envelope_of_another_network_is_no_proof() -> None:
    sent = Sent([Payment(BERT, XLM, "1")], [ok("payment")])
    foreign = Sent([Payment(CARL, XLM, "1")], [ok("payment")])
    assert reading(sent, envelope_xdr=foreign.row["envelope_xdr"]).status is Status.UNKNOWN


@pytest.mark.parametrize(
    "change",
    [{"to": CARL}, {"amount": "2.0000000"}, {"asset_type": "credit_alphanum4", "asset_code": "USD", "asset_issuer": BANK},
     {"type": "create_account", "funder": ANNA, "account": BERT, "starting_balance": "1.0000000"}],
)  # fmt: skip
def test_operations_that_tell_another_story_than_what_was_signed(change: dict[str, Any]) -> None:
    sent = Sent([Payment(BERT, XLM, "1")], [ok("payment")])
    honest = sent.record(0, "payment", **{"from": ANNA}, to=BERT, amount="1.0000000", asset_type="native")
    assert reading(sent, [honest]).status is Status.SUCCEEDED
    assert reading(sent, [honest | change]).warnings == ("node_inconsistent",)
    assert reading(sent, [honest, honest | {"id": str(int(honest["id"]) + 1)}]).status is Status.UNKNOWN


def test_a_horizon_without_xdr_is_read_by_its_records() -> None:
    sent = Sent([CreateAccount(BERT, "2"), AccountMerge(BERT)], [])
    records = [
        sent.record(0, "create_account", funder=ANNA, account=BERT, starting_balance="2.0000000"),
        sent.record(1, "account_merge", account=ANNA, into=BERT),
    ]
    effects = [book.effect(1, "account_credited", account=BERT, amount="0.0000009", asset_type="native")]
    bare: dict[str, Any] = {"envelope_xdr": None, "result_xdr": None, "memo_type": "hash", "memo": "q6ur" * 10 + "q6s="}
    seen = reading(sent, records, effects, **bare)
    assert moved(seen) == [("op:0", ANNA, BERT, 20_000_000, None), ("op:1", ANNA, BERT, 9, None)]
    assert (seen.transfers[0].memo, seen.warnings) == ("ab" * 32, ("hash_not_recomputed",))
    trade = sent.record(0, "manage_sell_offer")
    assert reading(sent, [trade], **bare | {"operation_count": 1}).warnings == ("operations_not_visible",)
    assert reading(sent, **bare).warnings == ("operations_not_visible",)


def event(contract: str, *topics: Any, data: Any) -> xdr.ContractEvent:
    from stellar_sdk import StrKey

    raw = StrKey.decode_contract(contract)
    body = xdr.ContractEventBody(0, xdr.ContractEventV0(list(topics), data))
    return xdr.ContractEvent(xdr.ExtensionPoint(0), xdr.ContractID(xdr.Hash(raw)), xdr.ContractEventType.CONTRACT, body)


def call(*events: xdr.ContractEvent) -> tuple[Sent, str]:
    """A contract call and metadata that show these events."""
    upload = xdr.HostFunction(xdr.HostFunctionType.HOST_FUNCTION_TYPE_UPLOAD_CONTRACT_WASM, wasm=b"\x00")
    code = xdr.InvokeHostFunctionResultCode.INVOKE_HOST_FUNCTION_SUCCESS
    done = xdr.InvokeHostFunctionResult(code, xdr.Hash(bytes(32)))
    sent = Sent([InvokeHostFunction(upload, [])], [ok("invoke_host_function", done)])
    soroban = xdr.SorobanTransactionMeta(xdr.SorobanTransactionMetaExt(0), list(events), scval.to_void(), [])
    none = xdr.LedgerEntryChanges([])
    meta = xdr.TransactionMetaV3(xdr.ExtensionPoint(0), none, [xdr.OperationMeta(none)], none, soroban)
    return sent, xdr.TransactionMeta(3, v3=meta).to_xdr()


def test_tokens_moved_by_contracts_and_a_contract_that_only_says_so() -> None:
    ours, own = own_contract(issued("USD", BANK), book.PASSPHRASE), strkey(CONTRACT, b"\x09" * 32)
    parties = scval.to_symbol("transfer"), scval.to_address(ANNA), scval.to_address(BERT)
    named = scval.to_string(COIN)
    real = event(ours, *parties, named, data=scval.to_int128(5))
    feigned = event(own, *parties, named, data=scval.to_int128(10**30))
    lumens = event(own_contract(LUMENS, book.PASSPHRASE), *parties, scval.to_string("native"), data=scval.to_int128(3))
    strange = event(own, scval.to_symbol("transfer"), data=scval.to_int128(1))
    sent, meta = call(real, feigned, lumens, strange)
    records = [sent.record(0, "invoke_host_function")]
    seen = reading(sent, records, result_meta_xdr=meta)
    assert moved(seen) == [
        ("op:0", ANNA, BERT, 5, COIN),
        (f"op:0/{own}/0", ANNA, BERT, 10**30, own),
        ("op:0/1", ANNA, BERT, 3, None),
    ]
    assert (seen.warnings, seen.transfers[1].decimals) == ((), None)
    assert moved(reading(sent, result_meta_xdr=meta)) == moved(seen)


def test_mints_burns_and_muxed_numbers_of_contracts() -> None:
    ours = own_contract(issued("USD", BANK), book.PASSPHRASE)
    named, to = scval.to_string(COIN), scval.to_address(BERT)
    data = scval.to_map(
        {scval.to_symbol("amount"): scval.to_int128(5), scval.to_symbol("to_muxed_id"): scval.to_uint64(8)}
    )
    sent, meta = call(
        event(ours, scval.to_symbol("mint"), scval.to_address(BANK), to, named, data=scval.to_int128(1)),
        event(ours, scval.to_symbol("mint"), to, named, data=scval.to_int128(2)),
        event(ours, scval.to_symbol("burn"), to, named, data=scval.to_int128(3)),
        event(ours, scval.to_symbol("transfer"), scval.to_address(ANNA), to, named, data=data),
        event(ours, scval.to_symbol("clawback"), scval.to_address(BANK), to, named, data=scval.to_int128(4)),
    )
    seen = reading(sent, result_meta_xdr=meta)
    assert [leg[1:4] for leg in moved(seen)] == [
        (None, BERT, 1),
        (None, BERT, 2),
        (BERT, None, 3),
        (ANNA, BERT, 5),
        (BERT, None, 4),
    ]
    assert seen.transfers[3].memo == "8"
    assert "memo_in_address" in seen.warnings


def test_a_horizon_without_metadata_shows_classic_assets_only() -> None:
    sent, _ = call()
    change = {"type": "transfer", "from": ANNA, "to": strkey(CONTRACT, b"\x09" * 32), "amount": "0.0000005",
              "asset_type": "credit_alphanum4", "asset_code": "USD", "asset_issuer": BANK}  # fmt: skip
    seen = reading(sent, [sent.record(0, "invoke_host_function", asset_balance_changes=[change])])
    assert moved(seen) == [("op:0", ANNA, change["to"], 5, COIN)]
    assert seen.warnings == ("internal_transfers_not_visible",)
    assert reading(sent).warnings == ("operations_not_visible",)


@pytest.mark.parametrize(
    ("changes", "warnings"),
    [
        ({}, ()),
        ({"network_passphrase": None}, ("chain_identity_not_visible",)),
        ({"network_passphrase": "Test SDF Network ; September 2015"}, ("wrong_chain",)),
        ({"history_latest_ledger_closed_at": "2025-03-01T11:00:00Z"}, ("node_behind",)),
        ({"history_latest_ledger_closed_at": None}, ("node_behind",)),
        ({"history_elder_ledger": 3}, ("history_not_visible",)),
        ({"history_elder_ledger": None}, ("history_not_visible",)),
    ],
)
def test_what_a_node_must_show_to_say_not_found(changes: dict[str, Any], warnings: tuple[str, ...]) -> None:
    talk = Played(book.node(None, start=book.root(**changes)), at=book.NOW)
    seen = read(book.ROW, talk, "ab" * 32).transaction
    assert (seen.status is Status.NOT_FOUND, seen.warnings) == (not warnings, warnings)


def test_what_a_node_has_dropped_is_not_missing() -> None:
    gone = Told({"status": 410}, status=410)
    talk = Played(lambda asked: Told(book.root()) if asked.path == "/" else gone, at=book.NOW)
    assert read(book.ROW, talk, "ab" * 32).transaction.warnings == ("history_not_visible",)
