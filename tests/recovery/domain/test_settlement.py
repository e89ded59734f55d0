"""What is approved is everything that will be sent, and what was approved in an older form still reads."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from chains.sending import Served, Step, arrivals, step_from_json, step_to_json
from recovery.domain.canonical import digest
from recovery.domain.settlement import Part, cost_parts, highest_cost, plan_payload, steps_of, stored_step, together
from tests.recovery.desk import DEPOSIT, NETWORK, TANK, TOKEN, WALLET, sweep_steps

TOP_UP, SWEEP = sweep_steps(1000)


def test_a_payload_holds_every_field_of_every_step_but_the_nonce() -> None:
    payload = _payload(TOP_UP, SWEEP)
    assert steps_of(payload) == (TOP_UP, SWEEP)
    changes: dict[str, Any] = {
        "moves": (replace(SWEEP.moves[0], arrives=999),),
        "body": {**SWEEP.body, "gas": "60001"},
        "highest_cost": 1,
        "inputs": ("ab:0",),
        "serves": (Served(0, 999),),
    }
    for field in (one for one in fields(Step) if one.name != "nonce"):
        changed = replace(SWEEP, **{field.name: changes.get(field.name, "other")})
        assert digest(_payload(TOP_UP, changed)) != digest(payload), field.name


@pytest.mark.parametrize("change", ["kind", "network", "network_id", "asset", "parts", "destination"])
def test_a_payload_holds_what_it_is_for(change: str) -> None:
    other: dict[str, Any] = {"parts": [Part("RC-1", 2, 1000, 1000, "0" * 64)], "asset": {}}
    assert digest(_payload(SWEEP, **{change: other.get(change, "other")})) != digest(_payload(SWEEP))


@pytest.mark.parametrize("field", ["case", "round", "amount", "arrives", "quote"])
def test_a_payload_holds_the_terms_of_each_case(field: str) -> None:
    part = Part("RC-1", 1, 1000, 1000, "0" * 64)
    changed = replace(part, **{field: 7 if isinstance(getattr(part, field), int) else "other"})
    assert digest(_payload(SWEEP, parts=[changed])) != digest(_payload(SWEEP))


def _payload(*steps: Step, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "kind": "sweep", "network": NETWORK.slug, "network_id": NETWORK.id, "asset": {"contract": TOKEN},
        "parts": [Part("RC-1", 1, 1000, 1000, "0" * 64)], "destination": WALLET,
    }  # fmt: skip
    return plan_payload(steps=steps, **(values | changes))


def test_a_step_reads_back_as_it_was_stored() -> None:
    step = replace(SWEEP, nonce=7, moves=(replace(SWEEP.moves[0], amount=2**256 - 1, arrives=2**256 - 1),))
    stored = step_to_json(step)
    assert step_from_json(stored) == stored_step(stored) == step
    assert not any(isinstance(value, int) for value in stored.values())


FIRST_FORM = {
    "purpose": "gas_top_up", "contract": None, "sender": TANK, "recipient": DEPOSIT, "amount": "5", "to": DEPOSIT,
    "value": "5", "data": "0x", "gas": "21000", "max_fee_per_gas": "3", "max_priority_fee_per_gas": "1",
}  # fmt: skip


def test_what_was_approved_in_the_first_form_still_reads() -> None:
    (step,) = steps_of({"version": 1, "chain_id": 31337, "moves": [FIRST_FORM]})
    assert (step.sender, step.body["chain_id"], step.highest_cost, arrivals([step])) == (TANK, "31337", 63_000, {0: 0})
    assert (step.moves[0].recipient, step.moves[0].amount, step.nonce) == (DEPOSIT, 5, None)
    old = {name: value for name, value in FIRST_FORM.items() if name not in ("contract", "recipient", "amount")}
    old |= {"chain_id": "31337", "nonce": "9", "moves_contract": None, "moves_recipient": DEPOSIT, "moves_amount": "5"}
    assert stored_step(old) == replace(step, nonce=9)


def test_the_highest_cost_is_every_gas_limit_at_the_highest_price() -> None:
    assert highest_cost((TOP_UP, SWEEP)) == 2 * 60_000 * 2 * 10**9


def test_what_a_step_costs_is_shared_by_those_it_serves() -> None:
    shared = replace(SWEEP, serves=(Served(0, 10), Served(1, 30)))
    alone = replace(SWEEP, serves=(Served(2, 5),))
    assert cost_parts([shared, alone], {0: 101, 1: 7}, [10, 30, 5]) == {0: 25, 1: 76, 2: 7}
    assert cost_parts([shared, alone], {}, [10, 30, 5]) == {0: 0, 1: 0, 2: 0}
    assert arrivals([shared, alone]) == {0: 10, 1: 30, 2: 5}


@pytest.mark.parametrize(
    ("serves", "groups"),
    [
        ([[0], [1]], [({0}, (0,)), ({1}, (1,))]),
        ([[0], [1], [0], [1]], [({0}, (0, 2)), ({1}, (1, 3))]),
        ([[0, 1, 2]], [({0, 1, 2}, (0,))]),
        ([[0], [1], [0, 1], [2]], [({0, 1}, (0, 1, 2)), ({2}, (3,))]),
    ],
)
def test_steps_are_apart_where_no_coins_join_them(
    serves: list[list[int]], groups: list[tuple[set[int], tuple[int, ...]]]
) -> None:
    steps = [replace(SWEEP, serves=tuple(Served(place, 1) for place in places)) for places in serves]
    assert [(set(one.places), one.steps) for one in together(steps)] == groups
