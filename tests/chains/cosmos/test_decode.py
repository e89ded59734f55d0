"""What the Cosmos family makes of small records in every form nodes have used; each test fails without its handling."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from chains.agreement import unknown
from chains.catalogue import network
from chains.cosmos.lcd import read
from chains.errors import NodeMistaken, NodeUnavailable
from chains.types import Status, Transaction, TransferKind
from tests.chains.cosmos.scenes import HASH, HEIGHT, IBC, account, event, node, paid, send, transaction
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told

HUB = network("cosmoshub")
OSMO = network("osmosis")
ONE, TWO, THREE, MODULE = (account(HUB, filler) for filler in (1, 2, 3, 9))
CONTRACT = account(HUB, 7, 32)


def told(found: dict[str, Any] | None, **how: Any) -> Transaction:
    return read(HUB, Played(node(HUB, found, **how)), HASH).transaction


def legs(seen: Transaction) -> list[tuple[str, str | None, str | None, int, str | None]]:
    return [(leg.position, leg.sender, leg.recipient, leg.amount, leg.contract) for leg in seen.transfers]


def flattened(*messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``logs`` as before SDK 0.46: by message, all events of one type in one, types sorted, no ``msg_index`` inside."""
    logs = []
    for number, events in enumerate(messages):
        by_type: dict[str, list[dict[str, str]]] = {}
        for one in events:
            plain = [{"key": a["key"], "value": a["value"]} for a in one["attributes"] if a["key"] != "msg_index"]
            by_type.setdefault(one["type"], []).extend(plain)
        rows = [{"type": kind, "attributes": by_type[kind]} for kind in sorted(by_type)]
        logs.append({"msg_index": number, "log": "", "events": rows})
    return logs


def coded(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events as Tendermint before 0.37 shows them: keys and values in base64, no number of the message."""
    return [
        {
            "type": one["type"],
            "attributes": [
                {name: base64.b64encode(a[name].encode()).decode() for name in ("key", "value")}
                for a in one["attributes"]
                if a["key"] != "msg_index"
            ],
        }
        for one in events
    ]


def test_two_messages_and_several_denoms() -> None:
    events = [*paid(ONE, TWO, f"3{IBC},5uatom", 0), *paid(ONE, TWO, "5uatom", 1)]
    seen = told(transaction(HUB, [send(ONE, TWO, 5, "uatom"), send(ONE, TWO, 5, "uatom")], events))
    assert legs(seen) == [("msg:0/0", ONE, TWO, 3, IBC), ("msg:0/1", ONE, TWO, 5, None), ("msg:1/0", ONE, TWO, 5, None)]
    assert [leg.kind for leg in seen.transfers] == [TransferKind.TOKEN, TransferKind.NATIVE, TransferKind.NATIVE]
    assert seen.transfers[0].asset == f"cosmos:cosmoshub-4/ibc:{IBC[4:]}"


def test_events_shown_twice_count_once_and_every_form_gives_the_same_positions() -> None:
    reward = paid(MODULE, ONE, "7uatom", 0)
    stake = [
        event("coin_spent", 0, spender=ONE, amount="9uatom"),
        event("coin_received", 0, receiver=THREE, amount="9uatom"),
        event("delegate", 0, validator="v", amount="9uatom"),
    ]
    action = [event("message", 0, action="/cosmos.staking.v1beta1.MsgDelegate")]
    message = {"@type": "/cosmos.staking.v1beta1.MsgDelegate", "delegator_address": ONE}
    expected = [("msg:0/0", MODULE, ONE, 7, None), ("msg:0/1", ONE, THREE, 9, None)]
    new = transaction(HUB, [message], action + reward + stake)
    doubled = transaction(HUB, [message], action + reward + stake, logs=flattened(action + stake + reward))
    old = transaction(HUB, [message], [], logs=flattened(action + reward + stake))
    raw = transaction(HUB, [message], [], raw_log=json.dumps(flattened(action + reward + stake)))
    oldest = transaction(HUB, [message], [], logs=[])
    oldest["tx_response"]["events"] = coded(new["tx_response"]["events"])
    for form in (new, doubled, old, raw, oldest):
        seen = told(form)
        assert legs(seen) == expected
        assert seen.fee is not None
        assert (seen.fee.amount, seen.fee.payer) == (500, ONE)
        assert seen.warnings == ()


def test_an_interface_that_wraps_messages_and_adds_the_outer_events_as_a_log() -> None:
    message = {
        "@type": "/cosmos.bank.v1beta1.MsgSend",
        "/cosmos-bank-v1beta1-MsgSend": {"from_address": ONE, "to_address": TWO},
    }
    form = transaction(HUB, [message], [])
    response = form["tx_response"]
    tx = response["tx"]
    response["tx"] = {"@type": tx["@type"], "/cosmos-tx-v1beta1-Tx": {k: v for k, v in tx.items() if k != "@type"}}
    outer = {"events": response["events"]}
    response["logs"] = [*flattened(paid(ONE, TWO, "5uatom")), outer]
    response["events"] = []
    seen = read(HUB, Played(node(HUB, [response])), HASH).transaction  # type: ignore[arg-type]
    assert legs(seen) == [("msg:0/0", ONE, TWO, 5, None)]
    assert seen.fee is not None


def test_a_failed_transaction_keeps_its_messages_and_moves_nothing() -> None:
    form = transaction(
        HUB, [send(ONE, TWO, 5, "uatom")], paid(ONE, TWO, "5uatom"), code=11, raw_log="out of gas\u202e in X"
    )
    seen = told(form)
    assert (seen.status, seen.final, seen.transfers) == (Status.FAILED, True, ())
    assert seen.failure == "code 11 (sdk): out of gas in X"
    assert seen.fee is not None
    silent = transaction(HUB, [send(ONE, TWO, 5, "uatom")], [], code=11)
    silent["tx_response"]["events"] = []
    assert told(silent).transfers == ()
    assert told(silent).fee == seen.fee


def test_a_failure_before_the_fee_was_taken_claims_no_fee() -> None:
    form = transaction(HUB, [send(ONE, TWO, 5, "uatom")], [], code=32)
    form["tx_response"]["events"] = [event("tx", None, acc_seq=f"{ONE}/5")]
    seen = told(form)
    assert seen.fee is None
    assert "fee_not_visible" in seen.warnings


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (send(ONE, TWO, 5, "uatom"), [("msg:0/0", ONE, TWO, 5, None)]),
        (
            {
                "@type": "/cosmos.authz.v1beta1.MsgExec", "grantee": THREE,
                "msgs": [send(ONE, TWO, 5, "uatom"), send(TWO, ONE, 6, IBC)],
            },
            [("msg:0/0", ONE, TWO, 5, None), ("msg:0/1", TWO, ONE, 6, IBC)],
        ),
        (
            {
                "@type": "/cosmos.bank.v1beta1.MsgMultiSend",
                "inputs": [{"address": ONE, "coins": [{"denom": "uatom", "amount": "9"}]}],
                "outputs": [
                    {"address": TWO, "coins": [{"denom": "uatom", "amount": "4"}]},
                    {"address": THREE, "coins": [{"denom": "uatom", "amount": "5"}]},
                ],
            },
            [("msg:0/0", ONE, TWO, 4, None), ("msg:0/1", ONE, THREE, 5, None)],
        ),
        ({"@type": "/cosmos.gov.v1.MsgVote", "voter": ONE}, []),
    ],
)  # fmt: skip
def test_light_records_are_read_from_the_messages_where_that_is_certain(
    message: dict[str, Any], expected: list[Any]
) -> None:
    form = transaction(HUB, [message], [])
    form["tx_response"]["events"] = []
    seen = told(form)
    assert legs(seen) == expected
    assert seen.warnings == ()


def test_light_records_of_anything_else_say_so() -> None:
    form = transaction(HUB, [{"@type": "/cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward"}], [])
    form["tx_response"]["events"] = []
    seen = told(form)
    assert seen.transfers == ()
    assert "events_not_visible" in seen.warnings


def test_amino_records_of_earlier_chains() -> None:
    value = {"from_address": ONE, "to_address": TWO, "amount": [{"denom": "uatom", "amount": "5"}]}
    tx = {
        "type": "auth/StdTx",
        "value": {
            "msg": [{"type": "cosmos-sdk/MsgSend", "value": value}], "memo": "a",
            "fee": {"amount": [{"denom": "uatom", "amount": "1"}], "gas": "2"},
        },
    }  # fmt: skip
    response = {"height": str(HEIGHT), "txhash": HASH, "tx": tx, "timestamp": "2019-05-04T17:57:57Z"}
    seen = read(HUB, Played(node(HUB, response)), HASH).transaction
    assert legs(seen) == [("msg:0/0", ONE, TWO, 5, None)]
    assert seen.transfers[0].memo == "a"
    assert (seen.fee and (seen.fee.amount, seen.fee.payer)) == (1, ONE)


def test_a_payment_to_many_whose_events_name_no_sender() -> None:
    message = {
        "@type": "/cosmos.bank.v1beta1.MsgMultiSend", "inputs": [{"address": ONE, "coins": []}],
        "outputs": [{"address": TWO, "coins": []}, {"address": THREE, "coins": []}],
    }  # fmt: skip
    events = [
        event("coin_spent", 0, spender=ONE, amount="9uatom"),
        event("coin_received", 0, receiver=TWO, amount="4uatom"),
        event("transfer", 0, recipient=TWO, amount="4uatom"),
        event("coin_received", 0, receiver=THREE, amount="5uatom"),
        event("transfer", 0, recipient=THREE, amount="5uatom"),
    ]
    seen = told(transaction(HUB, [message], events))
    assert legs(seen) == [("msg:0/0", ONE, TWO, 4, None), ("msg:0/1", ONE, THREE, 5, None)]
    assert seen.warnings == ()
    nobody = told(transaction(HUB, [{"@type": "/x.MsgClaim"}], events))
    assert [leg.sender for leg in nobody.transfers] == [None, None]
    assert "sender_not_visible" in nobody.warnings


def test_nested_execution_counts_inside_its_message() -> None:
    events = [*paid(ONE, TWO, "5uatom"), *paid(TWO, THREE, "6uatom")]
    for number, one in enumerate(events):
        one["attributes"].insert(1, {"key": "authz_msg_index", "value": str(number // 3)})
    message = {"@type": "/cosmos.authz.v1beta1.MsgExec", "grantee": THREE, "msgs": [send(ONE, TWO, 5, "uatom")]}
    assert legs(told(transaction(HUB, [message], events))) == [
        ("msg:0/0", ONE, TWO, 5, None),
        ("msg:0/1", TWO, THREE, 6, None),
    ]
    flat = transaction(HUB, [message], [], logs=flattened(events))
    assert legs(told(flat)) == [("msg:0/0", ONE, TWO, 5, None), ("msg:0/1", TWO, THREE, 6, None)]


def arriving(memo: str | None, receiver: str = TWO) -> dict[str, Any]:
    data = {"amount": "5", "denom": "uosmo", "sender": account(OSMO, 1), "receiver": receiver}
    packet = {"data": base64.b64encode(json.dumps(data | ({} if memo is None else {"memo": memo})).encode()).decode()}
    return {"@type": "/ibc.core.channel.v1.MsgRecvPacket", "packet": packet, "signer": THREE}


def test_coins_that_arrive_over_ibc_have_the_memo_of_the_packet_never_the_relayers() -> None:
    mint = [
        event("coin_received", 0, receiver=MODULE, amount=f"5{IBC}"),
        event("coinbase", 0, minter=MODULE, amount=f"5{IBC}"),
    ]
    for memo in ("77", None):
        seen = told(
            transaction(HUB, [arriving(memo)], [*mint, *paid(MODULE, TWO, f"5{IBC}")], memo="relayed by somebody")
        )
        assert legs(seen) == [("msg:0/0", MODULE, TWO, 5, IBC), ("msg:0/1", None, MODULE, 5, IBC)]
        assert [leg.memo for leg in seen.transfers] == [memo, None]


def test_two_packets_for_one_recipient_inside_one_message_leave_the_memo_open() -> None:
    message = {"@type": "/cosmos.authz.v1beta1.MsgExec", "grantee": THREE, "msgs": [arriving("1"), arriving("2")]}
    seen = told(transaction(HUB, [message], paid(MODULE, TWO, f"5{IBC}")))
    assert seen.transfers[0].memo is None
    assert "memo_not_certain" in seen.warnings


def test_coins_that_leave_over_ibc_go_to_the_escrow_or_are_burnt() -> None:
    message = {"@type": "/ibc.applications.transfer.v1.MsgTransfer", "sender": ONE, "memo": "for the other side"}
    kept = told(transaction(HUB, [message], paid(ONE, MODULE, "5uatom"), memo="mine"))
    assert legs(kept) == [("msg:0/0", ONE, MODULE, 5, None)]
    assert kept.transfers[0].memo == "mine"
    gone = [event("coin_spent", 0, spender=MODULE, amount=f"5{IBC}"), event("burn", 0, burner=MODULE, amount=f"5{IBC}")]
    burnt = told(transaction(HUB, [message], [*paid(ONE, MODULE, f"5{IBC}"), *gone]))
    assert legs(burnt) == [("msg:0/0", ONE, MODULE, 5, IBC), ("msg:0/1", MODULE, None, 5, IBC)]


def wasm(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {
        "type": "wasm",
        "attributes": [
            {"key": k, "value": v} for k, v in (("_contract_address", CONTRACT), *pairs, ("msg_index", "0"))
        ],
    }


EXECUTE = {"@type": "/cosmwasm.wasm.v1.MsgExecuteContract", "sender": ONE, "contract": CONTRACT}


def test_tokens_that_contracts_keep() -> None:
    events = [
        wasm(("action", "transfer"), ("from", ONE), ("to", TWO), ("amount", "5")),
        wasm(("action", "send_from"), ("from", TWO), ("to", CONTRACT), ("by", ONE), ("amount", "6")),
        wasm(("action", "mint"), ("to", TWO), ("amount", "7")),
        wasm(("action", "burn"), ("from", TWO), ("amount", "8")),
        wasm(("action", "transfer_nft"), ("sender", ONE), ("recipient", TWO), ("token_id", "a\u202eb")),
        wasm(("action", "transfer"), ("from", ONE), ("to", TWO), ("amount", "0")),
        wasm(("action", "swap"), ("amount", "9")),
    ]
    seen = told(transaction(HUB, [EXECUTE], events))
    assert legs(seen) == [
        ("msg:0/0", ONE, TWO, 5, CONTRACT), ("msg:0/1", TWO, CONTRACT, 6, CONTRACT), ("msg:0/2", None, TWO, 7, CONTRACT),
        ("msg:0/3", TWO, None, 8, CONTRACT), ("msg:0/4", ONE, TWO, 1, CONTRACT),
    ]  # fmt: skip
    assert seen.transfers[0].asset == f"cosmos:cosmoshub-4/cw20:{CONTRACT}"
    assert (seen.transfers[4].kind, seen.transfers[4].token_id) == (TransferKind.NFT, "ab")
    assert seen.warnings == ()
    flat = transaction(HUB, [EXECUTE], [], logs=flattened(events))
    assert legs(told(flat)) == legs(seen)


@pytest.mark.parametrize(
    "pairs",
    [
        [("action", "transfer"), ("from", ONE), ("to", TWO), ("amount", "5"), ("amount", "500")],
        [("action", "transfer"), ("from", ONE), ("to", "somebody"), ("amount", "5")],
        [("action", "transfer"), ("from", ONE), ("to", account(OSMO, 2)), ("amount", "5")],
        [("action", "transfer"), ("from", ONE), ("to", TWO), ("amount", "5.0")],
    ],
)
def test_a_contract_that_says_strange_things_is_not_believed(pairs: list[tuple[str, str]]) -> None:
    seen = told(transaction(HUB, [EXECUTE], [wasm(*pairs), *paid(CONTRACT, TWO, "1uatom")]))
    assert legs(seen) == [("msg:0/0", CONTRACT, TWO, 1, None)]
    assert seen.warnings == ("unreadable_transfer_event",)


def test_a_fee_somebody_else_grants_or_pays() -> None:
    for fee in ({"granter": TWO}, {"payer": TWO}):
        form = transaction(HUB, [send(ONE, THREE, 5, "uatom")], paid(ONE, THREE, "5uatom"), fee=fee)
        form["tx_response"]["events"] = paid(ONE, THREE, "5uatom")
        seen = told(form)
        assert seen.fee is not None
        assert seen.fee.payer == TWO


def test_a_fee_market_that_gives_the_rest_back() -> None:
    back = event("tip_pay", None, tip="120uatom", tip_payee=ONE)
    seen = told(transaction(HUB, [send(ONE, TWO, 5, "uatom")], [*paid(ONE, TWO, "5uatom"), back]))
    assert seen.fee is not None
    assert seen.fee.amount == 380
    kept = event("tip_pay", None, tip="120uatom", tip_payee=THREE)
    other = told(transaction(HUB, [send(ONE, TWO, 5, "uatom")], [*paid(ONE, TWO, "5uatom"), kept]))
    assert other.fee is not None
    assert other.fee.amount == 500


def test_many_events_that_answer_to_nothing_cost_little() -> None:
    events = [event("coin_spent", 0, spender=ONE, amount=f"{number}uatom") for number in range(8_000)]
    events += [event("transfer", 0, sender=ONE, recipient=TWO, amount="1atom") for _ in range(4_000)]
    started = time.perf_counter()
    seen = told(transaction(HUB, [{"@type": "/x.MsgX"}], events))
    assert "unpaired_coin_event" in seen.warnings
    assert time.perf_counter() - started < 5


def test_an_ethereum_transaction_inside_is_named() -> None:
    message = {"@type": "/ethermint.evm.v1.MsgEthereumTx", "from": ""}
    seen = told(transaction(HUB, [message], paid(ONE, TWO, "5uatom")))
    assert legs(seen) == [("msg:0/0", ONE, TWO, 5, None)]
    assert {"evm_tokens_not_visible", "fee_not_visible"} <= set(seen.warnings)
    assert seen.fee is None


def test_the_answer_must_be_of_the_hash_asked_for_and_in_its_block() -> None:
    form = transaction(HUB, [send(ONE, TWO, 5, "uatom")], paid(ONE, TWO, "5uatom"), txhash="AB" * 32)
    with pytest.raises(NodeMistaken):
        told(form)
    good = transaction(HUB, [send(ONE, TWO, 5, "uatom")], paid(ONE, TWO, "5uatom"), height=HEIGHT)
    honest = node(HUB, good)

    def other_block(asked: Asked) -> Told:
        said = honest(asked)
        if asked.path.endswith(str(HEIGHT)):
            said.value["block"]["data"]["txs"] = [base64.b64encode(b"another").decode()]
        return said

    seen = read(HUB, Played(other_block), HASH).transaction
    assert seen == unknown(HUB, HASH, ["node_inconsistent"])


def test_a_transaction_a_node_refused_is_not_waiting() -> None:
    form = transaction(HUB, [send(ONE, TWO, 5, "uatom")], [], height=0, code=4)
    assert told(form).status is Status.UNKNOWN


def test_accounts_of_another_network_are_no_movement_here() -> None:
    with pytest.raises(NodeMistaken):
        told(transaction(HUB, [send(ONE, TWO, 5, "uatom")], paid(ONE, account(OSMO, 2), "5uatom")))


def test_a_node_that_serves_only_the_transaction() -> None:
    form = transaction(HUB, [send(ONE, TWO, 5, "uatom")], paid(ONE, TWO, "5uatom"))
    seen = told(form, refuse=("latest", "node_info", str(HEIGHT)))
    assert (seen.status, seen.final, seen.confirmations) == (Status.SUCCEEDED, True, 1)
    assert seen.warnings == ("chain_identity_not_visible", "tip_not_visible", "block_not_visible")
    assert seen.block is not None
    assert (seen.block.height, seen.block.hash) == (HEIGHT, "")
    assert told(None, refuse=("latest", "node_info")).status is Status.UNKNOWN
    assert told(form, refuse=("latest",)).warnings == ("tip_not_visible",)
    wrong = told(form, refuse=("latest",), chain_id="elsewhere-1")
    assert (wrong.status, wrong.warnings, wrong.transfers) == (Status.UNKNOWN, ("wrong_chain",), ())


def test_what_is_no_answer_at_all() -> None:
    for value, status, error in (({}, 200, NodeMistaken), ({"code": 12}, 405, NodeUnavailable)):
        with pytest.raises(error):
            read(HUB, Played(lambda asked, v=value, s=status: Told(v, s)), HASH)  # type: ignore[misc]
