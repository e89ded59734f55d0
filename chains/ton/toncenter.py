"""The toncenter v3 interface: which questions lead from a hash to its whole trace, and what proves a jetton wallet.

``/transactions`` and ``/transactionsByMessage`` find the transaction, ``/traces`` what came of it; where there are no traces the
messages are followed one by one. All other questions are extra: a node that refuses them costs a warning at most.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from chains.errors import NodeMistaken
from chains.families import NodeReading
from chains.ton import fields, jettons, normal
from chains.ton.asking import Asking
from chains.ton.decode import Shown, Trace, decode
from chains.ton.fields import Seen
from chains.transport import Talk
from chains.types import Network, Status, Transaction
from chains.unsettled import unsettled

MOST_FOLLOWED = 8
"""Messages followed one by one where a node has no traces."""

_MOST_TRANSACTIONS = 5_000


@dataclass(frozen=True)
class _Tip:
    """The masterchain as the node shows it: ``None`` members are not shown."""

    seqno: int | None = None
    time: float | None = None
    chain: int | None = None
    first: int | None = None


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    asking = Asking(talk)
    tip = _tip(asking)
    if tip.chain is not None and tip.chain != network.params["global_id"]:
        return NodeReading(_unknown(network, reference, "wrong_chain"), tip.seqno)
    identity = () if tip.chain is not None else ("chain_identity_not_visible",)
    at, by_message, pool, honest = _find(asking, reference)
    if at is None:
        absent = _absent(network, talk, asking, reference, tip, honest=honest)
        return NodeReading(replace(absent, warnings=identity + absent.warnings), tip.seqno)
    asked = _complete(asking, at, pool)
    trace = Trace(at, pool)
    wallets, unsure = jettons.genuine(asking, trace)
    shown = Shown(at, pool, tip.seqno, tip.time, by_message, wallets, unsure, asked)
    transaction = decode(network, reference, shown)
    proof = () if all(normal.proven(one) is not False for one in trace.messages()) else ("message_hash_not_proven",)
    return NodeReading(replace(transaction, warnings=identity + transaction.warnings + proof), tip.seqno)


def _tip(asking: Asking) -> _Tip:
    value = asking.maybe("/masterchainInfo")
    last = value.get("last") if value else None
    if not isinstance(last, dict):
        return _Tip()
    first = value.get("first")
    chain = last.get("global_id")
    try:
        return _Tip(
            seqno=fields.whole(last.get("seqno")),
            time=fields.moment(last["gen_utime"]).timestamp() if last.get("gen_utime") else None,
            chain=chain if isinstance(chain, int) else None,
            first=fields.whole(first.get("seqno")) if isinstance(first, dict) else None,
        )
    except NodeMistaken:
        return _Tip()


def _find(asking: Asking, reference: str) -> tuple[Seen | None, bool, dict[str, Seen], bool]:
    """The transaction ``reference`` leads to, whether it named a message, all seen so far, and if the node said plainly."""
    value = asking.get(f"/transactions?hash={reference}")
    pool = _transactions(value)
    if reference in pool:
        return pool[reference], False, pool, True
    if pool:
        raise NodeMistaken(f"{asking.talk.node.label}: another transaction than asked for")
    by_message = asking.get(f"/transactionsByMessage?msg_hash={reference}")
    pool = _transactions(by_message)
    honest = value is not None and by_message is not None
    if not pool:
        for question in (f"/traces?tx_hash={reference}", f"/traces?msg_hash={reference}"):
            pool = pool or _of_traces(asking.maybe(question))
    if reference in pool:
        return pool[reference], False, pool, True
    takers = [one for one in pool.values() if one.came and reference in normal.names(one.came)]
    takers += [one for one in pool.values() if any(reference == sent.hash for sent in one.sent)] if not takers else []
    if pool and not takers:
        raise NodeMistaken(f"{asking.talk.node.label}: another message than asked for")
    # A message from outside can be taken several times while the account refuses to act on it: one that acted decides.
    best = max(takers, key=lambda one: (not one.aborted, one.lt), default=None)
    return best, True, pool, honest


def _complete(asking: Asking, at: Seen, pool: dict[str, Seen]) -> frozenset[str]:
    """Adds to ``pool`` what came of the transaction. Returns the messages nobody received yet by the node's own word."""
    trace = Trace(at, pool)
    if trace.whole and not any(trace.top.sent):
        return frozenset()
    found = _of_traces(asking.maybe(f"/traces?tx_hash={at.hash}"))
    told = at.hash in found
    if told:
        pool.update(found)
        return frozenset(one.hash for one in Trace(at, pool).open())
    asked: set[str] = set()
    for _ in range(MOST_FOLLOWED):
        trace = Trace(at, pool)
        waiting = [one for one in trace.open() if one.hash not in asked]
        missing = waiting[0].hash if waiting else None
        if missing is None and not trace.whole and trace.top.came is not None and trace.top.came.hash not in asked:
            missing = trace.top.came.hash
        if missing is None:
            break
        value = asking.maybe(
            f"/transactionsByMessage?msg_hash={missing}&direction=in"
            if waiting
            else f"/transactionsByMessage?msg_hash={missing}&direction=out"
        )
        if value is None:
            break
        asked.add(missing)
        pool.update({seen.hash: seen for seen in _transactions(value).values() if _touches(seen, missing)})
    return frozenset(asked)


def _touches(seen: Seen, message: str) -> bool:
    return bool(seen.came and seen.came.hash == message) or any(one.hash == message for one in seen.sent)


def _transactions(value: Any) -> dict[str, Seen]:
    rows = value.get("transactions") if value else None
    if not isinstance(rows, list):
        return {}
    if len(rows) > _MOST_TRANSACTIONS:
        raise NodeMistaken("too many transactions")
    return {seen.hash: seen for seen in map(fields.transaction, rows)}


def _of_traces(value: Any) -> dict[str, Seen]:
    """Transactions of all traces of an answer, by hash."""
    found: dict[str, Seen] = {}
    rows = value.get("traces") if value else None
    for row in rows if isinstance(rows, list) else []:
        inside = row.get("transactions") if isinstance(row, dict) else None
        if isinstance(inside, dict):
            if len(inside) > _MOST_TRANSACTIONS:
                raise NodeMistaken("too many transactions")
            found.update((seen.hash, seen) for seen in map(fields.transaction, inside.values()))
    return found


def _absent(network: Network, talk: Talk, asking: Asking, reference: str, tip: _Tip, *, honest: bool) -> Transaction:
    """``not_found`` from a node that would know; ``pending`` when the message waits to be taken; else ``unknown``."""
    waiting = asking.maybe(f"/pendingTraces?ext_msg_hash={reference}")
    traces = waiting.get("traces") if waiting else None
    if isinstance(traces, list) and traces and _names(_of_traces(waiting), reference):
        return replace(_unknown(network, reference), status=Status.PENDING)
    if not honest:
        return _unknown(network, reference, "history_not_visible")
    if tip.chain is None or tip.seqno is None or tip.time is None:
        return _unknown(network, reference, "tip_not_visible")
    if talk.now().timestamp() - tip.time > network.params["max_head_age"]:
        return _unknown(network, reference, "node_behind")
    if tip.first is None or tip.first > network.params["first_block"]:
        return _unknown(network, reference, "history_not_visible")
    return replace(_unknown(network, reference), status=Status.NOT_FOUND)


def _names(seen: dict[str, Seen], reference: str) -> bool:
    return any(one.hash == reference or (one.came and reference in normal.names(one.came)) for one in seen.values())


def _unknown(network: Network, reference: str, *warnings: str) -> Transaction:
    return unsettled(network, reference, Status.UNKNOWN, *warnings)
