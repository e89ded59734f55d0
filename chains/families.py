"""Which code reads which family. A module *is* the adapter: it has the functions of :class:`Family` at top level.

Adding a family is one entry in :data:`FAMILIES`, one package and one TOML file of the same name. The package's
``__init__`` must import quickly (no HTTP, no curve, no ABI libraries): they belong inside the functions that need them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from chains.proving import Ask, SignedStatement, Statement, Verdict
from chains.sweep import SweepOrder, SweepPlan
from chains.transport import Talk
from chains.types import AddressCheck, Network, Node, Transaction

if TYPE_CHECKING:
    from chains.receivable import Receiving, ReceivingOrder
    from chains.survey import SurveyOrder
    from chains.surveyed import Survey

FAMILIES: Mapping[str, str] = {
    "algorand": "chains.algorand",
    "aptos": "chains.aptos",
    "beacon": "chains.beacon",
    "cardano": "chains.cardano",
    "cosmos": "chains.cosmos",
    "evm": "chains.evm",
    "hedera": "chains.hedera",
    "near": "chains.near",
    "polkadot": "chains.polkadot",
    "solana": "chains.solana",
    "stellar": "chains.stellar",
    "tezos": "chains.tezos",
    "ton": "chains.ton",
    "tron": "chains.tron",
    "utxo": "chains.utxo",
    "xrpl": "chains.xrpl",
}
"""Family name to module path; modules are imported on first use."""

INTERFACES: Mapping[str, tuple[str, ...]] = {
    "algorand": ("indexer",),
    "aptos": ("rest",),
    "beacon": ("dex",),
    "cardano": ("blockfrost", "koios"),
    "cosmos": ("lcd",),
    "evm": ("jsonrpc",),
    "hedera": ("mirror",),
    "near": ("jsonrpc",),
    "polkadot": ("sidecar", "subscan"),
    "solana": ("jsonrpc",),
    "stellar": ("horizon",),
    "tezos": ("tzkt",),
    "ton": ("toncenter",),
    "tron": ("trongrid",),
    "utxo": ("bitcoind", "blockbook", "esplora"),
    "xrpl": ("rippled",),
}
"""Words an operator may put in front of a node's URL, by family; the first is meant where there is none."""


@dataclass(frozen=True)
class NodeReading:
    """What one node alone tells of one transaction.

    ``transaction`` has no ``sources`` yet; its ``confirmations`` and ``final`` are this node's. ``height`` is the node's
    tip. A node that cannot say honestly gives status ``unknown`` with a warning that names why.
    """

    transaction: Transaction
    height: int | None


class Family(Protocol):
    """What every family module offers."""

    def hash_candidate(self, network: Network, text: str) -> str | None:
        """``text`` (one token, untrimmed of nothing) as this network writes hashes, ``None`` when it is not one. Pure."""
        ...

    def check_address(self, network: Network, text: str) -> AddressCheck:
        """Whether ``text`` can receive on ``network``, and in canonical form. Pure, never raises."""
        ...

    def asset_identity(self, network: Network, text: str) -> str | None:
        """The canonical form of the identity of a token or collectible: what ``Transfer.contract`` would be. Pure, never raises.

        ``None`` when ``text`` (trimmed, of bounded length) names none on ``network``; the native coin has none. Whether such an
        asset exists, only the chain can tell.
        """
        ...

    def read(self, network: Network, talk: Talk, reference: str) -> NodeReading:
        """Ask one node about one normalised hash.

        All input from outside comes through ``talk`` (also the time), so a recorded conversation gives the same reading.
        Raises :class:`~chains.errors.NodeUnavailable` or :class:`~chains.errors.NodeMistaken`.
        """
        ...


class Twinned(Protocol):
    """What a family module offers besides when one key has addresses on several networks; see :mod:`chains.twins`."""

    def twin_key(self, network: Network, address: str) -> str | None:
        """What a canonical address commits to, ``kind:hexadecimal``, equal for its twins everywhere. Pure."""
        ...

    def twin_addresses(self, network: Network, key: str) -> tuple[str, ...]:
        """The addresses of ``network`` that commit to ``key``; none for a kind it does not have. Pure."""
        ...


class Planner(Protocol):
    """What a family module offers besides when it can write unsigned transactions; see :mod:`chains.sweep`."""

    def plan_sweep(self, network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
        """An unsigned transaction that does what ``order`` says, built from what one node tells.

        Raises :class:`~chains.errors.Refused` with the reason when it cannot be done (nothing there, destination cannot
        receive), :class:`~chains.errors.NodeUnavailable` or :class:`~chains.errors.NodeMistaken`.
        """
        ...

    def check_plan(self, network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
        """Names of what in the bytes of ``plan`` differs from ``order``; empty when it is exact. Pure.

        Takes the file apart anew and trusts nothing else in ``plan``.
        """
        ...


class Surveyor(Protocol):
    """What a family module offers besides when its nodes tell more than the transaction; see :mod:`chains.survey`."""

    def survey_legs(self, network: Network, talk: Talk, order: SurveyOrder) -> Survey:
        """What one node tells of the legs, addresses and assets of ``order``.

        What it does not tell is ``None`` and, where it matters, a note; a refusal by the chain itself (a call that reverts) is
        an answer. Raises :class:`~chains.errors.NodeUnavailable` or :class:`~chains.errors.NodeMistaken`.
        """
        ...


class Receiver(Protocol):
    """What the module ``receiving`` of a family offers whose nodes can tell; see :mod:`chains.receiving`."""

    def can_receive(self, network: Network, talk: Talk, order: ReceivingOrder) -> Receiving:
        """What one node says of the canonical address of ``order``; what it does not tell is ``able=None``.

        Raises :class:`~chains.errors.NodeUnavailable` or :class:`~chains.errors.NodeMistaken`.
        """
        ...


class Proving(Protocol):
    """What the module ``ownership`` of every family offers; see :mod:`chains.ownership`.

    ``text`` is the challenge's. A family whose chain must sometimes be asked has ``asker(network, nodes)`` too.
    """

    def methods(self, network: Network) -> tuple[str, ...]:
        """Codes of the ways to prove an address of ``network``, the least burdensome first. Pure."""
        ...

    def payload(self, network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
        """What a wallet must be given besides the text. Pure."""
        ...

    def check_signature(
        self,
        network: Network,
        method: str,
        statement: Statement,
        text: str,
        signed: SignedStatement,
        ask: Ask | None,
    ) -> Verdict:
        """Whether ``signed`` is a signature of ``text`` that shows control of the statement's address.

        Asks the chain through ``ask`` only. Raises :class:`~chains.proving.NotProven` and nothing else.
        """
        ...


RECEIVERS = frozenset({"algorand", "evm", "hedera", "near", "solana", "stellar", "tron", "xrpl"})
"""Families that have a module ``receiving``."""


def speaks(network: Network, node: Node) -> bool:
    """Whether ``node`` is said to answer in a form the network's family understands."""
    return node.interface is None or node.interface in INTERFACES[network.family]


@cache
def family(name: str) -> Family:
    """The module of the family ``name``; a ``KeyError`` is a fault of the catalogue."""
    return cast("Family", import_module(FAMILIES[name]))


@cache
def proving(name: str) -> Proving:
    """The module that judges signatures of the family ``name``; a ``KeyError`` is a fault of the catalogue."""
    return cast("Proving", import_module(f"{FAMILIES[name]}.ownership"))


@cache
def receiver(name: str) -> Receiver | None:
    """The module that asks whether an address can receive, ``None`` for a family without one."""
    return cast("Receiver", import_module(f"{FAMILIES[name]}.receiving")) if name in RECEIVERS else None
