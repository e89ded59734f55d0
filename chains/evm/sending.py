"""Value that leaves on EVM networks: steps of a plan, see :mod:`chains.sending`.

Coins at one address leave it in one transaction, whichever cases they are of; gas comes from the gas tank where the address
lacks it. What a token lets arrive is what the nodes foresee by a trial (``eth_simulateV1``), and the chain is held to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chains.encoding import quantity
from chains.errors import ChainError, CostNotHeld, GasIsShort, Refused
from chains.evm import moves
from chains.evm.asking import agreed, result_of
from chains.evm.moves import broadcast, next_nonce
from chains.evm.signed import NotSigned, decode_older, decode_signed, matches
from chains.sending import Attempt, Coins, Move, Served, Signed, SignedDiffers, Step
from chains.shares import share
from chains.transport import Call
from chains.types import Network, Node, Status, Transaction, Transfer, UnsignedStep

__all__ = [
    "broadcast", "deviations", "is_overtaken", "next_nonce", "plan_refund", "plan_sweep", "read_signed", "replacement",
]  # fmt: skip

FORM = "evm"
NUMBERS = ("chain_id", "value", "gas", "max_fee_per_gas", "max_priority_fee_per_gas")
RAISE_PERCENT = 25
"""Nodes replace a waiting transaction when both its prices are at least an eighth higher; some ask for more."""

MOST_RAISED = 20
"""No replacement bids more than this many times the present price: a fee that high is a mistake or an attack."""


def plan_sweep(
    network: Network,
    nodes: Sequence[Node],
    *,
    contract: str | None,
    coins: Sequence[Coins],
    destination: str,
    gas_tank: str | None,
) -> tuple[Step, ...]:
    """See :meth:`chains.sending.Sending.plan_sweep`: per address a top-up of gas, where needed, and one transfer of all."""
    by_source: dict[str, list[int]] = {}
    for place, one in enumerate(coins):
        by_source.setdefault(one.source, []).append(place)
    transfers: list[tuple[moves.Foreseen, list[int]]] = []
    for source, places in by_source.items():
        total = sum(coins[place].amount for place in places)
        transfers.append((moves.foresee(network, nodes, "sweep", contract, total, source, destination), places))
    top_ups = moves.top_ups(network, nodes, gas_tank, [one for one, _ in transfers])
    steps: list[Step] = []
    for (foreseen, places), top_up in zip(transfers, top_ups, strict=True):
        if top_up is not None:
            helped = tuple(Served(place, 0) for place in places)
            steps.append(_step(top_up, top_up.moves_amount, foreseen.layer_cost, helped))
        parts = share(foreseen.arrives, [coins[place].amount for place in places])
        served = tuple(Served(place, part) for place, part in zip(places, parts, strict=True))
        steps.append(_step(foreseen.step, foreseen.arrives, foreseen.layer_cost, served))
    return tuple(steps)


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
    """See :meth:`chains.sending.Sending.plan_refund`. ``source`` must hold its own gas; ``outpoints`` mean nothing here."""
    foreseen = moves.foresee(network, nodes, "refund", contract, amount, source, destination)
    if foreseen.short:
        raise GasIsShort("the source holds too little for amount and gas")
    return (_step(foreseen.step, foreseen.arrives, foreseen.layer_cost, (Served(0, foreseen.arrives),)),)


def _step(made: UnsignedStep, arrives: int, layer_cost: int, serves: tuple[Served, ...]) -> Step:
    body = {name: str(getattr(made, name)) for name in NUMBERS} | {"to": made.to, "data": made.data}
    move = Move(made.moves_contract, made.sender, made.moves_recipient, made.moves_amount, arrives)
    cost = made.gas * made.max_fee_per_gas + layer_cost
    return Step(made.purpose, FORM, made.sender, (move,), body, cost, serves=serves)


def unsigned_step(step: Step) -> UnsignedStep:
    """The step as the family's own value."""
    (move,) = step.moves
    numbers = {name: int(step.body[name]) for name in NUMBERS}
    return UnsignedStep(
        purpose=step.purpose,
        sender=step.sender,
        to=step.body["to"],
        data=step.body["data"],
        nonce=step.nonce,
        moves_contract=move.contract,
        moves_recipient=move.recipient,
        moves_amount=move.amount,
        **numbers,
    )


def read_signed(network: Network, step: Step, raw: str) -> Signed:
    """See :meth:`chains.sending.Sending.read_signed`; the sender is recovered from the signature."""
    try:
        signed = decode_older(raw) if network.params.get("legacy_fees") else decode_signed(raw)
    except (NotSigned, ValueError) as error:
        raise SignedDiffers from error
    if differing := matches(unsigned_step(step), signed):
        raise SignedDiffers(*differing)
    return Signed(signed.hash, signed.raw)


def is_overtaken(
    network: Network, nodes: Sequence[Node], step: Step, hash: str, *, besides: Sequence[Attempt] = ()
) -> bool:
    """See :meth:`chains.sending.Sending.is_overtaken`: the nonce is used up in a final block, and no node knows the step nor a
    replacement. While the bytes of a replacement are not known here, it may be what used the nonce: never overtaken then.
    """
    hashes = [hash, *(one.hash for one in besides)]
    if None in hashes:
        return False
    try:
        used = _final_count(network, nodes, step.sender) > int(step.nonce or 0)
        return used and not any(_anybody_knows(network, nodes, str(one)) for one in hashes)
    except ChainError:
        return False


def _final_count(network: Network, nodes: Sequence[Node], sender: str) -> int:
    """How many transactions of ``sender`` are in final blocks."""
    block: str | int = "finalized"
    if network.finality != "tag":
        height = agreed(network, nodes, [Call("eth_blockNumber")], lambda told: quantity(result_of(told[0]), bits=63))
        block = hex(max(0, height - network.confirmations + 1))
    calls = [Call("eth_getTransactionCount", [sender, block])]
    return agreed(network, nodes, calls, lambda told: quantity(result_of(told[0]), bits=64))


def _anybody_knows(network: Network, nodes: Sequence[Node], hash: str) -> bool:
    """Whether a node shows the transaction; a node that cannot say counts as one that might."""
    calls = [Call("eth_getTransactionByHash", [hash])]
    return not agreed(network, nodes, calls, lambda told: result_of(told[0]) is None)


def replacement(network: Network, nodes: Sequence[Node], step: Step) -> Step:
    """See :meth:`chains.sending.Sending.replacement`: both prices a quarter higher, or today's where those are higher still."""
    if step.nonce is None:
        raise Refused("only a released step can be replaced")
    now = moves.prices_now(network, nodes)
    fee, tip = int(step.body["max_fee_per_gas"]), int(step.body["max_priority_fee_per_gas"])
    raised = max(fee + -(-fee * RAISE_PERCENT // 100), now.max_fee)
    raised_tip = max(tip + -(-tip * RAISE_PERCENT // 100), now.tip)
    if raised > MOST_RAISED * max(now.max_fee, 1):
        raise Refused("the fee is many times the present price already")
    body = dict(step.body) | {"max_fee_per_gas": str(raised), "max_priority_fee_per_gas": str(min(raised_tip, raised))}
    layer = step.highest_cost - int(step.body["gas"]) * fee
    cost = int(step.body["gas"]) * raised + layer
    if moves.balances(network, nodes, step.sender, None) < int(step.body["value"]) + cost:
        raise CostNotHeld("the sender does not hold the higher fee")
    return replace(step, body=body, highest_cost=cost)


def deviations(step: Step, tx: Transaction) -> list[str]:
    """See :meth:`chains.sending.Sending.deviations`.

    The one movement the step promises must be there, once, and nothing of the sender's may have moved besides; what a token
    keeps goes where the token sends it.
    """
    if tx.status is not Status.SUCCEEDED:
        return ["transaction_failed"]
    (move,) = step.moves
    outgoing = [leg for leg in tx.transfers if leg.sender == move.sender and leg.amount > 0]
    promised = [leg for leg in outgoing if _keeps(leg, move)]
    others = [leg for leg in outgoing if leg not in promised]
    problems = [] if len(promised) == 1 else ["promised_transfer_missing"]
    taken = sum(leg.amount for leg in others if leg.contract == move.contract)
    if any(leg.contract != move.contract for leg in others) or taken not in (0, move.amount - move.arrives):
        problems.append("extra_movement")
    return problems


def _keeps(leg: Transfer, move: Move) -> bool:
    return (leg.contract, leg.recipient, leg.amount) == (move.contract, move.recipient, move.arrives)
