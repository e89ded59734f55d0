"""A step on the chain: of all that was tried for it, what the nodes show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chains.replacement import Remains, find_replacement
from chains.sending import Attempt, Sending
from chains.types import Answer, Network, Node, Reading, Status, Transaction
from chains.verify import verify


@dataclass(frozen=True)
class Shown:
    """The attempt the chain took; while it took none, the one it says most of, and of equals the newest."""

    attempt: Attempt
    reading: Reading
    answers: tuple[tuple[str, tuple[Answer, ...]], ...]

    @property
    def tx(self) -> Transaction:
        return self.reading.transaction


def look_at(network: Network, nodes: tuple[Node, ...], attempts: Sequence[Attempt]) -> Shown:
    """Ask for every attempt whose bytes are known: any of them can be the one that was mined."""
    known = [one for one in attempts if one.hash is not None]
    found = [(one, verify(network, str(one.hash), nodes)) for one in known]
    attempt, reading = max(reversed(found), key=lambda one: _weight(one[1].transaction))
    return Shown(attempt, reading, tuple((str(one.hash), said.answers) for one, said in found))


def _weight(tx: Transaction) -> int:
    """How much of an answer it is. What nodes cannot tell weighs more than what they surely do not have."""
    if tx.final:
        return 4
    if tx.block is not None:
        return 3
    return {Status.UNKNOWN: 2, Status.NOT_FOUND: 0}.get(tx.status, 1)


def is_overtaken(module: Sending, network: Network, nodes: tuple[Node, ...], attempts: Sequence[Attempt]) -> bool:
    """Whether what the step needs was used up for good by a transaction that is none of its attempts."""
    first, *besides = attempts
    return module.is_overtaken(network, nodes, first.step, str(first.hash), besides=tuple(besides))


def is_another_movement(
    module: Sending, network: Network, nodes: tuple[Node, ...], attempts: Sequence[Attempt]
) -> bool | None:
    """Of a step whose nonce is used up: whether what used it did something else; ``None`` when too few nodes show that.

    One payment signed twice has two hashes, and paying again because one of them is nowhere would pay twice. Of outputs
    :meth:`chains.sending.Sending.is_overtaken` has looked at that already.
    """
    first = attempts[0]
    if first.step.nonce is None:
        return True
    remains = Remains(first.step.sender, first.step.nonce)
    taker = find_replacement(network, nodes, str(first.hash), remains).hash
    tx = None if taker is None else verify(network, taker, nodes).transaction
    if tx is None or not tx.final:
        return None
    return bool({"transaction_failed", "promised_transfer_missing"}.intersection(module.deviations(first.step, tx)))


def some_unknown(attempts: Sequence[Attempt]) -> bool:
    """Whether the signer may hold bytes of an attempt that are not known here."""
    return any(one.hash is None for one in attempts)
