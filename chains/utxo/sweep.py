"""Unsigned sweeps: the coins an order names, to one destination, the rest after the network cost back to their owner.

Form ``psbt``: a Partially Signed Bitcoin Transaction of version 0, with the whole earlier transaction of every input (and the
output alone where it is a witness output). Form ``raw_unsigned``, for networks whose signers do not take that: a JSON file
with the unsigned transaction (``hex``) and for every input the value, script and earlier transaction. A row with ``psbt =
"also"`` gets both. Whatever a node helped with is proved again: the earlier transactions are the ones whose ids are spent.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from chains.errors import NodeMistaken, Refused, TooSmall
from chains.strict_json import parse as parse_json
from chains.sweep import SweepFile, SweepOrder, SweepPlan
from chains.transport import Talk
from chains.types import Network
from chains.utxo import fees, unsigned
from chains.utxo.address import forms, output_script, script_kind
from chains.utxo.decode import parse_raw
from chains.utxo.made import paid_and_change
from chains.utxo.raw import BadTransaction, RawOutput, RawTransaction
from chains.utxo.spending import Held, Point, held, points_of


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :meth:`chains.families.Planner.plan_sweep`."""
    points = _points(order)
    coins, warnings = held(network, talk, points)
    source, destination = _scripts(network, order, regtest=any(coin.regtest for coin in coins))
    if any(coin.output.script != source for coin in coins):
        raise Refused("an outpoint does not belong to the source")
    dust = int(network.params["dust"])
    if order.amount < dust:
        raise TooSmall("the amount is below what is relayed")
    action_rule = "action_fee" in network.params
    a_byte, more = (Decimal(0), ()) if action_rule else fees.rate(network, talk)
    warnings += [*more, *(["input_size_assumed"] if any(coin.kind in fees.ASSUMED for coin in coins) else [])]
    made, fee = paid_and_change(network, coins, a_byte, RawOutput(order.amount, destination), source)
    transaction = unsigned.for_network(network, points, made)
    plan = SweepPlan(
        network=network.slug,
        form="psbt" if network.params.get("psbt", "only") == "only" else "raw_unsigned",
        fields=_fields(network, order, coins, made, fee, a_byte),
        files=tuple(_files(network, coins, made, transaction)),
        cost=fee,
        warnings=tuple(dict.fromkeys(warnings)),
    )
    if wrong := check_plan(network, order, plan):
        raise NodeMistaken(f"the plan differs from the order: {', '.join(wrong)}")
    return plan


def _points(order: SweepOrder) -> list[Point]:
    """The outpoints of an order. Raises :class:`Refused` for an order these networks cannot carry out."""
    if order.contract is not None:
        raise Refused("only the coin of the network can be planned")
    if order.memo is not None:
        raise Refused("the network carries no memo")
    if order.payer not in (None, order.source):
        raise Refused("only the source can pay the network cost")
    return points_of(order.outpoints)


def _scripts(network: Network, order: SweepOrder, *, regtest: bool) -> tuple[bytes, bytes]:
    source = output_script(network, order.source, regtest=regtest)
    destination = output_script(network, order.destination, regtest=regtest)
    if source is None or destination is None:
        raise Refused("the source or the destination is no address of the network")
    return source, destination


def _fields(
    network: Network, order: SweepOrder, coins: Sequence[Held], outputs: Sequence[RawOutput], fee: int, a_byte: Decimal
) -> dict[str, Any]:
    made = [{"address": order.destination, "amount": str(order.amount)}]
    made += [{"address": order.source, "amount": str(output.amount)} for output in outputs[1:]]
    return {
        "network": network.slug,
        "inputs": [
            {"outpoint": coin.outpoint, "address": order.source, "amount": str(coin.output.amount)} for coin in coins
        ],
        "outputs": made,
        "fee": str(fee),
        "fee_rate": fees.rate_text(a_byte),
        "size": str(fees.size([coin.kind for coin in coins], outputs)),
    }


def _files(
    network: Network, coins: Sequence[Held], outputs: Sequence[RawOutput], transaction: bytes
) -> list[SweepFile]:
    how = network.params.get("psbt", "only")
    found: list[SweepFile] = []
    if how in ("only", "also"):
        before = [coin.before for coin in coins]
        found.append(SweepFile("sweep.psbt", "psbt", unsigned.write(transaction, before, len(outputs))))
    if how != "only":
        value = {
            "network": network.id,
            "hex": transaction.hex(),
            "inputs": [
                {
                    "txid": coin.txid,
                    "vout": coin.vout,
                    "amount": str(coin.output.amount),
                    "script": coin.output.script.hex(),
                    "previous": coin.whole.hex(),
                }
                for coin in coins
            ],
        }
        found.append(SweepFile("sweep.json", "raw_unsigned", json.dumps(value, indent=1).encode()))
    return found


def check_plan(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :meth:`chains.families.Planner.check_plan`."""
    if not plan.files:
        return ["no_file"]
    wrong: list[str] = []
    for file in plan.files:
        try:
            transaction, before = (
                _read_psbt(network, file.body) if file.format == "psbt" else _read_json(network, file.body)
            )
            wrong += _differences(network, order, plan.cost, transaction, before)
        except (BadTransaction, NodeMistaken, ArithmeticError, LookupError, TypeError, ValueError):
            wrong.append("file_not_understood")
    if plan.network != network.slug:
        wrong.append("network")
    return list(dict.fromkeys(wrong))


_Before = list[tuple[bytes, RawOutput | None]]


def _read_psbt(network: Network, body: bytes) -> tuple[RawTransaction, _Before]:
    packet = unsigned.read(body)
    _demand_unsigned(network, packet.transaction, packet.data)
    return packet.transaction, [(each.whole, each.output) for each in packet.before]


def _read_json(network: Network, body: bytes) -> tuple[RawTransaction, _Before]:
    value = parse_json(body)
    data = bytes.fromhex(value["hex"])
    transaction = parse_raw(network, data)
    if value["network"] != network.id or transaction is None:
        raise BadTransaction("of another network")
    _demand_unsigned(network, transaction, data)
    points = [(one.txid, one.vout) for one in transaction.inputs]
    if [(one["txid"], one["vout"]) for one in value["inputs"]] != points:
        raise BadTransaction("its list names other inputs")
    return transaction, [
        (bytes.fromhex(one["previous"]), RawOutput(int(one["amount"]), bytes.fromhex(one["script"])))
        for one in value["inputs"]
    ]


def _demand_unsigned(network: Network, transaction: RawTransaction, data: bytes) -> None:
    """Version, sequence numbers, lock time and empty unlocking scripts, told by writing the transaction anew."""
    points = [(one.txid, one.vout) for one in transaction.inputs]
    if not points or unsigned.for_network(network, points, transaction.outputs) != data:
        raise BadTransaction("more than an unsigned transaction")


def _differences(
    network: Network, order: SweepOrder, cost: int | None, transaction: RawTransaction, before: _Before
) -> list[str]:
    """Names of what differs: ``inputs``, ``source``, ``values``, ``outputs``, ``destination``, ``amount``, ``fee``."""
    wrong: list[str] = []
    if [f"{one.txid}:{one.vout}" for one in transaction.inputs] != list(order.outpoints):
        wrong.append("inputs")
    source, destination = (
        output_script(network, text) or output_script(network, text, regtest=True)
        for text in (order.source, order.destination)
    )
    spent: list[RawOutput] = []
    for one, (whole, alone) in zip(transaction.inputs, before, strict=True):
        earlier = parse_raw(network, whole)
        if earlier is None or earlier.txid != one.txid or one.vout >= len(earlier.outputs):
            return [*wrong, "values"]
        spent.append(earlier.outputs[one.vout])
        if alone is not None and alone != spent[-1]:
            wrong.append("values")
    if source is None or any(output.script != source or output.token for output in spent):
        wrong.append("source")
    paid, *rest = transaction.outputs or (RawOutput(0, b""),)
    if destination is None or paid.script != destination:
        wrong.append("destination")
    if paid.amount != order.amount:
        wrong.append("amount")
    if len(rest) > 1 or any(output.script != source for output in rest):
        wrong.append("outputs")
    fee = sum(output.amount for output in spent) - sum(output.amount for output in transaction.outputs)
    kinds = [script_kind(forms(network.params), output.script) for output in spent]
    if not all(fees.spendable(kind) for kind in kinds):
        return [*wrong, "source"]
    if fee != cost or not 0 < fee <= fees.most(network, kinds, transaction.outputs):
        wrong.append("fee")
    return wrong
