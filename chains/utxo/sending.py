"""Value that leaves on networks of the UTXO family: steps of a plan, see :mod:`chains.sending`.

A sweep is one transaction with an input and an output for every coin, so that the coins of each case stay apart and are named
by their place in it. Inputs are proved by the bytes of their transactions and by what enough nodes say of them. Zcash is sent by
hand: what is signed there depends on the upgrade in force, which the bytes do not tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from chains.errors import (
    CoinsWait,
    CostNotHeld,
    NodeMistaken,
    NodeUnavailable,
    NoReplacement,
    Refused,
    SentByHand,
    TooSmall,
)
from chains.sending import Attempt, Coins, Move, Served, Signed, SignedDiffers, Step
from chains.transport import Talk
from chains.types import Network, Node, Status, Transaction
from chains.utxo import fees, made, overtaken, passing_on, signed, steps
from chains.utxo.address import forms, output_script, script_address
from chains.utxo.asking import agreed, middle
from chains.utxo.authorised import unauthorised
from chains.utxo.interfaces import look
from chains.utxo.raw import BadTransaction, RawOutput
from chains.utxo.seen import Absent
from chains.utxo.spending import Held, held, points_of, spent

RAISE_PERCENT = 25
"""A replacement bids so much more at least; nodes ask for their relay fee on top of the old one (BIP-125)."""

_DOUBTS = {"chain_identity_not_visible", "tip_not_visible", "spent_not_visible"}


def sends(network: Network) -> bool:
    """Whether signed bytes of the network can be judged, so that this program sends them."""
    return network.params.get("raw") != "zip225"


@dataclass(frozen=True)
class _Word:
    """What one node says of coins; of the fee rate nodes differ honestly."""

    coins: tuple[Held, ...]
    a_byte: Decimal = field(compare=False)


def _proved(network: Network, nodes: Sequence[Node], outpoints: Sequence[str]) -> tuple[tuple[Held, ...], Decimal]:
    """The coins as enough nodes show them: final, unspent, bare; and the fee rate in the middle of what those nodes say."""
    if not sends(network):
        raise SentByHand(network.slug)
    points = points_of(outpoints)

    def ask(talk: Talk) -> _Word:
        coins, warnings = held(network, talk, points)
        if doubts := sorted(_DOUBTS.intersection(warnings)):
            raise NodeUnavailable(f"{talk.node.label}: {', '.join(doubts)}")
        if "input_not_final" in warnings:
            raise CoinsWait("an outpoint is not final yet")
        return _Word(tuple(coins), fees.rate(network, talk)[0])

    words = agreed(network, nodes, ask)
    return words[0].coins, middle([word.a_byte for word in words])


def plan_sweep(
    network: Network,
    nodes: Sequence[Node],
    *,
    contract: str | None,
    coins: Sequence[Coins],
    destination: str,
    gas_tank: str | None,
) -> tuple[Step, ...]:
    """See :meth:`chains.sending.Sending.plan_sweep`: one transaction. There is no gas tank; each coin pays its share.

    Raises :class:`~chains.errors.TooSmall`, :class:`~chains.errors.CoinsCarry`, :class:`~chains.errors.CoinsAreGone`,
    :class:`~chains.errors.CoinsWait`.
    """
    _demand_coin(contract)
    if any(one.outpoint is None for one in coins):
        raise Refused("coins without their outpoint")
    proved, a_byte = _proved(network, nodes, [one.outpoint or "" for one in coins])
    to, script = _address(network, destination, proved)
    for one, coin in zip(coins, proved, strict=True):
        if coin.output.amount != one.amount or coin.output.script != _address(network, one.source, proved)[1]:
            raise Refused("an outpoint holds another amount, or belongs to another address")
        if coin.output.script == script:
            raise Refused("an outpoint lies at the destination already")
    kinds = [coin.kind for coin in proved]
    fee = fees.cost(network, a_byte, kinds, [RawOutput(0, script)] * len(proved))
    outputs = made.apart(network, proved, script, fee)
    return (_sweep(network, proved, outputs, to, a_byte),)


def _sweep(
    network: Network, coins: Sequence[Held], outputs: Sequence[RawOutput], destination: str, a_byte: Decimal
) -> Step:
    moves = [
        Move(None, steps.address(network, coin), destination, output.amount, output.amount)
        for coin, output in zip(coins, outputs, strict=True)
    ]
    serves = tuple(Served(place, output.amount, f"vout:{place}") for place, output in enumerate(outputs))
    return steps.written(network, "sweep", coins, moves, outputs, a_byte, serves)


def plan_refund(
    network: Network,
    nodes: Sequence[Node],
    *,
    contract: str | None,
    amount: int,
    source: str,
    destination: str,
    outpoints: Sequence[str],
) -> tuple[Step, ...]:
    """See :meth:`chains.sending.Sending.plan_refund`: exactly ``amount``, the rest after the network cost back to ``source``.

    The cost comes out of the case's own outputs, never out of another's. Raises :class:`~chains.errors.CostNotHeld` beside
    what :func:`plan_sweep` raises.
    """
    _demand_coin(contract)
    proved, a_byte = _proved(network, nodes, outpoints)
    back, owner = _address(network, source, proved)
    to, script = _address(network, destination, proved)
    if any(coin.output.script != owner for coin in proved):
        raise Refused("an outpoint does not belong to the source")
    if owner == script:
        raise Refused("source and destination are the same")
    if amount < int(network.params["dust"]):
        raise TooSmall("the amount is below what is relayed")
    outputs, _ = made.paid_and_change(network, proved, a_byte, RawOutput(amount, script), owner)
    return (_refund(network, proved, outputs, back, to, a_byte),)


def _refund(
    network: Network, coins: Sequence[Held], outputs: Sequence[RawOutput], source: str, to: str, a_byte: Decimal
) -> Step:
    paid = Move(None, source, to, outputs[0].amount, outputs[0].amount)
    change = [Move(None, source, source, output.amount, output.amount) for output in outputs[1:]]
    serves = (Served(0, paid.arrives, "vout:0"),)
    return steps.written(network, "refund", coins, [paid, *change], outputs, a_byte, serves)


def _demand_coin(contract: str | None) -> None:
    if contract is not None:
        raise SentByHand("only the coin of the network is sent")


def _address(network: Network, text: str, coins: Sequence[Held]) -> tuple[str, bytes]:
    """An address in its canonical spelling and its locking script. Raises :class:`Refused`."""
    regtest = any(coin.regtest for coin in coins)
    script = output_script(network, text, regtest=regtest)
    spelling = None if script is None else script_address(forms(network.params, regtest=regtest), script)
    if script is None or spelling is None:
        raise Refused("the source or the destination is no address of the network")
    return spelling, script


def next_nonce(network: Network, nodes: Sequence[Node], sender: str) -> int | None:
    """See :meth:`chains.sending.Sending.next_nonce`: outputs are what is reserved here."""
    return None


def read_signed(network: Network, step: Step, raw: str) -> Signed:
    """See :meth:`chains.sending.Sending.read_signed`: hexadecimal, or a finalised PSBT in base64; every signature is judged."""
    if not sends(network):
        raise SignedDiffers
    if wrong := steps.differing(network, step):
        raise SignedDiffers(*wrong)
    asked = steps.transaction_of(network, step)
    try:
        found = signed.read(network, raw)
    except (BadTransaction, ValueError) as error:
        raise SignedDiffers from error
    pairs = {
        "version": (found.version, asked.version),
        "inputs": ([one.point for one in found.inputs], [one.point for one in asked.inputs]),
        "sequence": ([one.sequence for one in found.inputs], [one.sequence for one in asked.inputs]),
        "outputs": (found.outputs, asked.outputs),
        "lock_time": (found.lock_time, asked.lock_time),
    }
    if differs := [name for name, (one, other) in pairs.items() if one != other]:
        raise SignedDiffers(*differs)
    if found.unsigned() != asked.plain() or unauthorised(network, found, steps.spent_by(step)):
        raise SignedDiffers("signature")
    return Signed(found.txid, found.written().hex())


def broadcast(network: Network, nodes: Sequence[Node], raw: str) -> str:
    """See :meth:`chains.sending.Sending.broadcast`."""
    return passing_on.broadcast(network, nodes, raw)


def is_overtaken(
    network: Network, nodes: Sequence[Node], step: Step, hash: str, *, besides: Sequence[Attempt] = ()
) -> bool:
    """See :meth:`chains.sending.Sending.is_overtaken`."""
    return overtaken.is_overtaken(network, nodes, step, hash, besides=besides)


def replacement(network: Network, nodes: Sequence[Node], step: Step) -> Step:
    """See :meth:`chains.sending.Sending.replacement`: the same inputs, a higher fee out of the change, or for a sweep pro rata.

    Where nodes keep the first of two (rows without ``replaces``) it helps only once they have forgotten the step. Raises
    :class:`~chains.errors.NoReplacement`.
    """
    try:
        coins = steps.coins_of(network, step)
        tx = steps.transaction_of(network, step)
    except (BadTransaction, LookupError, ValueError) as error:
        raise Refused("the step cannot be read") from error
    kinds = [coin.kind for coin in coins]
    old, now = int(step.body["fee"]), _rate_now(network, nodes, step)
    if now is not None and fees.cost(network, now, kinds, tx.outputs) <= old:
        raise NoReplacement("the fee is what nodes recommend already")
    relayed = fees.cost(network, Decimal(network.params["least_fee_rate"]), kinds, tx.outputs)
    raised = max(old + -(-old * RAISE_PERCENT // 100), old + relayed)
    if now is not None:
        raised = max(raised, fees.cost(network, now, kinds, tx.outputs))
    if raised > fees.most(network, kinds, tx.outputs):
        raise NoReplacement("the fee is as high as it may be")
    a_byte = Decimal(raised) / fees.size(kinds, tx.outputs)
    first = step.moves[0]
    if step.purpose == "sweep":
        outputs = made.apart(network, coins, tx.outputs[0].script, raised)
        return replace(_sweep(network, coins, outputs, first.recipient, a_byte), sender=step.sender)
    if len(tx.outputs) == 1:
        raise NoReplacement("there is no change that could pay more")
    try:
        outputs, _ = made.with_change(network, coins, tx.outputs[0], tx.outputs[1].script, raised, raised)
    except CostNotHeld as error:
        raise NoReplacement("the change cannot pay more") from error
    return _refund(network, coins, outputs, first.sender, first.recipient, a_byte)


def _rate_now(network: Network, nodes: Sequence[Node], step: Step) -> Decimal | None:
    """The fee rate of today, ``None`` where nodes recommend none; of nodes that know what is spent and take a replacement."""
    points = points_of(step.inputs)

    def ask(talk: Talk) -> _Word:
        if isinstance(look(network, talk, points[0][0]), Absent):
            raise NodeMistaken(f"{talk.node.label}: does not show what is spent")
        if not network.params.get("replaces") and any(state is not False for state in spent(talk, points)):
            raise NoReplacement("the nodes keep what waits")
        a_byte, warnings = fees.rate(network, talk)
        return _Word((), Decimal(0) if warnings else a_byte)

    rates = [word.a_byte for word in agreed(network, nodes, ask)]
    visible = [rate for rate in rates if rate]
    return middle(visible) if visible else None


def deviations(step: Step, tx: Transaction) -> list[str]:
    """See :meth:`chains.sending.Sending.deviations`: every output is the movement of its place, and there is none besides."""
    if tx.status is not Status.SUCCEEDED:
        return ["transaction_failed"]
    shown = {leg.position: (leg.contract, leg.recipient, leg.amount) for leg in tx.transfers}
    promised = {f"vout:{place}": (None, move.recipient, move.arrives) for place, move in enumerate(step.moves)}
    problems = []
    if any(shown.get(position) != what for position, what in promised.items()):
        problems.append("promised_transfer_missing")
    senders = {move.sender for move in step.moves}
    foreign = any(leg.sender is not None and leg.sender not in senders for leg in tx.transfers)
    if foreign or len(tx.transfers) != len(promised) or any(shown[one] != promised.get(one) for one in shown):
        problems.append("extra_movement")
    return problems
