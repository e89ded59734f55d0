"""Unsigned sweeps: the coins an order names, to one destination, the rest after the network cost back to their owner.

Form ``psbt``: a Partially Signed Bitcoin Transaction of version 0, with the whole earlier transaction of every input (and the
output alone where it is a witness output). Form ``raw_unsigned``, for networks whose signers do not take that: a JSON file
with the unsigned transaction (``hex``) and for every input the value, script and earlier transaction. A row with ``psbt =
"also"`` gets both. Whatever a node helped with is proved again: the earlier transactions are the ones whose ids are spent.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable, Refused
from chains.strict_json import parse as parse_json
from chains.sweep import SweepFile, SweepOrder, SweepPlan
from chains.transport import Call, Talk
from chains.types import Network, Status
from chains.utxo import bitcoind, blockbook, esplora, fees, unsigned
from chains.utxo.address import forms, output_script, script_kind
from chains.utxo.decode import decode, parse_raw
from chains.utxo.raw import BadTransaction, RawOutput, RawTransaction
from chains.utxo.seen import Absent, Seen

MOST_INPUTS = 500
"""More would not be relayed as one transaction."""

_LOOKS = {None: bitcoind.look, "bitcoind": bitcoind.look, "blockbook": blockbook.look, "esplora": esplora.look}
_WITNESS_KINDS = ("p2wpkh", "p2wsh", "p2tr")


@dataclass(frozen=True)
class _Coin:
    """An output to spend, proved by the bytes of its transaction."""

    txid: str
    vout: int
    output: RawOutput
    whole: bytes
    kind: str


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :meth:`chains.families.Planner.plan_sweep`."""
    points = _points(order)
    coins, regtest, warnings = _coins(network, talk, points)
    source, destination = _scripts(network, order, regtest)
    if any(coin.output.script != source for coin in coins):
        raise Refused("an outpoint does not belong to the source")
    dust = int(network.params["dust"])
    if order.amount < dust:
        raise Refused("the amount is below what is relayed")
    action_rule = "action_fee" in network.params
    a_byte, more = (Decimal(0), ()) if action_rule else fees.rate(network, talk)
    warnings += [*more, *(["input_size_assumed"] if any(coin.kind in fees.ASSUMED for coin in coins) else [])]
    outputs, fee = _outputs(network, order, coins, a_byte, source, destination)
    transaction = _written(network, points, outputs)
    plan = SweepPlan(
        network=network.slug,
        form="psbt" if network.params.get("psbt", "only") == "only" else "raw_unsigned",
        fields=_fields(network, order, coins, outputs, fee, a_byte),
        files=tuple(_files(network, order, coins, outputs, transaction)),
        cost=fee,
        warnings=tuple(dict.fromkeys(warnings)),
    )
    if wrong := check_plan(network, order, plan):
        raise NodeMistaken(f"the plan differs from the order: {', '.join(wrong)}")
    return plan


def _points(order: SweepOrder) -> list[tuple[str, int]]:
    """The outpoints of an order. Raises :class:`Refused` for an order these networks cannot carry out."""
    if order.contract is not None:
        raise Refused("only the coin of the network can be planned")
    if order.memo is not None:
        raise Refused("the network carries no memo")
    if order.payer not in (None, order.source):
        raise Refused("only the source can pay the network cost")
    points: list[tuple[str, int]] = []
    for text in order.outpoints:
        txid, _, place = text.partition(":")
        if len(txid) != 64 or set(txid) - set("0123456789abcdef") or not (place.isascii() and place.isdigit()):
            raise Refused("an outpoint is not written as txid:vout")
        points.append((txid, int(place[:10])))
    if not points or len(points) > MOST_INPUTS or len(set(points)) != len(points):
        raise Refused("an order needs outpoints, each once, and not too many")
    return points


def _coins(network: Network, talk: Talk, points: Sequence[tuple[str, int]]) -> tuple[list[_Coin], bool, list[str]]:
    """The outputs to spend, whether the node follows the local test chain, and warnings."""
    known: dict[str, tuple[Seen, RawTransaction]] = {}
    warnings: list[str] = []
    for txid in dict.fromkeys(txid for txid, _ in points):
        seen, raw, more = _transaction(network, talk, txid)
        known[txid] = seen, raw
        warnings += more
    coins: list[_Coin] = []
    for txid, vout in points:
        seen, raw = known[txid]
        if vout >= len(raw.outputs):
            raise Refused("an outpoint does not exist")
        output = raw.outputs[vout]
        if output.token is not None:
            raise Refused("an outpoint carries tokens, which this plan would destroy")
        kind = script_kind(forms(network.params, regtest=seen.regtest), output.script)
        if not fees.spendable(kind):
            raise Refused("an outpoint has a script that cannot be planned for")
        assert seen.raw is not None  # _transaction has parsed it
        coins.append(_Coin(txid, vout, output, seen.raw, kind))
    warnings += _unspent(talk, points)
    return coins, any(seen.regtest for seen, _ in known.values()), warnings


def _transaction(network: Network, talk: Talk, txid: str) -> tuple[Seen, RawTransaction, list[str]]:
    """An earlier transaction, its id recomputed, that stands in a block."""
    if talk.node.interface not in _LOOKS:
        raise NodeMistaken(f"{talk.node.label}: no such interface in this family")
    seen = _LOOKS[talk.node.interface](network, talk, txid)
    told = decode(network, txid, seen)
    if isinstance(seen, Absent) or told.status is not Status.SUCCEEDED:
        if told.status is Status.UNKNOWN:
            raise NodeUnavailable(f"{talk.node.label}: {', '.join(told.warnings)}")
        raise Refused("an outpoint is in no block")
    if "coinbase_immature" in told.warnings:
        raise Refused("an outpoint is of new coins that cannot move yet")
    raw = parse_raw(network, seen.raw) if seen.raw is not None else None
    if raw is None or raw.txid != txid:
        raise NodeUnavailable(f"{talk.node.label}: does not show the bytes of an earlier transaction")
    kept = {"test_chain", "chain_identity_not_visible", "tip_not_visible"}.intersection(told.warnings)
    return seen, raw, [*sorted(kept), *([] if told.final else ["input_not_final"])]


def _unspent(talk: Talk, points: Sequence[tuple[str, int]]) -> list[str]:
    """Raises :class:`Refused` when a node shows that an outpoint is spent; a warning when it does not show it."""
    states = (
        [_state(talk, txid, vout) for txid, vout in points]
        if talk.node.interface in ("blockbook", "esplora")
        else (_states(talk, points))
    )
    if any(state is True for state in states):
        raise Refused("an outpoint has been spent")
    return ["spent_not_visible"] if any(state is None for state in states) else []


def _states(talk: Talk, points: Sequence[tuple[str, int]]) -> list[bool | None]:
    """Whether each is spent, by the daemon's set of unspent outputs, the memory pool included."""
    told = talk.rpc([Call("gettxout", [txid, vout, True]) for txid, vout in points])
    return [None if one.failed else one.result is None for one in told]


def _state(talk: Talk, txid: str, vout: int) -> bool | None:
    if talk.node.interface == "esplora":
        told = talk.get(f"/tx/{txid}/outspend/{vout}")
        shown: Any = told.value if told.status < 400 else None
    else:
        told = talk.get(f"/api/v2/tx/{txid}")
        shown = told.value["vout"][vout] if told.status < 400 and isinstance(told.value, dict) else None
    spent = shown.get("spent", False) if isinstance(shown, dict) else None
    return spent if isinstance(spent, bool) else None


def _scripts(network: Network, order: SweepOrder, regtest: bool) -> tuple[bytes, bytes]:
    source = output_script(network, order.source, regtest=regtest)
    destination = output_script(network, order.destination, regtest=regtest)
    if source is None or destination is None:
        raise Refused("the source or the destination is no address of the network")
    return source, destination


def _outputs(
    network: Network, order: SweepOrder, coins: Sequence[_Coin], a_byte: Decimal, source: bytes, destination: bytes
) -> tuple[list[RawOutput], int]:
    """The payment and, where it is worth an output, the change; and the fee."""
    total = sum(coin.output.amount for coin in coins)
    kinds = [coin.kind for coin in coins]
    paid = RawOutput(order.amount, destination)
    change = total - order.amount - fees.cost(network, a_byte, kinds, [paid, RawOutput(0, source)])
    if change >= int(network.params["dust"]):
        return [paid, RawOutput(change, source)], total - order.amount - change
    if total - order.amount < fees.cost(network, a_byte, kinds, [paid]):
        raise Refused("the outpoints do not hold the amount and the network cost")
    return [paid], total - order.amount


def _written(network: Network, points: Sequence[tuple[str, int]], outputs: Sequence[RawOutput]) -> bytes:
    if network.params.get("raw") == "zip225":
        return unsigned.unsigned_zcash(points, outputs)
    return unsigned.unsigned(points, outputs, version=2 if network.params.get("hrp") else 1)


def _fields(
    network: Network, order: SweepOrder, coins: Sequence[_Coin], outputs: Sequence[RawOutput], fee: int, a_byte: Decimal
) -> dict[str, Any]:
    made = [{"address": order.destination, "amount": str(order.amount)}]
    made += [{"address": order.source, "amount": str(output.amount)} for output in outputs[1:]]
    return {
        "network": network.slug,
        "inputs": [
            {"outpoint": f"{coin.txid}:{coin.vout}", "address": order.source, "amount": str(coin.output.amount)}
            for coin in coins
        ],
        "outputs": made,
        "fee": str(fee),
        "fee_rate": str(a_byte),
        "size": str(fees.size([coin.kind for coin in coins], outputs)),
    }


def _files(
    network: Network, order: SweepOrder, coins: Sequence[_Coin], outputs: Sequence[RawOutput], transaction: bytes
) -> list[SweepFile]:
    how = network.params.get("psbt", "only")
    found: list[SweepFile] = []
    if how in ("only", "also"):
        before = [unsigned.Before(coin.whole, coin.output if coin.kind in _WITNESS_KINDS else None) for coin in coins]
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
    if not points or _written(network, points, transaction.outputs) != data:
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
