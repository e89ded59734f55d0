"""Plans for every network and interface: what they hold, what is refused, and that no changed byte passes the check."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chains.catalogue import network, networks
from chains.errors import NodeMistaken, Refused
from chains.families import family
from chains.sweep import SweepFile, SweepOrder, SweepPlan
from chains.types import Network
from tests.chains.replay import Played
from tests.chains.utxo.scenes import scripts
from tests.chains.utxo.worlds import INTERFACES, World
from tests.chains.utxo.written import coinbase, id_of, transaction, written

ROWS = [row for row in networks().values() if row.family == "utxo" and not row.sandbox]
HELD = 10 * 10**8
utxo: Any = family("utxo")


def world_of(row: Network) -> tuple[World, SweepOrder]:
    """Two coins of the sample address, and an order to send most of them to somebody else."""
    owner, other = scripts(row)
    first = written(row, [("aa" * 32, 0)], [(5, other), (HELD, owner)])
    second = written(row, [("bb" * 32, 0)], [(HELD, owner)])
    world = World(row, "00" * 32, {id_of(data): data for data in (first, second)})
    to = world.address(other)
    assert to is not None
    points = (f"{id_of(first)}:1", f"{id_of(second)}:0")
    return world, SweepOrder(None, 15 * 10**8, row.params["sample_address"], to, outpoints=points)


def plan(world: World, order: SweepOrder, interface: str | None = None) -> SweepPlan:
    made: SweepPlan = utxo.plan_sweep(world.network, Played(INTERFACES[interface](world), interface=interface), order)
    return made


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_every_network_and_interface(row: Network, interface: str | None) -> None:
    world, order = world_of(row)
    made = plan(world, order, interface)
    assert made.cost is not None
    outputs = [int(each["amount"]) for each in made.fields["outputs"]]
    assert outputs == [order.amount, 2 * HELD - order.amount - made.cost]
    assert made.warnings == ()
    assert {file.format for file in made.files} == {
        "only": {"psbt"}, "also": {"psbt", "raw_unsigned"}, "no": {"raw_unsigned"},
    }[row.params.get("psbt", "only")]  # fmt: skip
    assert made.form in {file.format for file in made.files}
    assert utxo.check_plan(row, order, made) == []
    if "action_fee" in row.params:
        assert made.cost == 10_000  # two logical actions
    else:
        assert made.cost >= int(made.fields["size"]) * max(world.fee_rate, row.params["least_fee_rate"]) - 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_another_order_is_told_apart(row: Network) -> None:
    world, order = world_of(row)
    made = plan(world, order)
    others = {
        "amount": replace(order, amount=order.amount + 1),
        "destination": replace(order, destination=order.source),
        "source": replace(order, source=order.destination),
        "inputs": replace(order, outpoints=order.outpoints[:1]),
    }
    for name, other in others.items():
        assert name in utxo.check_plan(row, other, made)
    assert utxo.check_plan(row, order, replace(made, files=())) == ["no_file"]
    assert "network" in utxo.check_plan(row, order, replace(made, network="another"))


@pytest.mark.parametrize("slug", ["bitcoin", "dash", "bitcoin-cash", "zcash"])
def test_no_changed_byte_passes(slug: str) -> None:
    row = network(slug)
    world, order = world_of(row)
    made = plan(world, order)
    for number, file in enumerate(made.files):
        body = file.body
        places = range(len(body)) if file.format == "psbt" else _hex_places(body)
        for place in places:
            changed = bytearray(body)
            changed[place] = changed[place] ^ 1 if file.format == "psbt" else _other_digit(changed[place])
            files = list(made.files)
            files[number] = SweepFile(file.name, file.format, bytes(changed))
            wrong = utxo.check_plan(row, order, replace(made, files=tuple(files)))
            assert wrong, (slug, file.format, place)


def _hex_places(body: bytes) -> list[int]:
    """Where the digits of the transaction stand."""
    begin = body.index(b'"hex": "') + 8
    return list(range(begin, body.index(b'"', begin)))


def _other_digit(digit: int) -> int:
    return ord("1") if digit == ord("0") else ord("0")


def test_orders_that_cannot_be() -> None:
    row = network("bitcoin")
    world, order = world_of(row)
    wrong = {
        "coin of the network": replace(order, contract="x"),
        "memo": replace(order, memo="1"),
        "pay": replace(order, payer=order.destination),
        "needs outpoints": replace(order, outpoints=()),
        "each once": replace(order, outpoints=order.outpoints[:1] * 2),
        "written as": replace(order, outpoints=("x:0",)),
        "not exist": replace(order, outpoints=(order.outpoints[0][:-1] + "9",)),
        "no address": replace(order, destination="LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9"),
        "do not hold": replace(order, amount=2 * HELD),
        "below what is relayed": replace(order, amount=100),
    }
    for words, other in wrong.items():
        with pytest.raises(Refused, match=words):
            plan(world, other)
    for interface in INTERFACES:
        with pytest.raises(Refused, match="spent"):
            plan(replace(world, spent=order.outpoints[:1]), order, interface)
    with pytest.raises(NodeMistaken, match="fee rate"):
        plan(replace(world, fee_rate=10_000), order)
    with pytest.raises(Refused, match="in no block"):
        plan(replace(world, known={}), order)


def test_what_a_node_does_not_show_is_said() -> None:
    row = network("bitcoin")
    world, order = world_of(row)
    made = plan(replace(world, silent=("gettxout", "estimatesmartfee")), order)
    assert made.warnings == ("spent_not_visible", "fee_rate_not_visible")
    assert made.fields["fee_rate"] == "1"


def test_bytes_of_another_transaction_are_not_planned_with() -> None:
    """The value of an input is what its own id commits to, never the node's word."""
    row = network("bitcoin")
    world, order = world_of(row)
    txid = order.outpoints[1][:64]
    dearer = transaction([("bb" * 32, 0)], [(2 * HELD, scripts(row)[0])])
    with pytest.raises(NodeMistaken):
        plan(replace(world, known={**world.known, txid: dearer}), order)


def test_tokens_are_not_burned() -> None:
    row = network("bitcoin-cash")
    owner, _ = scripts(row)
    tokens = b"\xef" + bytes(32) + b"\x10\x05" + owner
    held = transaction([("aa" * 32, 0)], [(HELD, tokens)])
    world, order = world_of(row)
    world = replace(world, known={id_of(held): held})
    with pytest.raises(Refused, match="tokens"):
        plan(world, replace(order, outpoints=(f"{id_of(held)}:0",)))


def test_new_coins_wait() -> None:
    row = network("bitcoin")
    new = coinbase([(HELD, scripts(row)[0])])
    world, order = world_of(row)
    world = replace(world, known={id_of(new): new}, reference=id_of(new), depth=99)
    with pytest.raises(Refused, match="new coins"):
        plan(world, replace(order, outpoints=(f"{id_of(new)}:0",), amount=HELD // 2))


def test_the_json_file_says_what_is_spent() -> None:
    row = network("dogecoin")
    world, order = world_of(row)
    made = plan(world, order)
    value = json.loads(made.files[0].body)
    assert value["network"] == row.id
    assert [f"{one['txid']}:{one['vout']}" for one in value["inputs"]] == list(order.outpoints)
    assert {one["amount"] for one in value["inputs"]} == {str(HELD)}
