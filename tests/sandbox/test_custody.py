"""The signer refuses whatever is not exactly what two people approved."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.artifacts import artifacts
from sandbox.custody import Limits, PlanRefused, examine
from sandbox.rpc import Rpc
from tests.sandbox.plans import refund_plan, released, sweep_plan

Plan = dict[str, Any]
STRANGER = "0x" + "22" * 20


def _set(*path: Any) -> Callable[[Plan], None]:
    """Sets the value at a path: the last item is the value, the ones before lead to it."""
    *way, last, value = path

    def change(plan: Plan) -> None:
        place: Any = plan
        for part in way:
            place = place[part]
        place[last] = value

    return change


def _everywhere(name: str, value: str) -> Callable[[Plan], None]:
    """The same change to the second step as approved and as released."""

    def change(plan: Plan) -> None:
        for steps in (plan["payload"]["steps"], plan["steps"]):
            steps[1]["body"][name] = value

    return change


def _one_person_twice(plan: Plan) -> None:
    plan["approvals"][1]["approver"] = plan["approvals"][0]["approver"]


def _redirected_call(plan: Plan) -> None:
    step = plan["steps"][1]
    amount = int(step["moves"][0]["amount"])
    step["body"]["data"] = "0x" + artifacts()["SampleToken"].call("transfer", STRANGER, amount).hex()


def _approval_call(plan: Plan) -> None:
    step = plan["steps"][1]
    amount = int(step["moves"][0]["amount"])
    step["body"]["data"] = "0x" + artifacts()["SampleToken"].call("approve", STRANGER, amount).hex()


def _sweep_to_a_stranger(plan: Plan) -> None:
    plan["payload"]["destination"] = STRANGER
    plan["payload"]["steps"][1]["moves"][0]["recipient"] = STRANGER


def _called_a_refund(plan: Plan) -> None:
    plan["kind"] = plan["payload"]["kind"] = "refund"


def _longer_data(plan: Plan) -> None:
    plan["steps"][1]["body"]["data"] += "00"


def _extra_step(plan: Plan) -> None:
    plan["steps"].append({**plan["steps"][0], "index": 2})


TAMPERED: dict[str, tuple[Callable[[Plan], None], str]] = {
    "payload changed after approval": (_set("payload", "amount", "1"), "digest_differs"),
    "digest changed": (_set("digest", "0" * 64), "digest_differs"),
    "one approver twice": (_one_person_twice, "approvers_missing"),
    "approval of another digest": (_set("approvals", 0, "digest", "0" * 64), "approvers_missing"),
    "approver without a name": (_set("approvals", 0, "approver", ""), "approvers_missing"),
    "not released": (_set("state", "drafted"), "not_released"),
    "kind differs": (_set("kind", "refund"), "header_differs"),
    "step for another chain": (_set("steps", 0, "body", "chain_id", 1), "wrong_chain"),
    "sender of the step": (_set("steps", 1, "sender", STRANGER), "sender_unknown"),
    "token call to a stranger": (_redirected_call, "step_differs"),
    "allowance instead of a transfer": (_approval_call, "step_differs"),
    "bytes after the call": (_longer_data, "step_differs"),
    "another contract": (_set("steps", 1, "body", "to", STRANGER), "step_differs"),
    "coins along with the call": (_set("steps", 1, "body", "value", "1"), "step_differs"),
    "gas to a stranger": (_set("steps", 0, "body", "to", STRANGER), "step_differs"),
    "more gas money than approved": (_set("steps", 0, "body", "value", "99"), "step_differs"),
    "more gas than approved": (_set("steps", 1, "body", "gas", "90001"), "step_differs"),
    "another purpose": (_set("steps", 1, "purpose", "refund"), "step_differs"),
    "one step too many": (_extra_step, "steps_differ"),
    "steps out of order": (_set("steps", 1, "index", 0), "steps_differ"),
    "a fee other than approved": (_set("steps", 1, "body", "max_fee_per_gas", str(10**12)), "step_differs"),
    "no nonce": (_set("steps", 0, "nonce", None), "malformed"),
    "an amount that is no number": (_set("steps", 0, "body", "value", "1e3"), "malformed"),
    "an id that leaves the folder": (_set("id", "../keys"), "malformed"),
    "steps missing": (lambda plan: plan.pop("steps"), "malformed"),
}

MISAPPROVED: dict[str, tuple[Callable[[Plan], None], str]] = {
    "another chain": (_set("payload", "network_id", "eip155:1"), "wrong_chain"),
    "unknown version": (_set("payload", "version", 1), "version_unknown"),
    "headline destination is not the move's": (_set("payload", "destination", STRANGER), "moves_differ"),
    "headline amount is not the move's": (_set("payload", "amount", "1"), "moves_differ"),
    "gas to somebody else": (_set("payload", "steps", 0, "moves", 0, "recipient", STRANGER), "moves_differ"),
    "gas beyond reason": (_set("payload", "steps", 0, "moves", 0, "amount", str(10**18)), "top_up_too_large"),
    "a top-up that is a token": (_set("payload", "steps", 0, "moves", 0, "contract", STRANGER), "moves_differ"),
    "fee above the cap": (_everywhere("max_fee_per_gas", str(10**12)), "fee_too_high"),
    "tip above the fee": (_everywhere("max_priority_fee_per_gas", str(4 * 10**9)), "malformed"),
    "another form": (_set("payload", "steps", 1, "form", "utxo"), "form_unknown"),
    "a sweep to a stranger": (_sweep_to_a_stranger, "destination_unknown"),
    "a refund with a move before it": (_called_a_refund, "moves_differ"),
    "no steps": (_set("payload", "steps", []), "steps_differ"),
}


@pytest.fixture(scope="module")
def sweep(rpc: Rpc, world: dict[str, Any]) -> Plan:
    return sweep_plan(rpc, world, world["deposits"][0])


@pytest.fixture(scope="module")
def holders(world: dict[str, Any]) -> list[str]:
    return [*world["wallets"].values(), *world["deposit_addresses"].values()]


def test_a_plan_in_order_becomes_type_2_transactions(sweep: Plan, holders: list[str]) -> None:
    approved = examine(sweep, 31337, holders, Limits())
    assert approved.digest == sweep["digest"]
    assert [sender for sender, _ in approved.transactions] == [step["sender"].lower() for step in sweep["steps"]]
    assert all(body["type"] == 2 and body["chainId"] == 31337 for _, body in approved.transactions)


def test_a_refund_of_the_native_coin_is_in_order(rpc: Rpc, world: dict[str, Any], holders: list[str]) -> None:
    plan = refund_plan(rpc, world, world["deposits"][0], 10**17)
    ((sender, body),) = examine(plan, 31337, holders, Limits()).transactions
    assert sender == world["wallets"]["recovery_wallet"].lower()
    assert (body["to"], body["value"], body["data"]) == (world["outside_wallets"]["acct-1001"], 10**17, "0x")


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_plan_is_refused(sweep: Plan, holders: list[str], name: str) -> None:
    change, code = TAMPERED[name]
    plan = copy.deepcopy(sweep)
    change(plan)
    with pytest.raises(PlanRefused) as refusal:
        examine(plan, 31337, holders, Limits())
    assert refusal.value.code == code


@pytest.mark.parametrize("name", MISAPPROVED)
def test_even_an_approved_payload_must_make_sense(sweep: Plan, holders: list[str], name: str) -> None:
    change, code = MISAPPROVED[name]
    plan = copy.deepcopy(sweep)
    change(plan)
    with pytest.raises(PlanRefused) as refusal:
        examine(released(plan["payload"], plan["steps"]), 31337, holders, Limits())
    assert refusal.value.code == code


def test_the_node_of_another_chain_is_refused(sweep: Plan, holders: list[str]) -> None:
    with pytest.raises(PlanRefused, match="wrong_chain"):
        examine(sweep, 1, holders, Limits())
