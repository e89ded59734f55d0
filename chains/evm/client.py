"""What one node shows of one transaction: two round trips in the ordinary case, then the pure decoder.

Round one: chain id, transaction, receipt, finalized and latest block. Round two: the canonical block at the receipt's
height, the trace, what token contracts say of themselves. A trace in the other form, or the proof that a node would know
a transaction it does not find, costs a third.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

from chains import strict_json
from chains.encoding import quantity
from chains.errors import NodeMistaken, NodeUnavailable
from chains.evm import facts, fields, tokens, traces
from chains.evm.decode import Shown, decode, needs_trace
from chains.evm.traces import CallNode
from chains.families import NodeReading
from chains.transport import LARGE_BODY_CAP, Call, Outcome, Talk
from chains.types import Network, Status, Transaction

MOST_TOKENS_ASKED = 16
"""Token contracts asked for symbol and decimals; a transaction may touch thousands."""

_CALL_TRACER = {"tracer": "callTracer", "timeout": "8s"}
_NO_SUCH_METHOD = ("not supported", "not available", "does not exist", "not found", "not allowed", "unsupported")
_TRACE_MEMORY_SECONDS = 600.0


@dataclass(frozen=True)
class _First:
    """Round one."""

    shown: Shown
    right_chain: bool


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    first = _first_round(network, talk, reference)
    shown = first.shown
    tip = shown.tip.height if shown.tip else None
    if not first.right_chain:
        return NodeReading(_unknown(network, reference, shown, "wrong_chain"), tip)
    if shown.sent is None and shown.receipt is None:
        return NodeReading(_absent(network, talk, reference, shown), tip)
    if shown.sent is not None and shown.receipt is not None:
        shown = _second_round(network, talk, shown, shown.sent, shown.receipt)
    return NodeReading(decode(network, reference, shown), tip)


def _first_round(network: Network, talk: Talk, reference: str) -> _First:
    calls = [
        Call("eth_chainId"),
        Call("eth_getTransactionByHash", [reference]),
        Call("eth_getTransactionReceipt", [reference]),
    ]
    if network.finality == "tag":
        calls.append(Call("eth_getBlockByNumber", ["finalized", False]))
    calls.append(Call("eth_getBlockByNumber", ["latest", False]))
    outcomes = talk.rpc(calls, cap=LARGE_BODY_CAP)
    chain_id, transaction, receipt, *finalized, latest = outcomes
    for outcome in (chain_id, transaction, receipt, latest):
        if outcome.failed:
            raise NodeUnavailable(f"{talk.node.label}: error {outcome.code}")
    if quantity(chain_id.result, bits=63) != network.params["chain_id"]:
        return _First(Shown(None, None, None), False)
    tip = fields.head(latest.result)
    sealed = finalized[0] if finalized and not finalized[0].failed and finalized[0].result else None
    height = fields.head(sealed.result).height if sealed else None
    if height is not None and height > tip.height:
        raise NodeMistaken(f"{talk.node.label}: finalized beyond its own tip")
    return _First(
        Shown(
            sent=None if transaction.result is None else fields.sent(transaction.result, reference),
            receipt=None if receipt.result is None else fields.receipt(receipt.result, reference),
            tip=tip,
            finalized=height,
        ),
        True,
    )


def _second_round(network: Network, talk: Talk, shown: Shown, sent: fields.Sent, receipt: fields.Receipt) -> Shown:
    """``shown`` with the canonical block, the trace where it can matter, and what the tokens say of themselves."""
    block = Call("eth_getBlockByNumber", [hex(receipt.block_height), False])
    contracts = tokens.contracts(network, receipt.logs)[:MOST_TOKENS_ASKED] if receipt.status is not False else ()
    ask = facts.questions(contracts)
    form = _memory.form(talk.node.url) if needs_trace(network, sent, receipt) else "none"
    trace_calls = [_trace_call(form, sent.hash)] if form != "none" else []
    try:
        outcomes = talk.rpc([block, *ask, *trace_calls], cap=LARGE_BODY_CAP, depth=strict_json.DEEPEST_TRACE)
    except (NodeMistaken, NodeUnavailable):
        if not trace_calls:
            raise
        trace_calls = []  # a trace too large, too deep or too slow must not cost the rest
        outcomes = talk.rpc([block, *ask], cap=LARGE_BODY_CAP)
    if outcomes[0].failed:
        raise NodeUnavailable(f"{talk.node.label}: error {outcomes[0].code}")
    trace = _trace(talk, form, outcomes[-1], sent, receipt) if trace_calls else None
    return replace(
        shown,
        canonical=None if outcomes[0].result is None else fields.head(outcomes[0].result),
        trace=trace,
        facts=facts.facts(contracts, outcomes[1 : 1 + len(ask)]),
    )


def _trace_call(form: str, reference: str) -> Call:
    if form == "flat":
        return Call("trace_transaction", [reference])
    return Call("debug_traceTransaction", [reference, _CALL_TRACER])


def _trace(talk: Talk, form: str, outcome: Outcome, sent: fields.Sent, receipt: fields.Receipt) -> CallNode | None:
    """The call tree, asked for in the other form when the node does not offer the first; ``None`` when in neither."""
    url = talk.node.url
    if not outcome.failed:
        _memory.remember(url, form)
        return _fitting(form, outcome, sent, receipt)
    other = "flat" if form == "tracer" else "tracer"
    try:
        second = talk.rpc([_trace_call(other, sent.hash)], cap=LARGE_BODY_CAP, depth=strict_json.DEEPEST_TRACE)[0]
    except (NodeMistaken, NodeUnavailable):
        return None
    if not second.failed:
        _memory.remember(url, other)
        return _fitting(other, second, sent, receipt)
    if _not_offered(outcome) and _not_offered(second):
        _memory.remember(url, "none")
    return None


def _fitting(form: str, outcome: Outcome, sent: fields.Sent, receipt: fields.Receipt) -> CallNode | None:
    """The tree, unless it is undecodable or begins with another call than the transaction's."""
    if outcome.result is None:
        return None
    try:
        if form == "flat":
            root = traces.from_flat(outcome.result, sent.hash, receipt.block_hash)
        else:
            root = traces.from_call_tracer(outcome.result)
    except (NodeMistaken, RecursionError):
        return None
    return root if traces.root_fits(root, sent.sender, sent.to, receipt.created, sent.value) else None


def _not_offered(outcome: Outcome) -> bool:
    words = outcome.message.lower()
    return outcome.code == -32601 or ("method" in words and any(phrase in words for phrase in _NO_SUCH_METHOD))


def _absent(network: Network, talk: Talk, reference: str, shown: Shown) -> Transaction:
    """``not_found`` from a node that would know: in step with the chain and with its history; else ``unknown`` and why."""
    tip = shown.tip
    if tip is None:
        return _unknown(network, reference, shown, "node_inconsistent")
    oldest_head = network.params.get("max_head_age")
    if oldest_head is not None and (talk.now() - tip.time).total_seconds() > oldest_head:
        return _unknown(network, reference, shown, "node_behind")
    since = network.params.get("history_block", 0)
    calls = [Call("eth_syncing")]
    if 0 < since <= tip.height:
        calls.append(Call("eth_getTransactionByBlockNumberAndIndex", [hex(since), "0x0"]))
    outcomes = talk.rpc(calls)
    if outcomes[0].failed or outcomes[0].result is not False:
        return _unknown(network, reference, shown, "node_syncing")
    if len(outcomes) > 1 and not _remembers(talk, outcomes[1]):
        return _unknown(network, reference, shown, "history_not_visible")
    return replace(_unknown(network, reference, shown), status=Status.NOT_FOUND)


def _remembers(talk: Talk, early: Outcome) -> bool:
    """Whether the node finds an early transaction by its hash: nodes drop old entries of that index, and old receipts."""
    if early.failed or not isinstance(early.result, dict):
        return False
    reference = early.result.get("hash")
    if not isinstance(reference, str) or len(reference) != 66:
        return False
    calls = [Call("eth_getTransactionByHash", [reference]), Call("eth_getTransactionReceipt", [reference])]
    found = talk.rpc(calls, cap=LARGE_BODY_CAP)
    return all(
        not outcome.failed
        and isinstance(outcome.result, dict)
        and outcome.result.get("blockHash") == early.result.get("blockHash")
        for outcome in found
    )


def _unknown(network: Network, reference: str, shown: Shown, *warnings: str) -> Transaction:
    bare = decode(network, reference, Shown(None, None, shown.tip))
    return replace(bare, warnings=warnings)


class _TraceMemory:
    """Which trace form each node offers, for ten minutes: saves a round trip where the first guess is wrong."""

    def __init__(self) -> None:
        self._forms: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def form(self, url: str) -> str:
        with self._lock:
            form, until = self._forms.get(url, ("tracer", 0.0))
        return form if time.monotonic() < until else "tracer"

    def remember(self, url: str, form: str) -> None:
        if url:  # a recorded conversation has none
            with self._lock:
                self._forms[url] = (form, time.monotonic() + _TRACE_MEMORY_SECONDS)


_memory = _TraceMemory()
