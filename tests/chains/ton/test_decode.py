"""Every way a transfer on TON looks like another one, on small traces written for it."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from chains.catalogue import network
from chains.redecode import read_again
from chains.ton import fields, normal, read
from chains.ton.address import friendly
from chains.transaction_json import to_json
from chains.types import Status, Transaction
from chains.verify import verify
from tests.chains.replay import Played, replayed
from tests.chains.scene import Answers, Told
from tests.chains.ton import scenes
from tests.chains.ton.making import (
    Chain,
    account,
    b64,
    burn_notification,
    comment,
    empty,
    internal_transfer,
    item_transfer,
    jetton_transfer,
    notification,
    operation,
)
from tests.chains.ton.scenes import MASTER, PAYER, PAYER_WALLET, SHOP, SHOP_WALLET

TON = network("ton")
NO_STATE = {"skipped": True, "reason": "no_state"}
OUT_OF_FUNDS = {"success": False, "no_funds": True, "result_code": 37, "tot_actions": 1, "msgs_created": 0}


def told(answers: Answers, reference: str) -> Transaction:
    return read(TON, Played(answers), reference).transaction


def of(chain: Chain, top: dict[str, Any], **how: Any) -> Transaction:
    return told(chain.answers(**how), fields.digest(top["hash"]))


def sending(
    body: Any = None, *, value: int = 3_000_000_000, bounce: bool = True
) -> tuple[Chain, dict[str, Any], dict[str, Any]]:
    """A wallet that sent one message: the chain, the message and the wallet's transaction."""
    chain = Chain()
    message = chain.message(PAYER, SHOP, value, empty() if body is None else body, bounce=bounce)
    return chain, message, chain.transaction(chain.outside(PAYER), [message])


def legs(seen: Transaction) -> list[tuple[str, str | None, str | None, str | None, int, str | None]]:
    return [(t.kind.value, t.contract, t.sender, t.recipient, t.amount, t.memo) for t in seen.transfers]


def test_the_wallets_own_transaction_proves_no_transfer() -> None:
    chain, _, top = sending()
    seen = of(chain, top)
    assert (seen.status, seen.final, seen.transfers) == (Status.PENDING, False, ())
    chain.tip_time += 86_400
    old = of(chain, top)
    assert (old.status, old.transfers) == (Status.UNKNOWN, ())
    unseen = of(chain, top, refused=("/traces", "/transactionsByMessage"))
    assert (unseen.status, unseen.transfers) == (Status.UNKNOWN, ())
    assert "receiving_transaction_not_visible" in unseen.warnings


def test_a_message_to_an_account_without_code_keeps_its_money_there() -> None:
    chain, message, top = sending(bounce=False)
    chain.transaction(message, aborted=True, compute_ph=NO_STATE, action=None)
    seen = of(chain, top)
    assert seen.status is Status.SUCCEEDED
    assert legs(seen) == [("native", None, friendly(PAYER), friendly(SHOP), 3_000_000_000, None)]


def test_a_bounced_message_moved_nothing() -> None:
    chain, message, top = sending()
    back = chain.message(SHOP, PAYER, 2_990_000_000, empty(), bounce=False, bounced=True)
    chain.transaction(message, [back], aborted=True, compute_ph=NO_STATE, action=None, bounce={"type": "ok"})
    seen = of(chain, top)
    assert (seen.status, seen.final, seen.transfers) == (Status.FAILED, True, ())
    assert seen.failure == "returned by its receiver: not executed: no state"
    assert "bounced" in seen.warnings


def test_a_receiver_that_failed_without_a_bounce_keeps_the_money() -> None:
    """Its actions failed although its code ended with zero; or there was too little to pay for the way back."""
    for bounce in (None, {"type": "nofunds"}, {"type": "negfunds"}):
        chain, message, top = sending()
        chain.transaction(message, aborted=True, action=OUT_OF_FUNDS, bounce=bounce)
        assert [t.amount for t in of(chain, top).transfers] == [3_000_000_000]


def test_a_wallet_whose_actions_failed_with_exit_code_zero_sent_nothing() -> None:
    chain = Chain()
    top = chain.transaction(chain.outside(PAYER), aborted=True, action=OUT_OF_FUNDS)
    seen = of(chain, top)
    assert (seen.status, seen.failure, seen.transfers) == (Status.FAILED, "not enough funds: result code 37", ())
    assert seen.fee is not None
    assert seen.fee.amount == 2_000_000


def test_a_wallet_that_skipped_its_only_action_sent_nothing() -> None:
    chain = Chain()
    skipped = {"success": True, "result_code": 0, "tot_actions": 1, "skipped_actions": 1, "msgs_created": 0}
    seen = of(chain, chain.transaction(chain.outside(PAYER), action=skipped))
    assert (seen.status, seen.failure) == (Status.FAILED, "nothing was sent: not enough funds")


def test_a_jetton_transfer_is_what_the_receivers_real_wallet_took() -> None:
    for notified in (True, False):
        chain, reference = scenes.token(TON, notified=notified)
        seen = told(chain.answers(), reference)
        assert seen.status is Status.SUCCEEDED
        (leg,) = [t for t in seen.transfers if t.kind.value == "token"]
        assert (leg.contract, leg.sender, leg.recipient) == (friendly(MASTER), friendly(PAYER), friendly(SHOP))
        assert (leg.amount, leg.memo, leg.symbol, leg.decimals) == (25_000_000, "order 18", "USD₮", 6)
        assert leg.asset == f"tvm:-239/jetton:{friendly(MASTER).replace('_', '%5F')}"
        assert len({t.position for t in seen.transfers}) == len(seen.transfers) == (4 if notified else 3)


@pytest.mark.parametrize("how", [{}, {"methods": False}, {"refused": ("/jetton",)}])
def test_a_wallet_its_master_does_not_name_is_no_credit(how: dict[str, Any]) -> None:
    chain, reference = scenes.token(TON, genuine=False)
    seen = told(chain.answers(**how), reference)
    assert not [t for t in seen.transfers if t.kind.value == "token"]
    assert (seen.status is Status.UNKNOWN) == ("refused" in how)


def test_a_list_that_calls_a_false_wallet_real_is_overruled_by_the_master() -> None:
    chain, reference = scenes.token(TON)
    honest = chain.answers()
    chain.jetton_wallets[account("the real one")] = (SHOP, MASTER)
    chain.jetton_wallets = dict(reversed(chain.jetton_wallets.items()))
    seen = told(chain.answers(), reference)
    assert honest is not None
    assert "false_jetton_wallet" in seen.warnings
    assert not [t for t in seen.transfers if t.kind.value == "token"]


def test_a_notification_from_a_false_wallet_is_only_its_coins() -> None:
    chain, message, top = sending(notification(9_000_000_000, account("rich")), value=10_000_000)
    chain.transaction(message)
    assert legs(of(chain, top)) == [("native", None, friendly(PAYER), friendly(SHOP), 10_000_000, None)]


def test_wallets_that_cannot_be_proven_leave_the_status_unknown() -> None:
    chain, reference = scenes.token(TON)
    seen = told(chain.answers(refused=("/jetton", "/runGetMethod"), methods=False), reference)
    assert (seen.status, seen.transfers) == (Status.UNKNOWN, ())
    assert "jetton_wallets_not_visible" in seen.warnings


def test_the_list_of_transfers_tells_wallets_where_there_is_no_list_of_wallets() -> None:
    chain, reference = scenes.token(TON)
    honest = chain.answers(refused=("/jetton/wallets",), methods=False)
    row = {
        "source": PAYER, "destination": SHOP, "amount": "25000000", "jetton_master": MASTER.upper(),
        "source_wallet": PAYER_WALLET, "transaction_hash": chain.transactions[1]["hash"],
    }  # fmt: skip

    def listing(asked: Any) -> Any:
        answer = honest(asked)
        if "/jetton/transfers" in asked.path:
            answer.value["jetton_transfers"] = [row | {"amount": "1"}, row]
        return answer

    (leg,) = [t for t in told(listing, reference).transfers if t.kind.value == "token"]
    assert (leg.contract, leg.amount) == (friendly(MASTER), 25_000_000)


def beside(answers: Answers, rows: dict[str, tuple[str, str]], **info: Any) -> Answers:
    """``answers`` with what an indexer tells along with traces: wallets it checked, their owners and masters."""
    known = {
        wallet.upper(): {"is_indexed": True, "token_info": [{"type": "jetton_wallets", "valid": True} | info
                         | {"extra": {"balance": "1", "owner": owner.upper(), "jetton": master.upper()}}]}
        for wallet, (owner, master) in rows.items()
    }  # fmt: skip
    known[MASTER.upper()] = {"token_info": [{"type": "jetton_masters", "symbol": "TST", "extra": {"decimals": "6"}}]}

    def answer(asked: Any) -> Any:
        reply = answers(asked)
        if "/traces?tx_hash" in asked.path:
            reply.value["metadata"] = known
        return reply

    return answer


def test_what_comes_along_with_the_trace_tells_wallets_where_no_list_does() -> None:
    chain, reference = scenes.token(TON)
    silent = chain.answers(refused=("/jetton", "/runGetMethod"), methods=False)
    (leg,) = [t for t in told(beside(silent, chain.jetton_wallets), reference).transfers if t.kind.value == "token"]
    assert (leg.contract, leg.recipient, leg.amount) == (friendly(MASTER), friendly(SHOP), 25_000_000)
    assert (leg.symbol, leg.decimals) == ("TST", 6)


@pytest.mark.parametrize(
    ("rows", "info"),
    [({}, {}), ({PAYER_WALLET: (PAYER, MASTER)}, {}), ({SHOP_WALLET: (SHOP, MASTER)}, {"valid": False}),
     ({SHOP_WALLET: (SHOP, MASTER)}, {"type": "nft_items"}), ({SHOP_WALLET: (SHOP, "0:00")}, {})],
)  # fmt: skip
def test_what_comes_along_proves_no_wallet_it_does_not_name(rows: dict[str, tuple[str, str]], info: Any) -> None:
    chain, reference = scenes.token(TON)
    silent = chain.answers(refused=("/jetton", "/runGetMethod"), methods=False)
    assert told(beside(silent, rows, **info), reference).status is Status.UNKNOWN


def test_a_false_wallet_is_not_made_real_by_what_comes_along() -> None:
    chain, reference = scenes.token(TON, genuine=False)
    lying = beside(chain.answers(refused=("/jetton",)), {SHOP_WALLET: (SHOP, MASTER)})
    assert not [t for t in told(lying, reference).transfers if t.kind.value == "token"]


def test_a_jetton_transfer_the_senders_wallet_refused_failed() -> None:
    chain = Chain()
    ask = chain.message(PAYER, PAYER_WALLET, 100_000_000, jetton_transfer(25, SHOP))
    top = chain.transaction(chain.outside(PAYER), [ask])
    back = chain.message(PAYER_WALLET, PAYER, 90_000_000, empty(), bounce=False, bounced=True)
    failed = {"skipped": False, "success": False, "exit_code": 706}
    chain.transaction(ask, [back], aborted=True, compute_ph=failed, action=None, bounce={"type": "ok"})
    seen = of(chain, top)
    assert (seen.status, seen.failure, seen.transfers) == (Status.FAILED, "returned by its receiver: exit code 706", ())


def test_a_jetton_transfer_the_receivers_wallet_threw_back_failed() -> None:
    chain = Chain()
    ask = chain.message(PAYER, PAYER_WALLET, 100_000_000, jetton_transfer(25, SHOP))
    top = chain.transaction(chain.outside(PAYER), [ask])
    inner = chain.message(PAYER_WALLET, SHOP_WALLET, 90_000_000, internal_transfer(25, PAYER))
    chain.transaction(ask, [inner])
    failed = {"skipped": False, "success": False, "exit_code": 709}
    back = chain.message(SHOP_WALLET, PAYER_WALLET, 80_000_000, empty(), bounce=False, bounced=True)
    chain.transaction(inner, [back], aborted=True, compute_ph=failed, action=None, bounce={"type": "ok"})
    seen = of(chain, top)
    assert (seen.status, seen.failure, seen.transfers) == (Status.FAILED, "returned by its receiver: exit code 709", ())
    assert "bounced" in seen.warnings


@pytest.mark.parametrize("forward", [0, 1])
def test_tokens_without_coins_to_forward_come_without_a_notification(forward: int) -> None:
    chain = Chain()
    chain.jetton_wallets = {SHOP_WALLET: (SHOP, MASTER)}
    ask = chain.message(PAYER, PAYER_WALLET, 100_000_000, jetton_transfer(25, SHOP))
    top = chain.transaction(chain.outside(PAYER), [ask])
    inner = chain.message(PAYER_WALLET, SHOP_WALLET, 90_000_000, internal_transfer(25, PAYER, forward=forward))
    chain.transaction(ask, [inner])
    chain.transaction(inner)
    seen = of(chain, top)
    assert [t.amount for t in seen.transfers if t.kind.value == "token"] == [25]
    assert ("no_transfer_notification" in seen.warnings) is (forward == 0)
    assert "bounced" not in seen.warnings


def test_an_encrypted_comment_of_tokens_is_no_memo() -> None:
    chain = Chain()
    chain.jetton_wallets = {SHOP_WALLET: (SHOP, MASTER)}
    secret = operation(0x2167DA4B, b"\x01" * 40)
    inner = chain.message(PAYER_WALLET, SHOP_WALLET, 90_000_000, internal_transfer(25, PAYER, secret))
    ask = chain.message(PAYER, PAYER_WALLET, 100_000_000, jetton_transfer(25, SHOP))
    top = chain.transaction(chain.outside(PAYER), [ask])
    chain.transaction(ask, [inner])
    chain.transaction(inner)
    seen = of(chain, top)
    assert [t.memo for t in seen.transfers if t.kind.value == "token"] == [None]
    assert "memo_encrypted" in seen.warnings


def test_a_mint_has_no_sender_and_a_burn_no_recipient() -> None:
    chain = Chain()
    chain.jetton_wallets = {SHOP_WALLET: (SHOP, MASTER)}
    mint = chain.message(MASTER, SHOP_WALLET, 50_000_000, internal_transfer(77, None))
    order = chain.message(PAYER, MASTER, 60_000_000, operation(21))
    top = chain.transaction(chain.outside(PAYER), [order])
    chain.transaction(order, [mint])
    burn = chain.message(SHOP_WALLET, MASTER, 40_000_000, burn_notification(70, SHOP))
    chain.transaction(mint, [burn])
    chain.transaction(burn)
    tokens = [(t.sender, t.recipient, t.amount) for t in of(chain, top).transfers if t.kind.value == "token"]
    assert tokens == [(None, friendly(SHOP), 77), (friendly(SHOP), None, 70)]


def test_an_item_changes_hands() -> None:
    item = account("item")
    chain = Chain()
    ask = chain.message(PAYER, item, 50_000_000, item_transfer(SHOP))
    top = chain.transaction(chain.outside(PAYER), [ask])
    chain.transaction(ask)
    seen = of(chain, top)
    assert legs(seen)[0] == ("nft", friendly(item), friendly(PAYER), friendly(SHOP), 1, None)
    assert [t.position.count("/value") for t in seen.transfers] == [0, 1]


def test_an_encrypted_comment_is_no_memo() -> None:
    chain, message, top = sending(operation(0x2167DA4B, b"\x01" * 40))
    chain.transaction(message)
    seen = of(chain, top)
    assert [t.memo for t in seen.transfers] == [None]
    assert "memo_encrypted" in seen.warnings


def test_a_long_comment_runs_through_cells() -> None:
    text = "order 4711, " * 30
    chain, message, top = sending(comment(text))
    chain.transaction(message)
    assert of(chain, top).transfers[0].memo == text


def test_value_passed_on_by_contracts_is_internal() -> None:
    chain, message, top = sending(operation(5))
    onward = chain.message(SHOP, account("third"), 1_000_000_000, empty(), bounce=False)
    chain.transaction(message, [onward])
    chain.transaction(onward)
    assert [(t.kind.value, t.amount) for t in of(chain, top).transfers] == [
        ("native", 3_000_000_000),
        ("internal", 1_000_000_000),
    ]


@pytest.mark.parametrize("written", ["hex", "message", "inner", "receiver"])
def test_every_hash_of_a_trace_leads_to_the_same_transfers(written: str) -> None:
    chain, message, top = sending(comment("order 3"))
    child = chain.transaction(message)
    reference = {
        "hex": top["hash"],
        "message": top["in_msg"]["hash"],
        "inner": message["hash"],
        "receiver": child["hash"],
    }
    seen = told(chain.answers(), fields.digest(reference[written]))
    assert [t.position for t in seen.transfers] == [f"msg:{fields.digest(message['hash'])}"]
    assert seen.hash == fields.digest(reference[written])
    alone = told(chain.answers(traces=False), fields.digest(reference[written]))
    assert alone.transfers == seen.transfers
    assert alone.fee == seen.fee


def test_the_normalised_hash_of_a_message_finds_it() -> None:
    """Wallets show it; the message itself may have been written otherwise and have another hash."""
    chain, message, top = sending()
    chain.transaction(message)
    usual = fields.digest(top["in_msg"]["hash"])
    top["in_msg"]["hash"] = b64("ab" * 32)
    honest = chain.answers()

    def lenient(asked: Any) -> Any:
        asked = type(asked)(asked.method, asked.path.replace(f"msg_hash={usual}", f"msg_hash={'ab' * 32}"), asked.body)
        return honest(asked)

    assert usual in normal.names(fields.message(top["in_msg"]))
    assert told(lenient, usual).status is Status.SUCCEEDED


def test_the_one_try_that_acted_decides_for_a_message_taken_several_times() -> None:
    chain = Chain()
    outside = chain.outside(PAYER)
    for _ in range(3):
        chain.transaction(outside, aborted=True, action=OUT_OF_FUNDS)
    reference = fields.digest(outside["hash"])
    failed = told(chain.answers(), reference)
    assert (failed.status, failed.final) == (Status.FAILED, False)
    chain.tip_time += 7200
    assert told(chain.answers(), reference).final
    message = chain.message(PAYER, SHOP, 1_000_000, empty())
    chain.transaction(outside, [message])
    chain.transaction(message)
    assert told(chain.answers(), reference).status is Status.SUCCEEDED


def test_a_trace_that_is_only_emulated_is_pending() -> None:
    chain, message, top = sending()
    child = chain.transaction(message)
    child["emulated"] = True
    assert (of(chain, top).status, of(chain, top).final) == (Status.PENDING, False)
    child["emulated"], child["mc_block_seqno"] = False, None
    assert of(chain, top).status is Status.PENDING


def test_two_of_three_messages_arrived() -> None:
    chain = Chain()
    sent = [chain.message(PAYER, account(f"shop {n}"), 100 + n, comment(f"order {n}")) for n in range(3)]
    top = chain.transaction(chain.outside(PAYER), sent)
    chain.transaction(sent[0])
    back = chain.message(account("shop 1"), PAYER, 50, empty(), bounce=False, bounced=True)
    chain.transaction(sent[1], [back], aborted=True, compute_ph=NO_STATE, action=None, bounce={"type": "ok"})
    chain.transaction(sent[2])
    seen = of(chain, top)
    assert seen.status is Status.SUCCEEDED
    assert [(t.amount, t.memo) for t in seen.transfers] == [(100, "order 0"), (102, "order 2")]
    assert "bounced" in seen.warnings


def test_the_fee_is_what_the_wallet_paid_beyond_what_it_sent() -> None:
    chain, reference = scenes.simple(TON)
    fee = told(chain.answers(), reference).fee
    assert fee is not None
    assert (fee.amount, fee.payer) == (2_000_000 + 266_669, friendly(PAYER))


def test_what_contradicts_its_hash_is_seen() -> None:
    chain, message, top = sending(comment("order 1"))
    chain.transaction(message)
    message["value"] = "4"
    assert "message_hash_not_proven" in of(chain, top).warnings
    message["message_content"]["hash"] = b64("cd" * 32)
    with pytest.raises(Exception, match="not of its hash"):
        of(chain, top)


def test_an_answer_about_another_hash_is_refused() -> None:
    chain, message, top = sending()
    chain.transaction(message)
    honest = chain.answers()
    other = f"hash={fields.digest(top['hash'])}"
    with pytest.raises(Exception, match="another transaction"):
        told(lambda asked: honest(type(asked)("GET", asked.path.replace(f"hash={'e' * 64}", other))), "e" * 64)


def test_extra_questions_that_are_refused_cost_no_reading() -> None:
    chain, reference = scenes.simple(TON)
    seen = told(chain.answers(refused=("/masterchainInfo", "/jetton", "/pending")), reference)
    assert (seen.status, seen.final, seen.confirmations) == (Status.SUCCEEDED, True, 1)
    assert {"chain_identity_not_visible", "tip_not_visible"} <= set(seen.warnings)
    empty_node = Chain().answers(refused=("/masterchainInfo",))
    assert told(empty_node, reference).status is Status.UNKNOWN


def test_the_json_form_holds_the_block_by_its_name() -> None:
    chain, reference = scenes.simple(TON)
    block = to_json(told(chain.answers(), reference))["block"]
    assert block["hash"] == "(0,8000000000000000,61000000)"
    assert block["height"] == 50_000_000


def test_hashes_are_taken_in_every_spelling() -> None:
    from chains.ton import hash_candidate

    digest = bytes.fromhex("fb" * 31 + "ff")
    standard = base64.b64encode(digest).decode()
    for text in (digest.hex(), digest.hex().upper(), standard, standard.rstrip("="),
                 base64.urlsafe_b64encode(digest).decode(), base64.urlsafe_b64encode(digest).decode().rstrip("=")):  # fmt: skip
        assert hash_candidate(TON, text) == digest.hex(), text
    for text in ("0x" + digest.hex(), digest.hex()[:-1], standard[:-2], "E" * 44, standard[:-2] + "1="):
        assert hash_candidate(TON, text) is None, text


def test_a_fee_for_fast_delivery_reaches_the_receiver() -> None:
    """Messages are never delivered fast; what was set aside for it is credited with the value."""
    chain, message, top = sending()
    message["ihr_disabled"], message["ihr_fee"] = False, "3000000"
    chain.transaction(message, credit_ph={"credit": "3003000000"})
    assert of(chain, top).transfers[0].amount == 3_003_000_000


@pytest.mark.parametrize("below", ["", "/", "/api/v3", "/api/v3/"])
def test_a_url_may_name_the_version_itself_and_its_record_reads_the_same(below: str) -> None:
    chain, reference = scenes.simple(TON)
    with replayed(chain.answers()) as node:
        reading = verify(TON, reference, [replace(node, url=f"{node.url}{below}")])
    assert reading.transaction.status is Status.SUCCEEDED
    assert read_again(TON, reference, reading.answers, asked=[node.label]) == reading.transaction


def bare(answers: Answers, gone: tuple[str, ...] = ()) -> Answers:
    """A server that has the interface's paths without its version, and not those in ``gone``."""

    def answer(asked: Any) -> Any:
        if asked.path.startswith(("/api/v3", *gone)):
            return Told(status=404, text="404 page not found")
        return answers(asked)

    return answer


@pytest.mark.parametrize("gone", [(), ("/masterchainInfo", "/jetton", "/pending"), ("/masterchainInfo", "/traces")])
def test_a_server_may_know_no_version_in_its_paths(gone: tuple[str, ...]) -> None:
    chain, reference = scenes.simple(TON)
    with replayed(bare(chain.answers(), gone)) as node:
        reading = verify(TON, reference, [node])
    assert reading.transaction.status is Status.SUCCEEDED
    assert legs(reading.transaction) == legs(told(chain.answers(), reference))
    assert read_again(TON, reference, reading.answers, asked=[node.label]) == reading.transaction


@pytest.mark.parametrize("below", ["", "/api/v3"])
def test_a_conversation_without_a_tip_reads_the_same_from_its_record(below: str) -> None:
    chain, reference = scenes.simple(TON)
    with replayed(chain.answers(refused=("/masterchainInfo",))) as node:
        reading = verify(TON, reference, [replace(node, url=f"{node.url}{below}")])
    assert reading.transaction.status is Status.SUCCEEDED
    assert read_again(TON, reference, reading.answers, asked=[node.label]) == reading.transaction
