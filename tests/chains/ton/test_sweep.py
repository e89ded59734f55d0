"""Plans of TON: what they say, and that every difference between a file and its order is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import NodeUnavailable, Refused
from chains.sweep import SweepFile, SweepOrder, SweepPlan
from chains.ton import bodies, cells, check_plan, plan_sweep, wallets
from chains.ton.address import friendly
from tests.chains.replay import Played
from tests.chains.scene import Answers, Told
from tests.chains.ton.making import Chain, account, boc, empty
from tests.chains.ton.scenes import MASTER, PAYER, PAYER_WALLET, SHOP

TON = network("ton")
CODE = cells.builder().store_uint(4, 32).end_cell()
NATIVE = SweepOrder(None, 5_000_000_000, friendly(PAYER), friendly(SHOP), "sweep 1")
JETTON = SweepOrder(friendly(MASTER), 25_000_000, friendly(PAYER), friendly(SHOP), "sweep 2")


@pytest.fixture(autouse=True)
def known_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The invented wallet's code counts as version 4."""
    monkeypatch.setattr(wallets, "VERSIONS", {CODE.hash.hex(): "v4r2"})


def answers(
    *,
    balance: int = 9_000_000_000,
    status: str = "active",
    held: int = 25_000_000,
    code: Any = CODE,
    there: bool = True,
) -> Answers:
    """An indexer that shows the payer's wallet, and its jettons."""
    chain = Chain()
    chain.jetton_wallets = {PAYER_WALLET: (PAYER, MASTER)}
    honest = chain.answers()
    data = cells.builder().store_uint(17, 32).store_uint(698983191, 32).store_uint(0, 256).store_bit(0).end_cell()
    payer = {
        "address": PAYER.upper(),
        "status": status,
        "balance": str(balance),
        "code_boc": boc(code),
        "data_boc": boc(data),
    }
    shop = {"address": SHOP.upper(), "status": "active" if there else "uninit", "balance": "0"}

    def answer(asked: Any) -> Told:
        if "/accountStates" in asked.path:
            return Told({"accounts": [payer, shop]})
        told = honest(asked)
        if asked.body and asked.body.get("method") == "get_wallet_data":
            told.value["stack"][0]["value"] = hex(held)
        return told

    return answer


def node(**how: Any) -> Played:
    return Played(answers(**how))


def test_a_native_plan_says_what_the_wallet_will_do() -> None:
    plan = plan_sweep(TON, node(), NATIVE)
    unsigned = wallets.taken_apart(plan.files[0].body)
    assert (unsigned.layout, unsigned.seqno, unsigned.number, unsigned.mode) == ("v4", 17, 698983191, 3)
    assert (unsigned.destination, unsigned.value, unsigned.bounce) == (SHOP, 5_000_000_000, True)
    assert bodies.said(unsigned.body).comment == "sweep 1"
    assert plan.fields["hash_to_sign"] == cells.from_bytes(plan.files[0].body).hash.hex()
    assert (plan.form, plan.cost, check_plan(TON, NATIVE, plan)) == ("ton_message", 20_000_000, [])


def test_a_jetton_plan_asks_the_wallet_its_master_names() -> None:
    plan = plan_sweep(TON, node(), JETTON)
    unsigned = wallets.taken_apart(plan.files[0].body)
    body = bodies.said(unsigned.body)
    assert (unsigned.destination, unsigned.value) == (PAYER_WALLET, 100_000_000)
    assert (body.op, body.amount, body.party, body.comment) == (bodies.JETTON_TRANSFER, 25_000_000, SHOP, "sweep 2")
    assert check_plan(TON, JETTON, plan) == []


def test_a_destination_without_code_gets_a_message_that_does_not_bounce() -> None:
    plan = plan_sweep(TON, node(there=False), NATIVE)
    assert wallets.taken_apart(plan.files[0].body).bounce is False
    assert plan.warnings == ("destination_not_deployed",)


@pytest.mark.parametrize(
    ("order", "how", "reason"),
    [
        (NATIVE, {"balance": 5_000_000_000}, "not_enough_coins"),
        (JETTON, {"balance": 1_000}, "not_enough_coins"),
        (JETTON, {"held": 24_999_999}, "not_enough_coins"),
        (NATIVE, {"status": "uninit"}, "source_not_deployed"),
        (NATIVE, {"code": empty()}, "unknown_wallet"),
        (replace(NATIVE, destination="UQnonsense"), {}, "not_an_address"),
    ],
)
def test_what_cannot_be_done_is_refused(order: SweepOrder, how: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        plan_sweep(TON, node(**how), order)


def test_a_node_that_runs_no_methods_plans_no_jettons() -> None:
    chain = Chain()
    with pytest.raises(NodeUnavailable):
        plan_sweep(TON, Played(chain.answers(refused=("/accountStates",))), NATIVE)


@pytest.mark.parametrize(
    ("order", "named"),
    [
        (replace(NATIVE, amount=1), {"value", "amount"}),
        (replace(NATIVE, destination=friendly(account("thief"))), {"destination"}),
        (replace(NATIVE, memo="other"), {"body", "comment"}),
        (replace(NATIVE, source=friendly(account("other"))), {"source"}),
        (replace(NATIVE, contract=friendly(MASTER)), {"destination", "value", "body", "contract"}),
    ],
)
def test_a_plan_of_another_order_is_named(order: SweepOrder, named: set[str]) -> None:
    assert set(check_plan(TON, order, plan_sweep(TON, node(), NATIVE))) >= named


def _file(change: Callable[[SweepPlan], Any]) -> Callable[[SweepPlan], SweepPlan]:
    return lambda plan: replace(plan, files=(SweepFile("message.boc", "ton_message", change(plan).to_boc()),))


def _with(plan: SweepPlan, **other: Any) -> Any:
    one = wallets.taken_apart(plan.files[0].body)
    kept = {
        "destination": one.destination,
        "value": one.value,
        "body": one.body,
        "valid_until": one.valid_until,
        "bounce": one.bounce,
    }
    return wallets.written(
        wallets.State(other.pop("version", "v4r2"), other.pop("seqno", one.seqno), one.number, 0), **(kept | other)
    )


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_file(lambda plan: _with(plan, destination=account("thief"))), "destination"),
        (_file(lambda plan: _with(plan, value=1)), "value"),
        (_file(lambda plan: _with(plan, body=empty())), "body"),
        (_file(lambda plan: _with(plan, valid_until=2**31)), "expires"),
        (_file(lambda plan: _with(plan, seqno=3)), "seqno"),
        (_file(lambda plan: _with(plan, bounce=False)), "bounce"),
        (_file(lambda plan: _with(plan, version="v5r1")), "wallet"),
        (_file(lambda plan: empty()), "message"),
        (lambda plan: replace(plan, files=()), "message"),
        (lambda plan: replace(plan, form="psbt"), "form"),
        (lambda plan: replace(plan, fields={**plan.fields, "hash_to_sign": "00"}), "hash_to_sign"),
    ],
)
def test_a_file_that_was_changed_is_named(change: Callable[[SweepPlan], SweepPlan], named: str) -> None:
    assert named in check_plan(TON, NATIVE, change(plan_sweep(TON, node(), NATIVE)))


@pytest.mark.parametrize("version", ["v3r2", "v4r2", "v5r1"])
def test_what_is_written_is_read_again(version: str) -> None:
    root = wallets.written(wallets.State(version, 5, 6, 0), SHOP, 7, empty(), valid_until=8, bounce=True)
    one = wallets.taken_apart(root.to_boc())
    assert (one.layout, one.seqno, one.number, one.value, one.valid_until, one.destination) == (
        version[:2],
        5,
        6,
        7,
        8,
        SHOP,
    )
