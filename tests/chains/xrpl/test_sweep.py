"""Unsigned payments: exact, bounded, refused where they could not arrive, and every change of their bytes seen."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from xrpl.constants import XRPLException
from xrpl.core.binarycodec import decode, encode

from chains.errors import NodeMistaken, Refused
from chains.sweep import SweepOrder, SweepPlan
from chains.xrpl import check_plan, plan_sweep
from tests.chains.replay import Played
from tests.chains.scene import Answers, Told
from tests.chains.xrpl import book
from tests.chains.xrpl.book import ANNA, BANK, BERT, LEDGER, ROW

FREEZE, TAG, NO_XRP, STRANGERS = 0x00400000, 0x00020000, 0x00080000, 0x01000000
NATIVE = SweepOrder(None, 2_000_000, ANNA, BERT, memo="0")
TOKEN = SweepOrder(f"USD:{BANK}", 2_500_000_000_000_000, ANNA, BERT)


def node(*, accounts: dict[str, Any] | None = None, lines: dict[str, Any] | None = None, **more: Any) -> Answers:
    """A node with these accounts (fields by address) and trust lines."""
    known = {ANNA: {}, BERT: {}, BANK: {}} if accounts is None else accounts
    trust = {ANNA: {"balance": "10"}, BERT: {}} if lines is None else lines

    def answers(asked: Any) -> Told:
        method, params = asked.body["method"], asked.body["params"][0]
        if method in more:
            return Told({"result": more[method]})
        if method == "server_info":
            return Told({"result": book.info()})
        if method == "fee":
            return Told({"result": {"drops": {"base_fee": "10", "open_ledger_fee": "12"}}})
        if method == "account_info":
            if params["account"] not in known:
                return Told({"result": {"error": "actNotFound", "status": "error"}})
            entry = {"Account": params["account"], "Balance": "9000000", "Flags": 0, "OwnerCount": 1, "Sequence": 7}
            return Told({"result": {"account_data": entry | known[params["account"]]}})
        if method == "account_lines":
            line = {"account": BANK, "balance": "0", "currency": "USD", "limit": "100"}
            found = trust.get(params["account"])
            return Told({"result": {"lines": [] if found is None else [line | found]}})
        return Told({"result": {"error": "unknownCmd", "status": "error"}})

    return answers


def planned(order: SweepOrder, **how: Any) -> SweepPlan:
    return plan_sweep(ROW, Played(node(**how)), order)


def body(plan: SweepPlan) -> dict[str, Any]:
    return dict(json.loads(plan.files[0].body)["tx_json"])


def test_a_payment_of_the_coin() -> None:
    plan = planned(NATIVE)
    assert body(plan) == {
        "TransactionType": "Payment", "Account": ANNA, "Destination": BERT, "Amount": "2000000", "Fee": "12", "Flags": 0,
        "Sequence": 7, "LastLedgerSequence": LEDGER + 909, "DestinationTag": 0,
    }  # fmt: skip
    assert (plan.form, plan.cost, plan.warnings) == ("xrpl_transaction", 12, ())
    assert decode(json.loads(plan.files[0].body)["tx_blob"]) == body(plan)
    assert check_plan(ROW, NATIVE, plan) == []


def test_a_payment_of_a_token_with_its_issuers_fee_on_top() -> None:
    plan = planned(TOKEN, accounts={ANNA: {}, BERT: {}, BANK: {"TransferRate": 1_002_000_000}})
    assert body(plan)["Amount"] == book.usd("2.5")
    assert body(plan)["SendMax"] == book.usd("2.505")
    assert "DestinationTag" not in body(plan)


def test_an_x_address_gives_the_tag_and_must_agree_with_it() -> None:
    from xrpl.core.addresscodec import classic_address_to_xaddress

    to = classic_address_to_xaddress(BERT, 5, is_test_network=False)
    assert body(planned(replace(NATIVE, destination=to, memo=None)))["DestinationTag"] == 5
    with pytest.raises(Refused, match="memo_conflict"):
        planned(replace(NATIVE, destination=to, memo="6"))


def test_a_new_account_gets_its_reserve_or_nothing() -> None:
    assert planned(NATIVE, accounts={ANNA: {}}).cost == 12
    with pytest.raises(Refused, match="destination_does_not_exist"):
        planned(replace(NATIVE, amount=999_999), accounts={ANNA: {}})


@pytest.mark.parametrize(
    ("order", "how", "why"),
    [
        (NATIVE, {"accounts": {BERT: {}}}, "source_does_not_exist"),
        (NATIVE, {"accounts": {ANNA: {"Balance": "3200011"}, BERT: {}}}, "not_enough_coins"),
        (replace(NATIVE, memo=None), {"accounts": {ANNA: {}, BERT: {"Flags": TAG}}}, "destination_needs_a_tag"),
        (NATIVE, {"accounts": {ANNA: {}, BERT: {"Flags": NO_XRP}}}, "destination_wants_no_xrp"),
        (NATIVE, {"accounts": {ANNA: {}, BERT: {"Flags": STRANGERS}}, "deposit_authorized": {}}, "refuses_strangers"),
        (NATIVE, {"fee": {"drops": {"base_fee": "10", "open_ledger_fee": "20001"}}}, "fee_too_high"),
        (replace(NATIVE, memo="x"), {}, "not_a_tag"),
        (replace(NATIVE, destination=ANNA), {}, "destination_is_the_source"),
        (replace(NATIVE, destination=BERT.lower()), {}, "not_an_address"),
        (replace(NATIVE, amount=0), {}, "amount_is_zero"),
        (TOKEN, {"accounts": {ANNA: {}, BERT: {}, BANK: {"Flags": FREEZE}}}, "token_frozen"),
        (TOKEN, {"lines": {ANNA: {"balance": "10"}}}, "destination_has_no_trust_line"),
        (TOKEN, {"lines": {ANNA: {"balance": "10"}, BERT: {"limit": "2"}}}, "destination_has_no_trust_line"),
        (TOKEN, {"lines": {ANNA: {"balance": "2.4"}, BERT: {}}}, "not_enough_coins"),
        (TOKEN, {"lines": {ANNA: {"balance": "10", "freeze_peer": True}, BERT: {}}}, "token_frozen"),
        (replace(TOKEN, amount=12_345_678_901_234_567), {}, "amount_too_precise"),
        (replace(TOKEN, contract="22" * 24), {}, "no_plan_for_this_asset"),
    ],
)
def test_what_is_refused(order: SweepOrder, how: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why):
        planned(order, **how)


def test_a_node_of_another_network_or_with_another_account() -> None:
    with pytest.raises(NodeMistaken):
        planned(NATIVE, server_info=book.info(network_id=1))
    with pytest.raises(NodeMistaken):
        planned(NATIVE, account_info={"account_data": {"Account": BANK, "Balance": "9000000", "Sequence": 7}})


@pytest.mark.parametrize(
    "change",
    [
        {"Destination": BANK}, {"Amount": "2000001"}, {"DestinationTag": 1}, {"Account": BANK}, {"Flags": 0x00020000},
        {"Fee": "20001"}, {"Fee": "13"}, {"SendMax": "9000000"}, {"SourceTag": 1}, {"TransactionType": "CheckCreate"},
    ],
)  # fmt: skip
def test_every_difference_is_named(change: dict[str, Any]) -> None:
    plan = planned(NATIVE)
    other = body(plan) | change
    try:
        blob = encode(other)
    except XRPLException:  # a kind that lacks fields: the file alone lies
        blob = encode(body(plan))
    file = replace(plan.files[0], body=json.dumps({"tx_json": other, "tx_blob": blob}).encode())
    assert check_plan(ROW, NATIVE, replace(plan, files=(file,)))
    half = replace(plan.files[0], body=json.dumps({"tx_json": body(plan), "tx_blob": blob}).encode())
    assert check_plan(ROW, NATIVE, replace(plan, files=(half,))) == ["file"]


def test_a_plan_of_another_order_or_form() -> None:
    plan = planned(NATIVE)
    assert check_plan(ROW, replace(NATIVE, memo="1"), plan) == ["DestinationTag"]
    assert check_plan(ROW, NATIVE, replace(plan, form="psbt")) == ["form"]
    assert check_plan(ROW, NATIVE, replace(plan, files=())) == ["form"]
    assert check_plan(ROW, NATIVE, replace(plan, cost=5)) == ["cost"]
    assert check_plan(ROW, NATIVE, replace(plan, fields={})) == ["fields"]
    assert check_plan(ROW, NATIVE, replace(plan, files=(replace(plan.files[0], body=b"{"),))) == ["file"]
