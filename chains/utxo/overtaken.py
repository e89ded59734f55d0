"""Whether an output that a step needs was spent for good by another transaction.

That an output is gone says nothing about who took it, so the one that did must be shown: by an index of spenders or, of a
daemon, in its last blocks and, as far as :data:`MOST_WINDOWS` reach, in those since the planning. It must be final, and its
bytes must spend the output. A transaction with the very same inputs and outputs under another id (a signature written
differently on its way) is the step itself, or a replacement of it, and overtakes nothing: paying again after it would pay twice.
What cannot be shown counts as not overtaken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chains.agreement import quorum
from chains.inquiry import inquire
from chains.replacement import Outpoint, Remains
from chains.sending import Attempt, Step
from chains.transport import TOTAL_SECONDS, Talk
from chains.types import Network, Node, Status
from chains.utxo import replaced, steps
from chains.utxo.decode import decode, parse_raw
from chains.utxo.interfaces import look
from chains.utxo.raw import BadTransaction, RawTransaction
from chains.utxo.seen import Seen
from chains.utxo.signed import SignedTransaction

MOST_WINDOWS = 10
"""Spans of :data:`chains.utxo.replaced.MOST_BLOCKS` blocks looked through since the planning, after an outage."""


def is_overtaken(
    network: Network, nodes: Sequence[Node], step: Step, hash: str, *, besides: Sequence[Attempt] = ()
) -> bool:
    """See :meth:`chains.sending.Sending.is_overtaken`. Never raises for what nodes say."""
    known = {hash, *(one.hash for one in besides if one.hash is not None)}
    try:
        ours = [steps.transaction_of(network, one) for one in (step, *(one.step for one in besides))]
        coins = steps.coins_of(network, step)
    except (BadTransaction, LookupError, TypeError, ValueError):
        return False
    since = coins[0].tip
    points = [Outpoint(coin.txid, coin.vout, coin.address) for coin in coins]

    def ask(talk: Talk) -> bool:
        tip: int | None = None
        for one in sorted(known):
            seen = look(network, talk, one)
            if isinstance(seen, Seen) or seen.status is not Status.NOT_FOUND:
                return False  # it waits, or stands
            tip = seen.tip
        takers = _takers(talk, points, since, tip)
        return any(_takes(network, talk, who, points, ours) for who in takers if who not in known)

    told, _ = inquire(network, nodes, ask, timeout=TOTAL_SECONDS)
    return bool(nodes) and sum(word is True for word in told) >= quorum(len(nodes))


def _takers(talk: Talk, points: Sequence[Outpoint], since: int, tip: int | None) -> Iterator[str]:
    """Transactions that spend one of the outputs, as the node shows them; of a daemon the newest blocks first."""
    name = {"blockbook": replaced.by_blockbook, "esplora": replaced.by_esplora}.get(
        talk.node.interface or "", replaced.by_daemon
    )
    for start in range(0, len(points), replaced.MOST_INPUTS):
        some = tuple(points[start : start + replaced.MOST_INPUTS])
        spans: list[int | None] = [None]
        if name is replaced.by_daemon and tip is not None:
            spans += list(range(since, tip - replaced.MOST_BLOCKS, replaced.MOST_BLOCKS))[-MOST_WINDOWS:]
        for height in spans:
            found = list(name(talk, Remains(height=height, spent=some), tip))
            yield from (who for spent, who in found if spent and who is not None)
            if not any(spent and who is None for spent, who in found):
                break


def _takes(
    network: Network, talk: Talk, who: str, points: Sequence[Outpoint], ours: Sequence[SignedTransaction]
) -> bool:
    """Whether ``who`` is final, spends one of the outputs by its own bytes, and is none of ``ours`` under another id."""
    seen = look(network, talk, who)
    told = decode(network, who, seen)
    if not isinstance(seen, Seen) or seen.raw is None or told.status is not Status.SUCCEEDED or not told.final:
        return False
    raw = parse_raw(network, seen.raw)
    wanted = {(point.txid, point.vout) for point in points}
    if raw is None or raw.txid != who or not {(one.txid, one.vout) for one in raw.inputs}.intersection(wanted):
        return False
    return not any(_same(raw, one) for one in ours)


def _same(raw: RawTransaction, asked: SignedTransaction) -> bool:
    spends = [(one.txid, one.vout) for one in raw.inputs] == [(one.txid, one.vout) for one in asked.inputs]
    return spends and [(one.amount, one.script) for one in raw.outputs] == [
        (one.amount, one.script) for one in asked.outputs
    ]
