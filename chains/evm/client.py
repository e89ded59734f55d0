"""What one node shows of one transaction: two round trips in the ordinary case, then the pure decoder.

Round one: chain id, transaction, receipt, finalized and latest block. Round two: the canonical block at the receipt's
height, the trace (in both forms when it is not known which the node offers), what token contracts say of themselves. Only a
trace that cannot be taken, or the proof that a node would know a transaction it does not find, costs a third.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from chains import strict_json
from chains.encoding import quantity
from chains.errors import NodeMistaken, NodeUnavailable
from chains.evm import facts, fields, tokens, traces
from chains.evm.decode import IDENTITY_INVISIBLE, Shown, decode, needs_trace
from chains.evm.fee_token import token_fee
from chains.evm.traces import CallNode
from chains.families import NodeReading
from chains.transport import LARGE_BODY_CAP, Call, Outcome, Talk
from chains.types import Network, Status, Transaction

MOST_TOKENS_ASKED = 16
"""Token contracts asked for symbol and decimals; a transaction may touch thousands."""

_CALL_TRACER = {"tracer": "callTracer", "timeout": "8s"}
_NO_SUCH_METHOD = ("not supported", "not available", "does not exist", "not found", "not allowed", "unsupported")
_TRACE_MEMORY_SECONDS = 600.0
_FORMS = ("tracer", "flat")


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
    for outcome in (transaction, receipt):
        if outcome.failed:
            raise NodeUnavailable(f"{talk.node.label}: error {outcome.code}")
    ours = network.params["chain_id"]
    if not chain_id.failed and quantity(chain_id.result, bits=63) != ours:
        return _First(Shown(None, None, None), False)
    tip = _head(latest)
    sealed = _head(finalized[0]) if finalized else None
    if tip and sealed and sealed.height > tip.height:
        raise NodeMistaken(f"{talk.node.label}: finalized beyond its own tip")
    shown = Shown(
        sent=None if transaction.result is None else fields.sent(transaction.result, reference),
        receipt=None if receipt.result is None else fields.receipt(receipt.result, reference),
        tip=tip,
        finalized=sealed.height if sealed else None,
        identified=not chain_id.failed,
    )
    signed_for = shown.sent.chain_id if shown.sent else None
    return _First(shown, shown.identified or signed_for in (None, ours))


def _head(outcome: Outcome) -> fields.Head | None:
    """A block asked for by its tag; ``None`` when the node does not tell."""
    return None if outcome.failed or outcome.result is None else fields.head(outcome.result)


def _second_round(network: Network, talk: Talk, shown: Shown, sent: fields.Sent, receipt: fields.Receipt) -> Shown:
    """``shown`` with the canonical block, the trace where it can matter, and what the tokens say of themselves."""
    block = Call("eth_getBlockByNumber", [hex(receipt.block_height), False])
    moved = tokens.contracts(network, receipt.logs) if receipt.status is not False else ()
    paid_in = token_fee(network, sent, receipt, None)
    contracts = tuple(dict.fromkeys((*([paid_in.token] if paid_in else ()), *moved)))[:MOST_TOKENS_ASKED]
    ask = facts.questions(contracts)
    forms = _memory.forms(talk.node.url) if needs_trace(network, sent, receipt) else ()
    trace_calls = [_trace_call(form, sent.hash) for form in forms]
    if (below := network.params.get("settled_below")) and shown.finalized is None:
        ask = [*ask, Call(str(below), [sent.hash])]
    try:
        outcomes = talk.rpc([block, *ask, *trace_calls], cap=LARGE_BODY_CAP, depth=strict_json.DEEPEST_TRACE)
    except (NodeMistaken, NodeUnavailable):
        if not trace_calls:
            raise
        forms = ()  # a trace too large, too deep or too slow must not cost the rest
        outcomes = talk.rpc([block, *ask], cap=LARGE_BODY_CAP)
    return replace(
        shown,
        canonical=_head(outcomes[0]),
        block_refused=outcomes[0].failed,
        trace=_trace(talk, dict(zip(forms, outcomes[1 + len(ask) :], strict=True)), sent, receipt),
        facts=facts.facts(contracts, outcomes[1 : 1 + len(ask)]),
        settled=len(ask) > 2 * len(contracts) and fields.settled(outcomes[len(ask)].result),
    )


def _trace_call(form: str, reference: str) -> Call:
    if form == "flat":
        return Call("trace_transaction", [reference])
    return Call("debug_traceTransaction", [reference, _CALL_TRACER])


def _trace(talk: Talk, told: Mapping[str, Outcome], sent: fields.Sent, receipt: fields.Receipt) -> CallNode | None:
    """The call tree in the first form that was told; ``None`` when in none, or when it does not fit."""
    for form, outcome in told.items():
        if not outcome.failed:
            _memory.remember(talk.node.url, (form,))
            return _fitting(form, outcome, sent, receipt)
    if len(told) == len(_FORMS) and all(map(_not_offered, told.values())):
        _memory.remember(talk.node.url, ())
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
    if not shown.identified:
        return _unknown(network, reference, shown, IDENTITY_INVISIBLE)
    if tip is None:
        return _unknown(network, reference, shown, "tip_not_visible")
    oldest_head = network.params.get("max_head_age")
    if oldest_head is not None and (talk.now() - tip.time).total_seconds() > oldest_head:
        return _unknown(network, reference, shown, "node_behind")
    since = network.params.get("history_block")
    if since is None:  # nobody knows what to try its memory with
        return _unknown(network, reference, shown, "history_not_visible")
    calls = [Call("eth_syncing"), Call("eth_getBlockByHash", [reference, False])]
    if 0 < since <= tip.height:
        calls.append(Call("eth_getTransactionByBlockNumberAndIndex", [hex(since), "0x0"]))
    outcomes = talk.rpc(calls)
    refused = outcomes[0].failed and oldest_head is not None  # then the age of its tip has to do
    if not refused and outcomes[0].result is not False:
        return _unknown(network, reference, shown, "node_syncing")
    if len(outcomes) > 2 and not _remembers(talk, outcomes[2]):
        return _unknown(network, reference, shown, "history_not_visible")
    warnings = ("hash_of_a_block",) if _names_a_block(outcomes[1], reference) else ()
    return replace(_unknown(network, reference, shown, *warnings), status=Status.NOT_FOUND)


def _names_a_block(outcome: Outcome, reference: str) -> bool:
    """Whether what was asked for is the hash of a block; a node that does not tell says nothing."""
    row = outcome.result
    return not outcome.failed and isinstance(row, dict) and str(row.get("hash", "")).lower() == reference


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
    """Which trace form each node offers, for ten minutes. A node not yet known is asked for both at once: that is dearer for
    it than one and cheaper for all than another round trip."""

    def __init__(self) -> None:
        self._forms: dict[str, tuple[tuple[str, ...], float]] = {}
        self._lock = threading.Lock()

    def forms(self, url: str) -> tuple[str, ...]:
        with self._lock:
            forms, until = self._forms.get(url, (_FORMS, 0.0))
        return forms if time.monotonic() < until else _FORMS

    def remember(self, url: str, forms: tuple[str, ...]) -> None:
        if url:  # a recorded conversation has none
            with self._lock:
                self._forms[url] = (forms, time.monotonic() + _TRACE_MEMORY_SECONDS)


_memory = _TraceMemory()
