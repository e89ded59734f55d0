"""Small records for every way in which a NEAR transaction can be misread."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import NodeMistaken, NodeUnavailable
from chains.near import read
from chains.near.outcome import failure_words
from chains.types import Status, Transaction
from tests.chains.near.node import (
    BURNT,
    SUCCESS,
    Known,
    Ran,
    call,
    event,
    failure,
    hash_of,
    node,
    pay,
    record,
    refund,
)
from tests.chains.replay import Played

NEAR = network("near")
ALICE, BOB, CAROL, TOKEN, RELAYER = "alice.near", "bob.near", "carol.near", "usdt.tether-token.near", "relayer.near"
ONE = hash_of("one")


def seen(answer: Any, reference: str = f"{ONE}@{ALICE}", **known: Any) -> Transaction:
    return read(NEAR, Played(node(Known({ONE: answer}, **known))), reference).transaction


def legs(transaction: Transaction) -> list[tuple[str, str, str | None, str | None, int]]:
    return [(leg.position, leg.kind.value, leg.sender, leg.recipient, leg.amount) for leg in transaction.transfers]


def at(name: str, more: str = "") -> str:
    return f"receipt:{hash_of(name)}{more}"


def moved(sender: str, recipient: str, amount: int, **more: Any) -> dict[str, Any]:
    return {"old_owner_id": sender, "new_owner_id": recipient, "amount": str(amount), **more}


def test_a_transfer_and_the_refund_of_its_gas() -> None:
    told = seen(record(Ran("r", ALICE, BOB, [pay(5)], children=["back"]), refund("back", ALICE)))
    assert legs(told) == [(at("r"), "native", ALICE, BOB, 5)]
    assert told.fee is not None
    assert (told.fee.amount, told.fee.payer) == (2 * BURNT, ALICE)
    assert told.warnings == ()


def test_several_actions_of_one_receipt_have_their_places() -> None:
    told = seen(record(Ran("r", ALICE, BOB, ["CreateAccount", pay(5), pay(6)])))
    assert legs(told) == [(at("r", "/1"), "native", ALICE, BOB, 5), (at("r", "/2"), "native", ALICE, BOB, 6)]


def test_receipts_further_down_are_followed() -> None:
    outer = Ran(
        "r", ALICE, "pool.near", [call("withdraw", {}, 0)], children=["s"], status={"SuccessReceiptId": hash_of("s")}
    )
    told = seen(record(outer, Ran("s", "pool.near", ALICE, [pay(77)])))
    assert legs(told) == [(at("s"), "internal", "pool.near", ALICE, 77)]


def test_a_receipt_that_failed_moved_nothing_though_the_transaction_succeeded() -> None:
    """A contract pays an account that does not exist: the payment fails and comes back to the contract by itself."""
    outer = Ran("r", ALICE, "pool.near", [call("pay_out", {}, 9_000)], children=["s", "back"])
    wrong = Ran("s", "pool.near", "nobody.near", [pay(77)], status=failure("x"), children=["returned"])
    told = seen(record(outer, wrong, Ran("returned", "system", "pool.near", [pay(77)], burnt=0), refund("back", ALICE)))
    assert told.status is Status.SUCCEEDED
    assert legs(told) == [(at("r", "/0"), "native", ALICE, "pool.near", 9_000)]
    assert told.warnings == ("part_failed",)


def test_what_moved_before_the_transaction_failed_stays_moved() -> None:
    first = Ran("r", ALICE, BOB, [pay(5)], children=["s"], status={"SuccessReceiptId": hash_of("s")})
    told = seen(record(first, Ran("s", BOB, CAROL, [call("f", {}, 8)], status=failure("no")), status=failure("no")))
    assert told.status is Status.SUCCEEDED
    assert legs(told) == [(at("r"), "native", ALICE, BOB, 5)]
    assert told.warnings == ("part_failed",)


def test_a_failure_in_which_nothing_moved() -> None:
    ran = Ran("r", ALICE, TOKEN, [call("ft_transfer", {"receiver_id": BOB, "amount": "5"})], status=failure("no money"))
    told = seen(record(ran, refund("back", ALICE), status=failure("no money")))
    assert (told.status, told.transfers, told.failure) == (Status.FAILED, (), "ExecutionError: no money")
    assert told.fee is not None
    assert told.fee.amount == 2 * BURNT
    assert told.final


def test_tokens_by_their_event() -> None:
    logs = ["some words", event("nep141", "ft_transfer", moved(ALICE, BOB, 400, memo="order\u202e 7"))]
    told = seen(record(Ran("r", ALICE, TOKEN, [call("ft_transfer", {"receiver_id": BOB, "amount": "400"})], logs)))
    assert legs(told) == [(at("r"), "token", ALICE, BOB, 400)]
    leg = told.transfers[0]
    assert (leg.contract, leg.asset, leg.memo) == (TOKEN, f"near:mainnet/nep141:{TOKEN}", "order\u202e 7")


@pytest.mark.parametrize("silent", [True, False])
@pytest.mark.parametrize(
    ("method", "said", "memo"),
    [
        ("ft_transfer_call", {"msg": "order 7"}, "order 7"),
        ("ft_transfer_call", {"msg": "", "memo": None}, None),
        ("ft_transfer_call", {"msg": '{"to":"7"}', "memo": "order 8"}, "order 8"),
        ("ft_transfer_call", {"msg": 7}, None),
        ("ft_transfer", {"msg": "order 7"}, None),
    ],
)
def test_the_message_of_a_call_stands_in_for_its_memo(
    method: str, said: dict[str, Any], memo: str | None, silent: bool
) -> None:
    logs = [] if silent else [event("nep141", "ft_transfer", moved(ALICE, BOB, 400))]
    told = seen(record(Ran("r", ALICE, TOKEN, [call(method, {"receiver_id": BOB, "amount": "400"} | said)], logs)))
    assert [(leg.recipient, leg.amount, leg.memo) for leg in told.transfers] == [(BOB, 400, memo)]


def test_several_events_of_one_receipt_have_their_places() -> None:
    logs = [event("nep141", "ft_transfer", moved(ALICE, BOB, 1), moved(ALICE, CAROL, 2)),
            event("nep141", "ft_burn", {"owner_id": ALICE, "amount": "3"})]  # fmt: skip
    told = seen(record(Ran("r", ALICE, TOKEN, [call("f", {})], logs)))
    assert legs(told) == [
        (at("r", "/log:0/0"), "token", ALICE, BOB, 1),
        (at("r", "/log:0/1"), "token", ALICE, CAROL, 2),
        (at("r", "/log:1/0"), "token", ALICE, None, 3),
    ]


def test_a_mint_that_comes_with_a_deposit() -> None:
    logs = [event("nep141", "ft_mint", {"owner_id": ALICE, "amount": "500"})]
    told = seen(record(Ran("r", ALICE, "wrap.near", [call("near_deposit", {}, 500)], logs)))
    assert legs(told) == [
        (at("r", "/0"), "native", ALICE, "wrap.near", 500),
        (at("r"), "token", None, ALICE, 500),
    ]


def test_tokens_of_a_contract_that_writes_no_events() -> None:
    arguments = {"receiver_id": BOB, "amount": "400", "memo": "order 7"}
    told = seen(record(Ran("r", ALICE, TOKEN, [call("ft_transfer", arguments)], ["Transfer 400 from alice to bob"])))
    assert legs(told) == [(at("r"), "token", ALICE, BOB, 400)]
    assert told.transfers[0].memo == "order 7"


def test_several_silent_calls_of_one_receipt() -> None:
    """Wrapped NEAR writes words, no events: wrapping 500 and sending 400 of them on, in one transaction."""
    send = call("ft_transfer", {"receiver_id": BOB, "amount": "400"})
    logs = [f"Deposit 500 NEAR to {ALICE}", f"Transfer 400 from {ALICE} to {BOB}"]
    told = seen(record(Ran("r", ALICE, "wrap.near", [call("near_deposit", {}, 500), send], logs)))
    assert legs(told) == [
        (at("r", "/0"), "native", ALICE, "wrap.near", 500),
        (at("r", "/call:0"), "token", None, ALICE, 500),
        (at("r", "/call:1"), "token", ALICE, BOB, 400),
    ]
    unwrap = Ran(
        "r",
        ALICE,
        "wrap.near",
        [call("near_withdraw", {"amount": "9"})],
        [f"Withdraw 9 NEAR from {ALICE}"],
        children=["s"],
    )
    told = seen(record(unwrap, Ran("s", "wrap.near", ALICE, [pay(9)])))
    assert legs(told) == [(at("r"), "token", ALICE, None, 9), (at("s"), "internal", "wrap.near", ALICE, 9)]


@pytest.mark.parametrize("events", [True, False])
def test_what_a_receiver_does_not_use_goes_back(events: bool) -> None:
    """``ft_transfer_call``: 400 are sent, 150 are kept; the last receipt gives 250 back."""
    there = [event("nep141", "ft_transfer", moved(ALICE, "dex.near", 400))] if events else []
    back = [event("nep141", "ft_transfer", moved("dex.near", ALICE, 250, memo="refund"))] if events else []
    arguments = {"receiver_id": "dex.near", "amount": "400", "msg": "swap"}
    resolve = {"sender_id": ALICE, "receiver_id": "dex.near", "amount": "400"}
    kept = {"SuccessValue": b64encode(b'"150"').decode()}
    told = seen(
        record(
            Ran("r", ALICE, TOKEN, [call("ft_transfer_call", arguments)], there, {"SuccessReceiptId": hash_of("t")}, ["s", "t"]),
            Ran("s", TOKEN, "dex.near", [call("ft_on_transfer", {}, 0)]),
            Ran("t", TOKEN, TOKEN, [call("ft_resolve_transfer", resolve, 0)], back, kept),
        )
    )  # fmt: skip
    assert legs(told) == [(at("r"), "token", ALICE, "dex.near", 400), (at("t"), "token", "dex.near", ALICE, 250)]


def test_collectibles_and_multiple_tokens() -> None:
    nft = {"old_owner_id": ALICE, "new_owner_id": BOB, "token_ids": ["7", "8"]}
    many = {"old_owner_id": ALICE, "new_owner_id": BOB, "token_ids": ["nep141:x.near"], "amounts": ["9"]}
    logs = [event("nep171", "nft_transfer", nft), event("nep245", "mt_transfer", many)]
    told = seen(record(Ran("r", ALICE, "items.near", [call("f", {})], logs)))
    assert [(leg.kind.value, leg.token_id, leg.amount, leg.asset) for leg in told.transfers] == [
        ("nft", "7", 1, "near:mainnet/nep171:items.near"),
        ("nft", "8", 1, "near:mainnet/nep171:items.near"),
        ("nft", "nep141:x.near", 9, "near:mainnet/nep245:items.near"),
    ]


def test_an_event_that_cannot_be_read_is_said() -> None:
    logs = ['EVENT_JSON:{"standard":"nep141","event":"ft_transfer","data":[{"amount":"-5"}]}', "EVENT_JSON:{"]
    told = seen(record(Ran("r", ALICE, TOKEN, [call("f", {})], logs)))
    assert told.transfers == ()
    assert told.warnings == ("unreadable_transfer_log",)


def test_a_relayed_transaction() -> None:
    """Alice signed, a relayer sent and paid: the money is Alice's, the fee the relayer's."""
    inner = {"sender_id": ALICE, "receiver_id": BOB, "actions": [pay(5)], "nonce": 1, "max_block_height": 9}
    outer = Ran("r", RELAYER, ALICE, [{"Delegate": {"delegate_action": inner, "signature": "x"}}], children=["s"])
    told = seen(record(outer, Ran("s", ALICE, BOB, [pay(5)])), f"{ONE}@{RELAYER}")
    assert legs(told) == [(at("s"), "internal", ALICE, BOB, 5)]
    assert told.fee is not None
    assert told.fee.payer == RELAYER


def test_what_a_deleted_account_held_goes_to_its_beneficiary() -> None:
    """It is sent by the system, as refunds are, and yet no refund."""
    outer = Ran("r", ALICE, ALICE, [{"DeleteAccount": {"beneficiary_id": BOB}}], children=["s", "back"])
    told = seen(record(outer, Ran("s", "system", BOB, [pay(900)], burnt=0), refund("back", ALICE)))
    assert legs(told) == [(at("s"), "internal", ALICE, BOB, 900)]


def test_without_receipts_what_is_not_shown_is_said() -> None:
    plain = record(Ran("r", ALICE, BOB, [pay(5)], children=["back"]), refund("back", ALICE))
    full = seen(plain)
    bare = seen(plain, silent=("EXPERIMENTAL_tx_status",))
    assert bare == full
    deeper = record(
        Ran("r", ALICE, "pool.near", [call("f", {}, 0)], children=["s"]), Ran("s", "pool.near", BOB, [pay(5)])
    )
    told = seen(deeper, silent=("EXPERIMENTAL_tx_status",))
    assert told.transfers == ()
    assert told.warnings == ("internal_transfers_not_visible",)


def test_optimistic_is_not_final() -> None:
    answer = record(Ran("r", ALICE, BOB, [pay(5)]), level="EXECUTED_OPTIMISTIC")
    told = seen(answer)
    assert (told.status, told.final) == (Status.SUCCEEDED, False)
    assert seen(answer | {"final_execution_status": "EXECUTED"}).final is False
    assert seen(answer | {"final_execution_status": "FINAL"}).final


def test_a_node_that_does_not_tell_what_is_final() -> None:
    answer = record(Ran("r", ALICE, BOB, [pay(5)]), level=None)
    assert seen(answer).final
    assert not seen(answer, heights={hash_of("block of r"): 1001}).final
    assert not seen(answer, silent=("block",)).final


@pytest.mark.parametrize("status", ["NotStarted", "Started"])
def test_not_yet_run(status: str) -> None:
    told = seen(record(Ran("r", ALICE, BOB, [pay(5)]), level="INCLUDED", status=status))
    assert (told.status, told.final, told.transfers) == (Status.PENDING, False, ())


def test_a_node_that_waits_in_vain_is_asked_for_what_there_is() -> None:
    known = Known({ONE: {"final_execution_status": "INCLUDED"}}, wait=True)
    told = read(NEAR, Played(node(known)), f"{ONE}@{ALICE}").transaction
    assert told.status is Status.PENDING
    question = {"tx_hash": ONE, "sender_account_id": ALICE, "wait_until": "NONE"}
    assert ("tx", question) in known.asked


def test_the_hash_alone() -> None:
    """A node that follows all shards finds it; of one that does not find it nothing follows."""
    known = Known({ONE: record(Ran("r", ALICE, BOB, [pay(5)]))})
    assert legs(read(NEAR, Played(node(known)), ONE).transaction) == [(at("r"), "native", ALICE, BOB, 5)]
    told = read(NEAR, Played(node(Known())), ONE).transaction
    assert (told.status, told.warnings) == (Status.UNKNOWN, ("sender_needed",))


def test_absence() -> None:
    def absent(**known: Any) -> Transaction:
        return read(NEAR, Played(node(Known(**known))), f"{ONE}@{ALICE}").transaction

    assert absent().status is Status.NOT_FOUND
    for known, warnings in (
        ({"earliest": 120_000_000}, ("history_not_visible",)),
        ({"syncing": True}, ("node_behind",)),
        ({"age": 9_000}, ("node_behind",)),
        ({"silent": ("status",)}, ("chain_identity_not_visible", "history_not_visible")),
    ):
        told = absent(**known)  # type: ignore[arg-type]
        assert (told.status, told.warnings) == (Status.UNKNOWN, warnings)


def test_what_contradicts_is_refused() -> None:
    answer = record(Ran("r", ALICE, BOB, [pay(5)]))
    with pytest.raises(NodeMistaken):
        seen(record(Ran("r", ALICE, BOB, [pay(5)]), name="two"))
    for name in ("transaction", "transaction_outcome"):
        other = record(Ran("r", ALICE, BOB, [pay(5)]), name="two")[name]
        with pytest.raises(NodeMistaken):
            seen(answer | {name: other})
    with pytest.raises(NodeMistaken):
        seen(answer | {"receipts_outcome": answer["receipts_outcome"] * 2})
    with pytest.raises(NodeUnavailable):
        seen(answer, silent=("EXPERIMENTAL_tx_status", "tx"))
    waiting = seen(answer | {"receipts_outcome": []})
    assert waiting.warnings == ("receipt_not_visible",)
    assert dict(SUCCESS) == {"SuccessValue": ""}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ({"LackBalanceForState": {"account_id": "bob.near", "amount": "1"}}, "LackBalanceForState"),
        ({"AccountDoesNotExist": {"account_id": "bob.near"}}, "AccountDoesNotExist"),
        ("DelegateActionExpired", "DelegateActionExpired"),
        ({"FunctionCallError": {"ExecutionError": "no money"}}, "ExecutionError: no money"),
        ({"FunctionCallError": {"HostError": {"GuestPanic": {"panic_msg": "no money"}}}}, "GuestPanic: no money"),
        ({"FunctionCallError": {"MethodResolveError": "MethodNotFound"}}, "MethodResolveError: MethodNotFound"),
    ],
)
def test_a_failure_is_named_by_its_kind(kind: Any, said: str) -> None:
    assert failure_words({"ActionError": {"index": 0, "kind": kind}}) == said
