"""What one node showed of one transaction, in one shape for all interfaces. Frozen values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chains.types import Block, Status
from chains.utxo.raw import Shielded, Token

MOST_PREVIOUS = 100
"""Earlier transactions read to learn what inputs held. Beyond that sender and fee stay open, with every interface
alike: one that shows more must not tell another story than one that shows less."""


@dataclass(frozen=True)
class Coin:
    """An output as a node shows it: value in base units, script, the address it prints for it, and tokens on it."""

    amount: int
    script: bytes | None
    address: str | None = None
    token: Token | None = None


@dataclass(frozen=True)
class Spent:
    """An input: the output it spends, with that output's value and script where a node showed them."""

    txid: str
    vout: int
    coin: Coin | None


@dataclass(frozen=True)
class Seen:
    """What one node showed. ``inputs`` is empty for new coins (``coinbase``).

    ``block`` is the block the node puts the transaction in, None also when it names one without showing it;
    ``canonical`` whether that block is the one the same node has at that height; ``confirmations`` the node's own count;
    ``tip`` its best height, None when it does not tell. ``fee`` is what the node says, None when it does not.
    ``hidden_inputs`` is true when some inputs are not in the open. ``locked``: the node says that masternodes locked the
    block. ``shielded`` is the hidden part by the node's own lists, None when they are not shown.
    """

    raw: bytes | None
    inputs: tuple[Spent, ...]
    outputs: tuple[Coin, ...]
    coinbase: bool
    block: Block | None
    canonical: bool
    confirmations: int
    tip: int | None
    regtest: bool = False
    fee: int | None = None
    hidden_inputs: bool = False
    locked: bool = False
    shielded: Shielded | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Absent:
    """A node showed no transaction: ``not_found`` when it would know, else ``unknown``, with the reason as warning."""

    status: Status
    tip: int | None
    warnings: tuple[str, ...] = ()


def absent(tip: int | None, doubts: Sequence[str], *, regtest: bool) -> Absent:
    """Not found, or with any doubt whether the node would know: unknown."""
    status = Status.UNKNOWN if doubts else Status.NOT_FOUND
    return Absent(status, tip, (*(("test_chain",) if regtest else ()), *doubts))
