"""Who used a nonce: each is used once, so a transaction whose nonce another one used can never be mined any more.

The number of transactions an account has sent, asked for at several heights at once, narrows down the block in which the nonce
was used; that block names the transaction. Nodes without old state refuse old heights, and the hash then stays unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chains.encoding import checksummed, octets, quantity
from chains.errors import NodeMistaken, NodeUnavailable
from chains.replacement import Remains, Word
from chains.transport import LARGE_BODY_CAP, Call, Outcome, Talk
from chains.types import Network

_AT_ONCE = 15
"""Heights asked side by side: a round leaves a sixteenth of the range."""
_MOST_ROUNDS = 12


def remains(network: Network, talk: Talk, reference: str) -> Remains | None:
    """Sender and nonce as a recorded look shows them, and its tip."""
    shown, latest = talk.rpc(
        [Call("eth_getTransactionByHash", [reference]), Call("eth_getBlockByNumber", ["latest", False])]
    )
    row = shown.result
    if shown.failed or not isinstance(row, dict) or str(row.get("hash", "")).lower() != reference:
        return None
    height = None
    if not latest.failed and isinstance(latest.result, dict):
        height = quantity(latest.result.get("number"), bits=63)
    if (
        row.get("blockNumber") is not None
    ):  # mined once: its nonce was used in that very block, which may be undone since
        height = min(height or 0, quantity(row["blockNumber"], bits=63) - 1)
    return Remains(checksummed(octets(row.get("from"), length=20)), quantity(row.get("nonce"), bits=64), height)


def replacement(network: Network, talk: Talk, reference: str, remains: Remains) -> Word:
    """See :meth:`chains.replacement.Replaceable.replacement`."""
    if remains.sender is None or remains.nonce is None:
        return Word(None)
    chain_id, found, used, latest = talk.rpc(
        [
            Call("eth_chainId"),
            Call("eth_getTransactionByHash", [reference]),
            Call("eth_getTransactionCount", [remains.sender, "latest"]),
            Call("eth_getBlockByNumber", ["latest", False]),
        ]
    )
    if any(outcome.failed for outcome in (chain_id, found, used, latest)):
        raise NodeUnavailable(f"{talk.node.label}: refused")
    if quantity(chain_id.result, bits=63) != network.params["chain_id"]:
        raise NodeMistaken(f"{talk.node.label}: another chain")
    if found.result is not None or quantity(used.result, bits=64) <= remains.nonce:
        return Word(False)
    tip = quantity(latest.result["number"], bits=63)
    height = _first_used(talk, remains.sender, remains.nonce, remains.height, tip)
    taker = None if height is None else _sent_in(talk, height, remains.sender, remains.nonce)
    return Word(False) if taker == reference else Word(True, taker)


def _first_used(talk: Talk, sender: str, nonce: int, since: int | None, tip: int) -> int | None:
    """The height of the first block after which the nonce is used; ``None`` when the node does not remember far enough.

    Above ``since`` when given and true, else from the beginning. A height the node refuses tells nothing: where a whole round
    tells nothing new, heights ever farther below the lowest known one are tried, for most nodes keep the newest states only.
    """
    low, high, sure, stuck = -1, tip, True, False
    if since is not None and 0 <= since < tip:
        then = _used(talk, sender, nonce, [since]).get(since)
        low, high, sure = (-1, since, True) if then else (since, tip, then is False)
    for _ in range(_MOST_ROUNDS):
        if high - low <= 1:
            return high if sure else None
        span = high - low
        if stuck:
            heights = {high - 2**n for n in range(_AT_ONCE) if high - 2**n > low}
        else:
            heights = {low + span * n // (_AT_ONCE + 1) for n in range(1, _AT_ONCE + 1)} - {low}
        told = _used(talk, sender, nonce, sorted(heights))
        new_high = min((height for height, used in told.items() if used), default=high)
        unused = [height for height, used in told.items() if not used and height < new_high]
        if new_high == high and not unused:
            if stuck:
                return None
            stuck = True
            continue
        low, high, sure, stuck = max(unused, default=low), new_high, sure or bool(unused), False
    return None


def _used(talk: Talk, sender: str, nonce: int, heights: Sequence[int]) -> dict[int, bool]:
    """By height, whether the nonce is used after that block; without the heights the node refuses."""
    outcomes = talk.rpc([Call("eth_getTransactionCount", [sender, hex(height)]) for height in heights])
    counts = zip(heights, map(_count, outcomes), strict=True)
    return {height: count > nonce for height, count in counts if count is not None}


def _count(outcome: Outcome) -> int | None:
    try:
        return None if outcome.failed else quantity(outcome.result, bits=64)
    except NodeMistaken:
        return None


def _sent_in(talk: Talk, height: int, sender: str, nonce: int) -> str | None:
    """The transaction of ``sender`` with ``nonce`` in one block; an account's nonce can also be used without one (EIP-7702)."""
    (block,) = talk.rpc([Call("eth_getBlockByNumber", [hex(height), True])], cap=LARGE_BODY_CAP)
    rows = block.result.get("transactions") if not block.failed and isinstance(block.result, dict) else None
    return next((_hash(row) for row in rows or () if isinstance(row, dict) and _is_of(row, sender, nonce)), None)


def _is_of(row: dict[str, Any], sender: str, nonce: int) -> bool:
    return str(row.get("from", "")).lower() == sender.lower() and quantity(row.get("nonce"), bits=64) == nonce


def _hash(row: dict[str, Any]) -> str:
    return "0x" + octets(row.get("hash"), length=32).hex()
