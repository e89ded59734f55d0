"""Value that leaves by this program: unsigned steps a signer takes, and what each sending family does with them.

A family that *sends* can plan steps inside a case, take the signed bytes apart again, hand them to its nodes, say whether
something else has taken their place, and compare what the chain shows with what was approved. Its module ``sending`` has the
functions of :class:`Sending`. The other families' transfers are made by hand (:mod:`chains.planning`). No keys anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from chains.errors import NodeMistaken
from chains.types import Network, Node, Transaction

SENDING: Mapping[str, str] = {"evm": "chains.evm.sending", "utxo": "chains.utxo.sending"}
"""Family name to module, for the families whose transactions this program sends and watches."""


class SignedDiffers(NodeMistaken):
    """The signed bytes are not what was approved; ``differing`` names the fields, empty when they cannot be read."""

    code = "signed_differs"

    def __init__(self, *differing: str) -> None:
        super().__init__(", ".join(differing))
        self.differing = differing


@dataclass(frozen=True)
class Move:
    """One movement a step must show on the chain, in base units of ``contract`` (``None``: the native coin).

    ``amount`` leaves ``sender``; ``arrives`` reaches ``recipient``. They differ only for a token that keeps a part.
    """

    contract: str | None
    sender: str
    recipient: str
    amount: int
    arrives: int


@dataclass(frozen=True)
class Served:
    """Coins of the order a step is for: their ``place`` there, how much of them the step makes arrive (nothing: it only helps),
    and the ``position`` of the movement that holds them afterwards, where outputs stay apart (``vout:0``)."""

    place: int
    arrives: int
    position: str | None = None


@dataclass(frozen=True)
class Step:
    """One unsigned transaction of a plan.

    ``purpose`` is gas_top_up, sweep or refund. ``form`` says how ``body`` is read: the unsigned transaction as JSON values,
    every number a decimal string. ``moves`` is everything it moves, in its order. ``highest_cost`` is the most the network may
    take, in base units of the native coin. ``inputs`` are the outputs it spends (``txid:vout``), so that two steps cannot spend
    one; ``nonce`` is its place in the sender's row, ``None`` until the plan is released and for families without one. ``serves``
    are the coins of the order it is for.
    """

    purpose: str
    form: str
    sender: str
    moves: tuple[Move, ...]
    body: Mapping[str, Any]
    highest_cost: int
    inputs: tuple[str, ...] = ()
    nonce: int | None = None
    serves: tuple[Served, ...] = ()


@dataclass(frozen=True)
class Coins:
    """Coins to move: ``amount`` base units lying at ``source``; ``outpoint`` is the output that holds them (UTXO families)."""

    source: str
    amount: int
    outpoint: str | None = None


@dataclass(frozen=True)
class Signed:
    """Signed bytes that are exactly what a step asked for. ``hash`` names the transaction, ``raw`` is its canonical text."""

    hash: str
    raw: str


@dataclass(frozen=True)
class Attempt:
    """A step or a replacement of it; ``hash`` and ``raw`` are ``None`` while its signed bytes are not known here.

    Somebody may hold such bytes all the same, so whatever took a nonce then may be this attempt.
    """

    step: Step
    hash: str | None
    raw: str | None = None


class Sending(Protocol):
    """What the module ``sending`` of a sending family offers.

    All that ask nodes raise :class:`~chains.errors.NoNode`, :class:`~chains.errors.NodeUnavailable`,
    :class:`~chains.errors.NodeMistaken`, :class:`~chains.errors.NodesDisagree`; planning raises
    :class:`~chains.errors.Refused` with the reason when it could not succeed.
    """

    def plan_sweep(
        self,
        network: Network,
        nodes: Sequence[Node],
        *,
        contract: str | None,
        coins: Sequence[Coins],
        destination: str,
        gas_tank: str | None,
    ) -> tuple[Step, ...]:
        """Bring all ``coins`` to ``destination`` (one plan, as few transactions as the network allows).

        What arrives of each of the coins stands in ``serves`` of the steps: :func:`arrivals` adds it up.
        """
        ...

    def plan_refund(
        self,
        network: Network,
        nodes: Sequence[Node],
        *,
        contract: str | None,
        amount: int,
        source: str,
        destination: str,
        outpoints: Sequence[str],
    ) -> tuple[Step, ...]:
        """Pay ``amount`` from ``source`` to ``destination``; ``outpoints`` are the outputs the case's coins lie in."""
        ...

    def next_nonce(self, network: Network, nodes: Sequence[Node], sender: str) -> int | None:
        """The next free place in the sender's row as enough nodes say; ``None`` for families without."""
        ...

    def read_signed(self, network: Network, step: Step, raw: str) -> Signed:
        """The signed bytes, taken apart and equal to the step in every field. Pure. Raises :class:`SignedDiffers`."""
        ...

    def broadcast(self, network: Network, nodes: Sequence[Node], raw: str) -> str:
        """Hand the bytes to every node; the hash when one took or had them. Raises Refused when all that answered refused."""
        ...

    def is_overtaken(
        self, network: Network, nodes: Sequence[Node], step: Step, hash: str, *, besides: Sequence[Attempt] = ()
    ) -> bool:
        """Whether enough nodes say that what the step needs (nonce, outputs) was used up for good by another transaction.

        Only what is final on the chain counts, so ``True`` means the step can never be mined. ``besides`` are the
        replacements of the step: none of them is another transaction.
        """
        ...

    def replacement(self, network: Network, nodes: Sequence[Node], step: Step) -> Step:
        """The same movement with the same nonce or inputs at a fee that nodes take in place of the step.

        Raises Refused when the fee is high enough already, or more would not help.
        """
        ...

    def deviations(self, step: Step, tx: Transaction) -> list[str]:
        """How a final transaction differs from the step, as message codes; empty: exactly what was approved. Pure."""
        ...


@cache
def sending(family: str) -> Sending | None:
    """The module that sends for ``family``; ``None`` where transfers are made by hand."""
    path = SENDING.get(family)
    return None if path is None else cast("Sending", import_module(path))


def arrivals(steps: Sequence[Step]) -> dict[int, int]:
    """How much of each of the coins of a sweep's order reaches the destination, by place, in base units of the asset."""
    found: dict[int, int] = {}
    for step in steps:
        for one in step.serves:
            found[one.place] = found.get(one.place, 0) + one.arrives
    return found


def step_to_json(step: Step) -> dict[str, Any]:
    """A step as stored, approved and handed out: every number a decimal string."""
    stored = asdict(step)
    stored["moves"] = [
        {**asdict(move), "amount": str(move.amount), "arrives": str(move.arrives)} for move in step.moves
    ]
    stored["highest_cost"] = str(step.highest_cost)
    stored["nonce"] = None if step.nonce is None else str(step.nonce)
    stored["inputs"] = list(step.inputs)
    stored["serves"] = [{**asdict(one), "arrives": str(one.arrives)} for one in step.serves]
    stored["body"] = dict(step.body)
    return stored


def step_from_json(stored: Mapping[str, Any]) -> Step:
    """The inverse of :func:`step_to_json`."""
    return Step(
        purpose=stored["purpose"],
        form=stored["form"],
        sender=stored["sender"],
        moves=tuple(
            Move(one["contract"], one["sender"], one["recipient"], int(one["amount"]), int(one["arrives"]))
            for one in stored["moves"]
        ),
        body=stored["body"],
        highest_cost=int(stored["highest_cost"]),
        inputs=tuple(stored["inputs"]),
        nonce=None if stored["nonce"] is None else int(stored["nonce"]),
        serves=tuple(Served(one["place"], int(one["arrives"]), one["position"]) for one in stored["serves"]),
    )


def placed(step: Step, nonce: int | None) -> Step:
    """The step with its place in the sender's row."""
    return replace(step, nonce=nonce)
