"""The payments that labels are written for: one leg of one transaction each, on every network of the catalogue.

Each line of :data:`LINES` was labelled by hand from what the scene shows: the cause of that leg when nothing else is the
matter (``plain``), and when the registry does not know its asset (``odd``). ``over`` is a cause of the payment itself that
comes before anything asked later (a partial payment, a network that has ended). ``blind`` marks nodes that do not show
what contracts moved inside, so that nobody may say the payment went elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from chains.catalogue import networks
from chains.families import INTERFACES
from chains.types import Network, Transaction, Transfer
from tests.chains.scene import Scene
from tests.chains.test_conformance import ROWS, scenes
from tests.recovery.labelled import own_scenes
from tests.recovery.labelled.playing import Plays, Token, Wrap, read, with_states

LACKING = ("without_history", "behind", "syncing", "wrong_chain")
"""Scenes of a node that cannot honestly answer, the best kind first."""


@dataclass(frozen=True)
class Line:
    """One labelled leg of the scenes of a family."""

    family: str
    scene: str
    position: str
    plain: str
    odd: str
    over: str | None = None
    blind: bool = False
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    interface: str | None = None


LINES: tuple[Line, ...] = (
    Line("algorand", "final", "txn", "G02", "D01"),
    Line("algorand", "final", "close", "G02", "D01"),
    Line("algorand", "token", "txn", "G02", "D14"),
    Line("aptos", "final", "event:1", "G02", "D01"),
    Line("aptos", "token", "event:1", "G02", "D01"),
    Line("beacon", "final", "msg:0/0", "C08", "C08", over="C08"),
    Line("beacon", "token", "msg:0/0", "C08", "C08", over="C08"),
    Line("cardano", "final", "out:0", "G02", "D01", interface="blockfrost"),
    Line("cardano", "final", "out:0", "G02", "D01", interface="koios"),
    Line("cardano", "token", "out:0/0", "G02", "D14", interface="blockfrost"),
    Line("cardano", "token", "out:0/0", "G02", "D14", interface="koios"),
    Line("cosmos", "final", "msg:0/0", "G02", "D01"),
    Line("cosmos", "token", "msg:0/0", "G02", "D14"),
    Line("evm", "final", "native", "G02", "D01"),
    Line("evm", "token", "log:7", "G02", "D01", blind=True, without=("zksync",)),
    Line("evm", "token", "log:7", "G02", "D01", only=("zksync",)),
    Line("evm", "inner", "trace:0", "F01", "D01"),
    Line("evm", "router", "log:7", "F02", "D01"),
    Line("hedera", "final", "transfer:4", "G02", "D01"),
    Line("hedera", "token", "transfer:5", "G02", "D01"),
    Line("near", "final", "receipt:*", "G02", "D01"),
    Line("near", "token", "receipt:*", "G02", "D01"),
    Line("polkadot", "final", "event:1", "G02", "D01"),
    Line("polkadot", "token", "event:1", "G02", "D01"),
    Line("solana", "final", "ix:0", "G02", "D01"),
    Line("solana", "token", "ix:1", "G02", "D01"),
    Line("stellar", "final", "op:0", "G02", "D01"),
    Line("stellar", "token", "op:0", "G02", "D01"),
    Line("stellar", "token", "op:1", "G02", "D14"),
    Line("tezos", "final", "op:0/0", "G02", "D01"),
    Line("tezos", "token", "op:0/0/0", "G02", "D01"),
    Line("ton", "final", "msg:*", "G02", "D01"),
    Line("ton", "token", "msg:*", "G02", "D01"),
    Line("ton", "silent_jetton", "msg:*", "B07", "B07", over="B07"),
    Line("tron", "final", "native", "G02", "D01"),
    Line("tron", "token", "log:0", "G02", "D01"),
    Line("utxo", "final", "vout:0", "G02", "D01"),
    Line("utxo", "token", "vout:0/token", "G02", "D01"),
    Line("xrpl", "final", "delivered", "E04", "E04", over="E04"),
    Line("xrpl", "tagged", "delivered", "G02", "D01"),
    Line("xrpl", "token", "delivered", "G02", "D14"),
)


@dataclass(frozen=True)
class Payment:
    """One leg with its label, the node that shows it, one that lies and one that cannot know."""

    network: Network
    scene: str
    reference: str
    truth: Plays = field(compare=False)
    liar: Plays = field(compare=False)
    lacking: Plays | None = field(compare=False)
    tx: Transaction = field(compare=False)
    leg: Transfer = field(compare=False)
    plain: str = "G02"
    odd: str = "D01"
    over: str | None = None
    blind: bool = False
    interface: str | None = None

    @property
    def name(self) -> str:
        """For the names of cases."""
        return "-".join(filter(None, (self.network.slug, self.interface, self.scene, self.leg.position[:12])))

    @property
    def siblings(self) -> list[Transfer]:
        """The other legs to the same recipient that move something."""
        return [
            one for one in self.tx.transfers if one.recipient == self.leg.recipient and one != self.leg and one.amount
        ]


@cache
def all_scenes(slug: str) -> tuple[Scene, ...]:
    """The conformance scenes of a network and those written for the labels."""
    return (*scenes(slug), *own_scenes.scenes(networks()[slug]))


def scene_of(slug: str, name: str, interface: str | None = None) -> Scene | None:
    """A scene by its name."""
    return next((one for one in all_scenes(slug) if one.name == name and one.interface == interface), None)


def plays_of(one: Scene) -> Plays:
    """The node of a scene."""
    return Plays(one.answers, one.interface)


@cache
def payments() -> tuple[Payment, ...]:
    """Every labelled payment of every network."""
    return tuple(_payments())


def _payments() -> Iterator[Payment]:
    for row in ROWS:
        for line in LINES:
            fits = (
                line.family == row.family and row.slug not in line.without and (not line.only or row.slug in line.only)
            )
            one = scene_of(row.slug, line.scene, line.interface) if fits else None
            if one is not None:
                yield payment(row, line, one)


def payment(row: Network, line: Line, one: Scene, wrap: Wrap | None = None) -> Payment:
    """A labelled leg of a scene, its token on EVM networks telling what arrived."""
    truth = plays_of(one)
    tx = read(row, [truth], one.reference)
    leg = leg_of(tx, line.position)
    if wrap is not None:
        truth = wrap(truth)
    elif row.family == "evm" and leg.contract is not None and tx.block is not None:
        truth = with_states(truth, tx.block.height, Token(sum(each.amount for each in tx.transfers if each.contract)))
    other = scene_of(row.slug, "lie" if line.scene == "final" else "not_found", line.interface)
    assert other is not None, (row.slug, line)
    lacking = next(filter(None, (scene_of(row.slug, name, line.interface) for name in LACKING)), None)
    return Payment(
        network=row, scene=line.scene, reference=one.reference, truth=truth, liar=plays_of(other),
        lacking=plays_of(lacking) if lacking else None, tx=tx, leg=leg, plain=line.plain, odd=line.odd, over=line.over,
        blind=line.blind, interface=line.interface,
    )  # fmt: skip


def leg_of(tx: Transaction, position: str) -> Transfer:
    """The leg at a position; a star stands for the rest, and then a token's comes first."""
    if position.endswith("*"):
        fitting = [leg for leg in tx.transfers if leg.position.startswith(position[:-1])]
        return next((leg for leg in fitting if leg.contract is not None), fitting[0])
    found = [leg for leg in tx.transfers if leg.position == position]
    assert found, (tx.network, position, tx)
    return found[0]


def first_interface(row: Network) -> str:
    """The interface that nodes of the network speak unless told otherwise."""
    return INTERFACES[row.family][0]


Changes = dict[str, Any]
