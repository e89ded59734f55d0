"""The outputs of a transaction to write, and its fee. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from chains.errors import CostNotHeld, TooSmall
from chains.shares import share
from chains.types import Network
from chains.utxo import fees
from chains.utxo.raw import RawOutput
from chains.utxo.spending import Held


def paid_and_change(
    network: Network, coins: Sequence[Held], a_byte: Decimal, paid: RawOutput, source: bytes
) -> tuple[list[RawOutput], int]:
    """The payment and, where it is worth an output, the change back to ``source``; and the fee. Raises :class:`CostNotHeld`."""
    kinds = [coin.kind for coin in coins]
    both = [paid, RawOutput(0, source)]
    return with_change(
        network, coins, paid, source, fees.cost(network, a_byte, kinds, both), fees.cost(network, a_byte, kinds, [paid])
    )


def with_change(
    network: Network, coins: Sequence[Held], paid: RawOutput, source: bytes, fee: int, bare: int
) -> tuple[list[RawOutput], int]:
    """The same for a fee given: ``fee`` with a change output, at least ``bare`` without, what is too small for one on top."""
    left = sum(coin.output.amount for coin in coins) - paid.amount
    if left - fee >= int(network.params["dust"]):
        return [paid, RawOutput(left - fee, source)], fee
    if left < bare:
        raise CostNotHeld("the outpoints do not hold the amount and the network cost")
    return [paid], left


def apart(network: Network, coins: Sequence[Held], destination: bytes, fee: int) -> list[RawOutput]:
    """One output for each coin, less its share of the fee by value, so that the coins of every case stay apart.

    Raises :class:`TooSmall` when one would be less than nodes relay: put with another it would be lost to its owner's case.
    """
    amounts = [coin.output.amount for coin in coins]
    parts = share(fee, amounts)
    left = [amount - part for amount, part in zip(amounts, parts, strict=True)]
    if min(left) < int(network.params["dust"]):
        raise TooSmall(
            f"coin {left.index(min(left)) + 1} is worth less than its share of the cost and what nodes relay"
        )
    return [RawOutput(amount, destination) for amount in left]
