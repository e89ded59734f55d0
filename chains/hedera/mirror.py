"""What one mirror node shows of one transaction: its records, then the block and what is good to know.

What a mirror node has is final: records exist from consensus on. Its first block tells which network it mirrors and that it has
the whole of its history.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from chains.encoding import plain
from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.hedera import shown
from chains.hedera.decode import RUNNING, SUCCESSES, Facts, Shown, assets, chosen, decode, outside
from chains.hedera.shown import Head, Log, Record
from chains.transport import LARGE_BODY_CAP, Talk
from chains.types import Network, Status

MOST_TOKENS_ASKED = 4
"""Tokens asked for symbol and decimals, a question each."""

_T = TypeVar("_T")
_HEX = re.compile("[0-9a-f]{96}")
_MOMENT = re.compile(r"[0-9]{10}\.[0-9]{9}")


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    id_ = _id(talk, reference)
    records = _records(talk, f"/api/v1/transactions/{id_}") if id_ else []
    if id_ and records and not any(record.id == id_ for record in records):
        raise NodeMistaken(f"{talk.node.label}: another transaction than the one asked for")
    tip = _wish(talk, "/api/v1/blocks?limit=1&order=desc", shown.first_block)
    chain = doubt_of_chain(network, talk)
    story = Shown(id_ or reference, tuple(records), tip=tip)
    height = tip.height if tip else None
    if chain == "wrong_chain":
        return NodeReading(outside(network, story, Status.UNKNOWN, chain), height)
    story = replace(story, doubts=tuple(filter(None, (chain, None if tip else "tip_not_visible"))))
    if not records:
        behind = tip and (talk.now() - shown.moment(tip.end)).total_seconds() > network.params["max_head_age"]
        if behind or story.doubts:
            return NodeReading(outside(network, story, Status.UNKNOWN, "node_behind" if behind else None), height)
        return NodeReading(outside(network, story, Status.NOT_FOUND), height)
    return NodeReading(decode(network, _around(talk, story)), height)


def _id(talk: Talk, reference: str) -> str | None:
    """The transaction id of ``reference``, looked up when it is a hash or a moment of consensus; ``None`` when there is none."""
    if _HEX.fullmatch(reference):
        found = _records(talk, f"/api/v1/transactions/{reference}")
        fitting = [record for record in found if record.hash.hex() == reference]
    elif _MOMENT.fullmatch(reference):
        found = _records(talk, f"/api/v1/transactions?timestamp={reference}")
        fitting = [record for record in found if record.consensus == reference]
    else:
        return reference
    if found and not fitting:
        raise NodeMistaken(f"{talk.node.label}: another transaction than the one asked for")
    return fitting[0].id if fitting else None


def _records(talk: Talk, path: str) -> list[Record]:
    """The records at ``path``, none when the node says in its own words that there are none."""
    answer = talk.get(path, cap=LARGE_BODY_CAP)
    if answer.status == 404 and isinstance(answer.value, dict) and "_status" in answer.value:
        return []
    if answer.status >= 400:
        raise NodeUnavailable(f"{talk.node.label}: HTTP {answer.status}")
    return shown.records(answer.value)


def _wish(talk: Talk, path: str, reader: Callable[[Any], _T]) -> _T | None:
    """What is good to know, ``None`` when the node does not tell it."""
    try:
        answer = talk.get(path)
        return reader(answer.value) if answer.status < 400 else None
    except (NodeMistaken, NodeUnavailable):
        return None


def doubt_of_chain(network: Network, talk: Talk) -> str | None:
    """``None`` when the node's first block is the chain's, else a warning."""
    first = _wish(talk, "/api/v1/blocks/0", shown.head)
    if first is None or first.height != 0:
        return "chain_identity_not_visible"
    return None if first.hash == network.params["genesis"] else "wrong_chain"


def _around(talk: Talk, story: Shown) -> Shown:
    """``story`` with its block, the events of its contracts, and what its tokens say of themselves."""
    main = chosen(story.id, story.records)
    if main is None:
        return story
    block = _wish(talk, f"/api/v1/blocks?limit=1&order=asc&timestamp=gte:{main.consensus}", shown.first_block)
    if block is not None and not _within(main.consensus, block):
        block = None
    doubts = story.doubts if block else (*story.doubts, "block_not_visible")
    runs = main.name in RUNNING and main.result in SUCCESSES
    logs: Sequence[Log] | None = ()
    if runs:
        logs = _wish(talk, f"/api/v1/contracts/results/{story.id}", shown.logs)
    facts = {
        token: _wish(talk, f"/api/v1/tokens/{token}", _facts) or Facts() for token in assets(story)[:MOST_TOKENS_ASKED]
    }
    return replace(story, block=block, doubts=doubts, logs=None if logs is None else tuple(logs), facts=facts)


def _within(consensus: str, block: Head) -> bool:
    """Whether a moment lies within a block; seconds are of ten digits, so that text compares as time does."""
    return block.start <= consensus <= block.end


def _facts(value: Any) -> Facts:
    """Symbol and decimals of a token of the network's own service; its decimals are written as text."""
    if not isinstance(value, dict):
        raise NodeMistaken("a token is no object")
    symbol, decimals = value.get("symbol"), value.get("decimals")
    known = isinstance(decimals, str) and decimals.isascii() and decimals.isdigit() and len(decimals) <= 2
    return Facts(
        symbol=(plain(symbol, 32) or None) if isinstance(symbol, str) else None,
        decimals=int(decimals) if known and isinstance(decimals, str) else None,
    )
