"""A step of the UTXO family as data, and that data taken apart again and compared with itself. Pure.

``body`` of a step (form ``utxo``) holds ``hex`` (the unsigned transaction), ``fee`` and ``fee_rate`` (base units, and base units
a virtual byte), ``height`` (the tip when it was planned: nothing had spent its coins), ``inputs`` with ``outpoint``, ``amount``,
``script`` and ``kind`` of what is spent, and for the signer ``psbt`` (base64) or, on networks whose signers do not take that,
``previous`` (the earlier transaction) beside each input.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from chains.errors import NodeMistaken
from chains.sending import Move, Served, Step
from chains.types import Network
from chains.utxo import fees, signed, unsigned
from chains.utxo.address import forms, output_script, script_address, script_kind
from chains.utxo.decode import parse_raw
from chains.utxo.raw import BadTransaction, RawOutput
from chains.utxo.signed import SignedTransaction
from chains.utxo.spending import Held

FORM = "utxo"


def written(
    network: Network,
    purpose: str,
    coins: Sequence[Held],
    moves: Sequence[Move],
    outputs: Sequence[RawOutput],
    a_byte: Decimal,
    serves: tuple[Served, ...],
) -> Step:
    """The step that spends ``coins`` for ``outputs``, which are ``moves`` in their order."""
    points = [(coin.txid, coin.vout) for coin in coins]
    transaction = unsigned.for_network(network, points, outputs)
    fee = sum(coin.output.amount for coin in coins) - sum(output.amount for output in outputs)
    packets = network.params.get("psbt", "only") != "no"
    inputs = [
        {
            "outpoint": coin.outpoint,
            "amount": str(coin.output.amount),
            "script": coin.output.script.hex(),
            "kind": coin.kind,
            **({} if packets else {"previous": coin.whole.hex()}),
        }
        for coin in coins
    ]
    body: dict[str, Any] = {
        "hex": transaction.hex(),
        "fee": str(fee),
        "fee_rate": fees.rate_text(a_byte),
        "height": str(min(coin.tip for coin in coins)),
        "inputs": inputs,
    }
    if packets:
        packet = unsigned.write(transaction, [coin.before for coin in coins], len(outputs))
        body["psbt"] = base64.b64encode(packet).decode()
    sender = coins[0].address or ""
    step = Step(
        purpose, FORM, sender, tuple(moves), body, fee, inputs=tuple(coin.outpoint for coin in coins), serves=serves
    )
    if wrong := differing(network, step):
        raise NodeMistaken(f"the step differs from what it is made of: {', '.join(wrong)}")
    return step


def address(network: Network, coin: Held) -> str:
    """The address a proved coin lies at. Bare keys, which have none, are written as their script."""
    return coin.address or coin.output.script.hex()


def spent_by(step: Step) -> tuple[RawOutput, ...]:
    """The outputs the step spends, as it says itself. Raises :class:`BadTransaction`."""
    try:
        return tuple(RawOutput(int(one["amount"]), bytes.fromhex(one["script"])) for one in step.body["inputs"])
    except (LookupError, TypeError, ValueError) as error:
        raise BadTransaction("no list of inputs") from error


def coins_of(network: Network, step: Step) -> list[Held]:
    """The coins the step spends, from what it holds. Raises :class:`BadTransaction`."""
    wholes = _wholes(network, step)
    found = []
    for outpoint, output, whole in zip(step.inputs, spent_by(step), wholes, strict=True):
        txid, _, place = outpoint.partition(":")
        shape, regtest = _shape(network, step)
        kind = script_kind(shape, output.script)
        place_of = script_address(shape, output.script)
        found.append(Held(txid, int(place), output, kind, place_of, regtest, whole, int(step.body["height"])))
    return found


def _shape(network: Network, step: Step) -> tuple[Any, bool]:
    regtest = output_script(network, step.moves[0].recipient) is None
    return forms(network.params, regtest=regtest), regtest


def _wholes(network: Network, step: Step) -> list[bytes]:
    """The earlier transactions, from wherever the step keeps them."""
    if "psbt" not in step.body:
        return [bytes.fromhex(one["previous"]) for one in step.body["inputs"]]
    try:
        data = base64.b64decode(step.body["psbt"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadTransaction("not base64") from error
    return [one.whole for one in unsigned.read(data).before]


def transaction_of(network: Network, step: Step) -> SignedTransaction:
    """The unsigned transaction of the step. Raises :class:`BadTransaction`."""
    try:
        return signed.take_apart(network, bytes.fromhex(step.body["hex"]))
    except (LookupError, TypeError, ValueError) as error:
        raise BadTransaction("no unsigned transaction") from error


def differing(network: Network, step: Step) -> list[str]:
    """What of the step contradicts the rest of it, by name; empty when bytes, values, moves and cost are one story."""
    try:
        tx = transaction_of(network, step)
        coins = coins_of(network, step)
        spent = spent_by(step)
    except (BadTransaction, NodeMistaken, LookupError, TypeError, ValueError):
        return ["file_not_understood"]
    points = [(one.txid, one.vout) for one in tx.inputs]
    wrong = []
    if unsigned.for_network(network, points, tx.outputs).hex() != step.body["hex"]:
        wrong.append("unsigned")
    listed = [one.get("outpoint") for one in step.body["inputs"]]
    if [f"{txid}:{vout}" for txid, vout in points] != list(step.inputs) or listed != list(step.inputs):
        wrong.append("inputs")
    if any(not _proved(network, coin) for coin in coins):
        wrong.append("values")
    if [(output.script, output.amount) for output in tx.outputs] != _promised(network, step.moves):
        wrong.append("outputs")
    if "psbt" in step.body and _packet(step.body) != bytes.fromhex(step.body["hex"]):
        wrong.append("psbt")
    fee = sum(output.amount for output in spent) - sum(output.amount for output in tx.outputs)
    kinds = [coin.kind for coin in coins]
    if not all(fees.spendable(kind) for kind in kinds):
        return [*wrong, "values"]
    if (
        str(fee) != step.body.get("fee")
        or fee != step.highest_cost
        or not 0 < fee <= fees.most(network, kinds, tx.outputs)
    ):
        wrong.append("fee")
    return wrong


def _packet(body: Mapping[str, Any]) -> bytes:
    return unsigned.read(base64.b64decode(body["psbt"])).data


def _proved(network: Network, coin: Held) -> bool:
    """Whether the earlier transaction is the one whose id is spent, and holds this value under this script."""
    earlier = parse_raw(network, coin.whole)
    made = () if earlier is None or earlier.txid != coin.txid else earlier.outputs
    return coin.vout < len(made) and made[coin.vout] == coin.output


def _promised(network: Network, moves: Sequence[Move]) -> list[tuple[bytes | None, int]]:
    return [
        (output_script(network, move.recipient) or output_script(network, move.recipient, regtest=True), move.arrives)
        for move in moves
    ]
