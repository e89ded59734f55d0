"""What was approved against what the chain shows: exactly that, or a reason."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from chains.types import Status, Transfer, TransferKind, UnsignedStep
from recovery.domain.canonical import digest
from recovery.domain.settlement import (
    deviations,
    highest_cost,
    plan_payload,
    step_from_json,
    step_to_json,
    steps_of,
)
from tests.recovery.desk import DEPOSIT, NETWORK, OUTSIDE, SENDER, TOKEN, WALLET, new_hash, seen, sweep_steps, transfer

TOP_UP, SWEEP = sweep_steps(1000)
PAID = transfer(TOKEN, 1000, sender=DEPOSIT, recipient=WALLET)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ((PAID,), []),
        ((PAID, transfer(TOKEN, 5, sender=SENDER, recipient=OUTSIDE, position="log:1")), []),
        ((PAID, transfer(TOKEN, 0, sender=DEPOSIT, recipient=OUTSIDE, position="log:1")), []),
        ((), ["promised_transfer_missing"]),
        ((replace(PAID, amount=999),), ["promised_transfer_missing", "extra_movement"]),
        ((replace(PAID, amount=1001),), ["promised_transfer_missing", "extra_movement"]),
        ((replace(PAID, recipient=OUTSIDE),), ["promised_transfer_missing", "extra_movement"]),
        ((replace(PAID, contract=None, kind=TransferKind.NATIVE),), ["promised_transfer_missing", "extra_movement"]),
        ((replace(PAID, sender=SENDER),), ["promised_transfer_missing"]),
        ((PAID, replace(PAID, position="log:1")), ["promised_transfer_missing"]),
        ((PAID, replace(PAID, position="log:1", amount=1)), ["extra_movement"]),
        ((PAID, transfer(None, 1, sender=DEPOSIT, recipient=OUTSIDE)), ["extra_movement"]),
    ],
    ids=[
        "exact", "others moved too", "nothing moved besides", "missing", "too little", "too much", "elsewhere",
        "another asset", "by another", "twice", "a little more", "native coin besides",
    ],
)  # fmt: skip
def test_the_chain_shows_the_promised_transfer_and_no_other(shown: tuple[Transfer, ...], expected: list[str]) -> None:
    assert deviations(SWEEP, seen(new_hash(), *shown)) == expected


@pytest.mark.parametrize("status", [Status.FAILED, Status.PENDING, Status.UNKNOWN, Status.NOT_FOUND])
def test_what_did_not_succeed_did_not_do_it(status: Status) -> None:
    assert deviations(SWEEP, seen(new_hash(), PAID, status=status)) == ["transaction_failed"]


def test_a_payload_holds_every_field_of_every_step_but_the_nonce() -> None:
    payload = _payload(TOP_UP, SWEEP)
    assert steps_of(payload) == (TOP_UP, SWEEP)
    for field in (one for one in fields(UnsignedStep) if one.name != "nonce"):
        value = getattr(SWEEP, field.name)
        changed = replace(SWEEP, **{field.name: value + 1 if isinstance(value, int) else "0xother"})
        steps = (replace(TOP_UP, chain_id=changed.chain_id), changed)
        assert digest(_payload(*steps)) != digest(payload), field.name


@pytest.mark.parametrize("change", ["case_ref", "kind", "round_", "asset", "amount", "source", "destination", "quote"])
def test_a_payload_holds_what_it_is_for(change: str) -> None:
    other: dict[str, object] = {"round_": 2, "amount": 999, "asset": {}}
    assert digest(_payload(SWEEP, **{change: other.get(change, "other")})) != digest(_payload(SWEEP))


def _payload(*steps: UnsignedStep, **changes: object) -> dict[str, object]:
    values: dict[str, object] = {
        "case_ref": "RC-1", "kind": "sweep", "round_": 1, "asset": {"contract": TOKEN}, "amount": 1000,
        "source": DEPOSIT, "destination": WALLET, "quote": "0" * 64,
    }  # fmt: skip
    return plan_payload(network=NETWORK, steps=steps, **(values | changes))  # type: ignore[arg-type]


def test_a_step_reads_back_as_it_was_stored() -> None:
    step = replace(SWEEP, nonce=7, moves_amount=2**256 - 1)
    stored = step_to_json(step)
    assert step_from_json(stored) == step
    assert not any(isinstance(value, int) for value in stored.values())


def test_the_highest_cost_is_every_gas_limit_at_the_highest_price() -> None:
    assert highest_cost((TOP_UP, SWEEP)) == 2 * 60_000 * 2 * 10**9
