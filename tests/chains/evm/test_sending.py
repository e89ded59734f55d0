"""What was approved against what the chain shows: exactly that, or a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chains.evm.sending import deviations
from chains.types import Status, Transfer, TransferKind
from tests.recovery.desk import DEPOSIT, OUTSIDE, SENDER, TOKEN, WALLET, new_hash, seen, sweep_steps, transfer

_, SWEEP = sweep_steps(1000)
PAID = transfer(TOKEN, 1000, sender=DEPOSIT, recipient=WALLET)
KEEPING = replace(SWEEP, moves=(replace(SWEEP.moves[0], arrives=970),))
LESS = replace(PAID, amount=970)
KEPT = transfer(TOKEN, 30, sender=DEPOSIT, recipient=OUTSIDE, position="log:1")


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


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ((LESS, KEPT), []),
        ((LESS,), []),
        ((PAID,), ["promised_transfer_missing", "extra_movement"]),
        ((LESS, replace(KEPT, amount=31)), ["extra_movement"]),
        ((LESS, replace(KEPT, amount=29)), ["extra_movement"]),
        ((LESS, replace(KEPT, contract=None, kind=TransferKind.NATIVE)), ["extra_movement"]),
    ],
    ids=["kept and logged", "kept unlogged", "nothing kept", "more kept", "less kept", "kept in another asset"],
)
def test_what_a_token_keeps_is_held_to_what_was_foreseen(shown: tuple[Transfer, ...], expected: list[str]) -> None:
    assert deviations(KEEPING, seen(new_hash(), *shown)) == expected


@pytest.mark.parametrize("status", [Status.FAILED, Status.PENDING, Status.UNKNOWN, Status.NOT_FOUND])
def test_what_did_not_succeed_did_not_do_it(status: Status) -> None:
    assert deviations(SWEEP, seen(new_hash(), PAID, status=status)) == ["transaction_failed"]
