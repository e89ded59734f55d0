"""What one node shows of one transaction: two round trips.

Round one: the transaction with its receipts, the final head, the node itself (chain, history). Round two: the block the
transaction is in. Where the first question is refused, the one without receipts is asked; when a node waits in vain for the
transaction to run, what there is so far.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.near.decode import Seen, decode
from chains.near.outcome import Shown, block_hash, shown
from chains.transport import LARGE_BODY_CAP, Call, Outcome, Talk
from chains.types import Network, Status, Transaction
from chains.unsettled import unsettled

ANYBODY = "near"
"""The account named where the signer is not known; a node that follows all shards answers all the same."""

MOST_BLOCKS = 24
"""Blocks asked for where a node does not tell what is final."""


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    hash_, _, sender = reference.partition("@")
    calls = [
        Call("EXPERIMENTAL_tx_status", [hash_, sender or ANYBODY]),
        Call("block", {"finality": "final"}),
        Call("status", []),
    ]
    answer, head, node = talk.rpc(calls, cap=LARGE_BODY_CAP)
    identity = doubt_of_chain(network, node)
    tip = _block(head)[0] if not head.failed else None
    if identity == "wrong_chain":
        return NodeReading(unsettled(network, reference, Status.UNKNOWN, identity), tip)
    warnings = [identity] if identity else []
    answer = _asked_again(talk, answer, hash_, sender)
    if answer.failed:
        if not _missing(answer):
            raise NodeUnavailable(f"{talk.node.label}: error {answer.code}")
        seen = _absent(network, talk, reference, node, warnings, sender_known=bool(sender))
    else:
        told = shown(answer.result, hash_)
        seen = decode(network, reference, told, Seen(_blocks(talk, told), tip))
    return NodeReading(replace(seen, warnings=tuple(dict.fromkeys([*warnings, *seen.warnings]))), tip)


def _asked_again(talk: Talk, answer: Outcome, hash_: str, sender: str) -> Outcome:
    """``answer``, or that to ``tx`` where the first question failed for another reason than that there is nothing."""
    if not answer.failed or _missing(answer):
        return answer
    until = "NONE" if "timeout" in words_of(answer) else "FINAL"
    question = {"tx_hash": hash_, "sender_account_id": sender or ANYBODY, "wait_until": until}
    return talk.rpc([Call("tx", question)], cap=LARGE_BODY_CAP)[0]


def words_of(outcome: Outcome) -> str:
    return f"{outcome.message} {json.dumps(outcome.result, default=str)[:500]}".lower()


def _missing(outcome: Outcome) -> bool:
    """Whether the node says that it does not have the transaction."""
    words = words_of(outcome)
    return "doesn't exist" in words or "unknown_transaction" in words or "unknowntransaction" in words


def doubt_of_chain(network: Network, outcome: Outcome) -> str | None:
    """``None`` when the node is of this chain, else the warning."""
    if outcome.failed or not isinstance(outcome.result, dict) or "chain_id" not in outcome.result:
        return "chain_identity_not_visible"
    return None if outcome.result["chain_id"] == network.params["chain_id"] else "wrong_chain"


def _block(outcome: Outcome) -> tuple[int, str, datetime | None]:
    """Height, hash and time of a block. Raises :class:`NodeMistaken` when it is none."""
    value = outcome.result
    header = value.get("header") if isinstance(value, dict) else None
    if not isinstance(header, dict):
        raise NodeMistaken("not a block")
    return _height(header.get("height")), block_hash(header.get("hash")), _moment(header)


def _height(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0 or value >> 63:
        raise NodeMistaken("not a height")
    return value


def _moment(header: dict[str, Any]) -> datetime | None:
    """Nanoseconds since 1970, as a number or as text."""
    stamp = header.get("timestamp_nanosec", header.get("timestamp"))
    if stamp is None:
        return None
    try:
        return datetime.fromtimestamp(int(str(stamp)[:20]) // 1_000_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        raise NodeMistaken("a block of no known time") from None


def _blocks(talk: Talk, told: Shown) -> dict[str, tuple[int, datetime | None]]:
    """The transaction's own block; all it ran in where the node does not tell what is final. What is refused is left out."""
    if told.own is None:
        return {}
    hashes = [told.own.block]
    if told.level is None:
        hashes = list(dict.fromkeys([*hashes, *(one.block for one in told.outcomes)]))[:MOST_BLOCKS]
    try:
        outcomes = talk.rpc([Call("block", {"block_id": one}) for one in hashes], cap=LARGE_BODY_CAP)
    except NodeUnavailable:
        return {}  # it costs height and time, not the reading
    found = {}
    for asked, outcome in zip(hashes, outcomes, strict=True):
        if outcome.failed:
            continue
        height, hash_, time = _block(outcome)
        if hash_ != asked:
            raise NodeMistaken("another block than asked for")
        found[asked] = (height, time)
    return found


def _absent(
    network: Network, talk: Talk, reference: str, node: Outcome, warnings: list[str], *, sender_known: bool
) -> Transaction:
    """``not_found`` from a node that would know: of this chain, in step, with all history, asked with the signer."""
    doubts = list(warnings)
    if not sender_known:
        doubts.append("sender_needed")
    sync = node.result.get("sync_info") if not node.failed and isinstance(node.result, dict) else None
    if not isinstance(sync, dict):
        doubts.append("history_not_visible")
    else:
        earliest = sync.get("earliest_block_height")
        if earliest is None or _height(earliest) > network.params["history_block"]:
            doubts.append("history_not_visible")
        if sync.get("syncing") is not False or _old(network, talk, sync.get("latest_block_time")):
            doubts.append("node_behind")
    return unsettled(network, reference, Status.UNKNOWN if doubts else Status.NOT_FOUND, *doubts)


def _old(network: Network, talk: Talk, time: Any) -> bool:
    """Whether the node's newest block is older than that of a node in step; also when it does not tell."""
    if not isinstance(time, str):
        return True
    try:
        moment = datetime.fromisoformat(time[:19]).replace(tzinfo=UTC)
    except ValueError:
        raise NodeMistaken("not a time") from None
    return (talk.now() - moment).total_seconds() > int(network.params["max_head_age"])
