"""Quirks of the ledger that have cost somebody money, each in a small record of its own."""

from __future__ import annotations

from typing import Any

import pytest

from chains.errors import NodeMistaken
from chains.types import Status, Transaction, TransferKind
from chains.xrpl.address import classic
from chains.xrpl.rippled import read
from tests.chains.replay import Played
from tests.chains.scene import Told
from tests.chains.xrpl import book
from tests.chains.xrpl.book import ANNA, BANK, BERT, CARL, PARTIAL, SHOP, reading

NFT = "000A0000" + "11" * 20 + "0000000000000001"


def moved(seen: Transaction) -> list[tuple[str, str | None, str | None, int, str | None]]:
    return [(leg.position, leg.sender, leg.recipient, leg.amount, leg.contract) for leg in seen.transfers]


def pay(amount: Any, *nodes: dict[str, Any], flags: int = 0, told: Any = None, **fields: Any) -> Transaction:
    body = book.sent("Payment", ANNA, Destination=BERT, Amount=amount, Flags=flags, **fields)
    more = {} if told is None else {"delivered_amount": told}
    return reading(book.first(body, book.meta(*nodes, **more)))


def test_a_partial_payment_brings_what_was_delivered_not_its_amount() -> None:
    nodes = book.root(ANNA, 5_000_000, 4_996_888), book.root(BERT, 100, 3_200)
    seen = pay("1000000000", *nodes, flags=PARTIAL, told="3100", SendMax=book.usd("9"))
    assert moved(seen)[0] == ("delivered", ANNA, BERT, 3100, None)
    assert "partial_payment" in seen.warnings


@pytest.mark.parametrize(
    ("flags", "told", "short"), [(PARTIAL, "700", False), (PARTIAL, "699", True), (0, "700", False)]
)
def test_a_payment_that_may_be_partial_and_is_not_says_nothing(flags: int, told: str, short: bool) -> None:
    nodes = book.root(ANNA, 5_000, 4_288), book.root(BERT, 0, int(told))
    assert ("partial_payment" in pay("700", *nodes, flags=flags, told=told).warnings) is short


@pytest.mark.parametrize(("told", "short"), [("2.5", False), ("2.50", False), ("0.1", True)])
def test_a_partial_payment_of_an_issued_currency(told: str, short: bool) -> None:
    nodes = book.line(ANNA, BANK, "9", "6.5"), book.line(BERT, BANK, "0", told)
    seen = pay(book.usd("2.5"), *nodes, flags=PARTIAL, told=book.usd(told))
    assert seen.status is Status.SUCCEEDED
    assert ("partial_payment" in seen.warnings) is short


def test_an_old_partial_payment_falls_short_by_its_balances() -> None:
    nodes = book.root(ANNA, 5_000, 4_000), book.root(BERT, 100, 350)
    assert "partial_payment" in pay("999", *nodes, flags=PARTIAL, SendMax=book.usd("9")).warnings


@pytest.mark.parametrize("version", [book.first, book.second])
def test_both_versions_of_the_interface_read_alike(version: Any) -> None:
    body = book.sent("Payment", ANNA, Destination=BERT, Amount="700", DestinationTag=0, SourceTag=5)
    done = book.meta(book.root(ANNA, 1_000, 288), book.root(BERT, 0, 700), delivered_amount="700")
    seen = reading(version(body, done))
    assert moved(seen) == [("delivered", ANNA, BERT, 700, None)]
    assert seen.transfers[0].memo == "0"
    assert seen.block is not None
    assert (seen.block.hash, str(seen.block.time)) == ("CD" * 32, "2022-03-07 20:26:40+00:00")


def test_a_node_of_the_first_version_only_is_asked_in_it() -> None:
    body = book.sent("Payment", ANNA, Destination=BERT, Amount="700")
    done = book.meta(book.root(ANNA, 1_000, 288), book.root(BERT, 0, 700))
    asked: list[Any] = []

    def answers(question: Any) -> Any:
        asked.append(question.body)
        if question.body["params"][0].get("api_version"):
            return Told({"result": {"error": "invalid_API_version", "status": "error"}})
        return book.node(book.first(body, done))(question)

    talk = Played(answers)
    assert read(book.ROW, talk, body["hash"]).transaction.status is Status.SUCCEEDED
    assert asked[1] == {"method": "tx", "params": [{"transaction": body["hash"], "binary": False}]}


def test_an_unavailable_delivery_is_read_from_the_balances() -> None:
    nodes = book.root(ANNA, 5_000, 4_000), book.root(BERT, 100, 350)
    seen = pay("999", *nodes, flags=PARTIAL, told="unavailable", SendMax=book.usd("9"))
    assert moved(seen)[0][3] == 250


def test_an_unavailable_delivery_that_nothing_shows_is_unknown() -> None:
    seen = pay("999", book.root(ANNA, 5_000, 4_000), flags=PARTIAL, told="unavailable")
    assert (seen.status, seen.warnings[-1], seen.transfers) == (Status.UNKNOWN, "delivered_amount_not_visible", ())


def test_a_full_payment_needs_no_delivered_amount() -> None:
    assert moved(pay("700", book.root(ANNA, 1_000, 288), book.root(BERT, 0, 700)))[0][3] == 700


@pytest.mark.parametrize(
    ("told", "gained"), [("701", 701), ("699", 699), ("700", 600), (book.usd("700"), 700), ("700", 0)]
)
def test_a_delivery_that_contradicts_payment_or_balances_is_not_believed(told: Any, gained: int) -> None:
    seen = pay("700", book.root(ANNA, 5_000, 4_288), book.root(BERT, 0, gained), told=told)
    assert (seen.status, seen.transfers) == (Status.UNKNOWN, ())
    assert "node_inconsistent" in seen.warnings


def test_a_fee_is_paid_for_a_failure_in_a_validated_ledger() -> None:
    body = book.sent("Payment", ANNA, Destination=BERT, Amount="700")
    done = book.meta(book.root(ANNA, 1_000, 988), result="tecDST_TAG_NEEDED", delivered_amount="700")
    seen = reading(book.first(body, done))
    assert (seen.status, seen.final, seen.failure, seen.transfers) == (Status.FAILED, True, "tecDST_TAG_NEEDED", ())
    assert seen.fee is not None
    assert (seen.fee.amount, seen.fee.payer) == (12, ANNA)


def test_what_is_not_validated_is_pending_whatever_it_looks_like() -> None:
    body = book.sent("Payment", ANNA, Destination=BERT, Amount="700")
    done = book.meta(book.root(ANNA, 1_000, 288), book.root(BERT, 0, 700))
    for answer in (book.first(body, done, validated=False), {k: v for k, v in book.first(body, done).items()
                                                            if k != "validated"}):  # fmt: skip
        seen = reading(answer)
        assert (seen.status, seen.final, seen.transfers) == (Status.PENDING, False, ())


def test_a_validated_result_that_no_ledger_can_hold() -> None:
    body = book.sent("Payment", ANNA, Destination=BERT, Amount="700")
    assert reading(book.first(body, book.meta(result="tefPAST_SEQ"))).status is Status.UNKNOWN
    assert reading(book.first(body, None)).warnings == ("receipt_not_visible",)


def test_fields_that_do_not_hash_to_the_reference_are_not_believed() -> None:
    body = book.sent("Payment", ANNA, Destination=BERT, Amount="700") | {"DestinationTag": 5}
    done = book.meta(book.root(ANNA, 1_000, 288), book.root(BERT, 0, 700), delivered_amount="700")
    assert reading(book.first(body, done)).warnings == ("node_inconsistent",)
    unsigned = {name: value for name, value in body.items() if name not in ("TxnSignature", "SigningPubKey")}
    excerpt = reading(book.first(unsigned, done))
    assert (excerpt.status, excerpt.warnings) == (Status.SUCCEEDED, ("hash_not_recomputed",))


def test_another_transaction_than_asked_for() -> None:
    body = book.sent("Payment", ANNA, Destination=BERT, Amount="700")
    with pytest.raises(NodeMistaken):
        reading(book.first(body, book.meta()), "AA" * 32)


def test_one_currency_of_two_issuers_is_two_assets() -> None:
    done = book.line(ANNA, BANK, "9", "4"), book.line(BERT, BANK, "0", "5")
    assert pay(book.usd("5"), *done).transfers[0].contract == f"USD:{BANK}"
    done = book.line(ANNA, SHOP, "9", "4"), book.line(BERT, SHOP, "0", "5")
    assert pay(book.usd("5", SHOP), *done).transfers[0].contract == f"USD:{SHOP}"


def test_an_amount_that_names_its_destination_means_any_issuer_it_trusts() -> None:
    named = book.usd("5", BERT)
    seen = pay(named, book.line(ANNA, BANK, "9", "4"), book.line(BERT, BANK, "0", "5"), told=named)
    assert moved(seen) == [("delivered", ANNA, BERT, 5 * 10**15, f"USD:{BANK}")]
    both = book.line(BERT, BANK, "0", "2"), book.line(BERT, SHOP, "0", "3")
    assert {leg[3:] for leg in moved(pay(named, *both, told=named))} == {
        (2 * 10**15, f"USD:{BANK}"), (3 * 10**15, f"USD:{SHOP}"),
    }  # fmt: skip


def test_redemption_and_issue_are_payments_by_and_to_the_issuer() -> None:
    seen = pay(book.usd("5", BERT), book.line(ANNA, BERT, "9", "4"))
    assert moved(seen) == [("delivered", ANNA, BERT, 5 * 10**15, f"USD:{BERT}")]
    seen = pay(book.usd("5", ANNA), book.line(BERT, ANNA, "0", "5"))
    assert moved(seen) == [("delivered", ANNA, BERT, 5 * 10**15, f"USD:{ANNA}")]


def test_a_transfer_fee_of_an_issuer_is_no_transfer() -> None:
    seen = pay(book.usd("5"), book.line(ANNA, BANK, "9", "3.99"), book.line(BERT, BANK, "0", "5"))
    assert moved(seen) == [("delivered", ANNA, BERT, 5 * 10**15, f"USD:{BANK}")]


def test_amounts_finer_than_the_unit_are_rounded_down_with_a_word() -> None:
    seen = pay(book.usd("1.5e-15"), book.line(BERT, BANK, "0", "1.5e-15"))
    assert seen.transfers[0].amount == 1
    assert "amount_rounded_down" in seen.warnings
    large = pay(book.usd("9999999999999999e80"), book.line(BERT, BANK, "0", "9999999999999999e80"))
    assert large.transfers[0].amount == 9999999999999999 * 10**95
    assert large.warnings == ()


def test_a_long_currency_keeps_its_digits_and_is_spelled_for_people() -> None:
    code = "524C555344000000000000000000000000000000"
    leg = pay(book.usd("5", code=code), book.line(BERT, BANK, "0", "5", code)).transfers[0]
    assert (leg.contract, leg.symbol, leg.decimals) == (f"{code}:{BANK}", "RLUSD", 15)


def test_makers_along_the_path_get_what_they_sold_for() -> None:
    nodes = (
        book.root(ANNA, 9_000, 8_888), book.root(CARL, 50, 150),
        book.line(CARL, BANK, "7", "2"), book.line(BERT, BANK, "0", "5"),
    )  # fmt: skip
    assert moved(pay(book.usd("5"), *nodes, SendMax="200")) == [
        ("delivered", ANNA, BERT, 5 * 10**15, f"USD:{BANK}"),
        (f"balance:{CARL}", ANNA, CARL, 100, None),
    ]


def test_the_last_digit_of_a_large_balance_is_no_movement() -> None:
    nodes = book.line(BERT, BANK, "0", "5"), book.line(CARL, SHOP, "1234567890123456", "1234567890123457")
    assert len(moved(pay(book.usd("5"), *nodes))) == 1


def test_a_multi_purpose_token() -> None:
    issuance = "00000001" + "22" * 20
    amount = {"mpt_issuance_id": issuance, "value": "40"}

    def held(holder: str, before: str, after: str) -> dict[str, Any]:
        final = {"Account": holder, "MPTokenIssuanceID": issuance, "MPTAmount": after}
        return {"ModifiedNode": {"LedgerEntryType": "MPToken", "LedgerIndex": book.HASH, "FinalFields": final,
                                 "PreviousFields": {"MPTAmount": before}}}  # fmt: skip

    seen = pay(amount, held(ANNA, "50", "10"), held(BERT, "0", "40"), told=amount)
    assert moved(seen) == [("delivered", ANNA, BERT, 40, issuance)]
    assert seen.transfers[0].asset == f"xrpl:0/xls33:{issuance}"


def other(kind: str, account: str, *nodes: dict[str, Any], more: dict[str, Any] | None = None, **fields: Any) -> Any:
    return reading(book.first(book.sent(kind, account, **fields), book.meta(*nodes, **(more or {}))))


def test_an_exchange_of_offers_credits_both_sides() -> None:
    nodes = (
        book.root(ANNA, 9_000, 8_888), book.root(BERT, 0, 100),
        book.line(ANNA, BANK, "0", "3"), book.line(BERT, BANK, "3", "0"),
    )  # fmt: skip
    assert moved(other("OfferCreate", ANNA, *nodes, TakerGets="100", TakerPays=book.usd("3"))) == [
        (f"balance:{BERT}", ANNA, BERT, 100, None),
        (f"balance:{ANNA}/USD:{BANK}", BERT, ANNA, 3 * 10**15, f"USD:{BANK}"),
    ]


def test_a_finished_escrow_credits_its_destination_under_its_tag() -> None:
    kept = book.entry("Escrow", Account=ANNA, Destination=BERT, Amount="500", DestinationTag=77)
    nodes = kept, book.root(CARL, 1_000, 988), book.root(BERT, 0, 500)
    seen = other("EscrowFinish", CARL, *nodes, Owner=ANNA, OfferSequence=3)
    assert moved(seen) == [(f"balance:{BERT}", ANNA, BERT, 500, None)]
    assert seen.transfers[0].memo == "77"
    assert not other("EscrowCreate", ANNA, book.root(ANNA, 1_000, 488), Amount="500", Destination=BERT).transfers


def test_a_claim_from_a_channel_credits_whoever_it_was_for() -> None:
    channel = book.entry("PayChannel", "ModifiedNode", Account=ANNA, Destination=BERT, Balance="300", Amount="900")
    nodes = channel, book.root(BERT, 1_000, 1_288)
    seen = other("PaymentChannelClaim", BERT, *nodes, Channel="AA" * 32, Balance="300")
    assert moved(seen) == [(f"balance:{BERT}", ANNA, BERT, 300, None)]


def test_a_cashed_check_and_a_deleted_account_deliver() -> None:
    check = book.entry("Check", Account=ANNA, Destination=BERT, SendMax="500", DestinationTag=9)
    nodes = check, book.root(ANNA, 1_000, 500), book.root(BERT, 100, 588)
    seen = other("CheckCash", BERT, *nodes, Amount="500", CheckID="AA" * 32)
    assert moved(seen) == [("delivered", ANNA, BERT, 500, None)]
    assert seen.transfers[0].memo == "9"
    gone = book.root(ANNA, 25_000_000, 0, deleted=True), book.root(BERT, 100, 25_000_100 - 12)
    seen = other("AccountDelete", ANNA, *gone, Destination=BERT, DestinationTag=4)
    assert moved(seen) == [("delivered", ANNA, BERT, 24_999_988, None)]
    assert seen.transfers[0].memo == "4"


def test_a_clawback_returns_to_the_issuer() -> None:
    seen = other("Clawback", BANK, book.line(ANNA, BANK, "9", "4"), book.root(BANK, 99, 87), Amount=book.usd("5", ANNA))
    assert moved(seen) == [(f"balance:{BANK}/USD:{BANK}", ANNA, BANK, 5 * 10**15, f"USD:{BANK}")]


def test_a_deposit_to_a_pool_moves_both_assets_and_brings_its_shares() -> None:
    share = "03" + "AA" * 19
    nodes = (
        book.root(ANNA, 9_000, 8_888), book.root(SHOP, 0, 100), book.line(ANNA, BANK, "9", "4"),
        book.line(SHOP, BANK, "0", "5"), book.line(ANNA, SHOP, "0", "22", share),
    )  # fmt: skip
    seen = other("AMMDeposit", ANNA, *nodes, Asset={"currency": "XRP"}, Asset2={"currency": "USD", "issuer": BANK})
    assert {leg[1:4] for leg in moved(seen)} == {
        (ANNA, SHOP, 100), (ANNA, SHOP, 5 * 10**15), (SHOP, ANNA, 22 * 10**15),
    }  # fmt: skip
    assert any("/xls30:" in leg.asset for leg in seen.transfers)


def test_a_token_changes_hands_and_its_pages_may_split() -> None:
    def page(owner: str, how: str, before: list[str] | None, after: list[str]) -> dict[str, Any]:
        from chains.xrpl.address import account_id

        slots = [{"NFToken": {"NFTokenID": name}} for name in after]
        body: dict[str, Any] = {"LedgerEntryType": "NFTokenPage", "LedgerIndex": account_id(owner).hex() + "FF" * 12}
        body["NewFields" if how == "CreatedNode" else "FinalFields"] = {"NFTokens": slots}
        if before is not None:
            body["PreviousFields"] = {"NFTokens": [{"NFToken": {"NFTokenID": name}} for name in before]}
        return {how: body}

    kept = "000A0000" + "11" * 20 + "0000000000000002"
    nodes = page(ANNA, "DeletedNode", None, [NFT]), page(BERT, "ModifiedNode", [kept], [NFT]), page(
        BERT, "CreatedNode", None, [kept]), book.root(BERT, 1_000, 488), book.root(ANNA, 0, 500)  # fmt: skip
    seen = other("NFTokenAcceptOffer", BERT, *nodes, NFTokenSellOffer="AA" * 32)
    assert moved(seen) == [
        (f"balance:{ANNA}", BERT, ANNA, 500, None),
        (f"nft:{NFT}", ANNA, BERT, 1, classic(b"\x11" * 20)),
    ]
    assert (seen.transfers[1].kind, seen.transfers[1].token_id) == (TransferKind.NFT, NFT)
    minted = other("NFTokenMint", ANNA, page(ANNA, "CreatedNode", None, [NFT]), NFTokenTaxon=0)
    assert moved(minted)[0][1:3] == (None, ANNA)


def test_a_trust_line_moves_nothing() -> None:
    assert not other("TrustSet", ANNA, book.line(ANNA, BANK, "0", "10"), LimitAmount=book.usd("10")).transfers


def test_a_delegate_pays_the_fee() -> None:
    nodes = book.root(CARL, 1_000, 988), book.root(ANNA, 1_000, 300), book.root(BERT, 0, 700)
    seen = pay("700", *nodes, Delegate=CARL)
    assert seen.fee is not None
    assert seen.fee.payer == CARL
    assert len(seen.transfers) == 1


def test_a_node_that_does_not_name_its_network_is_known_by_its_first_ledger() -> None:
    server = book.info()
    del server["info"]["network_id"]
    first = {"ledger_index": 32570, "ledger_hash": book.ROW.params["first_ledger_hash"], "validated": True}
    assert reading(book.MISSING, "AA" * 32, server=server, ledger=first).status is Status.NOT_FOUND
    wrong = reading(book.MISSING, "AA" * 32, server=server, ledger=first | {"ledger_hash": "AA" * 32})
    assert wrong.warnings == ("wrong_chain",)
    hidden = reading(book.MISSING, "AA" * 32, server=server, ledger={"error": "lgrNotFound"})
    assert hidden.warnings == ("chain_identity_not_visible",)


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"complete_ledgers": "32570-79999999,80000005-80000009"}, "history_not_visible"),
        ({"complete_ledgers": "empty"}, "history_not_visible"),
        ({"validated_ledger": {"seq": 80_000_009, "age": 4_000}}, "node_behind"),
        ({"validated_ledger": None}, "node_syncing"),
        ({"server_state": "connected"}, "node_syncing"),
    ],
)
def test_what_a_node_must_show_to_say_not_found(changes: dict[str, Any], warning: str) -> None:
    assert reading(book.MISSING, "AA" * 32, server=book.info(**changes)).warnings == (warning,)


def test_a_node_that_searched_all_there_is() -> None:
    seen = reading(book.MISSING | {"searched_all": True}, "AA" * 32, server=book.info(complete_ledgers="90-91"))
    assert seen.status is Status.NOT_FOUND


def test_a_transaction_of_a_side_chain_is_of_another_network() -> None:
    body = book.sent("Payment", ANNA, Destination=BERT, Amount="700", NetworkID=2552)
    seen = reading(book.first(body, book.meta(book.root(BERT, 0, 700))))
    assert (seen.status, seen.warnings) == (Status.UNKNOWN, ("wrong_chain",))
