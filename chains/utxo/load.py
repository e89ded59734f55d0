"""Whether a coin may carry more than its value, which spending it would give away. Pure.

Inscriptions, runes and the older protocols ride on ordinary outputs, and no node of these networks keeps account of them. What
can be told is told from the transaction that made the coin, its witnesses included, and from the coin's value: loads travel on
outputs of next to no value. What cannot be excluded so is refused; a load put long ago on a coin of ordinary value is not seen.

``carried_below`` of a row is the value in base units below which a coin may be such a carrier (ord pads with 10,000 and allows
twice that); a row without it belongs to a network where nothing rides unseen.
"""

from __future__ import annotations

from chains.errors import CoinsCarry
from chains.types import Network
from chains.utxo import carried
from chains.utxo.raw import RawOutput, RawTransaction, Reader
from chains.utxo.seen import Coin


def demand_bare(network: Network, maker: RawTransaction, whole: bytes, output: RawOutput) -> None:
    """Raises :class:`CoinsCarry` unless ``output`` of ``maker`` (as bytes: ``whole``) is a coin and nothing else."""
    if output.token is not None:
        raise CoinsCarry("an outpoint carries tokens, which this plan would destroy")
    below = network.params.get("carried_below")
    if below is None:
        return
    first = maker.inputs[0].txid if maker.inputs and not maker.coinbase else None
    coins = [Coin(one.amount, one.script) for one in maker.outputs]
    if found := carried.marks(first, coins, maker.witnesses):
        raise CoinsCarry(f"an outpoint comes from a transaction that {found[0]}")
    if output.amount < int(below):
        raise CoinsCarry("an outpoint is so small that it may be the carrier of something else")
    if network.params.get("hrp") and not maker.coinbase and _stripped(whole):
        raise CoinsCarry("the witnesses are not shown that tell what an outpoint carries")


def _stripped(whole: bytes) -> bool:
    """Whether witnesses were left out: an input that nothing unlocks, in bytes without the mark of witnesses."""
    if whole[4:5] == b"\0" and whole[5:6] != b"\0":
        return False
    reader = Reader(whole)
    reader.take(4)
    for _ in range(reader.count()):
        reader.take(36)
        if not reader.text():
            return True
        reader.take(4)
    return False
