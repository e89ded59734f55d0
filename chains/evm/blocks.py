"""Whole blocks and ranges of them: who is paid in a block, and what one sender paid to given addresses nearby."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from chains import strict_json
from chains.encoding import checksummed, octets, quantity
from chains.errors import NodeMistaken, NodeUnavailable
from chains.evm.tokens import TRANSFER, TRANSFER_BATCH, TRANSFER_SINGLE
from chains.evm.traces import CallNode, from_call_tracer
from chains.neighbours import BLOCKS_AROUND, Near
from chains.scanning import PaidBlock
from chains.transport import LARGE_BODY_CAP, Call, Outcome, Talk
from chains.types import Network

WHOLE_BLOCKS_AROUND = 8
"""Whole blocks to either side in which native payments are looked for: there is no index of them."""
_MOST_CANDIDATES = 40
_TOPICS = ["0x" + topic.hex() for topic in (TRANSFER, TRANSFER_SINGLE, TRANSFER_BATCH)]
_TRACE = {"tracer": "callTracer", "timeout": "8s"}


def paid(network: Network, talk: Talk, height: int) -> PaidBlock | None:
    """See :meth:`chains.scanning.Scannable.paid`: native values, every transfer log of any contract, inner calls where traced."""
    chain_id, latest, block, logs = talk.rpc(
        [
            Call("eth_chainId"),
            Call("eth_getBlockByNumber", ["latest", False]),
            Call("eth_getBlockByNumber", [hex(height), True]),
            Call("eth_getLogs", [{"fromBlock": hex(height), "toBlock": hex(height), "topics": [_TOPICS]}]),
        ],
        cap=LARGE_BODY_CAP,
    )
    _same_chain(network, talk, chain_id)
    tip = quantity(_row(talk, latest).get("number"), bits=63)
    if height > tip or (not block.failed and block.result is None):
        return None
    row = _row(talk, block)
    if quantity(row.get("number"), bits=63) != height:
        raise NodeMistaken(f"{talk.node.label}: another block")
    hash = _hash(row.get("hash"))
    found: dict[str, set[str]] = {}
    rows = [each for each in row.get("transactions") or () if isinstance(each, dict)]
    for each in rows:
        if quantity(each.get("value")) and each.get("to") is not None:
            _add(found, _hash(each.get("hash")), each["to"])
    for each in _listed(talk, logs):
        if _hash(each.get("blockHash")) != hash:
            raise NodeUnavailable(f"{talk.node.label}: the chain moved while it was asked")
        for recipient in _recipients(each):
            _add(found, _hash(each.get("transactionHash")), recipient)
    traced = not rows or _inner(talk, height, rows, found)
    return PaidBlock(
        height,
        hash,
        _hash(row.get("parentHash")),
        tip,
        {key: frozenset(value) for key, value in found.items()},
        () if traced else ("internal_transfers_not_visible",),
    )


def _inner(talk: Talk, height: int, rows: Sequence[dict[str, Any]], found: dict[str, set[str]]) -> bool:
    """Add who inner calls pay; false where the node does not trace."""
    call = Call("debug_traceBlockByNumber", [hex(height), _TRACE])
    try:
        (told,) = talk.rpc([call], cap=LARGE_BODY_CAP, depth=strict_json.DEEPEST_TRACE)
        if told.failed or not isinstance(told.result, list) or len(told.result) != len(rows):
            return False
        for row, entry in zip(rows, told.result, strict=True):
            waiting: list[CallNode] = [from_call_tracer(entry["result"])]
            while waiting:
                call_node = waiting.pop()
                waiting.extend(call_node.children)
                if call_node.value and call_node.to is not None:
                    _add(found, _hash(row.get("hash")), call_node.to)
    except (NodeUnavailable, NodeMistaken, LookupError, TypeError, RecursionError):
        return False
    return True


def neighbours(network: Network, talk: Talk, near: Near) -> list[tuple[int, str]]:
    """See :meth:`chains.neighbours.Neighbourly.neighbours`: token logs by recipient, native payments in whole blocks."""
    padded = ["0x" + octets(address, length=20).rjust(32, b"\0").hex() for address in near.recipients]
    first, last = max(near.height - BLOCKS_AROUND, 0), near.height + BLOCKS_AROUND
    span = {"fromBlock": hex(first), "toBlock": hex(last)}
    chain_id, direct, operated = talk.rpc(
        [
            Call("eth_chainId"),
            Call("eth_getLogs", [span | {"topics": [_TOPICS[0], None, padded]}]),
            Call("eth_getLogs", [span | {"topics": [_TOPICS[1:], None, None, padded]}]),
        ],
        cap=LARGE_BODY_CAP,
    )
    _same_chain(network, talk, chain_id)
    logged: dict[str, int] = {}
    for outcome in (direct, operated):
        for each in [] if outcome.failed else _listed(talk, outcome):
            logged[_hash(each.get("transactionHash"))] = quantity(each.get("blockNumber"), bits=63)
    nearest = sorted(logged, key=lambda hash: (abs(logged[hash] - near.height), hash))[:_MOST_CANDIDATES]
    found = [(logged[hash], hash) for hash in _sent_by(talk, nearest, near.senders)]
    return found + _native(talk, near)


def _sent_by(talk: Talk, hashes: Sequence[str], senders: frozenset[str]) -> Iterator[str]:
    """Those of ``hashes`` that one of ``senders`` sent."""
    if not hashes:
        return
    told = talk.rpc([Call("eth_getTransactionByHash", [hash]) for hash in hashes], cap=LARGE_BODY_CAP)
    for hash, outcome in zip(hashes, told, strict=True):
        row = outcome.result
        if not outcome.failed and isinstance(row, dict) and _party(row.get("from")) in senders:
            yield hash


def _native(talk: Talk, near: Near) -> list[tuple[int, str]]:
    heights = range(max(near.height - WHOLE_BLOCKS_AROUND, 0), near.height + WHOLE_BLOCKS_AROUND + 1)
    found = []
    for start in range(0, len(heights), 4):
        some = heights[start : start + 4]
        try:
            told = talk.rpc([Call("eth_getBlockByNumber", [hex(h), True]) for h in some], cap=LARGE_BODY_CAP)
        except (NodeUnavailable, NodeMistaken):
            continue  # blocks too large to carry: the logs have told what they tell
        for height, outcome in zip(some, told, strict=True):
            rows = outcome.result.get("transactions") if isinstance(outcome.result, dict) else None
            for row in rows or ():
                if isinstance(row, dict) and quantity(row.get("value")) and _party(row.get("to")) in near.recipients:
                    if _party(row.get("from")) in near.senders:
                        found.append((height, _hash(row.get("hash"))))
    return found


def _recipients(log: dict[str, Any]) -> Iterator[str]:
    """Who a transfer log may pay: also in the forms that keep the parties in the data."""
    topics = log.get("topics")
    if not isinstance(topics, list) or not topics:
        return
    place = 2 if topics[0] == _TOPICS[0] else 3
    if len(topics) > place:
        yield "0x" + octets(topics[place], length=32)[12:].hex()
        return
    data = octets(log.get("data"))
    for start in range(0, min(len(data) - 31, 96), 32):
        if not any(data[start : start + 12]):
            yield "0x" + data[start + 12 : start + 32].hex()


def _add(found: dict[str, set[str]], hash: str, address: object) -> None:
    found.setdefault(hash, set()).add(checksummed(octets(address, length=20)))


def _party(value: object) -> str | None:
    return None if value is None else checksummed(octets(value, length=20))


def _same_chain(network: Network, talk: Talk, told: Outcome) -> None:
    if told.failed:
        raise NodeUnavailable(f"{talk.node.label}: error {told.code}")
    if quantity(told.result, bits=63) != network.params["chain_id"]:
        raise NodeMistaken(f"{talk.node.label}: another chain")


def _row(talk: Talk, outcome: Outcome) -> dict[str, Any]:
    if outcome.failed:
        raise NodeUnavailable(f"{talk.node.label}: error {outcome.code}")
    if not isinstance(outcome.result, dict):
        raise NodeMistaken(f"{talk.node.label}: not an object")
    return outcome.result


def _listed(talk: Talk, outcome: Outcome) -> list[dict[str, Any]]:
    if outcome.failed:
        raise NodeUnavailable(f"{talk.node.label}: error {outcome.code}")
    if not isinstance(outcome.result, list) or not all(isinstance(each, dict) for each in outcome.result):
        raise NodeMistaken(f"{talk.node.label}: not a list")
    return outcome.result


def _hash(value: object) -> str:
    return "0x" + octets(value, length=32).hex()
