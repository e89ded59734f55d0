"""Transfers that TON's own virtual machine carried out, read as an indexer would show them; and plans it carries out."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from chains.catalogue import network
from chains.sweep import SweepOrder
from chains.ton import fields, normal, plan_sweep, read
from chains.ton.address import friendly
from chains.types import Status, Transaction
from tests.chains.replay import Played
from tests.chains.scene import Told
from tests.chains.ton.conftest import Sandbox
from tests.chains.ton.making import Chain, account

TON = network("ton")


def told(rows: list[dict[str, Any]], reference: str | None = None, *, traces: bool = True) -> Transaction:
    chain = Chain()
    chain.transactions = rows
    wanted = fields.digest(reference or rows[0]["hash"])
    return read(TON, Played(chain.answers(traces=traces)), wanted).transaction


def legs(seen: Transaction) -> list[tuple[str, str | None, int, str | None]]:
    return [(t.kind.value, t.recipient, t.amount, t.memo) for t in seen.transfers]


@pytest.mark.parametrize("traces", [True, False])
@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        ("comment", [("native", "bank", 1_500_000_000, "order 17")]),
        ("nobody_keeps", [("native", None, 700_000_000, "kept")]),
        ("refused", [("native", "v3r2", 300_000_000, None)]),
        ("several", [("native", "bank", 100_000_000, "one"), ("native", None, 200_000_000, "two")]),
    ],
)
def test_what_arrived(played: dict[str, Any], scene: str, expected: list[Any], *, traces: bool) -> None:
    rows = played["scenes"][scene]
    known = {"bank": played["bank"]} | {name: one["address"] for name, one in played["wallets"].items()}
    seen = told(rows, traces=traces)
    assert (seen.status, seen.final) == (Status.SUCCEEDED, True)
    by_name = [(kind, next((n for n, a in known.items() if friendly(a) == to), None), amount, memo)
               for kind, to, amount, memo in legs(seen)]  # fmt: skip
    assert by_name == expected
    assert seen.warnings == ()
    assert legs(told(rows, rows[0]["in_msg"]["hash"], traces=traces)) == legs(seen)


@pytest.mark.parametrize(
    ("scene", "failure"),
    [
        ("nobody_bounces", "returned by its receiver: not executed: no state"),
        ("too_much", "not enough funds: result code 37"),
        ("skipped", "nothing was sent: not enough funds"),
    ],
)
def test_what_did_not_arrive(played: dict[str, Any], scene: str, failure: str) -> None:
    seen = told(played["scenes"][scene])
    assert (seen.status, seen.final, seen.transfers, seen.failure) == (Status.FAILED, True, (), failure)


def test_every_hash_of_a_message_is_made_anew_from_its_fields(played: dict[str, Any]) -> None:
    messages = [one for rows in played["scenes"].values() for row in rows for one in fields.transaction(row).sent]
    assert len(messages) > 6
    assert all(normal.proven(one) for one in messages)


def answers(state: dict[str, Any]) -> Any:
    honest = Chain().answers()

    def answer(asked: Any) -> Told:
        return Told({"accounts": [state]}) if "/accountStates" in asked.path else Told(honest(asked).value)

    return answer


def test_plans_are_carried_out_by_every_kind_of_wallet(played: dict[str, Any], sandbox: Sandbox) -> None:
    """The very bytes of each plan, signed by the script, which knows the tests' key."""
    orders: dict[str, SweepOrder] = {}
    signed = []
    for version, state in played["wallets"].items():
        order = SweepOrder(None, 1_234_567_890, friendly(state["address"]), friendly(account(version)), "sweep 9")
        plan = plan_sweep(TON, Played(answers(state)), order)
        assert (plan.fields["wallet"], plan.fields["seqno"], plan.warnings) == (
            version,
            "1",
            ("destination_not_deployed",),
        )
        orders[version] = order
        signed.append({"version": version, "boc": base64.b64encode(plan.files[0].body).decode()})
    done = sandbox.run("play", given=signed)
    for version, order in orders.items():
        seen = told(done[version])
        assert [(t.recipient, t.amount, t.memo) for t in seen.transfers] == [
            (order.destination, order.amount, "sweep 9")
        ]
        assert seen.fee is not None
        assert seen.fee.amount < 20_000_000
